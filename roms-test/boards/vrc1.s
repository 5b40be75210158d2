; VRC1 (mapper 75): three PRG banks, two CHR banks of five bits.
MAPPER = 75
PRG_BANKS = 16
CHR_KIB = 128
.macro SCRIPT
  poke $8000, 5
  prg $8000, 5
  poke $A000, 9
  prg $A000, 9
  poke $C000, 11
  prg $C000, 11
  prg $E000, 15
  poke $9000, 0
  vertical
  poke $E000, 3
  chr $0000, 12
  poke $F000, 5
  chr $1000, 20
  poke $9000, 2
  chr $0000, 76
  chr $1000, 20
  poke $9000, 5
  horizontal
  chr $1000, 84
  chr $0000, 12
.endmacro
.include "board.inc"
