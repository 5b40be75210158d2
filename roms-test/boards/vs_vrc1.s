; Vs. System with a VRC1 (mapper 151): the banks of mapper 75, four nametables.
MAPPER = 151
PRG_BANKS = 16
CHR_KIB = 128
VS_PPU = 4                      ; 2C04-0003
.macro SCRIPT
  poke $8000, 5
  prg $8000, 5
  poke $A000, 9
  prg $A000, 9
  poke $C000, 11
  prg $C000, 11
  prg $E000, 15
  poke $9000, 0
  names 1, 2, 3, 4
  poke $E000, 3
  chr $0000, 12
  poke $F000, 5
  chr $1000, 20
  poke $9000, 7
  chr $0000, 76
  chr $1000, 84
  names 1, 2, 3, 4
.endmacro
.include "board.inc"
