//! [`GroupValue`]: the value of a column that answers are grouped by.

use std::cmp::Ordering;
use std::fmt;

/// The value of the column that answers are grouped by. Numbers are before all other texts, in the order of their size;
/// answers without a value are last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupValue {
    /// A text, or a number or a boolean as it is written.
    Text(String),
    /// The row has no value in this column.
    Absent,
}

impl GroupValue {
    /// The number in the text of the value.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            Self::Absent => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Absent => None,
        }
    }
}

impl Ord for GroupValue {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_kind = match (self.number(), other.number()) {
            (Some(one), Some(other)) => one.total_cmp(&other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        };
        let by_absence = self.text().is_none().cmp(&other.text().is_none());
        by_kind.then(by_absence).then_with(|| self.text().cmp(&other.text()))
    }
}

impl PartialOrd for GroupValue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for GroupValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().unwrap_or("(none)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_the_order_of_their_size_before_texts_and_absent_values_are_last() {
        let text = |text: &str| GroupValue::Text(text.to_owned());
        let mut values: Vec<GroupValue> = ["true", "10", "B", "nan", "9", "9.0", "-1", "(z"].map(text).into();
        values.insert(3, GroupValue::Absent);
        values.sort();
        let shown: Vec<String> = values.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["-1", "9", "9.0", "10", "(z", "B", "nan", "true", "(none)"]);
    }
}
