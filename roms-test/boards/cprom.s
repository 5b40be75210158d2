; CPROM (mapper 13): 4 KiB of CHR RAM at $1000; the bus conflicts.
MAPPER = 13
PRG_BANKS = 4
CHR_KIB = 0
CHR_RAM = 8
WIRED = 1
.macro SCRIPT
  prg $8000, 0
  prg $E000, 3
  latch 1
  put $1000, $11
  latch 2
  put $1000, $22
  put $0000, $33
  latch 1
  chr $1000, $11
  latch 2
  chr $1000, $22
  chr $0000, $33
  latch 0
  chr $1000, $33
  vertical
.endmacro
.include "board.inc"
