; FS005 (mapper 176.2): a register that puts the others away, CHR RAM before the ROM, single
; screens, $46 and $47 change places.
MAPPER = 176
SUBMAPPER = 2
PRG_BANKS = 64
CHR_KIB = 64
CHR_RAM = 7
RAM = 1
.macro SCRIPT
  prg $E000, 63
  poke $A001, $A0
  poke $5010, 4
  prg $E000, 63
  poke $A001, $E0
  poke $5011, 8
  poke $5010, 4
  prg $8000, 16
  prg $E000, 19
  poke $5011, 0
  poke $5010, 0
  prg $E000, 63
  poke $8000, $46
  poke $8001, 9
  prg $A000, 9
  prg $8000, 62
  poke $8000, $47
  poke $8001, 10
  prg $C000, 10
  chr $0000, 0
  poke $A001, $E4
  put $0000, $77
  chr $0000, $77
  poke $8000, 2
  poke $8001, 8
  chr $1000, 8
  poke $A001, $E0
  chr $0000, 0
  ram $6000
  poke $A000, 0
  vertical
  poke $A000, 1
  horizontal
  poke $A000, 2
  one_screen
.endmacro
.include "board.inc"
