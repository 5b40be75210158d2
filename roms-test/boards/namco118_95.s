; Namco 3425 (mapper 95): a 118 whose CHR banks choose the nametables.
MAPPER = 95
PRG_BANKS = 16
CHR_KIB = 32
.macro SCRIPT
  poke $8000, 6
  poke $8001, 5
  prg $8000, 5
  poke $8000, 7
  poke $8001, 9
  prg $A000, 9
  prg $C000, 14
  prg $E000, 15
  poke $8000, 0
  poke $8001, $20
  poke $8000, 1
  poke $8001, $00
  names 2, 2, 4, 4
  poke $8000, 2
  poke $8001, 17
  chr $1000, 17
.endmacro
.include "board.inc"
