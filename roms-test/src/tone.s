; tone: a steady tone for ever, for tests of the whole way of the sound.
;
; What it is: pulse 1, duty 50 %, volume 15, timer 253, so on NTSC
; 1789773 / (16 * 254) = 440.4 Hz. The picture does not change.
; It starts in the first ten frames. The code at $6000 is 0 at once.

.include "shell.inc"

main:
  say "TONE"
  say ""
  say "PULSE 1, TIMER 253: 440.4 HZ"
  lda #1
  sta APUSTATUS
  lda #%10111111        ; duty 2, no length counter, constant volume 15
  sta $4000
  lda #%00001000        ; no sweep
  sta $4001
  lda #253
  sta $4002
  lda #0
  sta $4003
  rts
