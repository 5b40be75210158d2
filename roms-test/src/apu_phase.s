; apu_phase: when a write to $4017 takes effect.
;
; What it checks: the frame counter begins anew three cycles after a write in a
; put cycle, four after one in a get cycle, so that the frame flag comes a cycle
; later; $80 clocks the length counters at the latest in the cycle before that
; (whether it is sooner only the sound would tell); and what the old sequence
; clocked one cycle earlier is the same pulse, which counts once.
; (https://www.nesdev.org/wiki/APU_Frame_Counter) NTSC.

.include "shell.inc"

; Gaps after a sprite DMA, whose next cycle is a get, for a write by LDA #, STA.
ON_PUT = 2
ON_GET = 3

; The first cycle after the write in which a read sees the flag, on a put.
FLAG = 29831

; Half frame of the first sequence, in cycles after a write on a put.
HALF = 3 + 14913 - 1

.segment "CODE"

; A write of `value` to $4017 in a cycle of known kind.
.macro write_4017 value, gap
  lda #>$0200
  sta OAMDMA
  delay gap
  lda #value            ; 2
  sta $4017             ; 4: it writes in the last
.endmacro

; Looks at the frame flag n cycles after the write.
.macro look gap, n
  lda #$40
  sta $4017             ; the flag is off
  write_4017 $00, gap
  delay (n) - 4
  lda APUSTATUS         ; 4: it reads in the last
  and #$40
.endmacro

; Writes $80 n cycles after $00 was written on a put, with two half frames to
; go in pulse 1. Z set = both were counted.
.macro halves n
  lda #$10
  sta $4000
  lda #$01
  sta APUSTATUS
  lda #$18              ; length 2
  sta $4003
  write_4017 $00, ON_PUT
  delay (n) - 6
  lda #$80
  sta $4017
  delay 10
  lda APUSTATUS
  and #$01
.endmacro

main:
  say "APU PHASE"

  test 1, "WRITTEN ON A PUT: NO FLAG YET"
  look ON_PUT, FLAG - 1
  want $00
  test 2, "WRITTEN ON A PUT: THE FLAG"
  look ON_PUT, FLAG
  want $40
  test 3, "WRITTEN ON A GET: A CYCLE LATER"
  look ON_GET, FLAG
  want $00
  test 4, "WRITTEN ON A GET: THE FLAG"
  look ON_GET, FLAG + 1
  want $40

  test 5, "PUT: A CYCLE AFTER A HALF FRAME"
  halves HALF + 1 - 2   ; the same pulse
  want 1
  test 6, "PUT: THREE CYCLES AFTER IT"
  halves HALF + 3 - 2
  want 0
  test 7, "GET: A CYCLE AFTER A HALF FRAME"
  halves HALF + 1 - 3
  want 1
  test 8, "GET: THREE CYCLES AFTER IT"
  halves HALF + 3 - 3
  want 0
  rts
