; Nanjing FC-001 (mapper 163): 32 KiB of PRG by two registers whose bits change places, CHR
; RAM that follows the half of the nametable.
MAPPER = 163
PRG_BANKS = 64
CHR_KIB = 0
RAM = 1
WIRED = 1
.macro SCRIPT
  prg $8000, 12
  prg $E000, 15
  poke $5000, 4                   ; the lowest two bits are ones
  prg $8000, 28
  poke $5300, 4
  prg $8000, 16
  poke $5000, 1
  prg $8000, 4
  poke $5300, 5
  poke $5000, 1
  prg $8000, 8
  prg $E000, 11
  poke $5300, 4
  poke $5000, 3
  prg $A000, 13
  put $0000, $55
  put $1000, $66
  point $2200
  chr $0000, $55
  chr $1000, $66
  poke $5000, $80
  chr $0000, $66
  chr $1000, $66
  point $2000
  chr $0000, $55
  chr $1000, $55
  point $2340
  chr $0000, $66
  poke $5000, 0
  chr $0000, $55
  chr $1000, $66
  ram $6000
  vertical
.endmacro
.include "board.inc"
