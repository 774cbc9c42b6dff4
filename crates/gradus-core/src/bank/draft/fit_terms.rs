//! Removes drafted terms that their own text does not earn.
//!
//! A text must earn full credit under its own draft, and the goldens of the draft test that. The scorer finds most terms
//! in their own text by construction. It misses some, such as a character that is read as several words, or a word that
//! is denied in one place and not in another. No answer can be expected to say what the text itself lacks.

use super::draft_error::{DraftError, QuestionFault};
use super::weights::Terms;
use crate::bank::rubric::parse;
use crate::model::{Answer, MatchKind, Question, Thousandths};
use crate::score::{
    MatchEffect, PhraseMatch, PhraseMatches, PhrasePlace, Scorer, ScorerError, Scorers, Vocabulary, Workspace,
};

/// Maximum number of rounds. Two rounds remove unreadable phrases and then missed terms; more are a bug.
const MOST_ROUNDS: usize = 8;

/// The texts of a question, each with its terms.
pub(super) struct Weighed<'q> {
    pub(super) question: &'q str,
    pub(super) texts: Vec<&'q str>,
    pub(super) terms: Vec<Terms>,
    /// Whether each text is its own criterion. Otherwise all texts are references of one criterion.
    pub(super) is_by_criterion: bool,
}

/// The rubric file that `write` makes from the terms, after removing terms that their own texts do not earn.
///
/// # Errors
/// When no terms of a text are left, or the rubric cannot be used for grading.
pub(super) fn fitted(
    name: &str,
    texts: &mut Weighed<'_>,
    vocabulary: &Vocabulary,
    write: impl Fn(&[Terms]) -> String,
) -> Result<String, DraftError> {
    let mut workspace = Workspace::new();
    for _ in 0..MOST_ROUNDS {
        texts.assert_terms()?;
        let file = write(&texts.terms);
        let rubric = parse(name, &file, |_| None).map_err(|findings| texts.fault(findings.first()))?;
        if let Some(finding) = rubric.findings.first() {
            return Err(texts.fault(Some(finding)));
        }
        let question = rubric.question.clone();
        match Scorers::new(vocabulary).prepare(rubric.question, &[]) {
            Ok(scorer) => {
                if !texts.remove_missed(&scorer, &mut workspace) {
                    return Ok(file);
                }
            }
            Err(ScorerError::Phrases(faults)) => {
                let phrases: Vec<String> =
                    faults.iter().filter_map(|fault| phrase(&question, fault.place)).map(str::to_owned).collect();
                texts
                    .terms
                    .iter_mut()
                    .for_each(|terms| terms.retain(|phrase, _| !phrases.iter().any(|one| one == phrase)));
            }
            Err(error @ ScorerError::Compile(_)) => {
                return Err(texts.error(QuestionFault::TooLong(error.to_string())));
            }
        }
    }
    Err(texts.error(QuestionFault::PartialCredit))
}

impl Weighed<'_> {
    /// For texts without full credit, removes the terms that they do not earn in full. Gives whether there were such texts.
    fn remove_missed(&mut self, scorer: &Scorer, workspace: &mut Workspace) -> bool {
        let mut any = false;
        for (number, (text, terms)) in self.texts.iter().zip(&mut self.terms).enumerate() {
            let criterion = if self.is_by_criterion { number } else { 0 };
            let answer = Answer::new("", text);
            let credit = scorer.grade(&answer, workspace).criteria.get(criterion).map(|grade| grade.credit);
            if credit == Some(Thousandths::ONE) {
                continue;
            }
            any = true;
            let explained = scorer.explain(&answer, workspace);
            let own: Vec<&PhraseMatches<'_>> =
                explained.iter().filter(|phrase| phrase.place.criterion == criterion).collect();
            let is_found = |text: &str, denied| {
                own.iter()
                    .any(|phrase| phrase.phrase == text && phrase.matches.iter().any(|found| counts(found, denied)))
            };
            terms.retain(is_found);
        }
        any
    }

    fn assert_terms(&self) -> Result<(), DraftError> {
        match self.terms.iter().position(Terms::is_empty) {
            None => Ok(()),
            Some(number) => {
                let number = number + 1;
                Err(self.error(if self.is_by_criterion {
                    QuestionFault::EmptyCriterion { number }
                } else {
                    QuestionFault::EmptyReference { number }
                }))
            }
        }
    }

    fn fault(&self, finding: Option<&crate::bank::Finding>) -> DraftError {
        self.error(QuestionFault::Rubric(finding.map_or_else(String::new, |finding| finding.message.clone())))
    }

    fn error(&self, fault: QuestionFault) -> DraftError {
        DraftError::Question { question: self.question.to_owned(), fault }
    }
}

/// Whether a match earns the full weight of a term, which the text says, or denies if `denied`.
fn counts(found: &PhraseMatch, denied: bool) -> bool {
    let effect = if denied { MatchEffect::Denied } else { MatchEffect::Counts };
    found.effect == effect && !matches!(found.how, MatchKind::Related | MatchKind::Opposite)
}

fn phrase(question: &Question, place: PhrasePlace) -> Option<&str> {
    let concept = question.criteria.get(place.criterion)?.concepts.get(place.concept)?;
    concept.any.get(place.phrase).map(String::as_str)
}
