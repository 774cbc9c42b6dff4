//! Where output goes: a reader that went away, a disk that is full.

use super::tiny::tiny;
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
fn a_reader_that_went_away_is_no_fault() {
    for command in COMMANDS {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ran = tiny(command.iter().copied()).run_into(writer);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{command:?}");
    }
}

#[test]
fn a_reader_of_help_that_went_away_causes_no_panic() {
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
        tiny(command.iter().copied()).run_into(full).refused().tells(&["No space left on device"]);
    }
}

#[test]
fn results_and_notes_do_not_mix() {
    let ran = tiny(["grade", "--format", "csv", "--ask", "tell me how you roll back a release", "answer.md"])
        .run()
        .done()
        .tells(&["note: "]);
    assert!(!ran.out.contains("note: "), "{}", ran.out);
    let ran = gradus(["bank", "new", "mine"]).run().done().tells(&["note: save it as"]);
    assert!(toml::from_str::<toml::Table>(&ran.out).is_ok(), "{}", ran.out);
}
