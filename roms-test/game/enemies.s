; Robots, the courier's discs, and sparks. Positions are on the screen; all of
; them move left with what the camera moved.

ROBOTS     = 8
DISCS      = 2
SPARKS     = 6

ROLL_SPEED  = $0090     ; of rollers and drones, 1/256 pixels a frame
HOP_SPEED   = $0440
HOP_GRAVITY = $0030
HOP_WAIT    = 24        ; frames between two hops
DISC_SPEED  = 5         ; pixels a frame on the screen

.enum
  R_NONE
  R_ROLLER
  R_DRONE
  R_HOPPER
  R_FALLING             ; hit: it drops out of the picture
.endenum

SPARK_REEL = 0
SPARK_HIT  = 1

.segment "BSS"
r_type: .res ROBOTS
r_x:    .res ROBOTS     ; 24 bits: fraction, pixel, screen (0 = on it)
r_xf:   .res ROBOTS
r_xh:   .res ROBOTS
r_y:    .res ROBOTS
r_yf:   .res ROBOTS
r_v:    .res ROBOTS     ; vertical speed, signed
r_vf:   .res ROBOTS
r_t:    .res ROBOTS     ; its clock
r_home: .res ROBOTS     ; line it belongs to
r_dir:  .res ROBOTS     ; 0 left, 1 right
r_tile: .res ROBOTS
d_x:    .res DISCS      ; 0 = no disc
d_y:    .res DISCS
s_t:    .res SPARKS     ; 0 = no spark
s_x:    .res SPARKS
s_y:    .res SPARKS
s_kind: .res SPARKS

.segment "CODE"

robots_clear:
  lda #0
  ldx #ROBOTS-1
: sta r_type,x
  dex
  bpl :-
  ldx #SPARKS-1
: sta s_t,x
  dex
  bpl :-
  sta d_x
  sta d_x+1
  rts

; A column with a robot in it comes in: A = cell (C_ROLLER…), Y = row, both the
; column in next_col. The map keeps air. Keeps Y.
robot_appears:
  pha
  lda #C_AIR
  sta (map_ptr),y
  ldx #ROBOTS-1
: lda r_type,x
  beq @free
  dex
  bpl :-
  pla
  rts
@free:
  pla
  sec
  sbc #C_ROLLER-R_ROLLER
  sta r_type,x
  tya
  asl a
  asl a
  asl a
  asl a
  clc
  adc #FIELD_TOP
  sta r_y,x
  sta r_home,x
  ; on the screen: column * 16 - camera
  lda next_col
  asl a
  asl a
  asl a
  asl a
  sec
  sbc cam+1
  sta r_x,x
  lda next_col+1
  sta tmp
  lda next_col
  lsr tmp
  ror a
  lsr tmp
  ror a
  lsr tmp
  ror a
  lsr tmp
  ror a
  sta tmp               ; high byte of column * 16
  lda next_col          ; the borrow of the low byte, once more
  asl a
  asl a
  asl a
  asl a
  cmp cam+1
  lda tmp
  sbc cam+2
  sta r_xh,x
  lda #0
  sta r_xf,x
  sta r_yf,x
  sta r_v,x
  sta r_vf,x
  sta r_dir,x
  lda next_col
  asl a
  asl a
  asl a
  sta r_t,x             ; not all in step
  rts

; X = robot. Every routine here keeps X.
robots_run:
  ldx #ROBOTS-1
@loop:
  lda r_type,x
  beq @next
  lda r_x,x
  sec
  sbc moved
  sta r_x,x
  bcs :+
  dec r_xh,x
: jsr robot_move
  lda r_xh,x
  bpl @touch
  lda r_x,x
  cmp #240
  bcs @next
  lda #R_NONE           ; gone to the left
  sta r_type,x
@next:
  dex
  bpl @loop
  rts
@touch:
  bne @next             ; not on the screen yet
  lda r_type,x
  cmp #R_FALLING
  bcs @next
  jsr robot_disc
  jsr robot_hero
  jmp @next

robot_move:
  inc r_t,x
  lda r_xh,x
  bne @still            ; off the screen they wait
  ldy r_type,x
  dey
  beq roller
  dey
  bne :+
  jmp drone
:
  dey
  bne :+
  jmp hopper
: ; falling
  lda r_vf,x
  clc
  adc #$50
  sta r_vf,x
  bcc :+
  inc r_v,x
: jsr robot_fall
  lda r_y,x
  cmp #240
  bcc @still
  lda r_v,x
  bmi @still
  lda #R_NONE
  sta r_type,x
@still:
  rts

; Rolls on its floor; turns at edges and crates.
roller:
  lda r_t,x
  lsr a
  lsr a
  and #1
  asl a
  asl a
  adc #S_ROLLER
  sta r_tile,x
  lda r_x,x
  cmp #232
  bcs @go               ; the floor ahead may not be there yet
  stx tmp+3
  ldy r_dir,x
  clc
  adc @ahead,y
  sta tmp+2
  lda r_y,x
  clc
  adc #16
  ldx tmp+2
  jsr cell_at
  tay
  lda cell_kind,y
  and #STAND
  beq @turn
  ldx tmp+3
  lda r_y,x
  clc
  adc #6
  ldx tmp+2
  jsr cell_at
  tay
  lda cell_kind,y
  bmi @turn
  ldx tmp+3
@go:
  lda r_dir,x
  beq robot_left
  lda r_xf,x
  clc
  adc #<ROLL_SPEED
  sta r_xf,x
  lda r_x,x
  adc #>ROLL_SPEED
  sta r_x,x
  bcc :+
  inc r_xh,x
: rts
@turn:
  ldx tmp+3
  lda r_dir,x
  eor #1
  sta r_dir,x
  rts
@ahead: .byte 1, 14

robot_left:
  lda r_xf,x
  sec
  sbc #<ROLL_SPEED
  sta r_xf,x
  lda r_x,x
  sbc #>ROLL_SPEED
  sta r_x,x
  bcs :+
  dec r_xh,x
: rts

; Flies left on a wave.
drone:
  lda r_t,x
  lsr a
  and #1
  asl a
  asl a
  adc #S_DRONE
  sta r_tile,x
  lda r_t,x
  lsr a
  and #31
  tay
  lda wave,y
  clc
  adc r_home,x
  sta r_y,x
  jmp robot_left

; Waits, hops, lands.
hopper:
  lda r_v,x
  ora r_vf,x
  bne @air
  lda #S_HOPPER
  sta r_tile,x
  lda r_t,x
  cmp #HOP_WAIT
  bcc @done
  lda #<(-HOP_SPEED)
  sta r_vf,x
  lda #>(-HOP_SPEED)
  sta r_v,x
@air:
  lda #S_HOPPER+4
  sta r_tile,x
  lda r_vf,x
  clc
  adc #<HOP_GRAVITY
  sta r_vf,x
  lda r_v,x
  adc #>HOP_GRAVITY
  sta r_v,x
  jsr robot_fall
  lda r_v,x
  bmi @done
  lda r_y,x
  cmp r_home,x
  bcc @done
  lda r_home,x
  sta r_y,x
  lda #0
  sta r_v,x
  sta r_vf,x
  sta r_t,x
@done:
  rts

robot_fall:
  lda r_yf,x
  clc
  adc r_vf,x
  sta r_yf,x
  lda r_y,x
  adc r_v,x
  sta r_y,x
  rts

; Does it meet a disc?
robot_disc:
  ldy #DISCS-1
@disc:
  lda d_x,y
  beq @next
  sec
  sbc r_x,x
  clc
  adc #7
  cmp #22
  bcs @next
  lda d_y,y
  sec
  sbc r_y,x
  clc
  adc #7
  cmp #22
  bcs @next
  lda #0
  sta d_x,y
  lda #2                ; 200 points
  jsr robot_hit
  rts
@next:
  dey
  bpl @disc
  rts

; Does it meet the courier, and who wins?
robot_hero:
  lda r_type,x
  cmp #R_FALLING
  bcs @no
  lda dead
  bne @no
  lda r_x,x
  sec
  sbc hero_x+1
  clc
  adc #9
  cmp #19
  bcs @no
  lda r_y,x
  sec
  sbc hero_y+1
  clc
  adc #11
  cmp #32
  bcs @no
  cmp #11+9
  bcc @hurt             ; it is not below him
  lda grounded
  bne @hurt
  lda hero_vy+1
  bmi @hurt
  ; stomped: each one before landing counts more
  jsr hero_bounce
  lda combo
  cmp #9
  bcs :+
  inc combo
: lda combo
  jmp robot_hit
@hurt:
  lda mercy
  bne @no
  lda #1
  sta dead
@no:
  rts

; X = robot, A = hundreds of points.
robot_hit:
  sta tmp+4
  lda r_x,x
  clc
  adc #4
  sta tmp
  lda r_y,x
  sta tmp+1
  lda #R_FALLING
  sta r_type,x
  lda #0
  sta r_vf,x
  lda #$FD
  sta r_v,x
  txa
  pha
  lda tmp+4
  ldx #2
  jsr add_score
  lda #SPARK_HIT
  jsr spark_add
  lda #SFX_HIT
  jsr sfx_play
  pla
  tax
  rts

robots_draw:
  lda frame             ; another order each frame: who flickers when a line is full?
  and #1
  beq @down
  ldx #0
: jsr @one
  inx
  cpx #ROBOTS
  bne :-
  rts
@down:
  ldx #ROBOTS-1
: jsr @one
  dex
  bpl :-
  rts
@one:
  lda r_type,x
  beq @none
  lda r_xh,x
  beq :+
  cmp #$FF
  bne @none
: stx tmp+5
  lda r_x,x
  sta tmp
  lda r_xh,x
  sta tmp+1
  lda r_y,x
  sta tmp+2
  lda r_tile,x
  beq @none
  sta tmp+3
  lda r_dir,x
  lsr a
  ror a
  lsr a
  ora #1                ; palette 1, flipped when it goes right
  ldy r_type,x
  cpy #R_FALLING
  bne :+
  ora #%10000000
: cpy #R_DRONE
  bne :+
  eor #3                ; palette 2
: sta tmp+4
  jsr draw16
  ldx tmp+5
@none:
  rts

; A new disc from the courier's hand; carry clear when all are in the air.
disc_add:
  ldy #DISCS-1
: lda d_x,y
  beq @free
  dey
  bpl :-
  clc
  rts
@free:
  lda hero_x+1
  clc
  adc #12
  sta d_x,y
  lda hero_y+1
  clc
  adc #8
  sta d_y,y
  sec
  rts

discs_run:
  ldy #DISCS-1
@disc:
  lda d_x,y
  beq @next
  clc
  adc #DISC_SPEED
  bcs @gone
  cmp #250
  bcs @gone
  sta d_x,y
  sty tmp+3
  tax
  lda d_y,y
  clc
  adc #4
  jsr cell_at
  tay
  lda cell_kind,y
  bpl @back
  ldy tmp+3
  lda d_x,y
  sta tmp
  lda d_y,y
  sta tmp+1
  lda #SPARK_HIT
  jsr spark_add
  ldy tmp+3
@gone:
  lda #0
  sta d_x,y
  beq @next
@back:
  ldy tmp+3
@next:
  dey
  bpl @disc
  rts

discs_draw:
  ldy #DISCS-1
@disc:
  lda d_x,y
  beq @next
  ldx oam_i
  beq @next
  sta oam+3,x
  lda d_y,y
  sta oam,x
  lda frame
  lsr a
  lsr a
  and #1
  ora #S_DISC
  sta oam+1,x
  lda #2
  sta oam+2,x
  inx
  inx
  inx
  inx
  stx oam_i
@next:
  dey
  bpl @disc
  rts

; A spark of kind A at tmp, tmp+1. Keeps Y.
spark_add:
  ldx #SPARKS-1
  pha
: lda s_t,x
  beq @free
  dex
  bpl :-
  pla
  rts
@free:
  pla
  sta s_kind,x
  lda tmp
  sta s_x,x
  lda tmp+1
  sta s_y,x
  lda #20
  sta s_t,x
  rts

sparks_run:
  ldx #SPARKS-1
@spark:
  lda s_t,x
  beq @next
  dec s_t,x
  dec s_y,x
  lda s_x,x
  sec
  sbc moved
  sta s_x,x
  bcs @next
  lda #0
  sta s_t,x
@next:
  dex
  bpl @spark
  rts

sparks_draw:
  ldy #SPARKS-1
@spark:
  lda s_t,y
  beq @next
  ldx oam_i
  beq @next
  lda s_kind,y
  asl a
  asl a
  sta tmp
  lda s_t,y
  lsr a
  lsr a
  lsr a                 ; 2, 1, 0
  ora tmp
  clc
  adc #S_SPARK
  sta oam+1,x
  lda s_x,y
  clc
  adc #4
  sta oam+3,x
  lda s_y,y
  sta oam,x
  lda #2
  sta oam+2,x
  inx
  inx
  inx
  inx
  stx oam_i
@next:
  dey
  bpl @spark
  rts

; Sixteen by sixteen pixels from four tiles at tmp+3, at x = tmp, tmp+1 (high),
; y = tmp+2, attributes tmp+4 (may be flipped). Keeps X.
draw16:
  txa
  pha
  ldx #0                ; which tile goes to the upper left
  lda tmp+4
  and #%01000000
  beq :+
  ldx #1
: lda tmp+4
  bpl :+
  inx
  inx
: txa
  ora tmp+3             ; tiles of 16 x 16 pictures begin at multiples of four
  pha
  jsr put8
  pla
  eor #1
  jsr put8_right
  eor #3
  pha
  lda tmp+2
  clc
  adc #8
  sta tmp+2
  pla
  jsr put8
  eor #1
  jsr put8_right
  pla
  tax
  rts

; Two tiles side by side.
draw8x2:
  lda tmp+3
  jsr put8
  eor #1
  jmp put8_right

; Tile A at x = tmp (+ 8), y = tmp+2; nothing when that is not on the screen.
; Keeps A and Y.
put8_right:
  pha
  lda tmp
  clc
  adc #8
  tax
  lda tmp+1
  adc #0
  jmp put8_at
put8:
  pha
  ldx tmp
  lda tmp+1
put8_at:
  bne @off
  txa
  ldx oam_i
  beq @off
  sta oam+3,x
  lda tmp+2
  sta oam,x
  dec oam,x             ; sprites appear one line late
  pla
  pha
  sta oam+1,x
  lda tmp+4
  sta oam+2,x
  inx
  inx
  inx
  inx
  stx oam_i
@off:
  pla
  rts

.segment "RODATA"
wave:
  .byte 0, 4, 8, 12, 15, 18, 20, 22, 22, 22, 20, 18, 15, 12, 8, 4
  .byte 0, 252, 248, 244, 241, 238, 236, 234, 234, 234, 236, 238, 241, 244, 248, 252
