//! Looks up the edges that a word takes.
//!
//! The edges are computed once per distinct word, from its exact form, its inflections, its stem, its first letters, and
//! the two words that form it if it is a compound. If none of these matches, the word may be the misspelling of another one, and takes the
//! edges of that word.

use hashbrown::{HashMap, HashSet};

use super::edges::{Edge, MatchKinds, sort_and_dedup};
use super::misspelling::{Misspellings, PhraseWord};
use super::word_forms::WordForms;
use crate::text::{Class, Lexicon, QuantityKinds, Spelling, WordId, inflection_keys, stem};

/// Smallest number of letters in each half of a compound.
const MIN_HALF: usize = 2;

type AtomId = u32;

/// Collects the words of phrases and their edges.
#[derive(Default)]
pub(super) struct AtomsBuilder {
    edges: Vec<(AtomId, Edge)>,
    atoms: AtomId,
    inflections: HashMap<String, AtomId>,
    stems: HashMap<String, AtomId>,
    exact: HashMap<String, AtomId>,
    prefixes: HashMap<String, AtomId>,
    /// Atoms of each word that was added, by word id: for its inflections, and for its stem.
    seen: Vec<[Option<AtomId>; 2]>,
    written: Vec<(WordId, WordForms)>,
}

impl AtomsBuilder {
    pub(super) fn add_word(&mut self, word: WordId, lexicon: &Lexicon, forms: WordForms, edge: Edge) {
        if self.seen.len() <= word.index() {
            self.seen.resize(word.index() + 1, [None; 2]);
        }
        let (by_key, at) = match forms {
            WordForms::Inflections => (&mut self.inflections, 0),
            WordForms::Stems => (&mut self.stems, 1),
        };
        let atom = self.seen[word.index()][at].unwrap_or_else(|| {
            self.written.push((word, forms));
            atom(by_key, &mut self.atoms, &forms.key(lexicon, word))
        });
        self.seen[word.index()][at] = Some(atom);
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
        let written =
            |(word, forms): &(WordId, WordForms)| PhraseWord::new(lexicon.folded(*word), &forms.key(lexicon, *word));
        let mut written: Vec<PhraseWord> = self.written.iter().map(written).collect();
        written.sort_unstable();
        written.dedup();
        let lengths: HashSet<usize> = self.prefixes.keys().map(std::string::String::len).collect();
        let mut prefix_lengths = Vec::from_iter(lengths);
        prefix_lengths.sort_unstable();
        let words = written.iter().flat_map(|written| [&*written.word, &*written.key]);
        let spelled = spellings(words.chain(self.prefixes.keys().map(String::as_str)));
        Atoms {
            edges: self.edges.into_iter().map(|(_, edge)| edge).collect(),
            ends,
            inflections: self.inflections,
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

/// The words of all phrases and their edges.
pub(super) struct Atoms {
    /// All edges, sorted by atom.
    edges: Vec<Edge>,
    /// For each atom, the end of its edges.
    ends: Vec<u32>,
    inflections: HashMap<String, AtomId>,
    stems: HashMap<String, AtomId>,
    exact: HashMap<String, AtomId>,
    prefixes: HashMap<String, AtomId>,
    prefix_lengths: Vec<usize>,
    /// Sorted by word.
    written: Vec<PhraseWord>,
    /// The words of phrases, their stems and prefixes, each also with an "s", as far as they have 2 to 8 letters.
    spelled: HashSet<Spelling>,
}

impl Atoms {
    fn of(&self, atom: Option<&AtomId>) -> &[Edge] {
        let Some(&atom) = atom else { return &[] };
        let start = if atom == 0 { 0 } else { self.ends[atom as usize - 1] };
        &self.edges[start as usize..self.ends[atom as usize] as usize]
    }

    /// Whether any phrase contains the word that was spelled letter by letter.
    pub(super) fn is_spelled(&self, spelling: Spelling) -> bool {
        self.spelled.contains(&spelling)
    }

    fn is_written(&self, word: &str) -> bool {
        self.written.binary_search_by(|written| (*written.word).cmp(word)).is_ok()
    }

    /// Adds the edges of a word by its inflections, its stem and its first letters.
    fn find(&self, folded: &str, stem: &str, found: &mut Vec<Edge>) {
        let how = if self.is_written(folded) { MatchKinds::EXACT } else { MatchKinds::STEM };
        let prefixes = self.prefix_lengths.iter().take_while(|&&length| length <= folded.len());
        let prefixes =
            prefixes.filter_map(|&length| folded.get(..length)).flat_map(|start| self.of(self.prefixes.get(start)));
        let keys = inflection_keys(folded).into_iter().flatten();
        let inflections = keys.flat_map(|key| self.of(self.inflections.get(&*key)));
        let edges = inflections.chain(self.of(self.stems.get(stem))).chain(prefixes);
        found.extend(edges.map(|edge| Edge { how: edge.how.and(how), ..*edge }));
    }

    /// The edges of a word of phrases.
    fn of_phrase_word(&self, word: &PhraseWord) -> impl Iterator<Item = &Edge> {
        self.of(self.inflections.get(&*word.key)).iter().chain(self.of(self.stems.get(&*word.key)))
    }

    /// The next two letters of the words that start with `head`.
    fn continuations<'a>(&'a self, head: &'a str) -> impl Iterator<Item = [u8; 2]> + 'a {
        let from = self.written.partition_point(|written| *written.word < *head);
        let words =
            self.written[from..].iter().map_while(move |written| written.word.as_bytes().strip_prefix(head.as_bytes()));
        words.filter_map(|rest| rest.first_chunk().copied())
    }
}

/// What is complete when all parts of a phrase or wording have been found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The phrase with this index.
    Phrase(u32),
    /// The idea with this index.
    Idea(u32),
}

/// A part of a phrase, at the node where it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Accept {
    pub(super) end: End,
    /// Index of the part over all phrases and wordings.
    pub(super) part: u32,
    /// Index of the first part of the same phrase.
    pub(super) first_part: u32,
    /// Number of parts in the phrase.
    pub(super) parts: u32,
    /// Whether the part may contain a negator.
    pub(super) denies: bool,
    /// Whether the phrase has an element that only a negator matches.
    pub(super) means_denial: bool,
}

/// The compiled phrases of a rubric. Immutable; what is learned about words is stored in a [`Scratch`](super::Scratch).
pub struct Matcher {
    pub(super) atoms: Atoms,
    pub(super) quantities: [(QuantityKinds, Vec<Edge>); 5],
    pub(super) misspellings: Misspellings,
    pub(super) phrases: u32,
    /// For each phrase, whether it counts only where it is rejected.
    pub(super) rejected: Vec<bool>,
    /// For each phrase, the number of its words. An idea counts as two.
    pub(super) specificity: Vec<u8>,
    /// For each part of all phrases and wordings, the greatest distance from the part before.
    pub(super) distances: Vec<u8>,
    /// For each node, the part that ends there.
    pub(super) accepts: Vec<Option<Accept>>,
    /// For each idea, the edges that its wordings take.
    pub(super) idea_edges: Vec<Vec<Edge>>,
    /// The ids of the ideas.
    pub(super) idea_ids: Vec<String>,
}

impl Matcher {
    /// Number of phrases.
    pub fn phrases(&self) -> usize {
        self.phrases as usize
    }

    /// The ids of the ideas that the phrases use, also by way of other ideas.
    pub fn idea_ids(&self) -> &[String] {
        &self.idea_ids
    }

    /// Whether `word` would be treated as a misspelling of a word in some phrase if it were not a known word.
    pub fn looks_misspelled(&self, lexicon: &Lexicon, word: WordId) -> bool {
        Misspellings::nearest(lexicon.folded(word), &self.atoms.written).is_some()
    }

    /// Adds the edges that `word` takes.
    pub(super) fn resolve(&self, lexicon: &Lexicon, word: WordId, found: &mut Vec<Edge>) {
        let (surface, folded, stem) = (lexicon.surface(word), lexicon.folded(word), lexicon.stem(word));
        if folded.is_empty() {
            return;
        }
        let class = lexicon.class(word);
        found.extend_from_slice(self.atoms.of(self.atoms.exact.get(surface)));
        if surface != folded {
            // because `=word` in lower case also matches "Word" at the start of a sentence
            found.extend_from_slice(self.atoms.of(self.atoms.exact.get(folded)));
        }
        self.atoms.find(folded, stem, found);
        if class.has(Class::NUMERIC) {
            self.find_bare_number(folded, found);
        } else if !class.has(Class::FUNCTION) {
            self.find_compound(folded, found);
        }
        if found.is_empty()
            && class.is_plain()
            && let Some(correction) = self.misspellings.correction(folded, &self.atoms.written)
        {
            let edges = self.atoms.of_phrase_word(correction);
            found.extend(edges.map(|edge| Edge { how: edge.how.and(MatchKinds::SPELLING), ..*edge }));
        }
        if class.has(Class::JOINED) {
            found.iter_mut().for_each(|edge| edge.how = edge.how.and(MatchKinds::SPOKEN));
        }
        sort_and_dedup(found);
    }

    /// Adds the first two letters of every word that may follow `word` and form a compound of a phrase with it.
    pub(super) fn continuations(&self, lexicon: &Lexicon, word: WordId, found: &mut Vec<[u8; 2]>) {
        let head = lexicon.folded(word);
        if head.len() >= MIN_HALF && !lexicon.class(word).has(Class::NUMERIC) {
            found.extend(self.atoms.continuations(head));
            found.sort_unstable();
            found.dedup();
        }
    }

    /// Adds the edges of a number without its unit: "99.9%" is also 99.9, and "127.0.0.1" is matched by its first part.
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

    /// Adds the edges of the two words of a compound: "oncall" takes the step of "on" and then the step of "call".
    fn find_compound(&self, folded: &str, found: &mut Vec<Edge>) {
        if folded.len() < 2 * MIN_HALF || !folded.is_ascii() {
            return;
        }
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for cut in MIN_HALF..=folded.len() - MIN_HALF {
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

    pub(super) fn quantity_edges(&self, kinds: QuantityKinds) -> &[Edge] {
        self.quantities.iter().find(|(of, _)| *of == kinds).map_or(&[], |(_, edges)| edges)
    }
}
