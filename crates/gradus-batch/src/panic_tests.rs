//! A panic anywhere in a run ends the run with an error: finished results are saved, and no thread hangs.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use super::run_fixture::{Fixture, GraderStep, HookedGrader, rows};
use super::run_folder::{Durable, ExistingOutput, OutputEncoding, SyncToDisk};
use super::{BatchError, Columns, FinishedRow, Input, PanicPlace, RunPlan, RunSummary, RunTarget, run};
use gradus_core::model::GradeSummary;

const ROWS: usize = 300;

/// Does `work`, and fails if it takes more than two minutes.
fn in_time(work: impl FnOnce() + Send + 'static) {
    crate::catch_panic::note_panics_in_tests();
    let (done, wait) = mpsc::channel();
    let worker = thread::spawn(move || {
        work();
        let _ = done.send(());
    });
    match wait.recv_timeout(Duration::from_mins(2)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("the run hangs"),
        _ => worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

/// Runs with a file as the output, so that results are saved.
fn to_file(plan: &RunPlan<'_>, input: &mut Input, output: &Path) -> Result<RunSummary, BatchError> {
    let (encoding, existing) = (OutputEncoding::of(output, None), ExistingOutput::default());
    run(plan, input, RunTarget::File { output, encoding, existing, reports: Vec::new() }, &mut |_| Ok(()))
}

/// The place and message of a panic.
#[track_caller]
fn panic_of(result: Result<RunSummary, BatchError>) -> (PanicPlace, String) {
    match result {
        Err(BatchError::Panicked { at, panicked }) => {
            assert!(panicked.location.is_some_and(|location| location.starts_with(file!())));
            (at, panicked.message)
        }
        other => panic!("expected a panic, got {other:?}"),
    }
}

/// Asserts that the run continues without the panic: `saved` results are reused, and the output is complete.
#[track_caller]
fn continues_after(fixture: &Fixture, saved: u64, what: &str) {
    let uninterrupted = fixture.uninterrupted(&rows(ROWS));
    let output = fixture.path("out");
    assert!(!output.exists(), "{what}: no output before all rows are graded");
    let (result, fresh) = fixture.run(&rows(ROWS), &output, 2);
    assert!(result.is_complete, "{what}");
    assert_eq!(std::fs::read(&output).expect("reads"), uninterrupted, "{what}");
    assert_eq!(fresh, ROWS as u64 - saved, "{what}");
}

#[test]
fn a_panic_while_a_result_is_formatted_saves_every_row_before_it() {
    in_time(|| {
        for jobs in [1, 8] {
            for bad in [0, 1, 63, 64, 170, ROWS - 1] {
                let (fixture, id) = (Fixture::new(), format!("r{bad}"));
                let result = fixture.with_plan(&rows(ROWS), jobs, |plan, input| {
                    let render: &super::RenderGrade<'_> = &|grade, kept, out| {
                        assert!(grade.id != id, "cannot format {id}");
                        (plan.render)(grade, kept, out)
                    };
                    to_file(&RunPlan { render, ..*plan }, input, &fixture.path("out"))
                });
                let at = PanicPlace::Row { line: bad as u64 + 1, id: Some(id.clone()) };
                assert_eq!(panic_of(result), (at, format!("cannot format {id}")), "{jobs} threads");
                continues_after(&fixture, bad as u64, &format!("{jobs} threads, row {bad}"));
            }
        }
    });
}

#[test]
fn a_panic_of_the_judge_saves_every_row_before_it() {
    in_time(|| {
        for jobs in [1, 8] {
            let (fixture, bad) = (Fixture::new(), 41);
            let id = format!("r{bad}");
            let before = |step: GraderStep<'_>| match step {
                GraderStep::Grade(graded) => assert!(graded != id, "no verdict"),
                GraderStep::Fingerprint => {}
            };
            let judge = HookedGrader { is_slow: true, before };
            let result = fixture.with_plan(&rows(ROWS), jobs, |plan, input| {
                to_file(&RunPlan { grader: &judge, ..*plan }, input, &fixture.path("out"))
            });
            let at = PanicPlace::Row { line: bad + 1, id: Some(id.clone()) };
            assert_eq!(panic_of(result), (at, "no verdict".to_owned()), "{jobs} threads");
            continues_after(&fixture, bad, &format!("{jobs} threads"));
        }
    });
}

#[test]
fn a_panic_while_results_are_reported_or_written_is_an_error() {
    in_time(|| {
        for jobs in [1, 8] {
            let fixture = Fixture::new();
            let mut reported = 0;
            let result = fixture.with_plan(&rows(ROWS), jobs, |plan, input| {
                let output = fixture.path("out");
                let (encoding, existing) = (OutputEncoding::of(&output, None), ExistingOutput::default());
                let target = RunTarget::File { output: &output, encoding, existing, reports: Vec::new() };
                run(plan, input, target, &mut |_: FinishedRow<'_>| {
                    reported += 1;
                    assert!(reported < 100, "reported too often");
                    Ok(())
                })
            });
            assert_eq!(panic_of(result), (PanicPlace::Writing, "reported too often".to_owned()));
            let result = fixture.with_plan(&rows(ROWS), jobs, |plan, input| {
                let target =
                    RunTarget::Stream { name: Path::new("panicking"), stream: Box::new(PanickingSink { left: 2 }) };
                run(plan, input, target, &mut |_| Ok(()))
            });
            assert_eq!(panic_of(result), (PanicPlace::Writing, "no more room".to_owned()));
        }
    });
}

/// Accepts `left` writes, then panics.
struct PanickingSink {
    left: usize,
}

impl Write for PanickingSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        assert!(self.left > 0, "no more room");
        self.left -= 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Durable for PanickingSink {
    fn syncer(&self) -> io::Result<SyncToDisk> {
        Ok(Box::new(|| Ok(())))
    }
}

/// Gives rows, then panics.
struct PanickingSource {
    rows: io::Cursor<Vec<u8>>,
}

impl Read for PanickingSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.rows.read(buffer)? {
            0 => panic!("the source broke"),
            read => Ok(read),
        }
    }
}

#[test]
fn a_panic_of_the_reading_thread_saves_the_blocks_before_it() {
    in_time(|| {
        for jobs in [1, 8] {
            let fixture = Fixture::new();
            let result = fixture.with_plan(&rows(1), jobs, |plan, _| {
                let source = PanickingSource { rows: io::Cursor::new(rows(ROWS).into_bytes()) };
                let mut input = Input::of_reader(source, &Columns::default(), Arc::new(AtomicBool::new(false)));
                to_file(plan, &mut input, &fixture.path("out"))
            });
            let (at, message) = panic_of(result);
            let PanicPlace::Reading { rows } = at else { panic!("{at:?}") };
            assert_eq!(message, "the source broke");
            assert!(rows > 0 && rows < ROWS as u64, "{rows}");
            continues_after(&fixture, rows, &format!("{jobs} threads"));
        }
    });
}

#[test]
fn a_panic_while_a_row_is_prepared_saves_every_row_before_it() {
    in_time(|| {
        let fixture = Fixture::new();
        let refused = |id: usize| format!("{{\"id\":\"n{id}\",\"question\":\"no-such-question\",\"answer\":\"x\"}}\n");
        let input = (0..10).map(refused).collect::<String>() + &rows(3);
        let before = |step: GraderStep<'_>| assert!(!matches!(step, GraderStep::Fingerprint), "no fingerprint");
        let grader = HookedGrader { is_slow: false, before };
        let result = fixture.with_plan(&input, 2, |plan, input| {
            to_file(&RunPlan { grader: &grader, ..*plan }, input, &fixture.path("out"))
        });
        let at = PanicPlace::Row { line: 11, id: Some("r0".to_owned()) };
        assert_eq!(panic_of(result), (at, "no fingerprint".to_owned()));
        assert_eq!(fixture.journaled("out", 1), 10);
    });
}

#[test]
fn a_panic_ends_a_wait_for_input() {
    in_time(|| {
        let fixture = Fixture::new();
        // The source gives one row and then waits until the run is stopped, as a pipe does.
        let stop = Arc::new(AtomicBool::new(false));
        let source = SilentSource { rows: io::Cursor::new(rows(1).into_bytes()), stop: Arc::clone(&stop) };
        let result = fixture.with_plan(&rows(1), 1, |plan, _| {
            let render: &super::RenderGrade<'_> = &|_, _, _| -> io::Result<GradeSummary> { panic!("cannot format") };
            let mut input = Input::of_reader(source, &Columns::default(), Arc::clone(&stop));
            input.go_row_by_row();
            to_file(&RunPlan { render, stop: &stop, ..*plan }, &mut input, &fixture.path("out"))
        });
        assert_eq!(panic_of(result).1, "cannot format");
    });
}

/// Gives rows, then waits until the run is stopped.
struct SilentSource {
    rows: io::Cursor<Vec<u8>>,
    stop: Arc<AtomicBool>,
}

impl Read for SilentSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.rows.read(buffer)?;
        while read == 0 && !self.stop.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(5));
        }
        if read == 0 { Err(io::Error::other("it was stopped")) } else { Ok(read) }
    }
}
