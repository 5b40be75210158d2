; VRC1 (mapper 75): three PRG banks, two CHR banks of five bits.
MAPPER = 75
PRG_BANKS = 16
CHR_KIB = 128
.macro upright
  vertical
.endmacro
.macro level
  horizontal
.endmacro
.include "vrc1.inc"
.include "board.inc"
