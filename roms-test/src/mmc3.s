; config: mmc3
;
; mmc3: the MMC3 board (TxROM: 128 KiB PRG, 64 KiB CHR, 8 KiB RAM).
;
; What it checks: the banks at $8000, $A000 and, in the other mode, $C000; CHR
; in banks of 2 and 1 KiB in both orders; mirroring; RAM at $6000 can be switched off and
; write-protected; the interrupt comes after the lines it was told, can be
; switched off, and can be acknowledged. NTSC.

MAPPER = 4
PRG_BANKS = 8
CHR_BANKS = 8
BOARD_RESET = 1
.include "shell.inc"
.include "board.inc"

.segment "ZEROPAGE"
bank:  .res 1
irqs:  .res 1
count: .res 2
first: .res 2

.repeat 15, I
  .segment .sprintf("BANK%d", I)
  .byte I
.endrepeat
.repeat 62, I
  .segment .sprintf("CHR%d", I+2)
  .byte I+2
.endrepeat

.segment "CODE"

.macro bank_reg reg, value
  lda #reg
  sta $8000
  lda value
  sta $8001
.endmacro

board_reset:
  ldx #7
: stx $8000
  lda initial,x
  sta $8001
  dex
  bpl :-
  lda #0
  sta $A000             ; vertical
  sta $E000             ; no interrupts
  lda #$80
  sta $A001             ; RAM on
  rts
.segment "RODATA"
initial: .byte 0, 2, 4, 5, 6, 7, 0, 1
.segment "CODE"

main:
  say "MMC3"
  test 1, "THE BANKS AT $8000 AND $A000"
  lda #13
  sta bank
: bank_reg 6, bank
  lda #7
  sta $8000
  ldx bank
  inx
  stx $8001
  lda $8000
  sta got
  cmp bank
  want_eq
  ldx $A000
  dex
  stx got
  cpx bank
  want_eq
  dec bank
  bpl :-
  test 2, "$C000: THE LAST BUT ONE"
  lda $C000
  want 14
  test 3, "THE OTHER MODE: THEY CHANGE PLACES"
  bank_reg $46, #5
  lda $8000
  want 14
  lda $C000
  want 5
  bank_reg 6, #0

  test 4, "CHR BANKS OF 2 KIB"
  bank_reg 0, #9        ; the low bit does not count
  bank_reg 1, #10
  vram_read $03F0
  want 8
  vram_read $07F0
  want 9
  vram_read $0BF0
  want 10
  vram_read $0FF0
  want 11
  test 5, "CHR BANKS OF 1 KIB"
  bank_reg 2, #63
  bank_reg 3, #33
  bank_reg 4, #2
  bank_reg 5, #17
  vram_read $13F0
  want 63
  vram_read $17F0
  want 33
  vram_read $1BF0
  want 2
  vram_read $1FF0
  want 17
  test 6, "THE OTHER ORDER"
  lda #$80
  sta $8000
  vram_read $13F0
  want 8
  vram_read $1FF0
  want 11
  vram_read $03F0
  want 63
  vram_read $0FF0
  want 17
  lda #$00
  sta $8000
  bank_reg 0, #0

  test 7, "MIRRORING"
  jsr mirroring
  want MIRROR_VERTICAL
  lda #1
  sta $A000
  jsr mirroring
  want MIRROR_HORIZONTAL
  lda #0
  sta $A000

  test 8, "RAM: OFF, AND PROTECTED"
  lda #$5A
  sta $6FFF
  lda #$00
  sta $A001
  lda $6FFF
  sta got
  cmp #$5A
  want_ne
  lda #$C0
  sta $A001
  lda #$A5
  sta $6FFF
  lda $6FFF
  want $5A
  lda #$80
  sta $A001

  lda #<irq
  sta irq_jump+1
  lda #>irq
  sta irq_jump+2
  test 9, "AN INTERRUPT IN A FRAME"
  ldx #20
  jsr frame
  lda irqs
  sta got
  want_ne
  lda count
  sta first
  lda count+1
  sta first+1
  test 10, "100 LINES LATER WITH 120 FOR 20"
  ldx #120
  jsr frame
  lda count
  sec
  sbc first
  sta got
  lda count+1
  sbc first+1
  want >(11367/12)      ; steps of 12 cycles
  lda count
  sec
  sbc first
  want_within <(11367/12) - 3, <(11367/12) + 3
  test 11, "NONE WHEN SWITCHED OFF"
  jsr wait_vblank
  lda #0
  sta irqs
  lda #20
  sta $C000
  sta $C001
  sta $E000
  lda #$08
  sta PPUCTRL
  lda #$1E
  sta PPUMASK
  cli
  jsr wait_vblank
  sei
  lda #0
  sta PPUMASK
  sta PPUCTRL
  lda irqs
  want 0
  jmp done
done:
  lda #0
  sta PPUMASK
  rts

; Run a frame with latch X; count is in steps of 12 cycles from vblank to the
; interrupt.
frame:
  jsr wait_vblank
  lda #0
  sta irqs
  sta PPUADDR
  sta PPUADDR
  lda #$08              ; background at $0000, sprites at $1000
  sta PPUCTRL
  stx $C000
  sta $C001
  sta $E000
  sta $E001
  lda #$1E
  sta PPUMASK
  lda #0
  tax
  tay
  cli
: lda irqs              ; 3
  bne :+                ; 2
  inx                   ; 2
  nop                   ; 2
  bne :-                ; 3
  iny
  cpy #16               ; two frames without one: enough
  bne :-
: sei
  stx count
  sty count+1
  lda #0
  sta PPUMASK
  sta PPUCTRL
  sta $E000
  rts

irq:
  inc irqs
  sta $E000             ; off, and acknowledged
  rti
