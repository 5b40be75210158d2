; config: axrom
;
; axrom: the AxROM board (128 KiB PRG in banks of 32, CHR RAM).
;
; What it checks: the bank, from a routine in RAM; the two single screens.
; No RAM at $6000: the verdict is on the screen.

MAPPER = 7
PRG_BANKS = 8
CHR_BANKS = 0
OWN_VECTORS = 1
.include "shell.inc"
.include "board.inc"

.segment "ZEROPAGE"
bank: .res 1

; Whatever bank is there at power-on: go to bank 0. The same bytes stand at the
; end of each bank.
.macro stub segment_name
  .segment segment_name
  lda #0
  sta $FFF1             ; holds 0, too: no bus conflict
  jmp shell_reset
.endmacro
stub "STUB0"
.segment "VECTORS"
  .addr nmi_jump, $FFF0, irq_jump
.repeat 3, I
  .segment .sprintf("BANK%d", I+1)
  .byte I+1
  stub .sprintf("STUB%d", I+1)
  .res 2, $FF
  .addr nmi_jump, $FFF0, irq_jump
.endrepeat

.segment "CODE"

; Runs in RAM: A = byte for the board; the first byte of that bank in X.
peek_bank:
  sta $8001             ; (boards with bus conflicts are not meant)
  ldx $8000
  lda #0
  sta $8001
  rts
PEEK_SIZE = * - peek_bank

main:
  say "AXROM"
  ldx #PEEK_SIZE - 1
: lda peek_bank,x
  sta $0700,x
  dex
  bpl :-
  test 1, "THE BANK"
  lda #3
  sta bank
: lda bank
  jsr $0700
  stx got
  cpx bank
  want_eq
  dec bank
  bne :-
  test 2, "ONE SCREEN"
  jsr mirroring
  want MIRROR_SINGLE
  test 3, "THE OTHER SCREEN"
  vram_write $23F0, $11
  lda #$10
  sta $8001
  vram_write $23F0, $22
  jsr mirroring
  sta bank
  lda #$00
  sta $8001
  lda bank
  want MIRROR_SINGLE
  vram_read $23F0
  want $11
  vram_write $23F0, 0
  test 4, "CHR RAM"
  vram_write $1FFF, $A5
  vram_read $1FFF
  want $A5
  rts
