//! Where the parts of a rubric stand in their files, kept apart from the rubric itself.

use std::ops::Range;

use super::finding::{Finding, SourceText};
use crate::score::PhrasePlace;

/// A place in a file.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) span: Range<usize>,
}

/// Places of one criterion or penalty.
#[derive(Debug, Clone)]
pub(super) struct CriterionPlaces {
    pub(super) id: Place,
    /// By concept, then by phrase.
    pub(super) phrases: Vec<Vec<Range<usize>>>,
    /// The value of `need`, where it is given.
    pub(super) need: Option<Range<usize>>,
    /// By concept: its id. Empty where phrases are weighed.
    pub(super) concepts: Vec<Range<usize>>,
    /// By reference: where what else a good answer may say is to be written.
    pub(super) more: Vec<Option<MorePlace>>,
}

/// A place in a reference for what else a good answer may say.
#[derive(Debug, Clone)]
pub(super) struct MorePlace {
    /// The entry that it goes after, from its phrase to its weight.
    pub(super) place: Range<usize>,
    /// Whether that is one of `terms`, and a table `also` has to be begun.
    pub(super) is_new: bool,
}

/// Places of one rubric; included criteria stand in files of their own.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    pub(super) criteria: Vec<CriterionPlaces>,
    pub(super) penalties: Vec<CriterionPlaces>,
    pub(super) goldens: Vec<Range<usize>>,
    pub(super) known_as: Vec<Range<usize>>,
}

impl Places {
    /// Where a phrase stands: its file and its value with the quotes.
    pub(super) fn phrase(&self, place: PhrasePlace) -> Option<Place> {
        let all = if place.penalty { &self.penalties } else { &self.criteria };
        let criterion = all.get(place.criterion)?;
        let span = criterion.phrases.get(place.concept)?.get(place.phrase)?;
        Some(Place { file: criterion.id.file.clone(), span: span.clone() })
    }
}

/// The bytes `at` of a TOML string that stands at `span` with its quotes; the whole string where its
/// value is not written as it is read.
pub(super) fn inside_string(text: &str, span: Range<usize>, at: &Range<usize>) -> Range<usize> {
    let written = text.get(span.clone()).unwrap_or_default();
    let plain = written.len() >= 2
        && !written.starts_with("'''")
        && !written.starts_with("\"\"\"")
        && (written.starts_with('\'') || !written.contains('\\'));
    if plain {
        let shift = span.start + 1;
        shift + at.start..(shift + at.end).min(span.end)
    } else {
        span
    }
}

impl Place {
    /// A finding here; `source` is the text of the file.
    pub(super) fn finding(
        &self,
        source: &SourceText<'_>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        source.finding(&self.file, self.span.clone(), message, hint)
    }
}
