//! The learned weights, and the decision for one mention.

use hashbrown::HashMap;
use std::sync::LazyLock;

use super::features::{Place, visit_features};
use crate::text::{Document, Lexicon, WordId};

/// The weights: a line with the bias, then lines with one or two words and the weights of their places.
const WEIGHTS: &str = include_str!("weights.txt");

/// Index of a word that has no weight.
const UNWEIGHED: u16 = 0;

struct Model {
    /// Index of each word that has a weight, alone or in a pair.
    words: HashMap<&'static str, u16>,
    /// For each word index, the weights of its places.
    singles: Vec<[i16; Place::ALL]>,
    /// For each pair of word indices, the weights of its places.
    pairs: HashMap<(u16, u16), [i16; Place::OF_PAIRS]>,
    bias: i32,
}

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::read(WEIGHTS));

impl Model {
    fn read(text: &'static str) -> Self {
        let mut model = Self { words: HashMap::new(), singles: vec![[0; Place::ALL]], pairs: HashMap::new(), bias: 0 };
        for line in text.lines() {
            let (words, weights) = line.split_once('\t').unwrap_or((line, ""));
            let mut weights = weights.split(' ').map(|weight| weight.parse().unwrap_or(0));
            let mut of_places = [0; Place::ALL];
            of_places.fill_with(|| weights.next().unwrap_or(0));
            match words.split_once(' ') {
                Some((first, second)) => {
                    let pair = (model.index(first), model.index(second));
                    if let Some(of_pairs) = of_places.first_chunk() {
                        model.pairs.insert(pair, *of_pairs);
                    }
                }
                None if words.is_empty() => {
                    model.bias = i32::from(of_places[0]);
                }
                None => {
                    let index = model.index(words);
                    model.singles[usize::from(index)] = of_places;
                }
            }
        }
        model
    }

    fn index(&mut self, word: &'static str) -> u16 {
        let next = self.singles.len() as u16;
        let index = *self.words.entry(word).or_insert(next);
        if index == next {
            self.singles.push([0; Place::ALL]);
        }
        index
    }

    fn weight(&self, place: Place, first: u16, second: Option<u16>) -> i32 {
        let single = self.singles[usize::from(first)][place as usize];
        let pair = match second {
            Some(second) if first != UNWEIGHED && second != UNWEIGHED => {
                self.pairs.get(&(first, second)).and_then(|weights| weights.get(place as usize)).copied()
            }
            _ => None,
        };
        i32::from(single) + i32::from(pair.unwrap_or(0))
    }
}

/// A word or pair of words near a mention that speaks for or against a rejection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StanceWord {
    /// The word, or two neighbouring words.
    pub words: String,
    /// Positive if the word speaks for a rejection.
    pub weight: i32,
}

/// Decides the stance towards mentions. Keeps what it learned about words.
#[derive(Default)]
pub struct Stances {
    generation: u32,
    /// For each word of the lexicon, one more than its index in the model; 0 if it was not looked up yet.
    indices: Vec<u16>,
}

impl Stances {
    /// Whether the speaker rejects the mention from token `first` to token `last` of a sentence.
    pub fn is_rejected(
        &mut self,
        document: &Document,
        lexicon: &Lexicon,
        sentence: usize,
        mention: (u32, u32),
    ) -> bool {
        let model = &*MODEL;
        self.prepare(lexicon);
        let mut sum = model.bias;
        visit_features(document, sentence, mention, |place, first, second| {
            let first = self.index(model, lexicon, first);
            let second = second.map(|word| self.index(model, lexicon, word));
            sum += model.weight(place, first, second);
        });
        sum > 0
    }

    /// The words that decide the stance towards a mention, those with the greatest weights first.
    pub fn reasons(
        &mut self,
        document: &Document,
        lexicon: &Lexicon,
        sentence: usize,
        mention: (u32, u32),
    ) -> Vec<StanceWord> {
        let model = &*MODEL;
        self.prepare(lexicon);
        let mut reasons = Vec::new();
        visit_features(document, sentence, mention, |place, first, second| {
            let indices = (self.index(model, lexicon, first), second.map(|word| self.index(model, lexicon, word)));
            let single = model.weight(place, indices.0, None);
            let pair = model.weight(place, indices.0, indices.1) - single;
            let folded = lexicon.folded(first);
            reasons.push(StanceWord { words: folded.to_owned(), weight: single });
            if let Some(second) = second {
                reasons.push(StanceWord { words: format!("{folded} {}", lexicon.folded(second)), weight: pair });
            }
        });
        reasons.retain(|reason| reason.weight != 0);
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.weight.abs()));
        reasons
    }

    fn prepare(&mut self, lexicon: &Lexicon) {
        if self.generation != lexicon.generation() {
            self.indices.clear();
            self.generation = lexicon.generation();
        }
    }

    fn index(&mut self, model: &Model, lexicon: &Lexicon, word: WordId) -> u16 {
        if let Some(known @ 1..) = self.indices.get(word.index()).copied() {
            return known - 1;
        }
        let index = model.words.get(lexicon.folded(word)).copied().unwrap_or(UNWEIGHED);
        if self.indices.len() <= word.index() {
            self.indices.resize(word.index() + 1, 0);
        }
        self.indices[word.index()] = index + 1;
        index
    }
}
