//! The state's layout is what `docs/state-layout.txt` says. A change of it makes
//! every saved state and loop slot of players useless, so it is made on purpose:
//! `RETAKE_BLESS=1 cargo test --release --test layout` writes the file anew.

use std::fmt::Write;
use std::path::Path;

use retake::nes::Nes;

const HEAD: &str = "\
The bytes of a machine's state: offset, size, field. Little-endian, no padding.
tests/layout.rs keeps this file true. What the board's registers mean is said in
src/nes/board/, where the parts of RAM lie in src/nes/cart/map.rs.

";

fn layout() -> String {
    let mut text = HEAD.to_owned();
    for (path, offset, size) in Nes::layout() {
        let size = if path == "ram" { format!("{size} × n") } else { size.to_string() };
        writeln!(text, "{offset:5} {size:>6}  {path}").expect("a String takes it");
    }
    text
}

#[test]
fn the_layout_is_the_one_in_the_docs() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/state-layout.txt");
    let now = layout();
    if std::env::var_os("RETAKE_BLESS").is_some() {
        std::fs::write(&file, &now).expect("docs/ can be written");
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = now.lines().zip(golden.lines()).find(|(now, golden)| now != golden);
    assert!(
        now == golden,
        "the state's layout changed, first at {differs:?} (now, docs/state-layout.txt): states that \
         players saved no longer load. If that is meant: RETAKE_BLESS=1 cargo test --release --test layout"
    );
}

#[test]
fn fields_fill_the_state_without_a_gap() {
    let layout = Nes::layout();
    for pair in layout.windows(2) {
        let [(path, offset, size), (next, at, _)] = pair else { unreachable!("pairs") };
        assert_eq!(offset + size, *at, "between {path} and {next}");
    }
}
