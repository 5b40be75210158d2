; Taito TC0690 (mapper 48): banks, mirroring at $E000, lines from an inverted latch.
MAPPER = 48
PRG_BANKS = 16
CHR_KIB = 64
.macro SCRIPT
  poke $8000, 5
  prg $8000, 5
  poke $8001, 9
  prg $A000, 9
  prg $C000, 14
  prg $E000, 15
  poke $8002, 4
  chr $0000, 8
  chr $0400, 9
  poke $8003, 7
  chr $0800, 14
  poke $A000, 33
  chr $1000, 33
  poke $A001, 35
  chr $1400, 35
  poke $A002, 37
  chr $1800, 37
  poke $A003, 39
  chr $1C00, 39
  poke $E000, 0
  vertical
  poke $E000, $40
  horizontal
  poke $C003, 0
  poke $2000, $08
  vblank
  vblank
  poke $2001, $18
  poke $C000, $9B
  poke $C001, 0
  ; Lines 241-261 and 0-99, less what these three steps take.
  irq_near $C002, 0, 121 * 341 / 3 - 560
  vblank
  no_irq $C003, 0
  poke $2001, 0
.endmacro
.include "board.inc"
