; Jaleco JF-17 (mapper 72): pulses on two bits latch PRG and CHR; the bus conflicts.
MAPPER = 72
PRG_BANKS = 16
CHR_KIB = 64
.macro SCRIPT
  latch $00
  latch $83
  latch $00
  prg $8000, 6
  prg $C000, 14
  latch $45
  latch $00
  chr $0000, 40
  prg $8000, 6
.endmacro
.include "board.inc"
