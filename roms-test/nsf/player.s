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

DUE      = $4100        ; bit 7: PLAY is due, until it is written; bit 6: the track is over
PAGE     = $4101
SILENCE  = $4102
BY_NMI   = $4103        ; bit 0: both pull /NMI
CLOCK    = $4110        ; PLAY's period, the track's length and fade: 13 bytes

track    = $4108        ; 1 and up
region   = $4109        ; 0 NTSC, 14 PAL, 28 Dendy: where its words lie in TIMES
pads     = $410A
number   = $410B
before   = $410C

TEXT     = $5300
song     = $53C0        ; what INIT gets in A
flags    = $53C1
IRQS     = %01          ; the I flag is the music's
TWICE    = %10          ; INIT is called once more, need not return, and is interrupted
SILENT   = %100         ; PLAY is not called
init     = $53C2
play     = $53C4
banks    = $53C6
times    = $53CE        ; by television: CLOCK's bytes, INIT's X
lows     = $53F8        ; the banks at $6000 and $7000, for the RAM adapter

BANK     = $5FF8
LOWBANK  = $5FF6
IRQ      = $FFFE        ; RAM where NSF2 asks for it

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
: tax
  lda rows,x
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
  sta $4015
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
  lda #<ignore
  sta IRQ
  lda #>ignore
  sta IRQ+1
  ldx region
  ldy #0
: lda times,x
  sta CLOCK,y
  inx
  iny
  cpy #13
  bne :-
  lda flags
  and #TWICE
  bne twice
  ldy #0
  jsr call_init

turn:
  lda flags
  lsr a                 ; IRQS
  bcs @wait
  sei
@wait:
  bit DUE
  bvs next
  bpl @pads
  sta DUE
  jsr call_play
  jmp turn
@pads:
  bit PPUSTATUS
  bpl @wait
  jsr read_pads
  jmp @wait

; The second time INIT may keep the CPU, and PLAY comes to it by NMI.
twice:
  ldy #$80
  jsr call_init
  sta DUE
  lda #1
  sta BY_NMI
  ldy #$81
  jsr call_init
  lda flags
  and #SILENT
  bne turn              ; no NMI comes to read the pads
: jmp :-

on_nmi:
  bit DUE
  bvs next
  pha
  txa
  pha
  tya
  pha
  jsr call_play
  jsr read_pads
  sta DUE               ; a call that came meanwhile is left out
  pla
  tay
  pla
  tax
  pla
ignore:
  rti

; Music that plays samples takes bits away: what counts was read twice.
read_pads:
  jsr read_once
: lda number
  sta before
  jsr read_once
  lda number
  cmp before
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
  bne :+
  rts
: jmp start

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

read_once:
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
  rts

; Y: 0, or which of two times it is.
call_init:
  ldx region
  lda times+13,x
  tax
  lda song
  jmp (init)
call_play:
  jmp (play)

rows: .byte 0, 14, 28

palette:
  .byte $30, $10, $00, $0F

.segment "ENDING"
  .word 0               ; the music's first bank of 4 KiB, by the loader
  .addr on_nmi, reset
tracks: .byte 1         ; by the loader
first:  .byte 1

.segment "CHR"
.include "art.inc"
.include "tiles.inc"
  .res ($20 - 4)*16, 0
.include "font.inc"
