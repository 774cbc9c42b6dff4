//! Finds the question of an answer for `grade`: by flag, by front matter, or from the answer itself.
//!
//! The search itself is in `gradus_core::questions`; hints in terms of flags are added here.

use std::fmt::Write as _;

use anyhow::Context as _;

use super::answer::Input;
use super::hints::advised;
use crate::engine::Engine;
use crate::model::{QuestionMatch, SimilarQuestion, Thousandths};
use crate::questions::{FindError, FoundQuestion, LEAST_FOR_ANSWER, LEAST_FOR_WORDING, SearchText};

/// Number of close questions that a note names besides the best one.
const NAMED: usize = 2;

/// A question, with a note for the user if it was not found by its id.
#[derive(Clone)]
pub(super) struct QuestionOfAnswer {
    pub(super) found: FoundQuestion,
    pub(super) note: Option<String>,
}

/// The question of all answers: the one with the id `id`, or with the wording `ask`; `None` if both are `None`.
///
/// # Errors
/// When there is no such question, none is similar enough, or its rubric has faults.
pub(super) fn named_question(
    engine: &Engine,
    id: Option<&str>,
    ask: Option<&str>,
) -> anyhow::Result<Option<QuestionOfAnswer>> {
    let questions = engine.questions();
    let found = match (id, ask) {
        (Some(id), _) => questions.by_id(id)?,
        (None, Some(wording)) => questions.by_wording(wording).map_err(with_hint)?,
        (None, None) => return Ok(None),
    };
    questions.prepare(&found)?;
    let note = note(&found);
    Ok(Some(QuestionOfAnswer { found, note }))
}

/// The question that the front matter of an answer names, or that the answer is about.
///
/// # Errors
/// When there is no such question, none is similar enough, or its rubric has faults.
pub(super) fn find_question(engine: &Engine, input: &Input) -> anyhow::Result<QuestionOfAnswer> {
    let questions = engine.questions();
    let found = if let Some(name) = input.question() {
        match questions.by_id(name) {
            Ok(found) => found,
            // A name with spaces is a wording, because ids have no spaces.
            Err(_) if name.contains(char::is_whitespace) => questions.by_wording(name).map_err(with_hint)?,
            Err(error) => {
                return Err(error).context("the answer's front matter names a question that is not in the bank");
            }
        }
    } else {
        questions.by_answer(input.body()).map_err(with_hint)?
    };
    questions.prepare(&found)?;
    let note = note(&found);
    Ok(QuestionOfAnswer { found, note })
}

/// A note on how the question was found; `None` if it was named by its id.
fn note(found: &FoundQuestion) -> Option<String> {
    let mut note = match &found.matched {
        QuestionMatch::Id => return None,
        QuestionMatch::Only => "chosen because it is the only one in the bank".to_owned(),
        QuestionMatch::Wording { wording } => format!("found by its wording “{wording}”"),
        QuestionMatch::Similar { wording, similarity } => {
            format!("found by its wording “{wording}”, similarity {similarity}")
        }
        QuestionMatch::Answer { similarity } => format!("found from the answer, similarity {similarity}"),
    };
    if !found.also_similar.is_empty() {
        let close: Vec<&str> = found.also_similar.iter().take(NAMED).map(|other| other.id.as_str()).collect();
        // Writing to a string does not fail.
        let _ = write!(note, "; it was close with {}: use --question to choose", close.join(" and "));
    }
    Some(note)
}

/// The error with a hint that names flags of `grade`.
fn with_hint(error: FindError) -> anyhow::Error {
    match error {
        FindError::NotSimilar { text, nearest } => {
            let (missing, least) = match text {
                SearchText::Wording => ("no similar question in this bank", LEAST_FOR_WORDING),
                SearchText::Answer => ("the question cannot be found from the answer", LEAST_FOR_ANSWER),
            };
            let nearest = nearest.map(|nearest| format!("{}; ", nearest_question(&nearest, least)));
            let nearest = nearest.unwrap_or_default();
            advised(missing, format!("{nearest}name the question with --question ID; `gradus questions` lists them"))
        }
        FindError::SharedWording { .. } => advised(error.to_string(), "name one with --question"),
        FindError::NoWords => advised("the answer is empty, and no question is named", "write an answer first"),
        error => error.into(),
    }
}

/// Names the most similar question, which is not similar enough.
pub(super) fn nearest_question(nearest: &SimilarQuestion, least: Thousandths) -> String {
    let SimilarQuestion { id, similarity } = nearest;
    format!("the nearest is {id} (similarity {similarity}, {least} is needed)")
}
