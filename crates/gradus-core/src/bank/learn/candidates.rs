//! Finds phrases that separate high from low answers: frequent, not covered by the rubric, and beyond chance.
//!
//! Takes a contrast, which is a group of high answers and a group of low ones, and the phrases of these answers. Gives
//! candidates, which can be sorted by strength and compared for repetition.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::contrast::Contrast;
use super::odds_ratio::AnswerCounts;
use super::read_answer::{Occurrence, ReadAnswer};

/// Minimum number of high answers in which the phrase occurs and the rubric does not cover it.
const MIN_UNCOVERED_ANSWERS: usize = 3;

/// A phrase with the answers that contain it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The stems of its words, with spaces between.
    pub(super) stems: String,
    /// Number of the contrast, from 0.
    pub(super) contrast: usize,
    /// Numbers of the high answers in which the rubric does not cover the phrase.
    pub(super) uncovered_in: Vec<usize>,
    pub(super) counts: AnswerCounts,
    /// Lower bound of the log odds ratio, in thousandths.
    pub(super) strength: i64,
}

/// The candidates of the contrast with this number, sorted by stems.
pub(super) fn candidates(number: usize, contrast: &Contrast, answers: &[ReadAnswer]) -> Vec<Candidate> {
    let (high, low) = (contrast.high.len(), contrast.low.len());
    let mut tally: BTreeMap<&str, (AnswerCounts, Vec<usize>)> = BTreeMap::new();
    for (answer, stems, occurrence) in occurrences(&contrast.high, answers) {
        let (counts, uncovered_in) =
            tally.entry(stems).or_insert((AnswerCounts { high, low, ..AnswerCounts::default() }, Vec::new()));
        counts.high_with += 1;
        if !occurrence.is_covered {
            uncovered_in.push(answer);
        }
    }
    for (_, stems, _) in occurrences(&contrast.low, answers) {
        if let Some((counts, _)) = tally.get_mut(stems) {
            counts.low_with += 1;
        }
    }
    // If the rubric covers the phrase in half of the answers or more, it misses the phrase in the others by chance.
    tally.retain(|_, (counts, uncovered_in)| {
        uncovered_in.len() >= MIN_UNCOVERED_ANSWERS && uncovered_in.len() * 2 > counts.high_with
    });
    let candidate = |(stems, (counts, uncovered_in)): (&&str, &(AnswerCounts, Vec<usize>))| {
        let strength = counts.strength()?;
        let stems = (*stems).to_owned();
        Some(Candidate { stems, contrast: number, uncovered_in: uncovered_in.clone(), counts: *counts, strength })
    };
    tally.iter().filter_map(candidate).collect()
}

/// All phrases of the answers with these numbers.
fn occurrences<'s>(
    numbers: &'s [usize],
    answers: &'s [ReadAnswer],
) -> impl Iterator<Item = (usize, &'s str, &'s Occurrence)> {
    let chosen = numbers.iter().filter_map(|&number| Some((number, answers.get(number)?)));
    chosen.flat_map(|(answer, read)| {
        read.phrases.iter().map(move |(stems, occurrence)| (answer, stems.as_str(), occurrence))
    })
}

impl Candidate {
    /// Orders the strongest candidate first, then the one in more high answers, then the one with more words, because
    /// it says more.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let key = |of: &Self| (of.strength, of.counts.high_with, of.stems.matches(' ').count());
        key(other).cmp(&key(self)).then_with(|| (&self.stems, self.contrast).cmp(&(&other.stems, other.contrast)))
    }

    /// Whether this phrase shares a word with `other` and occurs mostly in the same answers.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        let shares = self.stems.split(' ').any(|word| other.stems.split(' ').any(|known| known == word));
        let common = self.uncovered_in.iter().filter(|answer| other.uncovered_in.contains(answer)).count();
        shares && common * 2 >= self.uncovered_in.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(phrases: &[(&str, bool)]) -> ReadAnswer {
        let occurrence = |&(stems, is_covered): &(&str, bool)| {
            let occurrence = Occurrence { written: stems.to_owned(), sentence: 0..0, words: 0..0, is_covered };
            (stems.to_owned(), occurrence)
        };
        ReadAnswer { phrases: phrases.iter().map(occurrence).collect(), results: Vec::new() }
    }

    fn stems(high: &[(&str, bool)], low: &[(&str, bool)]) -> Vec<String> {
        let answers: Vec<ReadAnswer> = (0..10).map(|_| answer(high)).chain((0..10).map(|_| answer(low))).collect();
        let contrast = Contrast { criterion: None, high: (0..10).collect(), low: (10..20).collect() };
        candidates(0, &contrast, &answers).into_iter().map(|candidate| candidate.stems).collect()
    }

    fn candidate(stems: &str, uncovered_in: &[usize]) -> Candidate {
        let counts = AnswerCounts { high_with: uncovered_in.len(), ..AnswerCounts::default() };
        Candidate { stems: stems.to_owned(), contrast: 0, uncovered_in: uncovered_in.to_vec(), counts, strength: 0 }
    }

    #[test]
    fn a_phrase_that_low_answers_also_contain_is_not_a_candidate() {
        let uncovered = |words| (words, false);
        assert_eq!(stems(&[uncovered("breaker"), uncovered("trip")], &[uncovered("trip")]), ["breaker"]);
    }

    #[test]
    fn the_strongest_candidate_comes_first_then_the_longest_of_the_same_answers() {
        let strong = Candidate { strength: 1, ..candidate("fuse", &[1]) };
        let mut all = [candidate("trip", &[1, 2]), candidate("breaker trip", &[1, 2]), strong];
        all.sort_by(Candidate::order);
        assert_eq!(all.map(|one| one.stems), ["fuse", "breaker trip", "trip"]);
    }

    #[test]
    fn a_phrase_that_the_rubric_covers_is_not_a_candidate() {
        assert_eq!(stems(&[("breaker", true), ("trip", false)], &[]), ["trip"]);
    }

    #[test]
    fn a_phrase_repeats_another_with_shared_words_and_answers() {
        let known = candidate("breaker trip", &[1, 2, 3, 4]);
        assert!(candidate("breaker", &[1, 2, 3, 5]).repeats(&known));
        assert!(!candidate("breaker", &[1, 6, 7, 8]).repeats(&known));
        assert!(!candidate("fuse", &[1, 2, 3, 4]).repeats(&known));
    }
}
