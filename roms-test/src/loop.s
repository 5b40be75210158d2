; loop: a picture and a sound that never stand still, for tests of loops.
;
; What it is: a pattern that scrolls by a pixel each frame, a frame counter in
; six decimal digits, a square that pad 1 moves (with A it moves faster), and an
; endless arpeggio of the triangle with clicks of noise. Two frames that look
; the same are the same frame.

FLAGS6 = 1              ; vertical mirroring
.include "shell.inc"

.segment "ZEROPAGE"
frames:  .res 2
count:   .res 6         ; decimal digits, lowest first
x_pos:   .res 1
y_pos:   .res 1
pad:     .res 1
step:    .res 1

.segment "OAM"
oam:     .res 256

.segment "CODE"

main:
  say "LOOP"
  ; a pattern over both screens
  lda #$21
  sta PPUADDR
  lda #$00
  sta PPUADDR
  ldx #0
  jsr pattern
  lda #$24
  sta PPUADDR
  lda #$00
  sta PPUADDR
  jsr pattern
  lda #120
  sta x_pos
  sta y_pos
  ldx #0
  lda #$F8
: sta oam,x
  inx
  bne :-
  lda #%00000101
  sta APUSTATUS
  lda #$08
  sta $4001
  lda #<turn
  sta nmi_jump+1
  lda #>turn
  sta nmi_jump+2
  jsr show_screen
  lda #$3F
  sta PPUADDR
  lda #$11
  sta PPUADDR
  lda #$16
  sta PPUDATA
  sta PPUDATA
  lda #$28
  sta PPUDATA
  lda #0
  sta RESULT
  lda #%10000000
  sta PPUCTRL
: jmp :-

pattern:                ; 704 tiles: two kinds of stripes
  ldy #0
  lda #3
  sta step
@tile:
  tya
  lsr a
  lsr a
  lsr a
  lsr a
  lsr a
  sta shell_tmp
  tya
  and #7
  eor shell_tmp
  and #7
  tax
  lda @look,x
  sta PPUDATA
  iny
  bne @tile
  dec step
  bne @tile
  rts
@look: .byte "#", ".", " ", "/", " ", "+", " ", "-"

turn:
  bit PPUSTATUS
  lda #0
  sta OAMADDR
  lda #>oam
  sta OAMDMA
  lda frames
  sta PPUSCROLL
  lda #0
  sta PPUSCROLL
  lda frames+1
  and #1
  ora #%10000000
  sta PPUCTRL
  lda #%00011110
  sta PPUMASK

  ; the counter: sprites 0-5
  ldx #0
@carry:
  inc count,x
  lda count,x
  cmp #10
  bcc :+
  lda #0
  sta count,x
  inx
  cpx #6
  bne @carry
: inc frames
  bne :+
  inc frames+1
: ldx #0
  ldy #5
@digit:
  lda #16
  sta oam,x
  lda count,y
  ora #'0'
  sta oam+1,x
  lda #0
  sta oam+2,x
  txa
  asl a
  adc #96
  sta oam+3,x
  inx
  inx
  inx
  inx
  dey
  bpl @digit

  ; the square: sprite 6
  lda #1
  sta JOY1
  sta pad
  lsr a
  sta JOY1
: lda JOY1
  lsr a
  rol pad
  bcc :-
  ldy #1
  lda pad
  bpl @move
  ldy #3
@move:
  lda pad
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
: dey
  bne @move
  lda y_pos
  sta oam,x
  lda #T_ONE
  sta oam+1,x
  lda #0
  sta oam+2,x
  lda x_pos
  sta oam+3,x

  ; a note every eight frames
  lda frames
  and #7
  bne @done
  lda frames
  lsr a
  lsr a
  lsr a
  and #7
  tax
  lda #$FF
  sta $4008
  lda @low,x
  sta $400A
  lda @high,x
  sta $400B
@done:
  rti
@low:  .lobytes 427, 338, 284, 213, 253, 213, 284, 338
@high: .hibytes 427, 338, 284, 213, 253, 213, 284, 338
