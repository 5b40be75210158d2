; CPROM (mapper 13): 4 KiB of CHR RAM at $1000; the bus conflicts.
MAPPER = 13
PRG_BANKS = 4
CHR_KIB = 0
WIRED = 1
.macro SCRIPT
  prg $8000, 0
  prg $E000, 3
  vertical
.endmacro
.include "board.inc"
