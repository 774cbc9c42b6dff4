//! Tests of named pipes and devices as files: the program neither hangs nor reads without end.
#![cfg(unix)]

use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use super::rows::{batch, rows};
use crate::cli::tiny_bank::tiny;

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
}

#[test]
fn a_missing_input_is_not_copied_and_leaves_no_folder() {
    let run = tiny(["batch", "gone.csv", "--format", "csv", "--summary", "reports/s.md"]);
    let reports = run.path("reports");
    let folder = run.again([""]);
    run.run().failure().reports(&["error: cannot read gone.csv: No such file"]);
    assert!(!reports.exists());
    drop(folder);
}

#[test]
fn the_file_that_standard_input_is_redirected_from_is_not_overwritten() {
    let rows = "{\"question\": \"undo-release\", \"answer\": \"We rolled the release back.\"}\n";
    for (name, content, arguments) in [
        ("s.jsonl", rows, &["batch", "-", "--input-format", "jsonl", "-o", "s.jsonl", "--force"][..]),
        ("s.md", rows, &["batch", "-", "--input-format", "jsonl", "--summary", "s.md", "--force"]),
        ("k.md", "We rolled back.", &["grade", "-", "--question", "undo-release", "-o", "k.md", "--force"]),
        ("k.md", "We rolled back.", &["grade", "--question", "undo-release", "-o", "k.md", "--force"]),
    ] {
        let run = tiny(arguments.iter().copied()).file(name, content);
        let path = run.path(name);
        let folder = run.again([""]);
        let input = std::fs::File::open(&path).expect("opens");
        let ran = run.run_on(input, std::process::Stdio::piped()).failure();
        assert!(ran.err.contains("the input\nhint: "), "{}", ran.err);
        assert_eq!(std::fs::read_to_string(&path).expect("reads"), content);
        drop(folder);
    }
}

#[test]
fn a_pipe_or_a_device_is_rejected_as_calibration() {
    for device in [None, Some("/dev/zero"), Some("/")] {
        let run = batch(1, &["rows.jsonl", "--calibration", "cal.json"]);
        match device {
            None => make_pipe(&run.path("cal.json")),
            Some(device) => std::os::unix::fs::symlink(device, run.path("cal.json")).expect("a link"),
        }
        let reported = "cannot read cal.json: it is not a regular file";
        run.run().failure().reports(&[reported, "hint: name the file that `gradus calibrate` wrote"]);
    }
    let run = batch(1, &["rows.jsonl", "--calibration", "cal.json"]);
    std::fs::File::create(run.path("cal.json")).and_then(|file| file.set_len(1 << 37)).expect("a sparse file");
    run.run().failure().reports(&["cannot read cal.json: it is larger than 16 MiB"]);
}

#[test]
fn a_pipe_or_a_device_is_rejected_as_certificate_file() {
    let flags = ["--base-url", "https://127.0.0.1:1/v1", "--model", "m", "--ca-file", "ca.pem"];
    let run = || batch(1, &[&["rows.jsonl"], &flags[..]].concat());
    let piped = run();
    make_pipe(&piped.path("ca.pem"));
    let device = run();
    std::os::unix::fs::symlink("/dev/zero", device.path("ca.pem")).expect("a link");
    for run in [piped, device] {
        run.run().failure().reports(&["cannot read the certificates of ca.pem: it is not a regular file", "hint: "]);
    }
    let large = run();
    std::fs::File::create(large.path("ca.pem")).and_then(|file| file.set_len(1 << 37)).expect("a sparse file");
    large.run().failure().reports(&["ca.pem: it is larger than 16 MiB"]);
}

#[test]
fn a_pipe_without_a_reader_is_rejected_as_output_and_a_pipe_with_a_reader_gets_every_row() {
    let run = batch(3, &["rows.jsonl", "-o", "out.pipe"]);
    let path = run.path("out.pipe");
    make_pipe(&path);
    let again = run.again(["--bank", "bank", "batch", "rows.jsonl", "-o", "out.pipe"]);
    run.run().failure().reports(&["cannot write out.pipe: nothing reads from this pipe", "hint: "]);
    // Opening the pipe for reading and writing does not block. The rows exceed the buffer of a pipe.
    let run = again.file("rows.jsonl", rows(1000));
    let mut both = std::fs::File::options().read(true).write(true).open(&path).expect("opens");
    let reader = std::thread::spawn(move || {
        let (mut seen, mut part) = (0, [0; 4096]);
        while seen < 1000 {
            std::thread::sleep(std::time::Duration::from_millis(1));
            let read = both.read(&mut part).expect("reads");
            seen += memchr::memchr_iter(b'\n', &part[..read]).count();
        }
        seen
    });
    run.run().success();
    assert_eq!(reader.join().expect("ends"), 1000);
}

#[test]
fn an_input_above_the_limit_is_rejected_before_it_fills_the_memory() {
    let run =
        tiny(["bank", "learn", "huge.jsonl"]).file("huge.jsonl", "{\"question\":\"undo-release\",\"answer\":\"x\"}\n");
    let file = std::fs::File::options().write(true).open(run.path("huge.jsonl")).expect("opens");
    file.set_len(1 << 37).expect("a sparse file");
    run.run().failure().reports(&["huge.jsonl: it is larger than 1024 MiB\nhint: name a smaller file"]);
}
