//! Finds words that are spelled out: "p ninety five" for p95, "k eight s" for k8s, and numbers in words.
//!
//! The spelled-out words are added in addition to the tokens, so that the matcher can use either.

use super::token::{Join, Sentence, Separator, Token};
use super::{Class, Lexicon, number};

/// Greatest number of letters before a spoken number.
const MAX_HEAD_LETTERS: usize = 4;
/// Greatest number of digits in a spelled-out word.
const MAX_DIGITS: usize = 6;

/// Adds the spelled-out words in all sentences to `joins`.
pub(super) fn join(tokens: &[Token], sentences: &[Sentence], lexicon: &mut Lexicon, joins: &mut Vec<Join>) {
    for sentence in sentences {
        let joiner = Joiner { tokens, end: sentence.range().end };
        let mut number_end = 0;
        let tokens = &tokens[..joiner.end];
        for at in sentence.range() {
            let class = tokens[at].class;
            let next = tokens.get(at + 1).map_or(Class::NONE, |token| token.class);
            if !class.and(next).has(Class::NUMERIC) {
                continue;
            }
            if class.has(Class::NUMERIC) && at >= number_end {
                number_end = joiner.digits(at, lexicon, joins);
            }
            joiner.number(at, lexicon, joins);
        }
    }
}

struct Joiner<'a> {
    tokens: &'a [Token],
    end: usize,
}

impl Joiner<'_> {
    fn is_letter(&self, at: usize) -> bool {
        at < self.end && self.tokens[at].class.has(Class::LETTER)
    }

    /// Adds the number in words at token `at` as digits, and returns the token from which to look for the next number.
    fn digits(&self, at: usize, lexicon: &mut Lexicon, joins: &mut Vec<Join>) -> usize {
        let words = (at..self.end).map(|token| lexicon.folded(self.tokens[token].word));
        let Some(spoken) = number::spoken_number(words) else {
            return at + 1;
        };
        let end = at + spoken.words;
        joins.push(Join { first: at as u32, last: end as u32 - 1, word: lexicon.intern_joined(&spoken.digits) });
        end
    }

    /// Adds the word of a few letters and a number at token `at`, also with a single letter after the number.
    fn number(&self, at: usize, lexicon: &mut Lexicon, joins: &mut Vec<Join>) {
        let next = at + 1;
        let tokens = self.tokens;
        if next >= self.end || !tokens[next].class.has(Class::NUMERIC) || tokens[next].separator > Separator::Hyphen {
            return;
        }
        let head = tokens[at];
        let letters = lexicon.folded(head.word);
        let fits = letters.len() <= MAX_HEAD_LETTERS
            && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
            && (head.class.has(Class::LETTER) || !head.class.has(Class::FUNCTION))
            && !head.class.has(Class::NUMERIC);
        if !fits {
            return;
        }
        let typed = lexicon.folded(tokens[next].word);
        let (words, digits) = if typed.bytes().all(|byte| byte.is_ascii_digit()) && !typed.is_empty() {
            (1, typed.to_owned())
        } else {
            let end = self.end.min(next + 8);
            match number::spoken_number((next..end).map(|token| lexicon.folded(tokens[token].word))) {
                Some(spoken) => (spoken.words, spoken.digits),
                None => return,
            }
        };
        if digits.len() > MAX_DIGITS {
            return;
        }
        let mut word = format!("{letters}{digits}");
        let last = at + words;
        joins.push(Join { first: at as u32, last: last as u32, word: lexicon.intern_joined(&word) });
        if self.is_letter(last + 1) {
            word.push_str(lexicon.folded(tokens[last + 1].word));
            joins.push(Join { first: at as u32, last: last as u32 + 1, word: lexicon.intern_joined(&word) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::read;

    fn joins(text: &str) -> Vec<String> {
        let (document, lexicon) = read(text);
        document.joins().iter().map(|join| lexicon.folded(join.word).to_owned()).collect()
    }

    #[test]
    fn spelled_out_words_are_joined() {
        assert_eq!(joins("p ninety five was"), ["p95", "95"]);
        assert_eq!(joins("a SEV 1 page"), ["sev1"]);
        assert_eq!(joins("k eight s runs"), ["k8", "k8s", "8"]);
        assert_eq!(joins("p ninety nine point nine"), ["p99.9", "99.9"]);
        assert_eq!(joins("in five minutes"), ["5"]);
    }
}
