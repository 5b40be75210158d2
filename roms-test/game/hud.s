; The film strip on top: score, reels, scene, takes. Also score arithmetic,
; palettes, and text on sprites.

SCORE_DIGITS = 6

.segment "ZEROPAGE"
score:      .res SCORE_DIGITS   ; one decimal digit a byte, highest first
best:       .res SCORE_DIGITS
reels:      .res 2              ; two digits
reel_bonus: .res 1              ; reels until the next extra take
scene:      .res 1              ; 0…
takes:      .res 1              ; lives left, this one included
hud_dirty:  .res 1              ; which fields to draw again
pal_dirty:  .res 1              ; 0 no, 1…4: that quarter (of the background) is next

HUD_SCORE = 1
HUD_REELS = 2
HUD_SCENE = 4
HUD_TAKES = 8

.segment "BSS"
pal:        .res 32

.segment "RODATA"

; Four rows: perforation, names, values, perforation.
hud_names: .byte "  SCORE    REELS   SCENE  TAKES "

.segment "CODE"

; Draw the strip; the picture is off.
hud_draw:
  lda #$20
  sta PPUADDR
  lda #$00
  sta PPUADDR
  jsr @holes
  ldx #0
: lda hud_names,x
  sta PPUDATA
  inx
  cpx #32
  bne :-
  lda #' '
: sta PPUDATA
  dex
  bne :-
  jsr @holes
  ; its lower edge once more on the other screen: there the skyline's scroll
  ; already holds on line 31
  lda #$24
  sta PPUADDR
  lda #$60
  sta PPUADDR
  jsr @holes
  lda #$FF
  sta hud_dirty
  ; sprite 0: its bottom line is the only opaque one, on screen line 30
  jmp hud_sprite0
@holes:
  ldx #32
  lda #T_HOLE
: sta PPUDATA
  dex
  bne :-
  rts

; Sprite 0 sits behind the lower black edge of the strip. Each frame, after
; oam_begin.
hud_sprite0:
  lda #22
  sta oam
  lda #S_LINE
  sta oam+1
  lda #%00100000
  sta oam+2
  lda #244
  sta oam+3
  rts

; Queue what changed. Not in a frame that queues a column: vblank is short.
hud_update:
  lsr hud_dirty
  bcc :+
  ldx #$20
  lda #$42
  jsr vq_open
  ldy #0
@digit:
  lda score,y
  ora #'0'
  jsr vq_byte
  iny
  cpy #SCORE_DIGITS
  bne @digit
  jsr vq_close
: lsr hud_dirty
  bcc :+
  ldx #$20
  lda #$4C
  jsr vq_open
  lda #T_COUNT
  jsr vq_byte
  lda reels
  ora #'0'
  jsr vq_byte
  lda reels+1
  ora #'0'
  jsr vq_byte
  jsr vq_close
: lsr hud_dirty
  bcc :+
  ldx #$20
  lda #$54
  jsr vq_open
  ldx scene
  inx
  txa
  ldy #'0'-1
@tens:
  iny
  sec
  sbc #10
  bcs @tens
  adc #10+'0'
  pha
  tya
  jsr vq_byte
  pla
  jsr vq_byte
  jsr vq_close
: lsr hud_dirty
  bcc @done
  ldx #$20
  lda #$5A
  jsr vq_open
  ldy #0
@take:
  lda #' '
  cpy takes
  bcs :+
  lda #T_TAKE
: jsr vq_byte
  iny
  cpy #5
  bne @take
  jsr vq_close
@done:
  lda #0
  sta hud_dirty
  rts

; Add A (0-99) times ten to the power of X (0…4) to the score.
add_score:
  stx tmp+7
  ldy #0                ; tens of A
: cmp #10
  bcc :+
  sbc #10
  iny
  bne :-
: pha
  lda #SCORE_DIGITS-1
  sec
  sbc tmp+7
  tax
  pla
  jsr @digit
  tya
  dex
@digit:                 ; add A (0-9) to digit X, with carries; X is kept
  stx tmp+6
  clc
@carry:
  adc score,x
  cmp #10
  bcc @store
  sbc #10
  sta score,x
  lda #0
  dex
  bmi @full
  sec
  bcs @carry
@store:
  sta score,x
@out:
  lda hud_dirty
  ora #HUD_SCORE
  sta hud_dirty
  ldx tmp+6
  rts
@full:                  ; a million: the strip shows 999999 for ever
  ldx #SCORE_DIGITS-1
  lda #9
: sta score,x
  dex
  bpl :-
  bmi @out

; best = the greater of best and score
update_best:
  ldx #0
: lda score,x
  cmp best,x
  bcc @done
  bne @copy
  inx
  cpx #SCORE_DIGITS
  bne :-
@done:
  rts
@copy:
  ldx #SCORE_DIGITS-1
: lda score,x
  sta best,x
  dex
  bpl :-
  rts

; Copy 32 colours from ptr to pal, and to the PPU (the picture is off).
pal_load:
  ldy #31
: lda (ptr),y
  sta pal,y
  dey
  bpl :-
pal_show:
  lda pal               ; $3F10 is $3F00 once more
  sta pal+16
  lda #$3F
  sta PPUADDR
  lda #$00
  sta PPUADDR
  ldx #0
: lda pal,x
  sta PPUDATA
  inx
  cpx #32
  bne :-
  rts

; Queue the background palettes after a change of scene.
pal_update:
  lda pal_dirty
  beq @done
  ldx #$3F
  lda #$00
  sta pal_dirty
  jsr vq_open
  ldy #0
: lda pal,y
  jsr vq_byte
  iny
  cpy #16
  bne :-
  jmp vq_close
@done:
  rts

; Draw the text at ptr (closed by 0) with sprites at tmp (x), tmp+1 (y) in
; palette tmp+2. At most eight letters fit on a line of an NES.
sprite_text:
  ldy #0
@letter:
  lda (ptr),y
  beq @done
  cmp #' '
  beq @next
  ldx oam_i
  beq @done
  sta oam+1,x
  lda tmp
  sta oam+3,x
  lda tmp+1
  sta oam,x
  lda tmp+2
  sta oam+2,x
  inx
  inx
  inx
  inx
  stx oam_i
@next:
  lda tmp
  clc
  adc #9
  sta tmp
  iny
  bne @letter
@done:
  rts
