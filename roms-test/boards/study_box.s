; Study Box (mapper 186): banks, RAM in two places, an empty deck.
MAPPER = 186
PRG_BANKS = 16
CHR_KIB = 0
RAM = 1
.macro SCRIPT
  poke $4201, 5
  prg $8000, 10
  prg $C000, 0
  ram $6000
  ram $4400
  ram $4FFF
  no_ram $5000
.endmacro
.include "board.inc"
