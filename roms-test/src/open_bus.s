; open_bus: what is read where nothing answers, and RAM at $6000.
;
; What it checks: reads of $4020-$5FFF give the last byte on the bus: the high
; byte of the address, or of the pointer's; $4015 leaves the outer bus alone;
; the PPU's registers keep the last byte written to any of them; the RAM at
; $6000-$7FFF holds 8 KiB, mirrors of the 2 KiB at 0 are the same RAM.

.include "shell.inc"

.segment "ZEROPAGE"
ptr:  .res 2
keep: .res 1

.segment "CODE"

main:
  say "OPEN BUS"

  test 1, "LDA $5000 GIVES $50"
  lda $5000
  want $50
  test 2, "LDA $5F00,X IN A PAGE GIVES $5F"
  ldx #$10
  lda $5F00,x
  want $5F
  test 3, "LDA $50F8,X ACROSS A PAGE GIVES THE WRONG PAGE"
  ldx #$10
  lda $50F8,x           ; reads $5008, then $5108: the byte stays
  want $50
  test 4, "LDA (ZP),Y GIVES THE POINTER'S HIGH BYTE"
  lda #$00
  sta ptr
  lda #$56
  sta ptr+1
  ldy #0
  lda (ptr),y
  want $56
  test 5, "WRITE-ONLY APU REGISTERS: $40"
  lda $4000
  want $40
  lda $4014
  want $40
  test 6, "BIT 5 OF $4015 IS OPEN"
  lda #$40
  sta $4017
  lda APUSTATUS
  lda APUSTATUS
  and #$20
  want $00              ; $40 on the bus: bit 5 is 0

  test 7, "THE PPU'S BUS KEEPS WRITES"
  jsr wait_vblank
  lda #$A5
  sta PPUSTATUS         ; writes to a register that is only read
  lda PPUCTRL
  want $A5
  lda PPUADDR
  want $A5
  test 8, "AND $2002 GIVES ITS LOW FIVE BITS"
  lda #$1B
  sta PPUSTATUS
  lda PPUSTATUS
  and #$1F
  want $1B
  test 9, "AND MIRRORS THROUGH $3FFF"
  lda #$3C
  sta $3FFA             ; $2002
  lda $2FF8             ; $2000
  want $3C

  test 10, "RAM MIRRORS"
  lda #$5A
  sta $0300
  lda $0B00
  want $5A
  lda #$A5
  sta $1B00
  lda $0300
  want $A5

  test 11, "8 KIB OF RAM AT $6000"
  lda #$61              ; the text at $6000 is left alone
  sta ptr+1
  lda #0
  sta ptr
@page:
  ldy #0
  lda ptr+1
  sta (ptr),y
  ldy #$FF
  eor #$FF
  sta (ptr),y
  inc ptr+1
  bpl @page
  lda #$61
  sta ptr+1
@check:
  ldy #0
  lda (ptr),y
  sta got
  cmp ptr+1
  want_eq
  ldy #$FF
  lda (ptr),y
  eor #$FF
  sta got
  cmp ptr+1
  want_eq
  inc ptr+1
  bpl @check

  test 12, "ROM CANNOT BE WRITTEN"
  lda byte
  eor #$FF
  sta byte
  lda byte
  want $12
  rts

.segment "RODATA"
byte: .byte $12
