//! Runs of words that stand elsewhere too: in the question, in a sample answer, in the answer itself.

use hashbrown::{HashMap, HashSet};

use crate::model::{Question, Sample};
use crate::pattern::Reader;
use crate::text::{Class, Document, Lexicon, Sentence};

/// Words of a run that is looked up.
const RUN: usize = 5;
/// A sentence repeats the question when at least this share of its words, in percent, stands there in runs.
const ECHO_SHARE: usize = 60;
/// An answer copies a sample when a shared run is this long, in words ...
const LONG_COPY: usize = 25;
/// ... or when shared runs of at least this length ...
const COPY: usize = 12;
/// ... make up this share of it, in percent.
const COPY_SHARE: usize = 40;
/// An answer repeats itself when this share of its runs, in percent, has been there before.
const REPEAT_SHARE: usize = 30;

/// Slots for the runs of one text; a longer text shares them.
const MOST_SLOTS: usize = 1 << 20;

/// Bits of the filter.
const FILTER: usize = 1 << 15;

fn filter_bit(run: u64) -> usize {
    (run >> 40) as usize % FILTER
}

/// The runs of a question and of its samples.
pub(super) struct Runs {
    known: HashMap<u64, Stands>,
    /// A bit for each known run, by its hash. It tells most unknown runs at once.
    filter: Vec<u64>,
    words: HashSet<u32>,
    /// Whether there are any samples.
    pub(super) has_samples: bool,
}

/// Where a run stands.
#[derive(Clone, Copy, Default)]
struct Stands {
    prompt: bool,
    sample: bool,
}

/// What the runs of an answer tell.
#[derive(Default)]
pub(super) struct Repetition {
    /// Words that stand in the question in runs, by token.
    echoed: Vec<bool>,
    pub(super) copies_sample: bool,
    pub(super) repeats_itself: bool,
    seen: Seen,
}

impl Runs {
    pub(super) fn new(question: &Question, samples: &[Sample], reader: &mut Reader) -> Self {
        let Reader { document, lexicon } = reader;
        let mut runs = Self {
            known: HashMap::new(),
            filter: vec![0; FILTER / 64],
            words: HashSet::new(),
            has_samples: !samples.is_empty(),
        };
        document.read(&question.prompt, 0, lexicon);
        for (_, run) in of(document, lexicon) {
            runs.known.entry(run).or_default().prompt = true;
        }
        runs.words.extend(content_words(document, lexicon));
        for sample in samples {
            document.read(&sample.text, 0, lexicon);
            for (_, run) in of(document, lexicon) {
                runs.known.entry(run).or_default().sample = true;
            }
            runs.words.extend(content_words(document, lexicon));
        }
        let Self { known, filter, .. } = &mut runs;
        known.keys().for_each(|run| filter[filter_bit(*run) / 64] |= 1 << (filter_bit(*run) % 64));
        runs
    }

    fn stands(&self, run: u64) -> Stands {
        let maybe = self.filter[filter_bit(run) / 64] & (1 << (filter_bit(run) % 64)) != 0;
        if maybe { self.known.get(&run).copied().unwrap_or_default() } else { Stands::default() }
    }

    /// How much of the document's content words stand in the question or its samples, in percent.
    pub(super) fn shared_words(&self, document: &Document, lexicon: &Lexicon) -> usize {
        let words: HashSet<u32> = content_words(document, lexicon).collect();
        words.intersection(&self.words).count() * 100 / words.len().max(1)
    }
}

/// A set of runs that is emptied at no cost: what it holds counts only with the stamp of its text.
#[derive(Default)]
struct Seen {
    slots: Vec<(u64, u32)>,
    /// Slots that this text uses, less one. They follow from the text alone: how many there are follows from the
    /// longest text so far, and must not matter.
    mask: usize,
    stamp: u32,
}

impl Seen {
    /// Empties the set, and makes room for so many runs that slots are rarely shared.
    fn forget(&mut self, runs: usize) {
        let room = (4 * runs).next_power_of_two().min(MOST_SLOTS);
        self.mask = room - 1;
        self.stamp = self.stamp.wrapping_add(1);
        if self.slots.len() < room || self.stamp == 0 {
            self.slots.clear();
            self.slots.resize(room, (0, 0));
            self.stamp = 1;
        }
    }

    /// Adds a run; whether it was not there. Of two runs that share a slot the older is forgotten,
    /// so that a text that was made to share slots costs no more than any other.
    fn insert(&mut self, run: u64) -> bool {
        let slot = (run >> 20) as usize & self.mask;
        let new = (run, self.stamp);
        std::mem::replace(&mut self.slots[slot], new) != new
    }
}

impl Repetition {
    /// Looks for the runs of `document`.
    pub(super) fn find(&mut self, runs: &Runs, document: &Document, lexicon: &Lexicon) {
        let words = document.tokens().len();
        self.echoed.clear();
        self.echoed.resize(words, false);
        self.seen.forget(words);
        let (mut repeated, mut total) = (0, 0);
        let (mut copied, mut longest, mut copy) = (0, 0, 0);
        let mut sentences = document.sentences().iter().map(|sentence| sentence.range());
        let mut sentence = 0..0;
        for (at, run) in of(document, lexicon) {
            while at >= sentence.end {
                sentence = sentences.next().unwrap_or(at..words);
            }
            total += 1;
            repeated += usize::from(!self.seen.insert(run));
            let stands = runs.stands(run);
            if stands.prompt && at + 1 >= sentence.start + RUN {
                self.echoed[at + 1 - RUN..=at].fill(true);
            }
            if stands.sample {
                copy = if copy == 0 { RUN } else { copy + 1 };
                copied += match copy {
                    COPY => COPY,
                    longer if longer > COPY => 1,
                    _ => 0,
                };
                longest = longest.max(copy);
            } else {
                copy = 0;
            }
        }
        self.copies_sample = longest >= LONG_COPY || (copied > 0 && copied * 100 >= words * COPY_SHARE);
        self.repeats_itself = total >= 4 * RUN && repeated * 100 >= total * REPEAT_SHARE;
    }

    /// Whether the sentence only repeats the question.
    pub(super) fn is_echo(&self, sentence: Sentence) -> bool {
        let words = self.echoed.get(sentence.range()).unwrap_or_default();
        words.len() >= RUN && words.iter().filter(|&&echoed| echoed).count() * 100 >= words.len() * ECHO_SHARE
    }
}

fn content_words<'a>(document: &'a Document, lexicon: &'a Lexicon) -> impl Iterator<Item = u32> + 'a {
    let content = document.tokens().iter().filter(|token| !token.class().has(Class::FUNCTION));
    content.map(|token| lexicon.mark(token.word))
}

/// The runs of a document, each with its last token.
fn of<'a>(document: &'a Document, lexicon: &'a Lexicon) -> impl Iterator<Item = (usize, u64)> + 'a {
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    const LEAVING: u64 = {
        let (mut power, mut at) = (1_u64, 0);
        while at < RUN {
            power = power.wrapping_mul(BASE);
            at += 1;
        }
        power
    };
    let tokens = document.tokens();
    let mark = |at: usize| u64::from(lexicon.mark(tokens[at].word)) + 1;
    let mut hash = 0_u64;
    (0..tokens.len()).filter_map(move |at| {
        hash = hash.wrapping_mul(BASE).wrapping_add(mark(at));
        if at >= RUN {
            hash = hash.wrapping_sub(mark(at - RUN).wrapping_mul(LEAVING));
        }
        (at + 1 >= RUN).then_some((at, hash))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_before_do_not_matter() {
        // The second run shares the slot of the first where there are four of them, and only there.
        let runs = [1 << 20, 5 << 20, 1 << 20];
        let (mut fresh, mut used) = (Seen::default(), Seen::default());
        used.forget(1000);
        for seen in [&mut fresh, &mut used] {
            seen.forget(1);
            assert_eq!(runs.map(|run| seen.insert(run)), [true, true, true]);
        }
    }
}
