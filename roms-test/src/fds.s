; config: fds
;
; fds: the RAM adapter and the drive of the Famicom Disk System, by a program in the
; BIOS's place that drives their registers itself. No BIOS of Nintendo's is in it.
;
; What it checks: the timer's period and its IRQ; RAM from $6000 to $DFFF; mirroring;
; the connector; the drive's lines; the blocks of the disk behind it, their checks, a
; check that fails; 149 cycles a byte; an IRQ for each byte; a block that is written and
; read again; $4023; what can be read of the sound.
; https://www.nesdev.org/wiki/Family_Computer_Disk_System

MAPPER = 20
CHR_BANKS = 0
.include "shell.inc"
.include "board.inc"
.include "fds.inc"

SAMPLES        = $4040
VOLUME         = $4080
PITCH_LOW      = $4082
PITCH_HIGH     = $4083
BEND           = $4085
TABLE_LOW      = $4086
TABLE_HIGH     = $4087
TABLE_STEP     = $4088
SAMPLES_OPEN   = $4089
ENVELOPE_SPEED = $408A
VOLUME_IS      = $4090
BEND_IS        = $4097

BUFFER = $0400

; --- the disk ---

.segment "SIDE"

block_1:
  .byte 1, "*NINTENDO-HVC*", 0, "TST", " "
  .res 56 - 20, 0
block_2:
  .byte 2, 2
  .byte 3, 0, 0, "NUMBERS.", $00, $60, <256, >256, 0
  .byte 4
.repeat 256, I
  .byte (I * 5) & $FF
.endrepeat
  .byte 3, 1, 1, "CHANGES.", $00, $70, 8, 0, 0
  .byte 4, "UNTOUCHD"

.segment "RODATA"

expect_1: .byte 1, "*NINTENDO-HVC*", 0, "TST", " "
changed:  .byte 4, "RETAKE!!"
unchanged: .byte 4, "UNTOUCHD"

.segment "ZEROPAGE"

length: .res 2
irqs:   .res 1
rounds: .res 1
seen:   .res 1
last:   .res 1
into:   .res 2

.segment "CODE"

; The timer begins with n; control is 2 (once) or 3 (again and again).
.macro start_timer n, control
  lda #<(n)
  sta TIMER_LOW
  lda #>(n)
  sta TIMER_HIGH
  lda #control
  sta TIMER
.endmacro

.macro on_irq handler
  lda #<handler
  sta irq_jump+1
  lda #>handler
  sta irq_jump+2
.endmacro

; How often is the timer's flag up in 200 looks, period cycles apart?
.macro count_flags period
  .local again
  lda #200
  sta rounds
  lda #0
  sta seen
again:
  lda STATUS
  and #1
  clc
  adc seen
  sta seen
  delay (period) - 22
  dec rounds
  bne again
  lda seen
.endmacro

byte_subroutine

; The motor on, from the rim; carry: it did not become ready within two seconds.
start:
  lda #STOPPED
  sta CONTROL
  lda #SCAN
  sta CONTROL
  lda #0
  sta rounds
: delay 14000
  lda LINES
  and #2
  beq @ready
  dec rounds
  bne :-
  sec
  rts
@ready:
  clc
  rts

; Reads a block of A bytes, or 256 + A where carry, to BUFFER. A is the status then:
; bit 4 is a check that failed.
read_block:
  sta length
  lda #0
  rol a
  sta length+1
  lda #READ
  sta CONTROL
  lda #<BUFFER
  sta into
  lda #>BUFFER
  sta into+1
  ldy #0
@next:
  jsr byte
  sta (into),y
  iny
  bne :+
  inc into+1
  dec length+1
: cpy length
  bne @next
  lda length+1
  bmi @over
  bne @next
@over:
  jsr byte
  lda #READ_CHECK
  sta CONTROL
  jsr byte
  lda STATUS
  pha
  lda #SCAN
  sta CONTROL
  pla
  rts

; Skips the first blocks: those of the disk and of the first file.
read_first_file:
  lda #56
  clc
  jsr read_block
  lda #2
  clc
  jsr read_block
  lda #16
  clc
  jsr read_block
  lda #1
  sec
  jmp read_block

.macro compare what, from, count
  .local again, differs
  ldx #0
again:
  lda what,x
  cmp from,x
  bne differs
  inx
  cpx #count
  bne again
differs:
  txa
.endmacro

board_reset_registers:
  lda #0
  sta ENABLE
  lda #$83
  sta ENABLE
  lda #STOPPED
  sta CONTROL
  lda #0
  sta TIMER
  rts

timer_irq:
  pha
  lda #0
  sta TIMER
  inc irqs
  pla
  rti

byte_irq:
  pha
  lda READ_DATA
  sta last
  inc irqs
  pla
  rti

main:
  say "FAMICOM DISK SYSTEM"
  jsr board_reset_registers

  test 1, "RAM AT $6000-$DFFF"
  lda #$12
  sta $7FFF
  lda #$34
  sta $9FFF
  lda #$56
  sta $BFFF
  lda #$78
  sta $DFFF
  lda $7FFF
  want $12
  lda $9FFF
  want $34
  lda $BFFF
  want $56
  lda $DFFF
  want $78

  test 2, "THE TIMER'S PERIOD IS ONE MORE"
  start_timer 99, 3
  delay 100
  count_flags 100
  want 200
  start_timer 99, 3
  delay 100
  count_flags 99
  want_within 197, 199

  test 3, "ITS IRQ, ONCE"
  lda #0
  sta TIMER
  sta irqs
  on_irq timer_once
  cli
  start_timer 500, 2
  delay 400
  lda irqs
  want 0
  delay 1000
  sei
  lda irqs
  want 1

  test 4, "MIRRORING"
  lda #STOPPED
  sta CONTROL
  jsr mirroring
  want MIRROR_VERTICAL
  lda #STOPPED | 8
  sta CONTROL
  jsr mirroring
  want MIRROR_HORIZONTAL
  lda STATUS
  and #8
  want 8

  test 5, "THE CONNECTOR"
  lda #$2A
  sta PORT_OUT
  lda PORT_IN
  want $AA

  test 6, "A DISK IS IN AND RESTS"
  jsr board_reset_registers
  lda LINES
  and #7
  want 2

  test 7, "IT BECOMES READY"
  jsr start
  want_cc

  test 8, "BLOCK 1"
  lda #56
  clc
  jsr read_block
  and #$D0
  want $80              ; over the disk, not at its end, no error
  compare expect_1, BUFFER, 20
  want 20

  test 9, "BLOCK 2"
  lda #2
  clc
  jsr read_block
  and #$10
  want 0
  lda BUFFER+1
  want 2

  test 10, "A CHECK IN THE WRONG PLACE"
  lda #15
  clc
  jsr read_block
  and #$10
  want $10
  delay 2000            ; what is left of the block passes

  test 11, "256 BYTES"
  lda #1
  sec
  jsr read_block
  and #$10
  want 0
  lda BUFFER
  want 4
  ldx #0
  stx seen
: lda BUFFER+1,x
  cmp seen
  want_eq
  lda seen
  clc
  adc #5
  sta seen
  inx
  bne :-

  test 12, "THE SECOND FILE"
  lda #16
  clc
  jsr read_block
  lda BUFFER+13
  want 8
  lda #9
  clc
  jsr read_block
  and #$10
  want 0
  compare unchanged, BUFFER, 9
  want 9

  ; 200 bytes take 29,800 cycles; up to 13 are lost in waiting for one.
  test 13, "A BYTE IN 149 CYCLES, NOT FEWER"
  ldx #<(200 * 149 - 50)
  ldy #>(200 * 149 - 50)
  jsr two_hundred_bytes
  want 1
  test 14, "AND NOT MORE"
  ldx #<(200 * 149 + 50)
  ldy #>(200 * 149 + 50)
  jsr two_hundred_bytes
  want 0

  test 15, "AN IRQ FOR EACH BYTE"
  jsr start
  want_cc
  lda #0
  sta irqs
  on_irq byte_irq
  cli
  lda #READ_IRQ
  sta CONTROL
: lda irqs
  cmp #15
  bne :-
  sei
  lda last
  want '*'

  test 16, "NONE WITHOUT ITS BIT"
  lda #READ
  sta CONTROL
  cli
  delay 2000
  sei
  lda irqs
  want 15
  lda STATUS
  and #2
  want 2
  lda STATUS
  and #2
  want 0                ; a look takes the flag back

  test 17, "A BLOCK IS WRITTEN"
  jsr start
  jsr read_first_file
  lda #16
  clc
  jsr read_block
  lda #GAP
  sta CONTROL
  delay 18000           ; over what was there: 120 bytes of gap
  ldx #0
  lda #$80
  sta WRITE_DATA
  lda #WRITE
  sta CONTROL
: lda STATUS
  and #2
  beq :-
  lda changed,x
  sta WRITE_DATA
  inx
  cpx #9
  bne :-
: lda STATUS
  and #2
  beq :-
  lda #WRITE_CHECK
  sta CONTROL
  ldx #2
: lda STATUS
  and #2
  beq :-
  dex
  bne :-
  lda #GAP
  sta CONTROL
  delay 30000           ; what is left of the old one goes
  lda #STOPPED
  sta CONTROL

  test 18, "AND READ AGAIN"
  jsr start
  want_cc
  jsr read_first_file
  lda #16
  clc
  jsr read_block
  and #$10
  want 0
  lda #9
  clc
  jsr read_block
  and #$10
  want 0
  compare changed, BUFFER, 9
  want 9

  test 19, "THE END OF THE DISK"
  lda #0
  sta rounds
: delay 65000
  lda STATUS
  and #$40
  bne :+
  dec rounds
  bne :-
: want $40

  test 20, "A VOLUME IS READ AGAIN"
  lda #$80 | 20
  sta VOLUME
  lda VOLUME_IS
  and #$3F
  want 20

  test 21, "SAMPLES ARE WRITTEN"
  lda #$80
  sta SAMPLES_OPEN
  ldx #63
: txa
  sta SAMPLES,x
  dex
  bpl :-
  lda SAMPLES+37
  and #$3F
  want 37

  test 22, "THE WAVE PASSES"
  lda #$00
  sta SAMPLES_OPEN
  sta PITCH_LOW
  lda #$C0
  sta PITCH_HIGH
  lda #$44              ; pitch $400: 64 cycles a sample
  sta PITCH_HIGH
  delay 64 * 20 + 32
  lda SAMPLES
  and #$3F
  want_within 20, 21

  test 23, "AN ENVELOPE RISES"
  lda #9
  sta ENVELOPE_SPEED
  lda #$80
  sta VOLUME
  lda #$40 | 4          ; 8 x 5 x 10 = 400 cycles a step
  sta VOLUME
  lda #$04
  sta PITCH_HIGH
  delay 400 * 10 + 200
  lda VOLUME_IS
  and #$3F
  want_within 10, 11

  test 24, "THE TABLE BENDS"
  lda #$80
  sta TABLE_HIGH
  lda #$00
  sta BEND
  lda #1
  ldx #32
: sta TABLE_STEP
  dex
  bne :-
  lda #$00
  sta TABLE_LOW
  lda #$04              ; speed $400: 64 cycles a step
  sta TABLE_HIGH
  delay 64 * 30 + 32
  lda BEND_IS
  want_within 30, 31

  test 25, "NOTHING THERE WITHOUT THEIR BITS"
  lda #$82
  sta ENABLE
  lda LINES
  want $40              ; the bus
  lda STATUS
  want $40
  lda #$81
  sta ENABLE
  lda BEND_IS
  want $40
  rts

; Does a timer of Y X cycles end while 200 bytes are read? A: how often.
two_hundred_bytes:
  stx TIMER_LOW
  sty TIMER_HIGH
  jsr start
  jsr read_to_numbers
  lda #READ
  sta CONTROL
  jsr byte
  lda #0
  sta irqs
  on_irq timer_irq
  lda #2
  sta TIMER
  cli
  ldx #200
: jsr byte
  dex
  bne :-
  sei
  lda #0
  sta TIMER
  lda #STOPPED
  sta CONTROL
  lda irqs
  rts

read_to_numbers:
  lda #56
  clc
  jsr read_block
  lda #2
  clc
  jsr read_block
  lda #16
  clc
  jmp read_block

timer_once:
  pha
  lda STATUS
  inc irqs
  pla
  rti
