; The title with the keys, and the page after the last take.

.segment "RODATA"
title_pals:
  .byte $0F,$0F,$28,$30, $0F,$06,$16,$36, $0F,$0F,$28,$28, $0F,$0F,$2C,$2C
  .byte $0F,$21,$16,$37, $0F,$00,$10,$2C, $0F,$17,$28,$30, $0F,$0F,$10,$30

; {address high, low, text, 0} …, closed by $FF
title_text:
  .byte $21,$44, "STARRING THE REEL RUNNER", 0
  .byte $21,$A5, "ARROWS", 0
  .byte $21,$B0, "RUN", 0
  .byte $21,$E5, "X", 0
  .byte $21,$F0, "JUMP (A)", 0
  .byte $22,$25, "Z", 0
  .byte $22,$30, "THROW (B)", 0
  .byte $22,$65, "ENTER", 0
  .byte $22,$70, "START", 0
  .byte $22,$A5, "L RECORD - L LOOP - L PLAY", 0
  .byte $FF
text_start:
  .byte $23,$09, "PRESS  ENTER", 0
  .byte $FF
text_nothing:
  .byte $23,$09, "            ", 0
  .byte $FF
wrap_text:
  .byte $21,$09, "THAT'S A WRAP", 0
  .byte $21,$A8, "SCORE", 0
  .byte $21,$E8, "BEST", 0
  .byte $22,$28, "REELS", 0
  .byte $22,$68, "SCENE", 0
  .byte $FF

.segment "ZEROPAGE"
walk_x:    .res 2       ; the courier on the title's floor, 16 bits
blink:     .res 1

.segment "CODE"

title_enter:
  lda nmi_quiet
  bne :+                ; at power-on the picture is off already
  jsr screen_off
: addr_to ptr, title_pals
  jsr pal_load
  jsr clear_screens
  jsr page_strips
  ; the logo: 24 x 4 tiles at column 4, row 4
  lda #T_LOGO
  sta tmp
  lda #$84
  sta tmp+1
: lda #$20
  sta PPUADDR
  lda tmp+1
  sta PPUADDR
  ldy #24
: lda tmp
  sta PPUDATA
  inc tmp
  dey
  bne :-
  lda tmp+1
  clc
  adc #32
  sta tmp+1
  cmp #$84+4*32-256
  bne :--
  ; its colours: attribute row 1; the keys in gold: rows 3-4; L in blue: row 5
  lda #$C8
  ldx #$55
  jsr @colour
  lda #$D8
  ldx #$AA
  jsr @keys
  lda #$E0
  ldx #$AA
  jsr @keys
  lda #$E8
  ldx #$FF
  jsr @colour
  addr_to ptr, title_text
  jsr page_text
  jsr page_best
  jsr page_floor
  lda #0
  sta walk_x
  sta walk_x+1
  sta blink
  lda #ST_TITLE
  sta state
  jsr screen_on
  lda #SONG_TITLE
  jmp song_play
@keys:
  ldy #4                ; the left half only
  bne :+
@colour:
  ldy #8
: pha
  lda #$23
  sta PPUADDR
  pla
  sta PPUADDR
: stx PPUDATA
  dey
  bne :-
  rts

title_run:
  inc blink
  lda blink
  and #31
  bne @walk
  addr_to ptr, text_start
  lda blink
  and #32
  beq :+
  addr_to ptr, text_nothing
: jsr queue_text
@walk:
  ; the courier runs along the floor, a roller behind him
  lda walk_x
  clc
  adc #2
  sta walk_x
  bcc :+
  inc walk_x+1
  lda walk_x+1
  and #1
  sta walk_x+1
: lda walk_x
  sta hero_x+1
  lda #184
  sta hero_y+1
  lda #1
  sta grounded
  lda #0
  sta mercy
  sta throw_t
  inc run_anim
  lda walk_x+1
  bne :+
  jsr hero_draw
: lda walk_x
  sec
  sbc #80
  sta tmp
  lda walk_x+1
  sbc #0
  sta tmp+1
  lda #192
  sta tmp+2
  lda frame
  lsr a
  lsr a
  and #1
  asl a
  asl a
  adc #S_ROLLER
  sta tmp+3
  lda #%01000001
  sta tmp+4
  jsr draw16
  lda pad_new
  and #PAD_START|PAD_A
  beq :+
  jmp game_start
: rts

; After the last take.
wrap_enter:
  jsr update_best
  jsr screen_off
  addr_to ptr, title_pals
  jsr pal_load
  jsr clear_screens
  jsr page_strips
  addr_to ptr, wrap_text
  jsr page_text
  ; headline in gold
  lda #$23
  sta PPUADDR
  lda #$D0
  sta PPUADDR
  ldx #8
  lda #$AA
: sta PPUDATA
  dex
  bne :-
  lda #$21
  ldx #$B1
  ldy #score
  jsr page_number
  lda #$21
  ldx #$F1
  ldy #best
  jsr page_number
  lda #$22
  ldx #$31
  jsr page_address
  lda reels
  ora #'0'
  sta PPUDATA
  lda reels+1
  ora #'0'
  sta PPUDATA
  lda #$22
  ldx #$71
  jsr page_address
  ldx scene
  inx
  txa
  ldy #'0'-1
: iny
  sec
  sbc #10
  bcs :-
  adc #10+'0'
  sty PPUDATA
  sta PPUDATA
  lda #0
  sta blink
  lda #60
  sta timer
  lda #ST_WRAP
  sta state
  jsr screen_on
  lda #SONG_WRAP
  jmp song_play

wrap_run:
  lda timer
  beq :+
  dec timer
  rts
: inc blink
  lda blink
  and #31
  bne @key
  addr_to ptr, text_start
  lda blink
  and #32
  beq :+
  addr_to ptr, text_nothing
: jsr queue_text
@key:
  lda pad_new
  and #PAD_START|PAD_A
  beq :+
  jmp title_enter
: rts

; --- drawing pages while the picture is off ---

page_address:
  sta PPUADDR
  stx PPUADDR
  rts

; Perforation of a film along the upper and lower edge.
page_strips:
  lda #$20
  ldx #$20
  jsr @row
  lda #$23
  ldx #$80
@row:
  jsr page_address
  ldx #32
  lda #T_HOLE
: sta PPUDATA
  dex
  bne :-
  rts

; A floor for the courier, rows 26 and 27.
page_floor:
  lda #$23
  ldx #$40
  jsr page_address
  ldy #16
: lda #T_FLOOR
  sta PPUDATA
  lda #T_FLOOR+1
  sta PPUDATA
  dey
  bne :-
  ldy #16
: lda #T_FLOOR+2
  sta PPUDATA
  lda #T_FLOOR+3
  sta PPUDATA
  dey
  bne :-
  lda #$23
  ldx #$F0
  jsr page_address
  ldx #8
  lda #%01010000        ; lower half of the attribute row: rows 26-27
: sta PPUDATA
  dex
  bne :-
  rts

; The texts at ptr.
page_text:
  ldy #0
@text:
  lda (ptr),y
  cmp #$FF
  beq @done
  sta PPUADDR
  iny
  lda (ptr),y
  sta PPUADDR
  iny
: lda (ptr),y
  iny
  cmp #0
  beq @text
  sta PPUDATA
  bne :-
@done:
  rts

; The same through the VRAM queue, for a single text.
queue_text:
  ldy #0
  lda (ptr),y
  tax
  iny
  lda (ptr),y
  iny
  jsr vq_open
: lda (ptr),y
  beq :+
  jsr vq_byte
  iny
  bne :-
: jmp vq_close

; Six digits of the zero page at Y, to address A, X.
page_number:
  jsr page_address
  sty ptr
  lda #0
  sta ptr+1
  tay
: lda (ptr),y
  ora #'0'
  sta PPUDATA
  iny
  cpy #SCORE_DIGITS
  bne :-
  rts

; BEST and the number, at the top, once there is one.
page_best:
  ldx #SCORE_DIGITS-1
  lda #0
: ora best,x
  dex
  bpl :-
  tax
  beq @none
  lda #$20
  ldx #$4A
  jsr page_address
  ldx #0
: lda @best,x
  sta PPUDATA
  inx
  cpx #5
  bne :-
  lda #$20
  ldx #$4F
  ldy #best
  jsr page_number
@none:
  rts
@best: .byte "BEST "
