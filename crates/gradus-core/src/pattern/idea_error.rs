//! Faults of phrases that use ideas: unknown ideas, cycles, and wordings that are not valid.

use std::ops::Range;

use super::parse::PhraseError;
use crate::model::Ideas;
use crate::text::QuantityKinds;

/// The range of `<id>` in a phrase.
fn place(phrase: &str, id: &str) -> Range<usize> {
    let written = format!("<{id}>");
    phrase.find(&written).map_or(0..phrase.len(), |start| start..start + written.len())
}

pub(super) fn unknown_idea(phrase: &str, id: &str, ideas: &Ideas) -> PhraseError {
    let quantity = QuantityKinds::NAMED.iter().map(|(name, _)| *name).find(|name| strsim::osa_distance(id, name) <= 1);
    let hint = match quantity.or_else(|| ideas.nearest(id)) {
        Some(nearest) => format!("did you mean <{nearest}>?").into(),
        None => {
            "define the idea in rubrics/ideas, or use <number>, <percent>, <duration>, <money> or <multiple>".into()
        }
    };
    PhraseError { at: place(phrase, id), message: format!("there is no idea or quantity `<{id}>`"), hint }
}

pub(super) fn unreadable_idea(phrase: &str, id: &str) -> PhraseError {
    PhraseError {
        at: place(phrase, id),
        message: format!("the table of the idea `<{id}>` has faults"),
        hint: "check the files of ideas".into(),
    }
}

pub(super) fn cycle(phrase: &str, id: &str) -> PhraseError {
    PhraseError {
        at: place(phrase, id),
        message: format!("the idea `<{id}>` uses itself"),
        hint: "remove one of the uses that form the circle".into(),
    }
}

/// The fault of a phrase that uses an idea with a wording that is not valid.
pub(super) fn faulty_wording(phrase: &str, id: &str, error: &PhraseError) -> PhraseError {
    PhraseError {
        at: place(phrase, id),
        message: format!("the idea `<{id}>` has a wording that is not valid: {}", error.message),
        hint: error.hint.clone(),
    }
}

pub(super) fn rejected_wording(wording: &str) -> PhraseError {
    let at = wording.find('!').map_or(0..wording.len(), |at| at..at + 1);
    PhraseError {
        at,
        message: "`!` in a wording of an idea".to_owned(),
        hint: "write `!` at the start of the phrase that uses the idea".into(),
    }
}
