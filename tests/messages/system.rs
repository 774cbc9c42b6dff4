//! Messages about files and devices that the system does not let the program use.

use std::fs::File;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Run, assert_messages, assert_transcripts, run};
use crate::cli::tiny_bank::UNDO_RELEASE;

const ROW: &str = "{\"question\": \"undo-release\", \"answer\": \"We told support.\"}\n";

/// The command `gradus batch` with the tiny bank and a row.
fn batch(arguments: &str) -> Run {
    run(&format!("batch --bank bank --quiet {arguments}")).file("rows.jsonl", ROW)
}

/// Makes a named pipe.
fn pipe(name: &'static str) -> impl Fn(&Path) {
    move |folder| assert!(Command::new("mkfifo").arg(folder.join(name)).status().expect("mkfifo runs").success())
}

/// Gives a file to another user.
fn chown(name: &'static str) -> impl Fn(&Path) {
    move |folder| std::os::unix::fs::chown(folder.join(name), Some(65_534), None).expect("root may do this")
}

/// Whether the tests can give files to another user.
fn is_root() -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::chown(folder.path(), Some(65_534), None).is_ok()
}

#[test]
fn missing_temporary_folders_are_reported() {
    let without = |run: Run| run.env("TMPDIR", "none");
    let judged = "--base-url http://127.0.0.1:9/v1 --model test-model --cross-check=c.csv";
    assert_messages(
        "temporary-files",
        &[without(batch("rows.jsonl --junit junit.xml")), without(batch(&format!("rows.jsonl {judged}")))],
    );
    // The message ends with the random name of the temporary file.
    let copied = without(batch("- --format csv")).gradus().run_with(ROW.as_bytes()).failure();
    let message = "error: cannot copy standard input to a temporary file (a table is read twice): No such file";
    assert!(copied.err.starts_with(message), "{}", copied.err);
}

#[test]
fn pipes_and_devices_that_cannot_be_used_are_reported() {
    assert_messages(
        "pipes",
        &[
            batch("rows.jsonl --output pipe").prepared(pipe("pipe")),
            run("config show").prepared(pipe("gradus.toml")),
            run("cache stats").env("GRADUS_LLM_CACHE", "pipe").prepared(pipe("pipe")),
        ],
    );
}

#[test]
fn standard_streams_that_cannot_be_used_are_reported() {
    let full = || File::options().write(true).open("/dev/full").expect("a device");
    let folder = || File::open("/").expect("a folder");
    let run = run("grade --bank bank --question undo-release -");
    assert_transcripts("standard-input", &[run.transcript_of(&run.gradus().run_on(folder(), Stdio::piped()))]);
    if Path::new("/dev/full").exists() {
        let run = super::run("grade --bank bank --question undo-release answer.md");
        assert_transcripts("standard-output", &[run.transcript_of(&run.gradus().run_on(Stdio::null(), full()))]);
    }
}

/// What the program reports when a script, in which it is `$0`, starts it in a folder and it fails.
fn reported_by_script(folder: &Path, script: &str) -> String {
    let ran = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_gradus")])
        .current_dir(folder)
        .env("HOME", folder)
        .output()
        .expect("sh runs");
    let reported = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(2), "{reported}");
    reported
}

#[test]
fn a_deleted_current_folder_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "mkdir gone && cd gone && rmdir ../gone && exec \"$0\" questions";
    let reported = reported_by_script(folder.path(), script);
    assert!(reported.starts_with("error: cannot find the current folder: "), "{reported}");
}

#[test]
fn a_limit_on_the_size_of_files_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let row = "{\"question\": \"error-budget\", \"answer\": \"The budget is one hundred percent minus the SLO.\"}\n";
    std::fs::write(folder.path().join("rows.jsonl"), row.repeat(200)).expect("writes");
    let script = "ulimit -f 8 && exec \"$0\" batch rows.jsonl --output out.jsonl";
    let reported = reported_by_script(folder.path(), script);
    assert!(reported.contains("error: cannot write") && reported.contains("File too large"), "{reported}");
}

#[test]
fn keys_that_are_not_utf_8_are_reported() {
    let arguments = "grade --bank bank --question undo-release answer.md --grader llm --model m";
    let command = format!("{arguments} --base-url http://127.0.0.1:9/v1 --api-key-env TEST_API_KEY");
    assert_messages("keys", &[run(&command).env("TEST_API_KEY", std::ffi::OsString::from_vec(vec![0xff]))]);
}

#[test]
fn files_of_other_users_are_reported() {
    if !is_root() {
        return;
    }
    let graded = "grade answer.md --question error-budget --format csv";
    let rubric = "rubrics/delivery/undo-release.toml";
    assert_messages(
        "other-users",
        &[
            run(graded).file(rubric, UNDO_RELEASE).prepared(chown("rubrics")),
            run("bank check").file(rubric, UNDO_RELEASE).prepared(chown("rubrics")),
            run("config show").file("gradus.toml", "quiet = true\n").prepared(chown("gradus.toml")),
            run(graded).file("gradus.toml", "quiet = true\n").prepared(chown("gradus.toml")),
        ],
    );
}
