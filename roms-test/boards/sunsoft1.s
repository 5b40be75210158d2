; Sunsoft-1 (mapper 184): two banks of 4 KiB by a latch at $6000.
MAPPER = 184
PRG_BANKS = 4
CHR_KIB = 32
.macro SCRIPT
  poke $6000, $21
  chr $0000, 4
  chr $1000, 24
  poke $6000, $13
  chr $0C00, 15
  chr $1000, 20
  prg $8000, 0
.endmacro
.include "board.inc"
