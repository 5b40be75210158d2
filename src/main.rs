//! The `retake` binary: everything is in the library.

fn main() -> std::process::ExitCode {
    retake::app::main()
}
