//! Answers that could not be graded: the first ones by line, and the number of answers for each reason.
//!
//! Ids and reasons contain text that users wrote, so their number and their length are limited.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::wording::cut_bytes;

/// Maximum number of answers that are kept.
const ROWS: usize = 20;
/// Maximum number of reasons that are counted separately.
const REASONS: usize = 50;
/// Maximum number of bytes of an id or reason.
const BYTES: usize = 200;

/// An answer that could not be graded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UngradedRow {
    /// Line of the answer.
    pub line: u64,
    /// Id of the answer, cut to 200 bytes.
    pub id: String,
    /// The reason, cut to 200 bytes.
    pub reason: String,
}

/// Answers that could not be graded.
///
/// With more than 50 reasons, the order in which answers are added decides which reasons are counted separately.
/// Nothing else depends on the order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UngradedAnswers {
    /// Number of answers.
    pub answers: u64,
    /// The answers with the lowest lines, in order, at most 20.
    pub first: Vec<UngradedRow>,
    /// Number of answers for each reason, for the first 50 reasons.
    pub reasons: BTreeMap<String, u64>,
    /// Number of answers for all other reasons.
    pub other: u64,
}

impl UngradedAnswers {
    /// Adds an answer.
    pub(super) fn add(&mut self, line: u64, id: &str, reason: &str) {
        self.answers += 1;
        let reason = cut_bytes(reason, BYTES);
        self.count(&reason);
        let is_full = self.first.len() >= ROWS;
        if is_full && self.first.last().is_some_and(|last| last.line < line) {
            return;
        }
        let row = UngradedRow { line, id: cut_bytes(id, BYTES).into_owned(), reason: reason.into_owned() };
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

    /// Reasons and their numbers of answers, the most frequent first, reasons of equal frequency by their text.
    pub fn by_count(&self) -> Vec<(&str, u64)> {
        let mut reasons: Vec<_> = self.reasons.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
        reasons.sort_by_key(|(_, count)| Reverse(*count));
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_lines_are_kept_in_any_order_of_answers() {
        let mut ungraded = UngradedAnswers::default();
        for at in 0..100_u64 {
            ungraded.add(at * 37 % 100, "id", "no text");
        }
        assert_eq!(ungraded.first.iter().map(|row| row.line).collect::<Vec<_>>(), (0..20).collect::<Vec<_>>());
        assert_eq!((ungraded.answers, ungraded.by_count()), (100, vec![("no text", 100)]));
    }

    #[test]
    fn the_number_of_reasons_is_limited() {
        let mut ungraded = UngradedAnswers::default();
        for line in 0..60 {
            ungraded.add(line, "id", &format!("reason {line:02}"));
        }
        ungraded.add(60, "id", "reason 07");
        assert_eq!((ungraded.reasons.len(), ungraded.other, ungraded.first.len()), (50, 10, 20));
        assert_eq!(ungraded.by_count()[..2], [("reason 07", 2), ("reason 00", 1)]);
    }

    #[test]
    fn long_ids_and_reasons_are_cut_between_characters() {
        let mut ungraded = UngradedAnswers::default();
        ungraded.add(1, &"é".repeat(100), &"漢".repeat(100));
        assert_eq!(ungraded.first[0].id, "é".repeat(100));
        assert_eq!(ungraded.first[0].reason, "漢".repeat(65) + "…");
    }
}
