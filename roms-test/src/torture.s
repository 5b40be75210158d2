; config: mmc3
;
; torture: what makes an emulator meet its PPU, on each line of each frame (MMC3, NTSC).
;
; What it checks: an /IRQ for each of 241 lines (the pre-render line is one), frame after
; frame, while the handler moves the scroll in the middle of the frame ($2006 $2005 $2005
; $2006), the tint and the greys ($2001) and a CHR bank, a sample plays round and round at
; its fastest, and OAM is copied in each vblank. It goes on after the verdict, to be
; measured: `retake bench roms-test/built/torture.nes`.

MAPPER = 4
PRG_BANKS = 8
CHR_BANKS = 8
BOARD_RESET = 1
LINES = 241
FRAMES = 60             ; that are counted
.include "shell.inc"

.segment "ZEROPAGE"
line:   .res 1          ; /IRQs in this frame
lines:  .res 1          ; and in the last one
spins:  .res 1

.repeat 15, I
  .segment .sprintf("BANK%d", I)
  .byte I
.endrepeat
.repeat 62, I
  .segment .sprintf("CHR%d", I+2)
  .repeat 16, J
    .byte (I * 37 + J * 11) & $FF
  .endrepeat
.endrepeat

.segment "RODATA"
; Where a line's picture comes from: a wave to the right, and downwards, but never to an
; odd line: that is A12 in v, which a write to $2006 puts out.
xs:    .repeat 256, I
         .byte ((I * I) >> 5) & $FF
       .endrepeat
ys:    .repeat 256, I
         .byte (((I * 3) >> 1) .mod 240) & $FE
       .endrepeat
lows:  .repeat 256, I   ; the low byte of v
         .byte ((((I * 3) >> 1) .mod 240) & $38) << 2 & $FF | (((I * I) >> 5) & $FF) >> 3
       .endrepeat
masks: .repeat 256, I
         .byte ((I & $1C) << 3) | $1E | ((I >> 5) & 1)
       .endrepeat
banks: .byte 0, 2, 4, 5, 6, 7, 0, 1

.segment "CODE"
board_reset:
  ldx #7
: stx $8000
  lda banks,x
  sta $8001
  dex
  bpl :-
  lda #0
  sta $A000             ; vertical
  sta $E000             ; no interrupts
  lda #$80
  sta $A001             ; RAM on
  rts

main:
  say "TORTURE"
  lda #$20
  sta PPUADDR
  lda #0
  sta PPUADDR
  tax
  ldy #8
: stx PPUDATA
  inx
  bne :-
  dey
  bne :-
  lda #$3F
  sta PPUADDR
  lda #0
  sta PPUADDR
: txa                   ; every palette another four colours
  ora #$01
  sta PPUDATA
  inx
  cpx #32
  bne :-
  ldx #0
: txa
  sta $0200,x
  inx
  bne :-
  lda #<nmi
  sta nmi_jump+1
  lda #>nmi
  sta nmi_jump+2
  lda #<irq
  sta irq_jump+1
  lda #>irq
  sta irq_jump+2
  lda #$4F              ; 54 cycles a bit, round and round
  sta $4010
  lda #$C0              ; 257 bytes from $F000 on
  sta $4012
  lda #$10
  sta $4013
  sta APUSTATUS
  lda #0
  sta $C000             ; after each line
  sta $C001
  sta $E000
  sta $E001
  sta nmi_count
  bit PPUSTATUS
: bit PPUSTATUS
  bpl :-
  lda #$88              ; /NMI, sprites at $1000
  sta PPUCTRL
  cli
  test 1, "241 LINES"
: lda nmi_count         ; the first frames are not whole
  cmp #4
  bne :-
again:
  lda nmi_count
: inc spins
  cmp nmi_count
  beq :-
  lda lines
  sta got
  cmp #LINES
  beq :+
  jmp fail
: lda nmi_count
  cmp #4 + FRAMES
  bne again
  lda #0
  sta RESULT
forever:
  inc spins
  jmp forever

nmi:
  pha
  lda line
  sta lines
  lda #0
  sta line
  sta OAMADDR
  lda #2
  sta OAMDMA
  lda #0
  sta PPUSCROLL
  sta PPUSCROLL
  lda #$88
  sta PPUCTRL
  lda #$1E
  sta PPUMASK
  inc nmi_count
  pla
  rti

; 97 cycles with its entry.
irq:
  pha
  txa
  pha
  sta $E000
  sta $E001
  ldx line
  lda #0
  sta PPUADDR
  lda ys,x
  sta PPUSCROLL
  lda xs,x
  sta PPUSCROLL
  lda lows,x
  sta PPUADDR
  lda masks,x
  sta PPUMASK
  lda #2
  sta $8000
  stx $8001
  inc line
  pla
  tax
  pla
  rti
