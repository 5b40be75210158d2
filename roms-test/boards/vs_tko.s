; Vs. TKO Boxing's board (mapper 206): the banks of a Namco 118, a chip at $5E00 that gives
; bytes in turn, and four nametables, of which the header says nothing: a Vs. System has them.
MAPPER = 206
PRG_BANKS = 16
CHR_KIB = 64
VS_PPU = $24                    ; with that chip, 2C04-0003
.macro SCRIPT
  poke $8000, 6
  poke $8001, 5
  prg $8000, 5
  prg $E000, 15
  peek $5E00
  prg $5E01, $FF
  prg $5E01, $BF
  prg $5E01, $B7
  prg $5E01, $97
  prg $5E01, $97
  prg $5E01, $17
  peek $5E00
  prg $5E01, $FF
  prg $5E01, $BF
  names 1, 2, 3, 4
.endmacro
.include "board.inc"
