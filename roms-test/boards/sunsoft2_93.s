; Sunsoft-2 on a -3R (mapper 93): 16 KiB of PRG; the bus conflicts.
MAPPER = 93
PRG_BANKS = 16
CHR_KIB = 0
.macro SCRIPT
  latch $31
  prg $8000, 6
  prg $C000, 14
  latch $51
  prg $8000, 10
.endmacro
.include "board.inc"
