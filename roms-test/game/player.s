; The courier. He runs with the camera; left and right move him on the screen.
;
; Change these and rebuild; the game follows. Speeds are 1/256 pixels a frame,
; accelerations 1/256 pixels a frame and frame.

JUMP_SPEED   = $0480    ; upward speed when a jump begins
GRAVITY_UP   = $002C    ; while rising with A held
GRAVITY_DOWN = $0060    ; else
FALL_MAX     = $0500
BOUNCE_SPEED = $03C0    ; off a robot's head
WALK_RIGHT   = $0180    ; on the screen, on top of the camera's speed
WALK_LEFT    = $01C0
COYOTE       = 5        ; frames in which he may still jump after an edge
JUMP_BUFFER  = 6        ; frames for which a press of A before landing counts
THROW_PAUSE  = 18       ; frames between discs
MERCY        = 140      ; frames of safety after a new take

HERO_W = 16
HERO_H = 24
START_X = 72

.segment "ZEROPAGE"
hero_x:    .res 2       ; fraction, pixel on the screen
hero_y:    .res 2
hero_vy:   .res 2       ; signed
grounded:  .res 1
coyote:    .res 1
jump_wish: .res 1
throw_t:   .res 1
mercy:     .res 1
run_anim:  .res 1
combo:     .res 1       ; robots hit since he last stood
dead:      .res 1

.segment "CODE"

hero_start:
  lda #START_X
  sta hero_x+1
  lda #120
  sta hero_y+1
  lda #0
  sta hero_x
  sta hero_y
  sta hero_vy
  sta hero_vy+1
  sta grounded
  sta coyote
  sta jump_wish
  sta throw_t
  sta combo
  sta dead
  rts

hero_run:
  jsr hero_walk
  jsr hero_walls
  jsr hero_jump
  jsr hero_fall
  jsr hero_touch
  lda mercy
  beq :+
  dec mercy
: lda throw_t
  beq :+
  dec throw_t
: lda pad_new
  and #PAD_B
  beq :+
  jsr hero_throw
: inc run_anim
  rts

hero_walk:
  lda pad
  lsr a                 ; PAD_RIGHT
  bcc @left
  lda hero_x
  adc #<(WALK_RIGHT-1)  ; carry is set
  sta hero_x
  lda hero_x+1
  adc #>(WALK_RIGHT-1)
  cmp #216
  bcc :+
  lda #216
: sta hero_x+1
  rts
@left:
  lsr a                 ; PAD_LEFT
  bcc @done
  lda hero_x
  sbc #<WALK_LEFT
  sta hero_x
  lda hero_x+1
  sbc #>WALK_LEFT
  bcc @edge
  cmp #10
  bcs :+
@edge:
  lda #10
: sta hero_x+1
@done:
  rts

; Crates push him to the left; between a crate and the edge of the screen he
; is lost.
hero_walls:
  lda #3
  jsr @probe
  lda #12
  jsr @probe
  lda #20
@probe:
  clc
  adc hero_y+1
  pha
  lda hero_x+1
  clc
  adc #12
  tax
  pla
  jsr cell_at
  tay
  lda cell_kind,y
  bpl @done             ; not SOLID
  ; move his right side (x + 12) out of the cell
  lda hero_x+1
  clc
  adc #12+1
  adc cam+1
  and #$0F
  sta tmp
  lda hero_x+1
  sec
  sbc tmp
  bcc @crushed
  cmp #3
  bcc @crushed
  sta hero_x+1
@done:
  rts
@crushed:
  lda #1
  sta dead
  rts

hero_jump:
  lda pad_new
  bpl :+                ; PAD_A
  lda #JUMP_BUFFER
  sta jump_wish
: lda grounded
  beq :+
  lda #COYOTE
  sta coyote
: lda jump_wish
  beq @done
  dec jump_wish
  lda coyote
  beq @done
  lda #<(-JUMP_SPEED)
  sta hero_vy
  lda #>(-JUMP_SPEED)
  sta hero_vy+1
  lda #0
  sta coyote
  sta jump_wish
  sta grounded
  lda #SFX_JUMP
  jsr sfx_play
@done:
  lda coyote
  beq :+
  dec coyote
: rts

hero_fall:
  lda grounded
  beq @air
  ; still on something?
  jsr hero_floor
  bne :+
  lda #0
  sta grounded
  sta hero_vy
  sta hero_vy+1
: rts

@air:
  ldx #<GRAVITY_DOWN
  ldy #>GRAVITY_DOWN
  lda hero_vy+1
  bpl @g
  lda pad
  bpl @g                ; PAD_A is not held
  ldx #<GRAVITY_UP
  ldy #>GRAVITY_UP
@g:
  txa
  clc
  adc hero_vy
  sta hero_vy
  tya
  adc hero_vy+1
  sta hero_vy+1
  bmi @move
  cmp #>FALL_MAX
  bcc @move
  lda #>FALL_MAX
  sta hero_vy+1
  lda #<FALL_MAX
  sta hero_vy
@move:
  lda hero_y+1
  sta tmp+4             ; where he was
  lda hero_y
  clc
  adc hero_vy
  sta hero_y
  lda hero_y+1
  adc hero_vy+1
  sta hero_y+1
  lda hero_vy+1
  bmi @rising

  lda hero_y+1
  cmp #232
  bcs @pit
  ; landing: the feet went through the top of a cell that can be stood on
  jsr hero_floor
  beq @done
  lda hero_y+1
  clc
  adc #HERO_H
  and #$0F              ; depth of the feet in the cell; cells begin at multiples of 16
  sta tmp+5
  lda hero_y+1
  sec
  sbc tmp+5
  sta tmp+6             ; where he would stand
  cmp tmp+4
  bcs @land             ; he was above it
  lda tmp+4
  sec
  sbc tmp+6
  cmp #5                ; or a little below: forgiven
  bcs @done
@land:
  lda tmp+6
  sta hero_y+1
  lda #0
  sta hero_y
  sta hero_vy
  sta hero_vy+1
  sta combo
  lda #1
  sta grounded
@done:
  rts

@pit:
  lda mercy
  beq @lost
  ; a new take begins in the air: he is thrown out of the pit
  lda #<(-$0600)
  sta hero_vy
  lda #>(-$0600)
  sta hero_vy+1
  lda #230
  sta hero_y+1
  rts
@lost:
  inc dead
  rts

@rising:
  lda hero_y+1
  cmp #34
  bcs :+
  lda #34
  sta hero_y+1
  lda #0
  sta hero_vy
  sta hero_vy+1
: ; the head against a crate
  lda hero_x+1
  clc
  adc #7
  tax
  lda hero_y+1
  clc
  adc #2
  jsr cell_at
  tay
  lda cell_kind,y
  bpl @done
  lda #0
  sta hero_vy
  sta hero_vy+1
  lda tmp+4
  sta hero_y+1
  rts

; Is there something to stand on under either foot? Z clear = yes.
hero_floor:
  lda hero_x+1
  clc
  adc #4
  jsr @foot
  bne @yes
  lda hero_x+1
  clc
  adc #11
@foot:
  tax
  lda hero_y+1
  clc
  adc #HERO_H
  jsr cell_at
  tay
  lda cell_kind,y
  and #STAND
@yes:
  rts

; Reels and lamps: four points of his body.
hero_touch:
  ldx #3
@point:
  stx tmp+5
  lda @dy,x
  clc
  adc hero_y+1
  pha
  lda @dx,x
  clc
  adc hero_x+1
  tax
  pla
  jsr cell_at
  cmp #C_REEL
  bne :+
  jsr reel_got
  jmp @next
: cmp #C_LAMP
  bne @next
  lda mercy
  bne @next
  ; only the hot middle of the cell counts
  ldx tmp+5
  lda @dx,x
  clc
  adc hero_x+1
  adc cam+1
  and #$0F
  sec
  sbc #4
  cmp #8
  bcs @next
  lda @dy,x
  clc
  adc hero_y+1
  and #$0F
  cmp #4
  bcc @next
  inc dead
@next:
  ldx tmp+5
  dex
  bpl @point
  rts
@dx: .byte 3, 12, 3, 12
@dy: .byte 4, 4, 20, 20

reel_got:
  ; two cells a frame fit in vblank, one when a column comes too
  lda vq_i
  cmp #90
  bcs @later
  jsr cell_clear
  ; sparks where it was
  lda map_y
  and #$F0
  sec
  sbc cam+1
  sta tmp
  lda map_y
  and #$0F
  asl a
  asl a
  asl a
  asl a
  clc
  adc #FIELD_TOP
  sta tmp+1
  lda #SPARK_REEL
  jsr spark_add
  lda #5                ; 50 points
  ldx #1
  jsr add_score
  inc reels+1
  lda reels+1
  cmp #10
  bcc :+
  lda #0
  sta reels+1
  inc reels
  lda reels
  cmp #10
  bcc :+
  lda #0
  sta reels
: lda hud_dirty
  ora #HUD_REELS
  sta hud_dirty
  lda #SFX_REEL
  dec reel_bonus
  bne :+
  lda #REELS_PER_TAKE
  sta reel_bonus
  jsr extra_take
  lda #SFX_TAKE
: jmp sfx_play
@later:
  rts

hero_throw:
  lda throw_t
  bne @done
  jsr disc_add
  bcc @done
  lda #THROW_PAUSE
  sta throw_t
  lda #SFX_THROW
  jmp sfx_play
@done:
  rts

hero_bounce:
  lda #<(-BOUNCE_SPEED)
  sta hero_vy
  lda #>(-BOUNCE_SPEED)
  sta hero_vy+1
  lda #0
  sta grounded
  rts

; Six sprites: head and body, and two for the legs.
hero_draw:
  lda mercy
  and #4
  bne @done             ; he blinks while he is safe
  lda hero_x+1
  sta tmp
  lda #0
  sta tmp+1
  lda hero_y+1
  sta tmp+2
  ldx #S_BODY
  lda throw_t
  cmp #THROW_PAUSE-8
  bcc :+
  ldx #S_THROW
: stx tmp+3
  lda #0
  sta tmp+4
  jsr draw16
  ; legs
  lda hero_y+1
  clc
  adc #16
  sta tmp+2
  lda grounded
  beq @jumping
  lda run_anim
  lsr a
  lsr a
  and #3
  asl a
  adc #S_LEGS
  bne @legs
@jumping:
  lda #S_LEGS+8
@legs:
  sta tmp+3
  jmp draw8x2
@done:
  rts
