//! Boards by iNES mapper number, and what people call them.
//!
//! <https://www.nesdev.org/wiki/Mapper>

use std::fmt;
use std::str::FromStr;

/// A board named by number: `MAPPER` or `MAPPER.SUBMAPPER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoardNumber {
    /// Mapper number.
    pub mapper: u16,
    /// Submapper.
    pub submapper: u8,
}

/// The common name of a mapper number, where it has one.
pub fn mapper_name(mapper: u16) -> Option<&'static str> {
    NAMES.iter().find(|(number, _)| *number == mapper).map(|(_, name)| *name)
}

impl fmt::Display for BoardNumber {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.mapper)?;
        if self.submapper == 0 { Ok(()) } else { write!(f, ".{}", self.submapper) }
    }
}

impl FromStr for BoardNumber {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (mapper, submapper) = text.split_once('.').unwrap_or((text, "0"));
        match (mapper.parse(), submapper.parse()) {
            (Ok(mapper @ 0..=4095), Ok(submapper @ 0..=15)) => Ok(Self { mapper, submapper }),
            _ => {
                Err("a board is MAPPER (0-4095) or MAPPER.SUBMAPPER (0-15), as in 4 or 4.1".into())
            }
        }
    }
}

static NAMES: &[(u16, &str)] = &[
    (0, "NROM"),
    (1, "MMC1"),
    (2, "UxROM"),
    (3, "CNROM"),
    (4, "MMC3"),
    (5, "MMC5"),
    (7, "AxROM"),
    (9, "MMC2"),
    (10, "MMC4"),
    (11, "Color Dreams"),
    (12, "MMC3 (Gouder SL-5020B)"),
    (13, "CPROM"),
    (15, "K-1029 multicart"),
    (16, "Bandai FCG"),
    (18, "Jaleco SS 88006"),
    (19, "Namco 163"),
    (20, "Famicom Disk System"),
    (21, "VRC4a/VRC4c"),
    (22, "VRC2a"),
    (23, "VRC2b/VRC4e"),
    (24, "VRC6a"),
    (25, "VRC4b/VRC4d"),
    (26, "VRC6b"),
    (27, "VRC4 clone"),
    (28, "Action 53"),
    (29, "RET-CUFROM"),
    (30, "UNROM 512"),
    (31, "NSF-style 4 KiB banks"),
    (32, "Irem G-101"),
    (33, "Taito TC0190"),
    (34, "BNROM/NINA-001"),
    (36, "TXC 01-22000"),
    (37, "MMC3 multicart"),
    (38, "UNL-PCI556"),
    (40, "NTDEC 2722"),
    (41, "Caltron 6-in-1"),
    (42, "FDS conversion"),
    (44, "MMC3 multicart"),
    (45, "GA23C multicart"),
    (46, "Rumble Station"),
    (47, "MMC3 multicart"),
    (48, "Taito TC0690"),
    (49, "MMC3 multicart"),
    (50, "FDS conversion"),
    (52, "MMC3 multicart"),
    (57, "multicart"),
    (58, "multicart"),
    (60, "multicart by reset"),
    (61, "multicart"),
    (62, "multicart"),
    (64, "RAMBO-1"),
    (65, "Irem H3001"),
    (66, "GxROM"),
    (67, "Sunsoft-3"),
    (68, "Sunsoft-4"),
    (69, "Sunsoft FME-7"),
    (70, "Bandai 74161/7432"),
    (71, "Camerica BF909x"),
    (72, "Jaleco JF-17"),
    (73, "VRC3"),
    (74, "MMC3 with CHR RAM"),
    (75, "VRC1"),
    (76, "Namco 3446"),
    (77, "Irem LROG017"),
    (78, "Irem 74161/32"),
    (79, "NINA-03/06"),
    (80, "Taito X1-005"),
    (81, "NTDEC N715021"),
    (82, "Taito X1-017"),
    (85, "VRC7"),
    (86, "Jaleco JF-13"),
    (87, "Jaleco JF-05"),
    (88, "Namco 118"),
    (89, "Sunsoft-2"),
    (91, "JY830623C"),
    (92, "Jaleco JF-19"),
    (93, "Sunsoft-2"),
    (94, "HVC-UN1ROM"),
    (95, "Namco 3425"),
    (96, "Oeka Kids"),
    (97, "Irem TAM-S1"),
    (99, "Vs. System"),
    (101, "Jaleco JF-10"),
    (105, "NES-EVENT"),
    (107, "Magic Dragon"),
    (111, "GTROM"),
    (112, "NTDEC Asder"),
    (113, "NINA-06 multicart"),
    (114, "MMC3 multicart"),
    (115, "Kasheng SFC-02B"),
    (118, "TxSROM"),
    (119, "TQROM"),
    (133, "Sachen SA-72008"),
    (140, "Jaleco JF-11"),
    (144, "Death Race"),
    (145, "Sachen SA-72007"),
    (146, "Sachen 3015"),
    (148, "Sachen SA-008-A"),
    (149, "Sachen SA-0036"),
    (150, "Sachen SA-015"),
    (151, "VRC1, Vs. System"),
    (152, "Bandai 74161/7432"),
    (153, "Bandai LZ93D50 with RAM"),
    (154, "Namco 3453"),
    (155, "MMC1A"),
    (157, "Bandai Datach"),
    (158, "Tengen 800037"),
    (159, "Bandai LZ93D50 with 24C01"),
    (163, "Nanjing FC-001"),
    (164, "Dongda PEC-9588"),
    (165, "MMC3 with latches"),
    (176, "8025 (FK-23C, FS005)"),
    (177, "Hengedianzi"),
    (178, "Waixing FS305"),
    (180, "HVC-UNROM, inverted"),
    (182, "MMC3 (scrambled)"),
    (184, "Sunsoft-1"),
    (185, "CNROM with protection"),
    (186, "Study Box"),
    (188, "Karaoke Studio"),
    (189, "TXC MMC3"),
    (191, "MMC3 with CHR RAM"),
    (192, "MMC3 with CHR RAM"),
    (193, "NTDEC TC-112"),
    (194, "MMC3 with CHR RAM"),
    (195, "MMC3 with CHR RAM"),
    (200, "multicart"),
    (201, "multicart"),
    (202, "multicart"),
    (203, "multicart"),
    (205, "MMC3 multicart"),
    (206, "DxROM/Namco 118"),
    (207, "Taito X1-005, wired mirroring"),
    (210, "Namco 175/340"),
    (212, "multicart"),
    (213, "multicart"),
    (214, "multicart"),
    (218, "Magic Floor"),
    (225, "ET-1550 multicart"),
    (226, "multicart"),
    (227, "multicart"),
    (228, "Action 52"),
    (229, "multicart"),
    (230, "multicart"),
    (231, "multicart"),
    (232, "Camerica BF9096"),
    (233, "multicart"),
    (234, "Maxi 15"),
    (240, "C&E"),
    (241, "Hengedianzi BXROM"),
    (242, "multicart"),
    (243, "Sachen SA-020A"),
    (245, "Waixing MMC3"),
    (246, "Fong Shen Bang"),
    (250, "Nitra MMC3"),
    (254, "Pikachu Y2K"),
    (255, "ET-1550 multicart"),
    (268, "CoolBoy/MindKids"),
    (682, "Rainbow"),
];
