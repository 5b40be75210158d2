; cpu_basic: the official instructions, in broad strokes.
;
; What it checks: flags of loads, compares, shifts and arithmetic (no decimal
; mode), the stack and what PHP and BRK push, wrap-around in page 0 and in
; JMP (), indexed addressing across pages, branches, JSR and RTS.

.include "shell.inc"

.segment "ZEROPAGE"
a0:     .res 1
ptr:    .res 2
flags:  .res 1

.segment "CODE"

; flags after an instruction, without I, B and bit 5
.macro get_flags
  php
  pla
  and #%11000011
.endmacro
N = $80
V = $40
Z = $02
C = $01

main:
  say "CPU BASIC"

  test 1, "LOADS SET N AND Z"
  lda #$80
  get_flags
  and #N|Z
  want N
  ldx #0
  get_flags
  and #N|Z
  want Z
  ldy #$7F
  get_flags
  and #N|Z
  want 0

  test 2, "ADC: RESULT, C AND V"
  ldx #0
@adc:
  stx a0
  lda adc_carry,x
  lsr a
  lda adc_a,x
  adc adc_b,x
  php
  sta got
  cmp adc_r,x
  want_eq
  pla
  and #N|V|Z|C
  sta got
  cmp adc_f,x
  want_eq
  ldx a0
  inx
  cpx #ADCS
  bne @adc

  test 3, "SBC: RESULT, C AND V"
  ldx #0
@sbc:
  stx a0
  lda sbc_carry,x
  lsr a
  lda sbc_a,x
  sbc sbc_b,x
  php
  sta got
  cmp sbc_r,x
  want_eq
  pla
  and #N|V|Z|C
  sta got
  cmp sbc_f,x
  want_eq
  ldx a0
  inx
  cpx #SBCS
  bne @sbc

  test 4, "D IS KEPT AND IGNORED"
  sed
  clc
  lda #$19
  adc #$28
  cld
  want $41
  sed
  php
  cld
  pla
  and #$08
  want $08

  test 5, "COMPARES"
  lda #$40
  cmp #$41
  get_flags
  want N
  ldx #$40
  cpx #$40
  get_flags
  want Z|C
  ldy #$C0
  cpy #$40
  get_flags
  want N|C

  test 6, "SHIFTS AND ROTATES"
  lda #%10000001
  asl a
  php
  want %00000010
  pla
  and #C
  want C
  lda #%00000001
  clc
  lsr a
  get_flags
  want Z|C
  lda #%10000000
  sec
  rol a
  php
  want %00000001
  pla
  and #C
  want C
  lda #%00000001
  sec
  ror a
  php
  want %10000000
  pla
  and #C
  want C
  lda #$55
  sta a0
  asl a0
  lda a0
  want $AA

  test 7, "INC, DEC, INX, DEY"
  lda #$FF
  sta a0
  inc a0
  get_flags
  and #N|Z
  want Z
  dec a0
  lda a0
  want $FF
  ldx #$7F
  inx
  get_flags
  and #N|Z
  want N
  ldy #1
  dey
  get_flags
  and #N|Z
  want Z

  test 8, "BIT: N AND V FROM MEMORY"
  lda #$C0
  sta a0
  lda #$3F
  clv
  bit a0
  get_flags
  and #N|V|Z
  want N|V|Z

  test 9, "LOGIC"
  lda #$F0
  and #$3C
  want $30
  ora #$0F
  want $3F
  eor #$FF
  want $C0

  test 10, "PHP PUSHES B AND BIT 5"
  lda #0
  pha
  plp
  php
  pla
  want $30

  test 11, "PLP, TXS, TSX"
  lda #N|V|C
  pha
  plp
  get_flags
  want N|V|C
  tsx
  txa
  pha
  tsx
  inx
  txa
  tsx
  inx
  stx a0
  pla
  cmp a0
  want_eq

  test 12, "ZP,X WRAPS IN PAGE 0"
  lda #$5A
  sta a0
  ldx #<(a0 - $F0)
  lda $F0,x
  want $5A

  test 13, "(ZP,X) AND (ZP),Y"
  lda #<table
  sta ptr
  lda #>table
  sta ptr+1
  ldx #<(ptr - $F0)
  lda ($F0,x)
  want $11
  ldy #2
  lda (ptr),y
  want $33
  ldy #$FF              ; across the page
  dec ptr+1
  inc ptr
  lda (ptr),y
  want $11

  test 14, "A POINTER AT $FF WRAPS IN PAGE 0"
  lda $00
  pha
  lda #<table
  sta $FF
  lda #>table
  sta $00
  ldy #1
  lda ($FF),y
  tax
  pla
  sta $00
  txa
  want $22

  test 15, "ABS,X ACROSS A PAGE"
  ldx #$FF
  lda table-$FF,x
  want $11

  test 16, "JMP ($XXFF) WRAPS IN ITS PAGE"
  lda #<@good
  sta $02FF
  lda #>@good
  sta $0200
  lda #>@bad
  sta $0300
  .byte $6C, $FF, $02   ; JMP ($02FF)
@bad:
  lda #0
@good:

  test 17, "BRANCHES"
  ldx #0
  clc
  bcc :+
  inx
: bcs :+
  sec
  bcs :+
  inx
: txa
  want 0
  jmp far_branch        ; forward and back across a page
back:
  want $77

  test 18, "JSR PUSHES THE LAST BYTE, RTS RETURNS"
  jsr @called
@after:
  jmp @returned
@called:
  tsx
  lda $0101,x
  cmp #<(@after - 1)
  want_eq
  lda $0102,x
  cmp #>(@after - 1)
  want_eq
  rts
@returned:

  test 19, "BRK: VECTOR, PC + 2, B, I"
  lda #<@brk
  sta irq_jump+1
  lda #>@brk
  sta irq_jump+2
  cli
  ldx #0
  brk
  inx                   ; skipped
@landed:
  sei
  jmp @counted
@brk:
  php                   ; I is set now
  pla
  and #$04
  sta a0
  pla
  pha
  and #$30
  sta flags
  rti
@counted:
  txa
  want 0
  lda flags
  want $30
  lda a0
  want $04

  test 20, "TRANSFERS"
  lda #$81
  tax
  inx
  txa
  tay
  iny
  tya
  want $83
  rts

.segment "RODATA"
adc_carry: .byte 0, 1, 0, 0, 0, 1, 0
adc_a:     .byte $10, $10, $7F, $80, $FF, $FF, $50
adc_b:     .byte $20, $20, $01, $80, $01, $FF, $50
adc_r:     .byte $30, $31, $80, $00, $00, $FF, $A0
adc_f:     .byte 0, 0, N|V, V|Z|C, Z|C, N|C, N|V
ADCS = * - adc_f
sbc_carry: .byte 1, 0, 1, 1, 1, 1
sbc_a:     .byte $30, $30, $10, $80, $7F, $50
sbc_b:     .byte $10, $10, $20, $01, $FF, $50
sbc_r:     .byte $20, $1F, $F0, $7F, $80, $00
sbc_f:     .byte C, C, N, V|C, N|V, Z|C
SBCS = * - sbc_f
table:     .byte $11, $22, $33

.segment "DELAY"        ; begins at a page; behind the delays
  .res $C0 - (* - delay_5y_13), $EA
branch_back:            ; at $xxC0
  lda #$77
  jmp back
  .res $38, $EA
far_branch:             ; at $xxFD: the branch ends at the page's end
  clc
  bcc @forward          ; taken, its target is in the next page
  .res 4, $EA
@forward:
  bcc branch_back       ; and back into the page before
  lda #0
  jmp back
