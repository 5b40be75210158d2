; alignment: which of the four CPU/PPU alignments is this console in?
;
; What it measures: the CPU reads and writes the PPU at a fixed cycle of the
; frame; each frame of 29,781 cycles moves this by one dot. First of all the
; read of $2002 that sees vblank first is found; so the time of every later
; access is known to within the fraction of a dot that the alignment decides.
; Then, over sixteen successive dots each:
;
;   END   $2002 where the flags of vblank, sprite 0 and overflow are cleared.
;         Bit 7 is sampled at the start of the read, bits 6 and 5 at its end.
;   HIT   $2002 where sprite 0 is hit, sampled at the end
;   OVER  $2002 where the overflow flag is set, half a dot later than a full dot
;   MASK  whether sprite 0 still hits after $2001 takes the background away
;
; Each line shows two digits a dot, later dots to the right; the last line is a checksum
; of them all, also in RAM at $00F0-$00F1. Alignments 0-3 have different sums;
; without alignments they are all the same. Never fails; NTSC.

.include "shell.inc"

STEPS = 16

.segment "ZEROPAGE"
step:   .res 1
sum:    .res 2

.segment "BSS"
end:    .res STEPS
hit:    .res STEPS
over:   .res STEPS
mask:   .res STEPS

; Times in CPU cycles after the read that saw vblank first (line 241, dot 1).
.define DOT(line, dot) ((((line) + 21) * 341 + (dot) - 1) / 3)

T_END  = 6820 / 3 - 3
T_SHOW = DOT 8, 0
T_OVER = DOT(99, 130) - 12
T_HIT  = DOT(100, 101) - 4
T_MASK = DOT(100, 101) - 4

.segment "CODE"

; wait until cycle n of the frame, when it is cycle `now`
now .set 0
.macro until n
  delay (n) - now
  now .set n
.endmacro
.macro took n
  now .set now + (n)
.endmacro

main:
  jsr sprites
  lda #0
  sta step
  jsr sync_vblank
now .set FRAME_SYNC
frame_a:                ; ends, hits, overflows
  lda #0
  sta PPUMASK
  took 6
  until T_END - 3
  lda PPUSTATUS         ; the read is the fourth cycle: T_END
  ldx step
  sta end,x
  lda #%00011110
  took 4 + 3 + 5 + 2
  until T_SHOW
  sta PPUMASK
  took 4
  until T_OVER - 3
  lda PPUSTATUS
  ldx step
  sta over,x
  took 4 + 3 + 5
  until T_HIT - 3
  lda PPUSTATUS
  ldx step
  sta hit,x
  took 4 + 3 + 5
  inc step
  lda step
  cmp #STEPS
  took 5 + 3 + 2
  beq :+
  took 2
  until FRAME + FRAME_SYNC - 3
  jmp frame_a
:
  jsr wait_vblank
  lda #0
  sta PPUMASK
  sta step
  jsr sync_vblank
now .set FRAME_SYNC
frame_b:                ; the background goes away
  lda #0
  sta PPUMASK
  lda #%00011110
  took 8
  until T_SHOW
  sta PPUMASK
  lda #%00010100        ; sprites stay: rendering is still on
  took 6
  until T_MASK - 3
  sta PPUMASK
  took 4
  until T_MASK + 200
  lda PPUSTATUS
  ldx step
  sta mask,x
  took 4 + 3 + 5
  inc step
  lda step
  cmp #STEPS
  took 5 + 3 + 2
  beq :+
  took 2
  until FRAME + FRAME_SYNC - 3
  jmp frame_b
:
  jsr wait_vblank
  lda #0
  sta PPUMASK
  ldx #T_BLANK
  jsr screens
  lda #0
  sta sum
  sta sum+1
  print "CPU/PPU ALIGNMENT\n\nEND\n"
  ldx #<end
  jsr row
  print "HIT\n"
  ldx #<hit
  jsr row
  print "OVER\n"
  ldx #<over
  jsr row
  print "MASK\n"
  ldx #<mask
  jsr row
  print "\nSUM "
  lda sum+1
  sta $F1
  jsr put_hex
  lda sum
  sta $F0
  jsr put_hex
  print "\n"
  rts

; Print the sixteen bytes at X, and add them to the sum.
row:
  ldy #0
@byte:
  tya
  pha
  lda end,x
  pha
  asl sum
  rol sum+1
  bcc :+
  inc sum
: eor sum
  sta sum
  pla
  inx
  stx got
  jsr put_hex
  ldx got
  pla
  tay
  iny
  cpy #8
  bne :+
  tya
  pha
  lda #$0A
  jsr put_char
  pla
  tay
  ldx got
: cpy #STEPS
  bne @byte
  lda #$0A
  jmp put_char

; Fill both screens with tile X.
screens:
  lda #$20
  jsr @one
  lda #$28
@one:
  sta PPUADDR
  lda #0
  sta PPUADDR
  ldy #0
  txa
: .repeat 4
  sta PPUDATA
  .endrepeat
  iny
  bne :-
  rts

; The screen is solid. Sprite 0 has a single dot, at 100, 100; eight others
; stand on its line.
sprites:
  ldx #T_SOLID
  jsr screens
  lda #0
  sta OAMADDR
  ldx #9
@sprite:
  lda #99
  sta OAMDATA
  lda #T_DOT
  sta OAMDATA
  lda #0
  sta OAMDATA
  lda @x,x
  sta OAMDATA
  dex
  bne @sprite
  rts
@x: .byte 0, 20, 30, 40, 50, 60, 70, 80, 90, 100
