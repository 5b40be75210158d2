; Sunsoft-2 on a -3 (mapper 89): PRG, CHR and the screen; the bus conflicts.
MAPPER = 89
PRG_BANKS = 16
CHR_KIB = 128
.macro SCRIPT
  latch $31
  prg $8000, 6
  prg $C000, 14
  chr $0000, 8
  one_screen
  latch $D9
  prg $8000, 10
  chr $0000, 72
  one_screen
.endmacro
.include "board.inc"
