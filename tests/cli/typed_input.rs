//! Tests of answers and rows that are typed or pasted at a terminal. A Python script drives a pseudo-terminal.
//!
//! Without Python, the tests are skipped with a message, except in CI.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::tiny_bank::{ANSWER, bank_folder};

/// Runs the program on a pseudo-terminal and sends it the bytes of standard input after its prompt. Prints the exit
/// code, whether the terminal mode was restored, and whether the mode was changed in between.
const DRIVER: &str = r"
import os, pty, select, signal, sys, termios, time
keys = sys.stdin.buffer.read()
results, program, *arguments = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.dup2(os.open(results, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    os.execv(program, [program] + arguments)
before = termios.tcgetattr(terminal)
os.set_blocking(terminal, False)  # a blocked write would stop the reading that the program waits for
screen, sent, asked, changed = b'', 0, False, False
end = time.monotonic() + 60
while time.monotonic() < end:
    can_write = [terminal] if asked and sent < len(keys) else []
    readable, writable, _ = select.select([terminal], can_write, [], 0.05)
    if readable:
        try:
            screen += os.read(terminal, 65536)
        except OSError:
            time.sleep(0.01)  # the program has closed the terminal and is about to end
    if not asked and b', then press' in screen and not termios.tcgetattr(terminal)[3] & termios.ICANON:
        asked = changed = True
        if keys == b'SIGTERM':
            keys = b''
            os.kill(child, signal.SIGTERM)
    if writable:
        try:
            sent += os.write(terminal, keys[sent:sent + 4096])
        except BlockingIOError:
            pass
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        restored = termios.tcgetattr(terminal) == before
        while select.select([terminal], [], [], 0)[0]:
            try:
                more = os.read(terminal, 65536)
            except OSError:
                break
            if not more:
                break
            screen += more
        open(results + '.screen', 'wb').write(screen)
        print(os.waitstatus_to_exitcode(status), restored, changed)
        sys.exit()
os.kill(child, signal.SIGKILL)
sys.exit('the program did not end, screen: %r' % screen[-500:])
";

/// The outcome of a run at a terminal.
struct Typed {
    /// Exit code, whether the terminal mode was restored, and whether it was changed in between.
    ended: String,
    /// The content of standard output, which is a file.
    results: String,
    /// The text on the screen.
    screen: String,
}

/// Types `keys` at `gradus grade` with these arguments. `None` without Python.
fn type_into_grade(arguments: &[&str], keys: &[u8]) -> Option<Typed> {
    type_into(&[&["grade", "--question", "undo-release"], arguments].concat(), keys)
}

/// Types `keys` at the program with these arguments. `None` without Python.
fn type_into(arguments: &[&str], keys: &[u8]) -> Option<Typed> {
    if !Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "CI has python3, so that nothing is skipped there");
        let _ = writeln!(std::io::stderr(), "skipped: there is no python3 to drive a terminal");
        return None;
    }
    let work_dir = bank_folder("");
    let results = work_dir.path().join("results");
    let mut driver = Command::new("python3")
        .args(["-c", DRIVER])
        .arg(&results)
        .arg(env!("CARGO_BIN_EXE_gradus"))
        .args(["--bank", "bank"])
        .args(arguments)
        .current_dir(work_dir.path())
        .env("HOME", work_dir.path())
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    driver.stdin.take().expect("piped").write_all(keys).expect("takes the keys");
    let output = driver.wait_with_output().expect("python3 ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let ended = String::from_utf8(output.stdout).expect("UTF-8").trim_end().to_owned();
    let screen = std::fs::read(work_dir.path().join("results.screen")).expect("a screen");
    let screen = String::from_utf8_lossy(&screen).into_owned();
    Some(Typed { ended, results: std::fs::read_to_string(results).expect("results"), screen })
}

fn word_count(results: &str) -> u64 {
    let result: serde_json::Value = serde_json::from_str(results).expect("JSON");
    result["delivery"]["words"].as_u64().expect("a number")
}

#[test]
fn a_pasted_line_of_twenty_thousand_characters_is_not_cut() {
    let pasted = format!("{}We rolled the release back.", "naïve 漢 ".repeat(2500));
    assert!(pasted.chars().count() > 20_000 && !pasted.contains('\n'));
    let file = super::tiny_bank::tiny(["grade", "--question", "undo-release", "--format", "json", "answer.md"]);
    let expected = word_count(&file.file("answer.md", format!("{pasted}\n")).run().success().out);
    for keys in [format!("{pasted}\r\x04"), format!("\x1b[200~{pasted}\x1b[201~\r\x04"), format!("{pasted}\x04\x04")] {
        let Some(typed) = type_into_grade(&["--format", "json"], keys.as_bytes()) else { return };
        assert_eq!(typed.ended, "0 True True");
        assert_eq!(word_count(&typed.results), expected);
        assert!(typed.results.contains("rolled the release back"), "the end of the line is missing");
    }
}

#[test]
fn typed_text_can_be_edited_and_prompts_appear_only_on_the_terminal() {
    let keys = format!("Nonsence\x7f\x7f\x15{}\r\x04", ANSWER.trim_end());
    let Some(typed) = type_into_grade(&["--format", "csv"], keys.as_bytes()) else { return };
    assert_eq!(typed.ended, "0 True True");
    let row = typed.results.lines().nth(1).expect("a row");
    assert!(row.contains(",undo-release,graded,37.5,"), "{row}");
}

#[test]
fn ctrl_c_and_signals_exit_with_130_and_restore_the_terminal() {
    for keys in [b"We rolled back\x03".as_slice(), b"\x1c", b"SIGTERM"] {
        let Some(typed) = type_into_grade(&[], keys) else { return };
        assert_eq!((typed.ended.as_str(), typed.results.as_str()), ("130 True True", ""), "{keys:?}");
        let note = "type your answer, then press Ctrl-D on an empty line; Ctrl-C stops without a grade";
        assert!(typed.screen.contains(note), "{}", typed.screen);
    }
}

/// Rows as CSV and as JSON Lines, with lines that exceed the line buffer of a terminal.
fn long_rows() -> [(&'static str, String); 2] {
    let answers = [400, 1200, 2].map(|times| format!("{}We rolled the release back.", "naïve 漢 ".repeat(times)));
    assert!(answers.iter().any(|answer| answer.len() > 2 * 4096));
    let csv = answers.iter().map(|answer| format!("undo-release,{answer}\n"));
    let json = answers.iter().map(|answer| format!("{{\"question\":\"undo-release\",\"answer\":\"{answer}\"}}\n"));
    [("csv", format!("question,answer\n{}", csv.collect::<String>())), ("jsonl", json.collect())]
}

#[test]
fn pasted_rows_are_graded_like_rows_from_a_pipe() {
    for (format, rows) in long_rows() {
        let arguments: [&[&str]; 3] = [
            &["batch", "-", "--format", "jsonl"],
            &["batch", "-", "--format", "csv", "--input-format", format],
            &["batch", "-", "--format", "jsonl", "--question", "question"],
        ];
        for arguments in arguments {
            let expected = super::tiny_bank::tiny(arguments.iter().copied()).run_with(rows.as_bytes()).success().out;
            for keys in [format!("{rows}\x04"), format!("\x1b[200~{rows}\x1b[201~\x04")] {
                let keys = keys.replace('\n', "\r");
                let Some(typed) = type_into(arguments, keys.as_bytes()) else { return };
                assert_eq!(typed.ended, "0 True True", "{arguments:?}: {}", typed.screen);
                assert!(typed.results == expected, "{arguments:?} with {format}: {}", typed.screen);
                assert!(typed.screen.contains("standard input, graded by"), "{}", typed.screen);
            }
        }
    }
}

#[test]
fn messages_about_pasted_rows_name_standard_input() {
    let Some(typed) = type_into(&["batch", "-"], b"id,text\ra,b\r\x04") else { return };
    assert_eq!(typed.ended, "2 True True", "{}", typed.screen);
    assert!(
        typed.screen.contains("standard input: it has no column `answer`; it has `id`, `text`"),
        "{}",
        typed.screen
    );
}

#[test]
fn ctrl_c_and_signals_end_typed_rows_with_130_and_restore_the_terminal() {
    for keys in [b"question,answer\rundo-rel\x03".as_slice(), b"SIGTERM"] {
        let Some(typed) = type_into(&["batch", "-"], keys) else { return };
        assert_eq!((typed.ended.as_str(), typed.results.as_str()), ("130 True True", ""), "{keys:?}");
        let note = "type or paste the rows, then press Ctrl-D on an empty line; Ctrl-C stops without grading";
        assert!(typed.screen.contains(note), "{}", typed.screen);
    }
}
