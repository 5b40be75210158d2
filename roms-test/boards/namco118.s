; Namco 118 (mapper 206): six CHR registers, two PRG registers, mirroring by wires.
MAPPER = 206
PRG_BANKS = 16
CHR_KIB = 64
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
  poke $8000, 0
  poke $8001, 10
  chr $0000, 10
  poke $8000, 1
  poke $8001, 21
  chr $0C00, 21
  poke $8000, 2
  poke $8001, 33
  chr $1000, 33
  poke $8000, 3
  poke $8001, 34
  chr $1400, 34
  poke $8000, 4
  poke $8001, 35
  chr $1800, 35
  poke $8000, 5
  poke $8001, 36
  chr $1C00, 36
  vertical
.endmacro
.include "board.inc"
