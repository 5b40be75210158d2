; config: uxrom
;
; uxrom: the UxROM board (128 KiB PRG, CHR RAM).
;
; What it checks: the bank at $8000, the last bank at $C000, 8 KiB of CHR RAM.
; No RAM at $6000: the verdict is on the screen.

MAPPER = 2
PRG_BANKS = 8
CHR_BANKS = 0
.include "shell.inc"
.include "board.inc"

.segment "ZEROPAGE"
bank: .res 1

.repeat 7, I
  .segment .sprintf("BANK%d", I)
  .byte I
.endrepeat

.segment "RODATA"
numbers: .byte 0, 1, 2, 3, 4, 5, 6, 7

.segment "CODE"

main:
  say "UXROM"
  test 1, "THE BANK AT $8000"
  lda #6
  sta bank
: ldx bank
  txa
  sta numbers,x         ; ROM and CPU agree on the byte: no bus conflict
  lda $8000
  sta got
  cmp bank
  want_eq
  dec bank
  bpl :-
  test 2, "THE LAST BANK THERE"
  ldx #7
  txa
  sta numbers,x
  lda main - $4000
  cmp main
  want_eq
  test 3, "CHR RAM"
  vram_write $0000, $5A
  vram_write $1FFF, $A5
  vram_read $0000
  want $5A
  vram_read $1FFF
  want $A5
  vram_write $0000, 0
  test 4, "HORIZONTAL MIRRORING, AS IN THE HEADER"
  jsr mirroring
  want MIRROR_HORIZONTAL
  rts
