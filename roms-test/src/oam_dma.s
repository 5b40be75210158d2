; oam_dma: how long a sprite DMA takes, and what it copies.
;
; What it checks: 256 bytes from the page, beginning at OAMADDR; 513 CPU cycles,
; or 514 when the CPU is stopped on a get cycle. Measured to the cycle against
; vblank, which comes every 89,342 cycles for the third time. NTSC.

.include "shell.inc"

.segment "ZEROPAGE"
cost:   .res 1          ; above 500
two:    .res 2

.segment "OAM"
page:   .res 256

.segment "CODE"

EVEN_SYNC = 3 + 2 + 6   ; from the last read of even_sync to its return

; Look at vblank so that the DMA has to take at least 500 + n cycles for the
; flag to be set. Z clear = it was. The gap, 2 or 3, decides on which
; kind of cycle the CPU is stopped: all from the first DMA on is known, and even.
.macro look n, gap
  jsr even_sync
  delay gap
  lda #>page            ; 2
  sta OAMDMA            ; 4
  delay 3 * 29780 + 2 - EVEN_SYNC - (gap) - 6 - (500 + (n)) - 4
  lda PPUSTATUS         ; its read is the fourth cycle
  and #$80
.endmacro
; The most that it takes into cost.
.macro measure gap
  .repeat 4, I
    lda #12 + I
    sta cost
    look 13 + I, gap
    bne *+5
    jmp @done
  .endrepeat
  lda #99
  sta cost
@done:
.endmacro

main:
  say "OAM DMA"

  test 1, "256 BYTES, FROM OAMADDR"
  ldx #0
: txa
  eor #$A4
  and #$E3              ; bits that all four bytes of a sprite have
  sta page,x
  inx
  bne :-
  jsr wait_vblank
  lda #7
  sta OAMADDR
  lda #>page
  sta OAMDMA
  ldx #0
@compare:
  txa
  clc
  adc #7
  sta OAMADDR
  lda OAMDATA
  and #$E3
  sta got
  cmp page,x
  want_eq
  inx
  bne @compare

  test 2, "514 CYCLES"
  jsr with_2
  lda cost
  want 14
  test 3, "513 CYCLES, A CYCLE LATER"
  jsr with_3
  lda cost
  want 13
  rts

with_2:
  measure 2
  rts
with_3:
  measure 3
  rts

.segment "DELAY"
; As sync_vblank, but to within two dots, and always an even number of cycles
; after a DMA.
even_sync:
  lda #>page
  sta OAMDMA
  bit PPUSTATUS
: inc two               ; 5
  bit PPUSTATUS         ; 4
  bpl :-                ; 3
  delay 2*FRAME - 24
@again:
  bit PPUSTATUS         ; 4
  bmi @now              ; 2
  delay 2*FRAME - 4 - 2 - 3
  jmp @again            ; 3
@now:                   ; 3
  nop
  rts
