//! Converts number words to digits: "ninety nine point nine", "two hundred and five".
//!
//! `quantity` adds units to the numbers, and `spoken` joins them to words such as p95.

/// The role of a word in a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberWord {
    /// 0 to 19.
    Unit(u64),
    /// 20, 30 and so on to 90.
    Ten(u64),
    /// "Dozen", "hundred", "thousand" and so on: multiplies the preceding number.
    Scale(u64),
    /// Fraction: "half", "third", "quarter".
    Part,
    /// Word that alone denotes a factor: "twice", "doubled".
    Multiple,
}

/// The role of a folded word in a number; `None` if it is not a number word.
pub(super) fn number_word(folded: &str) -> Option<NumberWord> {
    use NumberWord::{Multiple, Part, Scale, Ten, Unit};
    Some(match folded {
        "zero" => Unit(0),
        "one" => Unit(1),
        "two" => Unit(2),
        "three" => Unit(3),
        "four" => Unit(4),
        "five" => Unit(5),
        "six" => Unit(6),
        "seven" => Unit(7),
        "eight" => Unit(8),
        "nine" => Unit(9),
        "ten" => Unit(10),
        "eleven" => Unit(11),
        "twelve" => Unit(12),
        "thirteen" => Unit(13),
        "fourteen" => Unit(14),
        "fifteen" => Unit(15),
        "sixteen" => Unit(16),
        "seventeen" => Unit(17),
        "eighteen" => Unit(18),
        "nineteen" => Unit(19),
        "twenty" => Ten(20),
        "thirty" => Ten(30),
        "forty" => Ten(40),
        "fifty" => Ten(50),
        "sixty" => Ten(60),
        "seventy" => Ten(70),
        "eighty" => Ten(80),
        "ninety" => Ten(90),
        "dozen" => Scale(12),
        "hundred" | "hundreds" => Scale(100),
        "thousand" | "thousands" => Scale(1000),
        "million" | "millions" => Scale(1_000_000),
        "billion" | "billions" => Scale(1_000_000_000),
        "half" | "third" | "thirds" | "quarter" | "quarters" | "fifth" | "couple" => Part,
        "twice" | "thrice" | "doubled" | "double" | "doubling" | "tripled" | "triple" | "tripling" | "quadrupled"
        | "quadruple" | "halved" | "halving" | "halve" | "tenfold" | "twofold" | "threefold" | "fivefold" => Multiple,
        _ => return None,
    })
}

/// Whether the folded word is part of a number.
pub(super) fn is_number_word(folded: &str) -> bool {
    number_word(folded).is_some()
}

/// The longest number at the start of a sequence of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SpokenNumber {
    /// Number of words.
    pub(super) words: usize,
    /// The number in decimal digits, with decimals if they were given.
    pub(super) digits: String,
}

/// The number at the start of `words`; `None` if the first word is not the start of a number.
pub(super) fn spoken_number<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<SpokenNumber> {
    let (mut total, mut group, mut room) = (0_u64, 0_u64, 100_u64);
    let (mut taken, mut seen) = (0, 0);
    let mut decimals = String::new();
    let mut after_point = false;
    for word in &mut words {
        // because "and" and "point" belong to a number only if more of it follows, `taken` may stay behind `seen`
        seen += 1;
        match (word, number_word(word)) {
            (_, Some(NumberWord::Unit(digit @ 0..=9))) if after_point => decimals.push(char::from(b'0' + digit as u8)),
            _ if after_point => break,
            (_, Some(NumberWord::Unit(value))) if value < room => (group, room) = (group + value, 0),
            (_, Some(NumberWord::Ten(value))) if value < room => (group, room) = (group + value, 10),
            (_, Some(NumberWord::Scale(100))) if (1..100).contains(&group) => (group, room) = (group * 100, 100),
            (_, Some(NumberWord::Scale(scale))) if taken > 0 => {
                total = total.saturating_add(group.max(1).saturating_mul(scale));
                (group, room) = (0, 100);
            }
            ("and", _) if taken > 0 && room == 100 => continue,
            ("point", _) if taken > 0 => {
                after_point = true;
                continue;
            }
            _ => break,
        }
        taken = seen;
    }
    let digits = match decimals.as_str() {
        "" => total.saturating_add(group).to_string(),
        decimals => format!("{}.{decimals}", total.saturating_add(group)),
    };
    (taken > 0).then_some(SpokenNumber { words: taken, digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_words_become_digits() {
        for (words, count, digits) in [
            ("ninety five", 2, "95"),
            ("ninety nine point nine percent", 4, "99.9"),
            ("two hundred and five ms", 4, "205"),
            ("three thousand two hundred", 4, "3200"),
            ("thirty and forty", 1, "30"),
            ("five point", 1, "5"),
            ("eight zero eight", 1, "8"),
            ("twenty twenty", 1, "20"),
        ] {
            let expected = SpokenNumber { words: count, digits: digits.to_owned() };
            assert_eq!(spoken_number(words.split(' ')), Some(expected), "{words}");
        }
        assert_eq!(spoken_number("rollback".split(' ')), None);
        assert_eq!(spoken_number("hundred".split(' ')), None);
    }

    #[test]
    fn a_very_large_number_does_not_overflow() {
        let words = "nine billion ".repeat(50);
        assert!(spoken_number(words.split_whitespace()).is_some());
    }
}
