//! Leaving out of a program what its difference does not take.

use super::Pair;
use super::program::Program;

/// Tries at the most; each runs the program up to its difference.
const TRIES: usize = 300;

/// Whether the machines part on a program within so many frames.
pub fn parts(program: &Program, frames: usize) -> bool {
    let Ok(cart) = program.cartridge() else { return false };
    let mut pair = Pair::new(&cart, &program.options);
    program.inputs(frames).into_iter().any(|input| !pair.step(input))
}

/// The program without as many of its pieces as can go, while `parts` says that the
/// machines still do. Halves of what is left are tried first, then smaller parts.
pub fn shrink(program: &Program, parts: impl Fn(&Program) -> bool) -> Program {
    let mut best = program.clone();
    let mut size = best.pieces.len().div_ceil(2);
    let mut tries = 0;
    while size > 0 {
        let mut at = 0;
        while at < best.pieces.len() && tries < TRIES {
            let end = best.pieces.len().min(at + size);
            let other = best.without(&best.pieces[at..end]);
            tries += 1;
            if parts(&other) {
                best = other;
            } else {
                at = end;
            }
        }
        size = if size == 1 || tries >= TRIES { 0 } else { size.div_ceil(2) };
    }
    best
}

/// The pieces that are left, as bytes with their addresses.
pub fn listing(program: &Program) -> Vec<String> {
    let line = |piece: &std::ops::Range<usize>| {
        let bytes: Vec<_> = program.rom[piece.clone()].iter().map(|b| format!("{b:02x}")).collect();
        format!("  {:04x}: {}", 0x8000 + piece.start - 16, bytes.join(" "))
    };
    program.pieces.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_difference_takes_is_left() {
        let program = (0..).map(Program::new).find(|it| it.pieces.len() > 20).unwrap();
        let needed = [program.pieces[3].clone(), program.pieces[17].clone()];
        let has = |it: &Program| needed.iter().all(|piece| it.pieces.contains(piece));
        assert_eq!(shrink(&program, has).pieces, needed);
        assert_eq!(listing(&program).len(), program.pieces.len());
    }
}
