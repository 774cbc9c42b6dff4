//! Rows on their way through the threads, with what becomes of them.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use super::caught::{Panicked, caught};
use super::error::PanicPlace;
use super::input::Block;
use super::row_question::RowQuestion;
use super::run_folder::{Entry, Windows, journal_line};
use super::work::{Ready, Unfinished, Work};
use gradus_core::model::GradeSummary;
use gradus_core::score::Workspace;

/// A block of rows and the results of these rows. Its buffers are used again.
#[derive(Default)]
pub(super) struct Load {
    /// Its place among all loads.
    pub(super) turn: u64,
    /// The number of its first row, from 0.
    pub(super) first: u64,
    pub(super) block: Block,
    /// What runs before have of these rows, by the place of the row; empty where there is nothing to look up.
    known: Vec<Option<(Entry, Range<usize>)>>,
    /// The results, in any order.
    pub(super) results: Vec<u8>,
    /// The journal's lines for them, in the order of rows.
    pub(super) lines: Vec<u8>,
    /// What became of each row; where one panicked, of those before it.
    pub(super) done: Vec<Done>,
    /// The first row that panicked.
    pub(super) panicked: Option<PanickedAt>,
}

/// What became of a row.
pub(super) struct Done {
    pub(super) number: u64,
    pub(super) line: u64,
    pub(super) id: String,
    pub(super) same: Option<u64>,
    pub(super) found: Option<RowQuestion>,
    /// `None` for rows that belong to another part.
    pub(super) marks: Option<GradeSummary>,
    pub(super) fresh: bool,
    /// Where its result and its journal line stand.
    pub(super) result: Range<usize>,
    pub(super) line_at: Range<usize>,
}

impl Done {
    /// Of a row with what is known of its result, if anything; the journal's line for it goes to `lines`.
    fn new(
        number: u64,
        row: Ready<'_>,
        known: Option<(Entry, Range<usize>)>,
        fresh: bool,
        lines: &mut Vec<u8>,
    ) -> io::Result<Self> {
        let start = lines.len();
        let (marks, result) = match known {
            Some((entry, result)) => {
                let entry = Entry { line: row.line, ..entry };
                journal_line(&entry, lines)?;
                (Some(entry.marks), result)
            }
            None => (None, 0..0),
        };
        let Ready { line, id, same, found, .. } = row;
        let line_at = start..lines.len();
        Ok(Self { number, line, id: id.into_owned(), same, found, marks, fresh, result, line_at })
    }
}

impl Load {
    /// Takes over what runs before found for these rows.
    pub(super) fn look_up(&mut self, work: &Work<'_>, windows: &mut Windows) -> io::Result<()> {
        self.known.clear();
        self.results.clear();
        if windows.is_empty() {
            return Ok(());
        }
        self.known.resize_with(self.block.len(), || None);
        for (place, known) in self.known.iter_mut().enumerate() {
            let number = self.first + place as u64;
            if work.is_foreign(number) {
                continue;
            }
            // Where this panics, grading panics as well, and reports it.
            let Ok(ready) = ready(work, number, &self.block, place) else { break };
            let start = self.results.len();
            let found = windows.take(work.number_in_part(number), ready.key, &mut self.results)?;
            *known = found.filter(|entry| !work.is_open(entry)).map(|entry| (entry, start..self.results.len()));
        }
        Ok(())
    }

    /// Grades the rows that are not known: those of one question together, because what grading them needs is
    /// then at hand. A row that panics ends the load: the rows before it are done, and `panicked` is set.
    pub(super) fn grade(&mut self, work: &Work<'_>, workspace: &mut Workspace) -> Result<(), Unfinished> {
        let Self { first, block, known, results, lines, done, panicked, .. } = self;
        *panicked = None;
        let number = |place: usize| *first + place as u64;
        let mut rows = Vec::with_capacity(block.len());
        for place in 0..block.len() {
            match ready(work, number(place), block, place) {
                Ok(row) => rows.push(row),
                Err(panic) => {
                    *panicked = Some(panic);
                    break;
                }
            }
        }
        known.resize_with(rows.len(), || None);
        let mut fresh = vec![false; rows.len()];
        let is_open = |place: usize| !work.is_foreign(number(place));
        if let Some((place, panic)) = grade_open(work, &rows, is_open, known, &mut fresh, (workspace, results))? {
            rows.truncate(place);
            *panicked = Some(panic);
        }
        lines.clear();
        done.clear();
        for (place, ((row, known), fresh)) in rows.into_iter().zip(known.drain(..)).zip(fresh).enumerate() {
            done.push(Done::new(number(place), row, known, fresh, lines)?);
        }
        Ok(())
    }
}

/// A panic, and where in the input.
pub(super) type PanickedAt = (PanicPlace, Panicked);

/// Grades the rows that are open and not known, and returns the first row that panicked; every row before it is
/// graded then.
fn grade_open(
    work: &Work<'_>,
    rows: &[Ready<'_>],
    is_open: impl Fn(usize) -> bool,
    known: &mut [Option<(Entry, Range<usize>)>],
    fresh: &mut [bool],
    (workspace, results): (&mut Workspace, &mut Vec<u8>),
) -> Result<Option<(usize, PanickedAt)>, Unfinished> {
    let mut panicked: Option<(usize, PanickedAt)> = None;
    let slots = rows.iter().zip(known).zip(fresh).enumerate();
    let mut open: Vec<_> = slots.filter(|(place, ((_, known), _))| is_open(*place) && known.is_none()).collect();
    open.sort_by_key(|(_, ((row, _), _))| row.question().map(std::ptr::from_ref));
    for (place, ((row, known), fresh)) in open {
        if panicked.as_ref().is_some_and(|(first, _)| *first < place) {
            continue;
        }
        let start = results.len();
        match caught(|| work.finish(row, workspace, results)) {
            Ok(entry) => {
                *known = Some((entry?, start..results.len()));
                *fresh = true;
            }
            Err(panic) => {
                *workspace = Workspace::new(); // it may be half changed
                let at = PanicPlace::Row { line: row.line, id: Some(row.id.clone().into_owned()) };
                panicked = Some((place, (at, panic)));
            }
        }
    }
    Ok(panicked)
}

/// Settles a row of the block.
fn ready<'a, 'w: 'a>(work: &Work<'w>, number: u64, block: &'a Block, place: usize) -> Result<Ready<'a>, PanickedAt> {
    caught(|| work.ready(number, block.row(place, work.columns))).map_err(|panicked| {
        let row = caught(|| {
            let row = block.row(place, work.columns);
            (row.line, row.id.map(Cow::into_owned))
        });
        let at = match row {
            Ok((line, id)) => PanicPlace::Row { line, id },
            Err(_) => PanicPlace::Reading { rows: number },
        };
        (at, panicked)
    })
}
