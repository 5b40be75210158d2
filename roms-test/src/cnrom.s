; config: cnrom
;
; cnrom: the CNROM board (32 KiB PRG, 32 KiB CHR).
;
; What it checks: the four CHR banks; vertical mirroring from the header.
; No RAM at $6000: the verdict is on the screen.

MAPPER = 3
CHR_BANKS = 4
FLAGS6 = 1
.include "shell.inc"
.include "board.inc"

.segment "ZEROPAGE"
bank: .res 1

.repeat 4, I
  .segment .sprintf("CHR%d", I)
  .byte $C0 + I
.endrepeat

.segment "RODATA"
numbers: .byte 0, 1, 2, 3

.segment "CODE"

main:
  say "CNROM"
  test 1, "THE CHR BANK"
  lda #3
  sta bank
: ldx bank
  txa
  sta numbers,x
  vram_read $1FF0
  and #$03
  sta got
  cmp bank
  want_eq
  dec bank
  bpl :-
  test 2, "CHR ROM CANNOT BE WRITTEN"
  vram_write $1FF0, $55
  vram_read $1FF0
  want $C0
  test 3, "VERTICAL MIRRORING, AS IN THE HEADER"
  jsr mirroring
  want MIRROR_VERTICAL
  rts
