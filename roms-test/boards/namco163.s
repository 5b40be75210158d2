; Namco 163 (mapper 19): banks, nametables from its registers, a lock on its RAM, the counter.
MAPPER = 19
PRG_BANKS = 16
CHR_KIB = 128
RAM = 1
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
  poke $C000, $E0
  poke $C800, $E1
  poke $D000, $E0
  poke $D800, $E1
  vertical
  poke $D000, $E1
  poke $C800, $E0
  horizontal
  poke $C000, 77
  chr $2000, 77
  poke $C000, $E0
  poke $F800, $40
  ram $6000
  poke $F800, $41
  no_ram $6000
  ram $6800
  poke $5000, $00
  irq $5800, $F0, $0FFF
  peek $5800
  no_irq $5800, $70
.endmacro
.include "board.inc"
