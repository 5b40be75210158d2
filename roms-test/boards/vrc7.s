; VRC7 (mapper 85.2): banks, nametables, a lock on its RAM, the counter by lines and by cycles.
MAPPER = 85
SUBMAPPER = 2
PRG_BANKS = 32
CHR_KIB = 128
RAM = 1
.macro SCRIPT
  poke $8000, 5
  prg $8000, 5
  poke $8010, 9
  prg $A000, 9
  poke $9000, 17
  prg $C000, 17
  prg $E000, 31
  poke $A000, 40
  chr $0000, 40
  poke $A010, 43
  chr $0400, 43
  poke $B000, 46
  chr $0800, 46
  poke $B010, 49
  chr $0C00, 49
  poke $C000, 52
  chr $1000, 52
  poke $C010, 55
  chr $1400, 55
  poke $D000, 58
  chr $1800, 58
  poke $D010, 61
  chr $1C00, 61
  poke $E000, $80
  vertical
  ram $6000
  poke $E000, 1
  horizontal
  no_ram $6000
  poke $E000, 2
  one_screen
  poke $E010, $F0
  irq $F000, 2, 16 * 341 / 3
  poke $F010, 0
  poke $E010, $00
  irq $F000, 6, 256
  poke $F010, 0
  no_irq $F000, 0
.endmacro
.include "board.inc"
