//! A panic anywhere in a run ends it with an error; what was finished before is saved, and nothing hangs.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use super::run_folder::{Durable, Existing, Keep, Stored};
use super::tests::{Desk, rows};
use super::{AnswerGrader, BatchError, Columns, Ended, Input, OfflineGrader, PanicPlace, Plan, Target, Through, run};
use gradus_core::judge::Halt;
use gradus_core::model::{Answer, Fingerprint, Grade, GradeSummary, Grader};
use gradus_core::questions::PreparedQuestion;
use gradus_core::score::Workspace;

const ROWS: usize = 300;

/// Does `work`, and fails where it does not end.
fn in_time(work: impl FnOnce() + Send + 'static) {
    crate::caught::note_panics_in_tests();
    let (ended, wait) = mpsc::channel();
    let worker = thread::spawn(move || {
        work();
        let _ = ended.send(());
    });
    match wait.recv_timeout(Duration::from_mins(2)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("the run hangs"),
        _ => worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

/// Runs to a file that results can be saved beside.
fn to_file(plan: &Plan<'_>, input: &mut Input, output: &Path) -> Result<Ended, BatchError> {
    let (stored, existing) = (Stored::of(output, None), Existing::default());
    run(plan, input, Target::File { output, stored, existing, reports: Vec::new() }, &mut |_| Ok(()))
}

/// The place and message of a panic.
#[track_caller]
fn panic_of(ended: Result<Ended, BatchError>) -> (PanicPlace, String) {
    match ended {
        Err(BatchError::Panicked { at, panicked }) => {
            assert!(panicked.location.is_some_and(|location| location.starts_with(file!())));
            (at, panicked.message)
        }
        other => panic!("expected a panic, got {other:?}"),
    }
}

/// After a run that broke off at the row of this number, the same run on sound code is as if nothing had happened.
#[track_caller]
fn goes_on_from(desk: &Desk, saved: u64, what: &str) {
    let unbroken = desk.unbroken(&rows(ROWS));
    let output = desk.path("out");
    assert!(!output.exists(), "{what}: no output before all rows are graded");
    let (ended, fresh) = desk.run(&rows(ROWS), &output, 2);
    assert!(ended.complete, "{what}");
    assert_eq!(std::fs::read(&output).expect("reads"), unbroken, "{what}");
    assert_eq!(fresh, ROWS as u64 - saved, "{what}");
}

#[test]
fn a_panic_while_a_result_is_made_saves_every_row_before_it() {
    in_time(|| {
        for jobs in [1, 8] {
            for bad in [0, 1, 63, 64, 170, ROWS - 1] {
                let (desk, id) = (Desk::new(), format!("r{bad}"));
                let ended = desk.planned(&rows(ROWS), jobs, |plan, input| {
                    let render: &super::Render<'_> = &|grade, kept, out| {
                        assert!(grade.id != id, "no way to write {id}");
                        (plan.render)(grade, kept, out)
                    };
                    to_file(&Plan { render, ..*plan }, input, &desk.path("out"))
                });
                let at = PanicPlace::Row { line: bad as u64 + 1, id: Some(id.clone()) };
                assert_eq!(panic_of(ended), (at, format!("no way to write {id}")), "{jobs} threads");
                goes_on_from(&desk, bad as u64, &format!("{jobs} threads, row {bad}"));
            }
        }
    });
}

/// Grades offline; panics at one id.
struct Brittle {
    id: String,
}

impl AnswerGrader for Brittle {
    fn fingerprint(&self, offline: Fingerprint) -> Fingerprint {
        offline
    }

    fn grader(&self) -> Grader {
        OfflineGrader.grader()
    }

    fn is_slow(&self) -> bool {
        true
    }

    fn grade<'a>(
        &'a self,
        question: &'a PreparedQuestion,
        answer: &Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, Halt> {
        assert!(*answer.id != *self.id, "no verdict");
        OfflineGrader.grade(question, answer, offline, workspace)
    }
}

#[test]
fn a_panic_of_the_judge_saves_every_row_before_it() {
    in_time(|| {
        for jobs in [1, 8] {
            let (desk, bad) = (Desk::new(), 41);
            let judge = Brittle { id: format!("r{bad}") };
            let ended = desk.planned(&rows(ROWS), jobs, |plan, input| {
                to_file(&Plan { grader: &judge, ..*plan }, input, &desk.path("out"))
            });
            let at = PanicPlace::Row { line: bad + 1, id: Some(judge.id.clone()) };
            assert_eq!(panic_of(ended), (at, "no verdict".to_owned()), "{jobs} threads");
            goes_on_from(&desk, bad, &format!("{jobs} threads"));
        }
    });
}

#[test]
fn a_panic_while_results_are_told_or_written_is_an_error() {
    in_time(|| {
        for jobs in [1, 8] {
            let desk = Desk::new();
            let mut told = 0;
            let ended = desk.planned(&rows(ROWS), jobs, |plan, input| {
                let output = desk.path("out");
                let (stored, existing) = (Stored::of(&output, None), Existing::default());
                let target = Target::File { output: &output, stored, existing, reports: Vec::new() };
                run(plan, input, target, &mut |_: Through<'_>| {
                    told += 1;
                    assert!(told < 100, "told too often");
                    Ok(())
                })
            });
            assert_eq!(panic_of(ended), (PanicPlace::Writing, "told too often".to_owned()));
            let ended = desk.planned(&rows(ROWS), jobs, |plan, input| {
                let target = Target::Stream { name: Path::new("brittle"), stream: Box::new(BrittleSink { left: 2 }) };
                run(plan, input, target, &mut |_| Ok(()))
            });
            assert_eq!(panic_of(ended), (PanicPlace::Writing, "no more room".to_owned()));
        }
    });
}

/// Takes some writes, and panics then.
struct BrittleSink {
    left: usize,
}

impl Write for BrittleSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        assert!(self.left > 0, "no more room");
        self.left -= 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Durable for BrittleSink {
    fn keeper(&self) -> io::Result<Keep> {
        Ok(Box::new(|| Ok(())))
    }
}

/// Gives rows, and panics after them.
struct BrittleSource {
    rows: io::Cursor<Vec<u8>>,
}

impl Read for BrittleSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.rows.read(buffer)? {
            0 => panic!("the source broke"),
            read => Ok(read),
        }
    }
}

#[test]
fn a_panic_of_the_thread_that_reads_saves_the_blocks_before_it() {
    in_time(|| {
        for jobs in [1, 8] {
            let desk = Desk::new();
            let ended = desk.planned(&rows(1), jobs, |plan, _| {
                let source = BrittleSource { rows: io::Cursor::new(rows(ROWS).into_bytes()) };
                let mut input = Input::of_reader(source, &Columns::default(), Arc::new(AtomicBool::new(false)));
                to_file(plan, &mut input, &desk.path("out"))
            });
            let (at, message) = panic_of(ended);
            let PanicPlace::Reading { rows } = at else { panic!("{at:?}") };
            assert_eq!(message, "the source broke");
            assert!(rows > 0 && rows < ROWS as u64, "{rows}");
            goes_on_from(&desk, rows, &format!("{jobs} threads"));
        }
    });
}

/// Panics when the fingerprint of a grade is asked for, which happens before any row of its block is graded.
struct BrittleFingerprint;

impl AnswerGrader for BrittleFingerprint {
    fn fingerprint(&self, _: Fingerprint) -> Fingerprint {
        panic!("no fingerprint")
    }

    fn grader(&self) -> Grader {
        OfflineGrader.grader()
    }

    fn is_slow(&self) -> bool {
        false
    }

    fn grade<'a>(
        &'a self,
        question: &'a PreparedQuestion,
        answer: &Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, Halt> {
        OfflineGrader.grade(question, answer, offline, workspace)
    }
}

#[test]
fn a_panic_while_a_row_is_prepared_saves_every_row_before_it() {
    in_time(|| {
        let desk = Desk::new();
        let refused = |id: usize| format!("{{\"id\":\"n{id}\",\"question\":\"no-such-question\",\"answer\":\"x\"}}\n");
        let input = (0..10).map(refused).collect::<String>() + &rows(3);
        let ended = desk.planned(&input, 2, |plan, input| {
            to_file(&Plan { grader: &BrittleFingerprint, ..*plan }, input, &desk.path("out"))
        });
        let at = PanicPlace::Row { line: 11, id: Some("r0".to_owned()) };
        assert_eq!(panic_of(ended), (at, "no fingerprint".to_owned()));
        assert_eq!(desk.journalled("out", 1), 10);
    });
}

#[test]
fn a_panic_sets_the_flag_that_ends_waiting_for_input() {
    in_time(|| {
        let desk = Desk::new();
        // The source gives one row and is then silent until it is asked to stop, as a pipe is.
        let stop = Arc::new(AtomicBool::new(false));
        let source = Silent { rows: io::Cursor::new(rows(1).into_bytes()), stop: Arc::clone(&stop) };
        let ended = desk.planned(&rows(1), 1, |plan, _| {
            let render: &super::Render<'_> = &|_, _, _| -> io::Result<GradeSummary> { panic!("no way to write") };
            let mut input = Input::of_reader(source, &Columns::default(), Arc::clone(&stop));
            input.go_row_by_row();
            to_file(&Plan { render, stop: &stop, ..*plan }, &mut input, &desk.path("out"))
        });
        assert_eq!(panic_of(ended).1, "no way to write");
    });
}

/// Gives rows, then nothing until it is asked to stop.
struct Silent {
    rows: io::Cursor<Vec<u8>>,
    stop: Arc<AtomicBool>,
}

impl Read for Silent {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.rows.read(buffer)?;
        while read == 0 && !self.stop.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(5));
        }
        if read == 0 { Err(io::Error::other("it was stopped")) } else { Ok(read) }
    }
}
