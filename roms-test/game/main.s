; Reel Runner, the game that Retake plays when no ROM is named.
;
; A courier runs through a film studio at night and picks up reels; robots,
; pits and hot lamps are in the way. The studio gets faster with each scene.
;
; One translation unit: this file includes the others.
;   defs.s     hardware names, RAM that all share, macros
;   nmi.s      everything that happens in vblank, and the two scroll splits
;   level.s    the speed of the game, chunks of level, columns as they scroll in
;   player.s   the courier: run, jump, throw, collect, die
;   enemies.s  robots, discs, sparks
;   hud.s      the film strip with the score; score arithmetic; palettes
;   title.s    title, "that's a wrap"
;   play.s     the states of a game: play, pause, death, next take
;   sound.s    sound engine and effects     music.s  the tunes
;   chr.s      all pictures, as text art
;
; Licence: CC0 1.0 (public domain dedication). Board: NROM-256, vertical mirroring.

.linecont +
.feature string_escapes

.segment "HEADER"
  .byte "NES", $1A, 2, 1, %00000001, 0
  .res 8, 0

.include "defs.s"

.segment "CODE"

reset:
  sei
  cld
  ldx #$40
  stx $4017             ; no frame interrupts
  ldx #$FF
  txs
  inx
  stx PPUCTRL           ; no NMI
  stx PPUMASK           ; nothing shown
  stx $4010             ; no DMC interrupts
  stx $4015
  bit PPUSTATUS
: bit PPUSTATUS         ; the PPU warms up for two frames
  bpl :-
  txa
: sta $00,x             ; meanwhile all memory is cleared: no trust in power-on RAM
  sta $0100,x
  sta $0200,x
  sta $0300,x
  sta $0400,x
  sta $0500,x
  sta $0600,x
  sta $0700,x
  inx
  bne :-
: bit PPUSTATUS
  bpl :-

  inc nmi_quiet         ; until the first screen is drawn, NMI leaves the PPU alone
  jsr oam_begin
  jsr oam_end
  jsr sound_init
  lda #CTRL_BASE
  sta ctrl
  sta PPUCTRL
  jsr title_enter

main_loop:
  jsr read_pad
  jsr oam_begin
  lda state
  asl a
  tax
  lda state_table,x
  sta ptr
  lda state_table+1,x
  sta ptr+1
  jsr call_ptr
  jsr oam_end
  jsr wait_nmi
  jmp main_loop

call_ptr:
  jmp (ptr)

.enum
  ST_TITLE
  ST_PLAY
  ST_PAUSE
  ST_DYING
  ST_SLATE
  ST_WRAP
.endenum

state_table:
  .addr title_run, play_run, pause_run, dying_run, slate_run, wrap_run

; Hand the frame to NMI and wait until it was shown.
wait_nmi:
  lda #1
  sta frame_ready
: lda frame_ready
  bne :-
  rts

; Controller 1 into pad (held) and pad_new (pressed since the last frame).
read_pad:
  lda pad
  pha
  lda #1
  sta $4016
  sta pad               ; the 1 falls out after eight shifts
  lsr a
  sta $4016
: lda $4016
  and #3
  cmp #1
  rol pad
  bcc :-
  pla
  eor #$FF
  and pad
  sta pad_new
  rts

; A = next random byte (16-bit Galois register, eight steps). Keeps X, Y.
random:
  tya
  pha
  ldy #8
  lda seed
: asl a
  rol seed+1
  bcc :+
  eor #$39
: dey
  bne :--
  sta seed
  pla
  tay
  lda seed
  rts

.include "nmi.s"
.include "hud.s"
.include "level.s"
.include "player.s"
.include "enemies.s"
.include "play.s"
.include "title.s"
.include "sound.s"
.include "music.s"
.include "chr.s"

.segment "CODE"
irq:
  rti

.segment "VECTORS"
  .addr nmi, reset, irq
