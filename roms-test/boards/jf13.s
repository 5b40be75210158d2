; Jaleco JF-13 (mapper 86): PRG and CHR by a latch at $6000.
MAPPER = 86
PRG_BANKS = 16
CHR_KIB = 64
.macro SCRIPT
  poke $6000, $21
  prg $8000, 8
  prg $E000, 11
  chr $0000, 8
  poke $6000, $53
  prg $8000, 4
  chr $1C00, 63
  horizontal
.endmacro
.include "board.inc"
