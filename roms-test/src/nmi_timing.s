; nmi_timing: vblank's flag and its interrupt.
;
; What it checks: the flag is set once a frame and cleared by a read and at the
; end of vblank; NMI comes once a frame; switching it on while the flag is set
; triggers it, after a read it does not; off and on again triggers it again; a
; frame without rendering lasts 29,780 2/3 CPU cycles. NTSC.

.include "shell.inc"

.segment "CODE"

main:
  say "NMI TIMING"

  test 1, "A READ CLEARS THE FLAG"
  jsr wait_vblank
  lda PPUSTATUS
  and #$80
  want 0

  test 2, "IT STAYS SET IN VBLANK"
  jsr wait_vblank
  delay 29781 + 2000
  lda PPUSTATUS
  and #$80
  want $80

  test 3, "IT ENDS WITH VBLANK"
  jsr wait_vblank
  delay 29781 + 2400
  lda PPUSTATUS
  and #$80
  want 0

  test 4, "NMI ONCE A FRAME"
  jsr wait_vblank
  lda #0
  sta nmi_count
  lda #$80
  sta PPUCTRL
  delay 29781 * 5 + 300
  lda #0
  sta PPUCTRL
  lda nmi_count
  want 5

  test 5, "SWITCHED ON WHILE THE FLAG IS SET"
  jsr wait_vblank
  delay 29781 + 200
  lda #0
  sta nmi_count
  lda #$80
  sta PPUCTRL
  nop
  nop
  lda #0
  sta PPUCTRL
  lda nmi_count
  want 1

  test 6, "SWITCHED ON AFTER A READ"
  jsr wait_vblank
  lda #0
  sta nmi_count
  lda #$80
  sta PPUCTRL
  nop
  nop
  lda #0
  sta PPUCTRL
  lda nmi_count
  want 0

  test 7, "OFF AND ON: AGAIN"
  jsr wait_vblank
  delay 29781 + 200
  lda #0
  sta nmi_count
  ldx #$80
  ldy #0
  stx PPUCTRL
  nop
  sty PPUCTRL
  stx PPUCTRL
  nop
  sty PPUCTRL
  lda nmi_count
  want 2

  test 8, "NMI IS LATE BY ONE INSTRUCTION"
  jsr wait_vblank
  delay 29781 + 200
  lda #<@handler
  sta nmi_jump+1
  lda #>@handler
  sta nmi_jump+2
  lda #$80
  ldx #0
  sta PPUCTRL
  inx                   ; runs still
  inx                   ; does not
@handler:
  pla                   ; the frame of an interrupt that does not return
  pla
  pla
  txa
  want 1
  lda #0
  sta PPUCTRL
  lda #<shell_nmi
  sta nmi_jump+1
  lda #>shell_nmi
  sta nmi_jump+2

  test 9, "A FRAME: 29780 2/3 CYCLES"
  ; from the dot at which vblank is seen first: three frames later it is seen
  ; at the same cycle count, not two cycles earlier
  jsr sync_vblank
  delay 3 * 29780 + 2 - FRAME_SYNC - 3 + 1
  lda PPUSTATUS
  and #$80
  want $80
  jsr sync_vblank
  delay 3 * 29780 + 2 - FRAME_SYNC - 3 - 2
  lda PPUSTATUS
  and #$80
  want 0
  rts
