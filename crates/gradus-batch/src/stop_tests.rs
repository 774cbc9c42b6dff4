//! A stopped run starts no further answer, keeps the answers that are finished, and is complete if no row is left.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::run_fixture::{Fixture, GraderStep, HookedGrader, rows};
use super::run_folder::{ExistingOutput, OutputEncoding};
use super::{FinishedRow, Input, RunPlan, RunSummary, RunTarget, run};

const ROWS: usize = 300;

/// Runs with a file as the output, and calls `observe` with each finished row.
fn to_file(
    plan: &RunPlan<'_>,
    input: &mut Input,
    output: &Path,
    mut observe: impl FnMut(FinishedRow<'_>),
) -> RunSummary {
    let (encoding, existing) = (OutputEncoding::of(output, None), ExistingOutput::default());
    let target = RunTarget::File { output, encoding, existing, reports: Vec::new() };
    let observe = &mut |row: FinishedRow<'_>| {
        observe(row);
        Ok(())
    };
    run(plan, input, target, observe).expect("runs")
}

/// Asserts that the run continues after `saved` results, and that its output is complete.
#[track_caller]
fn continues_after(fixture: &Fixture, saved: u64, what: &str) {
    let output = fixture.path("out");
    assert!(!output.exists(), "{what}: no output before all rows are graded");
    let (summary, new) = fixture.run(&rows(ROWS), &output, 2);
    assert!(summary.is_complete, "{what}");
    assert_eq!(new, ROWS as u64 - saved, "{what}");
    assert_eq!(std::fs::read(&output).expect("reads"), fixture.uninterrupted(&rows(ROWS)), "{what}");
}

#[test]
fn after_a_stop_no_further_answer_is_started_and_the_run_can_be_continued() {
    for (jobs, is_slow) in [(1, false), (1, true), (8, false), (8, true)] {
        for last in ["r0", "r63", "r64", "r170"] {
            let (fixture, what) = (Fixture::new(), format!("{jobs} threads, slow: {is_slow}, {last}"));
            let (stop, started_later) = (AtomicBool::new(false), AtomicUsize::new(0));
            let before = |step: GraderStep<'_>| {
                let GraderStep::Grade(id) = step else { return };
                started_later.fetch_add(usize::from(stop.load(Ordering::SeqCst)), Ordering::SeqCst);
                if id == last {
                    stop.store(true, Ordering::SeqCst);
                }
            };
            let grader = HookedGrader { is_slow, before };
            let summary = fixture.with_plan(&rows(ROWS), jobs, |plan, input| {
                let plan = RunPlan { grader: &grader, stop: &stop, ..*plan };
                to_file(&plan, input, &fixture.path("out"), |_| {})
            });
            assert!(!summary.is_complete, "{what}");
            // Each other thread may have looked whether it may go on just before the stop.
            assert!(started_later.into_inner() < jobs, "{what}");
            let saved = fixture.journaled("out", 1);
            assert_eq!(summary.results, saved, "{what}");
            continues_after(&fixture, saved, &what);
        }
    }
}

#[test]
fn slow_answers_in_progress_at_a_stop_are_finished_and_saved() {
    let (fixture, stop, started) = (Fixture::new(), AtomicBool::new(false), AtomicUsize::new(0));
    let before = |step: GraderStep<'_>| {
        let GraderStep::Grade(id) = step else { return };
        started.fetch_add(1, Ordering::SeqCst);
        if id == "r40" {
            stop.store(true, Ordering::SeqCst);
        }
        // The first answers take longest, so they are in progress at the stop and finished after later ones.
        while id.len() == 2 && !stop.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
    };
    let grader = HookedGrader { is_slow: true, before };
    let summary = fixture.with_plan(&rows(ROWS), 16, |plan, input| {
        let plan = RunPlan { grader: &grader, stop: &stop, ..*plan };
        to_file(&plan, input, &fixture.path("out"), |_| {})
    });
    let saved = fixture.journaled("out", 1);
    assert_eq!((summary.is_complete, summary.results), (false, saved));
    assert_eq!(started.into_inner() as u64, saved, "every answer that was started is saved");
    continues_after(&fixture, saved, "slow");
}

#[test]
fn a_run_that_is_stopped_when_all_rows_are_finished_is_complete() {
    let last = format!("r{}", ROWS - 1);
    for jobs in [1, 8] {
        for is_slow in [false, true] {
            let (fixture, stop) = (Fixture::new(), AtomicBool::new(false));
            let grader = HookedGrader { is_slow, before: |_: GraderStep<'_>| {} };
            let summary = fixture.with_plan(&rows(ROWS), jobs, |plan, input| {
                let plan = RunPlan { grader: &grader, stop: &stop, ..*plan };
                let stop_at_end = |row: FinishedRow<'_>| stop.store(row.id == last, Ordering::SeqCst);
                to_file(&plan, input, &fixture.path("out"), stop_at_end)
            });
            assert_eq!((summary.is_complete, summary.results), (true, ROWS as u64), "{jobs} threads, slow: {is_slow}");
            let output = std::fs::read(fixture.path("out")).expect("the output is in its place");
            assert_eq!(output, fixture.uninterrupted(&rows(ROWS)));
        }
    }
}

#[test]
fn a_run_that_is_stopped_while_its_last_answer_is_graded_is_complete() {
    // With one thread, ten blocks circulate: the input is read to its end, and the reading thread waits for a block.
    let (fixture, stop) = (Fixture::new(), AtomicBool::new(false));
    let before = |step: GraderStep<'_>| {
        if matches!(step, GraderStep::Grade("r9")) {
            thread::sleep(Duration::from_millis(50));
            stop.store(true, Ordering::SeqCst);
        }
    };
    let grader = HookedGrader { is_slow: true, before };
    let summary = fixture.with_plan(&rows(10), 1, |plan, input| {
        let plan = RunPlan { grader: &grader, stop: &stop, ..*plan };
        to_file(&plan, input, &fixture.path("out"), |row| {
            // No block becomes empty before the stop.
            while row.id == "r0" && !stop.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(1));
            }
        })
    });
    assert_eq!((summary.is_complete, summary.results), (true, 10));
    assert_eq!(std::fs::read(fixture.path("out")).expect("reads"), fixture.uninterrupted(&rows(10)));
}

#[test]
fn a_run_that_is_stopped_while_it_compares_earlier_results_is_complete_only_at_the_end_of_the_rows() {
    for (count, last, is_complete) in [(10, "r9", true), (ROWS, "r9", false), (ROWS, "r299", true)] {
        let fixture = Fixture::new();
        fixture.run_until(&rows(count), &fixture.path("out"), usize::MAX);
        let stop = AtomicBool::new(false);
        let summary = fixture.with_plan(&rows(count), 2, |plan, input| {
            let plan = RunPlan { stop: &stop, ..*plan };
            to_file(&plan, input, &fixture.path("out"), |row| {
                if row.id == last {
                    stop.store(true, Ordering::SeqCst);
                }
            })
        });
        assert_eq!(summary.is_complete, is_complete, "{count} rows, stopped at {last}");
        assert_eq!(fixture.path("out").exists(), is_complete, "{count} rows, stopped at {last}");
        fixture.run(&rows(count), &fixture.path("out"), 2);
        assert_eq!(std::fs::read(fixture.path("out")).expect("reads"), fixture.uninterrupted(&rows(count)));
    }
}
