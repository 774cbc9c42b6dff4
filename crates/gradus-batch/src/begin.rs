//! How a run begins: anew, where it was broken off, or with what an earlier one has.

use std::sync::atomic::{AtomicBool, Ordering};

use super::error::{BatchError, at};
use super::input::Input;
use super::load::Load;
use super::order::Order;
use super::run_folder::{
    By, Entry, Existing, Layout, Manifest, Place, Replay, RunFolder, SCHEMA, Sink, Source, State, Windows, Written,
};
use super::work::Work;

/// A run that has begun.
pub(super) struct Begun {
    pub(super) manifest: Manifest,
    /// Where results go on; `None` where all stand there as they are.
    pub(super) sink: Option<Sink<'static>>,
    /// Rows that were read and not dealt with.
    pub(super) load: Option<Load>,
    /// The number of the next row to read.
    pub(super) next: u64,
    pub(super) windows: Windows,
    /// Whether results were lost because the journal is damaged.
    pub(super) lost_lines: bool,
}

/// What a run begins with.
pub(super) struct Beginner<'b, 'w, 'o> {
    pub(super) folder: &'b RunFolder<'b>,
    pub(super) work: &'w Work<'w>,
    pub(super) order: &'b mut Order<'w, 'o>,
    pub(super) input: &'b mut Input,
    pub(super) layout: &'b Layout,
    pub(super) by: &'b By,
    pub(super) existing: Existing,
    pub(super) stop: &'b AtomicBool,
}

/// How far the rows are those of the run before.
struct Walked {
    /// The first row that is not, with those after it.
    load: Option<Load>,
    next: u64,
    /// Where the results of the rows before it end.
    place: Place,
    /// All that stands up to there, in short.
    passed: Written,
    /// What the run before has in its place, and whether it is as it was written.
    instead: Option<(Entry, bool)>,
}

impl Beginner<'_, '_, '_> {
    /// Begins; `first` are the first rows.
    pub(super) fn begin(mut self, first: Load) -> Result<Begun, BatchError> {
        let Existing { restart, force } = self.existing;
        let known = match self.folder.manifest() {
            Err(BatchError::Manifest { .. }) if restart || force => None,
            known => known?,
        };
        let Some(known) = known else { return self.anew(self.manifest()?, first) };
        let differences = known.layout.differences(self.layout);
        if !differences.is_empty() && !restart && !force {
            return Err(self.different(differences));
        }
        if restart || known.layout != *self.layout {
            return self.anew(Manifest { before: Vec::new(), ..self.after(&known)? }, first);
        }
        self.with(known, first)
    }

    fn different(&self, differences: Vec<String>) -> BatchError {
        BatchError::Different { output: self.folder.output().to_owned(), differences }
    }

    /// The manifest of a first run.
    fn manifest(&self) -> Result<Manifest, BatchError> {
        Ok(Manifest {
            schema: SCHEMA,
            gradus: env!("CARGO_PKG_VERSION").to_owned(),
            input: self.input.name().to_owned(),
            layout: self.layout.clone(),
            by: self.by.clone(),
            state: State::Running,
            generation: 1,
            before: Vec::new(),
            published: None,
            publishing: None,
            replaces: if self.existing.force { self.folder.there()? } else { None },
            reports: Vec::new(),
        })
    }

    /// The manifest of a run after another, from which results may be taken over.
    fn after(&self, known: &Manifest) -> Result<Manifest, BatchError> {
        let first = self.manifest()?;
        let Manifest { published, publishing, reports, .. } = known.clone();
        Ok(Manifest {
            generation: known.generation + 1,
            before: [vec![known.generation], known.before.clone()].concat(),
            published,
            publishing,
            replaces: first.replaces.or(known.replaces),
            reports,
            ..first
        })
    }

    /// Begins without any results.
    fn anew(&self, manifest: Manifest, first: Load) -> Result<Begun, BatchError> {
        self.folder.check_output(&manifest)?;
        let sink = self.folder.begin(&manifest)?;
        let windows = self.windows(&manifest)?;
        let next = first.block.len() as u64;
        Ok(Begun { manifest, sink: Some(sink), next, load: Some(first), windows, lost_lines: false })
    }

    fn windows(&self, manifest: &Manifest) -> Result<Windows, BatchError> {
        let sources =
            manifest.before.iter().map(|before| self.folder.source(*before)).collect::<Result<Vec<_>, _>>()?;
        Windows::open(&sources, self.layout.head.as_bytes()).map_err(at("read", self.folder.output()))
    }

    /// Goes on with what a run of the same layout has: in place, not at all, or with what of it still holds.
    fn with(&mut self, known: Manifest, first: Load) -> Result<Begun, BatchError> {
        let source = self.folder.source(known.generation)?;
        let replay = Replay::open(&source, self.layout.head.as_bytes()).map_err(at("read", &source.journal))?;
        let Some(mut replay) = replay else {
            let manifest = Manifest { before: known.before.clone(), ..self.after(&known)? };
            let lost_lines = source.has_entries().map_err(at("read", &source.journal))?;
            return Ok(Begun { lost_lines, ..self.anew(manifest, first)? });
        };
        let walked = self.walk(&mut replay, first, &source)?;
        let lost_lines = replay.has_lost_lines().map_err(at("read", &source.journal))?;
        let Walked { load, next, place, passed, instead } = walked;
        let as_it_is = |manifest, lost_lines| {
            let windows = Windows::none();
            Ok(Begun { manifest, sink: None, load: None, next, windows, lost_lines })
        };
        if self.stop.load(Ordering::Relaxed) {
            return as_it_is(known, lost_lines);
        }
        let replaces = if self.existing.force { self.folder.there()? } else { known.replaces };
        let known = Manifest { replaces, by: self.by.clone(), ..known };
        self.folder.check_output(&known)?;
        if self.folder.is_in_making(&known) && instead.is_none() {
            self.folder.save(&known)?;
            let sink = Some(RunFolder::go_on(&source, place, passed)?);
            let windows = self.windows(&known)?;
            return Ok(Begun { manifest: known, sink, load, next, windows, lost_lines });
        }
        let is_same = load.is_none() && instead.is_none() && !replay.is_torn();
        if is_same && self.folder.is_as_written(&known)? {
            return as_it_is(known, lost_lines);
        }
        let is_other = place == replay.start() && known.input != self.input.name();
        if is_other && !self.existing.force && !self.knows_any(&source, load.as_ref())? {
            let told = format!("input: {} before, {} now", known.input, self.input.name());
            return Err(self.different(vec![told]));
        }
        let manifest = self.after(&known)?;
        let sink = Some(self.folder.fork(&manifest, &source, (place, passed))?);
        let windows = self.windows(&manifest)?;
        Ok(Begun { manifest, sink, load, next, windows, lost_lines })
    }

    /// Whether results of any of these rows stand there.
    fn knows_any(&self, source: &Source, load: Option<&Load>) -> Result<bool, BatchError> {
        let reading = || at("read", &source.journal);
        let mut windows = Windows::open(std::slice::from_ref(source), self.layout.head.as_bytes()).map_err(reading())?;
        let Some(load) = load else { return Ok(false) };
        for place in 0..load.block.len() {
            let number = load.first + place as u64;
            let ready = self.work.ready(number, load.block.row(place, self.work.columns));
            let row = self.work.number_in_part(number);
            if windows.take(row, ready.key, &mut Vec::new()).map_err(reading())?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes along rows and results as long as they belong together.
    fn walk(&mut self, replay: &mut Replay, mut load: Load, source: &Source) -> Result<Walked, BatchError> {
        let (mut place, mut passed) = (replay.place(), replay.passed().clone());
        let mut next = load.block.len() as u64;
        loop {
            for row in 0..load.block.len() {
                let number = load.first + row as u64;
                let given = load.block.row(row, self.work.columns);
                let ready = self.order.settle(self.work.ready(number, given));
                if self.work.is_foreign(number) {
                    self.order.pass(&ready);
                    continue;
                }
                let entry = replay.next().map_err(at("read", &source.data))?;
                match entry {
                    Some((entry, true)) if entry.key == ready.key && !self.work.is_open(&entry) => {
                        self.order.keep(&ready, &entry).map_err(at("tell of", &source.data))?;
                        place = replay.place();
                        passed.clone_from(replay.passed());
                    }
                    instead => {
                        drop(ready);
                        load.block.skip(row);
                        load.first = number;
                        return Ok(Walked { load: Some(load), next, place, passed, instead });
                    }
                }
            }
            let is_stopped = || self.stop.load(Ordering::Relaxed);
            if is_stopped() {
                return Ok(Walked { load: None, next, place, passed, instead: None });
            }
            load.first = next;
            let filled = match self.input.fill(&mut load.block) {
                Err(_) if is_stopped() => continue,
                filled => filled?,
            };
            if !filled {
                let instead = replay.next().map_err(at("read", &source.data))?;
                return Ok(Walked { load: None, next, place, passed, instead });
            }
            next += load.block.len() as u64;
        }
    }
}
