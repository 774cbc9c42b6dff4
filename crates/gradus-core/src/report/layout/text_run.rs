//! A stretch of text in one ink, the unit that pages and lines are made of.

use std::borrow::Cow;

use super::style::{FAINT, Ink, PLAIN};
use crate::wording::{columns, safe_line};

/// Text in one ink, safe to show and without line breaks.
#[derive(Debug, Clone)]
pub(in crate::report) struct TextRun<'a> {
    pub(in crate::report) text: Cow<'a, str>,
    pub(in crate::report) ink: Ink,
}

impl<'a> TextRun<'a> {
    pub(in crate::report) fn new(text: impl Into<Cow<'a, str>>, ink: Ink) -> Self {
        Self { text: safe_line(text), ink }
    }

    pub(in crate::report) fn plain(text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(text, PLAIN)
    }

    pub(in crate::report) fn faint(text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(text, FAINT)
    }
}

/// Columns that `runs` take side by side.
pub(in crate::report) fn columns_of(runs: &[TextRun<'_>]) -> usize {
    runs.iter().map(|run| columns(&run.text)).sum()
}
