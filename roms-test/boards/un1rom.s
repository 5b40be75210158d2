; UN1ROM (mapper 94): 16 KiB of PRG by bits 4-2; the bus conflicts.
MAPPER = 94
PRG_BANKS = 16
CHR_KIB = 0
.macro SCRIPT
  latch 3 * 4
  prg $8000, 6
  prg $C000, 14
  latch 5 * 4
  prg $8000, 10
  horizontal
.endmacro
.include "board.inc"
