//! Compares the words of an answer with the words of each question's rubric and sample answers.
//!
//! A text is a vector of weighted words, and two texts are compared by the cosine of the angle between their vectors.
//! Words that many texts use weigh little. A question without samples is compared by the phrases of its rubric instead.

use hashbrown::HashMap;

use super::analyzer::Analyzer;
use crate::model::{Question, Sample};

/// Share of the rubric's wordings and criteria in a similarity. The rest, beyond this share and that of the
/// samples, is the share of the rubric's concepts that the answer contains; `question_index` adds it.
const RUBRIC_SHARE: f64 = 0.2;
/// Share of the sample answers in a similarity.
const SAMPLES_SHARE: f64 = 0.5;
/// Number of most similar samples of a question whose similarities are averaged. People give different answers to the
/// same question, so a good answer may differ from some of the samples.
const SAMPLES_COMPARED: usize = 2;
/// How often a word of a wording, or of what a criterion asks, counts. Words of samples and phrases count once.
const RUBRIC_WORD_COUNT: u32 = 3;
/// Weight of a word that no text of the index contains. It is lower than the weight of a rare word, because
/// most words of an answer are about the author's own case.
const UNKNOWN_WEIGHT: f64 = 0.5;

/// Terms and how often each occurs, in the order in which they first occur.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) counts: Vec<(String, u32)>,
    places: HashMap<String, usize>,
}

impl Counted {
    pub(super) fn of(analyzer: &Analyzer, text: &str) -> Self {
        let mut counted = Self::default();
        counted.add(analyzer, text, 1);
        counted
    }

    pub(super) fn add(&mut self, analyzer: &Analyzer, text: &str, times: u32) {
        for term in analyzer.terms(text) {
            let place = *self.places.entry_ref(term.text.as_str()).or_insert(self.counts.len());
            match self.counts.get_mut(place) {
                Some((_, count)) => *count = count.saturating_add(times),
                None => self.counts.push((term.text, times)),
            }
        }
    }
}

/// The words of one question.
pub(super) struct QuestionWords {
    /// Wordings, then what the criteria and penalties ask.
    pub(super) rubric: Counted,
    /// Number of terms at the start of `rubric` that occur in a wording.
    pub(super) in_wordings: usize,
    /// Each sample answer, or the phrases as one text if there are no samples.
    pub(super) samples: Vec<Counted>,
}

impl QuestionWords {
    pub(super) fn new(question: &Question, samples: &[Sample], analyzer: &Analyzer) -> Self {
        let mut rubric = Counted::default();
        for wording in question.wordings() {
            rubric.add(analyzer, wording, RUBRIC_WORD_COUNT);
        }
        let in_wordings = rubric.counts.len();
        let criteria = || question.criteria.iter().chain(&question.penalties);
        for criterion in criteria() {
            rubric.add(analyzer, &criterion.asks, RUBRIC_WORD_COUNT);
        }
        let mut samples: Vec<Counted> = samples.iter().map(|sample| Counted::of(analyzer, &sample.text)).collect();
        if samples.is_empty() {
            let mut phrases = Counted::default();
            for phrase in criteria().flat_map(|criterion| &criterion.concepts).flat_map(|concept| &concept.any) {
                phrases.add(analyzer, phrase, 1);
            }
            samples.push(phrases);
        }
        Self { rubric, in_wordings, samples }
    }

    fn texts(&self) -> impl Iterator<Item = &Counted> {
        std::iter::once(&self.rubric).chain(&self.samples)
    }
}

/// The texts that contain a term.
#[derive(Default)]
struct Term {
    /// Number of texts, background included, that contain the term.
    texts: u32,
    /// The texts of the bank that contain the term, and the term's component of each text's unit vector.
    postings: Vec<(usize, f64)>,
}

/// The texts of all questions of a bank.
pub(super) struct AnswerIndex {
    terms: HashMap<String, Term>,
    /// For each question, the number of its texts. The first text is the rubric.
    text_counts: Vec<usize>,
    /// Number of texts, background included.
    total: u32,
}

impl AnswerIndex {
    /// Builds the index. Background texts are only counted, to determine how rare words are.
    pub(super) fn new(questions: &[QuestionWords], background: &[QuestionWords]) -> Self {
        let text_counts = questions.iter().map(|words| words.texts().count()).collect();
        let mut index = Self { terms: HashMap::new(), text_counts, total: 0 };
        for text in questions.iter().chain(background).flat_map(QuestionWords::texts) {
            for (term, _) in &text.counts {
                index.terms.entry_ref(term.as_str()).or_default().texts += 1;
            }
            index.total += 1;
        }
        for (place, text) in questions.iter().flat_map(QuestionWords::texts).enumerate() {
            for (term, component) in index.unit_vector(text) {
                if let Some(term) = index.terms.get_mut(term) {
                    term.postings.push((place, component));
                }
            }
        }
        index
    }

    /// Similarity of each question to an answer by their words: 0 to the sum of the two shares.
    pub(super) fn similarities(&self, answer: &Counted) -> Vec<f64> {
        let mut cosines = vec![0.0; self.text_counts.iter().sum()];
        for (term, component) in self.unit_vector(answer) {
            for (text, own) in self.terms.get(term).iter().flat_map(|term| &term.postings) {
                if let Some(cosine) = cosines.get_mut(*text) {
                    *cosine += component * own;
                }
            }
        }
        let mut rest = cosines.as_mut_slice();
        let of_question = |texts: &usize| {
            let (own, others) = std::mem::take(&mut rest).split_at_mut_checked(*texts)?;
            rest = others;
            let (rubric, samples) = own.split_first_mut()?;
            samples.sort_unstable_by(|one, other| other.total_cmp(one));
            let nearest = samples.iter().take(SAMPLES_COMPARED);
            let (sum, compared) = nearest.fold((0.0, 0.0_f64), |(sum, compared), one| (sum + one, compared + 1.0));
            Some(RUBRIC_SHARE * *rubric + SAMPLES_SHARE * sum / compared.max(1.0))
        };
        self.text_counts.iter().map(of_question).map(Option::unwrap_or_default).collect()
    }

    /// The components of a text's vector, scaled to length 1.
    fn unit_vector<'t>(&self, text: &'t Counted) -> Vec<(&'t str, f64)> {
        let weighted = text.counts.iter().map(|(term, times)| {
            let weight = self.terms.get(term).map_or(UNKNOWN_WEIGHT, |term| rarity(self.total, term.texts));
            (term.as_str(), weight * f64::from(*times).ln_1p())
        });
        let mut vector: Vec<(&str, f64)> = weighted.collect();
        let length = vector.iter().map(|(_, component)| component * component).sum::<f64>().sqrt();
        for (_, component) in &mut vector {
            *component /= length;
        }
        vector
    }
}

/// Weight of a term that `containing` of `total` texts contain, as a share of the weight of a term that no text
/// contains.
pub(super) fn rarity(total: u32, containing: u32) -> f64 {
    let (total, containing) = (f64::from(total), f64::from(containing));
    let logarithm = |containing: f64| (1.0 + (total - containing + 0.5) / (containing + 0.5)).ln();
    logarithm(containing) / logarithm(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(rubric: &str, samples: &[&str], analyzer: &Analyzer) -> QuestionWords {
        let samples = samples.iter().map(|text| Counted::of(analyzer, text)).collect();
        QuestionWords { rubric: Counted::of(analyzer, rubric), in_wordings: 0, samples }
    }

    #[test]
    fn the_two_nearest_samples_count_and_other_samples_do_not_lower_the_similarity() {
        let analyzer = Analyzer::new(std::sync::Arc::default());
        let near = ["rust compiler borrow", "rust compiler lifetime"];
        let many = [near[0], "garden rose tulip", near[1], "violin cello viola"];
        let questions = [words("x", &near, &analyzer), words("x", &many, &analyzer), words("x", &[], &analyzer)];
        let index = AnswerIndex::new(&questions, &[]);
        let found = index.similarities(&Counted::of(&analyzer, "the rust compiler"));
        assert!(found[0] > 0.0 && found[0] <= SAMPLES_SHARE, "{found:?}");
        assert!((found[0] - found[1]).abs() < 1e-9, "{found:?}");
        assert!(found[2] < 1e-9, "{found:?}");
    }

    #[test]
    fn a_text_is_as_similar_as_possible_to_a_question_that_consists_of_it() {
        let analyzer = Analyzer::new(std::sync::Arc::default());
        let text = "restore the backup, then replay the journal";
        let index = AnswerIndex::new(&[words(text, &[text, text], &analyzer)], &[words("backup", &[], &analyzer)]);
        let found = index.similarities(&Counted::of(&analyzer, text));
        assert!((found[0] - RUBRIC_SHARE - SAMPLES_SHARE).abs() < 1e-9, "{found:?}");
        assert!(index.similarities(&Counted::default())[0] < 1e-9);
    }
}
