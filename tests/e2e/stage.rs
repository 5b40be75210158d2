//! A screen, a sound server and a player for the program.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// How long something may take to begin or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// Programs that the tests need.
const TOOLS: [&str; 8] =
    ["Xvfb", "xdotool", "import", "pulseaudio", "pactl", "parec", "ca65", "ld65"];

/// What of the tests' needs is not installed.
pub fn missing() -> Option<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there =
        |tool: &&str| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file());
    let mut missing: Vec<&str> = TOOLS.into_iter().filter(|tool| !there(tool)).collect();
    if lavapipe().is_none() {
        missing.push("mesa-vulkan-drivers");
    }
    (!missing.is_empty()).then(|| missing.join(", "))
}

/// The description of the adapter that computes on the processor.
fn lavapipe() -> Option<PathBuf> {
    let folders = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
    let files = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let mut paths = files.map(|file| file.path());
    paths.find(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // Two kinds of the library may lie side by side.
        name.starts_with("lvp_icd") && (!name.contains('.') || fits_this_machine(name))
    })
}

fn fits_this_machine(name: &str) -> bool {
    let middle = name.trim_start_matches("lvp_icd.").trim_end_matches("json");
    middle.is_empty() || middle.trim_end_matches('.') == std::env::consts::ARCH
}

/// A process that ends with what holds it.
struct Helper(Child);

impl Drop for Helper {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A screen and a sound server in a folder of their own. Dropping it ends
/// everything.
pub struct Stage {
    _screen: Helper,
    _server: Helper,
    listeners: Vec<Helper>,
    display: String,
    folder: TempDir,
}

impl Stage {
    /// Starts them and waits until they answer.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let run = folder.path().join("run");
        fs::DirBuilder::new().mode(0o700).create(&run).expect("a folder");
        fs::create_dir(folder.path().join("pictures")).expect("a folder");
        let (screen, display) = screen();
        let socket = run.join("pulse.sock");
        let mut server = Command::new("pulseaudio");
        server.args(["-n", "--exit-idle-time=-1", "--daemonize=no", "--use-pid-file=no"]);
        server.args(["-L", "module-null-sink sink_name=nul rate=48000"]);
        let door = format!("auth-anonymous=1 socket={}", socket.display());
        server.args(["-L", &format!("module-native-protocol-unix {door}")]);
        let stage = Self {
            _screen: screen,
            _server: Helper(quiet(env(&mut server, folder.path(), &display))),
            listeners: Vec::new(),
            display,
            folder,
        };
        let answers =
            || stage.command("pactl").arg("info").output().is_ok_and(|out| out.status.success());
        wait_for("the sound server", || answers().then_some(()));
        stage
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command that sees this screen, this sound server and this folder.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        env(&mut command, self.folder.path(), &self.display);
        command
    }

    /// Takes down what is heard, as 48 kHz, 16 bit, mono, without a header.
    pub fn listen(&mut self, name: &str) {
        let file = File::create(self.path(name)).expect("a file");
        let mut parec = self.command("parec");
        parec.args(["--device=nul.monitor", "--rate=48000", "--channels=1", "--format=s16le"]);
        let listener = parec.arg("--latency-msec=50").stdout(file).stderr(Stdio::null()).spawn();
        self.listeners.push(Helper(listener.expect("parec starts")));
    }

    /// Ends what [`Self::listen`] began.
    pub fn stop_listening(&mut self) {
        self.listeners.clear();
    }

    /// Starts the program and waits for its window, which gets the focus.
    pub fn play(&self, args: &[&str], env: &[(&str, &Path)]) -> Playing<'_> {
        let stderr = File::create(self.path("stderr")).expect("a file");
        let mut command = self.command(env!("CARGO_BIN_EXE_retake"));
        command.arg("play").args(args).envs(env.iter().copied());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn();
        let mut playing = Playing { stage: self, child: Some(child.expect("the program starts")) };
        let window = wait_for("the window", || {
            playing.assert_alive();
            let found =
                self.command("xdotool").args(["search", "--class", "^retake$"]).output().ok()?;
            String::from_utf8(found.stdout).ok()?.lines().next().map(str::to_owned)
        });
        self.xdotool(&["windowfocus", "--sync", &window]);
        playing
    }

    fn xdotool(&self, args: &[&str]) {
        let out = self.command("xdotool").args(args).output().expect("xdotool starts");
        assert!(out.status.success(), "xdotool {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    }
}

/// The program at play.
pub struct Playing<'a> {
    stage: &'a Stage,
    child: Option<Child>,
}

impl Playing<'_> {
    /// Presses keys together, for as long, and lets a moment pass.
    pub fn hold(&mut self, keys: &[&str], milliseconds: u64) {
        keys.iter().for_each(|key| self.down(key));
        pause(milliseconds);
        keys.iter().for_each(|key| self.up(key));
        pause(60);
    }

    /// A key goes down and stays there.
    pub fn down(&mut self, key: &str) {
        self.assert_alive();
        self.stage.xdotool(&["keydown", key]);
    }

    /// A key goes up.
    pub fn up(&mut self, key: &str) {
        self.stage.xdotool(&["keyup", key]);
    }

    /// Presses a key.
    pub fn tap(&mut self, key: &str) {
        self.hold(&[key], 70);
    }

    /// What the screen shows, as a PPM.
    pub fn screenshot(&self, path: &Path) {
        let target = format!("ppm:{}", path.display());
        let args = ["-silent", "-window", "root", "-depth", "8", &target];
        let out = self.stage.command("import").args(args).output().expect("import starts");
        assert!(out.status.success(), "import: {}", String::from_utf8_lossy(&out.stderr));
    }

    /// kill -9.
    pub fn kill(mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("it runs");
        child.wait().expect("a child");
    }

    /// Waits for the end that was asked for; gives what was said on stderr.
    pub fn ended(mut self) -> String {
        let mut child = self.child.take().expect("it runs");
        let status: ExitStatus =
            wait_for("the program's end", || child.try_wait().expect("a child"));
        assert!(status.success(), "{status}: {}", self.stderr());
        self.stderr()
    }

    /// Asks the program to end, as a system that shuts down does.
    pub fn terminate(self) {
        let id = Pid::from_child(self.child.as_ref().expect("it runs"));
        kill_process(id, Signal::TERM).expect("it runs");
        drop(self.ended());
    }

    fn assert_alive(&mut self) {
        if let Some(status) =
            self.child.as_mut().and_then(|child| child.try_wait().expect("a child"))
        {
            panic!("the program ended too early, {status}: {}", self.stderr());
        }
    }

    fn stderr(&self) -> String {
        fs::read_to_string(self.stage.path("stderr")).unwrap_or_default()
    }
}

impl Drop for Playing<'_> {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// `retake run` on the same stage; it must end well.
pub fn run(stage: &Stage, args: &[&str]) -> String {
    retake(stage, &[&["run"], args].concat())
}

/// Any command on the same stage; it must end well.
pub fn retake(stage: &Stage, args: &[&str]) -> String {
    let mut command = stage.command(env!("CARGO_BIN_EXE_retake"));
    let out: Output = command.args(args).stdin(Stdio::null()).output().expect("it starts");
    assert!(out.status.success(), "retake {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).expect("text")
}

/// Lets time pass.
pub fn pause(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        pause(50);
    }
}

/// A screen with a number that is free, and the number.
fn screen() -> (Helper, String) {
    // Without -noreset it forgets everything when its last window closes.
    let mut screen = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1024x768x24", "-noreset", "-nolisten", "tcp"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb starts");
    let mut number = String::new();
    let said = BufReader::new(screen.stdout.take().expect("a pipe")).read_line(&mut number);
    let screen = Helper(screen);
    assert!(said.is_ok() && !number.trim().is_empty(), "Xvfb found no display that is free");
    (screen, format!(":{}", number.trim()))
}

fn quiet(command: &mut Command) -> Child {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn env<'a>(command: &'a mut Command, folder: &Path, display: &str) -> &'a mut Command {
    let path = |name: &str| folder.join(name);
    for name in
        ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "XAUTHORITY", "ALSA_CONFIG_PATH", "PULSE_SINK"]
    {
        command.env_remove(name);
    }
    if let Some(lavapipe) = lavapipe() {
        command.env("VK_ICD_FILENAMES", lavapipe);
    }
    command
        .env("DISPLAY", display)
        .env("HOME", folder)
        .env("XDG_RUNTIME_DIR", path("run"))
        .env("XDG_DATA_HOME", path("data"))
        .env("XDG_CONFIG_HOME", path("config"))
        .env("XDG_PICTURES_DIR", path("pictures"))
        .env("PULSE_SERVER", format!("unix:{}", path("run/pulse.sock").display()))
}
