; chips: what INIT may rely on, and five sound chips at once.
;
; Track 1 checks what it was given: its number, the banks of the header, RAM that is zero,
; the registers that can be read; then it waits for ten calls of PLAY. Its verdict stands
; at $6000 as blargg's ROMs have theirs: DE B0 61 at $6001, 0 or the number of what failed.
; Tracks 2 to 7 play 440 Hz on one of the header's chips each, bit 0's first (bit 2's, the
; disk system, is not there, and track 4 is silent); track 8 plays all of them.

CHIPS = %00111011
SONGS = 8
.macro TITLE
  string32 "Five chips"
.endmacro
.macro BANKS
  .byte 0, 1, 2, 3, 3, 2, 1, 1
.endmacro
.include "nsf.inc"

RESULT = $6000
calls  = $6010
X_OF   = $6011

.macro want value, number
  ldy #number
  cmp #value
  beq :+
  jmp failed
:
.endmacro

.segment "MUSIC"

init_tune:
  stx X_OF
  cmp #0
  beq check
  jmp tones

check:
  ldx #$80
  stx RESULT
  ldx #$DE
  stx RESULT+1
  ldx #$B0
  stx RESULT+2
  ldx #$61
  stx RESULT+3
  lda X_OF                      ; 0 NTSC, 1 PAL
  and #$FE
  want 0, 1
  lda $9000                     ; the header's banks
  want 1, 2
  lda $AFFF
  want 2, 3
  lda $B000
  want 3, 4
  lda $C000
  want 3, 5
  lda $D000
  want 2, 6
  lda $E800
  want 1, 7
  lda $F000
  want 1, 8
  lda $FFF9                     ; the page of the vectors
  want 1, 9
  lda #3
  sta $5FF9
  lda $9000
  want 3, 10
  lda #1
  sta $5FF9
  lda #4 + 2                    ; past the last bank the first ones come again
  sta $5FFF
  lda $F123
  want 2, 11
  lda $FFF9
  want 2, 12
  ldx #0
: lda $00,x
  ora $0200,x
  ora $0300,x
  ora $0400,x
  ora $0500,x
  ora $0600,x
  ora $0700,x
  ora $6100,x
  ora $7F00,x
  bne :+
  inx
  bne :-
: want 0, 13
  lda #100                      ; MMC5
  sta $5205
  lda #200
  sta $5206
  lda $5205
  want <20000, 14
  lda $5206
  want >20000, 15
  lda #$A5
  sta $5C00
  lda #$5A
  sta $5FF5
  lda $5C00
  want $A5, 16
  lda $5FF5
  want $5A, 17
  lda #3
  sta $5015
  lda #$08
  sta $5003
  lda $5015
  want 1, 18
  lda #0
  sta $5015
  lda #$80                      ; Namco 163
  sta $F800
  ldx #5
: stx $4800
  dex
  bne :-
  lda #$82
  sta $F800
  lda $4800
  want 3, 19
  lda $4800
  want 2, 20
  rts

play_tune:
  lda RESULT
  bpl :+
  inc calls
  lda calls
  cmp #10
  bcc :+
  lda #0
  sta RESULT
: rts

failed:
  sty RESULT
  rts

tones:
  cmp #7
  beq @all
  tax
  dex
  jmp one
@all:
  ldx #5
: txa
  pha
  jsr one
  pla
  tax
  dex
  bpl :-
  rts

one:
  lda starts_high,x
  pha
  lda starts_low,x
  pha
  rts

starts_low:  .byte <(vrc6-1), <(vrc7-1), <(nothing-1), <(mmc5-1), <(n163-1), <(s5b-1)
starts_high: .byte >(vrc6-1), >(vrc7-1), >(nothing-1), >(mmc5-1), >(n163-1), >(s5b-1)

PERIOD = 253                    ; 1789773 / 16 / 254 = 440.4 Hz

vrc6:
  lda #%01111111                ; half, loudest
  sta $9000
  lda #PERIOD
  sta $9001
  lda #$80
  sta $9002
nothing:
  rts

mmc5:
  lda #1
  sta $5015
  lda #%10111111
  sta $5000
  lda #PERIOD
  sta $5002
  lda #0
  sta $5003
  rts

s5b:
  ldx #$07
  ldy #%00111110                ; tone A alone
  jsr write_5b
  ldx #$00
  ldy #127                      ; 1789773 / 32 / 127 = 440.4 Hz
  jsr write_5b
  ldx #$01
  ldy #0
  jsr write_5b
  ldx #$08
  ldy #12
write_5b:
  stx $C000
  sty $E000
  rts

; A square of 32 samples, one voice: 440.0 Hz = 1789773 / 15 * F / 65536 / 32.
F163 = 7734
n163:
  lda #$80
  sta $F800
  lda #$FF
  jsr fill
  lda #$00
  jsr fill
  lda #$F8
  sta $F800
  ldx #0
: lda voice163,x
  sta $4800
  inx
  cpx #8
  bne :-
  rts
fill:
  ldx #8
: sta $4800
  dex
  bne :-
  rts
voice163:
  .byte <F163, 0, >F163, 0, (256-32) | (F163 >> 16), 0, 0, $0F

; The player's own instrument, near a square by full feedback.
vrc7:
  ldx #0
: lda voice7,x
  jsr write_7
  inx
  cpx #8
  bne :-
  ldx #$30
  lda #$00
  jsr write_7
  ldx #$10
  lda #<F7
  jsr write_7
  ldx #$20
  lda #(>F7) | %00011000
write_7:
  stx $9010
  nop
  nop
  nop
  nop
  sta $9030
  ldy #16
: dey
  bne :-
  rts
F7 = 290                        ; 49715.9 * 290 / 2^19 * 2^4 = 440.0 Hz
voice7:
  .byte %00100001, %00100001, %00011110, %00000111, $F0, $F0, $00, $00
