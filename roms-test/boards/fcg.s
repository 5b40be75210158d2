; Bandai FCG (mapper 16.4): registers at $6000, a counter that is written while it counts.
MAPPER = 16
SUBMAPPER = 4
PRG_BANKS = 16
CHR_KIB = 128
.macro SCRIPT
  poke $6000, 40
  chr $0000, 40
  poke $6001, 43
  chr $0400, 43
  poke $6002, 46
  chr $0800, 46
  poke $6003, 49
  chr $0C00, 49
  poke $6004, 52
  chr $1000, 52
  poke $6005, 55
  chr $1400, 55
  poke $6006, 58
  chr $1800, 58
  poke $6007, 61
  chr $1C00, 61
  poke $6008, 3
  prg $8000, 6
  prg $A000, 7
  prg $C000, 14
  prg $E000, 15
  poke $6009, 0
  vertical
  poke $6009, 1
  horizontal
  poke $6009, 2
  one_screen
  poke $6009, 3
  one_screen
  poke $600A, 0
  poke $600B, $34
  poke $600C, $12
  irq $600A, 1, $1234
  poke $600B, $FF
  no_irq $600A, 0
.endmacro
.include "board.inc"
