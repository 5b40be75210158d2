; Jaleco JF-05 (mapper 87): a latch at $6000 whose bits change places.
MAPPER = 87
PRG_BANKS = 4
CHR_KIB = 32
WIRED = 1
.macro SCRIPT
  prg $8000, 0
  prg $E000, 3
  poke $6000, 1
  chr $0000, 16
  poke $7FFF, 2
  chr $1C00, 15
  poke $6000, 3
  chr $0400, 25
  vertical
.endmacro
.include "board.inc"
