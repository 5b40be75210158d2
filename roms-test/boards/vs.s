; Vs. System (mapper 99): bit 2 of $4016 switches 8 KiB of CHR, and of 40 KiB of PRG the
; first 8; four nametables; coins and the service button are bits of $4016.
MAPPER = 99
PRG_BANKS = 4
CHR_KIB = 16
RAM = 1
VS_PPU = 2                      ; 2C04-0001
.macro SCRIPT
  prg $8000, 0
  prg $A000, 1
  prg $C000, 2
  prg $E000, 3
  chr $0000, 0
  chr $1C00, 7
  poke $4016, $04
  chr $0000, 8
  chr $1C00, 15
  prg $8000, 0
  poke $4020, $01
  chr $0400, 9
  poke $4016, $00
  chr $0400, 1
  ram $6000
  names 1, 2, 3, 4
  prg $4016, $64                ; both slots and the button are held (own.json), no pad
  prg $4017, $00
.endmacro
.include "board.inc"
