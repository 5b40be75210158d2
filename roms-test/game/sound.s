; Sound: four voices from tunes (music.s), and effects that borrow the second
; pulse and the noise channel while they last. Called once a frame, from NMI.
;
; A tune is a stream of bytes for each voice:
;   note, length          notes are C2…, length in rows
;   REST, length          silence
;   VOICE, n              instrument n from here on
;   CALL, address         play a phrase; it ends with RET (one level deep)
;   JUMP, address         for ever
;   STOP                  this voice is done

.enum
  C2
  Cs2
  D2
  Ds2
  E2
  F2
  Fs2
  G2
  Gs2
  A2
  As2
  B2
  C3
  Cs3
  D3
  Ds3
  E3
  F3
  Fs3
  G3
  Gs3
  A3
  As3
  B3
  C4
  Cs4
  D4
  Ds4
  E4
  F4
  Fs4
  G4
  Gs4
  A4
  As4
  B4
  C5
  Cs5
  D5
  Ds5
  E5
  F5
  Fs5
  G5
  Gs5
  A5
  As5
  B5
  C6
  Cs6
  D6
  Ds6
  E6
  F6
  Fs6
  G6
  Gs6
  A6
  As6
  B6
.endenum
REST  = $80
VOICE = $81
CALL  = $82
RET   = $83
JUMP  = $84
STOP  = $85

; drums are notes of the fourth voice
KICK  = 0
SNARE = 1
HAT   = 2

.segment "RODATA"
; 1789773 / (16 * f) - 1 for equal temperament, A4 = 440 Hz; the triangle sounds an octave lower
period_lo:
  .lobytes 1709,1613,1523,1437,1356,1280,1208,1140,1076,1016,959,905
  .lobytes 854,806,761,718,678,640,604,570,538,507,479,452
  .lobytes 427,403,380,359,338,319,301,284,268,253,239,225
  .lobytes 213,201,189,179,169,159,150,142,134,126,119,112
  .lobytes 106,100,94,89,84,79,75,70,66,63,59,56
period_hi:
  .hibytes 1709,1613,1523,1437,1356,1280,1208,1140,1076,1016,959,905
  .hibytes 854,806,761,718,678,640,604,570,538,507,479,452
  .hibytes 427,403,380,359,338,319,301,284,268,253,239,225
  .hibytes 213,201,189,179,169,159,150,142,134,126,119,112
  .hibytes 106,100,94,89,84,79,75,70,66,63,59,56

; Instruments: duty, and a volume for each frame; $FF: stay at the last one.
inst_duty:   .byte $80, $40, $00, $40
inst_env_lo: .lobytes env_lead, env_harm, env_pluck, env_soft
inst_env_hi: .hibytes env_lead, env_harm, env_pluck, env_soft
env_lead:    .byte 8, 10, 10, 9, 9, 8, 8, 7, 7, 7, 6, 6, 6, 6, 5, $FF
env_harm:    .byte 5, 5, 4, 4, 3, 3, 2, 2, 1, $FF
env_pluck:   .byte 7, 6, 4, 3, 2, 2, 1, 1, 0, $FF
env_soft:    .byte 2, 4, 5, 6, 6, 6, 5, 5, 5, 4, 4, 4, 4, 3, $FF
; drums: noise period and volumes
drum_period: .byte $0E, $07, $02
drum_env_lo: .lobytes env_kick, env_snare, env_hat
drum_env_hi: .hibytes env_kick, env_snare, env_hat
env_kick:    .byte 10, 8, 5, 2, 0, $FF
env_snare:   .byte 9, 8, 6, 5, 3, 2, 1, 0, $FF
env_hat:     .byte 4, 2, 1, 0, $FF

.segment "ZEROPAGE"
sptr:     .res 2
v_lo:     .res 4        ; where each voice reads on
v_hi:     .res 4
fx_ptr:   .res 2        ; effect on the second pulse, high byte 0 = none
nx_ptr:   .res 2        ; effect on the noise channel

.segment "BSS"
v_ret_lo: .res 4        ; after a phrase
v_ret_hi: .res 4
v_left:   .res 4        ; rows left of the note; 0 = voice stopped
v_note:   .res 4        ; REST = silent
v_inst:   .res 4
v_pos:    .res 4        ; place in the envelope
v_vol:    .res 4
high_1:   .res 1        ; last value of $4003 and $4007: writing them restarts the wave,
high_2:   .res 1        ; so only when it changes
tempo:    .res 1        ; rows a frame, in 1/256
beat:     .res 1
song:     .res 1
hush:     .res 1        ; 1 = paused: effects only
fx_rank:  .res 1        ; a running effect yields to one of the same or a higher rank

.segment "CODE"

sound_init:
  lda #$0F
  sta $4015
  lda #$30
  sta $4000
  sta $4004
  sta $400C
  lda #$80
  sta $4008
  lda #$08
  sta $4001             ; no sweep
  sta $4005
  lda #$FF
  sta high_1
  sta high_2
  lda #0
  sta song
  rts

; Main program: start tune A (SONG_…).
song_play:
  pha
  lda #0
  ldx #3
: sta v_left,x          ; NMI may come at any time: first nothing plays
  dex
  bpl :-
  pla
  sta song
  tax
  lda song_tempo,x
  sta tempo
  lda #0
  sta beat
  sta hush
  txa
  beq @none
  asl a
  asl a
  tay
  ldx #0
: lda song_lo,y
  sta v_lo,x
  lda song_hi,y
  sta v_hi,x
  lda #REST
  sta v_note,x
  iny
  inx
  cpx #4
  bne :-
  lda #1                ; the next row reads the first notes
  sta v_left+3
  sta v_left+2
  sta v_left+1
  sta v_left
@none:
  rts

; A scene further: a little quicker.
music_faster:
  lda tempo
  cmp #62
  bcs :+
  adc #3
  sta tempo
: rts

sound_pause:
  lda #1
  sta hush
  rts
sound_resume:
  lda #0
  sta hush
  rts

; Start effect A (SFX_…). Keeps X and Y.
sfx_play:
  sta sfx_new
  txa
  pha
  ldx sfx_new
  lda sfx_rank,x
  cmp fx_rank
  bcc @no
  sta fx_rank
  lda #0
  sta fx_ptr+1
  lda sfx_pulse_lo,x
  sta fx_ptr
  lda sfx_pulse_hi,x
  sta fx_ptr+1
  lda sfx_noise_hi,x
  beq @no
  lda #0
  sta nx_ptr+1
  lda sfx_noise_lo,x
  sta nx_ptr
  lda sfx_noise_hi,x
  sta nx_ptr+1
@no:
  pla
  tax
  rts

.segment "BSS"
sfx_new: .res 1

.segment "CODE"

; One frame of sound.
sound_tick:
  lda hush
  bne @silent
  lda beat
  clc
  adc tempo
  sta beat
  bcc @play
  ldx #3
: jsr voice_row
  dex
  bpl :-
@play:
  ldx #3
: jsr voice_env
  dex
  bpl :-
  jmp @out
@silent:
  lda #0
  sta v_vol
  sta v_vol+1
  sta v_vol+2
  sta v_vol+3
@out:
  jsr out_lead
  jsr out_harmony
  jsr out_bass
  jmp out_drums

; One row of voice X.
voice_row:
  lda v_left,x
  beq @done
  dec v_left,x
  bne @done
@read:
  jsr voice_byte
  bpl @note
  cmp #REST
  beq @note
  cmp #VOICE
  bne :+
  jsr voice_byte
  sta v_inst,x
  jmp @read
: cmp #CALL
  beq @call
  cmp #RET
  beq @ret
  cmp #JUMP
  beq @jump
  lda #REST             ; STOP
  sta v_note,x
@done:
  rts
@note:
  sta v_note,x
  jsr voice_byte
  sta v_left,x
  lda #0
  sta v_pos,x
  rts
@call:
  jsr voice_byte
  pha
  jsr voice_byte
  pha
  lda v_lo,x
  sta v_ret_lo,x
  lda v_hi,x
  sta v_ret_hi,x
  pla
  sta v_hi,x
  pla
  sta v_lo,x
  jmp @read
@ret:
  lda v_ret_lo,x
  sta v_lo,x
  lda v_ret_hi,x
  sta v_hi,x
  jmp @read
@jump:
  jsr voice_byte
  pha
  jsr voice_byte
  sta v_hi,x
  pla
  sta v_lo,x
  jmp @read

; Next byte of voice X, with its sign in N.
voice_byte:
  lda v_lo,x
  sta sptr
  lda v_hi,x
  sta sptr+1
  inc v_lo,x
  bne :+
  inc v_hi,x
: ldy #0
  lda (sptr),y
  rts

; Volume of voice X in this frame.
voice_env:
  lda v_note,x
  bmi @silent
  cpx #3
  beq @drum
  ldy v_inst,x
  lda inst_env_lo,y
  sta sptr
  lda inst_env_hi,y
  sta sptr+1
  bne @step
@drum:
  tay
  lda drum_env_lo,y
  sta sptr
  lda drum_env_hi,y
  sta sptr+1
@step:
  ldy v_pos,x
  lda (sptr),y
  bmi @hold
  sta v_vol,x
  inc v_pos,x
@hold:
  rts
@silent:
  lda #0
  sta v_vol,x
  rts

out_lead:
  ldy v_inst
  lda inst_duty,y
  ora v_vol
  ora #$30
  sta $4000
  ldy v_note
  bmi @done
  lda period_lo,y
  ; a little vibrato once the note has stood for a while
  ldx v_pos
  cpx #14
  bcc :+
  pha
  lda frame
  lsr a
  lsr a
  lsr a
  pla
  adc #0
: sta $4002
  lda period_hi,y
  cmp high_1
  beq @done
  sta high_1
  sta $4003
@done:
  rts

out_harmony:
  lda fx_ptr+1
  bne @effect
  ldy v_inst+1
  lda inst_duty,y
  ora v_vol+1
  ora #$30
  sta $4004
  ldy v_note+1
  bmi @done
  lda period_lo,y
  sta $4006
  lda period_hi,y
@high:
  cmp high_2
  beq @done
  sta high_2
  sta $4007
@done:
  rts
@effect:                ; three bytes a frame: $4004, $4006, $4007; 0 ends it
  ldy #0
  lda (fx_ptr),y
  beq @over
  sta $4004
  iny
  lda (fx_ptr),y
  sta $4006
  iny
  lda (fx_ptr),y
  pha
  lda fx_ptr
  clc
  adc #3
  sta fx_ptr
  bcc :+
  inc fx_ptr+1
: pla
  jmp @high
@over:
  sta fx_ptr+1
  sta fx_rank
  lda #$30
  sta $4004
  rts

out_bass:
  lda v_vol+2
  beq @off
  ldy v_note+2
  bmi @off
  lda #$FF
  sta $4008
  lda period_lo,y
  sta $400A
  lda period_hi,y
  sta $400B
  rts
@off:
  lda #$80
  sta $4008
  rts

out_drums:
  lda nx_ptr+1
  bne @effect
  lda v_vol+3
  ora #$30
  sta $400C
  ldy v_note+3
  bmi @done
  lda drum_period,y
  sta $400E
  lda #$F8
  sta $400F
@done:
  rts
@effect:                ; two bytes a frame: $400C, $400E; 0 ends it
  ldy #0
  lda (nx_ptr),y
  beq @over
  sta $400C
  iny
  lda (nx_ptr),y
  sta $400E
  lda #$F8
  sta $400F
  lda nx_ptr
  clc
  adc #2
  sta nx_ptr
  bcc :+
  inc nx_ptr+1
: rts
@over:
  sta nx_ptr+1
  lda #$30
  sta $400C
  rts

; --- effects ---

.enum
  SFX_JUMP
  SFX_REEL
  SFX_THROW
  SFX_HIT
  SFX_LOST
  SFX_TAKE
  SFX_SCENE
  SFX_PAUSE
  SFX_CLAP
.endenum

.segment "RODATA"
sfx_rank:     .byte 1, 2, 1, 3, 6, 5, 5, 6, 6
sfx_pulse_lo: .lobytes fx_jump, fx_reel, fx_throw, fx_hit, fx_lost, fx_take, fx_scene, fx_pause, fx_clap
sfx_pulse_hi: .hibytes fx_jump, fx_reel, fx_throw, fx_hit, fx_lost, fx_take, fx_scene, fx_pause, fx_clap
sfx_noise_lo: .lobytes 0, 0, nx_throw, nx_hit, nx_lost, 0, 0, 0, nx_clap
sfx_noise_hi: .hibytes 0, 0, nx_throw, nx_hit, nx_lost, 0, 0, 0, nx_clap

; a frame of pulse: duty (0-3), volume, period
.macro fx duty, vol, period
  .byte (duty)<<6 | $30 | (vol), <(period), >(period)
.endmacro
; n frames from one period to another
.macro slide duty, vol, from, to, n
  .repeat n, I
    fx duty, vol, (from)+((to)-(from))*I/(n)
  .endrepeat
.endmacro
.macro hold_note duty, vol, period, n
  .repeat n
    fx duty, vol, period
  .endrepeat
.endmacro
.macro nx vol, period
  .byte $30 | (vol), period
.endmacro

fx_jump:
  slide 2, 6, 400, 200, 8
  slide 2, 4, 200, 140, 5
  .byte 0
fx_reel:
  hold_note 2, 7, 89, 3
  hold_note 2, 7, 66, 3
  hold_note 2, 4, 66, 4
  hold_note 2, 2, 66, 4
  .byte 0
fx_throw:
  slide 0, 5, 150, 300, 6
  .byte 0
nx_throw:
  nx 6, 4
  nx 5, 3
  nx 3, 2
  nx 1, 1
  .byte 0
fx_hit:
  slide 1, 9, 180, 600, 9
  slide 1, 5, 500, 800, 5
  .byte 0
nx_hit:
  nx 12, 9
  nx 10, 10
  nx 8, 11
  nx 6, 12
  nx 4, 12
  nx 2, 13
  .byte 0
fx_lost:
  slide 2, 9, 200, 260, 6
  slide 2, 9, 180, 300, 8
  slide 2, 8, 240, 420, 10
  slide 2, 7, 330, 650, 12
  slide 2, 5, 500, 1000, 16
  slide 2, 2, 900, 1200, 8
  .byte 0
nx_lost:
  nx 13, 12
  nx 11, 13
  nx 9, 13
  nx 7, 14
  nx 5, 14
  nx 3, 15
  nx 1, 15
  .byte 0
fx_take:
  hold_note 2, 8, 169, 4
  hold_note 2, 8, 134, 4
  hold_note 2, 8, 112, 4
  hold_note 2, 8, 84, 8
  hold_note 2, 4, 84, 8
  .byte 0
fx_scene:
  hold_note 1, 8, 253, 5
  hold_note 1, 8, 189, 5
  hold_note 1, 8, 150, 5
  hold_note 1, 8, 126, 10
  hold_note 1, 4, 126, 8
  .byte 0
fx_pause:
  hold_note 2, 6, 106, 4
  hold_note 2, 6, 142, 4
  hold_note 2, 6, 106, 4
  hold_note 2, 3, 106, 4
  .byte 0
fx_clap:
  slide 0, 8, 90, 110, 3
  .byte 0
nx_clap:
  nx 15, 5
  nx 12, 4
  nx 7, 5
  nx 4, 6
  nx 2, 6
  nx 1, 6
  .byte 0
