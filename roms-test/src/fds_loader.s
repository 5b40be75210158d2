; config: fds_loader
;
; fds_loader: what starts a disk of the Famicom Disk System where its BIOS is not at
; hand: 8 KiB for $E000. It loads the files that are to be loaded at the start, without
; a look at who made them, and hands NMI, IRQ and reset on as the BIOS does. It has none
; of the BIOS's routines: games that call them end here.
;
;   $0100  NMI by $DFF6, $DFF8, $DFFA for $40, $80, $C0
;   $0101  IRQ by $DFFE for $C0
;   $0102  $35: reset by $DFFC; else the disk is loaded
; https://www.nesdev.org/wiki/FDS_BIOS

.include "fds.inc"

PPUSTATUS = $2002
PPUADDR   = $2006
PPUDATA   = $2007

NMI_BY     = $0100
IRQ_BY     = $0101
RESET_BY   = $0102
RESET_KIND = $0103

.segment "ZEROPAGE"

control: .res 1         ; the BIOS keeps $4025 at $FA; so do games
.segment "PARAMETERS": zeropage
pointer: .res 2
size:    .res 2
files:   .res 1
wanted:  .res 1         ; files up to this number are loaded
kind:    .res 1
number:  .res 1
skips:   .res 1

.segment "CODE"

reset:
  sei
  cld
  ldx #$FF
  txs
  lda #$10
  sta $2000
  lda #$06
  sta $2001
  lda #0
  sta ENABLE
  lda #$83
  sta ENABLE
  lda #STOPPED
  sta CONTROL
  sta control
  lda RESET_BY
  cmp #$35
  bne @load
  lda #$53
  sta RESET_KIND
  jmp ($DFFC)
@load:
  lda #$C0
  sta NMI_BY
  lda #$80
  sta IRQ_BY
  ldx #3
: bit PPUSTATUS
  bpl :-
  dex
  bne :-
  lda #SCAN
  sta CONTROL
  sta control
: lda LINES
  and #2
  bne :-

  ; Block 1: which files are loaded stands in byte 25.
  jsr begin
  ldx #25
: jsr byte
  dex
  bne :-
  jsr byte
  sta wanted
  ldx #56 - 26
: jsr byte
  dex
  bne :-
  jsr end
  jsr begin
  jsr byte
  jsr byte
  sta files
  jsr end

next_file:
  lda files
  bne :+
  lda #$35
  sta RESET_BY
  jmp reset
: dec files
  ; Block 3: number, name, address, size, kind
  jsr begin
  jsr byte
  jsr byte
  jsr byte
  sta number
  ldx #8
: jsr byte
  dex
  bne :-
  jsr byte
  sta pointer
  jsr byte
  sta pointer+1
  jsr byte
  sta size
  jsr byte
  sta size+1
  jsr byte
  sta kind
  jsr end
  ldx #0
  lda wanted
  cmp number
  bcs :+
  inx
: stx skips
  lda kind
  beq @begin
  bit PPUSTATUS
  lda pointer+1
  sta PPUADDR
  lda pointer
  sta PPUADDR
@begin:
  jsr begin
  jsr byte
@next:
  lda size
  ora size+1
  beq @over
  jsr byte
  ldx skips
  bne @count
  ldx kind
  bne @video
  ldy #0
  sta (pointer),y
  inc pointer
  bne @count
  inc pointer+1
  jmp @count
@video:
  sta PPUDATA
@count:
  lda size
  bne :+
  dec size+1
: dec size
  jmp @next
@over:
  jsr end
  jmp next_file

; A block begins: after its gap.
begin:
  lda #READ
  sta CONTROL
  rts

byte_subroutine

; The check; the machine stands where it is wrong.
end:
  jsr byte
  lda #READ_CHECK
  sta CONTROL
  jsr byte
  lda STATUS
  and #$10
: bne :-
  lda #SCAN
  sta CONTROL
  rts

nmi:
  bit NMI_BY
  bmi @two
  bvc @none
  jmp ($DFF6)
@two:
  bvs @three
  jmp ($DFF8)
@three:
  jmp ($DFFA)
@none:
  rti

irq:
  bit IRQ_BY
  bpl @none
  bvc @none
  jmp ($DFFE)
@none:
  pha
  lda STATUS
  lda READ_DATA
  pla
  rti

.segment "VECTORS"
  .addr nmi, reset, irq
