//! Runs the program as a process, in a new folder and with an empty environment.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::rc::Rc;

/// The project folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text that replaces the folder of a run in its output.
pub(crate) const HOME: &str = "[home]";

/// A command in its own folder with an empty environment.
pub(crate) struct Gradus {
    command: Command,
    home: Rc<tempfile::TempDir>,
}

/// The exit code and the output of a run. [`HOME`] replaces the path of the folder.
#[derive(Debug)]
pub(crate) struct RunOutput {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The program with these arguments, in an empty folder that is also the home folder.
pub(crate) fn gradus<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(arguments: I) -> Gradus {
    gradus_in(Rc::new(tempfile::tempdir().expect("a folder")), arguments)
}

fn gradus_in<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(
    home: Rc<tempfile::TempDir>,
    arguments: I,
) -> Gradus {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradus"));
    command.args(arguments).env_clear().env("HOME", home.path()).current_dir(home.path());
    Gradus { command, home }
}

impl Gradus {
    /// The program with other arguments in the same folder.
    pub(crate) fn again<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(&self, arguments: I) -> Self {
        gradus_in(Rc::clone(&self.home), arguments)
    }

    pub(crate) fn env(self, name: &str, value: &str) -> Self {
        self.env_os(name, value.as_ref())
    }

    /// Sets a variable to a value that need not be UTF-8.
    pub(crate) fn env_os(mut self, name: &str, value: &std::ffi::OsStr) -> Self {
        self.command.env(name, value);
        self
    }

    /// Writes a file below the home folder.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, content).expect("writes");
        self
    }

    /// Writes a `gradus.toml` and trusts it.
    pub(crate) fn trusted_file(self, content: impl AsRef<[u8]>) -> Self {
        let gradus = self.file("gradus.toml", content);
        gradus.again(["config", "trust"]).run().success();
        gradus
    }

    /// Creates a subfolder and runs the program in it.
    pub(crate) fn below(mut self, folder: &str) -> Self {
        std::fs::create_dir_all(self.path(folder)).expect("a folder");
        self.command.current_dir(self.home.path().join(folder));
        self
    }

    /// Writes several files, as (name, content).
    pub(crate) fn files(self, files: &[(&str, &str)]) -> Self {
        files.iter().fold(self, |gradus, (name, content)| gradus.file(name, content))
    }

    /// Creates an empty folder below the home folder.
    pub(crate) fn folder(self, name: &str) -> Self {
        std::fs::create_dir_all(self.path(name)).expect("a folder");
        self
    }

    /// Runs the program in an existing subfolder.
    pub(crate) fn within(mut self, folder: &str) -> Self {
        self.command.current_dir(self.home.path().join(folder));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn run(self) -> RunOutput {
        self.run_with(b"")
    }

    /// Runs with `input` on standard input.
    pub(crate) fn run_with(self, input: &[u8]) -> RunOutput {
        self.run_between(input, Stdio::piped())
    }

    /// Runs with standard output redirected to `output`, so that `out` is empty.
    pub(crate) fn run_into(self, output: impl Into<Stdio>) -> RunOutput {
        self.run_between(b"", output.into())
    }

    /// Runs with a file or device as standard input and another one as standard output.
    pub(crate) fn run_on(mut self, input: impl Into<Stdio>, output: impl Into<Stdio>) -> RunOutput {
        let output = self.command.stdin(input).stdout(output).stderr(Stdio::piped()).output();
        RunOutput::of(output.expect("the program runs"), self.home.path())
    }

    fn run_between(mut self, input: &[u8], output: Stdio) -> RunOutput {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A program that does not read its input closes the pipe, so an error is expected.
        let _ = child.stdin.take().expect("piped").write_all(input);
        RunOutput::of(child.wait_with_output().expect("the program ends"), self.home.path())
    }
}

impl RunOutput {
    fn of(output: Output, home: &Path) -> Self {
        let home = [home.canonicalize().expect("a folder"), home.to_owned()].map(|home| home.display().to_string());
        let text = |bytes| {
            let text = String::from_utf8(bytes).expect("UTF-8");
            home.iter().fold(text, |text, home| text.replace(home, HOME))
        };
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Panics unless the exit code is 0.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        self.ended_with(0)
    }

    /// Panics unless the exit code is 1: a score is below a threshold, an answer is ungraded, a check found faults, or
    /// nothing was found.
    #[track_caller]
    pub(crate) fn check_failed(self) -> Self {
        self.ended_with(1)
    }

    /// Panics unless the exit code is 2, standard error starts with an error, and standard output is empty.
    #[track_caller]
    pub(crate) fn failure(self) -> Self {
        let ran = self.ended_with(2);
        assert!(ran.err.starts_with("error: "), "{ran:?}");
        assert_eq!(ran.out, "", "{}", ran.err);
        ran
    }

    #[track_caller]
    fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// Panics unless standard output contains all `parts`.
    #[track_caller]
    pub(crate) fn prints(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.out.contains(part), "no {part:?} in:\n{}", self.out);
        }
        self
    }

    /// Panics unless standard error contains all `parts`.
    #[track_caller]
    pub(crate) fn reports(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "no {part:?} in:\n{}", self.err);
        }
        self
    }

    /// Panics unless standard error is empty.
    #[track_caller]
    pub(crate) fn reports_nothing(self) -> Self {
        assert_eq!(self.err, "");
        self
    }

    /// Standard output, parsed as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}:\n{}", self.out))
    }
}
