//! The words seen so far, each with its folded form, stem and class.
//!
//! A lexicon is scratch space of one thread. Its content affects speed, never a result; [`Lexicon::trim`] bounds its
//! size between documents.

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use std::hash::BuildHasher;
use std::ops::Range;

use super::{Class, fold, stem::Stems};

/// The id of a word in a [`Lexicon`]. Different spellings have different ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WordId(pub(super) u32);

impl WordId {
    /// Id of every word that is too long; it has an empty folded form and matches nothing.
    pub const LONG: Self = Self(0);

    /// The id as an index into tables with one entry per word.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Greatest length of a word, in bytes.
const MAX_WORD_BYTES: usize = 64;

/// Greatest number of words that [`Lexicon::trim`] keeps.
const MAX_WORDS: usize = 1 << 16;

/// Prefix of words that are spelled out over several tokens, so that they are distinct from typed words.
const JOINED: char = '\u{1}';
/// Prefix of compounds that are written as two tokens.
const COMPOUND: char = '\u{2}';

struct Entry {
    surface: Range<u32>,
    folded: Range<u32>,
    stem: Range<u32>,
    class: Class,
    /// FNV-1a hash of the stem, the same on every machine.
    stem_hash: u32,
}

/// The words seen so far.
pub struct Lexicon {
    /// Ids of words of 1 to 8 bytes, by their bytes. Most words are that short.
    short: HashMap<u64, WordId>,
    /// Ids of words of 9 to 16 bytes, by their bytes.
    medium: HashMap<u128, WordId>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    entries: Vec<Entry>,
    letters: String,
    stems: Stems,
    generation: u32,
}

impl Default for Lexicon {
    fn default() -> Self {
        Self::new()
    }
}

impl Lexicon {
    /// An empty lexicon.
    pub fn new() -> Self {
        let mut lexicon = Self {
            short: HashMap::new(),
            medium: HashMap::new(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            entries: Vec::new(),
            letters: String::new(),
            stems: Stems::new(),
            generation: 0,
        };
        lexicon.clear();
        lexicon
    }

    fn clear(&mut self) {
        self.short.clear();
        self.medium.clear();
        self.table.clear();
        self.entries.clear();
        self.letters.clear();
        self.entries.push(Entry { surface: 0..0, folded: 0..0, stem: 0..0, class: Class::NONE, stem_hash: 0 });
    }

    /// Empties the lexicon if it is large. Earlier ids are then invalid, see [`Self::generation`].
    pub fn trim(&mut self) {
        if self.entries.len() > MAX_WORDS {
            self.clear();
            self.generation += 1;
        }
    }

    /// Number of times that the lexicon was emptied. Ids are valid only within one generation.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The id of the word at `range` of `text`. Returns the same id as [`Self::intern`], but faster for short words.
    pub(super) fn intern_in(&mut self, text: &str, range: Range<usize>) -> WordId {
        let length = range.len();
        let Some(bytes) = text.as_bytes()[range.start..].first_chunk().filter(|_| (1..=16).contains(&length)) else {
            return self.intern(&text[range]);
        };
        let key = u128::from_le_bytes(*bytes) & (u128::MAX >> (128 - 8 * length));
        let known = if length <= 8 { self.short.get(&(key as u64)) } else { self.medium.get(&key) };
        if let Some(word) = known {
            return *word;
        }
        let word = self.intern(&text[range]);
        if length <= 8 {
            self.short.insert(key as u64, word);
        } else {
            self.medium.insert(key, word);
        }
        word
    }

    /// The id of a word as spelled in a text; [`WordId::LONG`] if it is too long.
    pub fn intern(&mut self, surface: &str) -> WordId {
        if surface.len() > MAX_WORD_BYTES {
            return WordId::LONG;
        }
        let hash = self.hasher.hash_one(surface.as_bytes());
        let found = self.table.find(hash, |&id| self.surface(WordId(id)) == surface);
        match found {
            Some(&id) => WordId(id),
            None => self.add(surface, hash),
        }
    }

    /// The id of a word that is spelled out over several tokens.
    pub fn intern_joined(&mut self, word: &str) -> WordId {
        self.intern_marked(JOINED, word)
    }

    /// The id of a compound that is written as two tokens.
    pub fn intern_compound(&mut self, head: WordId, tail: WordId) -> WordId {
        let word = [self.folded(head), self.folded(tail)].concat();
        self.intern_marked(COMPOUND, &word)
    }

    fn intern_marked(&mut self, mark: char, word: &str) -> WordId {
        let mut marked = String::with_capacity(word.len() + 1);
        marked.push(mark);
        marked.push_str(word);
        self.intern(&marked)
    }

    fn add(&mut self, surface: &str, hash: u64) -> WordId {
        let id = self.entries.len() as u32;
        let folded = fold(surface.trim_start_matches([JOINED, COMPOUND]));
        let class = match surface.chars().next() {
            Some(JOINED) => Class::JOINED,
            Some(COMPOUND) => Class::COMPOUND,
            _ => Class::of(&folded),
        };
        let at = |letters: &str| letters.len() as u32;
        let start = at(&self.letters);
        self.letters.push_str(surface);
        let surface_range = start..at(&self.letters);
        let folded_range = if *folded == *surface {
            surface_range.clone()
        } else {
            self.letters.push_str(&folded);
            surface_range.end..at(&self.letters)
        };
        let stem = self.stems.stem(&folded);
        let stem_hash = fnv(stem.as_bytes());
        let stem_range = if folded.starts_with(&*stem) {
            folded_range.start..folded_range.start + stem.len() as u32
        } else {
            self.letters.push_str(&stem);
            at(&self.letters) - stem.len() as u32..at(&self.letters)
        };
        self.entries.push(Entry { surface: surface_range, folded: folded_range, stem: stem_range, class, stem_hash });
        let (entries, letters, hasher) = (&self.entries, &self.letters, &self.hasher);
        self.table.insert_unique(hash, id, |&id| {
            let range = &entries[id as usize].surface;
            hasher.hash_one(&letters.as_bytes()[range.start as usize..range.end as usize])
        });
        WordId(id)
    }

    fn letters(&self, range: &Range<u32>) -> &str {
        &self.letters[range.start as usize..range.end as usize]
    }

    /// The word as spelled.
    pub fn surface(&self, word: WordId) -> &str {
        self.letters(&self.entries[word.index()].surface)
    }

    /// The folded form.
    pub fn folded(&self, word: WordId) -> &str {
        self.letters(&self.entries[word.index()].folded)
    }

    /// The stem of the folded form.
    pub fn stem(&self, word: WordId) -> &str {
        self.letters(&self.entries[word.index()].stem)
    }

    /// A hash of the stem that is the same on every machine and in every run.
    pub fn stem_hash(&self, word: WordId) -> u32 {
        self.entries[word.index()].stem_hash
    }

    /// The properties of the word.
    pub fn class(&self, word: WordId) -> Class {
        self.entries[word.index()].class
    }
}

fn fnv(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_keeps_its_id_and_its_forms() {
        let mut lexicon = Lexicon::new();
        let word = lexicon.intern("Rollbacks");
        assert_eq!(lexicon.intern("Rollbacks"), word);
        assert_ne!(lexicon.intern("rollbacks"), word);
        assert_eq!(
            (lexicon.surface(word), lexicon.folded(word), lexicon.stem(word)),
            ("Rollbacks", "rollbacks", "rollback")
        );
    }

    #[test]
    fn a_spelled_out_word_differs_from_the_typed_word() {
        let mut lexicon = Lexicon::new();
        let (typed, joined) = (lexicon.intern("rollback"), lexicon.intern_joined("rollback"));
        assert_ne!(typed, joined);
        assert_eq!(lexicon.folded(joined), "rollback");
        assert!(lexicon.class(joined).has(Class::JOINED));
    }

    #[test]
    fn a_word_that_is_too_long_is_not_stored() {
        let mut lexicon = Lexicon::new();
        assert_eq!(lexicon.intern(&"a".repeat(MAX_WORD_BYTES + 1)), WordId::LONG);
        assert_eq!(lexicon.folded(WordId::LONG), "");
    }
}
