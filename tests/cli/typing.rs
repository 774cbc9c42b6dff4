//! Answers typed or pasted at a real terminal: a pseudo-terminal that a Python script drives.
//!
//! Skipped with a message where there is no Python, but not in CI.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::tiny::{ANSWER, desk};

/// Runs the program on a pseudo-terminal, sends it the bytes of standard input once it has asked for them, and
/// prints: exit code, whether the terminal is as before, whether the mode was changed meanwhile.
const DRIVER: &str = r"
import os, pty, select, signal, sys, termios, time
keys = sys.stdin.buffer.read()
results, program, *arguments = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.dup2(os.open(results, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    os.execv(program, [program] + arguments)
before = termios.tcgetattr(terminal)
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
    if not asked and b'type your answer' in screen and not termios.tcgetattr(terminal)[3] & termios.ICANON:
        asked = changed = True
        if keys == b'SIGTERM':
            keys = b''
            os.kill(child, signal.SIGTERM)
    if writable:
        sent += os.write(terminal, keys[sent:sent + 4096])
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        restored = termios.tcgetattr(terminal) == before
        print(os.waitstatus_to_exitcode(status), restored, changed)
        sys.exit()
os.kill(child, signal.SIGKILL)
sys.exit('the program did not end, screen: %r' % screen[-500:])
";

/// What came of typing.
struct Typed {
    /// Exit code, and whether the terminal had its mode changed and got it back.
    ended: String,
    /// What the program wrote to standard output, a file.
    results: String,
}

/// Types `keys` at `grade` with these arguments; `None` where there is no Python.
fn type_at(arguments: &[&str], keys: &[u8]) -> Option<Typed> {
    if !Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "CI has python3, so that nothing is skipped there");
        let _ = writeln!(std::io::stderr(), "skipped: there is no python3 to drive a terminal");
        return None;
    }
    let desk = desk("");
    let results = desk.path().join("results");
    let mut driver = Command::new("python3")
        .args(["-c", DRIVER])
        .arg(&results)
        .arg(env!("CARGO_BIN_EXE_gradus"))
        .args(["--bank", "bank", "grade", "--question", "undo-release"])
        .args(arguments)
        .current_dir(desk.path())
        .env("HOME", desk.path())
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
    Some(Typed { ended, results: std::fs::read_to_string(results).expect("results") })
}

fn words(results: &str) -> u64 {
    let result: serde_json::Value = serde_json::from_str(results).expect("JSON");
    result["delivery"]["words"].as_u64().expect("a number")
}

#[test]
fn a_pasted_line_of_twenty_thousand_characters_is_graded_whole() {
    let pasted = format!("{}We rolled the release back.", "naïve 漢 ".repeat(2500));
    assert!(pasted.chars().count() > 20_000 && !pasted.contains('\n'));
    let file = super::tiny::tiny(["grade", "--question", "undo-release", "--format", "json", "answer.md"]);
    let expected = words(&file.file("answer.md", format!("{pasted}\n")).run().done().out);
    for keys in [format!("{pasted}\r\x04"), format!("\x1b[200~{pasted}\x1b[201~\r\x04"), format!("{pasted}\x04\x04")] {
        let Some(typed) = type_at(&["--format", "json"], keys.as_bytes()) else { return };
        assert_eq!(typed.ended, "0 True True");
        assert_eq!(words(&typed.results), expected);
        assert!(typed.results.contains("rolled the release back"), "the end of the line is missing");
    }
}

#[test]
fn typing_is_edited_and_what_is_shown_goes_nowhere_else() {
    let keys = format!("Nonsence\x7f\x7f\x15{}\r\x04", ANSWER.trim_end());
    let Some(typed) = type_at(&["--format", "csv"], keys.as_bytes()) else { return };
    assert_eq!(typed.ended, "0 True True");
    let row = typed.results.lines().nth(1).expect("a row");
    assert!(row.contains(",undo-release,graded,37.5,"), "{row}");
}

#[test]
fn ctrl_c_and_signals_leave_with_130_and_give_the_terminal_back() {
    for keys in [b"We rolled back\x03".as_slice(), b"\x1c", b"SIGTERM"] {
        let Some(typed) = type_at(&[], keys) else { return };
        assert_eq!((typed.ended.as_str(), typed.results.as_str()), ("130 True True", ""), "{keys:?}");
    }
}
