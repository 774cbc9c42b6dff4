//! Compiles phrases into one automaton.
//!
//! Each part of a phrase becomes a chain of nodes. Parts with equal first elements share nodes; alternatives and
//! synonyms add edges and side chains. Edges do not hold words: the edges of a word are looked up once per distinct
//! word. The wordings of an idea are compiled once and used by every phrase that names the idea.

use hashbrown::HashMap;

use super::compiled_idea::CompiledIdea;
use super::edges::{Edge, MatchKinds, START};
use super::misspelling::Misspellings;
use super::parse::{ANY_DISTANCE, Atom, Element, Part, Phrase, PhraseError, Reader};
use super::word_edges::{Accept, Atoms, AtomsBuilder, End, Matcher};
use super::word_forms::WordForms;
use crate::model::Ideas;
use crate::text::{KnownWords, Lexicon, Member, QuantityKinds, RelatedWords, Synonyms, WordId};

/// Greatest number of nodes in one automaton.
const MAX_NODES: usize = START as usize - 1;

/// Phrases cannot be compiled into one automaton.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The phrases need too many nodes.
    #[error("the phrases of one rubric and their ideas need more than {MAX_NODES} nodes")]
    TooMany,
}

impl CompileError {
    /// What the author of the rubric can do about the error.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooMany => "split the rubric, or use fewer or shorter phrases",
        }
    }
}

/// Compiles the phrases of one rubric.
pub struct Compiler<'a> {
    synonyms: &'a Synonyms,
    pub(super) ideas: &'a Ideas,
    pub(super) reader: &'a mut Reader,
    atoms: AtomsBuilder,
    quantities: Vec<(QuantityKinds, Edge)>,
    phrases: u32,
    /// For each part of a phrase or wording, the greatest distance from the part before.
    distances: Vec<u8>,
    /// For each phrase, whether it counts only where it is rejected.
    rejected: Vec<bool>,
    /// For each phrase, the number of its words.
    specificity: Vec<u8>,
    accepts: Vec<Option<Accept>>,
    shared_nodes: HashMap<(u16, Element), u16>,
    forms: WordForms,
    /// The ideas that phrases use, by id.
    pub(super) compiled: HashMap<&'a str, CompiledIdea>,
    /// For each compiled idea, the edges that it takes.
    pub(super) idea_edges: Vec<Vec<Edge>>,
    /// The ids of the compiled ideas.
    pub(super) idea_ids: Vec<String>,
    /// Related words, by which the phrases added from now on are also matched.
    related: Option<&'a RelatedWords>,
}

impl<'a> Compiler<'a> {
    /// A compiler without phrases. Words in phrases match their inflections.
    pub fn new(synonyms: &'a Synonyms, ideas: &'a Ideas, reader: &'a mut Reader) -> Self {
        Self {
            synonyms,
            ideas,
            reader,
            atoms: AtomsBuilder::default(),
            quantities: Vec::new(),
            phrases: 0,
            distances: Vec::new(),
            rejected: Vec::new(),
            specificity: Vec::new(),
            accepts: Vec::new(),
            shared_nodes: HashMap::new(),
            forms: WordForms::Inflections,
            compiled: HashMap::new(),
            idea_edges: Vec::new(),
            idea_ids: Vec::new(),
            related: None,
        }
    }

    /// Matches the words of phrases that are added from now on also by words with the same stem, and `&` at any distance
    /// in a sentence.
    pub fn use_stems(&mut self) {
        self.shared_nodes.clear(); // because earlier phrases must not be matched by stems
        self.forms = WordForms::Stems;
    }

    /// Matches the phrases that are added from now on also by related words, and by words with the same stem.
    pub fn use_related(&mut self, related: &'a RelatedWords) {
        self.use_stems();
        self.related = Some(related);
    }

    /// Parses a phrase and adds it. Phrases are numbered from 0 in the order in which they are added.
    ///
    /// # Errors
    /// When the phrase is not valid, or an idea that it uses. The phrase is not added then.
    pub fn add(&mut self, phrase: &str) -> Result<(), PhraseError> {
        let parsed = self.reader.parse(phrase)?;
        self.compile_ideas(phrase, &parsed)?;
        self.add_phrase(&parsed, End::Phrase(self.phrases));
        self.rejected.push(parsed.rejected);
        self.specificity.push(specificity(&parsed));
        self.phrases += 1;
        Ok(())
    }

    pub(super) fn add_phrase(&mut self, phrase: &Phrase, end: End) {
        let means_denial = self.means_denial(phrase);
        let (first_part, parts) = (self.distances.len() as u32, phrase.parts.len() as u32);
        let distance = |part: &Part| if self.forms == WordForms::Stems { ANY_DISTANCE } else { part.distance };
        let distances: Vec<u8> = phrase.parts.iter().map(distance).collect();
        self.distances.extend(distances);
        for (number, part) in (first_part..).zip(&phrase.parts) {
            let denies = self.denies(part);
            self.add_part(&part.elements, Accept { end, part: number, first_part, parts, denies, means_denial });
        }
    }

    /// Builds the automaton. Words in `known` are never treated as misspellings.
    ///
    /// # Errors
    /// When the phrases need too many nodes.
    pub fn finish(self, known: &KnownWords) -> Result<Matcher, CompileError> {
        if self.accepts.len() > MAX_NODES {
            return Err(CompileError::TooMany);
        }
        let quantities = QuantityKinds::NAMED.map(|(_, kinds)| {
            let of_kind = self.quantities.iter().filter(|(of, _)| of.has(kinds));
            (kinds, of_kind.map(|(_, edge)| *edge).collect())
        });
        let atoms: Atoms = self.atoms.finish(&self.reader.lexicon);
        Ok(Matcher {
            misspellings: Misspellings::new(known.clone()),
            atoms,
            quantities,
            phrases: self.phrases,
            rejected: self.rejected,
            specificity: self.specificity,
            distances: self.distances,
            accepts: self.accepts,
            idea_edges: self.idea_edges,
            idea_ids: self.idea_ids,
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

    /// The node that `element` leads to from `from`. Parts share it if they start with the same elements.
    fn shared_node(&mut self, from: u16, element: &Element) -> u16 {
        let key = (from, element.clone());
        if let Some(node) = self.shared_nodes.get(&key) {
            return *node;
        }
        let node = self.new_node(from, element);
        self.shared_nodes.insert(key, node);
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
        let node = self.accepts.len().min(MAX_NODES) as u16;
        self.accepts.push(None);
        node
    }

    fn add_atom(&mut self, atom: &Atom, mut chain: Chain) {
        match atom {
            Atom::Idea(id) => {
                let Chain { from, to, gap } = chain;
                if let Some(CompiledIdea::Done { number, .. }) = self.compiled.get(id.as_str()) {
                    self.idea_edges[*number].push(Edge { to, from, gap, how: MatchKinds::EXACT });
                }
            }
            Atom::Quantity(kinds) => {
                let Chain { from, to, gap } = chain;
                self.quantities.push((*kinds, Edge { to, from, gap, how: MatchKinds::QUANTITY }));
            }
            Atom::Exact(words) => {
                for (at, word) in words.iter().enumerate() {
                    let edge = self.link(&mut chain, at + 1 == words.len(), MatchKinds::EXACT);
                    self.atoms.add_exact(self.reader.lexicon.surface(*word), edge);
                }
            }
            Atom::Words { words, prefix } => {
                self.add_words(words, *prefix, chain, MatchKinds::EXACT);
                if !prefix {
                    self.add_synonyms(words, chain);
                    self.add_related(words, chain);
                }
            }
        }
    }

    fn add_words(&mut self, words: &[WordId], prefix: bool, mut chain: Chain, how: MatchKinds) {
        for (at, word) in words.iter().enumerate() {
            let last = at + 1 == words.len();
            let edge = self.link(&mut chain, last, how);
            if prefix && last {
                self.atoms.add_prefix(self.reader.lexicon.folded(*word), edge);
            } else {
                self.atoms.add_word(*word, &self.reader.lexicon, self.forms, edge);
            }
        }
    }

    /// Adds the next edge of a chain. The last one leads to the end of the chain.
    fn link(&mut self, chain: &mut Chain, last: bool, how: MatchKinds) -> Edge {
        let to = if last { chain.to } else { self.node() };
        let edge = Edge { to, from: chain.from, gap: chain.gap, how };
        (chain.from, chain.gap) = (to, 0);
        edge
    }

    /// Adds the words with a similar meaning and with the opposite meaning of `words`.
    fn add_related(&mut self, words: &[WordId], chain: Chain) {
        let (Some(related), Some(first)) = (self.related, words.first()) else { return };
        let lexicon = &self.reader.lexicon;
        let groups: Vec<usize> = related
            .starting_with(lexicon.stem(*first))
            .iter()
            .filter(|member| is_spelled(words, member, lexicon, self.forms))
            .map(|member| member.group)
            .collect();
        for group in groups {
            self.add_members(related.group(group), chain, MatchKinds::RELATED);
            if let Some(opposite) = related.opposite(group) {
                self.add_members(related.group(opposite), chain, MatchKinds::OPPOSITE);
            }
        }
    }

    /// Adds the synonyms of `words`.
    fn add_synonyms(&mut self, words: &[WordId], chain: Chain) {
        let synonyms = self.synonyms;
        let lexicon = &self.reader.lexicon;
        let Some(first) = words.first() else { return };
        let groups: Vec<usize> = synonyms
            .starting_with(lexicon.stem(*first))
            .iter()
            .filter(|member| is_spelled(words, member, lexicon, self.forms))
            .map(|member| member.group)
            .collect();
        groups.into_iter().for_each(|group| self.add_group(group, chain));
    }

    /// Adds the synonyms of words that are spread over several elements from `at` on.
    fn add_synonyms_across(&mut self, elements: &[Element], at: usize, nodes: &[u16]) {
        let synonyms = self.synonyms;
        let lexicon = &self.reader.lexicon;
        let is_word = |ahead: usize, member: &Member| {
            let words = elements.get(at + ahead).into_iter().flat_map(single_words);
            words.into_iter().any(|word| self.forms.is_same(lexicon, word, member, ahead))
        };
        let mut found = Vec::new();
        for first in single_words(&elements[at]) {
            for member in synonyms.starting_with(lexicon.stem(first)) {
                let length = member.stems.len();
                let is_first = self.forms.is_same(lexicon, first, member, 0);
                if length > 1 && is_first && (1..length).all(|ahead| is_word(ahead, member)) {
                    found
                        .push((member.group, Chain { from: nodes[at], to: nodes[at + length], gap: elements[at].gap }));
                }
            }
        }
        found.into_iter().for_each(|(group, chain)| self.add_group(group, chain));
    }

    fn add_group(&mut self, group: usize, chain: Chain) {
        self.add_members(self.synonyms.group(group), chain, MatchKinds::SYNONYM);
    }

    fn add_members(&mut self, members: &[Vec<String>], chain: Chain, how: MatchKinds) {
        for member in members {
            let words: Vec<WordId> = member.iter().map(|word| self.reader.lexicon.intern(word)).collect();
            self.add_words(&words, false, chain, how);
        }
    }
}

/// The start and end nodes of a chain, and the gap before its first word.
#[derive(Clone, Copy)]
struct Chain {
    from: u16,
    to: u16,
    gap: u8,
}

/// Whether `member` consists of exactly these words.
fn is_spelled(words: &[WordId], member: &Member, lexicon: &Lexicon, forms: WordForms) -> bool {
    member.stems.len() == words.len()
        && words.iter().enumerate().all(|(at, word)| forms.is_same(lexicon, *word, member, at))
}

/// Number of words of a phrase. An idea counts as two, because most wordings have several.
fn specificity(phrase: &Phrase) -> u8 {
    let words = |atom: &Atom| match atom {
        Atom::Words { words, .. } | Atom::Exact(words) => words.len(),
        Atom::Idea(_) => 2,
        Atom::Quantity(_) => 1,
    };
    let elements = phrase.parts.iter().flat_map(|part| &part.elements);
    let count: usize = elements.map(|element| element.alternatives.iter().map(words).min().unwrap_or(0)).sum();
    count.min(usize::from(u8::MAX)) as u8
}

fn single_words(element: &Element) -> impl Iterator<Item = WordId> {
    element.alternatives.iter().filter_map(|atom| match atom {
        Atom::Words { words, prefix: false } if words.len() == 1 => words.first().copied(),
        _ => None,
    })
}
