; Hardware names, shared memory, macros.

PPUCTRL   = $2000
PPUMASK   = $2001
PPUSTATUS = $2002
OAMADDR   = $2003
PPUSCROLL = $2005
PPUADDR   = $2006
PPUDATA   = $2007
OAMDMA    = $4014

PAD_A      = $80
PAD_B      = $40
PAD_SELECT = $20
PAD_START  = $10
PAD_UP     = $08
PAD_DOWN   = $04
PAD_LEFT   = $02
PAD_RIGHT  = $01

CTRL_BASE  = %10001000  ; NMI on, sprites from $1000, background from $0000
MASK_ON    = %00011010  ; both on; sprites hidden in the left 8 pixels, so they leave smoothly
MASK_OFF   = %00000000

; The screen, in lines: film strip 0-31, skyline 32-95, play field 96-239.
FIELD_TOP  = 96
FIELD_ROWS = 9          ; of 16 lines

.segment "ZEROPAGE"
ptr:         .res 2     ; pointers and scratch of the main program
ptr2:        .res 2
tmp:         .res 8
nptr:        .res 2     ; scratch of NMI
ntmp:        .res 4
state:       .res 1
frame:       .res 2     ; counts NMIs
frame_ready: .res 1     ; main program: 1 = this frame is complete; NMI answers 0
nmi_quiet:   .res 1     ; 1 = NMI plays sound only, main program owns the PPU
ctrl:        .res 1
mask:        .res 1
split_on:    .res 1     ; 1 = film strip, skyline and field scroll on their own
sky_x:       .res 2     ; scroll of the skyline and of the field
field_x:     .res 2
nfield_x:    .res 2     ; what is shown now; the originals belong to the next frame
nsky_x:      .res 2
nsplit_on:   .res 1
pad:         .res 1
pad_new:     .res 1
seed:        .res 2
timer:       .res 1     ; frames left in a state
oam_i:       .res 1     ; next free byte of OAM; 0 = full
vq_i:        .res 1     ; end of the VRAM queue
vq_start:    .res 1     ; begin of its open entry

.segment "OAM"
oam:         .res 256

.segment "BSS"
vq:          .res 160   ; VRAM queue, see nmi.s

.macro addr_to p, what
  lda #<(what)
  sta p
  lda #>(what)
  sta p+1
.endmacro
