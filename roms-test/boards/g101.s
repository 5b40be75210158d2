; Irem G-101 (mapper 32): banks, swap mode, mirroring.
MAPPER = 32
PRG_BANKS = 16
CHR_KIB = 64
.macro SCRIPT
  poke $8000, 5
  prg $8000, 5
  poke $A000, 9
  prg $A000, 9
  prg $C000, 14
  prg $E000, 15
  poke $9000, 2
  prg $8000, 14
  prg $C000, 5
  poke $9000, 0
  vertical
  poke $9000, 1
  horizontal
  poke $B000, 20
  chr $0000, 20
  poke $B001, 23
  chr $0400, 23
  poke $B002, 26
  chr $0800, 26
  poke $B003, 29
  chr $0C00, 29
  poke $B004, 32
  chr $1000, 32
  poke $B005, 35
  chr $1400, 35
  poke $B006, 38
  chr $1800, 38
  poke $B007, 41
  chr $1C00, 41
.endmacro
.include "board.inc"
