; Taito X1-005 (mapper 207): the CHR banks choose the nametables.
MAPPER = 207
PRG_BANKS = 16
CHR_KIB = 64
.macro SCRIPT
  poke $7EF0, $88
  poke $7EF1, $0A
  names 2, 2, 4, 4
  chr $0000, 8
  chr $0800, 10
  poke $7EF0, $08
  one_screen
  poke $7EFA, 5
  prg $8000, 5
.endmacro
.include "board.inc"
