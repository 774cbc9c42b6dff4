//! Locations of the parts of a rubric in their files.
//!
//! Locations are not part of the rubric itself, because only findings and edits of the files need them. All spans are
//! byte ranges of a file's text.

use std::ops::Range;

use super::finding::{Finding, SourceText};
use crate::score::PhrasePlace;

/// A part of a file.
#[derive(Debug, Clone)]
pub(super) struct Location {
    pub(super) file: String,
    pub(super) span: Range<usize>,
}

/// Locations of the parts of one criterion or penalty.
#[derive(Debug, Clone)]
pub(super) struct CriterionLocations {
    pub(super) id: Location,
    /// By concept: the location of each phrase, including its quotation marks.
    pub(super) phrases: Vec<Vec<Range<usize>>>,
    /// The value of `need`, if the file gives one.
    pub(super) need: Option<Range<usize>>,
    /// The location of the id of each concept. Empty if the criterion has no concepts.
    pub(super) concepts: Vec<Range<usize>>,
    /// By reference: the entry after which further terms are inserted. `None` for a reference without terms.
    pub(super) last_terms: Vec<Option<LastTerm>>,
}

/// The entry of a reference after which further terms of `also` are inserted.
#[derive(Debug, Clone)]
pub(super) struct LastTerm {
    /// The entry, from its phrase to its weight.
    pub(super) span: Range<usize>,
    /// Whether the entry belongs to `terms`, so that a table `also` must be added.
    pub(super) needs_table: bool,
}

/// Locations of the parts of one rubric. Included criteria are in other files than the rubric.
#[derive(Debug, Clone, Default)]
pub(super) struct RubricLocations {
    pub(super) criteria: Vec<CriterionLocations>,
    pub(super) penalties: Vec<CriterionLocations>,
    pub(super) goldens: Vec<Range<usize>>,
    pub(super) known_as: Vec<Range<usize>>,
}

impl RubricLocations {
    /// The location of a phrase, including its quotation marks.
    pub(super) fn phrase(&self, place: PhrasePlace) -> Option<Location> {
        let all = if place.penalty { &self.penalties } else { &self.criteria };
        let criterion = all.get(place.criterion)?;
        let span = criterion.phrases.get(place.concept)?.get(place.phrase)?;
        Some(Location { file: criterion.id.file.clone(), span: span.clone() })
    }
}

/// The range of the file `text` that corresponds to the bytes `at` of the value of a TOML string. `span` is the range
/// of the string, including its quotation marks.
///
/// Returns `span` if the value of the string differs from its text, as in strings with escapes and in multi-line
/// strings.
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

impl Location {
    /// A finding at this location. `source` is the text of the file of this location.
    pub(super) fn finding(
        &self,
        source: &SourceText<'_>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        source.finding(&self.file, self.span.clone(), message, hint)
    }
}
