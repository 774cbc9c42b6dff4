//! Finds the question that a wording asks for, or that an answer is about, and measures the similarity.
//!
//! Similarities are between 0 and 1, and can be compared between banks. A word weighs little when many questions use
//! it, and most when none does. Frequencies are counted over the bank and over background questions, so that the words
//! of a small bank have sensible weights too. An answer is compared by its words first; the caller then measures how
//! many concepts of the most similar questions it contains. The constants and both thresholds were chosen by
//! `evals/retrieval`.

use std::cmp::Reverse;

use hashbrown::HashMap;

use super::analyzer::Analyzer;
use super::answer_index::{AnswerIndex, Counted, QuestionWords, rarity};
use crate::model::{Question, QuestionChoice, Sample, SimilarQuestion, Thousandths};

/// Lowest similarity at which a wording asks for a question.
pub const LEAST_FOR_WORDING: Thousandths = Thousandths(700);
/// Lowest similarity at which an answer is about a question.
pub const LEAST_FOR_ANSWER: Thousandths = Thousandths(168);
/// Another question is close if its similarity is at least this share of the best question's similarity.
const CLOSE: f64 = 0.8;
/// Credit for a word that occurs in what a criterion or penalty asks but not in the question's wordings.
const IN_CRITERION: f64 = 0.4;
/// Credit for a word that occurs only in a sample answer or, if the question has no samples, only in a phrase.
const IN_SAMPLE: f64 = 0.1;
/// Total weight of the words of a wording that counts fully. Weight beyond it counts less, because people explain at
/// length what they ask for.
const FULL_WEIGHT: f64 = 3.0;
/// Factor for the weight beyond [`FULL_WEIGHT`].
const BEYOND: f64 = 0.3;
/// A wording whose words weigh less is compared as if they weighed this much, so that "tell me about
/// a time" is similar to no question.
const LEAST_WEIGHT: f64 = 0.9;
/// Factor if the wording has fewer than two words in common with the wordings of the most similar question, so that
/// "what is a microservice" asks for no question.
const SINGLE_WORD: f64 = 0.5;
/// Weight of the words in common below which the similarity falls in proportion.
const LEAST_COMMON_WEIGHT: f64 = 1.0;
/// Number of questions, those with the most similar words, whose concepts an answer is also searched for.
const CANDIDATES: usize = 3;
/// Weight of the mean credit of a question's criteria in the similarity of an answer.
const CONCEPTS: f64 = 0.17;
/// Greatest length of a wording, in bytes. No question is similar to a longer text.
const LONGEST_WORDING: usize = 8192;

/// Chooses one of the questions that an index found, if it is similar enough and clearly the most similar.
fn choose(mut found: Vec<SimilarQuestion>, least: Thousandths) -> QuestionChoice {
    if found.first().is_none_or(|best| best.similarity < least) {
        return QuestionChoice::None { nearest: found.into_iter().next() };
    }
    let best = found.remove(0);
    found.retain(|other| f64::from(other.similarity.0) >= f64::from(best.similarity.0) * CLOSE);
    if found.is_empty() { QuestionChoice::One(best) } else { QuestionChoice::Close { best, others: found } }
}

/// The questions that contain a term.
#[derive(Debug, Default)]
struct Term {
    /// Number of questions, background included, that have the term in a wording.
    wordings: u32,
    /// The questions of the bank that contain the term, and its credit there: 1 if the term is in a wording.
    credits: Vec<(usize, f64)>,
}

/// The words that a given wording has in common with one question.
#[derive(Debug, Clone, Default)]
struct Common {
    /// Number of different words of the given wording that a wording of the question contains.
    words: usize,
    /// Weight of these words.
    weight: f64,
    /// Sum over all words in common of their weight times their credit.
    credit: f64,
}

impl Common {
    /// Factor from 0 to 1 that is low if too little is in common.
    fn sufficiency(&self) -> f64 {
        let sufficiency = (self.weight / LEAST_COMMON_WEIGHT).min(1.0);
        if self.words < 2 { sufficiency * SINGLE_WORD } else { sufficiency }
    }
}

/// The words of all questions of a bank.
pub struct QuestionIndex {
    analyzer: Analyzer,
    ids: Vec<String>,
    terms: HashMap<String, Term>,
    /// The questions that have a wording with exactly these terms, by the sorted terms.
    by_terms: HashMap<Vec<String>, Vec<usize>>,
    /// Number of questions, background included.
    question_count: u32,
    answers: AnswerIndex,
}

impl QuestionIndex {
    /// Builds the index of a bank's questions, each with its samples. Words are weighed by how many of these and
    /// of the `background` questions use them.
    pub fn new(
        questions: &[(Question, Vec<Sample>)],
        background: &[(Question, Vec<Sample>)],
        analyzer: Analyzer,
    ) -> Self {
        let words = |of: &[(Question, Vec<Sample>)]| -> Vec<QuestionWords> {
            of.iter().map(|(question, samples)| QuestionWords::new(question, samples, &analyzer)).collect()
        };
        let (own, background) = (words(questions), words(background));
        let mut terms: HashMap<String, Term> = HashMap::new();
        for question in own.iter().chain(&background) {
            for (term, _) in question.rubric.counts.iter().take(question.in_wordings) {
                terms.entry_ref(term.as_str()).or_default().wordings += 1;
            }
        }
        for (place, question) in own.iter().enumerate() {
            let in_rubric = question.rubric.counts.iter().enumerate().map(|(at, (term, _))| {
                let credit = if at < question.in_wordings { 1.0 } else { IN_CRITERION };
                (term, credit)
            });
            let in_samples = question.samples.iter().flat_map(|sample| &sample.counts);
            for (term, credit) in in_rubric.chain(in_samples.map(|(term, _)| (term, IN_SAMPLE))) {
                let credits = &mut terms.entry_ref(term.as_str()).or_default().credits;
                // Only the first place of a term in a question counts, because it has the highest credit.
                if credits.last().is_none_or(|(last, _)| *last != place) {
                    credits.push((place, credit));
                }
            }
        }
        let question_count = own.iter().chain(&background).fold(0, |total, _| total + 1);
        let ids = questions.iter().map(|(question, _)| question.id.clone()).collect();
        let mut by_terms: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
        for (place, (question, _)) in questions.iter().enumerate() {
            for wording in question.wordings() {
                by_terms.entry(sorted_terms(&Counted::of(&analyzer, wording))).or_default().push(place);
            }
        }
        Self { answers: AnswerIndex::new(&own, &background), analyzer, ids, terms, by_terms, question_count }
    }

    /// The questions that have a word in common with a wording, the most similar first.
    ///
    /// The similarity is the share of the wording's words, weighted, that the wordings of the question contain; words
    /// that only the rubric contains count less. All similarities are lowered if the most similar question has few
    /// words in common with the given wording. A question that has a wording with exactly the same words always has the
    /// similarity 1.
    pub fn by_wording(&self, wording: &str) -> Vec<SimilarQuestion> {
        if wording.len() > LONGEST_WORDING {
            return Vec::new();
        }
        let mut common = vec![Common::default(); self.ids.len()];
        let mut whole = 0.0;
        let given = Counted::of(&self.analyzer, wording);
        for (term, _) in &given.counts {
            let Some(known) = self.terms.get(term) else {
                whole += 1.0;
                continue;
            };
            let weight = rarity(self.question_count, known.wordings);
            whole += weight;
            for (question, credit) in &known.credits {
                if let Some(common) = common.get_mut(*question) {
                    common.credit += weight * credit;
                    if *credit >= 1.0 {
                        common.words += 1;
                        common.weight += weight;
                    }
                }
            }
        }
        let compared = (whole.min(FULL_WEIGHT) + BEYOND * (whole - FULL_WEIGHT).max(0.0)).max(LEAST_WEIGHT);
        // All similarities are lowered alike, so that the order remains.
        let best = common.iter().max_by(|one, other| one.credit.total_cmp(&other.credit));
        let sufficiency = best.map_or(0.0, Common::sufficiency);
        let mut similarities: Vec<f64> =
            common.iter().map(|common| (common.credit / compared).min(1.0) * sufficiency).collect();
        if !given.counts.is_empty() {
            for question in self.by_terms.get(&sorted_terms(&given)).into_iter().flatten() {
                if let Some(similarity) = similarities.get_mut(*question) {
                    *similarity = 1.0;
                }
            }
        }
        self.ranked(similarities.into_iter())
    }

    /// The question that a wording asks for.
    pub fn asked_by(&self, wording: &str) -> QuestionChoice {
        choose(self.by_wording(wording), LEAST_FOR_WORDING)
    }

    /// The questions that an answer is most likely about, the most similar first, at most three.
    ///
    /// `concept_share` measures, for a question's id, the mean credit of its criteria for the answer. The similarity is a
    /// weighted sum of that share, of the similarity to what the question and its criteria ask, and of
    /// the similarity to its samples.
    ///
    /// # Errors
    /// The error of `concept_share`.
    pub fn by_answer<E>(
        &self,
        answer: &str,
        mut concept_share: impl FnMut(&str) -> Result<Thousandths, E>,
    ) -> Result<Vec<SimilarQuestion>, E> {
        let answer = Counted::of(&self.analyzer, answer);
        let mut candidates: Vec<(usize, f64)> = self.answers.similarities(&answer).into_iter().enumerate().collect();
        candidates.retain(|(_, words)| *words > 0.0);
        candidates.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let mut similarities = vec![0.0; self.ids.len()];
        for (question, words) in candidates.into_iter().take(CANDIDATES) {
            if let (Some(id), Some(similarity)) = (self.ids.get(question), similarities.get_mut(question)) {
                let share = f64::from(concept_share(id)?.0) / 1000.0;
                *similarity = words + CONCEPTS * share;
            }
        }
        Ok(self.ranked(similarities.into_iter()))
    }

    /// The question that an answer is about; `concept_share` as for [`Self::by_answer`].
    ///
    /// # Errors
    /// The error of `concept_share`.
    pub fn answered_by<E>(
        &self,
        answer: &str,
        concept_share: impl FnMut(&str) -> Result<Thousandths, E>,
    ) -> Result<QuestionChoice, E> {
        Ok(choose(self.by_answer(answer, concept_share)?, LEAST_FOR_ANSWER))
    }

    /// The questions with a similarity above 0, the most similar first; equally similar ones are in the order of the
    /// bank.
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

/// The different terms of a text, sorted.
fn sorted_terms(text: &Counted) -> Vec<String> {
    let mut terms: Vec<String> = text.counts.iter().map(|(term, _)| term.clone()).collect();
    terms.sort_unstable();
    terms
}

#[allow(clippy::cast_sign_loss)] // clamped to 0 and above
fn thousandths(similarity: f64) -> u32 {
    (similarity.clamp(0.0, 1.0) * 1000.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn questions(bank: &crate::bank::Bank) -> Vec<(Question, Vec<Sample>)> {
        let load = |entry| (bank.question(entry).expect("sound"), bank.samples(entry).expect("sound"));
        bank.entries().iter().map(load).collect()
    }

    #[test]
    fn a_similarity_does_not_depend_on_the_size_of_the_bank() {
        let bank = crate::test_bank::shipped_bank();
        let all = questions(&bank);
        let analyzer = Analyzer::new(bank.synonyms().expect("sound"));
        for size in [1, 2, all.len()] {
            let index = QuestionIndex::new(&all[..size], &all[size..], analyzer.clone());
            for (question, _) in &all[..size] {
                let found = index.by_wording(&question.prompt);
                assert_eq!(
                    found[0],
                    SimilarQuestion { id: question.id.clone(), similarity: Thousandths::ONE },
                    "{size}"
                );
                // The same number of words again, none of which occurs in a question.
                let padded =
                    question.prompt.split(' ').map(|word| format!("{word} xyzzy{word}")).collect::<Vec<_>>().join(" ");
                let diluted = &index.by_wording(&padded)[0];
                assert!(diluted.similarity < Thousandths(850), "{size}: {diluted:?}");
            }
            assert_eq!(index.by_wording("xyzzy plugh"), []);
            assert_eq!(index.asked_by("the of and"), QuestionChoice::None { nearest: None });
            let never = |_: &str| -> Result<Thousandths, String> { Err("there is no candidate".to_owned()) };
            assert_eq!(index.answered_by("", never), Ok(QuestionChoice::None { nearest: None }));
        }
    }

    #[test]
    fn words_that_no_question_has_lower_the_similarity() {
        let bank = crate::test_bank::shipped_bank();
        let index = QuestionIndex::new(&questions(&bank), &[], Analyzer::new(bank.synonyms().expect("sound")));
        let similarity = |text: &str| index.by_wording(text)[0].similarity;
        let (plain, more) = (similarity("alert fatigue"), similarity("alert fatigue of xyzzy plugh frobs"));
        assert!(plain >= LEAST_FOR_WORDING && more < LEAST_FOR_WORDING, "{plain} {more}");
    }

    #[test]
    fn a_few_common_words_do_not_ask_for_a_question() {
        let bank = crate::test_bank::shipped_bank();
        let index = QuestionIndex::new(&questions(&bank), &[], Analyzer::new(bank.synonyms().expect("sound")));
        for text in ["What is a microservice?", "Who wrote Terraform?"] {
            let choice = index.asked_by(text);
            assert!(matches!(choice, QuestionChoice::None { .. }), "{text}: {choice:?}");
        }
        // A wording of the bank is found even if it has only one word.
        let mut short = questions(&bank);
        short.truncate(2);
        short[0].0.prompt = "What is Kubernetes?".to_owned();
        let index = QuestionIndex::new(&short, &[], Analyzer::new(bank.synonyms().expect("sound")));
        assert_eq!(index.by_wording("Kubernetes")[0].similarity, Thousandths::ONE);
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
