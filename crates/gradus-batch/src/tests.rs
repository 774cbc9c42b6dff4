//! Whatever breaks a run, and wherever: running it again gives what an unbroken run gives.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tempfile::TempDir;

use super::begin::Beginner;
use super::load::Load;
use super::order::Order;
use super::pipeline::{self, Rest};
use super::run_folder::RunFolder;
use super::run_folder::{Durable, Existing, Keep, Layout, Sink, Stored};
use super::work::Work;
use super::{Asked, By, Columns, Ended, Input, OfflineGrader, Plan, Target, Through, run};
use crate::test_bank::shipped_bank;
use gradus_core::model::GradeSummary;
use gradus_core::questions::Questions;

const QUESTIONS: [&str; 3] = ["error-budget", "p95-win", "why-this-role"];

/// A place for files, and what answers are graded by.
pub(super) struct Desk {
    folder: TempDir,
    pub(super) questions: Questions,
}

pub(super) fn rows(count: usize) -> String {
    let row = |at: usize| {
        let question = QUESTIONS[at % QUESTIONS.len()];
        format!("{{\"id\":\"r{at}\",\"question\":\"{question}\",\"answer\":\"The budget was {at} percent.\"}}\n")
    };
    (0..count).map(row).collect()
}

impl Desk {
    pub(super) fn new() -> Self {
        let questions = Questions::new(shipped_bank()).expect("the shipped bank is sound");
        Self { folder: tempfile::tempdir().expect("a folder"), questions }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Hands over what a run is made of.
    pub(super) fn planned<T>(&self, rows: &str, jobs: usize, then: impl FnOnce(&Plan<'_>, &mut Input) -> T) -> T {
        let path = self.path("rows.jsonl");
        fs::write(&path, rows).expect("writes");
        let mut input = Input::open(&path, None, &Columns::default(), &Asked::default()).expect("opens");
        let layout = Layout {
            format: "short".to_owned(),
            evidence: "none".to_owned(),
            keep: Vec::new(),
            head: "id score\n".to_owned(),
            grader: "offline".to_owned(),
            calibration: None,
            shard: None,
        };
        let plan = Plan {
            questions: &self.questions,
            otherwise: None,
            layout: &layout,
            by: &By { bank: String::new(), fingerprint: String::new(), columns: Vec::new(), judge: None },
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

    /// Runs to the end; also tells how many rows were graded.
    pub(super) fn run(&self, rows: &str, output: &Path, jobs: usize) -> (Ended, u64) {
        self.planned(rows, jobs, |plan, input| {
            let (stored, existing) = (Stored::of(output, None), Existing::default());
            let target = Target::File { output, stored, existing, reports: Vec::new() };
            let mut fresh = 0;
            let ended = run(plan, input, target, &mut |row| {
                fresh += u64::from(row.fresh);
                Ok(())
            });
            (ended.expect("runs"), fresh)
        })
    }

    /// Breaks off when so many bytes are written, or when all are.
    pub(super) fn run_until(&self, rows: &str, output: &Path, left: usize) {
        self.planned(rows, 1, |plan, input| {
            let (columns, mut observe) = (input.columns().clone(), |_: Through<'_>| Ok(()));
            let work = Work::new(plan, input, &columns);
            let mut order = Order::new(&work, &mut observe);
            let mut first = Load::default();
            input.fill(&mut first.block).expect("reads");
            let folder = RunFolder::hold(output, Stored::of(output, None)).expect("holds");
            let existing = Existing::default();
            let (order, layout, by, stop) = (&mut order, plan.layout, plan.by, plan.stop);
            let beginner = Beginner { folder: &folder, work: &work, order, input, layout, by, existing, stop };
            let begun = beginner.begin(first).expect("begins");
            let mut sink = failing_sink(&beside(output), left);
            let rest = Rest { input, begun: begun.load, next: begun.next, windows: begun.windows };
            // Whether it fails is told by what it leaves.
            let _ = pipeline::run(&work, rest, order, &mut sink, (1, stop));
        });
    }

    /// What an unbroken run writes.
    pub(super) fn unbroken(&self, rows: &str) -> Vec<u8> {
        let output = self.path("unbroken");
        self.run(rows, &output, 2);
        fs::read(&output).expect("reads")
    }

    /// Lines of the journal that a broken run left, its head aside.
    pub(super) fn journalled(&self, output: &str, generation: u32) -> u64 {
        let journal = fs::read(self.path(&format!("{output}.gradus/journal.{generation}"))).unwrap_or_default();
        (memchr::memchr_iter(b'\n', &journal).count() as u64).saturating_sub(1)
    }
}

#[test]
fn rubrics_are_made_ready_once_however_many_answers_and_threads() {
    let desk = Desk::new();
    let (ended, fresh) = desk.run(&rows(3000), &desk.path("out"), 4);
    assert!(ended.complete);
    assert_eq!((ended.results, fresh, desk.questions.prepared()), (3000, 3000, QUESTIONS.len() as u64));
    desk.run(&rows(3000), &desk.path("out"), 4);
    assert_eq!(desk.questions.prepared(), QUESTIONS.len() as u64);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let desk = Desk::new();
    let rows = rows(2000);
    let unbroken = desk.unbroken(&rows);
    for jobs in [1, 3, 8] {
        let output = desk.path(&format!("out-{jobs}"));
        desk.run(&rows, &output, jobs);
        assert_eq!(fs::read(&output).expect("reads"), unbroken, "{jobs} threads");
    }
}

/// Takes so many bytes, over all files together, and fails from then on.
struct Failing {
    file: File,
    left: Arc<AtomicUsize>,
}

impl Write for Failing {
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

impl Durable for Failing {
    fn keeper(&self) -> io::Result<Keep> {
        Ok(Box::new(|| Ok(())))
    }
}

/// A sink as a broken run has it: its head is written, then it takes so many bytes more.
fn failing_sink(folder: &Path, left: usize) -> Sink<'static> {
    let open = |name: &str| OpenOptions::new().append(true).open(folder.join(name)).expect("opens");
    let left = Arc::new(AtomicUsize::new(left));
    let failing = |name: &str| Box::new(Failing { file: open(name), left: Arc::clone(&left) });
    Sink::new(failing("results.1"), Some(failing("journal.1")))
}

fn beside(output: &Path) -> PathBuf {
    output.with_extension("gradus")
}

#[test]
fn a_write_that_fails_at_any_byte_loses_nothing_that_was_journalled() {
    let desk = Desk::new();
    let rows = rows(5);
    let unbroken = desk.unbroken(&rows);
    let journal = fs::read(desk.path("unbroken.gradus/journal.1")).expect("reads");
    let whole = unbroken.len() + journal.len();
    for left in (0..whole).step_by(3) {
        let output = desk.path(&format!("out-{left}"));
        desk.run_until(&rows, &output, left);
        let journalled = desk.journalled(&format!("out-{left}"), 1);
        let (ended, fresh) = desk.run(&rows, &output, 2);
        assert!(ended.complete);
        assert_eq!(fs::read(&output).expect("reads"), unbroken, "failed after {left} bytes");
        assert_eq!(fresh, 5 - journalled, "failed after {left} bytes");
    }
}

#[test]
fn a_writer_that_fails_ends_a_long_run_whatever_the_number_of_threads() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    impl Durable for Full {
        fn keeper(&self) -> io::Result<Keep> {
            Ok(Box::new(|| Ok(())))
        }
    }
    for jobs in [1, 8] {
        let (ended, wait) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let desk = Desk::new();
            let failed = desk.planned(&rows(60_000), jobs, |plan, input| {
                let target = Target::Stream { name: Path::new("full"), stream: Box::new(Full) };
                run(plan, input, target, &mut |_| Ok(())).is_err()
            });
            let _ = ended.send(failed);
        });
        let failed = wait.recv_timeout(std::time::Duration::from_mins(2));
        assert_eq!(failed, Ok(true), "{jobs} threads");
    }
}

#[test]
fn a_journal_cut_at_any_byte_of_its_last_two_lines_costs_these_two_at_most() {
    let desk = Desk::new();
    let rows = rows(5);
    let unbroken = desk.unbroken(&rows);
    desk.run_until(&rows, &desk.path("out"), usize::MAX);
    let journal = fs::read(desk.path("out.gradus/journal.1")).expect("reads");
    let ends: Vec<usize> = memchr::memchr_iter(b'\n', &journal).map(|at| at + 1).collect();
    let [.., fourth, fifth, end] = ends[..] else { panic!("{} lines", ends.len()) };
    for cut in fourth..end {
        let output = desk.path(&format!("out-{cut}"));
        copy_folder(&desk.path("out.gradus"), &beside(&output));
        let file = OpenOptions::new().write(true).open(beside(&output).join("journal.1")).expect("opens");
        file.set_len(cut as u64).expect("cuts");
        let (ended, fresh) = desk.run(&rows, &output, 2);
        assert!(ended.complete);
        assert_eq!(fs::read(&output).expect("reads"), unbroken, "cut at {cut}");
        assert_eq!(fresh, if cut < fifth { 2 } else { 1 }, "cut at {cut}");
    }
}

#[test]
fn results_that_are_not_what_the_journal_says_are_graded_anew() {
    let desk = Desk::new();
    let rows = rows(5);
    let unbroken = desk.unbroken(&rows);
    desk.run_until(&rows, &desk.path("out"), usize::MAX);
    let results = fs::read(desk.path("out.gradus/results.1")).expect("reads");
    assert_eq!(results, unbroken);
    for at in (0..results.len()).step_by(5) {
        let output = desk.path(&format!("out-{at}"));
        copy_folder(&desk.path("out.gradus"), &beside(&output));
        let mut touched = results.clone();
        touched[at] ^= 1;
        fs::write(beside(&output).join("results.1"), touched).expect("writes");
        desk.run(&rows, &output, 2);
        assert_eq!(fs::read(&output).expect("reads"), unbroken, "touched at {at}");
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("lists") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("copies");
    }
}
