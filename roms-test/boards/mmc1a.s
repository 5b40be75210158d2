; MMC1A (mapper 155): an MMC1 whose RAM is always on.
MAPPER = 155
PRG_BANKS = 16
CHR_KIB = 32
RAM = 1
.macro SCRIPT
  poke $8000, $80
  prg $C000, 14
  serial $E000, 3
  prg $8000, 6
  ram $6000
  serial $E000, $13
  ram $6000
  serial $8000, $1E
  vertical
  serial $8000, $1F
  horizontal
  serial $A000, 3
  chr $0000, 12
  serial $C000, 5
  chr $1000, 20
.endmacro
.include "board.inc"
