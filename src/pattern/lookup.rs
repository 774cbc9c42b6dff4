//! Which edges a word takes.
//!
//! Worked out once per distinct word: by its exact form, its stem, how it begins, the two words it
//! is closed up from, and, when none of these is anything, the word it may be a slip of.

use std::collections::{HashMap, HashSet};

use super::edges::{Edge, Means, tidy};
use super::spelling::Spellings;
use crate::text::{Class, Lexicon, Quantities, WordId, stem};

/// Halves of a closed word have at least this many letters.
const SHORTEST_HALF: usize = 2;

/// The words of all phrases and their edges.
#[derive(Default)]
pub(super) struct Atoms {
    stems: HashMap<String, Vec<Edge>>,
    exact: HashMap<String, Vec<Edge>>,
    prefixes: HashMap<String, Vec<Edge>>,
    prefix_lengths: Vec<usize>,
    /// Every word as written, folded: with its stem.
    written: HashMap<String, String>,
    /// How words that may be written apart begin.
    heads: HashSet<String>,
}

impl Atoms {
    pub(super) fn add_word(&mut self, word: &str, stem: &str, edge: Edge) {
        self.stems.entry(stem.to_owned()).or_default().push(edge);
        if !self.written.contains_key(word) {
            self.written.insert(word.to_owned(), stem.to_owned());
        }
    }

    pub(super) fn add_exact(&mut self, word: &str, edge: Edge) {
        self.exact.entry(word.to_owned()).or_default().push(edge);
    }

    pub(super) fn add_prefix(&mut self, prefix: &str, edge: Edge) {
        self.prefixes.entry(prefix.to_owned()).or_default().push(edge);
    }

    pub(super) fn written(&self) -> impl Iterator<Item = (&String, &String)> {
        let mut all: Vec<_> = self.written.iter().collect();
        all.sort_unstable();
        all.into_iter()
    }

    pub(super) fn tidy(&mut self) {
        for edges in self.stems.values_mut().chain(self.exact.values_mut()).chain(self.prefixes.values_mut()) {
            tidy(edges);
        }
        let mut lengths: Vec<usize> = self.prefixes.keys().map(String::len).collect();
        lengths.sort_unstable();
        lengths.dedup();
        self.prefix_lengths = lengths;
        self.heads = heads(&self.written);
    }

    /// Edges of the word by its stem or its beginning.
    fn find(&self, folded: &str, stem: &str, found: &mut Vec<Edge>) {
        let how = if self.written.contains_key(folded) { Means::EXACT } else { Means::STEM };
        let stems = self.stems.get(stem).into_iter().flatten();
        let prefixes = self.prefix_lengths.iter().take_while(|&&length| length <= folded.len());
        let prefixes = prefixes.filter_map(|&length| folded.get(..length)).filter_map(|start| self.prefixes.get(start));
        found.extend(stems.chain(prefixes.flatten()).map(|edge| Edge { how: edge.how.and(how), ..*edge }));
    }

    fn by_stem(&self, stem: &str) -> &[Edge] {
        self.stems.get(stem).map_or(&[], Vec::as_slice)
    }
}

/// Every beginning of a word of letters that leaves a second half.
fn heads(written: &HashMap<String, String>) -> HashSet<String> {
    let letters = |word: &&String| word.len() >= 5 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let cuts = |word: &String| SHORTEST_HALF..=word.len() - SHORTEST_HALF;
    written.keys().filter(letters).flat_map(|word| cuts(word).map(|cut| word[..cut].to_owned())).collect()
}

pub(super) struct PhraseInfo {
    pub(super) first_part: u32,
    pub(super) parts: u32,
    pub(super) carries_negation: bool,
}

pub(super) struct PartInfo {
    pub(super) phrase: u32,
}

/// All phrases of a rubric, compiled. Immutable; what it learns about words is kept in a
/// [`Scratch`](super::Scratch).
pub struct Matcher {
    pub(super) atoms: Atoms,
    pub(super) quantities: [(Quantities, Vec<Edge>); 5],
    pub(super) spellings: Spellings,
    pub(super) phrases: Vec<PhraseInfo>,
    pub(super) parts: Vec<PartInfo>,
    /// The part that ends at a node.
    pub(super) accepts: Vec<Option<u32>>,
}

impl Matcher {
    /// How many phrases there are.
    pub fn phrases(&self) -> usize {
        self.phrases.len()
    }

    /// Adds the edges that `word` takes; whether it may be the first half of a word written apart.
    pub(super) fn resolve(&self, lexicon: &Lexicon, word: WordId, found: &mut Vec<Edge>) -> bool {
        let (surface, folded, stem) = (lexicon.surface(word), lexicon.folded(word), lexicon.stem(word));
        if folded.is_empty() {
            return false;
        }
        let class = lexicon.class(word);
        if let Some(edges) = self.atoms.exact.get(surface) {
            found.extend_from_slice(edges);
        }
        self.atoms.find(folded, stem, found);
        if class.has(Class::NUMERIC) {
            self.find_bare_number(folded, found);
        } else {
            self.find_halves(folded, found);
        }
        if found.is_empty() && class == Class::NONE {
            if let Some(meant) = self.spellings.meant(folded, stem) {
                found.extend(
                    self.atoms.by_stem(meant).iter().map(|edge| Edge { how: edge.how.and(Means::SPELLING), ..*edge }),
                );
            }
        }
        if class.has(Class::JOINED) {
            found.iter_mut().for_each(|edge| edge.how = edge.how.and(Means::SPOKEN));
        }
        tidy(found);
        self.atoms.heads.contains(folded)
    }

    /// "99.9%" is also 99.9.
    fn find_bare_number(&self, folded: &str, found: &mut Vec<Edge>) {
        let number = folded.trim_start_matches(['$', '€', '£']);
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        if end > 0 && number.len() < folded.len() || end < number.len() {
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
            if !self.atoms.written.contains_key(head) && !self.atoms.prefixes.contains_key(head) {
                continue;
            }
            first.clear();
            second.clear();
            self.atoms.find(head, head, &mut first);
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
