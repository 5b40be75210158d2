; Sunsoft-3 (mapper 67): banks, nametables, a counter in two writes.
MAPPER = 67
PRG_BANKS = 16
CHR_KIB = 64
.macro SCRIPT
  poke $F800, 3
  prg $8000, 6
  prg $A000, 7
  prg $C000, 14
  poke $8800, 9
  chr $0000, 18
  poke $9800, 10
  chr $0800, 20
  poke $A800, 11
  chr $1000, 22
  poke $B800, 12
  chr $1800, 24
  poke $E800, 0
  vertical
  poke $E800, 1
  horizontal
  poke $E800, 2
  one_screen
  poke $D800, 0
  poke $C800, $12
  poke $C800, $34
  irq $D800, $10, $1235
  poke $8000, 0
  no_irq $D800, 0
.endmacro
.include "board.inc"
