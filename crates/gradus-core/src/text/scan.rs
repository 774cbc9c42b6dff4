//! Splits a text into words and sentences in one pass over its bytes.
//!
//! A word is a run of letters, digits and combining marks, with apostrophes inside; a number keeps its decimals,
//! currency and unit. A sentence ends at a full stop (unless that belongs to an abbreviation), a blank line, a list item
//! or a short line. A long run without any of these ends at a connective.

use super::fold::is_apostrophe;
use super::token::{Sentence, Separator, Token};
use super::{Class, Lexicon, WordId};
use unicode_normalization::char::is_combining_mark;

/// Smallest number of tokens in a sentence that ends before a connective.
const LONG_SENTENCE: usize = 40;

/// A line with fewer bytes may be a note of its own.
const NOTE_BYTES: usize = 56;
/// Smallest number of words in a note.
const NOTE_WORDS: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    Other,
    Letter,
    Digit,
    Newline,
    Stop,
    Comma,
    Break,
    Dash,
    Currency,
    NonAscii,
}

const BYTES: [Byte; 256] = {
    let mut table = [Byte::Other; 256];
    let mut at = 0;
    while at < 256 {
        table[at] = match at as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => Byte::Letter,
            b'0'..=b'9' => Byte::Digit,
            b'\n' => Byte::Newline,
            b'.' | b'!' | b'?' => Byte::Stop,
            b',' => Byte::Comma,
            b';' | b':' | b'(' | b')' | b'[' | b']' => Byte::Break,
            b'-' => Byte::Dash,
            b'$' => Byte::Currency,
            0x80.. => Byte::NonAscii,
            _ => Byte::Other,
        };
        at += 1;
    }
    table
};

/// Reads `text` from byte `body` on, adds its tokens and sentences, and returns the union of the classes of all words.
/// The text must be shorter than 4 GiB and must not contain invisible characters.
pub(super) fn scan(
    text: &str,
    body: usize,
    lexicon: &mut Lexicon,
    tokens: &mut Vec<Token>,
    sentences: &mut Vec<Sentence>,
) -> Class {
    let mut scanner = Scanner {
        body,
        text,
        at: body,
        lexicon,
        tokens,
        sentences,
        separator: Separator::Space,
        first: 0,
        function_words: 0,
        relations: 0,
        is_row: is_table_row(text.get(body..).unwrap_or_default().as_bytes()),
        item: 0,
        seen: Class::NONE,
    };
    scanner.skip_list_marker();
    scanner.run();
    scanner.seen
}

struct Scanner<'a> {
    text: &'a str,
    /// Start of the text to read; bytes before it are never considered.
    body: usize,
    at: usize,
    lexicon: &'a mut Lexicon,
    tokens: &'a mut Vec<Token>,
    sentences: &'a mut Vec<Sentence>,
    separator: Separator,
    first: usize,
    function_words: u32,
    relations: u32,
    /// Whether the current line is a row of a table.
    is_row: bool,
    /// Number of the last list item; 0 outside a list.
    item: u32,
    seen: Class,
}

impl Scanner<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match BYTES[usize::from(byte)] {
                Byte::Letter => self.word(self.at, self.at),
                Byte::Digit if self.skip_item_marker() => {}
                Byte::Digit => self.number(self.at, self.at),
                Byte::Other => {
                    self.relations += u32::from(matches!(byte, b'=' | b'<' | b'>'));
                    self.at += 1;
                }
                Byte::Newline => self.newline(),
                Byte::Stop => self.stop(),
                Byte::Comma => self.pause(Separator::Comma),
                Byte::Break => {
                    self.relations += u32::from(byte == b':');
                    self.pause(Separator::Break);
                }
                Byte::Dash => self.dash(),
                Byte::Currency => self.currency(self.at + 1),
                Byte::NonAscii => self.non_ascii(),
            }
        }
        self.end_sentence();
    }

    fn byte(&self, at: usize) -> Byte {
        self.text.as_bytes().get(at).map_or(Byte::Other, |&byte| BYTES[usize::from(byte)])
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }

    fn pause(&mut self, separator: Separator) {
        self.separator = self.separator.max(separator);
        self.at += 1;
    }

    /// The end of the word that continues at `at`.
    fn word_end(&self, mut at: usize) -> usize {
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            at += rest.iter().position(|&byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
            match self.byte(at) {
                Byte::NonAscii => match self.char_at(at) {
                    Some(c) if is_word_char(c) => at += c.len_utf8(),
                    Some(c) if is_apostrophe(c) && self.byte(at + c.len_utf8()) == Byte::Letter => at += c.len_utf8(),
                    _ => return at,
                },
                Byte::Other if bytes.get(at) == Some(&b'\'') && self.byte(at + 1) == Byte::Letter => at += 1,
                Byte::Stop
                    if bytes[at] == b'.' && self.byte(at - 1) == Byte::Digit && self.byte(at + 1) == Byte::Digit =>
                {
                    at += 1;
                }
                _ => return at,
            }
        }
    }

    fn word(&mut self, start: usize, at: usize) {
        let end = self.word_end(at);
        self.push(start, end);
    }

    /// Adds the number that continues at `at`; `start` is earlier if there is a currency sign.
    fn number(&mut self, start: usize, mut at: usize) {
        let bytes = self.text.as_bytes();
        loop {
            let goes_on = match self.byte(at) {
                Byte::Digit => true,
                Byte::Comma => (1..=3).all(|ahead| self.byte(at + ahead) == Byte::Digit),
                Byte::Stop => bytes[at] == b'.' && self.byte(at + 1) == Byte::Digit,
                _ => false,
            };
            if !goes_on {
                break;
            }
            at += 1;
        }
        let mut end = self.word_end(at);
        if bytes.get(end) == Some(&b'%') {
            end += 1;
        }
        self.push(start, end);
    }

    fn currency(&mut self, after: usize) {
        if self.byte(after) == Byte::Digit {
            self.number(self.at, after);
        } else {
            self.at = after;
        }
    }

    fn push(&mut self, start: usize, end: usize) {
        let word = self.lexicon.intern_in(self.text, start..end);
        let class = if word == WordId::LONG { Class::NONE } else { self.lexicon.class(word) };
        // because transcripts may have no punctuation: every sentence must end, so that all positions fit into a byte
        let length = self.tokens.len() - self.first;
        if length >= LONG_SENTENCE && (class.has(Class::CONNECTIVE) || length >= Sentence::LONGEST as usize) {
            self.end_sentence();
        }
        self.seen = self.seen.and(class);
        self.function_words += u32::from(class.has(Class::FUNCTION) && !class.has(Class::COORDINATOR));
        self.relations += u32::from(class.has(Class::NUMERIC));
        let separator = std::mem::take(&mut self.separator);
        self.tokens.push(Token { start: start as u32, end: end as u32, word, class, separator, negated: false });
        self.at = end;
    }

    fn end_sentence(&mut self) {
        let end = self.tokens.len();
        if end > self.first {
            let (first, end) = (self.first as u32, end as u32);
            let function_words = self.function_words;
            // because the signs and figures of a table connect nothing
            let relations = if self.is_row { 0 } else { self.relations };
            self.sentences.push(Sentence { first, end, function_words, relations, negated: false });
        }
        self.first = end;
        self.function_words = 0;
        self.relations = 0;
        self.separator = Separator::Space;
    }

    fn newline(&mut self) {
        let ends_note = self.is_note(self.at);
        self.at += 1;
        let rest = &self.text.as_bytes()[self.at..];
        let first = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        let is_blank = first.is_some_and(|at| rest[at] == b'\n');
        let is_row = !is_blank && is_table_row(rest);
        let has_marker = !is_blank && self.skip_list_marker();
        if is_blank || is_row || ends_note || has_marker {
            self.end_sentence();
        }
        self.is_row = is_row;
    }

    /// Whether the line that ends at byte `end` is a note of its own: a short line that stops neither at a comma nor at a
    /// word that needs another one. Lines of text that was broken at a fixed width are longer.
    fn is_note(&self, end: usize) -> bool {
        let line = &self.text.as_bytes()[self.body..end];
        let line =
            &line[line.iter().rev().take(NOTE_BYTES).position(|byte| *byte == b'\n').map_or(0, |at| line.len() - at)..];
        let start = end - line.len();
        let mut words = self.tokens.iter().rev().take_while(|token| token.start as usize >= start);
        let is_open = self.separator == Separator::Comma
            || words.next().is_none_or(|last| last.class().has(Class::FUNCTION))
            || words.take(NOTE_WORDS - 1).count() < NOTE_WORDS - 1;
        line.len() < NOTE_BYTES && !is_open
    }

    /// Skips the number of a list item inside a line, as in "1) one 2) two", and ends the sentence before it. Items
    /// must count up from 1. A number with a full stop starts a list only at the start of a sentence or clause.
    fn skip_item_marker(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        let rest = &bytes[self.at..];
        let digits = rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        let (Some(mark @ (b')' | b'.')), Some(b' ' | b'\t')) = (rest.get(digits), rest.get(digits + 1)) else {
            return false;
        };
        let is_separate =
            bytes[self.body..self.at].last().is_none_or(|before| matches!(before, b' ' | b'\t' | b'\n' | b'('));
        let number = rest[..digits].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
        let starts_list = *mark == b')' || self.tokens.len() == self.first || self.separator == Separator::Break;
        if !is_separate || number != self.item + 1 || (number == 1 && !starts_list) {
            return false;
        }
        self.item = number;
        self.at += digits + 1;
        self.end_sentence();
        true
    }

    /// Skips the marker of a list item or heading at the start of a line.
    fn skip_list_marker(&mut self) -> bool {
        let rest = self.text[self.at..].trim_start_matches([' ', '\t']);
        let mark = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let length = match rest.as_bytes().get(mark) {
            Some(b'.' | b')') if (1..=3).contains(&mark) => mark + 1,
            Some(b'-' | b'*' | b'+' | b'#') if mark == 0 => rest.find(|c| c != '#').unwrap_or(1).max(1),
            _ if rest.starts_with(['•', '‣', '–']) => rest.chars().next().map_or(0, char::len_utf8),
            _ => return false,
        };
        let is_marker = rest[length..].starts_with([' ', '\t']);
        if is_marker {
            self.item = rest[..mark].parse().unwrap_or(0);
            self.at = self.text.len() - rest.len() + length;
        }
        is_marker
    }

    fn stop(&mut self) {
        let bytes = self.text.as_bytes();
        let start = self.at;
        while self.byte(self.at) == Byte::Stop {
            self.at += 1;
        }
        let plain_dot = self.at == start + 1 && bytes[start] == b'.';
        if !plain_dot || !self.is_abbreviation_dot(start) {
            self.end_sentence();
        }
    }

    /// Whether the full stop at `at` is part of an abbreviation, a file name or similar.
    fn is_abbreviation_dot(&self, at: usize) -> bool {
        if matches!(self.byte(at + 1), Byte::Letter | Byte::Digit) {
            return true;
        }
        let Some(last) = self.tokens.last().filter(|token| token.end as usize == at) else {
            return false;
        };
        let start = last.start as usize;
        let dotted = last.class.has(Class::LETTER) && start > self.body && self.byte(start - 1) == Byte::Stop;
        let next = self.text[at + 1..].trim_start().chars().next();
        dotted
            || match &self.text[last.start as usize..at] {
                "vs" | "approx" | "incl" | "resp" | "Mr" | "Ms" | "Dr" | "No" | "fig" => next.is_some(),
                "etc" => next.is_some_and(char::is_lowercase),
                _ => false,
            }
    }

    fn dash(&mut self) {
        let before = self.text.as_bytes()[self.body..self.at].last();
        let joins = before.is_some_and(|byte| !byte.is_ascii_whitespace() && *byte != b'-');
        let next = self.text.as_bytes().get(self.at + 1).is_some_and(|byte| !byte.is_ascii_whitespace());
        let single = joins && next && self.byte(self.at + 1) != Byte::Dash;
        self.pause(if single { Separator::Hyphen } else { Separator::Break });
    }

    fn non_ascii(&mut self) {
        let Some(c) = self.char_at(self.at) else {
            self.at = self.text.len();
            return;
        };
        match c {
            _ if is_word_char(c) => return self.word(self.at, self.at + c.len_utf8()),
            '€' | '£' => return self.currency(self.at + c.len_utf8()),
            '→' | '⇒' | '≤' | '≥' | '≈' => self.relations += 1,
            '\u{2010}' | '\u{2011}' => self.separator = self.separator.max(Separator::Hyphen),
            '\u{2012}'..='\u{2015}' | '，' | '、' => self.separator = self.separator.max(Separator::Break),
            '…' | '。' | '．' | '！' | '？' | '•' | '‣' => self.end_sentence(),
            _ => {}
        }
        self.at += c.len_utf8();
    }
}

/// Whether the first line of `rest` is a table row, with a tab or a bar between cells.
fn is_table_row(rest: &[u8]) -> bool {
    let line = rest.trim_ascii_start();
    memchr::memchr3(b'\n', b'\t', b'|', line).is_some_and(|at| line[at] != b'\n')
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}
