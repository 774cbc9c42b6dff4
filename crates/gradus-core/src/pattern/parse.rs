//! Parses the text of one phrase.
//!
//! The language has words, `"quotation marks"` for adjacent words, `|` for alternatives, `*` for any ending, `=` for an
//! exact form, `<name>` for a quantity or an idea, `&` between parts in any order, and `!` for a rejection. Words are
//! split as in answers.

use std::borrow::Cow;
use std::ops::Range;

use crate::text::{Document, Lexicon, QuantityKinds, WordId};

/// Number of other words that may occur between two words outside quotation marks.
const DEFAULT_GAP: u8 = 2;
/// Greatest number of elements in one phrase.
const MAX_ELEMENTS: usize = 64;
/// Number of other words that may occur between two parts that `&` connects.
const DEFAULT_DISTANCE: u8 = 12;
/// Greatest distance that can be written.
const MAX_DISTANCE: u8 = 60;
/// The distance that `&*` allows: any, within one sentence.
pub(super) const ANY_DISTANCE: u8 = u8::MAX;

/// A phrase: parts that must all occur in one sentence, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    /// Whether the phrase counts only where the speaker rejects it.
    pub(super) rejected: bool,
    /// Parts that are found independently of each other; at least one.
    pub(super) parts: Vec<Part>,
}

/// A part of a phrase: elements in the order in which they must occur.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Part {
    /// The elements; at least one.
    pub(super) elements: Vec<Element>,
    /// Greatest number of other words between this part and the one before, or [`ANY_DISTANCE`].
    pub(super) distance: u8,
}

/// A position in a part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Element {
    /// The alternatives that match at this position; at least one.
    pub(super) alternatives: Vec<Atom>,
    /// Greatest number of other words between this element and the one before.
    pub(super) gap: u8,
}

/// One of the alternatives that match at a position.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Atom {
    /// Adjacent words. The last may be only the start of a word.
    Words {
        /// The words.
        words: Vec<WordId>,
        /// Whether the last word is a prefix: any ending matches.
        prefix: bool,
    },
    /// Adjacent words, spelled exactly as written.
    Exact(Vec<WordId>),
    /// A quantity of this kind.
    Quantity(QuantityKinds),
    /// Any wording of the idea, or any word of the list, with this id.
    Idea(String),
}

/// A phrase is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PhraseError {
    /// Byte range of the phrase that is not valid.
    pub at: Range<usize>,
    /// The fault in this range.
    pub message: String,
    /// How to correct the phrase.
    pub hint: Cow<'static, str>,
}

fn error<T>(at: Range<usize>, message: impl Into<String>, hint: &'static str) -> Result<T, PhraseError> {
    Err(PhraseError { at, message: message.into(), hint: hint.into() })
}

/// Parses phrases. Keeps what it learns about words from one rubric to the next. Word ids in its phrases belong to its
/// lexicon.
#[derive(Default)]
pub struct Reader {
    /// Scratch space.
    pub document: Document,
    /// The words read so far.
    pub lexicon: Lexicon,
}

impl Reader {
    /// Parses a phrase.
    ///
    /// # Errors
    /// When the phrase is not valid. The error contains the place in `phrase` and the fault.
    pub(super) fn parse(&mut self, phrase: &str) -> Result<Phrase, PhraseError> {
        read(Parser { phrase, at: 0, words: self })
    }
}

fn read(mut parser: Parser<'_>) -> Result<Phrase, PhraseError> {
    let phrase = parser.phrase;
    let mut parts = vec![Part::default()];
    let mut quote: Option<usize> = None;
    let mut opened = false;
    let mut count = 0;
    let mut ampersand = 0;
    let rejected = parser.rejection();
    loop {
        parser.skip_spaces();
        let start = parser.at;
        let last = parts.last_mut().expect("there is always a part");
        match parser.peek() {
            None => break,
            Some('"') => {
                parser.at += 1;
                opened = quote.is_none();
                quote = if quote.is_none() { Some(start) } else { None };
            }
            Some('&') if quote.is_some() => {
                return error(start..start + 1, "`&` inside quotes", "close the quotes before it, or write `\\&`");
            }
            Some('&') => {
                ampersand = start;
                if last.elements.is_empty() {
                    return error(start..start + 1, "nothing before `&`", "write words on both sides of it");
                }
                let distance = parser.distance()?;
                parts.push(Part { distance, ..Part::default() });
            }
            Some(_) => {
                let alternatives = parser.alternatives()?;
                let gap = if quote.is_some() && !opened { 0 } else { DEFAULT_GAP };
                opened = false;
                count += 1;
                last.elements.push(Element { alternatives, gap });
            }
        }
    }
    if let Some(start) = quote {
        return error(start..phrase.len(), "quotes that are not closed", "add the closing `\"`");
    }
    match parts.last() {
        Some(last) if last.elements.is_empty() && parts.len() > 1 => {
            error(ampersand..ampersand + 1, "nothing after `&`", "write words on both sides of it")
        }
        Some(last) if last.elements.is_empty() => {
            error(0..phrase.len(), "an empty phrase", "write at least one word, or remove it")
        }
        _ if count > MAX_ELEMENTS => error(
            0..phrase.len(),
            format!("{count} words in one phrase, at most {MAX_ELEMENTS} are allowed"),
            "split it",
        ),
        _ => Ok(Phrase { rejected, parts }),
    }
}

struct Parser<'a> {
    phrase: &'a str,
    at: usize,
    words: &'a mut Reader,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.phrase[self.at..].chars().next()
    }

    fn skip_spaces(&mut self) {
        let rest = &self.phrase[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Parses the `!` at the start of a phrase that counts only where it is rejected.
    fn rejection(&mut self) -> bool {
        self.skip_spaces();
        let rejected = self.peek() == Some('!');
        self.at += usize::from(rejected);
        rejected
    }

    /// Parses `&`, `&4` or `&*`: the greatest number of other words between the parts on both sides.
    fn distance(&mut self) -> Result<u8, PhraseError> {
        let start = self.at;
        self.at += 1;
        let rest = &self.phrase[self.at..];
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let written = &rest[..end];
        let distance = match written {
            "" => Some(DEFAULT_DISTANCE),
            "*" => Some(ANY_DISTANCE),
            _ => written.parse().ok().filter(|distance| (1..=MAX_DISTANCE).contains(distance)),
        };
        match distance {
            Some(distance) => {
                self.at += written.len();
                Ok(distance)
            }
            None if written.starts_with(|c: char| c.is_ascii_digit()) => error(
                start..self.at + end,
                format!("`&{written}` is not a distance"),
                "write `&` and a number of words from 1 to 60, or `&*` for the whole sentence",
            ),
            None => Ok(DEFAULT_DISTANCE),
        }
    }

    /// Parses alternatives such as `up|out|=IT`, up to the next space or quotation mark.
    fn alternatives(&mut self) -> Result<Vec<Atom>, PhraseError> {
        let mut alternatives = Vec::new();
        loop {
            alternatives.push(self.atom()?);
            if self.peek() != Some('|') {
                return Ok(alternatives);
            }
            self.at += 1;
        }
    }

    fn atom(&mut self) -> Result<Atom, PhraseError> {
        if self.peek() == Some('<') {
            return self.named();
        }
        let start = self.at;
        let exact = self.peek() == Some('=');
        if exact {
            self.at += 1;
        }
        let (mut letters, mut prefix) = (String::new(), None);
        while let Some(c) = self.peek() {
            let here = self.at;
            match c {
                '|' | '"' => break,
                _ if c.is_whitespace() => break,
                '&' | '<' | '>' | '=' => {
                    return error(
                        here..here + 1,
                        format!("`{c}` inside a word"),
                        "put spaces around it, or write a backslash before it",
                    );
                }
                _ => self.at += c.len_utf8(),
            }
            if let Some(star) = prefix {
                return error(
                    star..star + 1,
                    "`*` before the end of a word",
                    "`*` matches any ending: move it to the end, or write `\\*`",
                );
            }
            match c {
                '*' => prefix = Some(here),
                '\\' => match self.peek() {
                    Some(escaped) => {
                        self.at += escaped.len_utf8();
                        letters.push(escaped);
                    }
                    None => return error(here..here + 1, "`\\` at the end", "write the character after it"),
                },
                _ => letters.push(c),
            }
        }
        let place = start..self.phrase.ceil_char_boundary(self.at.max(start + 1));
        self.words_of(&letters, exact, prefix.is_some(), place)
    }

    fn words_of(&mut self, letters: &str, exact: bool, prefix: bool, at: Range<usize>) -> Result<Atom, PhraseError> {
        let Reader { document, lexicon } = &mut *self.words;
        document.read(letters, 0, lexicon);
        let tokens = document.tokens();
        if tokens.is_empty() {
            return error(at, "no word here", "write a word, or remove the sign");
        }
        if tokens.iter().any(|token| lexicon.folded(token.word).is_empty()) {
            return error(at, "a word of more than 64 bytes", "shorten it");
        }
        let words = tokens.iter().map(|token| token.word).collect();
        match (exact, prefix) {
            (true, true) => error(at, "`=` and `*` on one word", "use one of them: the exact form, or any ending"),
            (true, false) => Ok(Atom::Exact(words)),
            (false, _) => Ok(Atom::Words { words, prefix }),
        }
    }

    /// Parses `<name>`: a kind of quantity, or the id of an idea.
    fn named(&mut self) -> Result<Atom, PhraseError> {
        let start = self.at;
        let rest = &self.phrase[start..];
        let Some(close) = rest.find('>') else {
            return error(
                start..self.phrase.len(),
                "`<` without `>`",
                "close the name of the idea or quantity with `>`",
            );
        };
        let name = &rest[1..close];
        self.at = start + close + 1;
        if self.peek().is_some_and(|c| !c.is_whitespace() && c != '|' && c != '"') {
            return error(start..self.at, "letters right after `>`", "put a space after it");
        }
        if let Some((_, kinds)) = QuantityKinds::NAMED.iter().find(|(known, _)| *known == name) {
            return Ok(Atom::Quantity(*kinds));
        }
        let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || !name.bytes().all(is_id) {
            let message = format!("`<{name}>` is not the name of an idea or quantity");
            return error(start..self.at, message, "use lower-case letters, digits and hyphens between `<` and `>`");
        }
        Ok(Atom::Idea(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn shown(phrase: &str) -> String {
        let mut reader = Reader::default();
        let parsed = reader.parse(phrase).unwrap_or_else(|error| panic!("{phrase}: {error}"));
        let join = |words: &[WordId]| {
            words.iter().map(|word| reader.lexicon.surface(*word)).collect::<Vec<_>>().join("+").to_lowercase()
        };
        let atom = |atom: &Atom| match atom {
            Atom::Words { words, prefix } => join(words) + if *prefix { "*" } else { "" },
            Atom::Exact(words) => format!("={}", join(words)),
            Atom::Quantity(kinds) => format!("<{}>", kinds.0),
            Atom::Idea(id) => format!("<{id}>"),
        };
        let element = |element: &Element| {
            format!("{}{}", element.gap, element.alternatives.iter().map(atom).collect::<Vec<_>>().join("|"))
        };
        let part = |part: &Part| part.elements.iter().map(element).collect::<Vec<_>>().join(" ");
        let mut shown = if parsed.rejected { "! ".to_owned() } else { String::new() };
        for (number, one) in parsed.parts.iter().enumerate() {
            if number > 0 {
                let _ = write!(shown, " &{} ", one.distance);
            }
            shown += &part(one);
        }
        shown
    }

    #[test]
    fn every_sign_of_the_language_is_parsed() {
        for (phrase, expected) in [
            ("roll back deploy", "2roll 2back 2deploy"),
            ("\"error budget\" spent", "2error 0budget 2spent"),
            ("=IT team", "2=it 2team"),
            ("automat*", "2automat*"),
            ("scale up|out", "2scale 2up|out"),
            ("feature flag & off|disable", "2feature 2flag &12 2off|disable"),
            ("<percent> less", "2<2> 2less"),
            ("on-call CI/CD", "2on+call 2ci+cd"),
            (r"c\* \& d", "2c 2d"),
            ("a &4 b &* c", "2a &4 2b &255 2c"),
            ("!<roll-back> fast", "! 2<roll-back> 2fast"),
            ("<roll-back>|undo", "2<roll-back>|undo"),
        ] {
            if phrase == r"c\* \& d" {
                assert!(Reader::default().parse(phrase).is_err(), "an escaped sign alone is not a word");
            } else {
                assert_eq!(shown(phrase), expected, "{phrase}");
            }
        }
        assert_eq!(shown(r"c\* d"), "2c 2d");
    }

    #[test]
    fn an_error_names_the_place_in_the_phrase() {
        for (phrase, at, message) in [
            ("", 0..0, "an empty phrase"),
            ("   ", 0..3, "an empty phrase"),
            ("a \"b c", 2..6, "quotes that are not closed"),
            ("& b", 0..1, "nothing before `&`"),
            ("a &", 2..3, "nothing after `&`"),
            ("au*to", 2..3, "`*` before the end of a word"),
            ("a |b", 2..3, "no word here"),
            ("a| b", 2..3, "no word here"),
            ("<Numbr>", 0..7, "`<Numbr>` is not the name of an idea or quantity"),
            ("a &0 b", 2..4, "`&0` is not a distance"),
            ("a &61 b", 2..5, "`&61` is not a distance"),
            ("!", 0..1, "an empty phrase"),
            ("<number", 0..7, "`<` without `>`"),
            ("=IT*", 0..4, "`=` and `*` on one word"),
            ("a&b", 1..2, "`&` inside a word"),
            ("<>", 0..2, "`<>` is not the name of an idea or quantity"),
            ("a \\", 2..3, "`\\` at the end"),
            ("...", 0..3, "no word here"),
        ] {
            let error = Reader::default().parse(phrase).expect_err(phrase);
            assert_eq!((error.message.as_str(), error.at.clone()), (message, at), "{phrase}");
        }
    }
}
