; Namco 3446 (mapper 76): a 118 with four banks of 2 KiB.
MAPPER = 76
PRG_BANKS = 16
CHR_KIB = 128
WIRED = 1
.macro SCRIPT
  poke $8000, 6
  poke $8001, 5
  prg $8000, 5
  poke $8000, 7
  poke $8001, 9
  prg $A000, 9
  prg $C000, 14
  prg $E000, 15
  poke $8000, 2
  poke $8001, 5
  chr $0000, 10
  poke $8000, 3
  poke $8001, 6
  chr $0800, 12
  poke $8000, 4
  poke $8001, 7
  chr $1000, 14
  poke $8000, 5
  poke $8001, 9
  chr $1800, 18
  vertical
.endmacro
.include "board.inc"
