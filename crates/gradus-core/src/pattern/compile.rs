//! Phrases to one automaton.
//!
//! Each part of a phrase is a chain of nodes, shared by parts that begin alike; alternatives and
//! synonyms are further edges and side chains. Words are kept apart from edges: which edges a word
//! takes is looked up once per word.

use hashbrown::HashMap;

use super::edges::{Edge, Means, START};
use super::lookup::{Accept, Atoms, AtomsBuilder, Matcher};
use super::parse::{Atom, Element, Phrase, PhraseError, Reader};
use super::spelling::Spellings;
use crate::text::{Class, KnownWords, Lexicon, Member, Quantities, Related, Synonyms, WordId};

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
    reader: &'a mut Reader,
    atoms: AtomsBuilder,
    quantities: Vec<(Quantities, Edge)>,
    phrases: u32,
    parts: u32,
    accepts: Vec<Option<Accept>>,
    beginnings: HashMap<(u16, Element), u16>,
    /// What phrases are found by besides their own words.
    related: Option<&'a Related>,
}

impl<'a> Compiler<'a> {
    /// Without any phrase yet.
    pub fn new(synonyms: &'a Synonyms, reader: &'a mut Reader) -> Self {
        Self {
            synonyms,
            reader,
            atoms: AtomsBuilder::default(),
            quantities: Vec::new(),
            phrases: 0,
            parts: 0,
            accepts: Vec::new(),
            beginnings: HashMap::new(),
            related: None,
        }
    }

    /// From here on phrases are also found by related words.
    pub fn soften(&mut self, related: &'a Related) {
        self.beginnings.clear(); // phrases before must not share what these are found by
        self.related = Some(related);
    }

    /// Reads a phrase and adds it; phrases are numbered in the order they are added.
    ///
    /// # Errors
    /// When the phrase cannot be read; nothing is added then.
    pub fn add(&mut self, phrase: &str) -> Result<(), PhraseError> {
        let Phrase { parts } = self.reader.parse(phrase)?;
        let lexicon = &self.reader.lexicon;
        let denies_only = |element: &Element| element.alternatives.iter().all(|atom| denies(atom, lexicon));
        let denies = |element: &Element| element.alternatives.iter().any(|atom| denies(atom, lexicon));
        let means_denial = parts.iter().flatten().any(denies_only);
        let denying: Vec<bool> = parts.iter().map(|elements| elements.iter().any(denies)).collect();
        let (phrase, first_part) = (self.phrases, self.parts);
        for ((part, elements), denies) in (first_part..).zip(&parts).zip(denying) {
            let parts = parts.len() as u32;
            self.add_part(elements, Accept { phrase, part, first_part, parts, denies, means_denial });
        }
        self.phrases += 1;
        self.parts += parts.len() as u32;
        Ok(())
    }

    /// The automaton; `known` words are never taken for slips.
    ///
    /// # Errors
    /// When there are more phrases than one automaton holds.
    pub fn finish(self, known: &KnownWords) -> Result<Matcher, CompileError> {
        if self.accepts.len() > MOST_NODES {
            return Err(CompileError::TooMany);
        }
        let quantities = Quantities::NAMED.map(|(_, kinds)| {
            let of_kind = self.quantities.iter().filter(|(of, _)| of.has(kinds));
            (kinds, of_kind.map(|(_, edge)| *edge).collect())
        });
        let atoms: Atoms = self.atoms.finish(&self.reader.lexicon);
        Ok(Matcher {
            spellings: Spellings::new(known.clone()),
            atoms,
            quantities,
            phrases: self.phrases,
            parts: self.parts,
            accepts: self.accepts,
        })
    }

    fn add_part(&mut self, elements: &[Element], accept: Accept) {
        let mut nodes = Vec::with_capacity(elements.len() + 1);
        let mut from = START;
        nodes.push(from);
        for (at, element) in elements.iter().enumerate() {
            let last = at + 1 == elements.len();
            let to = if last { self.new_node(from, element) } else { self.shared_node(from, element) };
            nodes.push(to);
            from = to;
        }
        if let Some(end) = self.accepts.get_mut(usize::from(from)) {
            *end = Some(accept);
        }
        for at in 0..elements.len() {
            self.add_synonyms_across(elements, at, &nodes);
        }
    }

    /// The node that `element` leads to from `from`, whichever part leads there.
    fn shared_node(&mut self, from: u16, element: &Element) -> u16 {
        let key = (from, element.clone());
        if let Some(node) = self.beginnings.get(&key) {
            return *node;
        }
        let node = self.new_node(from, element);
        self.beginnings.insert(key, node);
        node
    }

    fn new_node(&mut self, from: u16, element: &Element) -> u16 {
        let to = self.node();
        for atom in &element.alternatives {
            self.add_atom(atom, Chain { from, to, gap: element.gap });
        }
        to
    }

    fn node(&mut self) -> u16 {
        let node = self.accepts.len().min(MOST_NODES) as u16;
        self.accepts.push(None);
        node
    }

    fn add_atom(&mut self, atom: &Atom, mut chain: Chain) {
        match atom {
            Atom::Quantity(kinds) => {
                let Chain { from, to, gap } = chain;
                self.quantities.push((*kinds, Edge { to, from, gap, how: Means::QUANTITY }));
            }
            Atom::Exact(words) => {
                for (at, word) in words.iter().enumerate() {
                    let edge = self.link(&mut chain, at + 1 == words.len(), Means::EXACT);
                    self.atoms.add_exact(self.reader.lexicon.surface(*word), edge);
                }
            }
            Atom::Words { words, prefix } => {
                self.add_words(words, *prefix, chain, Means::EXACT);
                if !prefix {
                    self.add_synonyms(words, chain);
                    self.add_related(words, chain);
                }
            }
        }
    }

    fn add_words(&mut self, words: &[WordId], prefix: bool, mut chain: Chain, how: Means) {
        for (at, word) in words.iter().enumerate() {
            let last = at + 1 == words.len();
            let edge = self.link(&mut chain, last, how);
            if prefix && last {
                self.atoms.add_prefix(self.reader.lexicon.folded(*word), edge);
            } else {
                self.atoms.add_word(*word, &self.reader.lexicon, edge);
            }
        }
    }

    /// The next edge of a chain; the last one leads to its end.
    fn link(&mut self, chain: &mut Chain, last: bool, how: Means) -> Edge {
        let to = if last { chain.to } else { self.node() };
        let edge = Edge { to, from: chain.from, gap: chain.gap, how };
        (chain.from, chain.gap) = (to, 0);
        edge
    }

    /// The words that mean nearly the same as `words`, and those that mean the opposite.
    fn add_related(&mut self, words: &[WordId], chain: Chain) {
        let (Some(related), Some(first)) = (self.related, words.first()) else { return };
        let lexicon = &self.reader.lexicon;
        let groups: Vec<usize> = related
            .starting_with(lexicon.stem(*first))
            .iter()
            .filter(|member| is_spelled(words, member, lexicon))
            .map(|member| member.group)
            .collect();
        for group in groups {
            self.add_members(related.group(group), chain, Means::RELATED);
            if let Some(opposite) = related.opposite(group) {
                self.add_members(related.group(opposite), chain, Means::OPPOSITE);
            }
        }
    }

    /// The other members of the groups that `words` are a member of.
    fn add_synonyms(&mut self, words: &[WordId], chain: Chain) {
        let synonyms = self.synonyms;
        let lexicon = &self.reader.lexicon;
        let Some(first) = words.first() else { return };
        let groups: Vec<usize> = synonyms
            .starting_with(lexicon.stem(*first))
            .iter()
            .filter(|member| is_spelled(words, member, lexicon))
            .map(|member| member.group)
            .collect();
        groups.into_iter().for_each(|group| self.add_group(group, chain));
    }

    /// The same for members that go over several elements from `at` on.
    fn add_synonyms_across(&mut self, elements: &[Element], at: usize, nodes: &[u16]) {
        let synonyms = self.synonyms;
        let lexicon = &self.reader.lexicon;
        let stands = |ahead: usize, stem: &str| {
            elements.get(at + ahead).is_some_and(|element| single_words(element).any(|word| lexicon.stem(word) == stem))
        };
        let mut found = Vec::new();
        for first in single_words(&elements[at]) {
            for member in synonyms.starting_with(lexicon.stem(first)) {
                let length = member.stems.len();
                if length > 1 && member.stems.iter().enumerate().skip(1).all(|(ahead, stem)| stands(ahead, stem)) {
                    found
                        .push((member.group, Chain { from: nodes[at], to: nodes[at + length], gap: elements[at].gap }));
                }
            }
        }
        found.into_iter().for_each(|(group, chain)| self.add_group(group, chain));
    }

    fn add_group(&mut self, group: usize, chain: Chain) {
        self.add_members(self.synonyms.group(group), chain, Means::SYNONYM);
    }

    fn add_members(&mut self, members: &[Vec<String>], chain: Chain, how: Means) {
        for member in members {
            let words: Vec<WordId> = member.iter().map(|word| self.reader.lexicon.intern(word)).collect();
            self.add_words(&words, false, chain, how);
        }
    }
}

/// Where a chain begins and ends, and the gap before its first word.
#[derive(Clone, Copy)]
struct Chain {
    from: u16,
    to: u16,
    gap: u8,
}

/// Whether `member` consists of just these words.
fn is_spelled(words: &[WordId], member: &Member, lexicon: &Lexicon) -> bool {
    member.stems.len() == words.len() && member.stems.iter().zip(words).all(|(stem, word)| stem == lexicon.stem(*word))
}

fn denies(atom: &Atom, lexicon: &Lexicon) -> bool {
    matches!(atom, Atom::Words { words, .. } if words.iter().any(|word| lexicon.class(*word).has(Class::NEGATOR)))
}

fn single_words(element: &Element) -> impl Iterator<Item = WordId> {
    element.alternatives.iter().filter_map(|atom| match atom {
        Atom::Words { words, prefix: false } if words.len() == 1 => words.first().copied(),
        _ => None,
    })
}
