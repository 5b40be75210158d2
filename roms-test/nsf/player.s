; The program that plays NSF files, on the board of src/nes/board/nsf.rs.
;
; All memory that a cartridge's program would have is the music's. What the player keeps
; lies in eight bytes of the board, what it shows in pages of text that the loader
; (src/nes/cart/nsf.rs) writes:
;
;   page 0      eight lines of 32: title, artist, copyright, chips, television
;   page n      six lines of track n, and from $53C0 on what it is played by
;
; Left and right change the track, Start begins it again. The console's switches say which
; track is first; none is the file's own.

.linecont +

DUE      = $4100        ; bit 7: PLAY is due
PAGE     = $4101
SILENCE  = $4102
PERIOD   = $4104        ; four bytes

track    = $4108        ; 1 and up
region   = $4109        ; 0 NTSC, 8 PAL, 16 Dendy: where its words lie in TIMES
pads     = $410A
left     = $410B        ; calls of PLAY until the track is over, three bytes
number   = $410E

TEXT     = $5300
song     = $53C0        ; what INIT gets in A
flags    = $53C1
ENDS     = %01          ; the track has an end
MUTE     = %10          ; PLAY is not called
init     = $53C2
play     = $53C4
banks    = $53C6
times    = $53CE        ; by television: the period (four bytes), calls (three), INIT's X

lows     = $53F0        ; the banks at $6000 and $7000, for the RAM adapter

BANK     = $5FF8
LOWBANK  = $5FF6

PPUCTRL   = $2000
PPUMASK   = $2001
PPUSTATUS = $2002
PPUSCROLL = $2005
PPUADDR   = $2006
PPUDATA   = $2007
JOY1      = $4016
JOY2      = $4017

BUTTON_START = %00010000
BUTTON_LEFT  = %00000010
BUTTON_RIGHT = %00000001

.segment "CODE"

reset:
  sei
  cld
  ldx #$40
  stx JOY2
  ldx #$FF
  txs
  inx
  stx PPUCTRL
  stx PPUMASK
  stx pads
  bit PPUSTATUS
: bit PPUSTATUS
  bpl :-
: bit PPUSTATUS
  bpl :-
  ; a frame has 29,780 cycles, 33,247 or 35,464; twelve a turn
  ldx #0
  ldy #0
: inx
  bne :+
  iny
: bit PPUSTATUS
  bpl :--
  tya
  sec
  sbc #9
  bcs :+
  lda #0
: cmp #3
  bcc :+
  lda #2
: asl a
  asl a
  asl a
  sta region

  lda JOY1
  lsr a
  lsr a
  lsr a
  and #3
  sta track
  lda JOY2
  and #%11111100
  ora track
  beq @own
  cmp tracks
  bcc @chosen
  beq @chosen
@own:
  lda first
@chosen:
  sta track

; Plays the track anew; nothing on the stack is kept.
start:
  sei
  ldx #$FF
  txs
  lda #0
  sta PPUMASK
  sta SILENCE
  tax
: sta $00,x
  sta $0100,x
  sta $0200,x
  sta $0300,x
  sta $0400,x
  sta $0500,x
  sta $0600,x
  sta $0700,x
  .repeat $20, I
    sta $6000 + I * $100,x
  .endrepeat
  inx
  bne :-

  bit PPUSTATUS
  ldx #$20
  stx PPUADDR
  sta PPUADDR
  ldx #4
  tay
: sta PPUDATA
  iny
  bne :-
  dex
  bne :-
  ldx #$3F
  stx PPUADDR
  sta PPUADDR
  ldx #3
: lda palette,x
  sta PPUDATA
  dex
  bpl :-
  ldx #0
  stx PAGE
  lda #$20
  sta PPUADDR
  lda #$80
  sta PPUADDR
: lda TEXT,x
  sta PPUDATA
  inx
  bne :-
  lda track
  sta PAGE
  lda #$21
  sta PPUADDR
  lda #$C0
  sta PPUADDR
: lda TEXT,x
  sta PPUDATA
  inx
  cpx #192
  bne :-
  bit PPUSTATUS
: bit PPUSTATUS
  bpl :-
  lda #0
  sta PPUSCROLL
  sta PPUSCROLL
  lda #%00001010
  sta PPUMASK

  ; the 2A03 as INIT expects it
  lda #0
  ldx #$13
: sta $4000,x
  dex
  bpl :-
  sta $4015
  lda #$0F
  sta $4015
  lda #$40
  sta JOY2
  ldx #7
: lda banks,x
  sta BANK,x
  dex
  bpl :-
  lda lows
  sta LOWBANK
  lda lows+1
  sta LOWBANK+1
  ldx region
  lda times+4,x
  sta left
  lda times+5,x
  sta left+1
  lda times+6,x
  sta left+2
  ldy #0
: lda times,x
  sta PERIOD,y
  inx
  iny
  cpy #4
  bne :-
  ldy times+3,x
  tya
  tax
  ldy #0
  lda song
  jsr call_init
  sei

turn:
  bit DUE
  bpl @pads
  lda flags
  and #MUTE
  bne @counts
  jsr call_play
  sei
@counts:
  lda flags
  lsr a
  bcc @pads
  lda left
  sbc #1
  sta left
  lda left+1
  sbc #0
  sta left+1
  lda left+2
  sbc #0
  sta left+2
  bcc next
@pads:
  bit PPUSTATUS
  bpl turn

  lda #1
  sta JOY1
  lsr a
  sta JOY1
  ldy #8
: lda JOY1
  lsr a
  rol number
  dey
  bne :-
  lda pads
  eor #$FF
  and number            ; pressed since
  ldx number
  stx pads
  lsr a                 ; right
  bcs next
  lsr a                 ; left
  bcs previous
  and #BUTTON_START >> 2
  beq turn
  jmp start

next:
  inc track
  lda tracks
  cmp track
  bcs :+
  lda #1
  sta track
: jmp start

previous:
  dec track
  bne :+
  lda tracks
  sta track
: jmp start

call_init:
  jmp (init)
call_play:
  jmp (play)

; NMI is never switched on by the player, and no music may.
nothing:
  rti

palette:
  .byte $30, $10, $00, $0F

.segment "ENDING"
  .word 0               ; the music's first bank of 4 KiB, by the loader
  .addr nothing, reset
tracks: .byte 1         ; by the loader
first:  .byte 1

.segment "CHR"
.include "art.inc"
.include "tiles.inc"
  .res ($20 - 4)*16, 0
.include "font.inc"
