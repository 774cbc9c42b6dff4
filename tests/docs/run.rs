//! Runs the commands of a page and compares their output with the page.
//!
//! The commands of each page run in a new folder that contains `evals`, as in a checkout, and the files that the page
//! shows. `gradus` and `cargo run --` run the program under test.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::blocks::{Block, Kind, blocks, is_shown, steps};
use super::{is_update, pages, read};
use crate::support::root;

/// The home folder that the pages show.
const HOME: &str = "/home/ada";
/// A replacement for cargo that builds nothing. `cargo test` succeeds, because it would run this test again.
const CARGO: &str = "#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    test) exit 0 ;;
    --) shift; exec gradus \"$@\" ;;
    *) shift ;;
  esac
done
echo 'expected `cargo test` or `cargo run -- ...`; mark other commands as no-run' >&2
exit 64
";

/// The folder in which the commands of a page run.
struct Shell {
    folder: tempfile::TempDir,
}

impl Shell {
    fn new() -> Self {
        let shell = Self { folder: tempfile::tempdir().expect("a folder") };
        for folder in [shell.work(), shell.bin()] {
            fs::create_dir_all(folder).expect("a folder");
        }
        symlink(root().join("evals"), shell.work().join("evals")).expect("links");
        symlink(env!("CARGO_BIN_EXE_gradus"), shell.bin().join("gradus")).expect("links");
        let cargo = shell.bin().join("cargo");
        fs::write(&cargo, CARGO).expect("writes");
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("is executable");
        shell
    }

    fn bin(&self) -> PathBuf {
        self.folder.path().join("bin")
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn work(&self) -> PathBuf {
        self.home().join("work")
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.work().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("writes");
    }

    /// Runs a script. Returns its exit code and its output on both streams.
    fn run(&self, script: &str) -> (i32, Vec<String>) {
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{script}")])
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", self.bin().display()))
            .env("COLUMNS", "80")
            .current_dir(self.work())
            .stdin(Stdio::null())
            .output()
            .expect("a shell");
        let mut printed = String::from_utf8_lossy(&output.stdout).into_owned();
        for home in [self.home().canonicalize().expect("a folder"), self.home()] {
            printed = printed.replace(&home.display().to_string(), HOME);
        }
        let lines = printed.trim_end().lines().map(|line| line.trim_end().to_owned()).collect();
        (output.status.code().unwrap_or(-1), lines)
    }
}

/// Checks a block. Returns the corrected text of the block, or the fault as `Err`.
fn check(shell: &Shell, block: &Block, above: &str) -> Result<String, String> {
    match &block.kind {
        Kind::Shown => {}
        Kind::File { name } => {
            let lines: Vec<&str> = above.trim_end().lines().rev().take(5).collect();
            if !lines.iter().any(|line| line.contains(&format!("`{name}`"))) {
                return Err(format!("the text above does not name the file `{name}`"));
            }
            shell.write(name, &block.body);
        }
        Kind::Script => {
            let (code, printed) = shell.run(&format!("set -e\n{}", block.body));
            if code != 0 {
                return Err(format!("exit code {code}:\n{}", printed.join("\n")));
            }
        }
        Kind::Console { exit } => return check_console(shell, &block.body, *exit),
    }
    Ok(block.body.clone())
}

fn check_console(shell: &Shell, body: &str, exit: i32) -> Result<String, String> {
    let (mut written, mut faults) = (String::new(), Vec::new());
    let steps = steps(body);
    for (number, step) in steps.iter().enumerate() {
        let (code, printed) = shell.run(&step.command);
        let expected = if number + 1 == steps.len() { exit } else { 0 };
        if code != expected {
            faults.push(format!("$ {}\nexit code {code}, not {expected}:\n{}", step.command, printed.join("\n")));
        }
        let mut kept = &step.shown;
        if code == expected && !is_shown(&step.shown, &printed) {
            if is_update() && !step.shown.iter().any(|line| line.contains("...")) {
                kept = &printed;
            } else {
                faults.push(format!("$ {}\nprints something else:\n{}", step.command, printed.join("\n")));
            }
        }
        let lines = if kept.is_empty() { String::new() } else { kept.join("\n") + "\n" };
        let apart = if number > 0 && body.contains("\n\n$ ") { "\n" } else { "" };
        let _ = write!(written, "{apart}$ {}\n{lines}", step.command);
    }
    if faults.is_empty() { Ok(written) } else { Err(faults.join("\n")) }
}

/// Runs a page from top to bottom. Returns the faults and the corrected page.
fn run(page: &Path) -> (Vec<String>, String) {
    let (shell, text) = (Shell::new(), read(page));
    let (mut faults, mut written, mut copied) = (Vec::new(), String::new(), 0);
    for block in blocks(&text) {
        written.push_str(&text[copied..block.place.start]);
        let checked = check(&shell, &block, &text[..block.place.start]);
        written.push_str(checked.as_ref().unwrap_or(&block.body));
        copied = block.place.end;
        faults.extend(checked.err().map(|fault| format!("{}:{}: {fault}", page.display(), block.line)));
    }
    written.push_str(&text[copied..]);
    (faults, written)
}

#[test]
fn commands_on_the_pages_print_the_output_shown() {
    let mut all = Vec::new();
    // Skip the command reference: it has no commands to run, and another test may rewrite it at the same time.
    for page in pages().into_iter().filter(|page| !page.ends_with("commands.md")) {
        let (faults, written) = run(&page);
        if is_update() && written != read(&page) {
            fs::write(root().join(&page), written).expect("writes");
        }
        all.extend(faults);
    }
    assert!(
        all.is_empty(),
        "{}\n\nto take over new output: UPDATE_DOCS=1 cargo test --test suite docs",
        all.join("\n\n")
    );
}

#[test]
fn a_page_that_shows_other_output_is_a_fault() {
    let shell = Shell::new();
    let fault = |text: &str| check(&shell, &blocks(text)[0], "").err();
    assert_eq!(fault("```console\n$ echo a\na\n```\n"), None);
    assert_eq!(fault("```console exit=1\n$ echo a; false\na\n```\n"), None);
    assert!(fault("```console\n$ echo a\nb ...\n```\n").is_some_and(|fault| fault.contains("prints something else")));
    assert!(fault("```console\n$ false\n```\n").is_some_and(|fault| fault.contains("exit code 1, not 0")));
    assert!(fault("```sh\nfalse\ntrue\n```\n").is_some(), "a script stops at the first failure");
    assert!(fault("```toml file=a.toml\n```\n").is_some(), "the text above does not name the file");
}
