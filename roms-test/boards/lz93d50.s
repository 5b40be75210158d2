; Bandai LZ93D50 with a 24C01 (mapper 159): registers at $8000, a counter behind a latch.
MAPPER = 159
PRG_BANKS = 16
CHR_KIB = 128
.macro SCRIPT
  poke $8000, 40
  chr $0000, 40
  poke $8001, 43
  chr $0400, 43
  poke $8002, 46
  chr $0800, 46
  poke $8003, 49
  chr $0C00, 49
  poke $8004, 52
  chr $1000, 52
  poke $8005, 55
  chr $1400, 55
  poke $8006, 58
  chr $1800, 58
  poke $8007, 61
  chr $1C00, 61
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
