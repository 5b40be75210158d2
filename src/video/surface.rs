//! The window's surface: palette, overlay and scaler on top of `pixels`.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use pixels::raw_window_handle::HasDisplayHandle;
use pixels::{Pixels, PixelsBuilder, SurfaceTexture, wgpu};

use super::layout::place;
use super::overlay::Overlay;
use super::palette::{self, Palette};
use super::render::{Look, Screen, ScreenError};
use super::rgb;
use super::scaler::Scaler;
use crate::link::Picture;
use crate::nes::output::{HEIGHT, WIDTH};

/// What pictures are presented on.
pub struct Surface {
    pixels: Pixels<'static>,
    scaler: Scaler,
    palette: Box<Palette>,
    size: (u32, u32),
    look: Look,
}

impl Surface {
    /// A surface on a window of that size. Takes some tenths of a second: the
    /// graphics driver starts.
    pub fn new<W>(window: W, size: (u32, u32), palette: Box<Palette>) -> Result<Self, ScreenError>
    where
        W: wgpu::WindowHandle + HasDisplayHandle + 'static,
    {
        let size = (size.0.max(1), size.1.max(1));
        let texture = SurfaceTexture::new(size.0, size.1, window);
        let mut pixels = PixelsBuilder::new(WIDTH as u32, HEIGHT as u32, texture)
            .clear_color(wgpu::Color::BLACK)
            .build()
            .map_err(no_surface)?;
        pixels.device().on_uncaptured_error(Arc::new(unwind));
        let modes = &pixels.context().surface_capabilities.present_modes;
        let mode = present_mode(modes, is_software(&pixels));
        pixels.set_present_mode(mode);
        let scaler = Scaler::new(pixels.context(), pixels.render_texture_format());
        Ok(Self { pixels, scaler, palette, size, look: Look::default() })
    }

    /// Whether the pictures are made by the CPU: such a surface must not be
    /// driven by a real-time thread.
    pub fn is_software(&self) -> bool {
        is_software(&self.pixels)
    }

    /// The adapter's name, for `doctor` and notes.
    pub fn adapter(&self) -> String {
        self.pixels.adapter().get_info().name
    }
}

impl Screen for Surface {
    fn resize(&mut self, width: u32, height: u32) -> Result<(), ScreenError> {
        // A minimised window has no size, and keeps its old surface.
        if width > 0 && height > 0 && (width, height) != self.size {
            guarded(|| self.pixels.resize_surface(width, height).map_err(lost))?;
            self.size = (width, height);
        }
        Ok(())
    }

    fn look(&mut self, look: Look) {
        self.look = look;
    }

    fn show(
        &mut self,
        picture: &Picture,
        overlay: &Overlay,
        now_ns: u64,
    ) -> Result<bool, ScreenError> {
        let rgba = self.pixels.frame_mut();
        let colours = rgb::seen(picture.frame.ppu, &self.palette);
        palette::paint(colours, &picture.frame.pixels, rgba);
        overlay.draw(&picture.hud, now_ns, rgba);
        let place = place(self.size.0, self.size.1, self.look.aspect, self.look.filter);
        // An occluded window is Ok without a call of the closure.
        let mut shown = false;
        guarded(|| {
            let draw = self.pixels.render_with(|encoder, target, context| {
                self.scaler.draw(encoder, target, context, place, self.look.filter);
                shown = true;
                Ok(())
            });
            draw.map_err(lost)
        })?;
        Ok(shown)
    }
}

/// What the graphics library does with an error that nobody asked for. When
/// the window is destroyed under it, going on would loop without end.
fn unwind(error: wgpu::Error) {
    resume_unwind(Box::new(error.to_string()))
}

/// Makes an error of what [`unwind`] or a panic ends.
fn guarded<T>(run: impl FnOnce() -> Result<T, ScreenError>) -> Result<T, ScreenError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|cause| {
        let cause = cause.downcast::<String>().map_or_else(|_| "panic".to_string(), |text| *text);
        let lines: Vec<&str> = cause.split('\n').map(str::trim).collect();
        let last = lines.iter().rev().find(|line| !line.is_empty());
        Err(lost(last.copied().unwrap_or_default()))
    })
}

fn is_software(pixels: &Pixels) -> bool {
    pixels.adapter().get_info().device_type == wgpu::DeviceType::Cpu
}

/// The newest picture without tearing where there is that; never a mode that
/// queues pictures on a software adapter, which has no vertical blank anyway.
fn present_mode(modes: &[wgpu::PresentMode], software: bool) -> wgpu::PresentMode {
    use wgpu::PresentMode::{Fifo, Immediate, Mailbox};
    let wanted = if software { [Immediate, Mailbox] } else { [Mailbox, Fifo] };
    wanted.into_iter().find(|mode| modes.contains(mode)).unwrap_or(Fifo)
}

fn no_surface(error: pixels::Error) -> ScreenError {
    ScreenError(format!(
        "the window has no graphics ({}): install mesa-vulkan-drivers and libvulkan1 (Debian, Ubuntu), \
         mesa-vulkan-drivers and vulkan-loader (Fedora), or vulkan-swrast (Arch)",
        sentence(&error)
    ))
}

fn lost(error: impl std::fmt::Display) -> ScreenError {
    ScreenError(format!("the window's graphics failed: {}", sentence(&error)))
}

fn sentence(error: &impl std::fmt::Display) -> String {
    error.to_string().trim_end_matches('.').replace('`', "")
}
