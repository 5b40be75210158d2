; Taito X1-017 (mapper 82): the halves of CHR change places, three keys for RAM, a counter.
MAPPER = 82
PRG_BANKS = 16
CHR_KIB = 64
RAM = 1
.macro SCRIPT
  poke $7EF0, 8
  chr $0000, 8
  poke $7EF1, 21
  chr $0C00, 21
  poke $7EF2, 33
  chr $1000, 33
  poke $7EF3, 35
  chr $1400, 35
  poke $7EF4, 37
  chr $1800, 37
  poke $7EF5, 39
  chr $1C00, 39
  poke $7EF6, 0
  horizontal
  poke $7EF6, 1
  vertical
  poke $7EF6, 2
  chr $0000, 33
  chr $1000, 8
  poke $7EFA, 5 * 4
  prg $8000, 5
  poke $7EFB, 9 * 4
  prg $A000, 9
  poke $7EFC, 11 * 4
  prg $C000, 11
  poke $7EF7, 0
  no_ram $6000
  poke $7EF7, $CA
  ram $6000
  poke $7EF8, $69
  ram $6800
  poke $7EF9, $84
  ram $7000
  no_ram $7400
  poke $7EFD, $40
  no_irq $7EFE, $02
  irq $7EFE, $03, ($40 + 2) * 16
  irq $7EFF, $00, ($40 + 1) * 16
  poke $7EFE, $00
.endmacro
.include "board.inc"
