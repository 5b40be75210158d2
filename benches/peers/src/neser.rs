//! neser: its picture is RGB.

use std::path::Path;

use neser::nes::console::Nes;
use neser::platform::app_context::AppContext;

use crate::Core;

struct Neser(Nes);

pub fn make(rom: &Path) -> Option<Box<dyn Core>> {
    let mut nes = Nes::new(AppContext::default());
    nes.load_rom(&std::fs::read(rom).ok()?, "rom.nes").ok()?;
    nes.set_audio_sample_rate(48_000.);
    nes.reset(false);
    Some(Box::new(Neser(nes)))
}

impl Core for Neser {
    fn frame(&mut self, buttons: u8) -> usize {
        self.0.set_joypad_button_states(1, buttons);
        let mut samples = 0;
        while !self.0.is_ready_to_render() {
            self.0.run_cpu_tick();
            while std::hint::black_box(self.0.get_sample()).is_some() {
                samples += 1;
            }
        }
        self.0.clear_ready_to_render();
        std::hint::black_box(&*self.0.get_screen_buffer());
        samples
    }

    fn ram(&mut self, address: u16) -> Option<u8> {
        Some(self.0.bus().borrow().read_cpu_for_debugger(address))
    }
}
