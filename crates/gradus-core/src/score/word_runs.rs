//! Finds runs of words that also occur in the question, in a sample answer, or earlier in the answer.

use hashbrown::{HashMap, HashSet};

use crate::model::{Question, Sample};
use crate::pattern::Reader;
use crate::text::{Class, Document, Lexicon, Sentence};

/// Number of words in a run.
const RUN_WORDS: usize = 5;
/// Percentage of words in runs of the question at or above which a sentence repeats the question.
const ECHO_SHARE: usize = 60;
/// Smallest length of a shared run, in words, that makes an answer a copy of a sample.
const LONG_COPY_WORDS: usize = 25;
/// Smallest length of a shared run, in words, that counts towards [`COPY_SHARE`].
const COPY_WORDS: usize = 12;
/// Percentage of words in shared runs at or above which an answer copies a sample.
const COPY_SHARE: usize = 40;
/// Percentage of repeated runs at or above which an answer repeats itself.
const REPEAT_SHARE: usize = 30;

/// Greatest number of slots for the runs of one text; the runs of a longer text share slots.
const MAX_SLOTS: usize = 1 << 20;

/// Number of bits in the filter.
const FILTER_BITS: usize = 1 << 15;

fn filter_bit(run: u64) -> usize {
    (run >> 40) as usize % FILTER_BITS
}

/// The word runs of a question and its samples.
pub(super) struct WordRuns {
    known: HashMap<u64, RunSources>,
    /// A bit for each known run, by its hash. Most unknown runs are recognised by the filter alone.
    filter: Vec<u64>,
    words: HashSet<u32>,
    /// Whether the question has samples.
    pub(super) has_samples: bool,
}

/// The texts in which a run occurs.
#[derive(Clone, Copy, Default)]
struct RunSources {
    prompt: bool,
    sample: bool,
}

/// The repetitions that the word runs of an answer show.
#[derive(Default)]
pub(super) struct Repetition {
    /// For each token, whether it is part of a run of the question.
    echoed: Vec<bool>,
    pub(super) copies_sample: bool,
    pub(super) repeats_itself: bool,
    seen: RunSet,
}

impl WordRuns {
    pub(super) fn new(question: &Question, samples: &[Sample], reader: &mut Reader) -> Self {
        let Reader { document, lexicon } = reader;
        let mut runs = Self {
            known: HashMap::new(),
            filter: vec![0; FILTER_BITS / 64],
            words: HashSet::new(),
            has_samples: !samples.is_empty(),
        };
        document.read(&question.prompt, 0, lexicon);
        for (_, run) in word_runs(document, lexicon) {
            runs.known.entry(run).or_default().prompt = true;
        }
        runs.words.extend(content_words(document, lexicon));
        for sample in samples {
            document.read(&sample.text, 0, lexicon);
            for (_, run) in word_runs(document, lexicon) {
                runs.known.entry(run).or_default().sample = true;
            }
            runs.words.extend(content_words(document, lexicon));
        }
        let Self { known, filter, .. } = &mut runs;
        known.keys().for_each(|run| filter[filter_bit(*run) / 64] |= 1 << (filter_bit(*run) % 64));
        runs
    }

    fn sources(&self, run: u64) -> RunSources {
        let maybe = self.filter[filter_bit(run) / 64] & (1 << (filter_bit(run) % 64)) != 0;
        if maybe { self.known.get(&run).copied().unwrap_or_default() } else { RunSources::default() }
    }

    /// Percentage of the document's distinct content words that occur in the question or its samples.
    pub(super) fn shared_words(&self, document: &Document, lexicon: &Lexicon) -> usize {
        let words: HashSet<u32> = content_words(document, lexicon).collect();
        words.intersection(&self.words).count() * 100 / words.len().max(1)
    }
}

/// A set of runs that is cleared in constant time: an entry is valid only with the stamp of the current text.
#[derive(Default)]
struct RunSet {
    slots: Vec<(u64, u32)>,
    /// Number of slots for the current text, less one. It depends on this text alone, because the allocated number
    /// depends on the longest text so far, which must not change a result.
    mask: usize,
    stamp: u32,
}

impl RunSet {
    /// Clears the set, and provides enough slots that runs of the text rarely share one.
    fn reset(&mut self, runs: usize) {
        let room = (4 * runs).next_power_of_two().min(MAX_SLOTS);
        self.mask = room - 1;
        self.stamp = self.stamp.wrapping_add(1);
        if self.slots.len() < room || self.stamp == 0 {
            self.slots.clear();
            self.slots.resize(room, (0, 0));
            self.stamp = 1;
        }
    }

    /// Adds a run; returns whether it was absent. Of two runs that share a slot the older is forgotten, so that a text
    /// that was written to cause collisions costs no more than any other.
    fn insert(&mut self, run: u64) -> bool {
        let slot = (run >> 20) as usize & self.mask;
        let new = (run, self.stamp);
        std::mem::replace(&mut self.slots[slot], new) != new
    }
}

impl Repetition {
    /// Looks up the runs of `document`.
    pub(super) fn find(&mut self, runs: &WordRuns, document: &Document, lexicon: &Lexicon) {
        let words = document.tokens().len();
        self.echoed.clear();
        self.echoed.resize(words, false);
        self.seen.reset(words);
        let (mut repeated, mut total) = (0, 0);
        let (mut copied, mut longest, mut copy) = (0, 0, 0);
        let mut sentences = document.sentences().iter().map(|sentence| sentence.range());
        let mut sentence = 0..0;
        for (at, run) in word_runs(document, lexicon) {
            while at >= sentence.end {
                sentence = sentences.next().unwrap_or(at..words);
            }
            total += 1;
            repeated += usize::from(!self.seen.insert(run));
            let sources = runs.sources(run);
            if sources.prompt && at + 1 >= sentence.start + RUN_WORDS {
                // because a run across two sentences does not mean that either of them repeats the question
                self.echoed[at + 1 - RUN_WORDS..=at].fill(true);
            }
            if sources.sample {
                copy = if copy == 0 { RUN_WORDS } else { copy + 1 };
                // because a run counts only from COPY_WORDS on, its first words are added all at once
                copied += match copy {
                    COPY_WORDS => COPY_WORDS,
                    longer if longer > COPY_WORDS => 1,
                    _ => 0,
                };
                longest = longest.max(copy);
            } else {
                copy = 0;
            }
        }
        self.copies_sample = longest >= LONG_COPY_WORDS || (copied > 0 && copied * 100 >= words * COPY_SHARE);
        self.repeats_itself = total >= 4 * RUN_WORDS && repeated * 100 >= total * REPEAT_SHARE;
    }

    /// Whether the sentence mostly repeats the question.
    pub(super) fn is_echo(&self, sentence: Sentence) -> bool {
        let words = self.echoed.get(sentence.range()).unwrap_or_default();
        words.len() >= RUN_WORDS && words.iter().filter(|&&echoed| echoed).count() * 100 >= words.len() * ECHO_SHARE
    }
}

fn content_words<'a>(document: &'a Document, lexicon: &'a Lexicon) -> impl Iterator<Item = u32> + 'a {
    let content = document.tokens().iter().filter(|token| !token.class().has(Class::FUNCTION));
    content.map(|token| lexicon.stem_hash(token.word))
}

/// Hashes of all runs of a document, each with its last token.
fn word_runs<'a>(document: &'a Document, lexicon: &'a Lexicon) -> impl Iterator<Item = (usize, u64)> + 'a {
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    const LEAVING: u64 = {
        let (mut power, mut at) = (1_u64, 0);
        while at < RUN_WORDS {
            power = power.wrapping_mul(BASE);
            at += 1;
        }
        power
    };
    let tokens = document.tokens();
    let word_hash = |at: usize| u64::from(lexicon.stem_hash(tokens[at].word)) + 1;
    let mut hash = 0_u64;
    (0..tokens.len()).filter_map(move |at| {
        hash = hash.wrapping_mul(BASE).wrapping_add(word_hash(at));
        if at >= RUN_WORDS {
            hash = hash.wrapping_sub(word_hash(at - RUN_WORDS).wrapping_mul(LEAVING));
        }
        (at + 1 >= RUN_WORDS).then_some((at, hash))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_texts_do_not_change_the_result() {
        // The second run has the slot of the first if there are four slots, and only then.
        let runs = [1 << 20, 5 << 20, 1 << 20];
        let (mut fresh, mut used) = (RunSet::default(), RunSet::default());
        used.reset(1000);
        for seen in [&mut fresh, &mut used] {
            seen.reset(1);
            assert_eq!(runs.map(|run| seen.insert(run)), [true, true, true]);
        }
    }
}
