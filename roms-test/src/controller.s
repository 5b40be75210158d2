; controller: strobe, eight bits, ones ever after. Hold A and RIGHT on pad 1, B
; on pad 2, for the whole run.
;
; What it checks: the order A B Select Start Up Down Left Right; while the
; strobe is high each read gives A; after eight reads all are 1; bits 7-5 are
; what was on the bus ($40). Prints the bits of both pads.

.include "shell.inc"

.segment "ZEROPAGE"
pads:  .res 2
count: .res 1

.segment "CODE"

main:
  say "CONTROLLER"
  jsr read
  print "PAD1 "
  lda pads
  jsr put_bits
  print "\nPAD2 "
  lda pads+1
  jsr put_bits
  print "\n"

  test 1, "PAD 1: A AND RIGHT (ARE THEY HELD?)"
  lda pads
  want %10000001
  test 2, "PAD 2: B"
  lda pads+1
  want %01000000
  test 3, "AFTER EIGHT READS: ONES"
  ldx #20
: lda JOY1
  and #1
  sta got
  want_ne
  lda JOY2
  and #1
  sta got
  want_ne
  dex
  bne :-
  test 4, "STROBE HIGH: ALWAYS A"
  lda #1
  sta JOY1
  ldx #10
: lda JOY1
  and #1
  sta got
  want_ne
  lda JOY2
  and #1
  sta got
  want_eq
  dex
  bne :-
  test 5, "AND ALL OF THEM WHEN IT FALLS"
  lda #0
  sta JOY1
  jsr read_8
  lda pads
  want %10000001
  lda pads+1
  want %01000000
  test 6, "BITS 7-5 ARE OPEN BUS"
  jsr strobe
  lda JOY1
  and #$E0
  want $40
  lda JOY2
  and #$E0
  want $40
  test 7, "A NEW STROBE BEGINS AGAIN"
  jsr strobe
  lda JOY1
  lda JOY1
  lda JOY1
  jsr read
  lda pads
  want %10000001
  rts

strobe:
  lda #1
  sta JOY1
  lsr a
  sta JOY1
  rts
read:
  jsr strobe
read_8:
  ldx #8
: lda JOY1
  lsr a
  rol pads
  lda JOY2
  lsr a
  rol pads+1
  dex
  bne :-
  rts

put_bits:
  ldx #8
: asl a
  pha
  lda #'0'
  adc #0
  jsr put_char
  pla
  dex
  bne :-
  rts
