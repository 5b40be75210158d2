; The level: how fast it runs, what it is made of, and how it scrolls in.
;
; Change these and rebuild; the game follows. Speeds are 1/256 pixels a frame.

START_SPEED  = $0160    ; the first scene: 1.375 pixels a frame
SPEED_STEP   = $0038    ; each scene adds this much…
MAX_SPEED    = $0380    ; …up to this; a column of 16 pixels must take two frames or more
SCENE_CHUNKS = 9        ; chunks (of 256 pixels) in a scene
START_SCENE  = 0        ; 0 is scene 1

; A chunk is 16 columns of 8 cells of 16 x 16 pixels, drawn as text:
;   .  air          =  floor         -  catwalk (solid from above only)
;   X  crate        ^  hot lamp: do not touch        o  reel
;   decoration:     T i  studio light and its pole   b  film cans
;                   c  director's chair              f  fence    m  camera
;   robots:         r  roller        d  drone        h  hopper
; Under each cell of floor a cell of earth is added. The courier jumps a little
; more than three cells high.

.enum                   ; cells, in the order of the tables below
  C_AIR
  C_FLOOR
  C_EARTH
  C_CATWALK
  C_CRATE
  C_LAMP
  C_REEL
  C_LIGHT
  C_POLE
  C_CANS
  C_CHAIR
  C_FENCE
  C_CAMERA
  C_WINDOW
  C_ROLLER              ; from here on: air, and a robot appears
  C_DRONE
  C_HOPPER
.endenum

SOLID   = $80           ; stops the courier from all sides
STAND   = $40           ; can be stood on
BURNS   = $20

.segment "RODATA"
cell_kind:
  .byte 0, SOLID|STAND, SOLID, STAND, SOLID|STAND, BURNS, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
; four tiles a cell: left top, left bottom, right top, right bottom
cell_lt: .byte T_HILL, T_FLOOR+0, T_EARTH+0, T_CATWALK+0, T_CRATE+0, T_LAMP+0, T_REEL+0, T_LIGHT+0, T_POLE+0, T_CANS+0, T_CHAIR+0, T_FENCE+0, T_CAMERA+0, T_WINDOW+0, T_HILL, T_HILL, T_HILL
cell_rt: .byte T_HILL, T_FLOOR+1, T_EARTH+1, T_CATWALK+1, T_CRATE+1, T_LAMP+1, T_REEL+1, T_LIGHT+1, T_POLE+1, T_CANS+1, T_CHAIR+1, T_FENCE+1, T_CAMERA+1, T_WINDOW+1, T_HILL, T_HILL, T_HILL
cell_lb: .byte T_HILL, T_FLOOR+2, T_EARTH+2, T_HILL,      T_CRATE+2, T_LAMP+2, T_REEL+2, T_LIGHT+2, T_POLE+2, T_CANS+2, T_CHAIR+2, T_FENCE+2, T_CAMERA+2, T_WINDOW+2, T_HILL, T_HILL, T_HILL
cell_rb: .byte T_HILL, T_FLOOR+3, T_EARTH+3, T_HILL,      T_CRATE+3, T_LAMP+3, T_REEL+3, T_LIGHT+3, T_POLE+3, T_CANS+3, T_CHAIR+3, T_FENCE+3, T_CAMERA+3, T_WINDOW+3, T_HILL, T_HILL, T_HILL
cell_pal: .byte 1, 2, 2, 3, 3, 3, 3, 3, 1, 3, 3, 1, 1, 1, 1, 1, 1

; One cell of a chunk; a chunk lies in memory column by column, nine cells each.
.macro cell s, col
  .if .strat(s, col) = '.'
    .byte C_AIR
  .elseif .strat(s, col) = '='
    .byte C_FLOOR
  .elseif .strat(s, col) = '-'
    .byte C_CATWALK
  .elseif .strat(s, col) = 'X'
    .byte C_CRATE
  .elseif .strat(s, col) = '^'
    .byte C_LAMP
  .elseif .strat(s, col) = 'o'
    .byte C_REEL
  .elseif .strat(s, col) = 'T'
    .byte C_LIGHT
  .elseif .strat(s, col) = 'i'
    .byte C_POLE
  .elseif .strat(s, col) = 'b'
    .byte C_CANS
  .elseif .strat(s, col) = 'c'
    .byte C_CHAIR
  .elseif .strat(s, col) = 'f'
    .byte C_FENCE
  .elseif .strat(s, col) = 'm'
    .byte C_CAMERA
  .elseif .strat(s, col) = 'r'
    .byte C_ROLLER
  .elseif .strat(s, col) = 'd'
    .byte C_DRONE
  .elseif .strat(s, col) = 'h'
    .byte C_HOPPER
  .else
    .error "unknown character in a chunk"
  .endif
.endmacro
.macro chunk r0, r1, r2, r3, r4, r5, r6, r7
  .repeat 16, I
    cell r0, I
    cell r1, I
    cell r2, I
    cell r3, I
    cell r4, I
    cell r5, I
    cell r6, I
    cell r7, I
    .if .strat(r7, I) = '='
      .byte C_EARTH
    .else
      .byte C_AIR
    .endif
  .endrepeat
.endmacro
.include "chunks.s"

; The street behind: in which rows (bit 0 = row 0) of sixteen columns there are
; windows, where the chunk has only air.
street:
  .byte %01111100, %01011100, %01111000, %00000000
  .byte %01110000, %01010000, %01110000, %00000000
  .byte %01111110, %01111010, %01011110, %01110110, %00000000
  .byte %01101000, %01111000, %00000000

; chunks a scene may choose from: the first N of the list
scene_pool:   .byte 7, 12, 17, 20, CHUNKS
SCENE_POOLS = * - scene_pool

.segment "ZEROPAGE"
speed:       .res 2     ; 1/256 pixels a frame
cam:         .res 3     ; fraction, low, high: left edge of the screen in the level
moved:       .res 1     ; whole pixels the camera moved in this frame
chunk_ptr:   .res 2     ; next column of the chunk
chunk_left:  .res 1     ; its columns to come
chunk_last:  .res 1     ; never the same chunk twice in a row
scene_left:  .res 1     ; chunks to come in this scene
next_col:    .res 2     ; the column that comes next, counted from the start
map_ptr:     .res 2
map_y:       .res 1
banner:      .res 1     ; frames the scene's name stays
column_done: .res 1     ; 1 = this frame queued a column

.segment "MAP"
map:         .res 512   ; cells: 32 columns of 16, as the two name tables hold them;
                        ; an even page, so that its lowest bit tells the name table

.segment "CODE"

; Draw the first screen of a game; the picture is off.
level_start:
  lda #<START_SPEED
  sta speed
  lda #>START_SPEED
  sta speed+1
  lda #0
  sta cam
  sta cam+1
  sta cam+2
  sta moved
  sta next_col
  sta next_col+1
  sta chunk_left
  sta chunk_last
  sta vq_i
  sta vq
  lda #START_SCENE
  sta scene
  tax
  beq @slow
: jsr faster
  dex
  bne :-
@slow:
  lda #SCENE_CHUNKS
  sta scene_left
  jsr sky_draw
: jsr column_next
  jsr vram_flush
  lda next_col
  cmp #18
  bne :-
  rts

faster:
  lda speed
  clc
  adc #<SPEED_STEP
  sta speed
  lda speed+1
  adc #>SPEED_STEP
  sta speed+1
  cmp #>MAX_SPEED
  bcc @done
  bne @max
  lda speed
  cmp #<MAX_SPEED
  bcc @done
@max:
  lda #<MAX_SPEED
  sta speed
  lda #>MAX_SPEED
  sta speed+1
@done:
  rts

; Move the camera; bring in a column when its time has come.
level_run:
  lda #0
  sta column_done
  lda cam+1
  pha
  lda cam
  clc
  adc speed
  sta cam
  lda cam+1
  adc speed+1
  sta cam+1
  bcc :+
  inc cam+2
: pla
  eor #$FF
  sec
  adc cam+1
  sta moved
  ; column n is drawn when the screen's left edge reaches column n - 17
  lda next_col
  sec
  sbc #17
  sta tmp               ; low byte of the column at which the next one is due
  lda cam+1
  lsr a
  lsr a
  lsr a
  lsr a
  sta tmp+1
  lda cam+2
  asl a
  asl a
  asl a
  asl a
  ora tmp+1             ; column at the left edge, low byte
  sec
  sbc tmp
  bmi level_scroll      ; not yet
  jsr column_next
  inc column_done
  lda #1                ; a point for each cell of film
  ldx #0
  jsr add_score
level_scroll:
  lda cam+1
  sta field_x
  lda cam+2
  sta field_x+1
  lsr a                 ; the skyline moves a quarter as fast
  sta sky_x+1
  lda cam+1
  ror a
  lsr sky_x+1
  ror a
  sta sky_x
  rts

; Choose the chunk that comes next.
chunk_next:
  lda next_col+1
  ora next_col
  beq @calm             ; a game begins on plain floor
  dec scene_left
  bne @choose
  jsr scene_next
@calm:
  lda #0
  beq @take
@choose:
  ldy scene
  cpy #SCENE_POOLS
  bcc @again
  ldy #SCENE_POOLS-1
@again:
  jsr random
@mod:
  cmp scene_pool,y
  bcc :+
  sbc scene_pool,y
  jmp @mod
: cmp chunk_last
  beq @again
@take:
  sta chunk_last
  asl a
  tax
  lda chunk_table,x
  sta chunk_ptr
  lda chunk_table+1,x
  sta chunk_ptr+1
  lda #16
  sta chunk_left
  rts

scene_next:
  inc scene
  lda #SCENE_CHUNKS
  sta scene_left
  lda #100
  sta banner
  lda hud_dirty
  ora #HUD_SCENE
  sta hud_dirty
  jsr faster
  jsr music_faster
  jsr scene_colours
  inc pal_dirty
  lda #5                ; 500 points
  ldx #2
  jsr add_score
  lda #SFX_SCENE
  jmp sfx_play

; Take the next column of the chunk into the map and the VRAM queue.
column_next:
  lda chunk_left
  bne :+
  jsr chunk_next
: dec chunk_left

  ; into the map: page by bit 4 of the column, then sixteen bytes a column
  lda next_col
  and #$10
  lsr a
  lsr a
  lsr a
  lsr a
  ora #>map
  sta map_ptr+1
  lda next_col
  asl a
  asl a
  asl a
  asl a
  sta map_ptr
  ldy #FIELD_ROWS-1
: lda (chunk_ptr),y
  sta (map_ptr),y
  cmp #C_ROLLER
  bcc @plain
  jsr robot_appears
@plain:
  dey
  bpl :-
  ; windows into the air
  lda next_col
  and #$0F
  tay
  lda street,y
  sta tmp
  ldy #0
: lsr tmp
  bcc :+
  lda (map_ptr),y
  bne :+                ; C_AIR is 0
  lda #C_WINDOW
  sta (map_ptr),y
: iny
  lda tmp
  bne :--
  lda chunk_ptr
  clc
  adc #FIELD_ROWS
  sta chunk_ptr
  bcc :+
  inc chunk_ptr+1
:
  ; the left tiles, going down
  jsr column_address
  ora #$80
  tax
  lda tmp
  jsr vq_open
  ldx vq_i
  ldy #0
: lda (map_ptr),y
  sty tmp+2
  tay
  lda cell_lt,y
  sta vq,x
  inx
  lda cell_lb,y
  sta vq,x
  inx
  ldy tmp+2
  iny
  cpy #FIELD_ROWS
  bne :-
  stx vq_i
  jsr vq_close
  ; the right tiles
  jsr column_address
  ora #$80
  tax
  inc tmp
  lda tmp
  jsr vq_open
  ldx vq_i
  ldy #0
: lda (map_ptr),y
  sty tmp+2
  tay
  lda cell_rt,y
  sta vq,x
  inx
  lda cell_rb,y
  sta vq,x
  inx
  ldy tmp+2
  iny
  cpy #FIELD_ROWS
  bne :-
  stx vq_i
  jsr vq_close
  jsr column_colours
  inc next_col
  bne :+
  inc next_col+1
: rts

; Address of the column's upper left tile: high byte in A, low byte in tmp.
column_address:
  lda next_col
  and #$0F
  asl a
  ora #$80              ; row 12 of the name table: $2180 or $2580
  sta tmp
  lda next_col
  and #$10
  lsr a
  lsr a
  ora #$21
  rts

; Attributes: a byte covers two columns and two rows of cells. The other column
; of the pair keeps its colours.
column_colours:
  lda map_ptr
  and #$E0              ; the even column of the pair
  sta ptr
  lda map_ptr+1
  sta ptr+1
  lda next_col
  and #$0E
  lsr a
  ora #$D8              ; row 3 of the attribute table: $23D8 or $27D8
  sta tmp
  lda next_col
  and #$10
  lsr a
  lsr a
  ora #$23
  sta tmp+1
  ldy #0
@pair:
  jsr @colour           ; left top
  sta tmp+2
  iny
  jsr @colour           ; left bottom
  asl a
  asl a
  asl a
  asl a
  ora tmp+2
  sta tmp+2
  tya
  clc
  adc #15
  tay
  jsr @colour           ; right top
  asl a
  asl a
  ora tmp+2
  sta tmp+2
  iny
  jsr @colour           ; right bottom
  lsr a
  ror a
  ror a
  ora tmp+2
  sta tmp+2
  ldx tmp+1
  lda tmp
  jsr vq_open
  lda tmp+2
  jsr vq_byte
  jsr vq_close
  lda tmp
  clc
  adc #8
  sta tmp
  tya
  sec
  sbc #15
  tay
  cpy #10
  bne @pair
  rts
@colour:
  lda (ptr),y
  tax
  lda cell_pal,x
  rts

; What is at screen column X, screen line A? The cell in A; map_ptr and map_y
; say where it is. X is kept.
cell_at:
  sec
  sbc #FIELD_TOP
  bcc @air
  lsr a
  lsr a
  lsr a
  lsr a
  cmp #FIELD_ROWS
  bcs @air
  sta map_y
  txa
  clc
  adc cam+1
  pha
  lda #0
  sta map_ptr
  adc cam+2
  and #1
  ora #>map
  sta map_ptr+1
  pla
  and #$F0
  ora map_y
  sta map_y
  tay
  lda (map_ptr),y
  rts
@air:
  lda #C_AIR
  rts

; Empty the cell that cell_at found, in the map and on the screen.
cell_clear:
  ldy map_y
  lda #C_AIR
  sta (map_ptr),y
  ; name table address: page gives the table, high nibble the column, low the row
  lda map_ptr+1
  and #1
  asl a
  asl a
  ora #$21
  sta tmp+1
  tya
  and #$F0
  lsr a
  lsr a
  lsr a
  sta tmp               ; two tiles a column
  tya
  and #$0F              ; rows are 64 bytes apart, from $180
  lsr a
  ror a
  ror a                 ; carry 0: row * 64, low byte in A bits 7-6, two bits lost
  and #$C0
  ora tmp
  clc
  adc #$80
  sta tmp
  bcc :+
  inc tmp+1
: tya
  and #$0C              ; row / 4 pages
  lsr a
  lsr a
  clc
  adc tmp+1
  sta tmp+1
  jsr @two
  lda tmp
  clc
  adc #32
  sta tmp               ; never carries: rows of cells start at even rows of tiles
@two:
  ldx tmp+1
  lda tmp
  jsr vq_open
  lda #T_HILL
  jsr vq_byte
  jsr vq_byte
  jmp vq_close

.segment "RODATA"

; The skyline, 64 tiles around (two screens), drawn once:
;   blank sky   * star    : small star   # far house   w far house, lit window
;   ^ far roof  % near house  W near house, lit window  A antenna  n near roof
;   ( ) < >  the moon
.macro sky s
  .repeat .strlen(s), I
    .if .strat(s, I) = ' '
      .byte T_SKY
    .elseif .strat(s, I) = '*'
      .byte T_STAR
    .elseif .strat(s, I) = ':'
      .byte T_STAR+1
    .elseif .strat(s, I) = '#'
      .byte T_FAR
    .elseif .strat(s, I) = 'w'
      .byte T_FAR+1
    .elseif .strat(s, I) = '^'
      .byte T_FAR+2
    .elseif .strat(s, I) = '%'
      .byte T_HILL
    .elseif .strat(s, I) = 'W'
      .byte T_NEAR
    .elseif .strat(s, I) = 'n'
      .byte T_NEAR+1
    .elseif .strat(s, I) = 'N'
      .byte T_NEAR+2
    .elseif .strat(s, I) = 'A'
      .byte T_FAR+3
    .elseif .strat(s, I) = '('
      .byte T_MOON
    .elseif .strat(s, I) = ')'
      .byte T_MOON+1
    .elseif .strat(s, I) = '<'
      .byte T_MOON+2
    .elseif .strat(s, I) = '>'
      .byte T_MOON+3
    .else
      .error "unknown character in the skyline"
    .endif
  .endrepeat
.endmacro
; n stands on sky, N stands on a far house
skyline:
  sky " *     :       *     ()   :    *"
  sky "    :    *  A    :   <>   *   : "
  sky "  ^^^ :   ^^^^ *     :  ^^^   *^"
  sky ": #w#^^^  #ww#   ^^^^ A #w#^^  #"
  sky "nn###w##nn##w#^^^#ww#nnn###w#NN#"
  sky "%%#w####W%w##nnn#w##w%W%#w###W%#"
  sky "W%NNNw#w%WNNN%W%NNNN#%%%NNN#w%WN"
  sky "%%%W%NN#%%%W%%%%%W%%N%W%%%%NN%%%"

  sky "    :        *         :     *  "
  sky "*       *        :   *      :   "
  sky "^^   :    ^^  *   ^^^^   :   ^^^"
  sky "w#^^  A  ^##^   : #w##  ^^^  #w#"
  sky "###w^^^^^w##w#nnn^####nn#w#^^##w"
  sky "#w##ww#w##nnn#W%%#w##wW%##ww#nnn"
  sky "NN#w##NNNNW%%NN%W##NNN%%NN##wW%%"
  sky "%W%NNN%W%%%%%%W%%NN%W%%W%%NNN%%%"

.segment "CODE"

; Draw the skyline on rows 4-11 of both screens; the picture is off.
sky_draw:
  addr_to ptr, skyline
  ldx #$20
  jsr @half
  ldx #$24
@half:
  stx PPUADDR
  lda #$80
  sta PPUADDR
  ldy #0
: lda (ptr),y
  sta PPUDATA
  iny
  bne :-
  inc ptr+1
  ; attributes: strip palette 0, skyline palette 1, field palette 1
  txa
  ora #$03
  sta PPUADDR
  lda #$C0
  sta PPUADDR
  lda #$00
  ldy #8
: sta PPUDATA
  dey
  bne :-
  lda #$55
  ldy #56
: sta PPUDATA
  dey
  bne :-
  rts

; Four background palettes a scene. Colour 1 of palettes 1-3 is the hill behind
; the field; palette 0 is the film strip.
.segment "RODATA"
scene_pals:
;        sky            sky: hill, far, light    floor            reels, catwalks, lights
  .byte $26,$0F,$28,$30, $26,$0C,$04,$38, $26,$0C,$17,$28, $26,$0C,$27,$38   ; dusk
  .byte $01,$0F,$28,$30, $01,$0F,$0C,$38, $01,$0F,$1B,$2B, $01,$0F,$27,$38   ; night
  .byte $21,$0F,$28,$30, $21,$0B,$1C,$30, $21,$0B,$18,$29, $21,$0B,$27,$38   ; morning
  .byte $16,$0F,$28,$30, $16,$0F,$06,$28, $16,$0F,$06,$26, $16,$0F,$27,$38   ; fire
  .byte $24,$0F,$28,$30, $24,$0F,$13,$2C, $24,$0F,$11,$2C, $24,$0F,$27,$38   ; neon
SCENE_PALS = (* - scene_pals) / 16

.segment "CODE"
scene_colours:
  lda scene
: cmp #SCENE_PALS
  bcc :+
  sbc #SCENE_PALS
  bcs :-
: asl a
  asl a
  asl a
  asl a
  tax
  ldy #0
: lda scene_pals,x
  sta pal,y
  inx
  iny
  cpy #16
  bne :-
  rts
