//! Runs the program as a person would.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::rc::Rc;

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What stands in a run's output for the folder that it ran in.
pub(crate) const HOME: &str = "[home]";

/// The program, in a folder of its own and without anything of the surroundings.
pub(crate) struct Gradus {
    command: Command,
    home: Rc<tempfile::TempDir>,
}

/// What a run came to; [`HOME`] stands for the folder's name.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The program with arguments, to be run in an empty folder with an empty home.
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
    /// The program once more, in the same folder and with other arguments.
    pub(crate) fn again<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(&self, arguments: I) -> Self {
        gradus_in(Rc::clone(&self.home), arguments)
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Writes a file into the folder that the program runs in.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, content).expect("writes");
        self
    }

    /// Writes a project file that the user trusts.
    pub(crate) fn trusted_file(self, content: impl AsRef<[u8]>) -> Self {
        let gradus = self.file("gradus.toml", content);
        gradus.again(["config", "trust"]).run().done();
        gradus
    }

    /// Runs in a folder below the one that the files are in.
    pub(crate) fn below(mut self, folder: &str) -> Self {
        std::fs::create_dir_all(self.path(folder)).expect("a folder");
        self.command.current_dir(self.home.path().join(folder));
        self
    }

    /// Writes several files, by name.
    pub(crate) fn files(self, files: &[(&str, &str)]) -> Self {
        files.iter().fold(self, |gradus, (name, content)| gradus.file(name, content))
    }

    /// Makes an empty folder in the folder that the program runs in.
    pub(crate) fn folder(self, name: &str) -> Self {
        std::fs::create_dir_all(self.path(name)).expect("a folder");
        self
    }

    /// Runs the program in a folder of the folder that it usually runs in.
    pub(crate) fn within(mut self, folder: &str) -> Self {
        self.command.current_dir(self.home.path().join(folder));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn run(self) -> Ran {
        self.run_with(b"")
    }

    /// Runs with `input` on standard input.
    pub(crate) fn run_with(self, input: &[u8]) -> Ran {
        self.run_between(input, Stdio::piped())
    }

    /// Runs with standard output going into `output`; nothing of it is seen.
    pub(crate) fn run_into(self, output: impl Into<Stdio>) -> Ran {
        self.run_between(b"", output.into())
    }

    fn run_between(mut self, input: &[u8], output: Stdio) -> Ran {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A program that does not read its input closes it; that is no fault.
        let _ = child.stdin.take().expect("piped").write_all(input);
        Ran::of(child.wait_with_output().expect("the program ends"), self.home.path())
    }
}

impl Ran {
    fn of(output: Output, home: &Path) -> Self {
        let home = [home.canonicalize().expect("a folder"), home.to_owned()].map(|home| home.display().to_string());
        let text = |bytes| {
            let text = String::from_utf8(bytes).expect("UTF-8");
            home.iter().fold(text, |text, home| text.replace(home, HOME))
        };
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// It did all that was asked.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        self.ended_with(0)
    }

    /// It ran, and something is below a threshold, ungraded, found wrong or not found at all.
    #[track_caller]
    pub(crate) fn found(self) -> Self {
        self.ended_with(1)
    }

    /// It could not run: it says why, and prints nothing that could be taken for a result.
    #[track_caller]
    pub(crate) fn refused(self) -> Self {
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

    /// Every one of `parts` is in the output.
    #[track_caller]
    pub(crate) fn prints(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.out.contains(part), "no {part:?} in:\n{}", self.out);
        }
        self
    }

    /// Every one of `parts` is told on standard error.
    #[track_caller]
    pub(crate) fn tells(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "no {part:?} in:\n{}", self.err);
        }
        self
    }

    /// Standard error is empty.
    #[track_caller]
    pub(crate) fn tells_nothing(self) -> Self {
        assert_eq!(self.err, "");
        self
    }

    /// The output, read as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}:\n{}", self.out))
    }
}
