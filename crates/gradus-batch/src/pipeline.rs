//! The threads: one reads, several grade, one writes in the order of rows.
//!
//! A fixed number of loads goes round. Whoever is ahead waits for an empty one, so memory is bounded by
//! them, whatever the input's size and whoever is slow.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::caught::{Panicked, caught};
use super::error::{BatchError, PanicPlace};
use super::input::Input;
use super::load::Load;
use super::order::Order;
use super::run_folder::{Keep, Sink, Windows};
use super::work::{Unfinished, Work};
use gradus_core::judge::Halt;
use gradus_core::score::Workspace;

/// Loads that go round, for each thread that grades ...
const LOADS: usize = 2;
/// ... and where answers take very different times, so that a slow one does not hold up the others soon.
const LOADS_JUDGED: usize = 8;
/// How often results are made to last.
const KEEP: Duration = Duration::from_secs(1);

/// Where rows come from, when some may have been read already.
pub(super) struct Rest<'i> {
    pub(super) input: &'i mut Input,
    /// Rows that were read and not dealt with.
    pub(super) begun: Option<Load>,
    /// The number of the next row.
    pub(super) next: u64,
    pub(super) windows: Windows,
}

/// Why the threads came to an end before the rows did.
pub(super) enum Stopped {
    Reading(BatchError),
    Working(io::Error),
    Writing(io::Error),
    Halted(Halt),
    Panicked(PanicPlace, Panicked),
}

/// What comes of a load.
enum Outcome {
    Done(Box<Load>),
    /// It cannot be written.
    Failed(io::Error),
    /// No more is to be graded: this load, and what comes after it.
    Halted(Halt),
    /// A thread that grades panicked outside of any row.
    Panicked(Panicked),
}

/// Takes all rows through; `stop` ends reading, and what is on its way is finished. It is set, too, where
/// something fails, so that nobody waits for rows that do not come.
pub(super) fn run(
    work: &Work<'_>,
    rest: Rest<'_>,
    order: &mut Order<'_, '_>,
    sink: &mut Sink<'_>,
    (jobs, stop): (usize, &AtomicBool),
) -> Result<(), Stopped> {
    let count = jobs * if work.grader.is_slow() { LOADS_JUDGED } else { LOADS } + 2;
    let (empty_in, empty) = bounded(count);
    let (read_in, read) = bounded::<Load>(count);
    let (graded_in, graded) = bounded(count);
    for _ in 0..count {
        // The channel holds as many.
        let _ = empty_in.send(Load::default());
    }
    let keeper = sink.keeper().map_err(Stopped::Writing)?;
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let rows = Cell::new(rest.next);
            let read = caught(|| read_all(work, rest, (&empty, &read_in), &rows, stop));
            let failed = |panic| Stopped::Panicked(PanicPlace::Reading { rows: rows.get() }, panic);
            read.map_err(failed)?.map_err(Stopped::Reading)
        });
        for _ in 0..jobs {
            let (read, graded) = (read.clone(), graded_in.clone());
            scope.spawn(move || {
                if let Err(panic) = caught(|| grade_all(work, &read, &graded, stop)) {
                    stop.store(true, Ordering::Relaxed);
                    // Where nobody listens, the run has ended already.
                    let _ = graded.send(Outcome::Panicked(panic));
                }
            });
        }
        drop((read, graded_in));
        let (ended_in, ended) = bounded::<()>(0);
        let keeping = scope.spawn(move || caught(|| keep_all(&keeper, &ended, stop)).unwrap_or_else(while_writing));
        // It takes the ends of both channels, so that nobody waits for it when it gives up.
        let written = caught(|| write_all(order, sink, (graded, empty_in))).unwrap_or_else(while_writing);
        if written.is_err() {
            stop.store(true, Ordering::Relaxed);
        }
        drop(ended_in);
        let joined = |ended: thread::Result<Result<(), Stopped>>| ended.unwrap_or_else(|_| while_writing(unknown()));
        written.and(joined(keeping.join())).and(joined(reader.join()))
    })
}

/// A panic of the thread that writes.
fn while_writing(panic: Panicked) -> Result<(), Stopped> {
    Err(Stopped::Panicked(PanicPlace::Writing, panic))
}

/// A panic that got past everything that catches one.
fn unknown() -> Panicked {
    Panicked { message: "a thread panicked".to_owned(), location: None }
}

/// Grades loads until there are no more.
fn grade_all(work: &Work<'_>, read: &Receiver<Load>, graded: &Sender<Outcome>, stop: &AtomicBool) {
    let mut workspace = Workspace::new();
    for mut load in read {
        let outcome = match load.grade(work, &mut workspace) {
            Ok(()) => {
                if load.panicked.is_some() {
                    stop.store(true, Ordering::Relaxed);
                }
                Outcome::Done(Box::new(load))
            }
            Err(Unfinished::Writing(error)) => Outcome::Failed(error),
            Err(Unfinished::Halted(halt)) => {
                stop.store(true, Ordering::Relaxed);
                Outcome::Halted(halt)
            }
        };
        if graded.send(outcome).is_err() {
            break;
        }
    }
}

/// Makes results last from time to time, until the run has ended.
fn keep_all(keeper: &Keep, ended: &Receiver<()>, stop: &AtomicBool) -> Result<(), Stopped> {
    while ended.recv_timeout(KEEP).is_err_and(|error| error.is_timeout()) {
        if let Err(error) = keeper() {
            stop.store(true, Ordering::Relaxed);
            return Err(Stopped::Writing(error));
        }
    }
    Ok(())
}

fn read_all(
    work: &Work<'_>,
    rest: Rest<'_>,
    (empty, read): (&Receiver<Load>, &Sender<Load>),
    rows: &Cell<u64>,
    stop: &AtomicBool,
) -> Result<(), BatchError> {
    let Rest { input, mut begun, mut next, mut windows } = rest;
    let mut turn = 0;
    while !stop.load(Ordering::Relaxed) {
        let Ok(mut load) = empty.recv() else { break };
        match begun.take() {
            Some(begun) => load = begun,
            None => match input.fill(&mut load.block) {
                Ok(true) => load.first = next,
                Ok(false) => break,
                Err(_) if stop.load(Ordering::Relaxed) => break,
                Err(error) => return Err(error.into()),
            },
        }
        load.turn = turn;
        (turn, next) = (turn + 1, load.first + load.block.len() as u64);
        rows.set(next);
        let look_up = load.look_up(work, &mut windows);
        look_up.map_err(|error| BatchError::Disk { doing: "read", path: "results of before".into(), error })?;
        if read.send(load).is_err() {
            break;
        }
    }
    Ok(())
}

fn write_all(
    order: &mut Order<'_, '_>,
    sink: &mut Sink<'_>,
    (graded, empty): (Receiver<Outcome>, Sender<Load>),
) -> Result<(), Stopped> {
    let (mut waiting, mut turn, mut halted, mut panicked) = (BTreeMap::new(), 0, None, None);
    let mut empty = Some(empty);
    for outcome in graded {
        if matches!(outcome, Outcome::Halted(_) | Outcome::Panicked(_)) {
            // Loads that are given up do not come back: whoever waits for one is told so.
            empty = None;
        }
        match outcome {
            Outcome::Done(load) => drop(waiting.insert(load.turn, load)),
            Outcome::Failed(error) => return Err(Stopped::Working(error)),
            // Whoever was only told to stop knows no reason; somebody else may.
            Outcome::Halted(Halt::Asked) => {}
            Outcome::Halted(halt) => drop(halted.get_or_insert(halt)),
            Outcome::Panicked(panic) => drop(panicked.get_or_insert(panic)),
        }
        // What comes after a row that was given up has no place to be written to; its replies are kept elsewhere.
        while let Some(mut load) = waiting.remove(&turn) {
            order.take(&mut load, sink).map_err(Stopped::Writing)?;
            if let Some((at, panic)) = load.panicked.take() {
                return Err(Stopped::Panicked(at, panic));
            }
            turn += 1;
            if let Some(empty) = &empty {
                // Nobody takes it when all is read.
                let _ = empty.send(*load);
            }
        }
    }
    if let Some(panic) = panicked {
        return Err(Stopped::Panicked(PanicPlace::Run, panic));
    }
    halted.map_or(Ok(()), |why| Err(Stopped::Halted(why)))
}
