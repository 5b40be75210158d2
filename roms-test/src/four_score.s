; four_score: four pads in a Four Score, each with its own number held: A on pad 1,
; B on 2, SELECT on 3, START on 4.
;
; What it checks: behind eight bits of the near pad come eight of the far one, then
; the signatures $10 and $20, then ones.
; https://www.nesdev.org/wiki/Four_player_adapters

.include "shell.inc"

.segment "ZEROPAGE"
port_1: .res 4
port_2: .res 4

.segment "CODE"

main:
  say "FOUR SCORE"
  jsr read
  test 1, "PAD 1: A (IS IT HELD?)"
  lda port_1
  want $80
  test 2, "PAD 2: B"
  lda port_2
  want $40
  test 3, "PAD 3: SELECT, BEHIND PAD 1"
  lda port_1+1
  want $20
  test 4, "PAD 4: START, BEHIND PAD 2"
  lda port_2+1
  want $10
  test 5, "THE SIGNATURE OF PORT 1"
  lda port_1+2
  want $10
  test 6, "THE SIGNATURE OF PORT 2"
  lda port_2+2
  want $20
  test 7, "ONES AFTER THAT"
  lda port_1+3
  want $FF
  lda port_2+3
  want $FF
  rts

read:
  lda #1
  sta JOY1
  lda #0
  sta JOY1
  tax
@byte:
  ldy #8
@bit:
  lda JOY1
  lsr a
  rol port_1,x
  lda JOY2
  lsr a
  rol port_2,x
  dey
  bne @bit
  inx
  cpx #4
  bne @byte
  rts
