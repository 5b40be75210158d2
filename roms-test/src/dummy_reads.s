; dummy_reads: indexed instructions read once too often, where the carry into
; the high byte is still missing.
;
; What it checks: with registers that change when they are read ($2002, $4015,
; $4016), that LDA abs,X, LDA abs,Y and LDA (zp),Y read the wrong page first when a page is
; crossed and only then; that stores always do.

.include "shell.inc"

.segment "ZEROPAGE"
ptr:  .res 2

.segment "CODE"

; Wait until the vblank flag is set, without a look at it.
.macro in_vblank
  jsr wait_vblank
  delay 29781 + 200
.endmacro
; Wait until the frame flag is set, likewise.
.macro frame_flag
  lda #$00
  sta $4017
  bit APUSTATUS
  delay 30000
.endmacro

main:
  say "DUMMY READS"

  test 1, "LDA ABS,X IN A PAGE: NONE"
  in_vblank
  ldx #$10
  lda $20F2-$10,x       ; $20F2 is $2002
  and #$80
  want $80
  test 2, "LDA ABS,X ACROSS A PAGE: ONE"
  in_vblank
  ldx #$10
  lda $20F2,x           ; $2002, then $2102 = $2002
  and #$80
  want 0
  test 3, "LDA ABS,Y ACROSS A PAGE: ONE"
  in_vblank
  ldy #$10
  lda $20F2,y
  and #$80
  want 0
  test 4, "LDA (ZP),Y IN A PAGE: NONE"
  lda #$E2
  sta ptr
  lda #$20
  sta ptr+1
  in_vblank
  ldy #$10
  lda (ptr),y
  and #$80
  want $80
  test 5, "LDA (ZP),Y ACROSS A PAGE: ONE"
  lda #$F2
  sta ptr
  in_vblank
  ldy #$10
  lda (ptr),y
  and #$80
  want 0
  test 6, "STA ABS,X IN A PAGE: ONE"
  in_vblank
  ldx #0
  sta $2002,x           ; reads, then writes: no effect
  lda PPUSTATUS
  and #$80
  want 0
  test 7, "STA ABS: NONE"
  in_vblank
  sta $2002
  lda PPUSTATUS
  and #$80
  want $80

  test 8, "LDA $40F5,X READS $4015 FIRST"
  frame_flag
  ldx #$20
  lda $40F5,x           ; $4015, then $4115
  lda APUSTATUS
  and #$40
  want 0
  test 9, "LDA $3FF5,X READS $4015 AT LAST"
  frame_flag
  ldx #$20
  lda $3FF5,x           ; $3F15, then $4015
  and #$40
  want $40

  test 10, "LDA $40F6,X CLOCKS THE CONTROLLER"
  jsr strobe
  ldx #$20
  lda $40F6,x           ; $4016, then $4116
  ldx #0
: inx
  lda JOY1
  and #1
  beq :-
  txa
  want 8                ; one bit is gone: the ones begin a read earlier
  lda #$40
  sta $4017
  rts

strobe:
  lda #1
  sta JOY1
  lsr a
  sta JOY1
  rts
