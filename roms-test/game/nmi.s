; NMI: OAM, the VRAM queue, scroll, sound, and the two splits of the screen.
;
;   line 241        OAM DMA, VRAM queue (about 2,270 cycles of vblank to spend)
;   then            one tick of the sound engine
;   line 30         sprite 0 meets the film strip: the skyline's scroll is set
;   line 96         after a counted wait: the field's scroll is set
;
; NMI does all this by itself, so a slow frame of the main program delays the
; game but never disturbs the picture.
;
; VRAM queue: entries {length, address high, address low, bytes…}, closed by 0.
; Bit 7 of the high byte: go down the screen (+32), not along it (+1).

.segment "CODE"

nmi:
  pha
  txa
  pha
  tya
  pha
  inc frame
  bne :+
  inc frame+1
: lda nmi_quiet
  beq :+
  jsr sound_tick
  lda #0
  sta frame_ready
  beq nmi_end
:
  bit PPUSTATUS
  lda frame_ready
  beq @scroll           ; the main program is late: show the last frame again
  lda #0
  sta OAMADDR
  lda #>oam
  sta OAMDMA
  jsr vram_flush
  lda mask
  sta PPUMASK
  lda field_x
  sta nfield_x
  lda field_x+1
  sta nfield_x+1
  lda sky_x
  sta nsky_x
  lda sky_x+1
  sta nsky_x+1
  lda split_on
  sta nsplit_on
  lda #0
  sta frame_ready
@scroll:
  lda ctrl
  sta PPUCTRL
  lda #0
  sta PPUSCROLL
  sta PPUSCROLL
  jsr sound_tick
  lda nsplit_on
  beq nmi_end
  jsr split
nmi_end:
  pla
  tay
  pla
  tax
  pla
  rti

; Wait for sprite 0, each wait with an end, so that nothing can hang.
split:
  ldx #0
  ldy #16
: bit PPUSTATUS         ; last frame's hit stands until the pre-render line
  bvc :+
  inx
  bne :-
  dey
  bne :-
  rts
: ldx #0
  ldy #4
: bit PPUSTATUS
  bvs :+
  inx
  bne :-
  dey
  bne :-
  rts
: lda nsky_x+1
  and #1
  ora ctrl
  ldx nsky_x
  stx PPUSCROLL
  ldx #0
  stx PPUSCROLL
  sta PPUCTRL

  ; 65 lines of 113 2/3 cycles. Two black and hill-coloured bands hide that
  ; the lines of a PAL console are shorter.
  ldx #6
  ldy #180
: dey
  bne :-
  dex
  bne :-

  lda nfield_x+1
  and #1
  ora ctrl
  ldx nfield_x
  stx PPUSCROLL
  ldx #0
  stx PPUSCROLL
  sta PPUCTRL
  rts

vram_flush:
  ldx #0
@entry:
  lda vq,x
  beq @end
  tay                   ; bytes to go
  lda ctrl
  sta ntmp
  lda vq+1,x
  bpl :+
  lda ntmp
  ora #%00000100
  sta ntmp
: lda ntmp
  sta PPUCTRL
  lda vq+1,x
  and #$3F
  sta PPUADDR
  lda vq+2,x
  sta PPUADDR
: lda vq+3,x
  sta PPUDATA
  inx
  dey
  bne :-
  inx
  inx
  inx
  bne @entry
@end:
  lda #0
  sta vq
  sta vq_i
  rts

; Main program: add to the queue. First vq_open with the address in X (high),
; A (low), then the bytes with vq_byte, then vq_close. Y is kept.
vq_open:
  pha
  txa
  ldx vq_i
  sta vq+1,x
  pla
  sta vq+2,x
  stx vq_start
  inx
  inx
  inx
  stx vq_i
  rts
vq_byte:
  ldx vq_i
  sta vq,x
  inc vq_i
  rts
vq_close:
  lda vq_i
  tax
  sec
  sbc vq_start
  sbc #3
  pha
  lda #0
  sta vq,x
  ldx vq_start
  pla
  sta vq,x
  rts

; Turn the picture off (in vblank) and take the PPU.
screen_off:
  jsr oam_begin
  jsr oam_end
  lda #MASK_OFF
  sta mask
  sta split_on
  jsr wait_nmi
  inc nmi_quiet
  rts

; Give the PPU back; the picture comes on in the next vblank.
screen_on:
  lda #MASK_ON
  sta mask
  dec nmi_quiet
  rts

; Fills both name tables and their attributes with 0.
clear_screens:
  lda #$20
  sta PPUADDR
  lda #$00
  sta PPUADDR
  tay
  ldx #8
: sta PPUDATA
  iny
  bne :-
  dex
  bne :-
  rts

; OAM: entry 0 belongs to the split, the rest is filled anew each frame.
oam_begin:
  lda #$F8
  sta oam
  lda #4
  sta oam_i
  rts

oam_end:
  ldx oam_i
  beq @done
  lda #$F8
: sta oam,x
  inx
  inx
  inx
  inx
  bne :-
@done:
  rts
