//! The ports as a program sees them: written, clocked and read.

use super::*;

/// No gun sees light.
const DARK: [bool; 2] = [false; 2];

/// Ports with the strobe pulled up and let go, as programs do.
fn strobed(devices: Devices, input: &Input) -> Ports {
    let mut ports = Ports::new(devices);
    strobe(&mut ports, input);
    ports
}

fn strobe(ports: &mut Ports, input: &Input) {
    ports.write(1, DARK);
    ports.get_to_put(input);
    ports.write(0, DARK);
}

fn read(ports: &mut Ports, port: usize, input: &Input) -> u8 {
    let bits = ports.read(port, input, false);
    (0..3).for_each(|_| ports.end_cycle());
    bits
}

fn bits<const N: usize>(ports: &mut Ports, port: usize, input: &Input) -> [u8; N] {
    [0; N].map(|_| read(ports, port, input))
}

fn with_device(bytes: &[u8], port: usize) -> Input {
    let mut input = Input::default();
    input.of_port_mut(port)[..bytes.len()].copy_from_slice(bytes);
    input
}

#[test]
fn a_pad_gives_eight_buttons_and_then_ones() {
    let input = Input { pads: [0b1000_0101, 0, 0xff, 0xff], ..Input::default() };
    let mut ports = strobed(Devices::default(), &input);
    assert_eq!(bits(&mut ports, 0, &input), [1, 0, 1, 0, 0, 0, 0, 1, 1, 1]);
    assert_eq!(bits(&mut ports, 1, &input), [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
}

#[test]
fn reads_in_consecutive_cycles_clock_a_register_once() {
    let input = Input::pad1(0b10);
    let mut ports = strobed(Devices::default(), &input);
    for _ in 0..3 {
        assert_eq!(ports.read(0, &input, false), 0);
        ports.end_cycle();
    }
    (0..2).for_each(|_| ports.end_cycle());
    assert_eq!(read(&mut ports, 0, &input), 1);
}

#[test]
fn a_four_score_gives_pads_1_and_3_then_10_and_pads_2_and_4_then_20() {
    let input = Input { pads: [0x01, 0x02, 0x04, 0x08], ..Input::default() };
    let mut ports = strobed(Devices::around(Expansion::FourScore), &input);
    let read = |ports: &mut Ports, port| {
        bits::<24>(ports, port, &input)
            .chunks(8)
            .map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit))
            .collect::<Vec<u8>>()
    };
    assert_eq!(read(&mut ports, 0), [0x80, 0x20, 0x10]);
    assert_eq!(read(&mut ports, 1), [0x40, 0x10, 0x20]);
    assert_eq!(bits(&mut ports, 0, &input), [1, 1]);
}

#[test]
fn the_famicoms_adapter_gives_pads_3_and_4_on_bit_1() {
    let input = Input { pads: [0x01, 0x00, 0x02, 0x01], ..Input::default() };
    let mut ports = strobed(Devices::around(Expansion::FourPlayers), &input);
    assert_eq!(bits(&mut ports, 0, &input), [0b01, 0b10, 0]);
    assert_eq!(bits(&mut ports, 1, &input), [0b10, 0, 0]);
}

#[test]
fn a_zapper_gives_darkness_on_bit_3_and_its_trigger_on_bit_4() {
    let mut ports = Ports::new(Devices::in_ports([Device::Pad, Device::Zapper]));
    let pulled = with_device(&[0, 0, zapper::aim::TRIGGER], 1);
    assert_eq!(ports.read(1, &Input::default(), false), 0x08);
    assert_eq!(ports.read(1, &pulled, true), 0x10);
    assert!(ports.aims() && !Ports::default().aims());
}

#[test]
fn a_vs_zapper_reports_up_its_light_as_the_strobe_falls_and_its_trigger() {
    let devices: Devices = "vs-zapper".parse().unwrap();
    let [aimed, pulled] = [0, zapper::aim::TRIGGER].map(|bits| with_device(&[9, 9, bits], 0));
    for (input, lit, seen) in [
        (aimed, DARK, [0, 0, 0, 0, 1, 0, 0, 0, 1, 1]),
        (aimed, [true, false], [0, 0, 0, 0, 1, 0, 1, 0, 1, 1]),
        (pulled, [false, true], [0, 0, 0, 0, 1, 0, 0, 1, 1, 1]),
        (pulled, [true; 2], [0, 0, 0, 0, 1, 0, 1, 1, 1, 1]),
    ] {
        let mut ports = Ports::new(devices);
        ports.write(1, lit.map(|lit| !lit));
        ports.get_to_put(&input);
        ports.write(0, lit);
        // What it sees later is for the next strobe.
        assert_eq!(bits(&mut ports, 0, &input), seen);
        assert_eq!(read(&mut ports, 1, &input), 0, "a pad");
        assert!(ports.aims());
    }
}

#[test]
fn an_arkanoid_paddle_gives_its_knob_on_bit_4_and_its_button_on_bit_3() {
    let input = with_device(&[0x54, 1], 1);
    let mut ports = strobed(Devices::in_ports([Device::Pad, Device::Vaus]), &input);
    let bits = bits::<8>(&mut ports, 1, &input);
    assert!(bits.iter().all(|bits| bits & 0x0f == 0x08));
    assert_eq!(!bits.iter().fold(0, |byte, bits| byte << 1 | bits >> 4), 0x54);
}

#[test]
fn the_famicoms_paddle_gives_its_knob_on_4017_and_its_button_on_4016() {
    let input = with_device(&[0xf4, 1], 0);
    let mut ports = strobed(Devices::around(Expansion::Vaus), &input);
    assert_eq!(read(&mut ports, 0, &input), 0x02);
    let bits = bits::<8>(&mut ports, 1, &input);
    assert_eq!(!bits.iter().fold(0, |byte, bits| byte << 1 | bits >> 1 & 1), 0xf4);
}

#[test]
fn a_power_pad_gives_two_buttons_a_read() {
    // Buttons 2 and 4 come first, 7 comes last.
    let input = with_device(&0b0100_1010u16.to_le_bytes(), 1);
    let mut ports = strobed(Devices::in_ports([Device::Pad, Device::PowerPad]), &input);
    assert_eq!(bits(&mut ports, 1, &input), [0x18, 0, 0, 0, 0x10, 0x10, 0x10, 0x18, 0x18]);
}

#[test]
fn a_family_trainer_gives_the_row_that_is_selected() {
    let input = with_device(&[0x01], 0);
    let mut ports = Ports::new(Devices::around(Expansion::FamilyTrainer));
    ports.write(0xfb, DARK);
    assert_eq!(ports.read(1, &input, false) & 0x1e, 0x0e);
    ports.write(0xfd, DARK);
    assert_eq!(ports.read(1, &input, false) & 0x1e, 0x1e);
}

#[test]
fn a_keyboard_gives_its_rows_as_the_column_falls() {
    let mut input = Input::default();
    // O, in row 2, column 0.
    input.device[2] = 0x02;
    let mut ports = Ports::new(Devices::around(Expansion::Keyboard));
    ports.write(5, DARK);
    let rows = [0; 10].map(|_| {
        ports.write(4, DARK);
        let first = ports.read(1, &input, false) & 0x1e;
        ports.write(6, DARK);
        [first, ports.read(1, &input, false) & 0x1e]
    });
    let mut wanted = [[0x1e; 2]; 10];
    wanted[2][0] = 0x1a;
    assert_eq!(rows, wanted);
}

#[test]
fn a_snes_pad_gives_sixteen_bits_and_then_ones() {
    let mut input = with_device(&[0x09], 0);
    input.pads[0] = 0x01;
    let mut ports = strobed(Devices::in_ports([Device::SnesPad, Device::Pad]), &input);
    assert_eq!(bits(&mut ports, 0, &input), [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1]);
}

#[test]
fn a_mouse_reports_what_it_was_moved_once() {
    let devices = Devices::in_ports([Device::Pad, Device::SnesMouse]);
    let mut ports = Ports::new(devices);
    let input = with_device(&[(-8i8) as u8, 12, snes::click::LEFT], 1);
    ports.begin_frame(&input);
    let mut report = || {
        strobe(&mut ports, &input);
        let bits = bits::<33>(&mut ports, 1, &input);
        let bytes: Vec<u8> = bits[..32]
            .chunks(8)
            .map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit))
            .collect();
        assert_eq!(bits[32], 1);
        bytes
    };
    assert_eq!(report(), [0, 0x41, 3, 0x82]);
    assert_eq!(report(), [0, 0x41, 0, 0]);
}

#[test]
fn a_clock_while_strobed_moves_a_mouses_sensitivity_on() {
    let devices = Devices::in_ports([Device::Pad, Device::SnesMouse]);
    let mut ports = Ports::new(devices);
    let input = Input::default();
    for wanted in [1, 2, 0] {
        ports.write(1, DARK);
        ports.get_to_put(&input);
        read(&mut ports, 1, &input);
        ports.get_to_put(&input);
        ports.write(0, DARK);
        let bits = bits::<12>(&mut ports, 1, &input);
        assert_eq!(bits[10] << 1 | bits[11], wanted);
    }
}

#[test]
fn sound_in_the_microphone_is_bit_2_of_4016() {
    let mut input = Input::default();
    input.device[9] = MICROPHONE;
    let mut ports = strobed(Devices::default(), &input);
    assert_eq!([read(&mut ports, 0, &input), read(&mut ports, 1, &input)], [0x04, 0x00]);
}

#[test]
fn ports_that_are_saved_in_the_middle_of_a_read_go_on_with_it() {
    let mut input = with_device(&[0x5a, 1, 0, 0], 0);
    input.device[4] = 0x5a;
    input.pads = [0x3c, 0xc3, 0x55, 0xaa];
    let names = ["pads", "four-score", "famicom-4p", "arkanoid,power-pad", "snes-pad,snes-mouse"];
    for name in names {
        let mut ports = strobed(name.parse().expect("devices"), &input);
        for n in 0..40 {
            let bytes = ports.as_bytes().to_vec();
            let mut again = Ports::read_from_bytes(&bytes).expect("as many bytes");
            again.sanitize();
            assert_eq!(again.as_bytes(), bytes);
            let [port, cycles] = [n & 1, n % 3];
            for ports in [&mut ports, &mut again] {
                ports.read(port, &input, false);
                (0..cycles).for_each(|_| ports.end_cycle());
            }
            assert_eq!(ports.as_bytes(), again.as_bytes(), "{name}");
        }
    }
}

#[test]
fn any_bytes_are_ports_with_devices_that_there_are() {
    for byte in 0..=255 {
        let mut ports = Ports::read_from_bytes(&[byte; size_of::<Ports>()]).expect("its size");
        ports.sanitize();
        let devices = ports.devices();
        assert_eq!(Devices::from_word(devices.word()), Some(devices));
        for port in 0..2 {
            ports.begin_frame(&Input::default());
            strobe(&mut ports, &Input::default());
            read(&mut ports, port, &Input::default());
        }
    }
}
