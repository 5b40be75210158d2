//! `retake doctor`: what this machine allows, and the mend for what it does
//! not.

use super::cli::DoctorArgs;
use super::fault::{Fault, Outcome};
use crate::engine::realtime::{self, Wishes};
use serde::Serialize;
use std::process::ExitCode;

/// Something that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    granted: bool,
    /// What there is, or what is worse and how to mend it.
    text: String,
}

/// Runs the command.
pub fn doctor(args: &DoctorArgs) -> Outcome {
    let findings = findings();
    if args.json {
        let json = serde_json::to_string_pretty(&findings).expect("findings are JSON");
        super::say(json);
    } else {
        for Finding { what, granted, text } in &findings {
            super::say(format_args!("{} {what:<10} {text}", if *granted { "ok " } else { "no " }));
        }
    }
    let all = findings.iter().all(|finding| finding.granted);
    Ok(ExitCode::from(if all { 0 } else { Fault::FAILED }))
}

fn findings() -> Vec<Finding> {
    let mut findings = real_time();
    #[cfg(feature = "app")]
    findings.extend(outside());
    #[cfg(not(feature = "app"))]
    findings.push(Finding {
        what: "play",
        granted: false,
        text: "this build has no window, sound, gamepads and io_uring: build it with the `app` \
               feature"
            .to_owned(),
    });
    findings
}

/// Tries it on threads of their own: nothing of it stays.
fn real_time() -> Vec<Finding> {
    let try_wishes = |wishes| {
        let tried = std::thread::spawn(move || realtime::promote("the emulation", wishes)).join();
        tried.unwrap_or_default().first().map(ToString::to_string)
    };
    let cpu = realtime::favourite_cpu();
    let pinning = cpu.map(|cpu| try_wishes(Wishes { priority: None, cpu: Some(cpu) }));
    vec![
        finding("priority", try_wishes(Wishes { priority: Some(80), cpu: None }), || {
            "SCHED_FIFO 80 is granted".to_owned()
        }),
        match pinning {
            Some(refused) => {
                finding("pinning", refused, || format!("CPU {}", cpu.unwrap_or_default()))
            }
            None => Finding {
                what: "pinning",
                granted: false,
                text: "there is one CPU only, which everything shares".to_owned(),
            },
        },
        finding("memory", realtime::lock_memory().err().map(|refused| refused.to_string()), || {
            "can be locked".to_owned()
        }),
    ]
}

fn finding(what: &'static str, refused: Option<String>, fine: impl FnOnce() -> String) -> Finding {
    Finding { what, granted: refused.is_none(), text: refused.unwrap_or_else(fine) }
}

#[cfg(feature = "app")]
fn outside() -> Vec<Finding> {
    use crate::audio::device;
    let uring = match crate::io::start::<1>(|| {}) {
        Ok((client, thread)) => {
            drop(client);
            let refused = thread.refused.clone();
            thread.join();
            refused.map(|why| {
                format!(
                    "io_uring is refused ({why}), files go through std::fs: \
                     `sysctl kernel.io_uring_disabled=0`, or the container's seccomp profile"
                )
            })
        }
        Err(error) => Some(format!("the I/O thread cannot start ({error})")),
    };
    let sound = device::describe(None);
    let (granted, text) = match sound {
        Ok(text) => (true, format!("{text}; devices: {}", device::names().join(", "))),
        Err(why) => (
            false,
            format!(
                "{why}: start PulseAudio or PipeWire, or install libasound2-plugins; games are \
                 silent until then"
            ),
        ),
    };
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let display = set("DISPLAY") || set("WAYLAND_DISPLAY");
    let data = super::paths::data();
    let writable = std::fs::create_dir_all(&data).err();
    let (config, wrong) = super::config::Config::load(super::paths::config_file().as_deref());
    drop(config);
    vec![
        finding("io_uring", uring, || "is granted".to_owned()),
        Finding { what: "sound", granted, text },
        Finding {
            what: "display",
            granted: display,
            text: if display {
                "there is one".to_owned()
            } else {
                "neither DISPLAY nor WAYLAND_DISPLAY is set: games are played in the terminal"
                    .to_owned()
            },
        },
        gamepads(),
        finding(
            "data",
            writable.map(|e| format!("{}: {e}; set XDG_DATA_HOME", data.display())),
            || data.display().to_string(),
        ),
        finding("config", wrong, || "nothing is wrong with it".to_owned()),
    ]
}

/// Not having one is no fault.
#[cfg(feature = "app")]
fn gamepads() -> Finding {
    let text = match std::fs::read_dir("/dev/input") {
        Ok(entries) => {
            let events = entries.flatten().filter(|entry| {
                let path = entry.path();
                entry.file_name().to_string_lossy().starts_with("event")
                    && std::fs::File::open(path).is_ok()
            });
            format!("{} input devices can be read", events.count())
        }
        Err(_) => "there is no /dev/input; none can be used".to_owned(),
    };
    Finding { what: "gamepads", granted: true, text }
}
