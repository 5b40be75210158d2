; Bandai 74161/7432 (mapper 152): as mapper 70, and the screen.
MAPPER = 152
PRG_BANKS = 8
CHR_KIB = 64
.macro SCRIPT
  latch $21
  prg $8000, 4
  chr $0000, 8
  one_screen
  latch $97
  prg $8000, 2
  chr $1C00, 63
  one_screen
.endmacro
.include "board.inc"
