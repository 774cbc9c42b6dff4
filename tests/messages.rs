//! Tests of what the program prints to standard error: errors, hints, warnings and notes, as users see them.
//!
//! Each file has tables of runs for one area; a snapshot in `tests/snapshots/messages` has the exit code and the
//! messages of every run of a table. `INSTA_UPDATE=always cargo test messages` rewrites the snapshots. `coverage` finds
//! messages that no test shows.

mod banks;
mod batches;
mod coverage;
mod drafts;
mod endpoints;
mod evaluations;
mod grades;
mod ideas;
mod judges;
mod learning;
mod settings;
#[cfg(unix)]
mod system;
mod usage;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use crate::cli::tiny_bank::{ANSWER, BANK};
use crate::support::{Gradus, RunOutput, gradus};

/// A change of a folder.
type Preparation = Box<dyn Fn(&Path)>;

/// A run of the program in a folder with the tiny bank and `answer.md`.
struct Run {
    /// Arguments without the name of the program, separated by spaces. An argument with spaces is in single quotes.
    command: String,
    files: Vec<(&'static str, Vec<u8>)>,
    variables: Vec<(&'static str, OsString)>,
    /// Commands that run before, in the same folder.
    earlier: Vec<String>,
    /// Changes the folder after the earlier commands.
    preparations: Vec<Preparation>,
    input: Vec<u8>,
    shows_output: bool,
}

fn run(command: &str) -> Run {
    Run {
        command: command.to_owned(),
        files: Vec::new(),
        variables: Vec::new(),
        earlier: Vec::new(),
        preparations: Vec::new(),
        input: Vec::new(),
        shows_output: false,
    }
}

impl Run {
    /// Writes a file below the folder of the run.
    fn file(mut self, name: &'static str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((name, content.into()));
        self
    }

    /// Creates a file of zero bytes that takes no space on the disk.
    fn sparse_file(self, name: &'static str, bytes: u64) -> Self {
        self.prepared(move |folder| {
            let file = std::fs::File::create(folder.join(name)).expect("creates");
            file.set_len(bytes).expect("a sparse file");
        })
    }

    fn env(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Runs another command first.
    fn after(mut self, command: &str) -> Self {
        self.earlier.push(command.to_owned());
        self
    }

    /// Changes the folder before the run and after the earlier commands.
    fn prepared(mut self, prepare: impl Fn(&Path) + 'static) -> Self {
        self.preparations.push(Box::new(prepare));
        self
    }

    fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Adds standard output to the snapshot, for messages that are results.
    fn with_output(mut self) -> Self {
        self.shows_output = true;
        self
    }

    /// The program in its folder, after the earlier commands.
    fn gradus(&self) -> Gradus {
        let folder = gradus([""; 0]).files(&BANK).file("answer.md", ANSWER);
        let folder = self.files.iter().fold(folder, |folder, (name, content)| folder.file(name, content));
        let command = |command: &str| {
            let command = folder.again(arguments(command));
            self.variables.iter().fold(command, |command, (name, value)| command.env_os(name, value))
        };
        for earlier in &self.earlier {
            command(earlier).run();
        }
        let path = folder.path("");
        self.preparations.iter().for_each(|prepare| prepare(&path));
        command(&self.command)
    }

    /// The command, its exit code and its messages.
    fn transcript(&self) -> String {
        self.transcript_of(&self.gradus().run_with(&self.input))
    }

    fn transcript_of(&self, ran: &RunOutput) -> String {
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        let code = ran.code.map_or("ended by a signal".to_owned(), |code| format!("exit code {code}"));
        let mut text = format!("$ gradus {}\n{code}\n", self.command);
        if self.shows_output {
            let _ = write!(text, "--- output\n{}--- messages\n", ran.out);
        }
        without_error_numbers(&(text + &ran.err))
    }
}

/// The text with `[number]` instead of the numbers of system errors, which differ between systems.
fn without_error_numbers(text: &str) -> String {
    let mut parts = text.split("(os error ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "(os error [number]" + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// Splits a command at spaces outside of single quotes.
fn arguments(command: &str) -> Vec<&str> {
    let parts = command.split('\'').enumerate();
    parts
        .flat_map(|(place, part)| if place % 2 == 1 { vec![part] } else { part.split_whitespace().collect() })
        .collect()
}

/// Compares the messages of all runs with the snapshot `name`.
#[track_caller]
fn assert_messages(name: &str, runs: &[Run]) {
    assert_transcripts(name, &runs.iter().map(Run::transcript).collect::<Vec<_>>());
}

#[track_caller]
fn assert_transcripts(name: &str, transcripts: &[String]) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/messages");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, transcripts.join("\n")));
}
