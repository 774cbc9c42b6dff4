//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    gradus::cli::main()
}
