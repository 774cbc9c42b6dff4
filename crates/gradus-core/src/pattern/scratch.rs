//! What a matcher has learned about words, and which nodes of its automaton were reached.

use super::edges::{Edge, HowSet, START};
use super::word_edges::Matcher;
use crate::text::{Lexicon, Sentence, WordId};

/// Buffers of one matcher in one thread. Positions count over all documents that it has read, so that nothing has to be
/// cleared between them.
///
/// The content affects speed, never a result.
#[derive(Default)]
pub struct Scratch {
    pub(super) generation: u32,
    pub(super) words: Vec<Resolved>,
    pub(super) starts: Vec<Start>,
    pub(super) steps: Vec<Edge>,
    pub(super) continuations: Vec<[u8; 2]>,
    pub(super) nodes: Vec<Node>,
    pub(super) firsts: Vec<u8>,
    pub(super) parts: Vec<PartSeen>,
    /// Position of the first token of the last sentence in which each phrase counted in full, by phrase.
    pub(super) counted: Vec<u32>,
    pub(super) arriving: Vec<Arrival>,
    pub(super) ahead: Vec<(u32, Arrival)>,
    pub(super) base: u32,
}

/// Where a node was last reached: the position in the sentence, from 1, and how its words were recognised. 0 if it was
/// not reached. Two bytes, so that all nodes of a rubric stay in the processor cache.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Node(pub(super) u16);

const _: () = assert!(Sentence::LONGEST < u8::MAX as u32, "positions in a sentence fit into a byte");

impl Node {
    /// Bit of a node that is not the first of its part. [`Scratch::firsts`] has the position where the part started.
    pub(super) const STEPPED: u16 = 1 << 15;

    pub(super) fn new(position: u8, how: HowSet, stepped: bool) -> Self {
        Self(u16::from(position) | how.bits() << 8 | if stepped { Self::STEPPED } else { 0 })
    }

    pub(super) fn position(self) -> u8 {
        self.0 as u8
    }

    pub(super) fn how(self) -> HowSet {
        HowSet::from_bits((self.0 & !Self::STEPPED) >> 8)
    }

    /// Whether a word at `position` is close enough to continue from here.
    pub(super) fn reaches(self, position: u8, gap: u8) -> bool {
        let last = self.position();
        last != 0 && last < position && position - last <= gap + 1
    }
}

/// The tokens of a sentence that matched so far.
#[derive(Clone, Copy)]
pub(super) struct Reached {
    pub(super) first: u8,
    pub(super) last: u8,
    pub(super) how: HowSet,
}

/// The edges of a word: those that start a part, and the others.
#[derive(Clone, Copy)]
pub(super) struct Resolved {
    pub(super) start: u32,
    pub(super) starts: u32,
    pub(super) step: u32,
    pub(super) steps: u32,
    /// First two letters of the words that may follow in a compound, as a range of [`Scratch::continuations`].
    pub(super) continuation: u32,
    pub(super) continuations: u32,
}

const UNRESOLVED: Resolved =
    Resolved { start: u32::MAX, starts: 0, step: 0, steps: 0, continuation: 0, continuations: 0 };

/// An edge from the start node.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub(super) to: u16,
    pub(super) how: HowSet,
    /// Whether the part consists of this one word.
    pub(super) accepts: bool,
}

#[derive(Clone, Copy)]
pub(super) struct Arrival {
    pub(super) node: u16,
    pub(super) reached: Reached,
}

#[derive(Clone, Copy, Default)]
pub(super) struct PartSeen {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) how: HowSet,
    pub(super) negated: bool,
}

impl Scratch {
    /// Buffers without any knowledge about words.
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn prepare(&mut self, matcher: &Matcher, lexicon: &Lexicon, tokens: usize) {
        if self.generation != lexicon.generation() {
            self.words.clear();
            self.starts.clear();
            self.steps.clear();
            self.continuations.clear();
            self.generation = lexicon.generation();
        }
        let fits = self.base.checked_add(tokens as u32).is_some_and(|end| end < u32::MAX - 1);
        // because positions count over all documents, they start again before they overflow
        if self.base == 0 || !fits {
            self.nodes = vec![Node::default(); matcher.accepts.len()];
            self.firsts = vec![0; matcher.accepts.len()];
            self.parts = vec![PartSeen::default(); matcher.parts as usize];
            self.counted = vec![0; matcher.phrases as usize];
            self.base = 1;
        }
    }

    #[inline]
    pub(super) fn resolve(&mut self, matcher: &Matcher, lexicon: &Lexicon, word: WordId) -> Resolved {
        match self.words.get(word.index()) {
            Some(resolved) if resolved.start != UNRESOLVED.start => *resolved,
            _ => self.learn(matcher, lexicon, word),
        }
    }

    pub(super) fn may_continue(&self, resolved: Resolved, next: &str) -> bool {
        let range = resolved.continuation as usize..(resolved.continuation + resolved.continuations) as usize;
        next.as_bytes().first_chunk().is_some_and(|next| self.continuations[range].binary_search(next).is_ok())
    }

    #[cold]
    pub(super) fn learn(&mut self, matcher: &Matcher, lexicon: &Lexicon, word: WordId) -> Resolved {
        let mut found = Vec::new();
        matcher.resolve(lexicon, word, &mut found);
        let mut next = Vec::new();
        matcher.continuations(lexicon, word, &mut next);
        let (continuation, continuations) = (self.continuations.len() as u32, next.len() as u32);
        self.continuations.extend(next);
        let (start, step) = (self.starts.len() as u32, self.steps.len() as u32);
        for edge in found {
            if edge.from == START {
                let accepts = matcher.accepts[usize::from(edge.to)].is_some();
                self.starts.push(Start { to: edge.to, how: edge.how, accepts });
            } else {
                self.steps.push(edge);
            }
        }
        let (starts, steps) = (self.starts.len() as u32 - start, self.steps.len() as u32 - step);
        let resolved = Resolved { start, starts, step, steps, continuation, continuations };
        if self.words.len() <= word.index() {
            self.words.resize(word.index() + 1, UNRESOLVED);
        }
        self.words[word.index()] = resolved;
        resolved
    }
}
