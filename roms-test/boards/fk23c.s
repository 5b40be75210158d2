; FK-23C (mapper 176.1): an MMC3 within blocks, NROM, UNROM, CNROM, and more registers.
MAPPER = 176
SUBMAPPER = 1
PRG_BANKS = 64
CHR_KIB = 128
RAM = 1
.macro SCRIPT
  prg $C000, 62
  prg $E000, 63
  poke $8000, 6
  poke $8001, 5
  prg $8000, 5
  poke $8000, 2
  poke $8001, $21
  chr $1000, $21
  poke $5011, $08
  poke $5010, 1
  prg $8000, 5
  prg $E000, 31
  poke $5010, 2
  prg $8000, 21
  prg $E000, 31
  poke $5010, 4
  prg $8000, 16
  prg $E000, 19
  poke $5010, 3
  prg $8000, 16
  prg $C000, 16
  poke $5010, 5
  poke $A002, 3                   ; no register of the MMC3
  prg $8000, 22
  prg $C000, 30
  poke $5010, 0
  prg $E000, 63
  poke $5012, 4
  poke $5010, $60
  chr $0000, 32
  poke $5010, $40
  poke $A002, 2
  chr $0000, 48
  poke $5012, 0
  poke $5010, 0
  chr $1000, $21
  poke $5013, 2
  poke $8000, $0A
  poke $8001, 9
  chr $0400, 9
  poke $8000, $08
  poke $8001, 12
  prg $C000, 12
  poke $8000, $09
  poke $8001, 13
  prg $E000, 13
  poke $5013, 0
  prg $C000, 62
  prg $E000, 63
  poke $A000, 0
  vertical
  poke $A000, 1
  horizontal
  poke $A001, $80
  ram $6000
  poke $A001, $C0
  no_ram $6000
.endmacro
.include "board.inc"
