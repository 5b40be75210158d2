; Bandai Datach (mapper 157): PRG, nametables and the counter of an LZ93D50.
MAPPER = 157
PRG_BANKS = 16
CHR_KIB = 0
.macro SCRIPT
  poke $8008, 3
  prg $8000, 6
  prg $A000, 7
  prg $C000, 14
  prg $E000, 15
  poke $8009, 0
  vertical
  poke $8009, 1
  horizontal
  poke $8009, 2
  one_screen
  poke $8009, 3
  one_screen
  poke $800A, 0
  poke $800B, $34
  poke $800C, $12
  irq $800A, 1, $1234
  poke $800B, $FF
  no_irq $800A, 0
.endmacro
.include "board.inc"
