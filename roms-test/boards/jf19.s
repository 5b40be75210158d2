; Jaleco JF-19 (mapper 92): as mapper 72, with the upper half of PRG switched.
MAPPER = 92
PRG_BANKS = 16
CHR_KIB = 64
.macro SCRIPT
  latch $00
  latch $83
  latch $00
  prg $8000, 0
  prg $C000, 6
  latch $45
  latch $00
  chr $0000, 40
  prg $C000, 6
.endmacro
.include "board.inc"
