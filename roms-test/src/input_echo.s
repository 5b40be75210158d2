; input_echo: shows both controllers each frame.
;
; What it is: two lines of text, rewritten in each vblank from what was read in
; the vblank before (so a press of frame n is on the picture of frame n + 1):
;
;   PAD1 ABSTUDLR         a letter for each held button: A, B, Select, sTart,
;   PAD2 ........         Up, Down, Left, Right; a dot for each that is not
;
; A square moves with pad 1. The third line counts frames. Nothing ends: look at
; the lines.

.include "shell.inc"

.segment "ZEROPAGE"
pads:    .res 2
frames:  .res 2
x_pos:   .res 1
y_pos:   .res 1
bits:    .res 1

.segment "CODE"

main:
  say "INPUT ECHO"
  print "\nPAD1\nPAD2\n\nFRAME"
  lda #120
  sta x_pos
  sta y_pos
  lda #<echo
  sta nmi_jump+1
  lda #>echo
  sta nmi_jump+2
  jsr show_screen
  lda #$3F              ; sprites in red
  sta PPUADDR
  lda #$11
  sta PPUADDR
  lda #$16
  sta PPUDATA
  sta PPUDATA
  sta PPUDATA
  lda #0
  sta RESULT
  lda #%10000000
  sta PPUCTRL
: jmp :-

echo:
  bit PPUSTATUS
  lda #0
  sta OAMADDR
  lda y_pos
  sta OAMDATA
  lda #T_ONE
  sta OAMDATA
  lda #0
  sta OAMDATA
  lda x_pos
  sta OAMDATA

  ldx #0
@pad:
  lda #$20
  sta PPUADDR
  lda @place,x
  sta PPUADDR
  lda pads,x
  sta bits
  ldy #0
: lda #'.'
  asl bits
  bcc @up
  lda @letter,y
@up:
  sta PPUDATA
  iny
  cpy #8
  bne :-
  inx
  cpx #2
  bne @pad

  lda #$21
  sta PPUADDR
  lda #$08
  sta PPUADDR
  lda frames+1
  jsr @hex
  lda frames
  jsr @hex
  lda #0
  sta PPUSCROLL
  sta PPUSCROLL
  lda #%10000000
  sta PPUCTRL
  lda #%00011110
  sta PPUMASK
  inc frames
  bne :+
  inc frames+1
:
  lda #1
  sta JOY1
  lda #0
  sta JOY1
  ldx #8
: lda JOY1
  lsr a
  rol pads
  lda JOY2
  lsr a
  rol pads+1
  dex
  bne :-

  lda pads
  lsr a
  bcc :+
  inc x_pos
: lsr a
  bcc :+
  dec x_pos
: lsr a
  bcc :+
  inc y_pos
: lsr a
  bcc :+
  dec y_pos
: rti

@hex:
  pha
  lsr a
  lsr a
  lsr a
  lsr a
  jsr @digit
  pla
  and #$0F
@digit:
  cmp #10
  bcc :+
  adc #6
: adc #'0'
  sta PPUDATA
  rts

@place:  .byte $A7, $C7
@letter: .byte "ABSTUDLR"
