//! Finds quantities, which are numbers with units: "30%", "half an hour", "ninety nine point nine percent".
//!
//! A number is found once as a plain number and once with its unit, so that a phrase can ask for either.

use super::number::{self, NumberWord};
use super::token::{Sentence, Separator, Token};
use super::{Class, Lexicon};

/// A set of kinds of quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct QuantityKinds(pub(crate) u8);

impl QuantityKinds {
    /// A number that counts or measures something; not a year, and not "one" without a unit.
    pub const NUMBER: Self = Self(1);
    /// Percentage or fraction.
    pub const PERCENT: Self = Self(2);
    /// Duration.
    pub const DURATION: Self = Self(4);
    /// Amount of money.
    pub const MONEY: Self = Self(8);
    /// Factor: "3x", "three times", "doubled".
    pub const MULTIPLE: Self = Self(16);

    /// Every kind with its name in the phrase language.
    pub const NAMED: [(&'static str, Self); 5] = [
        ("number", Self::NUMBER),
        ("percent", Self::PERCENT),
        ("duration", Self::DURATION),
        ("money", Self::MONEY),
        ("multiple", Self::MULTIPLE),
    ];

    /// Whether the sets have a kind in common.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// A quantity at its place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    /// First token.
    pub first: u32,
    /// Last token.
    pub last: u32,
    /// Kinds of the quantity.
    pub kinds: QuantityKinds,
}

/// Adds the quantities in all sentences of `text` to `quantities`.
pub(super) fn find(
    text: &str,
    tokens: &[Token],
    sentences: &[Sentence],
    lexicon: &Lexicon,
    quantities: &mut Vec<Quantity>,
) {
    for sentence in sentences {
        let range = sentence.range();
        let finder = Finder { text, tokens, lexicon, end: range.end };
        let mut at = range.start;
        while at < range.end {
            at = if tokens[at].class.has(Class::NUMERIC) { finder.add_at(at, quantities) } else { at + 1 };
        }
    }
}

struct Finder<'a> {
    text: &'a str,
    tokens: &'a [Token],
    lexicon: &'a Lexicon,
    end: usize,
}

impl Finder<'_> {
    /// Adds the quantities that start at token `at` and returns the token to continue with.
    fn add_at(&self, at: usize, found: &mut Vec<Quantity>) -> usize {
        let mut push = |first: usize, last: usize, kinds| {
            found.push(Quantity { first: first as u32, last: last as u32, kinds });
        };
        match number::number_word(self.word(at)) {
            Some(NumberWord::Multiple) => {
                push(at, at, QuantityKinds::MULTIPLE);
                at + 1
            }
            Some(NumberWord::Part) => {
                if let Some((last, kinds)) = self.fraction(at) {
                    push(at, last, kinds);
                }
                at + 1
            }
            Some(_) => {
                let Some(spoken) = number::spoken_number((at..self.end).map(|token| self.word(token))) else {
                    return at + 1;
                };
                let last = at + spoken.words - 1;
                let unit = self.unit(last);
                // because "one" is mostly a pronoun
                if unit.is_some() || spoken.digits != "1" {
                    push(at, last, QuantityKinds::NUMBER);
                }
                if let Some((last, kinds)) = unit {
                    push(at, last, kinds);
                }
                last + 1
            }
            None => {
                let (plain, kinds) = self.attached_kind(at);
                let last = if plain && self.is_scale(at + 1) { at + 1 } else { at };
                let unit = if plain { self.unit(last) } else { kinds.map(|kinds| (at, kinds)) };
                if unit.is_some() || (plain && !self.is_year(at)) {
                    push(at, last, QuantityKinds::NUMBER);
                }
                if let Some((last, kinds)) = unit {
                    push(at, last, kinds);
                }
                last + 1
            }
        }
    }

    fn word(&self, at: usize) -> &str {
        if at < self.end { self.lexicon.folded(self.tokens[at].word) } else { "" }
    }

    fn is_scale(&self, at: usize) -> bool {
        matches!(number::number_word(self.word(at)), Some(NumberWord::Scale(_)))
    }

    /// Whether the token is a plain number without attached letters or signs, and the kind of quantity that attached
    /// letters or signs denote.
    fn attached_kind(&self, at: usize) -> (bool, Option<QuantityKinds>) {
        let word = self.word(at);
        let money = word.starts_with(['$', '€', '£']);
        let unit = word
            .trim_start_matches(['$', '€', '£'])
            .trim_start_matches(|c: char| c.is_ascii_digit() || ".,".contains(c));
        let kinds = match unit {
            "" => None,
            "%" => Some(QuantityKinds::PERCENT),
            // because "502s" are errors, not seconds
            "s" if is_status_code(&word[..word.len() - 1]) => None,
            "x" | "×" => Some(QuantityKinds::MULTIPLE),
            "ns" | "us" | "µs" | "μs" | "ms" | "s" | "sec" | "secs" | "min" | "mins" | "m" | "h" | "hr" | "hrs"
            | "d" => Some(QuantityKinds::DURATION),
            "k" | "b" | "bn" | "gb" | "mb" | "tb" | "kb" | "rps" | "qps" => Some(QuantityKinds::NUMBER),
            _ => None,
        };
        if money { (false, Some(QuantityKinds::MONEY)) } else { (unit.is_empty(), kinds) }
    }

    /// The last token and kind of a quantity whose plain number ends at token `last`; `None` if no unit follows the
    /// number.
    fn unit(&self, last: usize) -> Option<(usize, QuantityKinds)> {
        let next = last + 1;
        if next >= self.end || self.tokens[next].separator > Separator::Hyphen {
            return None;
        }
        let word = self.word(next);
        let percent = match word {
            "percent" | "percentage" | "pct" => Some(next),
            "per" if self.word(next + 1) == "cent" => Some(next + 1),
            _ => self.text[self.tokens[last].end as usize..].trim_start_matches(' ').starts_with('%').then_some(last),
        };
        if let Some(last) = percent {
            return Some((last, QuantityKinds::PERCENT));
        }
        if is_time_unit(word) {
            return Some((next, QuantityKinds::DURATION));
        }
        match word {
            "times" | "x" | "fold" => Some((next, QuantityKinds::MULTIPLE)),
            "dollars" | "dollar" | "euros" | "euro" | "pounds" | "usd" | "eur" | "gbp" | "bucks" | "grand"
            | "cents" => Some((next, QuantityKinds::MONEY)),
            _ => None,
        }
    }

    /// The last token and kind of the fraction that starts at token `at`: "half an hour", "a couple of days", "by a
    /// third".
    fn fraction(&self, at: usize) -> Option<(usize, QuantityKinds)> {
        let next = match self.word(at + 1) {
            "a" | "an" | "of" => at + 2,
            _ => at + 1,
        };
        if is_time_unit(self.word(next)) {
            return Some((next, QuantityKinds::DURATION));
        }
        let by_a = at >= 2 && matches!(self.word(at - 1), "a" | "one" | "two") && self.word(at - 2) == "by";
        let halved = self.word(at) == "half" && at >= 1 && matches!(self.word(at - 1), "by" | "in");
        let share = self.word(at + 1) == "of" && self.word(at) != "couple" && self.word(at) != "quarter";
        (by_a || halved || share).then_some((at, QuantityKinds::PERCENT))
    }

    fn is_year(&self, at: usize) -> bool {
        let word = self.word(at);
        word.len() == 4 && (word.starts_with("19") || word.starts_with("20")) && !self.is_scale(at + 1)
    }
}

/// Whether `digits` are the HTTP status code of an error.
fn is_status_code(digits: &str) -> bool {
    digits.len() == 3 && digits.starts_with(['4', '5'])
}

fn is_time_unit(word: &str) -> bool {
    matches!(
        word,
        "millisecond"
            | "milliseconds"
            | "ms"
            | "microseconds"
            | "second"
            | "seconds"
            | "sec"
            | "secs"
            | "minute"
            | "minutes"
            | "min"
            | "mins"
            | "hour"
            | "hours"
            | "hr"
            | "hrs"
            | "day"
            | "days"
            | "week"
            | "weeks"
            | "month"
            | "months"
            | "year"
            | "years"
            | "sprints"
            | "nights"
    )
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::read;
    use super::*;

    fn quantities(text: &str) -> Vec<(&str, &'static str)> {
        let (document, _) = read(text);
        let name = |kinds: QuantityKinds| {
            QuantityKinds::NAMED.iter().find(|(_, kind)| *kind == kinds).map_or("?", |found| found.0)
        };
        let all = document.quantities().iter();
        all.map(|quantity| (document.span(quantity.first, quantity.last).of(text), name(quantity.kinds))).collect()
    }

    #[test]
    fn quantities_are_found_with_their_kind() {
        for (text, expected) in [
            ("fell 30% overall", &[("30%", "number"), ("30%", "percent")][..]),
            ("thirty percent", &[("thirty", "number"), ("thirty percent", "percent")]),
            (
                "ninety nine point nine percent",
                &[("ninety nine point nine", "number"), ("ninety nine point nine percent", "percent")],
            ),
            ("within half an hour", &[("half an hour", "duration")]),
            ("a 30-minute outage", &[("30", "number"), ("30-minute", "duration")]),
            (
                "800 ms to 220ms",
                &[("800", "number"), ("800 ms", "duration"), ("220ms", "number"), ("220ms", "duration")],
            ),
            (
                "$5k and 2 million dollars",
                &[("$5k", "number"), ("$5k", "money"), ("2 million", "number"), ("2 million dollars", "money")],
            ),
            (
                "3x, doubled, four times",
                &[
                    ("3x", "number"),
                    ("3x", "multiple"),
                    ("doubled", "multiple"),
                    ("four", "number"),
                    ("four times", "multiple"),
                ],
            ),
            ("cut by a third", &[("third", "percent")]),
            ("in 2021 one of us got 502s", &[]),
            ("one week", &[("one", "number"), ("one week", "duration")]),
        ] {
            assert_eq!(quantities(text), expected, "{text}");
        }
    }
}
