; dmc_dma: what the DMC's fetches cost, and what they do to reads that they halt.
;
; What it checks: the fetch that starts a sample takes 3 cycles, those that
; follow 4 each; a read of $4016 that is halted clocks the pad twice, so that one bit
; is lost; a read of $2007 that is halted moves the address more than once; a
; write is never halted; and a fetch that is over by then does nothing of this.
; Buttons up. NTSC, RP2A03G, and pads as on the NES: reads in consecutive cycles
; clock them once (a Famicom without AV plug clocks them in each cycle; rare 2A03s
; fetch two cycles later). (https://www.nesdev.org/wiki/DMA)

.include "shell.inc"

; Gaps after a sprite DMA, whose next cycle is a get. A sample started in a put
; cycle halts the third cycle of the next LDA, one started in a get cycle the
; fourth: the read itself.
BEFORE = 2
HIT    = 3

; The first cycle after a write to $4017 on a put in which a read sees the flag.
FLAG = 29831

; $4013 for so many bytes.
ONE = 0
SEVENTEEN = 1

; What play takes, from JSR to RTS.
PLAY = 6 + 4 + 6 * (2 + 255 * 5 - 1 + 5) - 1 + 6

.segment "ZEROPAGE"
early: .res 1

.segment "CODE"

; Starts a sample of one byte in a cycle of known kind.
.macro start gap
  jsr quiet
  lda #>$0200
  sta OAMDMA
  delay gap
  lda #$10              ; 2
  sta APUSTATUS         ; 4: it writes in the last
.endmacro

; Plays a sample within n cycles of the program, after which it looks at the
; frame flag: that comes sooner by the cycles that the fetches took.
.macro look length, n
  jsr quiet
  lda #length
  sta $4013
  lda #$10
  ldx #6                ; for play
  pha
  lda #>$0200
  sta OAMDMA
  delay 2 + 4           ; on a put
  pla                   ; 4
  ldy #0                ; 2
  sty $4017             ; 4: it writes in the last
  jsr play              ; PLAY
  delay (n) - PLAY - 4
  lda APUSTATUS         ; 4: it reads in the last
  and #$40
.endmacro

main:
  say "DMC DMA"
  lda #0                ; from $C000, whatever is there
  sta $4012
  lda #$0F
  sta $4010

  test 1, "A FETCH THAT STARTS: 3 CYCLES"
  look ONE, FLAG - 3
  want $40
  test 2, "AND NO MORE"
  look ONE, FLAG - 4
  want $00
  test 3, "SIXTEEN MORE: 4 CYCLES EACH"
  look SEVENTEEN, FLAG - 3 - 16 * 4
  want $40
  test 4, "AND NO MORE"
  look SEVENTEEN, FLAG - 4 - 16 * 4
  want $00
  lda #ONE
  sta $4013

  test 5, "BEFORE A READ OF $4016: NO BIT IS LOST"
  jsr strobe
  start BEFORE
  lda JOY1
  jsr seventh           ; eight reads for eight bits
  want 0
  lda JOY1
  and #1
  want 1
  test 6, "AT A READ OF $4016: ONE BIT IS LOST"
  jsr strobe
  start HIT
  lda JOY1
  jsr seventh
  want 1
  lda early
  want 0

  test 7, "BEFORE A READ OF $2007: THE NEXT BYTE"
  jsr fill
  start BEFORE
  lda PPUDATA
  want $40
  lda PPUDATA
  want $41
  test 8, "AT A READ OF $2007: BYTES ARE LEFT OUT"
  jsr fill
  start HIT
  lda PPUDATA
  lda PPUDATA
  want_within $42, $44

  test 9, "A WRITE TO $2007 IS NOT HALTED"
  jsr fill
  start HIT
  sta PPUDATA           ; $10 at $2C01
  lda #$51
  sta PPUDATA
  jsr at_2c00
  lda PPUDATA
  want $40
  lda PPUDATA
  want $10
  lda PPUDATA
  want $51
  lda PPUDATA
  want $43
  rts

; All is played, nothing is left to fetch; no frame flag.
quiet:
  lda #$40
  sta $4017
  lda #0
  sta APUSTATUS
  delay 1500
  rts

strobe:
  lda #1
  sta JOY1
  lda #0
  sta JOY1
  rts

; The seventh bit from here; early is 1 if one of the six before it was.
seventh:
  lda #0
  sta early
  ldx #6
: lda JOY1
  and #1
  ora early
  sta early
  dex
  bne :-
  lda JOY1
  and #1
  rts

; $40 to $4F at $2C00; then the buffer holds the first of them, and the address
; is that of the second.
fill:
  lda #$2C
  sta PPUADDR
  lda #$00
  sta PPUADDR
  ldx #$40
: stx PPUDATA
  inx
  cpx #$50
  bne :-
at_2c00:
  lda #$2C
  sta PPUADDR
  lda #$00
  sta PPUADDR
  lda PPUDATA
  rts

.segment "DELAY"
; Writes A to $4015, then only reads for X * 1,281 cycles, in which every fetch of
; seventeen bytes falls: a fetch due in a write would wait.
play:
  sta APUSTATUS
@turn:
  ldy #255
: dey
  bne :-
  dex
  bne @turn
  rts
