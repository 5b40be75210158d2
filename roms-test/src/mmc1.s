; config: mmc1
;
; mmc1: the MMC1 board (SKROM: 128 KiB PRG, 32 KiB CHR, 8 KiB RAM).
;
; What it checks: five writes make one, bit 7 starts again; the bank at $8000
; with the last bank fixed; CHR in two banks of 4 KiB and in one of 8; the four
; kinds of mirroring; RAM at $6000 can be switched off.

MAPPER = 1
PRG_BANKS = 8
CHR_BANKS = 4
BOARD_RESET = 1
.include "shell.inc"
.include "board.inc"

.segment "ZEROPAGE"
bank: .res 1

.repeat 7, I
  .segment .sprintf("BANK%d", I)
  .byte I
.endrepeat
.repeat 8, I
  .segment .sprintf("CHR%d", I)
  .byte $C0 + I
.endrepeat

.segment "CODE"

; Write A (five bits) to the register at addr.
.macro serial addr
  .repeat 4
    sta addr
    lsr a
  .endrepeat
  sta addr
.endmacro
control: serial $8000
  rts
chr_low: serial $A000
  rts
chr_high: serial $C000
  rts
prg_bank: serial $E000
  rts

VERTICAL = %11110       ; 4 KiB CHR banks, $C000 fixed to the last bank

board_reset:
  lda #$80
  sta $8000
  lda #VERTICAL
  jsr control
  lda #0
  jsr chr_low
  lda #1
  jsr chr_high
  lda #0
  jmp prg_bank

main:
  say "MMC1"

  test 1, "THE BANK AT $8000"
  lda #6
  sta bank
: lda bank
  jsr prg_bank
  lda $8000
  sta got
  cmp bank
  want_eq
  dec bank
  bpl :-

  test 2, "THE LAST BANK THERE"
  lda #7
  jsr prg_bank
  lda main - $4000
  cmp main
  want_eq

  test 3, "BIT 7 STARTS AGAIN"
  lda #3
  jsr prg_bank
  lda #1
  sta $E000
  sta $E000
  sta $E000
  lda #$80
  sta $8000
  lda #VERTICAL
  jsr control
  lda $8000
  want 3
  lda #5
  jsr prg_bank
  lda $8000
  want 5

  test 4, "CHR BANKS OF 4 KIB"
  lda #7
  sta bank
: lda bank
  jsr chr_low
  lda bank
  eor #7
  jsr chr_high
  vram_read $0FF0
  and #$07
  sta got
  cmp bank
  want_eq
  vram_read $1FF0
  eor #$07
  and #$07
  sta got
  cmp bank
  want_eq
  dec bank
  bpl :-

  test 5, "CHR BANKS OF 8 KIB"
  lda #%01110
  jsr control
  lda #5                ; the low bit does not count
  jsr chr_low
  lda #0
  jsr chr_high
  vram_read $0FF0
  want $C4
  vram_read $1FF0
  want $C5
  lda #0
  jsr chr_low
  lda #VERTICAL
  jsr control
  lda #0
  jsr chr_low
  lda #1
  jsr chr_high

  test 6, "VERTICAL MIRRORING"
  jsr mirroring
  want MIRROR_VERTICAL
  test 7, "HORIZONTAL MIRRORING"
  lda #%11111
  jsr control
  jsr mirroring
  want MIRROR_HORIZONTAL
  test 8, "ONE SCREEN"
  lda #%11100
  jsr control
  jsr mirroring
  want MIRROR_SINGLE
  lda #%11101
  jsr control
  jsr mirroring
  want MIRROR_SINGLE
  test 9, "THE TWO SINGLE SCREENS ARE TWO"
  jsr two_singles
  lda #%11100
  jsr control
  vram_read $23F0
  want $11
  lda #VERTICAL
  jsr control

  test 10, "RAM CAN BE SWITCHED OFF"
  lda #$5A
  sta $6FFF
  lda #$10
  jsr prg_bank
  lda $6FFF
  sta got
  cmp #$5A
  want_ne
  lda #$00
  jsr prg_bank
  lda $6FFF
  want $5A
  rts

; $11 on the lower screen, $22 on the upper one, which stays.
two_singles:
  lda #%11100
  jsr control
  vram_write $23F0, $11
  lda #%11101
  jsr control
  vram_write $23F0, $22
  rts
