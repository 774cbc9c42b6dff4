//! Phrases that could be proposed for one contrast: frequent, uncovered, and told apart from chance.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::contrast::Contrast;
use super::seen::{Occurrence, Seen};
use super::separation::Counts;

/// High answers that must hold a phrase which nothing covers.
const FEWEST: usize = 3;

/// A phrase, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// By stems.
    pub(super) stems: String,
    /// Which contrast, from 0.
    pub(super) contrast: usize,
    /// The high answers in which the rubric finds nothing in its words.
    pub(super) holders: Vec<usize>,
    pub(super) counts: Counts,
    /// In thousandths.
    pub(super) strength: i64,
}

/// The candidates of contrast `number`, by stems.
pub(super) fn candidates(number: usize, contrast: &Contrast, seen: &[Seen]) -> Vec<Candidate> {
    let (high, low) = (contrast.high.len(), contrast.low.len());
    let mut tally: BTreeMap<&str, (Counts, Vec<usize>)> = BTreeMap::new();
    for (answer, stems, occurrence) in occurrences(&contrast.high, seen) {
        let (counts, holders) = tally.entry(stems).or_insert((Counts { high, low, ..Counts::default() }, Vec::new()));
        counts.high_with += 1;
        if !occurrence.covered {
            holders.push(answer);
        }
    }
    for (_, stems, _) in occurrences(&contrast.low, seen) {
        if let Some((counts, _)) = tally.get_mut(stems) {
            counts.low_with += 1;
        }
    }
    // Where the rubric mostly finds something in the words already, the rest is chance.
    tally.retain(|_, (counts, holders)| holders.len() >= FEWEST && holders.len() * 2 > counts.high_with);
    let candidate = |(stems, (counts, holders)): (&&str, &(Counts, Vec<usize>))| {
        let strength = counts.strength()?;
        let stems = (*stems).to_owned();
        Some(Candidate { stems, contrast: number, holders: holders.clone(), counts: *counts, strength })
    };
    tally.iter().filter_map(candidate).collect()
}

fn occurrences<'s>(answers: &'s [usize], seen: &'s [Seen]) -> impl Iterator<Item = (usize, &'s str, &'s Occurrence)> {
    let answers = answers.iter().filter_map(|&answer| Some((answer, seen.get(answer)?)));
    answers.flat_map(|(answer, seen)| {
        seen.phrases.iter().map(move |(stems, occurrence)| (answer, stems.as_str(), occurrence))
    })
}

impl Candidate {
    /// What is taken first: the strongest, and of those that stand in the same answers the longest, which
    /// says more; what it says already is not taken again.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let key = |of: &Self| (of.strength, of.counts.high_with, of.stems.matches(' ').count());
        key(other).cmp(&key(self)).then_with(|| (&self.stems, self.contrast).cmp(&(&other.stems, other.contrast)))
    }

    /// Whether it says what `other` says already: a word of it, mostly in the same answers.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        let shares = self.stems.split(' ').any(|word| other.stems.split(' ').any(|known| known == word));
        let common = self.holders.iter().filter(|answer| other.holders.contains(answer)).count();
        shares && common * 2 >= self.holders.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(phrases: &[(&str, bool)]) -> Seen {
        let occurrence = |&(stems, covered): &(&str, bool)| {
            let occurrence = Occurrence { written: stems.to_owned(), sentence: 0..0, words: 0..0, covered };
            (stems.to_owned(), occurrence)
        };
        Seen { phrases: phrases.iter().map(occurrence).collect(), standing: Vec::new() }
    }

    fn stems(high: &[(&str, bool)], low: &[(&str, bool)]) -> Vec<String> {
        let answers: Vec<Seen> = (0..10).map(|_| seen(high)).chain((0..10).map(|_| seen(low))).collect();
        let contrast = Contrast { criterion: None, high: (0..10).collect(), low: (10..20).collect() };
        candidates(0, &contrast, &answers).into_iter().map(|candidate| candidate.stems).collect()
    }

    fn candidate(stems: &str, holders: &[usize]) -> Candidate {
        let counts = Counts { high_with: holders.len(), ..Counts::default() };
        Candidate { stems: stems.to_owned(), contrast: 0, holders: holders.to_vec(), counts, strength: 0 }
    }

    #[test]
    fn what_low_answers_say_as_well_separates_nothing() {
        let open = |words| (words, false);
        assert_eq!(stems(&[open("breaker"), open("trip")], &[open("trip")]), ["breaker"]);
    }

    #[test]
    fn the_strongest_goes_first_and_the_longest_of_the_same_answers() {
        let strong = Candidate { strength: 1, ..candidate("fuse", &[1]) };
        let mut all = [candidate("trip", &[1, 2]), candidate("breaker trip", &[1, 2]), strong];
        all.sort_by(Candidate::order);
        assert_eq!(all.map(|one| one.stems), ["fuse", "breaker trip", "trip"]);
    }

    #[test]
    fn what_the_rubric_covers_is_no_candidate() {
        assert_eq!(stems(&[("breaker", true), ("trip", false)], &[]), ["trip"]);
    }

    #[test]
    fn a_phrase_repeats_another_that_shares_words_and_answers() {
        let known = candidate("breaker trip", &[1, 2, 3, 4]);
        assert!(candidate("breaker", &[1, 2, 3, 5]).repeats(&known));
        assert!(!candidate("breaker", &[1, 6, 7, 8]).repeats(&known));
        assert!(!candidate("fuse", &[1, 2, 3, 4]).repeats(&known));
    }
}
