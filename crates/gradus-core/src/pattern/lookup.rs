//! Which edges a word takes.
//!
//! Worked out once per distinct word: by its exact form, its stem, how it begins, the two words it
//! is closed up from, and, when none of these is anything, the word it may be a slip of.

use hashbrown::{HashMap, HashSet};

use super::edges::{Edge, Means, tidy};
use super::spelling::{self, Spellings};
use crate::text::{Class, Lexicon, Quantities, Spelling, WordId, stem};

/// Halves of a closed word have at least this many letters.
const SHORTEST_HALF: usize = 2;

type AtomId = u32;

/// Collects the words of phrases and their edges.
#[derive(Default)]
pub(super) struct AtomsBuilder {
    edges: Vec<(AtomId, Edge)>,
    atoms: AtomId,
    stems: HashMap<String, AtomId>,
    exact: HashMap<String, AtomId>,
    prefixes: HashMap<String, AtomId>,
    /// By word id: its atom, if it has been seen.
    seen: Vec<Option<AtomId>>,
    written: Vec<WordId>,
}

impl AtomsBuilder {
    pub(super) fn add_word(&mut self, word: WordId, lexicon: &Lexicon, edge: Edge) {
        if self.seen.len() <= word.index() {
            self.seen.resize(word.index() + 1, None);
        }
        let atom = self.seen[word.index()].unwrap_or_else(|| {
            self.written.push(word);
            atom(&mut self.stems, &mut self.atoms, lexicon.stem(word))
        });
        self.seen[word.index()] = Some(atom);
        self.edges.push((atom, edge));
    }

    pub(super) fn add_exact(&mut self, word: &str, edge: Edge) {
        self.edges.push((atom(&mut self.exact, &mut self.atoms, word), edge));
    }

    pub(super) fn add_prefix(&mut self, prefix: &str, edge: Edge) {
        self.edges.push((atom(&mut self.prefixes, &mut self.atoms, prefix), edge));
    }

    pub(super) fn finish(mut self, lexicon: &Lexicon) -> Atoms {
        self.edges.sort_unstable();
        let mut ends = vec![0; self.atoms as usize];
        for (count, (atom, _)) in self.edges.iter().enumerate() {
            ends[*atom as usize] = count as u32 + 1;
        }
        let written = |word: &WordId| Written::new(lexicon.folded(*word), lexicon.stem(*word));
        let mut written: Vec<Written> = self.written.iter().map(written).collect();
        written.sort_unstable();
        written.dedup();
        let lengths: HashSet<usize> = self.prefixes.keys().map(std::string::String::len).collect();
        let mut prefix_lengths = Vec::from_iter(lengths);
        prefix_lengths.sort_unstable();
        let words = written.iter().flat_map(|written| [&*written.word, &*written.stem]);
        let spelled = spellings(words.chain(self.prefixes.keys().map(String::as_str)));
        Atoms {
            edges: self.edges.into_iter().map(|(_, edge)| edge).collect(),
            ends,
            stems: self.stems,
            exact: self.exact,
            prefixes: self.prefixes,
            prefix_lengths,
            written,
            spelled,
        }
    }
}

fn atom(known: &mut HashMap<String, AtomId>, count: &mut AtomId, text: &str) -> AtomId {
    *known.entry_ref(text).or_insert_with(|| {
        *count += 1;
        *count - 1
    })
}

fn spellings<'w>(words: impl Iterator<Item = &'w str>) -> HashSet<Spelling> {
    words.flat_map(|word| [Spelling::of(word), Spelling::of(&format!("{word}s"))]).flatten().collect()
}

/// A word as a phrase writes it, folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Written {
    pub(super) word: Box<str>,
    pub(super) stem: Box<str>,
    /// The letters of both, as sets.
    pub(super) letters: (u32, u32),
    /// Whether there may be slips of it.
    pub(super) plain: bool,
}

impl Written {
    fn new(word: &str, stem: &str) -> Self {
        let plain = word.len() >= spelling::SHORTEST && spelling::is_plain(word);
        let letters = (spelling::letters(word), spelling::letters(stem));
        Self { word: word.into(), stem: stem.into(), letters, plain }
    }
}

/// The words of all phrases and their edges.
pub(super) struct Atoms {
    /// By atom.
    edges: Vec<Edge>,
    /// Where the edges of each atom end.
    ends: Vec<u32>,
    stems: HashMap<String, AtomId>,
    exact: HashMap<String, AtomId>,
    prefixes: HashMap<String, AtomId>,
    prefix_lengths: Vec<usize>,
    /// Sorted.
    written: Vec<Written>,
    /// The written words, their stems and the beginnings of words, each also with an "s", as far as they are short.
    spelled: HashSet<Spelling>,
}

impl Atoms {
    fn of(&self, atom: Option<&AtomId>) -> &[Edge] {
        let Some(&atom) = atom else { return &[] };
        let start = if atom == 0 { 0 } else { self.ends[atom as usize - 1] };
        &self.edges[start as usize..self.ends[atom as usize] as usize]
    }

    /// Whether any phrase looks for the word that was spelled letter by letter.
    pub(super) fn is_spelled(&self, spelling: Spelling) -> bool {
        self.spelled.contains(&spelling)
    }

    fn is_written(&self, word: &str) -> bool {
        self.written.binary_search_by(|written| (*written.word).cmp(word)).is_ok()
    }

    /// Edges of the word by its stem or its beginning.
    fn find(&self, folded: &str, stem: &str, found: &mut Vec<Edge>) {
        let how = if self.is_written(folded) { Means::EXACT } else { Means::STEM };
        let prefixes = self.prefix_lengths.iter().take_while(|&&length| length <= folded.len());
        let prefixes =
            prefixes.filter_map(|&length| folded.get(..length)).flat_map(|start| self.of(self.prefixes.get(start)));
        let edges = self.of(self.stems.get(stem)).iter().chain(prefixes);
        found.extend(edges.map(|edge| Edge { how: edge.how.and(how), ..*edge }));
    }

    /// What the words that begin with `head` go on with, two letters of it.
    fn continuations<'a>(&'a self, head: &'a str) -> impl Iterator<Item = [u8; 2]> + 'a {
        let from = self.written.partition_point(|written| *written.word < *head);
        let words =
            self.written[from..].iter().map_while(move |written| written.word.as_bytes().strip_prefix(head.as_bytes()));
        words.filter_map(|rest| rest.first_chunk().copied())
    }
}

/// A part of a phrase, where it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Accept {
    pub(super) phrase: u32,
    /// The part, counted over all phrases, and the first part of its phrase.
    pub(super) part: u32,
    pub(super) first_part: u32,
    /// How many parts the phrase has.
    pub(super) parts: u32,
    /// Whether the part may hold a word that denies.
    pub(super) denies: bool,
    /// Whether the phrase has a place where only such words may stand.
    pub(super) means_denial: bool,
}

/// All phrases of a rubric, compiled. Immutable; what it learns about words is kept in a
/// [`Scratch`](super::Scratch).
pub struct Matcher {
    pub(super) atoms: Atoms,
    pub(super) quantities: [(Quantities, Vec<Edge>); 5],
    pub(super) spellings: Spellings,
    pub(super) phrases: u32,
    pub(super) parts: u32,
    /// The part that ends at a node.
    pub(super) accepts: Vec<Option<Accept>>,
}

impl Matcher {
    /// How many phrases there are.
    pub fn phrases(&self) -> usize {
        self.phrases as usize
    }

    /// Whether `word` would be taken for a slip of a word of some phrase if it were not known to be a word.
    pub fn is_like_a_slip(&self, lexicon: &Lexicon, word: WordId) -> bool {
        Spellings::nearest(lexicon.folded(word), lexicon.stem(word), &self.atoms.written).is_some()
    }

    /// Adds the edges that `word` takes.
    pub(super) fn resolve(&self, lexicon: &Lexicon, word: WordId, found: &mut Vec<Edge>) {
        let (surface, folded, stem) = (lexicon.surface(word), lexicon.folded(word), lexicon.stem(word));
        if folded.is_empty() {
            return;
        }
        let class = lexicon.class(word);
        found.extend_from_slice(self.atoms.of(self.atoms.exact.get(surface)));
        self.atoms.find(folded, stem, found);
        if class.has(Class::NUMERIC) {
            self.find_bare_number(folded, found);
        } else if !class.has(Class::FUNCTION) {
            self.find_halves(folded, found);
        }
        if found.is_empty()
            && class.is_plain()
            && let Some(meant) = self.spellings.meant(folded, stem, &self.atoms.written)
        {
            let edges = self.atoms.of(self.atoms.stems.get(meant));
            found.extend(edges.iter().map(|edge| Edge { how: edge.how.and(Means::SPELLING), ..*edge }));
        }
        if class.has(Class::JOINED) {
            found.iter_mut().for_each(|edge| edge.how = edge.how.and(Means::SPOKEN));
        }
        tidy(found);
    }

    /// What may follow `word` where a word that is looked for is written apart: two letters each.
    pub(super) fn continuations(&self, lexicon: &Lexicon, word: WordId, found: &mut Vec<[u8; 2]>) {
        let head = lexicon.folded(word);
        if head.len() >= SHORTEST_HALF && !lexicon.class(word).has(Class::NUMERIC) {
            found.extend(self.atoms.continuations(head));
            found.sort_unstable();
            found.dedup();
        }
    }

    /// "99.9%" is also 99.9, and "127.0.0.1" is told by its beginning.
    fn find_bare_number(&self, folded: &str, found: &mut Vec<Edge>) {
        let number = folded.trim_start_matches(['$', '€', '£']);
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        let end = match number.split_once('.') {
            Some((first, rest)) if rest.contains('.') => first.len(),
            _ => end,
        };
        if end > 0 && end < folded.len() {
            self.atoms.find(&number[..end], &number[..end], found);
        }
    }

    /// "oncall" takes the step of "on" and the step of "call".
    fn find_halves(&self, folded: &str, found: &mut Vec<Edge>) {
        if folded.len() < 2 * SHORTEST_HALF || !folded.is_ascii() {
            return;
        }
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for cut in SHORTEST_HALF..=folded.len() - SHORTEST_HALF {
            let (head, tail) = folded.split_at(cut);
            if !self.atoms.is_written(head) && !self.atoms.prefixes.contains_key(head) {
                continue;
            }
            first.clear();
            second.clear();
            self.atoms.find(head, &stem(head), &mut first);
            self.atoms.find(tail, &stem(tail), &mut second);
            for before in &first {
                found.extend(second.iter().filter(|after| after.from == before.to).map(|after| Edge {
                    to: after.to,
                    from: before.from,
                    gap: before.gap,
                    how: before.how.and(after.how),
                }));
            }
        }
    }

    pub(super) fn quantity_edges(&self, kinds: Quantities) -> &[Edge] {
        self.quantities.iter().find(|(of, _)| *of == kinds).map_or(&[], |(_, edges)| edges)
    }
}
