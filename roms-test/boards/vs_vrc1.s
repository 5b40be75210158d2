; Vs. System with a VRC1 (mapper 151): the banks of mapper 75, four nametables.
MAPPER = 151
PRG_BANKS = 16
CHR_KIB = 128
VS_PPU = 4                      ; 2C04-0003
.macro upright
  names 1, 2, 3, 4
.endmacro
.macro level
  upright
.endmacro
.include "vrc1.inc"
.include "board.inc"
