; VRC3 (mapper 73): 16 KiB of PRG, a counter of 16 or 8 bits.
MAPPER = 73
PRG_BANKS = 16
CHR_KIB = 0
RAM = 1
.macro SCRIPT
  poke $F000, 3
  prg $8000, 6
  prg $A000, 7
  prg $C000, 14
  ram $6000
  poke $C000, 0
  poke $8000, 0
  poke $9000, 0
  poke $A000, 0
  poke $B000, $F
  irq $C000, 2, $1000
  poke $D000, 0
  poke $C000, 0
  poke $9000, 8
  irq $C000, 6, $80
  no_irq $C000, 0
.endmacro
.include "board.inc"
