; Jaleco SS 88006: nibbles, four screens, PRG RAM with a lock, a counter of four widths.
MAPPER = 18
PRG_BANKS = 32
CHR_KIB = 128
RAM = 1
.macro SCRIPT
  prg $E000, 31
  poke $8000, $02
  poke $8001, $01
  prg $8000, $12
  poke $8002, $05
  poke $8003, $00
  prg $A000, $05
  poke $9000, $0B
  poke $9001, $01
  prg $C000, $1B
  poke $A000, $03
  poke $A001, $04
  chr $0000, $43
  poke $B002, $0E
  poke $B003, $07
  chr $0C00, $7E
  poke $D002, $05
  poke $D003, $06
  chr $1C00, $65
  poke $F002, 0
  horizontal
  poke $F002, 1
  vertical
  poke $F002, 2
  one_screen
  poke $9002, 3
  ram $6000
  poke $9002, 1
  no_ram $7000
  poke $9002, 3
  poke $E000, $04
  poke $E001, $03
  poke $E002, $02
  poke $E003, $01
  poke $F000, 0
  irq $F001, $01, $1235
  poke $F001, 0
  poke $F000, 0
  irq $F001, $03, $235
  poke $F001, 0
  poke $F000, 0
  no_irq $F001, $00
.endmacro
.include "board.inc"
