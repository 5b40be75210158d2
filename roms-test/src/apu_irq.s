; apu_irq: the two flags of $4015 that interrupt, and what clears each.
;
; What it checks: a read of $4015 clears the frame flag and not the DMC's; a
; write to $4015 clears the DMC's and not the frame flag; $4010 without bit 7
; clears the DMC's; it is set when the last byte is fetched, not when that has
; been played, and never by a sample that loops; it interrupts until cleared.
; (https://www.nesdev.org/wiki/APU_DMC) NTSC.

.include "shell.inc"

BYTE = 8 * 428          ; CPU cycles that a byte takes at the slowest rate

.segment "ZEROPAGE"
times: .res 1

.segment "CODE"

main:
  say "APU IRQ"

  test 1, "THE DMC FLAG: AT THE FETCH"
  jsr quiet
  jsr one_byte
  lda APUSTATUS
  and #$90
  want $80
  test 2, "A READ DOES NOT CLEAR IT"
  lda APUSTATUS
  and #$80
  want $80
  delay BYTE
  lda APUSTATUS
  and #$80
  want $80
  test 3, "A WRITE TO $4015 DOES"
  lda #0
  sta APUSTATUS
  lda APUSTATUS
  and #$80
  want $00

  test 4, "BOTH FLAGS"
  jsr both
  lda APUSTATUS
  and #$C0
  want $C0
  test 5, "A READ CLEARS THE FRAME FLAG ALONE"
  lda APUSTATUS
  and #$C0
  want $80
  test 6, "A WRITE CLEARS THE DMC FLAG ALONE"
  jsr both
  lda #0
  sta APUSTATUS
  lda APUSTATUS
  and #$C0
  want $40

  test 7, "$4010 WITH BIT 7 KEEPS IT"
  jsr quiet
  jsr one_byte
  lda #$8F
  sta $4010
  lda APUSTATUS
  and #$80
  want $80
  test 8, "$4010 WITHOUT BIT 7 CLEARS IT"
  lda #$0F
  sta $4010
  lda APUSTATUS
  and #$80
  want $00

  test 9, "A LOOP SETS NO FLAG"
  jsr quiet
  lda #$C0
  jsr start
  delay 3 * BYTE
  lda APUSTATUS
  and #$90
  want $10

  test 10, "IT INTERRUPTS UNTIL CLEARED"
  jsr quiet
  lda #<@irq
  sta irq_jump+1
  lda #>@irq
  sta irq_jump+2
  lda #0
  sta times
  cli
  jsr one_byte
  delay 1000
  sei
  lda times
  want 3
  rts
@irq:
  pha
  bit APUSTATUS         ; no help
  inc times
  lda times
  cmp #3
  bne :+
  lda #0
  sta APUSTATUS
: pla
  rti

; No flags, no interrupts, an output unit that has played all.
quiet:
  lda #0
  sta APUSTATUS
  sta $4010
  lda #$40
  sta $4017
  delay 3 * BYTE
  rts

; A sample of one byte, with the flag; it is fetched at once.
one_byte:
  lda #$80
start:
  sta $4010
  lda #0
  sta $4012             ; from $C000, whatever is there
  sta $4013
  lda #$10
  sta APUSTATUS
  delay 10
  rts

; Both flags, of which nothing was read yet.
both:
  jsr quiet
  lda #0
  sta $4017
  delay 30000
  jmp one_byte
