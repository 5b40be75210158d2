; zapper: what the gun sees, and for how long. A Zapper in port 2 aims at 128/120;
; its trigger is half-way in for the whole run.
;
; What it checks: a black picture is dark; in a white one the light comes as the
; beam passes the spot, not before, and stays for about 26 lines, for about 19 in a
; dark grey one; the trigger is bit 4. Nothing is rendered: the backdrop shows.
; https://www.nesdev.org/wiki/Zapper. NTSC.

.include "shell.inc"

DARK = $08
TRIGGER = $10
BLACK = $0F
WHITE = $30
GREY = $00

; Polls of 13 cycles: 8.74 a line.
NEVER = 10              ; times 256: more than a frame

.segment "CODE"

main:
  say "ZAPPER IN PORT 2 AT 128/120"

  test 1, "THE TRIGGER IS BIT 4 (IS IT HELD?)"
  lda JOY2
  and #TRIGGER
  want TRIGGER

  test 2, "NOTHING BLACK IS LIGHT"
  lda #BLACK
  jsr fill
  jsr until_light
  tya
  want NEVER

  test 3, "WHITE IS SEEN AS THE BEAM COMES"
  lda #WHITE
  jsr fill
  jsr until_light
  tya
  ; lines 96-125 of the picture
  want 4

  test 4, "AND FOR ABOUT 26 LINES BEHIND THE SPOT"
  jsr until_dark
  tya
  want 1
  txa
  ; 32 lines, one more or less: 280 polls
  want_within 280 - 256 - 10, 280 - 256 + 10

  test 5, "DARK GREY FOR ABOUT 19"
  lda #GREY
  jsr fill
  jsr until_light
  jsr until_dark
  tya
  want 0
  txa
  ; 25 lines: 219 polls
  want_within 219 - 10, 219 + 10

  test 6, "NO LIGHT IN VBLANK"
  lda #WHITE
  jsr fill
  lda JOY2
  and #DARK
  want DARK
  rts

; In vblank: the whole picture in colour A from here on, for a frame at least.
fill:
  pha
  jsr vblank
  lda #$3F
  sta PPUADDR
  lda #$00
  sta PPUADDR
  pla
  sta PPUDATA
  ; elsewhere, or this colour's address shows its own
  lda #$20
  sta PPUADDR
  lda #$00
  sta PPUADDR
  jsr vblank
  rts

vblank:
  bit PPUSTATUS
: bit PPUSTATUS
  bpl :-
  rts

; Y × 256 + X: polls until there is light, from now on.
until_light:
  ldx #0
  ldy #0
: lda JOY2
  and #DARK
  beq :+
  inx
  bne :-
  iny
  cpy #NEVER
  bne :-
: rts

; The same until it is dark.
until_dark:
  ldx #0
  ldy #0
: lda JOY2
  and #DARK
  bne :+
  inx
  bne :-
  iny
  cpy #NEVER
  bne :-
: rts
