; Namco 340 (mapper 210.2): the banks of a 163, four arrangements of nametables.
MAPPER = 210
SUBMAPPER = 2
PRG_BANKS = 16
CHR_KIB = 128
.macro SCRIPT
  poke $E000, $05
  prg $8000, 5
  poke $E800, $09
  prg $A000, 9
  poke $F000, $0B
  prg $C000, 11
  prg $E000, 15
  poke $8000, 40
  chr $0000, 40
  poke $8800, 43
  chr $0400, 43
  poke $9000, 46
  chr $0800, 46
  poke $9800, 49
  chr $0C00, 49
  poke $A000, 52
  chr $1000, 52
  poke $A800, 55
  chr $1400, 55
  poke $B000, 58
  chr $1800, 58
  poke $B800, 61
  chr $1C00, 61
  poke $E000, $05
  one_screen
  poke $E000, $45
  vertical
  poke $E000, $85
  one_screen
  poke $E000, $C5
  horizontal
  prg $8000, 5
.endmacro
.include "board.inc"
