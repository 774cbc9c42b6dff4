//! What happens to rows in the order of the input: twins are refused, results told of and written.

use std::io::{self, IoSlice};

use super::ids::Ids;
use super::load::Load;
use super::run_folder::{Entry, Sink, journal_line};
use super::work::{Ready, Unfinished, Work};
use gradus_core::model::{GradeSummary, Question};
use gradus_core::questions::{FoundQuestion, PreparedQuestion};
use gradus_core::score::Workspace;

/// A result that is through.
#[derive(Debug, Clone, Copy)]
pub struct Through<'a> {
    /// Line that the row began at.
    pub line: u64,
    /// What the row is called.
    pub id: &'a str,
    /// What the result comes to.
    pub marks: &'a GradeSummary,
    /// The question it was graded against.
    pub question: Option<&'a Question>,
    /// How the question was found.
    pub found: Option<&'a FoundQuestion>,
    /// Whether it was graded in this run.
    pub fresh: bool,
}

/// Is told of each result, in the order of rows.
pub type Observe<'o> = dyn FnMut(Through<'_>) -> io::Result<()> + 'o;

/// A row that was refused because of its twin: its place in the load, its result, and its journal line.
struct Twin {
    place: usize,
    result: Vec<u8>,
    line: Vec<u8>,
}

/// Goes through rows in order.
pub(super) struct Order<'w, 'o> {
    work: &'w Work<'w>,
    observe: &'o mut Observe<'o>,
    ids: Ids,
    results: u64,
}

impl<'w, 'o> Order<'w, 'o> {
    pub(super) fn new(work: &'w Work<'w>, observe: &'o mut Observe<'o>) -> Self {
        Self { work, observe, ids: Ids::default(), results: 0 }
    }

    /// How many results are through.
    pub(super) fn results(&self) -> u64 {
        self.results
    }

    /// Whether some ids were not held against all others.
    pub(super) fn forgot_ids(&self) -> bool {
        self.ids.is_full()
    }

    /// Settles a row that may be a twin of one before.
    pub(super) fn settle<'a>(&self, ready: Ready<'a>) -> Ready<'a> {
        match ready.same.and_then(|same| self.ids.first(same)) {
            Some(first) => self.work.duplicate(ready, first),
            None => ready,
        }
    }

    /// Passes over a row that belongs to another part.
    pub(super) fn pass(&mut self, ready: &Ready<'_>) {
        ready.same.and_then(|same| self.ids.note(same, ready.line));
    }

    /// Tells of a result that stands there already.
    pub(super) fn keep(&mut self, ready: &Ready<'_>, entry: &Entry) -> io::Result<()> {
        self.pass(ready);
        self.results += 1;
        (self.observe)(Through {
            line: ready.line,
            id: &ready.id,
            marks: &entry.marks,
            question: ready.question(),
            found: ready.found.as_deref().and_then(|found| found.as_ref().ok()),
            fresh: false,
        })
    }

    /// Writes the results of a load in the order of rows, then tells of them.
    pub(super) fn take(&mut self, load: &mut Load, sink: &mut Sink<'_>) -> io::Result<()> {
        let twins = self.refuse_twins(load)?;
        let mut next = twins.iter().peekable();
        let (mut results, mut lines) = (Vec::with_capacity(load.done.len()), Vec::new());
        for (place, row) in load.done.iter().enumerate() {
            if let Some(twin) = next.next_if(|twin| twin.place == place) {
                results.push(IoSlice::new(&twin.result));
                lines.extend_from_slice(&twin.line);
            } else {
                results.push(IoSlice::new(&load.results[row.result.clone()]));
                if !twins.is_empty() {
                    lines.extend_from_slice(&load.lines[row.line_at.clone()]);
                }
            }
        }
        sink.append(&mut results, if twins.is_empty() { &load.lines } else { &lines })?;
        self.tell(load)
    }

    /// Refuses the rows of a load that have a twin above.
    fn refuse_twins(&mut self, load: &mut Load) -> io::Result<Vec<Twin>> {
        let mut twins = Vec::new();
        for (place, row) in load.done.iter_mut().enumerate() {
            let first = row.same.and_then(|same| self.ids.note(same, row.line));
            let Some(first) = first.filter(|_| !self.work.is_foreign(row.number)) else { continue };
            let given = load.block.row(place, self.work.columns);
            let twin = self.work.duplicate(self.work.ready(row.number, given), first);
            let (mut result, mut line) = (Vec::new(), Vec::new());
            let entry = match self.work.finish(&twin, &mut Workspace::new(), &mut result) {
                Ok(entry) => entry,
                Err(Unfinished::Writing(error)) => return Err(error),
                Err(Unfinished::Halted(_)) => continue, // what is refused is graded by nobody
            };
            journal_line(&entry, &mut line)?;
            row.marks = Some(entry.marks);
            twins.push(Twin { place, result, line });
        }
        Ok(twins)
    }

    fn tell(&mut self, load: &Load) -> io::Result<()> {
        for row in &load.done {
            let Some(marks) = &row.marks else { continue };
            self.results += 1;
            let found = row.found.as_deref().and_then(|found| found.as_ref().ok());
            let question = found.and_then(|found| self.work.questions.prepare(found).ok());
            let question = question.map(PreparedQuestion::question);
            (self.observe)(Through { line: row.line, id: &row.id, marks, question, found, fresh: row.fresh })?;
        }
        Ok(())
    }
}
