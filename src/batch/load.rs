//! Rows on their way through the threads, with what becomes of them.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::input::Block;
use super::key::Key;
use super::questions::Settled;
use super::store::{Entry, Windows, journal_line};
use super::work::{Ready, Unfinished, Work};
use crate::model::Marks;
use crate::score::Workspace;

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
    /// What became of each row.
    pub(super) done: Vec<Done>,
}

/// What became of a row.
pub(super) struct Done {
    pub(super) number: u64,
    pub(super) line: u64,
    pub(super) id: String,
    pub(super) same: Option<u64>,
    pub(super) settled: Option<Arc<Settled>>,
    /// `None` for rows that belong to another part.
    pub(super) marks: Option<Marks>,
    pub(super) fresh: bool,
    /// Where its result and its journal line stand.
    pub(super) result: Range<usize>,
    pub(super) line_at: Range<usize>,
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
            let key: Key = work.ready(number, self.block.row(place, work.columns)).key;
            let start = self.results.len();
            let found = windows.take(work.number_in_part(number), key, &mut self.results)?;
            *known = found.filter(|entry| !work.is_open(entry)).map(|entry| (entry, start..self.results.len()));
        }
        Ok(())
    }

    /// Grades the rows that are not known: those of one question together, because what grading them needs is
    /// then at hand.
    pub(super) fn grade(&mut self, work: &Work<'_>, workspace: &mut Workspace) -> Result<(), Unfinished> {
        let Self { first, block, known, results, lines, done, .. } = self;
        let number = |place: usize| *first + place as u64;
        let rows = (0..block.len()).map(|place| work.ready(number(place), block.row(place, work.columns)));
        let rows: Vec<Ready<'_>> = rows.collect();
        known.resize_with(rows.len(), || None);
        let mut fresh = vec![false; rows.len()];
        let is_open = |place: &usize| !work.is_foreign(number(*place)) && known[*place].is_none();
        let mut open: Vec<usize> = (0..rows.len()).filter(is_open).collect();
        open.sort_by_key(|place| rows[*place].question().map(std::ptr::from_ref));
        for place in open {
            let start = results.len();
            let entry = work.finish(&rows[place], workspace, results)?;
            known[place] = Some((entry, start..results.len()));
            fresh[place] = true;
        }
        lines.clear();
        done.clear();
        for (place, ((row, known), fresh)) in rows.into_iter().zip(known.drain(..)).zip(fresh).enumerate() {
            let start = lines.len();
            let (marks, result) = match known {
                Some((entry, result)) => {
                    let entry = Entry { line: row.line, ..entry };
                    journal_line(&entry, lines)?;
                    (Some(entry.marks), result)
                }
                None => (None, 0..0),
            };
            done.push(Done {
                number: number(place),
                line: row.line,
                same: row.same,
                id: row.id.into_owned(),
                settled: row.settled,
                marks,
                fresh,
                result,
                line_at: start..lines.len(),
            });
        }
        Ok(())
    }
}
