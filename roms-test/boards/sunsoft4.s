; Sunsoft-4 (mapper 68): banks, nametables of CHR ROM, a switch for its RAM.
MAPPER = 68
PRG_BANKS = 16
CHR_KIB = 256
RAM = 1
.macro SCRIPT
  poke $F000, 3
  prg $8000, 6
  prg $A000, 7
  prg $C000, 14
  no_ram $6000
  poke $F000, $13
  ram $6000
  poke $8000, 9
  chr $0000, 18
  poke $9000, 10
  chr $0800, 20
  poke $A000, 11
  chr $1000, 22
  poke $B000, 12
  chr $1800, 24
  poke $E000, 0
  vertical
  poke $E000, 1
  horizontal
  poke $E000, 2
  one_screen
  poke $C000, 5
  poke $D000, 6
  poke $E000, $10
  chr $2000, $85
  chr $2400, $86
  chr $2800, $85
  poke $E000, 0
.endmacro
.include "board.inc"
