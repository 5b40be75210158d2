; Jaleco JF-11 (mapper 140): 32 KiB of PRG and CHR by a latch at $6000.
MAPPER = 140
PRG_BANKS = 16
CHR_KIB = 64
.macro SCRIPT
  poke $6000, $21
  prg $8000, 8
  prg $E000, 11
  chr $0000, 8
  poke $7FFF, $17
  prg $8000, 4
  chr $1C00, 63
  horizontal
.endmacro
.include "board.inc"
