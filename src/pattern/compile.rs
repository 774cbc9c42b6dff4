//! Phrases to one automaton.
//!
//! Each part of a phrase is a chain of nodes; alternatives and synonyms are further edges and side
//! chains. Words are kept apart from edges: which edges a word takes is looked up once per word.

use std::collections::HashMap;

use super::edges::{Edge, Means, START, tidy};
use super::lookup::{Atoms, Matcher, PartInfo, PhraseInfo};
use super::parse::{Atom, Element, Phrase};
use super::spelling::Spellings;
use crate::text::{Class, KnownWords, Quantities, Synonyms, stem};

/// Nodes that one automaton may have.
const MOST_NODES: usize = START as usize - 1;

/// Why phrases cannot be compiled together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// There are too many of them.
    #[error("the phrases of one rubric need more than {MOST_NODES} nodes: use fewer or shorter phrases")]
    TooMany,
}

/// Collects the phrases of a rubric.
pub struct Compiler<'a> {
    synonyms: &'a Synonyms,
    atoms: Atoms,
    quantities: Vec<(Quantities, Edge)>,
    phrases: Vec<PhraseInfo>,
    parts: Vec<PartInfo>,
    accepts: Vec<Option<u32>>,
    stems: HashMap<String, String>,
}

impl<'a> Compiler<'a> {
    /// Without any phrase yet.
    pub fn new(synonyms: &'a Synonyms) -> Self {
        Self {
            synonyms,
            atoms: Atoms::default(),
            quantities: Vec::new(),
            phrases: Vec::new(),
            parts: Vec::new(),
            accepts: Vec::new(),
            stems: HashMap::new(),
        }
    }

    /// Adds a phrase; phrases are numbered in the order they are added.
    pub fn add(&mut self, phrase: &Phrase) {
        let first_part = self.parts.len() as u32;
        for elements in &phrase.parts {
            self.add_part(elements);
        }
        let carries_negation =
            phrase.parts.iter().flatten().flat_map(|element| &element.alternatives).any(|atom| match atom {
                Atom::Words { words, .. } => words.iter().any(|word| Class::of(word).has(Class::NEGATOR)),
                _ => false,
            });
        self.phrases.push(PhraseInfo { first_part, parts: phrase.parts.len() as u32, carries_negation });
    }

    /// The automaton; `known` words are never taken for slips.
    ///
    /// # Errors
    /// When there are more phrases than one automaton holds.
    pub fn finish(mut self, known: &KnownWords) -> Result<Matcher, CompileError> {
        if self.accepts.len() > MOST_NODES {
            return Err(CompileError::TooMany);
        }
        self.atoms.tidy();
        let spellings = Spellings::new(&self.atoms, known.clone());
        let quantities = Quantities::NAMED.map(|(_, kinds)| {
            let mut edges: Vec<Edge> =
                self.quantities.iter().filter(|(of, _)| of.has(kinds)).map(|(_, edge)| *edge).collect();
            tidy(&mut edges);
            (kinds, edges)
        });
        Ok(Matcher {
            atoms: self.atoms,
            quantities,
            spellings,
            phrases: self.phrases,
            parts: self.parts,
            accepts: self.accepts,
        })
    }

    fn add_part(&mut self, elements: &[Element]) {
        let part = self.parts.len() as u32;
        self.parts.push(PartInfo { phrase: self.phrases.len() as u32 });
        let mut nodes = vec![START];
        for _ in elements {
            nodes.push(self.node());
        }
        if let Some(last) = self.accepts.last_mut() {
            *last = Some(part);
        }
        for (at, element) in elements.iter().enumerate() {
            for atom in &element.alternatives {
                self.add_atom(atom, nodes[at], nodes[at + 1], element.gap);
            }
            self.add_synonyms_across(elements, at, &nodes);
        }
    }

    fn node(&mut self) -> u16 {
        let node = self.accepts.len().min(MOST_NODES) as u16;
        self.accepts.push(None);
        node
    }

    fn add_atom(&mut self, atom: &Atom, from: u16, to: u16, gap: u8) {
        match atom {
            Atom::Quantity(kinds) => self.quantities.push((*kinds, Edge { to, from, gap, how: Means::QUANTITY })),
            Atom::Exact(words) => {
                let mut step = Steps { from, to, gap };
                for (at, word) in words.iter().enumerate() {
                    let edge = self.step(&mut step, at + 1 == words.len(), Means::EXACT);
                    self.atoms.add_exact(word, edge);
                }
            }
            Atom::Words { words, prefix } => {
                self.add_words(words, *prefix, Steps { from, to, gap }, Means::EXACT);
                if !prefix {
                    let stems: Vec<String> = words.iter().map(|word| self.stem(word)).collect();
                    self.add_synonyms(&stems, Steps { from, to, gap });
                }
            }
        }
    }

    fn add_words(&mut self, words: &[String], prefix: bool, mut steps: Steps, how: Means) {
        for (at, word) in words.iter().enumerate() {
            let last = at + 1 == words.len();
            let edge = self.step(&mut steps, last, how);
            if prefix && last {
                self.atoms.add_prefix(word, edge);
            } else {
                let stem = self.stem(word);
                self.atoms.add_word(word, &stem, edge);
            }
        }
    }

    /// One step of a chain; the last one ends at its end.
    fn step(&mut self, steps: &mut Steps, last: bool, how: Means) -> Edge {
        let to = if last { steps.to } else { self.node() };
        let edge = Edge { to, from: steps.from, gap: steps.gap, how };
        (steps.from, steps.gap) = (to, 0);
        edge
    }

    fn stem(&mut self, word: &str) -> String {
        if let Some(stem) = self.stems.get(word) {
            return stem.clone();
        }
        let stem = stem(word);
        self.stems.insert(word.to_owned(), stem.clone());
        stem
    }

    /// The other members of the groups that `stems` is a member of.
    fn add_synonyms(&mut self, stems: &[String], steps: Steps) {
        let synonyms = self.synonyms;
        let Some(first) = stems.first() else { return };
        for member in synonyms.starting_with(first).iter().filter(|member| member.stems == stems) {
            for words in synonyms.group(member.group) {
                self.add_words(words, false, steps, Means::SYNONYM);
            }
        }
    }

    /// The same for members that go over several elements from `at` on.
    fn add_synonyms_across(&mut self, elements: &[Element], at: usize, nodes: &[u16]) {
        let synonyms = self.synonyms;
        for first in single_words(&elements[at]) {
            let first = self.stem(first);
            for member in synonyms.starting_with(&first) {
                let length = member.stems.len();
                let fits = length > 1
                    && at + length <= elements.len()
                    && (1..length).all(|ahead| {
                        single_words(&elements[at + ahead]).any(|word| self.stem(word) == member.stems[ahead])
                    });
                if fits {
                    let steps = Steps { from: nodes[at], to: nodes[at + length], gap: elements[at].gap };
                    for words in synonyms.group(member.group) {
                        self.add_words(words, false, steps, Means::SYNONYM);
                    }
                }
            }
        }
    }
}

/// Where a chain begins and ends, and the gap before its first word.
#[derive(Clone, Copy)]
struct Steps {
    from: u16,
    to: u16,
    gap: u8,
}

fn single_words(element: &Element) -> impl Iterator<Item = &String> {
    element.alternatives.iter().filter_map(|atom| match atom {
        Atom::Words { words, prefix: false } if words.len() == 1 => words.first(),
        _ => None,
    })
}
