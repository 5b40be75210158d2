; Irem H3001 (mapper 65): banks, swap mode, mirroring, a counter that stays at 0.
MAPPER = 65
PRG_BANKS = 16
CHR_KIB = 64
.macro SCRIPT
  poke $8000, 5
  prg $8000, 5
  poke $A000, 9
  prg $A000, 9
  prg $C000, 14
  prg $E000, 15
  poke $9000, $80
  prg $8000, 14
  prg $C000, 5
  poke $9000, 0
  poke $9001, $00
  vertical
  poke $9001, $80
  horizontal
  poke $9001, $40
  one_screen
  poke $B000, 20
  chr $0000, 20
  poke $B001, 23
  chr $0400, 23
  poke $B002, 26
  chr $0800, 26
  poke $B003, 29
  chr $0C00, 29
  poke $B004, 32
  chr $1000, 32
  poke $B005, 35
  chr $1400, 35
  poke $B006, 38
  chr $1800, 38
  poke $B007, 41
  chr $1C00, 41
  poke $9003, 0
  poke $9005, $12
  poke $9006, $34
  poke $9004, 0
  irq $9003, $80, $1234
  no_irq $9003, $80
  poke $9004, 0
  no_irq $9003, 0
.endmacro
.include "board.inc"
