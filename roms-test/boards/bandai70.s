; Bandai 74161/7432 (mapper 70): one latch; the bus conflicts.
MAPPER = 70
PRG_BANKS = 8
CHR_KIB = 64
WIRED = 1
.macro SCRIPT
  latch $21
  prg $8000, 4
  prg $A000, 5
  prg $C000, 6
  chr $0000, 8
  latch $17
  prg $8000, 2
  chr $1C00, 63
  vertical
.endmacro
.include "board.inc"
