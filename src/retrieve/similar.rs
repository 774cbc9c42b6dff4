//! Finds the question that a wording asks for, or that an answer is about, and says how similar they are.
//!
//! Similarities are bounded (0 to 1) and compare between banks. A word weighs little when many
//! questions use it, and most when none does. Frequencies are counted over the bank and over
//! background questions, so that the words of a small bank have sensible weights too. Only rubrics
//! are read, no sample answers. The constants and both thresholds were chosen by `evals/retrieval`.

use std::cmp::Reverse;

use hashbrown::HashMap;

use super::analyzer::Analyzer;
use crate::model::{Question, QuestionChoice, SimilarQuestion, Thousandths};

/// Lowest similarity at which a wording asks for a question.
pub const LEAST_FOR_WORDING: Thousandths = Thousandths(700);
/// Lowest similarity at which an answer is about a question.
pub const LEAST_FOR_ANSWER: Thousandths = Thousandths(110);
/// Another question is close when its similarity is at least this share of the best.
const CLOSE: f64 = 0.8;
/// What a word counts that is in the rubric of a question but not in its wordings.
const IN_RUBRIC: f64 = 0.2;
/// Weight of all words of a wording up to which every word counts fully. People explain at length
/// what they ask for; the words of a long explanation count less.
const FULL_WEIGHT: f64 = 4.0;
/// What weight beyond that counts.
const BEYOND: f64 = 0.3;
/// A wording whose words weigh less is compared as if they weighed this much, so that "tell me about
/// a time" is similar to no question.
const LEAST_WEIGHT: f64 = 0.9;
/// How often a word of a wording, or of what a criterion asks, counts in the text of a question; a
/// word of a phrase counts once.
const TIMES: u32 = 3;
/// Longer texts, in bytes, are not wordings.
const LONGEST_WORDING: usize = 8192;

/// One question of those that an index returns, if one is similar enough and clearly the most similar.
fn choose(mut found: Vec<SimilarQuestion>, least: Thousandths) -> QuestionChoice {
    if found.first().is_none_or(|best| best.similarity < least) {
        return QuestionChoice::None { nearest: found.into_iter().next() };
    }
    let best = found.remove(0);
    found.retain(|other| f64::from(other.similarity.0) >= f64::from(best.similarity.0) * CLOSE);
    if found.is_empty() { QuestionChoice::One(best) } else { QuestionChoice::Close { best, others: found } }
}

/// Where a question has a term.
#[derive(Debug, Clone, Copy)]
struct Posting {
    question: usize,
    in_wording: bool,
    /// How often the term counts in the question's text.
    times: u32,
}

/// What is known of a term.
#[derive(Debug, Default)]
struct Term {
    /// Questions, background included, that have it in a wording.
    wordings: u32,
    /// Questions, background included, that have it anywhere in the rubric.
    texts: u32,
    /// The questions of the bank that have it.
    postings: Vec<Posting>,
}

/// The words of all questions of a bank.
pub struct QuestionIndex {
    analyzer: Analyzer,
    ids: Vec<String>,
    terms: HashMap<String, Term>,
    /// Questions, background included.
    total: u32,
    /// Length of each question's vector of weighted terms.
    lengths: Vec<f64>,
}

impl QuestionIndex {
    /// Of the questions of a bank. Words are weighed by how many of these and of the `background`
    /// questions use them.
    pub fn new(questions: &[Question], background: &[Question], analyzer: Analyzer) -> Self {
        let mut index = Self {
            analyzer,
            ids: Vec::new(),
            terms: HashMap::new(),
            total: 0,
            lengths: Vec::with_capacity(questions.len()),
        };
        let mut texts = Vec::with_capacity(questions.len());
        for question in questions {
            texts.push(index.add(question, Some(index.ids.len())));
            index.ids.push(question.id.clone());
        }
        for question in background {
            index.add(question, None);
        }
        for text in &texts {
            let squares = text.iter().map(|(term, times)| {
                let weight = index.terms.get(term).map_or(0.0, |term| index.weight(term.texts)) * dampened(*times);
                weight * weight
            });
            let length = squares.sum::<f64>().sqrt();
            index.lengths.push(length);
        }
        index
    }

    /// Counts a question's terms, and returns them in the order in which they first occur.
    fn add(&mut self, question: &Question, place: Option<usize>) -> Vec<(String, u32)> {
        let mut text = Counted::default();
        for wording in question.wordings() {
            text.add(&self.analyzer, wording, TIMES);
        }
        let in_wordings = text.counts.len();
        for criterion in question.criteria.iter().chain(&question.penalties) {
            text.add(&self.analyzer, &criterion.asks, TIMES);
            for phrase in criterion.concepts.iter().flat_map(|concept| &concept.any) {
                text.add(&self.analyzer, phrase, 1);
            }
        }
        for (at, (term, times)) in text.counts.iter().enumerate() {
            let known = self.terms.entry_ref(term.as_str()).or_default();
            let in_wording = at < in_wordings;
            known.texts += 1;
            known.wordings += u32::from(in_wording);
            known.postings.extend(place.map(|question| Posting { question, in_wording, times: *times }));
        }
        self.total += 1;
        text.counts
    }

    /// What a term weighs that so many questions use, as a share of what an unknown one weighs.
    fn weight(&self, questions: u32) -> f64 {
        let (total, questions) = (f64::from(self.total), f64::from(questions));
        let rarity = |questions: f64| (1.0 + (total - questions + 0.5) / (questions + 0.5)).ln();
        rarity(questions) / rarity(0.0)
    }

    /// The questions that have a word in common with a wording, the most similar first.
    ///
    /// The similarity is the share of the wording's words, weighted, that the wordings of the
    /// question contain; words of the rubric count a fifth.
    pub fn by_wording(&self, wording: &str) -> Vec<SimilarQuestion> {
        if wording.len() > LONGEST_WORDING {
            return Vec::new();
        }
        let mut matched = vec![0.0; self.ids.len()];
        let mut whole = 0.0;
        for (term, _) in Counted::of(&self.analyzer, wording).counts {
            let Some(known) = self.terms.get(&term) else {
                whole += self.weight(0);
                continue;
            };
            let weight = self.weight(known.wordings);
            whole += weight;
            for posting in &known.postings {
                if let Some(matched) = matched.get_mut(posting.question) {
                    *matched += if posting.in_wording { weight } else { weight * IN_RUBRIC };
                }
            }
        }
        let compared = (whole.min(FULL_WEIGHT) + BEYOND * (whole - FULL_WEIGHT).max(0.0)).max(LEAST_WEIGHT);
        self.ranked(matched.into_iter().map(|matched| matched / compared))
    }

    /// The question that a wording asks for.
    pub fn asked_by(&self, wording: &str) -> QuestionChoice {
        choose(self.by_wording(wording), LEAST_FOR_WORDING)
    }

    /// The questions whose rubric has a word in common with an answer, the most similar first.
    ///
    /// The similarity is the cosine of the angle between both as vectors of weighted words.
    pub fn by_answer(&self, answer: &str) -> Vec<SimilarQuestion> {
        let mut products = vec![0.0; self.ids.len()];
        let mut squares = 0.0;
        for (term, times) in Counted::of(&self.analyzer, answer).counts {
            let known = self.terms.get(&term);
            let weight = self.weight(known.map_or(0, |known| known.texts));
            let here = weight * dampened(times);
            squares += here * here;
            for posting in known.iter().flat_map(|known| &known.postings) {
                if let Some(product) = products.get_mut(posting.question) {
                    *product += here * weight * dampened(posting.times);
                }
            }
        }
        let length = squares.sqrt();
        let cosine = |(product, own): (f64, &f64)| if product > 0.0 { product / (length * own) } else { 0.0 };
        self.ranked(products.into_iter().zip(&self.lengths).map(cosine))
    }

    /// The question that an answer is about.
    pub fn answered_by(&self, answer: &str) -> QuestionChoice {
        choose(self.by_answer(answer), LEAST_FOR_ANSWER)
    }

    /// In the order of similarity, and of the bank where that is equal; without those that have nothing in common.
    fn ranked(&self, similarities: impl Iterator<Item = f64>) -> Vec<SimilarQuestion> {
        let mut found: Vec<(u32, usize)> =
            similarities.enumerate().map(|(question, similarity)| (thousandths(similarity), question)).collect();
        found.retain(|(similarity, _)| *similarity > 0);
        found.sort_unstable_by_key(|(similarity, question)| (Reverse(*similarity), *question));
        let similar = |(similarity, question): (u32, usize)| {
            Some(SimilarQuestion { id: self.ids.get(question)?.clone(), similarity: Thousandths(similarity) })
        };
        found.into_iter().filter_map(similar).collect()
    }
}

/// Terms and how often each occurs, in the order in which they first occur.
#[derive(Default)]
struct Counted {
    counts: Vec<(String, u32)>,
    places: HashMap<String, usize>,
}

impl Counted {
    fn of(analyzer: &Analyzer, text: &str) -> Self {
        let mut counted = Self::default();
        counted.add(analyzer, text, 1);
        counted
    }

    fn add(&mut self, analyzer: &Analyzer, text: &str, times: u32) {
        for term in analyzer.terms(text) {
            let place = *self.places.entry_ref(term.text.as_str()).or_insert(self.counts.len());
            match self.counts.get_mut(place) {
                Some((_, count)) => *count = count.saturating_add(times),
                None => self.counts.push((term.text, times)),
            }
        }
    }
}

/// What a word counts that occurs so often: more than once, but not by as much.
fn dampened(times: u32) -> f64 {
    f64::from(times).ln_1p()
}

#[allow(clippy::cast_sign_loss)] // clamped to 0 and above
fn thousandths(similarity: f64) -> u32 {
    (similarity.clamp(0.0, 1.0) * 1000.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank; // tests may name what the module may not

    fn questions(bank: &Bank) -> Vec<Question> {
        bank.entries().iter().map(|entry| bank.question(entry).expect("sound")).collect()
    }

    #[test]
    fn a_similarity_does_not_depend_on_the_size_of_the_bank() {
        let bank = Bank::shipped();
        let all = questions(&bank);
        let analyzer = Analyzer::new(bank.synonyms().expect("sound"));
        for size in [1, 2, all.len()] {
            let index = QuestionIndex::new(&all[..size], &all[size..], analyzer.clone());
            for question in &all[..size] {
                let found = index.by_wording(&question.prompt);
                assert_eq!(
                    found[0],
                    SimilarQuestion { id: question.id.clone(), similarity: Thousandths::ONE },
                    "{size}"
                );
                // As many words again, which no question has.
                let padded =
                    question.prompt.split(' ').map(|word| format!("{word} xyzzy{word}")).collect::<Vec<_>>().join(" ");
                let diluted = &index.by_wording(&padded)[0];
                assert!(diluted.similarity < Thousandths(850), "{size}: {diluted:?}");
            }
            assert_eq!(index.by_wording("xyzzy plugh"), []);
            assert_eq!(index.asked_by("the of and"), QuestionChoice::None { nearest: None });
            assert_eq!(index.answered_by(""), QuestionChoice::None { nearest: None });
        }
    }

    #[test]
    fn words_that_no_question_has_lower_the_similarity() {
        let bank = Bank::shipped();
        let index = QuestionIndex::new(&questions(&bank), &[], Analyzer::new(bank.synonyms().expect("sound")));
        let similarity = |text: &str| index.by_wording(text)[0].similarity;
        let (plain, more) = (similarity("alert fatigue"), similarity("alert fatigue of xyzzy plugh frobs"));
        assert!(plain >= LEAST_FOR_WORDING && more < LEAST_FOR_WORDING, "{plain} {more}");
    }

    #[test]
    fn close_questions_are_all_named_and_distant_ones_are_not() {
        let found = |similarities: &[u32]| -> Vec<SimilarQuestion> {
            let similar =
                |(at, of): (usize, &u32)| SimilarQuestion { id: format!("q{at}"), similarity: Thousandths(*of) };
            similarities.iter().enumerate().map(similar).collect()
        };
        let least = Thousandths(700);
        assert_eq!(choose(Vec::new(), least), QuestionChoice::None { nearest: None });
        assert!(matches!(choose(found(&[699, 10]), least), QuestionChoice::None { nearest: Some(_) }));
        assert!(matches!(choose(found(&[1000, 799]), least), QuestionChoice::One(best) if best.id == "q0"));
        // Those that are close are named even if they are below the threshold.
        let close = choose(found(&[800, 700, 640, 639]), least);
        assert!(matches!(close, QuestionChoice::Close { others, .. } if others.len() == 2));
    }
}
