//! Why answers could not be graded: the first of them by line, and how often each reason stands.
//!
//! Ids and reasons hold what users wrote, so both how many are kept and how long they are is bounded.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Answers that are kept.
const ROWS: usize = 20;
/// Reasons that are counted each by itself.
const REASONS: usize = 50;
/// Bytes of an id or reason.
const BYTES: usize = 200;

/// An answer that could not be graded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UngradedRow {
    /// Its line.
    pub line: u64,
    /// What it is called, at most 200 bytes of it.
    pub id: String,
    /// Why, at most 200 bytes of it.
    pub reason: String,
}

/// Answers that could not be graded.
///
/// With more than 50 reasons, which of them are counted by themselves depends on the order in which answers are
/// noted; nothing else does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotGraded {
    /// How many there are.
    pub answers: u64,
    /// Those with the lowest lines, in order: at most 20.
    pub first: Vec<UngradedRow>,
    /// How many answers there are for a reason: the first 50 reasons that were met.
    pub reasons: BTreeMap<String, u64>,
    /// How many answers there are for any other reason.
    pub other: u64,
}

impl NotGraded {
    /// Adds an answer.
    pub(super) fn note(&mut self, line: u64, id: &str, reason: &str) {
        self.answers += 1;
        let reason = cut(reason);
        self.count(&reason);
        let is_full = self.first.len() >= ROWS;
        if is_full && self.first.last().is_some_and(|last| last.line < line) {
            return;
        }
        let row = UngradedRow { line, id: cut(id).into_owned(), reason: reason.into_owned() };
        let place = self.first.partition_point(|one| *one <= row);
        self.first.insert(place, row);
        self.first.truncate(ROWS);
    }

    fn count(&mut self, reason: &str) {
        if let Some(count) = self.reasons.get_mut(reason) {
            *count += 1;
        } else if self.reasons.len() < REASONS {
            self.reasons.insert(reason.to_owned(), 1);
        } else {
            self.other += 1;
        }
    }

    /// Reasons and their counts, the most frequent first, then by their text.
    pub fn by_count(&self) -> Vec<(&str, u64)> {
        let mut reasons: Vec<_> = self.reasons.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
        reasons.sort_by_key(|(_, count)| Reverse(*count));
        reasons
    }
}

/// `text` in at most 200 bytes, with an ellipsis where it was longer.
fn cut(text: &str) -> Cow<'_, str> {
    const ELLIPSIS: &str = "…";
    if text.len() <= BYTES {
        return Cow::Borrowed(text);
    }
    let end = text.floor_char_boundary(BYTES - ELLIPSIS.len());
    Cow::Owned([&text[..end], ELLIPSIS].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_lines_are_kept_whatever_the_order() {
        let mut noted = NotGraded::default();
        for at in 0..100_u64 {
            noted.note(at * 37 % 100, "id", "no text");
        }
        assert_eq!(noted.first.iter().map(|row| row.line).collect::<Vec<_>>(), (0..20).collect::<Vec<_>>());
        assert_eq!((noted.answers, noted.by_count()), (100, vec![("no text", 100)]));
    }

    #[test]
    fn distinct_reasons_do_not_pile_up() {
        let mut noted = NotGraded::default();
        for line in 0..60 {
            noted.note(line, "id", &format!("reason {line:02}"));
        }
        noted.note(60, "id", "reason 07");
        assert_eq!((noted.reasons.len(), noted.other, noted.first.len()), (50, 10, 20));
        assert_eq!(noted.by_count()[..2], [("reason 07", 2), ("reason 00", 1)]);
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let mut noted = NotGraded::default();
        noted.note(1, &"é".repeat(100), &"漢".repeat(100));
        assert_eq!(noted.first[0].id, "é".repeat(100));
        assert_eq!(noted.first[0].reason, "漢".repeat(65) + "…");
    }
}
