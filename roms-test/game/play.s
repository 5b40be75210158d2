; The states of a game: play, pause, the end of a take, the slate before the
; next one.

TAKES_AT_START = 3
TAKES_MOST     = 5
REELS_PER_TAKE = 40     ; reels for an extra take

.segment "ZEROPAGE"
take_no:   .res 1       ; 1…

.segment "RODATA"
sprite_pals:            ; courier, robots, discs and drones, slate
  .byte $0F,$21,$16,$37, $0F,$00,$10,$2C, $0F,$17,$28,$30, $0F,$0F,$10,$30
text_pause: .byte "PAUSE", 0
text_scene: .byte "SCENE", 0
text_cut:   .byte "CUT!", 0
text_take:  .byte "TAKE", 0
text_last:  .byte "LAST TAKE", 0
text_go:    .byte "ACTION!", 0

.segment "CODE"

game_start:
  jsr screen_off
  ; the level depends on the frame in which Start was pressed
  lda frame
  eor #$5A
  sta seed
  lda frame+1
  ora #$80
  sta seed+1
  jsr clear_screens
  ldx #SCORE_DIGITS-1
  lda #0
: sta score,x
  dex
  bpl :-
  sta reels
  sta reels+1
  sta banner
  sta mercy
  sta run_anim
  lda #REELS_PER_TAKE
  sta reel_bonus
  lda #TAKES_AT_START
  sta takes
  lda #1
  sta take_no
  jsr robots_clear
  jsr level_start
  jsr scene_colours
  ldx #15
: lda sprite_pals,x
  sta pal+16,x
  dex
  bpl :-
  jsr pal_show
  jsr hud_draw
  jsr hud_update
  jsr vram_flush
  jsr hero_start
  jsr level_scroll
  lda #1
  sta split_on
  lda #100
  sta banner
  lda #ST_PLAY
  sta state
  jsr screen_on
  lda #SONG_RUN
  jmp song_play

play_run:
  lda pad_new
  and #PAD_START
  beq :+
  lda #ST_PAUSE
  sta state
  jsr sound_pause
  lda #SFX_PAUSE
  jsr sfx_play
  jmp play_draw
: jsr level_run
  jsr hero_run
  jsr discs_run
  jsr robots_run
  jsr sparks_run
  jsr play_draw
  lda dead
  beq @alive
  jmp take_ends
@alive:
  rts

; All sprites, and what the strip and the palettes have to say.
play_draw:
  jsr hud_sprite0
  lda banner
  beq :+
  dec banner
  jsr banner_draw
: jsr hero_draw
  jsr discs_draw
  jsr robots_draw
  jsr sparks_draw
play_queue:
  lda column_done
  bne @full
  jsr hud_update
  jsr pal_update
  jsr reel_shine
@full:
  rts

; The reels glitter: one colour goes round.
reel_shine:
  lda frame
  and #7
  bne @done
  lda vq_i
  cmp #60
  bcs @done
  ldx #$3F
  lda #$0F
  jsr vq_open
  lda frame
  lsr a
  lsr a
  lsr a
  and #3
  tay
  lda @colours,y
  jsr vq_byte
  jmp vq_close
@done:
  rts
@colours: .byte $38, $30, $38, $28

banner_draw:
  addr_to ptr, text_scene
  lda #92
  sta tmp
  lda #56
  sta tmp+1
  lda #3
  sta tmp+2
  jsr sprite_text
  ldx scene
  inx
  txa
  ldx #146
  ; and fall through

; The last digit of A at x = X, on the line and in the palette of the text.
sprite_digit:
  cmp #10
  bcc :+
  sbc #10
  bcs sprite_digit
: ora #'0'
  sta tmp+3
  txa
  ldx oam_i
  beq @done
  sta oam+3,x
  lda tmp+3
  sta oam+1,x
  lda tmp+1
  sta oam,x
  lda tmp+2
  sta oam+2,x
  inx
  inx
  inx
  inx
  stx oam_i
@done:
  rts

extra_take:
  lda takes
  cmp #TAKES_MOST
  bcs :+
  inc takes
: lda hud_dirty
  ora #HUD_TAKES
  sta hud_dirty
  rts

pause_run:
  lda pad_new
  and #PAD_START
  beq :+
  lda #ST_PLAY
  sta state
  jsr sound_resume
: jsr hud_sprite0
  addr_to ptr, text_pause
  lda #106
  sta tmp
  lda #64
  sta tmp+1
  lda #3
  sta tmp+2
  jsr sprite_text
  jsr hero_draw
  jsr discs_draw
  jsr robots_draw
  jmp sparks_draw

; He is lost: up he goes, and out of the picture.
take_ends:
  lda #ST_DYING
  sta state
  lda #90
  sta timer
  lda #0
  sta mercy
  sta banner
  sta grounded
  sta pad
  lda #<(-$0500)
  sta hero_vy
  lda #>(-$0500)
  sta hero_vy+1
  lda hero_y+1
  cmp #216
  bcc :+
  lda #216
  sta hero_y+1
: dec takes
  inc take_no
  lda hud_dirty
  ora #HUD_TAKES
  sta hud_dirty
  lda #SONG_NONE
  jsr song_play
  lda #SFX_LOST
  jmp sfx_play

dying_run:
  lda #0
  sta moved
  sta column_done
  lda timer
  cmp #75
  bcs @freeze           ; a moment of shock
  lda hero_y+1
  cmp #240
  bcs @freeze
  lda hero_vy
  clc
  adc #$38
  sta hero_vy
  lda hero_vy+1
  adc #0
  sta hero_vy+1
  lda hero_y
  clc
  adc hero_vy
  sta hero_y
  lda hero_y+1
  adc hero_vy+1
  sta hero_y+1
@freeze:
  jsr hud_sprite0
  addr_to ptr, text_cut
  lda #110
  sta tmp
  lda #64
  sta tmp+1
  lda #3
  sta tmp+2
  jsr sprite_text
  lda hero_y+1
  cmp #236
  bcs :+
  jsr hero_draw
: jsr robots_draw
  jsr sparks_run
  jsr sparks_draw
  jsr play_queue
  dec timer
  bne @stay
  lda takes
  bne :+
  jmp wrap_enter
: lda #ST_SLATE
  sta state
  lda #80
  sta timer
  jsr robots_clear
@stay:
  rts

; The slate: TAKE n, clap, and action.
slate_run:
  lda #0
  sta column_done
  jsr hud_sprite0
  lda #112
  sta tmp
  lda #0
  sta tmp+1
  lda #3
  sta tmp+4
  ; board
  lda #72
  sta tmp+2
  lda #S_SLATE
  sta tmp+3
  jsr draw16
  lda #128
  sta tmp
  lda #72
  sta tmp+2
  lda #S_SLATE+4
  sta tmp+3
  jsr draw16
  ; its arm: open, then clapped
  lda #56
  ldy #S_SLATE+8
  ldx timer
  cpx #40
  bcs :+
  lda #56
  ldy #S_SLATE+16
: sty tmp+3
  sta tmp+2
  pha
  lda #112
  sta tmp
  jsr draw16
  pla
  sta tmp+2
  lda tmp+3
  clc
  adc #4
  sta tmp+3
  lda #128
  sta tmp
  jsr draw16
  lda timer
  cmp #40
  bne :+
  lda #SFX_CLAP
  jsr sfx_play
: ; what it says
  lda #100
  sta tmp+1
  lda #3
  sta tmp+2
  lda timer
  cmp #36
  bcs @number
  addr_to ptr, text_go
  lda #98
  bne @plain
@number:
  lda takes
  cmp #1
  bne :+
  addr_to ptr, text_last
  lda #88
@plain:
  sta tmp
  jsr sprite_text
  jmp @said
: addr_to ptr, text_take
  lda #104
  sta tmp
  jsr sprite_text
  lda take_no
  ldx #149
  jsr sprite_digit
@said:
  jsr play_queue
  dec timer
  bne @stay
  jsr hero_start
  lda #48
  sta hero_y+1
  lda #MERCY
  sta mercy
  lda #ST_PLAY
  sta state
  lda #SONG_RUN
  jsr song_play
@stay:
  rts
