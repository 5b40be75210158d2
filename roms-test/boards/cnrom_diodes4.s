; CNROM with diodes (mapper 185.4): CHR answers for one value of the latch.
MAPPER = 185
SUBMAPPER = 4
PRG_BANKS = 4
CHR_KIB = 8
WIRED = 1
.macro SCRIPT
  latch 0
  chr $1C00, 7
  latch 1
  no_chr $1C00, 7
  latch 2
  no_chr $1C00, 7
  latch 3
  no_chr $1C00, 7
  latch 0
  chr $0400, 1
  vertical
.endmacro
.include "board.inc"
