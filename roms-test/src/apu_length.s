; apu_length: length counters, $4015, and the frame counter's flag.
;
; What it checks: $4015 shows which counters run; writing 0 to a channel's bit stops
; it at once; half frames by $4017 count down; the halt bit holds; a disabled
; channel takes no length; the frame flag comes after a frame of the counter,
; is cleared by a read and by $4017 = $40, and never comes in five steps. NTSC.

.include "shell.inc"

.segment "ZEROPAGE"
mask:  .res 1

.segment "CODE"

main:
  say "APU LENGTH"

  test 1, "A LENGTH RUNS"
  lda #$0F
  sta APUSTATUS
  jsr lengths_2
  lda APUSTATUS
  and #$0F
  want $0F

  test 2, "TWO HALF FRAMES END A LENGTH OF 2"
  jsr half
  lda APUSTATUS
  and #$0F
  want $0F
  jsr half
  lda APUSTATUS
  and #$0F
  want $00

  test 3, "HALT HOLDS IT"
  jsr lengths_2
  lda #$B0
  sta $4000
  sta $4004
  sta $4008
  sta $400C
  jsr half
  jsr half
  jsr half
  lda APUSTATUS
  and #$0F
  want $0F

  test 4, "0 IN $4015 STOPS AT ONCE"
  lda #$05
  sta APUSTATUS
  lda APUSTATUS
  and #$0F
  want $05

  test 5, "A DISABLED CHANNEL TAKES NO LENGTH"
  lda #0
  sta APUSTATUS
  jsr lengths_2
  lda #$0F
  sta APUSTATUS
  lda APUSTATUS
  and #$0F
  want $00

  test 6, "THE TABLE: INDEX 0 IS 10"
  lda #$10
  sta $4000
  lda #$00
  sta $4003
  ldx #10
  jsr counts
  test 7, "INDEX 1 IS 254"
  lda #$08
  sta $4003
  ldx #254
  jsr counts
  test 8, "INDEX 31 IS 30"
  lda #$F8
  sta $4003
  ldx #30
  jsr counts

  test 9, "THE FRAME FLAG AFTER 29830 CYCLES"
  lda #$00
  sta $4017
  lda APUSTATUS
  delay 29000
  lda APUSTATUS
  and #$40
  want $00
  delay 1000
  lda APUSTATUS
  and #$40
  want $40
  test 10, "A READ CLEARS IT"
  lda APUSTATUS
  and #$40
  want $00
  test 11, "$4017 = $40 CLEARS IT"
  lda #$00
  sta $4017
  delay 30000
  lda #$40
  sta $4017
  lda APUSTATUS
  and #$40
  want $00
  test 12, "AND KEEPS IT AWAY"
  delay 30000
  lda APUSTATUS
  and #$40
  want $00
  test 13, "NONE IN FIVE STEPS"
  lda #$80
  sta $4017
  delay 60000
  lda APUSTATUS
  and #$40
  want $00
  test 14, "IT INTERRUPTS"
  lda #<@irq
  sta irq_jump+1
  lda #>@irq
  sta irq_jump+2
  lda #0
  sta mask
  sta $4017
  cli
  delay 30000
  sei
  lda #$40
  sta $4017
  lda mask
  want 1
  rts
@irq:
  inc mask
  bit APUSTATUS
  rti

; Length 2 (index 3) for all four, halt off.
lengths_2:
  lda #$10
  sta $4000
  sta $4004
  lda #$00
  sta $4008
  lda #$10
  sta $400C
  lda #$18
  sta $4003
  sta $4007
  sta $400B
  sta $400F
  rts

; A half frame, at once: five-step mode counts when it is written.
half:
  lda #$C0
  sta $4017
  delay 8
  rts

; Pulse 1 has to run for X half frames, and no longer.
counts:
  stx mask
: lda APUSTATUS
  and #$01
  sta got
  want_ne
  jsr half
  dec mask
  bne :-
  lda APUSTATUS
  and #$01
  want 0
  rts
