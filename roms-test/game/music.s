; The tunes: three, for this game. Sixteen rows are a bar.

.enum
  SONG_NONE
  SONG_TITLE
  SONG_RUN
  SONG_WRAP
.endenum

.segment "RODATA"
song_tempo: .byte 0, 34, 42, 30     ; rows a frame, in 1/256
song_lo:
  .lobytes 0, 0, 0, 0
  .lobytes title_lead, title_harm, title_bass, title_drum
  .lobytes run_lead, run_harm, run_bass, run_drum
  .lobytes wrap_lead, wrap_harm, wrap_bass, wrap_drum
song_hi:
  .hibytes 0, 0, 0, 0
  .hibytes title_lead, title_harm, title_bass, title_drum
  .hibytes run_lead, run_harm, run_bass, run_drum
  .hibytes wrap_lead, wrap_harm, wrap_bass, wrap_drum

.macro call phrase
  .byte CALL
  .addr phrase
.endmacro
.macro jump place
  .byte JUMP
  .addr place
.endmacro

; --- the run: A minor, a chase ---

run_lead:
  .byte VOICE, 0
@again:
  call run_a1
  call run_a2
  call run_a1
  call run_a3
  call run_b1
  call run_b2
  call run_c
  jump @again

run_a1:
  .byte E5,3, D5,1, C5,2, E5,2, A5,4, G5,2, E5,2            ; Am
  .byte F5,3, E5,1, D5,2, C5,2, A4,4, C5,2, D5,2            ; F
  .byte RET
run_a2:
  .byte E5,3, G5,1, E5,2, C5,2, G4,4, C5,2, E5,2            ; C
  .byte D5,3, E5,1, D5,2, B4,2, G4,4, B4,2, D5,2            ; G
  .byte RET
run_a3:
  .byte G5,3, E5,1, C5,2, E5,2, D5,4, B4,2, G4,2            ; C G
  .byte A4,6, E5,2, A5,4, REST,4                            ; Am
  .byte RET
run_b1:
  .byte D5,2, F5,2, A5,2, F5,2, D5,2, F5,2, A5,4            ; Dm
  .byte C5,2, E5,2, A5,2, E5,2, C5,2, E5,2, A5,4            ; Am
  .byte A4,2, C5,2, F5,2, C5,2, A5,4, G5,2, F5,2            ; F
  .byte E5,4, Gs5,4, B5,4, Gs5,2, E5,2                      ; E
  .byte RET
run_b2:
  .byte F5,3, E5,1, D5,4, A5,3, G5,1, F5,4                  ; Dm
  .byte E5,3, D5,1, C5,4, A5,6, REST,2                      ; Am
  .byte A5,2, G5,2, F5,2, E5,2, F5,2, E5,2, D5,2, C5,2      ; F
  .byte B4,4, E5,4, Gs5,4, B5,4                             ; E
  .byte RET
run_c:
  .byte C6,4, B5,2, A5,2, E5,4, A5,2, B5,2                  ; Am
  .byte C6,3, D6,1, C6,2, A5,2, F5,8                        ; F
  .byte E6,4, D6,2, C6,2, G5,4, C6,2, D6,2                  ; C
  .byte D6,3, C6,1, B5,2, G5,2, D5,4, E5,2, G5,2            ; G
  .byte A5,2, E5,2, C5,2, E5,2, A5,2, B5,2, C6,2, A5,2      ; Am
  .byte A5,2, F5,2, C5,2, F5,2, A5,2, G5,2, F5,2, C5,2      ; F
  .byte G5,3, A5,1, G5,2, D5,2, B4,4, D5,2, G5,2            ; G
  .byte A5,8, E5,4, A4,4                                    ; Am
  .byte RET

run_harm:
  .byte VOICE, 1
@again:
  call arp_am
  call arp_f
  call arp_c
  call arp_g
  call arp_am
  call arp_f
  call arp_cg
  call arp_am
  call arp_dm
  call arp_am
  call arp_f
  call arp_e
  call arp_dm
  call arp_am
  call arp_f
  call arp_e
  call arp_am
  call arp_f
  call arp_c
  call arp_g
  call arp_am
  call arp_f
  call arp_g
  call arp_am
  jump @again

.macro arp n1, n2, n3
  .repeat 4
    .byte n1,1, n2,1, n3,1, n2,1
  .endrepeat
  .byte RET
.endmacro
arp_am: arp A3, C4, E4
arp_f:  arp A3, C4, F4
arp_c:  arp G3, C4, E4
arp_g:  arp G3, B3, D4
arp_dm: arp A3, D4, F4
arp_e:  arp Gs3, B3, E4
arp_cg:
  .byte G3,1, C4,1, E4,1, C4,1, G3,1, C4,1, E4,1, C4,1
  .byte G3,1, B3,1, D4,1, B3,1, G3,1, B3,1, D4,1, B3,1
  .byte RET

run_bass:
  .byte VOICE, 0
@again:
  call bass_am
  call bass_f
  call bass_c
  call bass_g
  call bass_am
  call bass_f
  call bass_cg
  call bass_am
  call bass_dm
  call bass_am
  call bass_f
  call bass_e
  call bass_dm
  call bass_am
  call bass_f
  call bass_e
  call bass_am
  call bass_f
  call bass_c
  call bass_g
  call bass_am
  call bass_f
  call bass_g
  call bass_am
  jump @again

; eighths: the root, its octave, and the fifth before the next bar
.macro octaves root, fifth
  .byte root,2, root,1, REST,1, root+12,2, root,2
  .byte root,2, root,1, REST,1, root+12,2, fifth,2
  .byte RET
.endmacro
bass_am: octaves A3, E3
bass_f:  octaves F3, C4
bass_c:  octaves C3, G3
bass_g:  octaves G3, D4
bass_dm: octaves D3, A3
bass_e:  octaves E3, B3
bass_cg:
  .byte C3,2, C3,1, REST,1, C4,2, C3,2
  .byte G3,2, G3,1, REST,1, G4,2, Gs3,2
  .byte RET

run_drum:
  call beat_plain
  call beat_plain
  call beat_plain
  call beat_fill
  jump run_drum
beat_plain:
  .byte KICK,2, HAT,2, SNARE,2, HAT,2, KICK,2, KICK,2, SNARE,2, HAT,2
  .byte RET
beat_fill:
  .byte KICK,2, HAT,2, SNARE,2, HAT,2, KICK,1, SNARE,1, KICK,2, SNARE,1, SNARE,1, SNARE,2
  .byte RET

; --- the title: C major, slow, a projector starting up ---

title_lead:
  .byte VOICE, 3
@again:
  .byte E5,4, G5,4, C6,6, B5,2                              ; C
  .byte A5,4, G5,4, E5,8                                    ; Am
  .byte F5,4, A5,4, C6,6, A5,2                              ; F
  .byte G5,12, REST,4                                       ; G
  .byte E5,4, G5,4, C6,6, D6,2                              ; C
  .byte E6,4, D6,4, C6,4, A5,4                              ; Am
  .byte F5,4, A5,4, G5,4, B4,4                              ; F G
  .byte C5,12, REST,4                                       ; C
  jump @again

title_harm:
  .byte VOICE, 2
@again:
  call tick_c
  call tick_am
  call tick_f
  call tick_g
  call tick_c
  call tick_am
  call tick_fg
  call tick_c
  jump @again
.macro tick n1, n2, n3, n4
  .repeat 2
    .byte n1,2, n2,2, n3,2, n4,2
  .endrepeat
  .byte RET
.endmacro
tick_c:  tick C4, G4, E4, G4
tick_am: tick C4, A4, E4, A4
tick_f:  tick C4, A4, F4, A4
tick_g:  tick B3, G4, D4, G4
tick_fg:
  .byte C4,2, A4,2, F4,2, A4,2, B3,2, G4,2, D4,2, G4,2
  .byte RET

title_bass:
  .byte VOICE, 0
@again:
  .byte C3,6, C3,2, G3,6, REST,2
  .byte A3,6, A3,2, E3,6, REST,2
  .byte F3,6, F3,2, C3,6, REST,2
  .byte G3,6, G3,2, D3,6, REST,2
  .byte C3,6, C3,2, G3,6, REST,2
  .byte A3,6, A3,2, E3,6, REST,2
  .byte F3,8, G3,6, REST,2
  .byte C3,6, G3,2, C3,6, REST,2
  jump @again

title_drum:
  .byte HAT,2, HAT,2, HAT,2, HAT,1, HAT,1
  jump title_drum

; --- that's a wrap: once ---

wrap_lead:
  .byte VOICE, 3, E5,4, D5,4, C5,4, G4,4, A4,6, B4,2, C5,8, STOP
wrap_harm:
  .byte VOICE, 1, C4,4, B3,4, A3,4, E3,4, F3,6, F3,2, E3,8, STOP
wrap_bass:
  .byte VOICE, 0, C3,8, A3,8, F3,4, G3,4, C3,8, STOP
wrap_drum:
  .byte REST,16, REST,8, KICK,8, STOP
