; Taito TC0190 (mapper 33): banks, mirroring with the first PRG bank.
MAPPER = 33
PRG_BANKS = 16
CHR_KIB = 64
.macro SCRIPT
  poke $8000, 5
  prg $8000, 5
  poke $8001, 9
  prg $A000, 9
  prg $C000, 14
  prg $E000, 15
  poke $8002, 4
  chr $0000, 8
  chr $0400, 9
  poke $8003, 7
  chr $0800, 14
  poke $A000, 33
  chr $1000, 33
  poke $A001, 35
  chr $1400, 35
  poke $A002, 37
  chr $1800, 37
  poke $A003, 39
  chr $1C00, 39
  poke $8000, 0
  vertical
  poke $8000, $40
  horizontal
.endmacro
.include "board.inc"
