//! After any interruption, the same run gives the output of an uninterrupted run, and loses no saved result.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::run_fixture::{Fixture, QUESTIONS, rows};
use super::run_folder::{Durable, SyncToDisk, folder_of};
use super::{RunTarget, run};

#[test]
fn each_rubric_is_prepared_once_for_any_number_of_answers_and_threads() {
    let fixture = Fixture::new();
    let (summary, new) = fixture.run(&rows(3000), &fixture.path("out"), 4);
    assert!(summary.is_complete);
    assert_eq!((summary.results, new, fixture.questions.prepared()), (3000, 3000, QUESTIONS.len() as u64));
    fixture.run(&rows(3000), &fixture.path("out"), 4);
    assert_eq!(fixture.questions.prepared(), QUESTIONS.len() as u64);
}

#[test]
fn the_number_of_threads_does_not_change_results() {
    let fixture = Fixture::new();
    let rows = rows(2000);
    let uninterrupted = fixture.uninterrupted(&rows);
    for jobs in [1, 3, 8] {
        let output = fixture.path(&format!("out-{jobs}"));
        fixture.run(&rows, &output, jobs);
        assert_eq!(fs::read(&output).expect("reads"), uninterrupted, "{jobs} threads");
    }
}

#[test]
fn a_write_that_fails_at_any_byte_loses_no_result_in_the_journal() {
    let fixture = Fixture::new();
    let rows = rows(5);
    let uninterrupted = fixture.uninterrupted(&rows);
    let journal = fs::read(fixture.path("uninterrupted.gradus/journal.1")).expect("reads");
    for left in (0..uninterrupted.len() + journal.len()).step_by(3) {
        let output = fixture.path(&format!("out-{left}"));
        fixture.run_until(&rows, &output, left);
        let saved = fixture.journaled(&format!("out-{left}"), 1);
        let (summary, new) = fixture.run(&rows, &output, 2);
        assert!(summary.is_complete);
        assert_eq!(fs::read(&output).expect("reads"), uninterrupted, "failed after {left} bytes");
        assert_eq!(new, 5 - saved, "failed after {left} bytes");
    }
}

#[test]
fn a_failing_writer_ends_a_long_run_with_any_number_of_threads() {
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
        fn syncer(&self) -> io::Result<SyncToDisk> {
            Ok(Box::new(|| Ok(())))
        }
    }
    for jobs in [1, 8] {
        let (summary, wait) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let fixture = Fixture::new();
            let failed = fixture.with_plan(&rows(60_000), jobs, |plan, input| {
                let target = RunTarget::Stream { name: Path::new("full"), stream: Box::new(Full) };
                run(plan, input, target, &mut |_| Ok(())).is_err()
            });
            let _ = summary.send(failed);
        });
        let failed = wait.recv_timeout(std::time::Duration::from_mins(2));
        assert_eq!(failed, Ok(true), "{jobs} threads");
    }
}

#[test]
fn a_journal_truncated_within_its_last_two_lines_loses_at_most_two_results() {
    let fixture = Fixture::new();
    let rows = rows(5);
    let uninterrupted = fixture.uninterrupted(&rows);
    fixture.run_until(&rows, &fixture.path("out"), usize::MAX);
    let journal = fs::read(fixture.path("out.gradus/journal.1")).expect("reads");
    let ends: Vec<usize> = memchr::memchr_iter(b'\n', &journal).map(|at| at + 1).collect();
    let [.., fourth, fifth, end] = ends[..] else { panic!("{} lines", ends.len()) };
    for length in fourth..end {
        let output = fixture.path(&format!("out-{length}"));
        copy_folder(&fixture.path("out.gradus"), &folder_of(&output));
        let file = OpenOptions::new().write(true).open(folder_of(&output).join("journal.1")).expect("opens");
        file.set_len(length as u64).expect("truncates");
        let (summary, new) = fixture.run(&rows, &output, 2);
        assert!(summary.is_complete);
        assert_eq!(fs::read(&output).expect("reads"), uninterrupted, "truncated to {length} bytes");
        assert_eq!(new, if length < fifth { 2 } else { 1 }, "truncated to {length} bytes");
    }
}

#[test]
fn results_that_do_not_have_the_checksums_in_the_journal_are_graded_again() {
    let fixture = Fixture::new();
    let rows = rows(5);
    let uninterrupted = fixture.uninterrupted(&rows);
    fixture.run_until(&rows, &fixture.path("out"), usize::MAX);
    let results = fs::read(fixture.path("out.gradus/results.1")).expect("reads");
    assert_eq!(results, uninterrupted);
    for at in (0..results.len()).step_by(5) {
        let output = fixture.path(&format!("out-{at}"));
        copy_folder(&fixture.path("out.gradus"), &folder_of(&output));
        let mut changed = results.clone();
        changed[at] ^= 1;
        fs::write(folder_of(&output).join("results.1"), changed).expect("writes");
        fixture.run(&rows, &output, 2);
        assert_eq!(fs::read(&output).expect("reads"), uninterrupted, "changed at {at}");
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("lists") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("copies");
    }
}
