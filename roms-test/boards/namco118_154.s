; Namco 3453 (mapper 154): as mapper 88, and a latch of one bit for the screen.
MAPPER = 154
PRG_BANKS = 16
CHR_KIB = 128
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
  poke $8001, 10
  chr $0000, 10
  poke $8000, 1
  poke $8001, 21
  chr $0C00, 21
  poke $8000, 2
  poke $8001, 33
  chr $1000, 97
  poke $8000, 5
  poke $8001, 36
  chr $1C00, 100
  poke $8000, $40
  one_screen
.endmacro
.include "board.inc"
