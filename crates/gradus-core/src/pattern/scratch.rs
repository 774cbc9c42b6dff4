//! The buffers of a matcher: what it has learned about words, and which nodes of its automaton were reached.

use super::edges::{Edge, MatchKinds, START};
use super::hit::IdeaMatch;
use super::word_edges::Matcher;
use crate::text::{Lexicon, Sentence, WordId};

/// Buffers of one matcher in one thread. Positions in `parts` and `last_counted_in` count over all documents that the
/// matcher has read, so that neither has to be cleared between documents.
///
/// The content affects speed, never a result.
#[derive(Default)]
pub struct Scratch {
    pub(super) generation: u32,
    pub(super) words: Vec<WordEdges>,
    pub(super) starts: Vec<StartEdge>,
    pub(super) steps: Vec<Edge>,
    pub(super) continuations: Vec<[u8; 2]>,
    pub(super) nodes: Vec<Node>,
    pub(super) firsts: Vec<u8>,
    pub(super) parts: Vec<PartSeen>,
    /// For each phrase, the position of the first token of the last sentence in which the phrase counted in full.
    pub(super) last_counted_in: Vec<u32>,
    pub(super) arriving: Vec<Arrival>,
    pub(super) scheduled: Vec<(u32, Arrival)>,
    pub(super) base: u32,
    /// The occurrences of ideas in the last document, if the caller asked for them.
    pub(super) ideas: Option<Vec<IdeaMatch>>,
}

/// Where a node was last reached: the position in the sentence, from 1, and how the words up to this node were
/// recognised. The position is 0 if the node was not reached. Two bytes, so that all nodes of a rubric stay in the
/// processor cache.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Node(pub(super) u16);

const _: () = assert!(Sentence::LONGEST < u8::MAX as u32, "positions in a sentence fit into a byte");

impl Node {
    /// Bit that is set if the node is not the first of its part. [`Scratch::firsts`] then has the position where the
    /// part started.
    pub(super) const STEPPED: u16 = 1 << 15;

    pub(super) fn new(position: u8, how: MatchKinds, stepped: bool) -> Self {
        Self(u16::from(position) | how.bits() << 8 | if stepped { Self::STEPPED } else { 0 })
    }

    pub(super) fn position(self) -> u8 {
        self.0 as u8
    }

    pub(super) fn how(self) -> MatchKinds {
        MatchKinds::from_bits((self.0 & !Self::STEPPED) >> 8)
    }

    /// Whether a word at `position` is close enough to continue from this node.
    pub(super) fn reaches(self, position: u8, gap: u8) -> bool {
        let last = self.position();
        last != 0 && last < position && position - last <= gap + 1
    }
}

/// First and last position of the words of a part that matched so far, and how they were recognised.
#[derive(Clone, Copy)]
pub(super) struct Reached {
    pub(super) first: u8,
    pub(super) last: u8,
    pub(super) how: MatchKinds,
    /// Whether an idea starts here whose wording expresses a negation. Unknown, and false, after further elements.
    pub(super) denies: bool,
}

/// The edges of a word, as ranges: those that start a part are in [`Scratch::starts`], the others in
/// [`Scratch::steps`].
#[derive(Clone, Copy)]
pub(super) struct WordEdges {
    pub(super) first_start: u32,
    pub(super) start_count: u32,
    pub(super) first_step: u32,
    pub(super) step_count: u32,
    /// First two letters of the words that may follow in a compound, as a range of [`Scratch::continuations`].
    pub(super) first_continuation: u32,
    pub(super) continuation_count: u32,
}

const UNRESOLVED: WordEdges = WordEdges {
    first_start: u32::MAX,
    start_count: 0,
    first_step: 0,
    step_count: 0,
    first_continuation: 0,
    continuation_count: 0,
};

/// An edge from the start node.
#[derive(Clone, Copy)]
pub(super) struct StartEdge {
    pub(super) to: u16,
    pub(super) how: MatchKinds,
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
    /// First and last token of the longest part seen.
    pub(super) core: (u32, u32),
    pub(super) how: MatchKinds,
    pub(super) negated: bool,
    /// Whether the phrase expresses a negation that the part contains.
    pub(super) denies: bool,
}

impl Scratch {
    /// Empty buffers.
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
        // because positions count over all documents, they restart at 1 before they overflow
        if self.base == 0 || !fits {
            self.nodes = vec![Node::default(); matcher.accepts.len()];
            self.firsts = vec![0; matcher.accepts.len()];
            self.parts = vec![PartSeen::default(); matcher.distances.len()];
            self.last_counted_in = vec![0; matcher.phrases as usize];
            self.base = 1;
        }
    }

    #[inline]
    pub(super) fn resolve(&mut self, matcher: &Matcher, lexicon: &Lexicon, word: WordId) -> WordEdges {
        match self.words.get(word.index()) {
            Some(resolved) if resolved.first_start != UNRESOLVED.first_start => *resolved,
            _ => self.learn(matcher, lexicon, word),
        }
    }

    pub(super) fn may_continue(&self, resolved: WordEdges, next: &str) -> bool {
        let range =
            resolved.first_continuation as usize..(resolved.first_continuation + resolved.continuation_count) as usize;
        next.as_bytes().first_chunk().is_some_and(|next| self.continuations[range].binary_search(next).is_ok())
    }

    #[cold]
    pub(super) fn learn(&mut self, matcher: &Matcher, lexicon: &Lexicon, word: WordId) -> WordEdges {
        let mut found = Vec::new();
        matcher.resolve(lexicon, word, &mut found);
        let mut next = Vec::new();
        matcher.continuations(lexicon, word, &mut next);
        let (first_continuation, continuation_count) = (self.continuations.len() as u32, next.len() as u32);
        self.continuations.extend(next);
        let (first_start, first_step) = (self.starts.len() as u32, self.steps.len() as u32);
        for edge in found {
            if edge.from == START {
                let accepts = matcher.accepts[usize::from(edge.to)].is_some();
                self.starts.push(StartEdge { to: edge.to, how: edge.how, accepts });
            } else {
                self.steps.push(edge);
            }
        }
        let (start_count, step_count) = (self.starts.len() as u32 - first_start, self.steps.len() as u32 - first_step);
        let resolved =
            WordEdges { first_start, start_count, first_step, step_count, first_continuation, continuation_count };
        if self.words.len() <= word.index() {
            self.words.resize(word.index() + 1, UNRESOLVED);
        }
        self.words[word.index()] = resolved;
        resolved
    }
}
