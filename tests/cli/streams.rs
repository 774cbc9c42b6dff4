//! Tests of closed pipes, full disks, and the separation of results and notes.

use super::tiny_bank::tiny;
use crate::support::gradus;

const COMMANDS: [&[&str]; 9] = [
    &["grade", "answer.md"],
    &["grade", "--format", "json", "answer.md"],
    &["questions"],
    &["search", "backup"],
    &["bank", "explain", "undo-release", "answer.md"],
    &["bank", "schema"],
    &["config", "show"],
    &["completions", "bash"],
    &["man"],
];

#[test]
fn a_closed_pipe_is_not_an_error() {
    for command in COMMANDS {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ran = tiny(command.iter().copied()).run_into(writer);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{command:?}");
    }
}

#[test]
fn a_closed_help_pipe_does_not_panic() {
    for arguments in ["--help", "--version"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        assert_eq!(gradus([arguments]).run_into(writer).err, "");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_an_error() {
    for command in COMMANDS {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a device");
        tiny(command.iter().copied()).run_into(full).failure().reports(&["No space left on device"]);
    }
}

#[test]
fn results_and_notes_do_not_mix() {
    let ran = tiny(["grade", "--format", "csv", "--ask", "tell me how you roll back a release", "answer.md"])
        .run()
        .success()
        .reports(&["note: "]);
    assert!(!ran.out.contains("note: "), "{}", ran.out);
    let ran = gradus(["bank", "new", "mine"]).run().success().reports(&["note: save the rubric as"]);
    assert!(toml::from_str::<toml::Table>(&ran.out).is_ok(), "{}", ran.out);
}
