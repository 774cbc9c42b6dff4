//! Finds all phrases of a rubric in one pass over a document.
//!
//! For every node the automaton keeps only where it was reached last: a later arrival can do
//! whatever an earlier one could. So each word costs the edges it takes, and nothing else.

use super::edges::{Edge, Means, START};
use super::lookup::Matcher;
use crate::model::How;
use crate::text::{Document, Join, Lexicon, Quantity, Sentence, WordId};

/// A phrase at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Number of the phrase.
    pub phrase: u32,
    /// First token.
    pub first: u32,
    /// Last token.
    pub last: u32,
    /// Number of the sentence.
    pub sentence: u32,
    /// How it was recognised.
    pub how: How,
    /// Whether it stands in a negated clause and does not carry the negation itself.
    pub negated: bool,
    /// Whether it consists of one part, so that all from first to last belongs to it.
    pub whole: bool,
}

/// What a matcher learns and needs while it runs: one for each matcher and thread.
///
/// Never changes a result, only the time it takes.
#[derive(Default)]
pub struct Scratch {
    generation: u32,
    words: Vec<Resolved>,
    edges: Vec<Edge>,
    states: Vec<Reached>,
    parts: Vec<PartSeen>,
    ahead: Vec<(u32, Arrival)>,
    base: u32,
}

#[derive(Clone, Copy)]
struct Resolved {
    start: u32,
    count: u32,
    /// Whether a word written apart may begin here.
    head: bool,
}

const UNRESOLVED: Resolved = Resolved { start: u32::MAX, count: 0, head: false };

/// Where a node was reached: positions count over all documents of a scratch, so that nothing has
/// to be cleared between them.
#[derive(Clone, Copy, Default)]
struct Reached {
    first: u32,
    last: u32,
    how: Means,
}

#[derive(Clone, Copy)]
struct Arrival {
    node: u16,
    reached: Reached,
}

#[derive(Clone, Copy, Default)]
struct PartSeen {
    first: u32,
    last: u32,
    how: Means,
    negated: bool,
}

impl Scratch {
    /// Knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn prepare(&mut self, matcher: &Matcher, lexicon: &Lexicon, tokens: usize) {
        if self.generation != lexicon.generation() {
            self.words.clear();
            self.edges.clear();
            self.generation = lexicon.generation();
        }
        let fits = self.base.checked_add(tokens as u32).is_some_and(|end| end < u32::MAX - 1);
        if self.base == 0 || !fits {
            self.states.clear();
            self.parts.clear();
            self.base = 1;
        }
        self.states.resize(matcher.accepts.len(), Reached::default());
        self.parts.resize(matcher.parts.len(), PartSeen::default());
    }

    fn resolve(&mut self, matcher: &Matcher, lexicon: &Lexicon, word: WordId) -> Resolved {
        if let Some(resolved) = self.words.get(word.index()) {
            if resolved.start != UNRESOLVED.start {
                return *resolved;
            }
        } else {
            self.words.resize(word.index() + 1, UNRESOLVED);
        }
        let mut found = Vec::new();
        let head = matcher.resolve(lexicon, word, &mut found);
        let resolved = Resolved { start: self.edges.len() as u32, count: found.len() as u32, head };
        self.edges.extend(found);
        self.words[word.index()] = resolved;
        resolved
    }
}

impl Matcher {
    /// Adds every hit in `document` to `hits`, in the order of the tokens they end at.
    pub fn run(&self, document: &Document, lexicon: &mut Lexicon, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        scratch.prepare(self, lexicon, document.tokens().len());
        let base = scratch.base;
        let mut run = Run { matcher: self, document, scratch, hits, base };
        let (mut quantities, mut joins) = (document.quantities(), document.joins());
        for (number, sentence) in document.sentences().iter().enumerate() {
            run.sentence(number as u32, *sentence, lexicon, &mut quantities, &mut joins);
        }
        scratch.base = base + document.tokens().len() as u32;
    }
}

struct Run<'a> {
    matcher: &'a Matcher,
    document: &'a Document,
    scratch: &'a mut Scratch,
    hits: &'a mut Vec<Hit>,
    base: u32,
}

impl Run<'_> {
    fn sentence(
        &mut self,
        number: u32,
        sentence: Sentence,
        lexicon: &mut Lexicon,
        quantities: &mut &[Quantity],
        joins: &mut &[Join],
    ) {
        let place = Place { number, first: sentence.first + self.base };
        for at in sentence.first..sentence.end {
            let token = self.document.tokens()[at as usize];
            let resolved = self.scratch.resolve(self.matcher, lexicon, token.word);
            while let Some((quantity, rest)) = quantities.split_first().filter(|(quantity, _)| quantity.first == at) {
                *quantities = rest;
                for edge in self.matcher.quantity_edges(quantity.kinds) {
                    self.depart(place, *edge, at, quantity.last, Means::QUANTITY);
                }
            }
            while let Some((join, rest)) = joins.split_first().filter(|(join, _)| join.first == at) {
                *joins = rest;
                self.depart_by_word(place, lexicon, join.word, at, join.last);
            }
            if resolved.head && at + 1 < sentence.end {
                let next = self.document.tokens()[at as usize + 1].word;
                let word = lexicon.intern_apart(token.word, next);
                self.depart_by_word(place, lexicon, word, at, at + 1);
            }
            for edge in resolved.start..resolved.start + resolved.count {
                let edge = self.scratch.edges[edge as usize];
                self.depart(place, edge, at, at, Means::EXACT);
            }
            self.arrive_ahead(place, at);
        }
    }

    fn depart_by_word(&mut self, place: Place, lexicon: &Lexicon, word: WordId, first: u32, last: u32) {
        let resolved = self.scratch.resolve(self.matcher, lexicon, word);
        for edge in resolved.start..resolved.start + resolved.count {
            let edge = self.scratch.edges[edge as usize];
            self.depart(place, edge, first, last, Means::EXACT);
        }
    }

    /// Takes a step over the tokens `first` to `last`. It arrives when the last one is done, so that
    /// no word is taken for two steps of one chain.
    fn depart(&mut self, place: Place, edge: Edge, first: u32, last: u32, how: Means) {
        if let Some(mut reached) = self.follow(place, edge, first, last) {
            reached.how = reached.how.and(how);
            self.scratch.ahead.push((last, Arrival { node: edge.to, reached }));
        }
    }

    fn arrive_ahead(&mut self, place: Place, at: u32) {
        let mut kept = 0;
        for i in 0..self.scratch.ahead.len() {
            let (last, arrival) = self.scratch.ahead[i];
            if last == at {
                self.arrive(place, arrival);
            } else {
                self.scratch.ahead[kept] = (last, arrival);
                kept += 1;
            }
        }
        self.scratch.ahead.truncate(kept);
    }

    /// Where `edge` leads over the tokens `first` to `last`, if its node was reached close enough.
    fn follow(&self, place: Place, edge: Edge, first: u32, last: u32) -> Option<Reached> {
        let (first, last) = (first + self.base, last + self.base);
        if edge.from == START {
            return Some(Reached { first, last, how: edge.how });
        }
        let before = self.scratch.states[usize::from(edge.from)];
        let close = before.last >= place.first && before.last < first && first - before.last - 1 <= u32::from(edge.gap);
        close.then(|| Reached { first: before.first, last, how: before.how.and(edge.how) })
    }

    fn arrive(&mut self, place: Place, arrival: Arrival) {
        let state = &mut self.scratch.states[usize::from(arrival.node)];
        let later = (arrival.reached.last, arrival.reached.first) > (state.last, state.first);
        if later {
            *state = arrival.reached;
        }
        if let Some(part) = self.matcher.accepts[usize::from(arrival.node)] {
            self.accept(place, part, arrival.reached);
        }
    }

    /// A part of a phrase was found; a hit if all of its parts were, in this sentence.
    fn accept(&mut self, place: Place, part: u32, reached: Reached) {
        let number = self.matcher.parts[part as usize].phrase;
        let phrase = &self.matcher.phrases[number as usize];
        let negated =
            !phrase.carries_negation && self.document.is_negated(reached.first - self.base, reached.last - self.base);
        let seen = PartSeen { first: reached.first, last: reached.last, how: reached.how, negated };
        if phrase.parts == 1 {
            return self.hit(place, number, seen, true);
        }
        let known = &mut self.scratch.parts[part as usize];
        let stands = known.first >= place.first && !known.negated;
        if !(stands && negated) {
            *known = seen;
        }
        let all = &self.scratch.parts[phrase.first_part as usize..(phrase.first_part + phrase.parts) as usize];
        if all.iter().all(|part| part.first >= place.first) {
            let together = all.iter().fold(all[0], |one, other| PartSeen {
                first: one.first.min(other.first),
                last: one.last.max(other.last),
                how: one.how.and(other.how),
                negated: one.negated || other.negated,
            });
            self.hit(place, number, together, false);
        }
    }

    fn hit(&mut self, place: Place, phrase: u32, seen: PartSeen, whole: bool) {
        self.hits.push(Hit {
            phrase,
            first: seen.first - self.base,
            last: seen.last - self.base,
            sentence: place.number,
            how: seen.how.furthest(),
            negated: seen.negated,
            whole,
        });
    }
}

/// The sentence a run is in: its number, and the position it begins at.
#[derive(Clone, Copy)]
struct Place {
    number: u32,
    first: u32,
}
