//! Runs over generated rows in a temporary folder, complete or interrupted, for the tests of this crate.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use tempfile::TempDir;

use super::in_flight_block::InFlightBlock;
use super::ordered_output::OrderedOutput;
use super::pipeline::{self, RemainingRows};
use super::resume::{OutputFile, start};
use super::row_processor::RowProcessor;
use super::run_folder::{Durable, ExistingOutput, OutputEncoding, ResultSettings, Sink, SyncToDisk, folder_of};
use super::{
    AnswerGrader, Columns, FinishedRow, Input, InputContext, OfflineGrader, Provenance, RunPlan, RunSummary, RunTarget,
    run,
};
use gradus_core::bank::{Bank, BuiltIn, Files};
use gradus_core::judge::Halt;
use gradus_core::model::{Answer, Fingerprint, Grade, GradeSummary, Grader};
use gradus_core::questions::{PreparedQuestion, Questions};
use gradus_core::score::Workspace;
use gradus_core::text::KnownWords;

/// Questions of the generated rows, in turn.
pub(super) const QUESTIONS: [&str; 3] = ["error-budget", "p95-win", "why-this-role"];

/// A temporary folder for the files of a test, and the questions of the shipped bank.
pub(super) struct Fixture {
    folder: TempDir,
    pub(super) questions: Questions,
}

/// A step of [`HookedGrader`].
pub(super) enum GraderStep<'a> {
    /// The fingerprint of a grade is computed, before any row of the block is graded.
    Fingerprint,
    /// The answer with this id is graded.
    Grade(&'a str),
}

/// Grades offline, and calls `before` at the start of each step.
pub(super) struct HookedGrader<H> {
    pub(super) is_slow: bool,
    pub(super) before: H,
}

impl<H: Fn(GraderStep<'_>) + Sync> AnswerGrader for HookedGrader<H> {
    fn fingerprint(&self, offline: Fingerprint) -> Fingerprint {
        (self.before)(GraderStep::Fingerprint);
        OfflineGrader.fingerprint(offline)
    }

    fn grader(&self) -> Grader {
        OfflineGrader.grader()
    }

    fn is_slow(&self) -> bool {
        self.is_slow
    }

    fn grade<'a>(
        &'a self,
        question: &'a PreparedQuestion,
        answer: &Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, Halt> {
        (self.before)(GraderStep::Grade(answer.id));
        OfflineGrader.grade(question, answer, offline, workspace)
    }
}

/// JSON lines with the ids `r0`, `r1` and so on.
pub(super) fn rows(count: usize) -> String {
    let row = |at: usize| {
        let question = QUESTIONS[at % QUESTIONS.len()];
        format!("{{\"id\":\"r{at}\",\"question\":\"{question}\",\"answer\":\"The budget was {at} percent.\"}}\n")
    };
    (0..count).map(row).collect()
}

impl Fixture {
    pub(super) fn new() -> Self {
        let questions = Questions::new(shipped_bank()).expect("the shipped bank is sound");
        Self { folder: tempfile::tempdir().expect("a folder"), questions }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Calls `then` with a plan for short results and the rows as an input.
    pub(super) fn with_plan<T>(&self, rows: &str, jobs: usize, then: impl FnOnce(&RunPlan<'_>, &mut Input) -> T) -> T {
        let path = self.path("rows.jsonl");
        fs::write(&path, rows).expect("writes");
        let mut input = Input::open(&path, None, &Columns::default(), &InputContext::default()).expect("opens");
        let layout = ResultSettings {
            format: "short".to_owned(),
            evidence: "none".to_owned(),
            keep: Vec::new(),
            head: "id score\n".to_owned(),
            grader: "offline".to_owned(),
            calibration: None,
            shard: None,
        };
        let plan = RunPlan {
            questions: &self.questions,
            default_question: None,
            layout: &layout,
            provenance: &Provenance {
                bank: String::new(),
                fingerprint: String::new(),
                columns: Vec::new(),
                judge: None,
            },
            render: &|grade, _, out| {
                writeln!(out, "{} {:?}", grade.id, grade.score())?;
                Ok(GradeSummary::of(grade))
            },
            grader: &OfflineGrader,
            retries_fallback: false,
            jobs,
            stop: &AtomicBool::new(false),
        };
        then(&plan, &mut input)
    }

    /// Runs to the end, and returns the number of rows that this run graded.
    pub(super) fn run(&self, rows: &str, output: &Path, jobs: usize) -> (RunSummary, u64) {
        self.with_plan(rows, jobs, |plan, input| {
            let (encoding, existing) = (OutputEncoding::of(output, None), ExistingOutput::default());
            let target = RunTarget::File { output, encoding, existing, reports: Vec::new() };
            let mut new = 0;
            let summary = run(plan, input, target, &mut |row| {
                new += u64::from(row.is_new);
                Ok(())
            });
            (summary.expect("runs"), new)
        })
    }

    /// Runs until `left` bytes are written to results and journal, and leaves the run folder as it is then.
    pub(super) fn run_until(&self, rows: &str, output: &Path, left: usize) {
        self.with_plan(rows, 1, |plan, input| {
            let (columns, mut observe) = (input.columns().clone(), |_: FinishedRow<'_>| Ok(()));
            let processor = RowProcessor::new(plan, input, &columns);
            let mut ordered = OrderedOutput::new(&processor, &mut observe);
            let mut first = InFlightBlock::default();
            input.fill(&mut first.block).expect("reads");
            let encoding = OutputEncoding::of(output, None);
            let file = OutputFile { path: output, encoding, existing: ExistingOutput::default() };
            let (_folder, run) = start(plan, &processor, input, first, &mut ordered, file).expect("starts");
            let mut sink = failing_sink(&folder_of(output), left);
            let (unfinished, next_row, windows) = (run.unfinished, run.next_row, run.windows);
            let remaining = RemainingRows { input, unfinished, next_row, windows };
            // An error is ignored, because the tests use only the files that the run leaves.
            let _ = pipeline::run(&processor, remaining, &mut ordered, &mut sink, 1, plan.stop);
        });
    }

    /// The output of an uninterrupted run.
    pub(super) fn uninterrupted(&self, rows: &str) -> Vec<u8> {
        let output = self.path("uninterrupted");
        self.run(rows, &output, 2);
        fs::read(&output).expect("reads")
    }

    /// The number of results in the journal of an interrupted run.
    pub(super) fn journaled(&self, output: &str, generation: u32) -> u64 {
        let journal = fs::read(self.path(&format!("{output}.gradus/journal.{generation}"))).unwrap_or_default();
        (memchr::memchr_iter(b'\n', &journal).count() as u64).saturating_sub(1)
    }
}

/// A file that fails after a number of written bytes. Several files may share that number.
struct FailingFile {
    file: File,
    /// Bytes that can still be written.
    left: Arc<AtomicUsize>,
}

impl Write for FailingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = self.file.write(&bytes[..bytes.len().min(left)])?;
        self.left.fetch_sub(taken, Ordering::Relaxed);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Durable for FailingFile {
    fn syncer(&self) -> io::Result<SyncToDisk> {
        Ok(Box::new(|| Ok(())))
    }
}

/// A sink for the files of a started run that accepts `left` more bytes.
fn failing_sink(folder: &Path, left: usize) -> Sink<'static> {
    let open = |name: &str| OpenOptions::new().append(true).open(folder.join(name)).expect("opens");
    let left = Arc::new(AtomicUsize::new(left));
    let failing = |name: &str| Box::new(FailingFile { file: open(name), left: Arc::clone(&left) });
    Sink::new(failing("results.1"), Some(failing("journal.1")))
}

/// The shipped bank, read from the sources.
fn shipped_bank() -> Bank {
    static WORDS: LazyLock<KnownWords> =
        LazyLock::new(|| KnownWords::of(gradus_testing::shipped_files().iter().map(|(_, text)| *text)));
    Bank::new(Files::of_built_in(BuiltIn { files: gradus_testing::shipped_files(), words: WORDS.lines() }))
}
