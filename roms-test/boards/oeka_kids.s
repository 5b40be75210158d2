; Oeka Kids (mapper 96): banks of CHR RAM that follow the part of the picture; the bus conflicts.
MAPPER = 96
PRG_BANKS = 16
CHR_KIB = 0
CHR_RAM = 9
.macro SCRIPT
  point $2000
  put $0000, 16
  point $2100
  put $0000, 17
  point $2200
  put $0000, 18
  point $2300
  put $0000, 19
  point $20C0
  chr $0000, 16
  chr $1000, $13
  point $21C0
  chr $0000, 17
  chr $1000, $13
  point $22C0
  chr $0000, 18
  chr $1000, $13
  point $23C0
  chr $0000, 19
  chr $1000, $13
  latch 6
  prg $8000, 8
  chr $1000, 0
  latch 1
  prg $8000, 4
  horizontal
.endmacro
.include "board.inc"
