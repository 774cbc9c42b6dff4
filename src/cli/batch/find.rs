//! Questions by their wording or by an answer, for rows that do not name one by its id.

use std::sync::OnceLock;

use crate::bank::{Bank, Ideas};
use crate::batch::{Find, Wanted};
use crate::cli::settle::question_index;
use crate::retrieve::QuestionIndex;

/// Searches an index of the bank's questions, which is made at the first search.
pub(super) fn find(bank: &Bank) -> Box<Find<'_>> {
    let index: OnceLock<Result<QuestionIndex, String>> = OnceLock::new();
    let ideas: OnceLock<Result<Ideas<'_>, String>> = OnceLock::new();
    Box::new(move |wanted| {
        let index = index.get_or_init(|| question_index(bank).map_err(|error| format!("{error:#}")));
        let index = index.as_ref().map_err(String::clone)?;
        Ok(match wanted {
            Wanted::Wording(text) => index.asked_by(text),
            Wanted::Answer(text) => {
                let ideas = ideas.get_or_init(|| Ideas::new(bank).map_err(|error| error.to_string()));
                let ideas = ideas.as_ref().map_err(String::clone)?;
                index.answered_by(text, |id| ideas.share_in(text, id).map_err(|error| error.to_string()))?
            }
        })
    })
}
