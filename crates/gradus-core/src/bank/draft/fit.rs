//! Drafted terms held against the texts that they were drafted from.
//!
//! A text earns full credit under its own draft, and the draft's goldens say so. Most terms are found in their own
//! text by construction; some are not, as when a character is read as several words, or when a word is denied in
//! one place and not in another. These terms are removed: no answer can be asked for what the text itself lacks.

use super::source::DraftError;
use super::terms::Terms;
use crate::bank::rubric::parse;
use crate::model::{Answer, How, Question, Thousandths};
use crate::score::{Find, PhrasePlace, Reason, Scorer, ScorerError, Scorers, Trace, Vocabulary, Workspace};

/// Removing unreadable phrases and then missed terms takes two rounds; more are a fault of this program.
const MOST_ROUNDS: usize = 8;

/// The texts of a question, each with its terms: a criterion for each text, or one criterion for all.
pub(super) struct Weighed<'q> {
    pub(super) question: &'q str,
    pub(super) texts: Vec<&'q str>,
    pub(super) terms: Vec<Terms>,
    /// Whether each text is a criterion of its own.
    pub(super) is_by_criterion: bool,
}

/// The rubric file that `write` makes of the terms, after the terms that their own texts do not earn are removed.
///
/// # Errors
/// When nothing is left of a text's terms, or the rubric cannot be graded by.
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
                return Err(texts.error(error.to_string(), "give it fewer or shorter references or criteria"));
            }
        }
    }
    Err(texts.error("a text of it earns less than full credit".to_owned(), "leave unusual characters out of its texts"))
}

impl Weighed<'_> {
    /// Removes the terms that a text does not earn in full, of the texts that do not earn full credit. Whether there
    /// were any.
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
            let traces = scorer.explain(&answer, workspace);
            let own: Vec<&Trace<'_>> = traces.iter().filter(|trace| trace.place.criterion == criterion).collect();
            let is_found = |phrase: &str, denied| {
                own.iter().any(|trace| trace.phrase == phrase && trace.finds.iter().any(|find| counts(find, denied)))
            };
            terms.retain(is_found);
        }
        any
    }

    fn assert_terms(&self) -> Result<(), DraftError> {
        match self.terms.iter().position(Terms::is_empty) {
            None => Ok(()),
            Some(number) => {
                let what = if self.is_by_criterion { "criterion" } else { "reference" };
                let message = format!("{what} {} has no words that can be looked for", number + 1);
                Err(self.error(message, "write it in words, or leave it out"))
            }
        }
    }

    fn fault(&self, finding: Option<&crate::bank::Finding>) -> DraftError {
        let message = finding.map_or_else(String::new, |finding| finding.message.clone());
        self.error(message, "correct the question")
    }

    fn error(&self, message: String, hint: &'static str) -> DraftError {
        DraftError::Question { question: self.question.to_owned(), message, hint }
    }
}

/// Whether a find is worth the whole of a term that is said, or denied.
fn counts(find: &Find, denied: bool) -> bool {
    let reason = if denied { Reason::Denied } else { Reason::Counts };
    find.reason == reason && !matches!(find.how, How::Related | How::Opposite)
}

fn phrase(question: &Question, place: PhrasePlace) -> Option<&str> {
    let concept = question.criteria.get(place.criterion)?.concepts.get(place.concept)?;
    concept.any.get(place.phrase).map(String::as_str)
}
