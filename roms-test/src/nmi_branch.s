; nmi_branch: which instruction an NMI comes after.
;
; What it checks: an instruction is asked for interrupts before its last cycle,
; but a taken branch within its page before its second of three cycles. So in a
; loop of LDA and a taken BNE, three cycles each, four of six NMIs return to the
; BNE, and two to the LDA (with a poll before each last cycle: three and three).
; https://www.nesdev.org/wiki/CPU_interrupts#Branch_instructions_and_interrupts
;
; A frame without rendering lasts 29,780 2/3 cycles and all code here takes as
; long in each frame, so over 18 frames (24 for eight cycles) the NMI meets every
; third of a cycle of the loop once, whatever the alignment. NTSC.

.include "shell.inc"

.segment "ZEROPAGE"
waiting: .res 1
total:   .res 1         ; offsets into the loop to which NMIs returned, added up
origin:  .res 1         ; where the loop begins, low byte

.segment "CODE"

main:
  say "NMI AND BRANCHES"

  lda #<handler
  sta nmi_jump+1
  lda #>handler
  sta nmi_jump+2

  test 1, "A TAKEN BRANCH HIDES ITS LAST TWO CYCLES"
  lda #<branch_loop
  ldy #18
  jsr begin
frame_1:
  lda #1
  sta waiting
branch_loop:
  lda waiting           ; + 0
  bne branch_loop       ; + 2
  .assert >* = >branch_loop, error, "the branch crosses a page"
  dey
  bne frame_1
  jsr end
  want 12 * 2

  test 2, "A JUMP DOES NOT"
  lda #<jump_loop
  ldy #24
  jsr begin
frame_2:
  lda #1
  sta waiting
jump_loop:
  lda waiting           ; + 0
  beq next_2             ; + 2
  jmp jump_loop         ; + 4
next_2:
  dey
  bne frame_2
  jsr end
  want 9 * 2 + 6 * 4
  rts

; NMIs from the next vblank on, for a loop that begins at A.
begin:
  sta origin
  jsr wait_vblank
  lda #0
  sta total
  lda #$80
  sta PPUCTRL
  rts

end:
  lda #0
  sta PPUCTRL
  lda total
  rts

; The same number of cycles whatever it finds.
handler:
  tsx
  lda $0102,x           ; where it returns to, low byte
  sec
  sbc origin
  clc
  adc total
  sta total
  lda #0
  sta a:waiting         ; four cycles: with three, test 2 meets every other third
  rti
