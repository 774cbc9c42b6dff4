//! The words seen so far, each worked out once: folded form, stem, class.
//!
//! A lexicon is scratch space of one thread. What it holds never changes a result, only the time
//! it takes; [`Lexicon::trim`] bounds it between documents.

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use std::hash::BuildHasher;
use std::ops::Range;

use super::{Class, fold, stem::Stems};

/// A word of a [`Lexicon`]: one for each distinct way of writing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WordId(pub(super) u32);

impl WordId {
    /// Words that are too long to be words; they have no folded form and match nothing.
    pub const LONG: Self = Self(0);

    /// For tables that are indexed by word.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Words of more bytes are not looked into.
const LONGEST: usize = 64;

/// Words kept between documents; more are forgotten.
const KEPT: usize = 1 << 16;

/// Marks the words that were spelled out, so that they never meet a typed one.
const JOINED: char = '\u{1}';
/// Marks the words that are written apart.
const APART: char = '\u{2}';

struct Entry {
    surface: Range<u32>,
    folded: Range<u32>,
    stem: Range<u32>,
    class: Class,
    /// A hash of the stem that is the same everywhere.
    mark: u32,
}

/// The words seen so far.
pub struct Lexicon {
    /// Words of up to 8 bytes, which most are, by those bytes.
    short: HashMap<u64, WordId>,
    /// Words of up to 16 bytes.
    middling: HashMap<u128, WordId>,
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
            middling: HashMap::new(),
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
        self.middling.clear();
        self.table.clear();
        self.entries.clear();
        self.letters.clear();
        self.entries.push(Entry { surface: 0..0, folded: 0..0, stem: 0..0, class: Class::NONE, mark: 0 });
    }

    /// Forgets everything when there is too much of it. Word ids of before are void then.
    pub fn trim(&mut self) {
        if self.entries.len() > KEPT {
            self.clear();
            self.generation += 1;
        }
    }

    /// Counts how often word ids became void.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The id of the word that `range` of `text` is. The same as `intern`, and faster for short words.
    pub(super) fn intern_in(&mut self, text: &str, range: Range<usize>) -> WordId {
        let length = range.len();
        let Some(bytes) = text.as_bytes()[range.start..].first_chunk().filter(|_| (1..=16).contains(&length)) else {
            return self.intern(&text[range]);
        };
        let key = u128::from_le_bytes(*bytes) & (u128::MAX >> (128 - 8 * length));
        let known = if length <= 8 { self.short.get(&(key as u64)) } else { self.middling.get(&key) };
        if let Some(word) = known {
            return *word;
        }
        let word = self.intern(&text[range]);
        if length <= 8 {
            self.short.insert(key as u64, word);
        } else {
            self.middling.insert(key, word);
        }
        word
    }

    /// The id of a word as written.
    pub fn intern(&mut self, surface: &str) -> WordId {
        if surface.len() > LONGEST {
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

    /// The id of a word that is written apart, as two tokens.
    pub fn intern_apart(&mut self, head: WordId, tail: WordId) -> WordId {
        let word = [self.folded(head), self.folded(tail)].concat();
        self.intern_marked(APART, &word)
    }

    fn intern_marked(&mut self, mark: char, word: &str) -> WordId {
        let mut marked = String::with_capacity(word.len() + 1);
        marked.push(mark);
        marked.push_str(word);
        self.intern(&marked)
    }

    fn add(&mut self, surface: &str, hash: u64) -> WordId {
        let id = self.entries.len() as u32;
        let folded = fold(surface.trim_start_matches([JOINED, APART]));
        let class = match surface.chars().next() {
            Some(JOINED) => Class::JOINED,
            Some(APART) => Class::APART,
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
        let mark = fnv(stem.as_bytes());
        let stem_range = if folded.starts_with(&*stem) {
            folded_range.start..folded_range.start + stem.len() as u32
        } else {
            self.letters.push_str(&stem);
            at(&self.letters) - stem.len() as u32..at(&self.letters)
        };
        self.entries.push(Entry { surface: surface_range, folded: folded_range, stem: stem_range, class, mark });
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

    /// The word as written.
    pub fn surface(&self, word: WordId) -> &str {
        self.letters(&self.entries[word.index()].surface)
    }

    /// The word folded.
    pub fn folded(&self, word: WordId) -> &str {
        self.letters(&self.entries[word.index()].folded)
    }

    /// The word's stem.
    pub fn stem(&self, word: WordId) -> &str {
        self.letters(&self.entries[word.index()].stem)
    }

    /// A hash of the word's stem that is the same on every machine and in every run.
    pub fn mark(&self, word: WordId) -> u32 {
        self.entries[word.index()].mark
    }

    /// The word's class.
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
    fn joined_words_are_words_apart() {
        let mut lexicon = Lexicon::new();
        let (typed, joined) = (lexicon.intern("rollback"), lexicon.intern_joined("rollback"));
        assert_ne!(typed, joined);
        assert_eq!(lexicon.folded(joined), "rollback");
        assert!(lexicon.class(joined).has(Class::JOINED));
    }

    #[test]
    fn words_without_end_are_not_kept() {
        let mut lexicon = Lexicon::new();
        assert_eq!(lexicon.intern(&"a".repeat(LONGEST + 1)), WordId::LONG);
        assert_eq!(lexicon.folded(WordId::LONG), "");
    }
}
