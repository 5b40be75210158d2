//! How programs set a board's IRQ and its sound going.

/// What a piece writes to a board's register.
#[derive(Clone, Copy)]
pub(super) enum Value {
    Is(u8),
    Any,
    /// A few lines.
    Few,
}
use Value::{Any, Few, Is};

/// Stores to a board's registers, in order.
pub(super) type Stores = &'static [(u16, Value)];

/// How an IRQ is set going, and how it is acknowledged, by mapper.
pub(super) type Irq = (&'static [u16], Stores, Stores);
pub(super) const IRQS: &[Irq] = &[
    (
        &[4, 118, 119],
        &[(0xe000, Any), (0xc000, Few), (0xc001, Any), (0xe001, Any)],
        &[(0xe000, Any), (0xe001, Any)],
    ),
    (&[5], &[(0x5203, Few), (0x5204, Is(0x80))], &[(0x5204, Is(0x80))]),
    (&[19], &[(0x5000, Any), (0x5800, Is(0xfe))], &[(0x5000, Any), (0x5800, Is(0xfc))]),
    (
        &[69],
        &[
            (0x8000, Is(14)),
            (0xa000, Any),
            (0x8000, Is(15)),
            (0xa000, Few),
            (0x8000, Is(13)),
            (0xa000, Is(0x81)),
        ],
        &[(0x8000, Is(13)), (0xa000, Is(0x81))],
    ),
    (&[24], &[(0xf000, Any), (0xf001, Is(0x02))], &[(0xf002, Any)]),
    (&[26], &[(0xf000, Any), (0xf002, Is(0x07))], &[(0xf001, Any)]),
    (&[85], &[(0xe008, Any), (0xf000, Is(0x02))], &[(0xf008, Any)]),
    (&[64], &[(0xc000, Few), (0xc001, Any), (0xe001, Any)], &[(0xe000, Any), (0xe001, Any)]),
];

/// How a cartridge's own sound is set going.
pub(super) const SOUNDS: &[(&[u16], Stores)] = &[
    (&[5], &[(0x5015, Is(3)), (0x5000, Is(0xbf)), (0x5002, Any), (0x5003, Few), (0x5011, Any)]),
    (
        &[19],
        &[
            (0xf800, Is(0xf8)),
            (0x4800, Any),
            (0x4800, Any),
            (0x4800, Any),
            (0x4800, Any),
            (0x4800, Few),
            (0x4800, Any),
            (0x4800, Any),
            (0x4800, Is(0x0f)),
            (0xe000, Few),
        ],
    ),
    (&[24], &[(0x9000, Is(0x3f)), (0x9001, Any), (0x9002, Is(0x80)), (0xb000, Any)]),
    (&[26], &[(0x9000, Is(0x3f)), (0x9002, Any), (0x9001, Is(0x80)), (0xb000, Any)]),
    (
        &[69],
        &[
            (0xc000, Is(0)),
            (0xe000, Any),
            (0xc000, Is(7)),
            (0xe000, Is(0x38)),
            (0xc000, Is(8)),
            (0xe000, Is(0x0f)),
        ],
    ),
];
