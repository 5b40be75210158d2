; Namco 175 (mapper 210.1): the banks of a 163, a switch for its RAM.
MAPPER = 210
SUBMAPPER = 1
PRG_BANKS = 16
CHR_KIB = 128
RAM = 1
WIRED = 1
.macro SCRIPT
  poke $E000, $05
  prg $8000, 5
  poke $E800, $09
  prg $A000, 9
  poke $F000, $0B
  prg $C000, 11
  prg $E000, 15
  poke $8000, 40
  chr $0000, 40
  poke $8800, 43
  chr $0400, 43
  poke $9000, 46
  chr $0800, 46
  poke $9800, 49
  chr $0C00, 49
  poke $A000, 52
  chr $1000, 52
  poke $A800, 55
  chr $1400, 55
  poke $B000, 58
  chr $1800, 58
  poke $B800, 61
  chr $1C00, 61
  poke $C000, 0
  no_ram $6000
  poke $C000, 1
  ram $6000
  vertical
.endmacro
.include "board.inc"
