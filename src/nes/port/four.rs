//! Four players: the Four Score of the NES, which gives pads 3 and 4 and its own
//! signature behind pads 1 and 2, and the Famicom's adapters, which give them on D1.
//!
//! <https://www.nesdev.org/wiki/Four_player_adapters>

/// The Four Score's last eight bits, as read: $10 and $20, the highest bit first.
const SIGNATURES: [u32; 2] = [0x08, 0x04];

/// The Four Score's register for a port; ones follow.
pub fn four_score(pads: &[u8; 4], port: usize) -> u32 {
    let [near, far] = [port, port + 2].map(|pad| u32::from(pads[pad & 3]));
    near | far << 8 | SIGNATURES[port & 1] << 16 | 0xff00_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_two_pads_comes_the_signature_and_then_ones() {
        let read = |register: u32| (0..32).map(move |n| register >> n & 1);
        let byte =
            |register, at| read(register).skip(at).take(8).fold(0, |byte, bit| byte << 1 | bit);
        let ports = [0, 1].map(|port| four_score(&[0x01, 0x02, 0x80, 0x40], port));
        assert_eq!(ports.map(|port| byte(port, 0)), [0x80, 0x40]);
        assert_eq!(ports.map(|port| byte(port, 8)), [0x01, 0x02]);
        assert_eq!(ports.map(|port| byte(port, 16)), [0x10, 0x20]);
        assert_eq!(ports.map(|port| byte(port, 24)), [0xff, 0xff]);
    }
}
