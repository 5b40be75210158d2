; Irem G-101 as in Major League (mapper 32.1): one screen, no swap mode.
MAPPER = 32
SUBMAPPER = 1
PRG_BANKS = 16
CHR_KIB = 64
.macro SCRIPT
  poke $8000, 5
  poke $9000, 3
  prg $8000, 5
  prg $C000, 14
  one_screen
.endmacro
.include "board.inc"
