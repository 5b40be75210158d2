; ppu_cold: which of the PPU's registers take writes before its first
; pre-render line, after power-on and after the reset button. NTSC; asks for
; the reset button once.
;
; What it checks: from a cold start $2000, $2001, $2005 and $2006 take writes at
; once. After the reset button of a front-loading NES they ignore them until the
; pre-render line, some 29,660 cycles later; $2003 and $2004 work all the same.
;
; Source: https://www.nesdev.org/wiki/PPU_power_up_state, and AccuracyCoin's
; "PPU Reset Flag", which finds consoles of both kinds at power-on.

OWN_VECTORS = 1
.include "shell.inc"

; What the first frame left, in RAM that the shell does not clear.
stage      = $7000      ; two bytes, $5A $A5 after the power-on half
nmis       = $7002      ; NMIs after a write of $80 to $2000
overflow   = $7003      ; $20 if $18 in $2001 put the sprites on
early_addr = $7004      ; what is at $2401: $5A if $2006 took that address
latch      = $7005      ; what is at $2402: $A5 if a single write to $2005 did not move the latch
oam        = $7006      ; what $2004 keeps

LINE_128 = 14550        ; cycles to where the sprites are

.segment "CODE"

; Power and reset come here, before the shell. A read of $2002 would clear the
; latch of $2005 and $2006, so time is counted in cycles.
cold_start:
  sei
  cld
  ldx #$FF
  txs
  lda #$40
  sta $4017
  lda #0
  sta nmis
  lda #$4C              ; JMP
  sta nmi_jump
  lda #<count_nmi
  sta nmi_jump+1
  lda #>count_nmi
  sta nmi_jump+2
  ldx #0
  lda #$80
: sta $0200,x           ; 64 sprites from line 129 on
  inx
  bne :-                ; 2,600 cycles since the start
  lda #0
  sta OAMADDR
  lda #2
  sta OAMDMA            ; 3,100
  lda #$10
  sta OAMADDR
  lda #$C3
  sta OAMDATA
  lda #$10
  sta OAMADDR
  lda OAMDATA
  sta oam

  lda #$80
  sta PPUCTRL
  lda #$18
  sta PPUMASK
  delay LINE_128 - 3100 + 1000
  lda PPUSTATUS
  and #$20
  sta overflow
  lda #0
  sta PPUMASK           ; 15,600

  delay 13800           ; vblank began on the way
  lda #$24              ; 29,400
  sta PPUADDR
  lda #$01
  sta PPUADDR
  lda #$5A
  sta PPUDATA
  sta PPUSCROLL
  delay 400             ; the pre-render line
  lda #$24              ; 29,850
  sta PPUADDR
  lda #$02
  sta PPUADDR
  lda #$A5
  sta PPUDATA

  lda #0
  sta PPUCTRL
  bit PPUSTATUS
  lda #$24
  sta PPUADDR
  lda #$01
  sta PPUADDR
  lda PPUDATA           ; the buffer
  lda PPUDATA
  sta early_addr
  lda PPUDATA
  sta latch
  jmp shell_reset

count_nmi:
  inc nmis
  rti

main:
  say "PPU BEFORE ITS FIRST PRE-RENDER LINE"
  lda stage
  cmp #$5A
  bne after_power
  lda stage+1
  cmp #$A5
  bne after_power
  jmp after_reset

after_power:
  test 1, "POWER: $2004 KEEPS"
  lda oam
  want $C3
  test 2, "POWER: $2000 WORKS AT ONCE"
  lda nmis
  want 1
  test 3, "POWER: $2001 WORKS AT ONCE"
  lda overflow
  want $20
  test 4, "POWER: $2006 WORKS AT ONCE"
  lda early_addr
  want $5A
  test 5, "POWER: $2005 MOVES THE LATCH"
  lda latch
  sta got
  cmp #$A5
  want_ne

  lda #$5A
  sta stage
  lda #$A5
  sta stage+1
  say "PRESS RESET"
  jsr show_screen
  lda #$81              ; the wish for the reset button
  sta RESULT
@wait:
  jmp @wait

after_reset:
  lda #0
  sta stage
  test 6, "RESET: $2004 KEEPS"
  lda oam
  want $C3
  test 7, "RESET: $2000 IS IGNORED"
  lda nmis
  want 0
  test 8, "RESET: $2001 IS IGNORED"
  lda overflow
  want 0
  test 9, "RESET: $2006 IS IGNORED"
  lda early_addr
  sta got
  cmp #$5A
  want_ne
  test 10, "RESET: $2005 IS IGNORED, $2006 WORKS LATER"
  lda latch
  want $A5
  rts

.segment "VECTORS"
  .addr nmi_jump, cold_start, irq_jump
