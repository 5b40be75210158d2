; sprite0: when sprite 0 hits, and when it does not.
;
; What it checks: a hit on the expected line, a hit eight lines later for a
; sprite eight lines lower; none with background or sprites off, none at
; x = 255, none in clipped left columns, none for a blank sprite or background;
; the flag stays until the end of vblank. NTSC.

.include "shell.inc"

.segment "ZEROPAGE"
spr_x:   .res 1
spr_y:   .res 1
spr_t:   .res 1
count:   .res 2         ; of the loop below, from vblank to the hit
first:   .res 2

.segment "CODE"

; One frame with sprite 0 (tile, x, y) and $2001 = mask; counts 22-cycle steps
; from vblank to the hit, $FFFF for none, into count.
.macro try tile, col, row, mask
  lda #tile
  sta spr_t
  lda #col
  sta spr_x
  lda #row
  sta spr_y
  ldx #mask
  jsr frame
.endmacro
.macro no_hit
  lda count+1
  sta got
  cmp #$FF
  want_eq
.endmacro
.macro a_hit
  lda count+1
  sta got
  cmp #$FF
  want_ne
.endmacro

main:
  lda #T_SOLID
  jsr fill
  test 1, "A HIT"
  try T_SOLID, 100, 99, $1E
  a_hit
  test 2, "ON LINE 100"
  ; 121 lines and 100 dots are 13787 cycles, 626 steps
  lda count+1
  want >626
  lda count
  want_within <(626 - 4), <(626 + 2)
  lda count
  sta first
  test 3, "EIGHT LINES LATER"
  try T_SOLID, 100, 107, $1E
  lda count
  sec
  sbc first
  want_within 41, 42 ; 909 cycles
  test 4, "NONE WITH THE BACKGROUND OFF"
  try T_SOLID, 100, 99, $16
  no_hit
  test 5, "NONE WITH SPRITES OFF"
  try T_SOLID, 100, 99, $0E
  no_hit
  test 6, "NONE AT X = 255"
  try T_SOLID, 255, 99, $1E
  no_hit
  test 7, "BUT AT X = 254"
  try T_SOLID, 254, 99, $1E
  a_hit
  test 8, "NONE FOR A BLANK SPRITE"
  try T_BLANK, 100, 99, $1E
  no_hit
  test 9, "NONE BELOW THE PICTURE"
  try T_SOLID, 100, 239, $1E
  no_hit
  test 10, "BUT ON ITS LAST LINE"
  try T_SOLID, 100, 238, $1E
  a_hit
  test 11, "NONE IN CLIPPED COLUMNS (SPRITES)"
  try T_SOLID, 0, 99, $1A
  no_hit
  test 12, "NONE IN CLIPPED COLUMNS (PICTURE)"
  try T_SOLID, 0, 99, $1C
  no_hit
  test 13, "BUT WITHOUT CLIPPING"
  try T_SOLID, 0, 99, $1E
  a_hit
  test 14, "AND WHEN IT STICKS OUT OF THE CLIP"
  try T_SOLID, 1, 99, $18
  a_hit
  test 15, "A SINGLE DOT HITS"
  try T_DOT, 30, 99, $1E
  a_hit
  lda #T_BLANK
  jsr fill
  test 16, "NONE ON A BLANK BACKGROUND"
  try T_SOLID, 100, 99, $1E
  no_hit
  test 17, "THE FLAG STAYS IN VBLANK"
  lda #T_SOLID
  jsr fill
  try T_SOLID, 100, 99, $1E
  jsr wait_vblank
  bit PPUSTATUS
  want_vs
  test 18, "AND ENDS WITH IT"
  lda #0
  sta PPUMASK
  delay 3000
  bit PPUSTATUS
  want_vc
  lda #T_BLANK
  jsr fill
  jsr blank_sprites
  say "SPRITE 0 HIT"
  rts

frame:
  txa
  pha
  jsr wait_vblank
  lda #0
  sta OAMADDR
  lda spr_y
  sta OAMDATA
  lda spr_t
  sta OAMDATA
  lda #0
  sta OAMDATA
  lda spr_x
  sta OAMDATA
  lda #0
  sta PPUMASK
  sta PPUADDR
  sta PPUADDR
  sta PPUSCROLL
  sta PPUSCROLL
  sta PPUCTRL
  sta count
  sta count+1
  jsr wait_vblank
  pla
  sta PPUMASK
  bit PPUSTATUS
: inc count             ; 5   the hit of the last frame ends with vblank
  nop                   ; 2
  lda count             ; 3
  cmp #150              ; 2
  nop                   ; 2
  bit $00               ; 3
  nop                   ; 2
  bcc :-                ; 3 = 22
@wait:
  bit PPUSTATUS         ; 4
  bvs @hit              ; 2
  inc count             ; 5
  bne :+                ; 3
  inc count+1
: lda count+1           ; 3
  cmp #6                ; 2
  bcc @wait             ; 3 = 22
  lda #$FF
  sta count+1
@hit:
  lda #0
  sta PPUMASK
  rts

; Fill the first screen with tile A.
fill:
  pha
  jsr wait_vblank
  lda #0
  sta PPUMASK
  lda #$20
  sta PPUADDR
  lda #0
  sta PPUADDR
  tay
  ldx #4
  pla
: sta PPUDATA
  iny
  bne :-
  dex
  bne :-
  rts
