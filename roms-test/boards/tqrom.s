; TQROM (mapper 119): CHR banks from 64 on are RAM.
MAPPER = 119
PRG_BANKS = 16
CHR_KIB = 64
CHR_RAM = 7
.macro SCRIPT
  poke $8000, 6
  poke $8001, 5
  prg $8000, 5
  poke $8000, 0
  poke $8001, 10
  chr $0000, 10
  chr $0400, 11
  poke $8000, 2
  poke $8001, $42
  put $1000, $77
  chr $1000, $77
  poke $8001, 33
  chr $1000, 33
  put $1000, $55
  chr $1000, 33
  poke $8001, $42
  chr $1000, $77
  poke $A000, 0
  vertical
  poke $A000, 1
  horizontal
.endmacro
.include "board.inc"
