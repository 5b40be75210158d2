; duty: the eight steps of each duty, and what a write to $4003 does to them.
;
; What it is: pulse 1 at its lowest, 4096 CPU cycles a step, volume 15. For each
; duty in turn $4003 is written, and 43,008 cycles later, in the middle of a step,
; again. A write begins the sequence anew and leaves the timer alone: the
; step at hand ends when it would have ended. From a write the duties sound
; as 01000000, 01100000, 01111000 and 10011111; then a pause of two steps, and
; after all four silence. The code at $6000 is 0 at its end.
; (https://www.nesdev.org/wiki/APU_Pulse)

.include "shell.inc"

STEP = 2 * 2048         ; CPU cycles
HIGH = $F8 | >2047      ; of the timer; the length does not matter

.segment "CODE"

main:
  say "DUTY"
  lda #1
  sta APUSTATUS
  lda #$08              ; a sweep that is off and that never mutes
  sta $4001
  lda #<2047
  sta $4002
  .repeat 4, DUTY
    lda #DUTY << 6 | $3F
    sta $4000
    lda #HIGH
    sta $4003
    delay 10 * STEP + STEP / 2
    lda #HIGH
    sta $4003
    delay 12 * STEP
    lda #$30            ; volume 0
    sta $4000
    delay 2 * STEP
  .endrepeat
  lda #0
  sta APUSTATUS
  rts
