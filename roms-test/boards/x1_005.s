; Taito X1-005 (mapper 80): registers at $7EF0, RAM behind a key.
MAPPER = 80
PRG_BANKS = 16
CHR_KIB = 64
RAM = 1
.macro SCRIPT
  poke $7EF0, 8
  chr $0000, 8
  poke $7EF1, 21
  chr $0C00, 21
  poke $7EF2, 33
  chr $1000, 33
  poke $7EF3, 35
  chr $1400, 35
  poke $7EF4, 37
  chr $1800, 37
  poke $7EF5, 39
  chr $1C00, 39
  poke $7EFA, 5
  prg $8000, 5
  poke $7EFD, 9
  prg $A000, 9
  poke $7EFE, 11
  prg $C000, 11
  prg $E000, 15
  poke $7EF6, 0
  horizontal
  poke $7EF7, 1
  vertical
  poke $7EF8, 0
  no_ram $7F00
  poke $7EF9, $A3
  ram $7F00
  ram $7FFF
.endmacro
.include "board.inc"
