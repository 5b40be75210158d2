; Irem TAM-S1 (mapper 97): the last 16 KiB are at $8000.
MAPPER = 97
PRG_BANKS = 16
CHR_KIB = 0
.macro SCRIPT
  prg $8000, 14
  poke $8000, $43
  prg $C000, 6
  prg $E000, 7
  horizontal
  poke $8000, $85
  prg $C000, 10
  vertical
.endmacro
.include "board.inc"
