//! Chooses the words of the answer that are quoted as evidence of a hit.
//!
//! A quote contains the hit, is extended to whole phrases of the same clause, and has at most twelve words, so that a
//! reader understands it alone. Of a longer hit only its longest part is quoted.

use crate::pattern::Hit;
use crate::text::{Class, Document, Token};

/// Greatest number of words in a quote.
const MAX_WORDS: u32 = 12;

/// The first and last token of the quote for a hit.
pub(super) fn quote(hit: &Hit, document: &Document) -> (u32, u32) {
    let (first, last) = if hit.words() <= MAX_WORDS { (hit.first, hit.last) } else { hit.core };
    let last = last.min(first + MAX_WORDS - 1);
    let sentence = document.sentences()[hit.sentence as usize];
    let tokens = document.tokens();
    let mut quote = Quote { tokens, hit: (first, last), first, last };
    let bounds = (clause_start(tokens, first, sentence.first), clause_end(tokens, last, sentence.end));
    quote.extend(bounds);
    quote.trim();
    (quote.first, quote.last)
}

/// The first token of the clause that contains token `at`.
fn clause_start(tokens: &[Token], at: u32, sentence_start: u32) -> u32 {
    let starts = |token: &Token| !token.follows_closely() || token.class().has(Class::RELEASE);
    (sentence_start..=at).rev().find(|&at| starts(&tokens[at as usize])).unwrap_or(sentence_start)
}

/// The last token of the clause that contains token `at`.
fn clause_end(tokens: &[Token], at: u32, sentence_end: u32) -> u32 {
    let ends = |token: &Token| !token.follows_closely() || token.class().has(Class::RELEASE);
    (at + 1..sentence_end).find(|&at| ends(&tokens[at as usize])).unwrap_or(sentence_end) - 1
}

struct Quote<'t> {
    tokens: &'t [Token],
    /// First and last token of the hit, which are always quoted.
    hit: (u32, u32),
    first: u32,
    last: u32,
}

impl Quote<'_> {
    fn words(&self) -> u32 {
        self.last - self.first + 1
    }

    fn is_function_word(&self, at: u32) -> bool {
        self.tokens[at as usize].class().has(Class::FUNCTION)
    }

    /// Extends the quote to the whole clause if that is short enough, and otherwise to whole phrases: to the right to the
    /// end of the phrase, to the left to the start of the phrase with its subject.
    fn extend(&mut self, (start, end): (u32, u32)) {
        if end - start < MAX_WORDS {
            (self.first, self.last) = (start, end);
            return;
        }
        while self.last < end && self.words() < MAX_WORDS {
            let ends_phrase = !self.is_function_word(self.last) && self.is_function_word(self.last + 1);
            if ends_phrase && self.last > self.hit.1 {
                break;
            }
            self.last += 1;
        }
        let mut seen_content = false;
        while self.first > start && self.words() < MAX_WORDS {
            let before = self.tokens[self.first as usize - 1].class();
            if seen_content && before.has(Class::FUNCTION) && !before.has(Class::SUBJECT) {
                break;
            }
            seen_content |= !before.has(Class::FUNCTION);
            self.first -= 1;
            if before.has(Class::SUBJECT) {
                break;
            }
        }
    }

    /// Removes connectives from the start, and function words from the end, as far as they are not part of the hit.
    fn trim(&mut self) {
        let connects = |token: &Token| token.class().has(Class::CONNECTIVE.and(Class::COORDINATOR));
        while self.first < self.hit.0 && connects(&self.tokens[self.first as usize]) {
            self.first += 1;
        }
        while self.last > self.hit.1 && self.is_function_word(self.last) {
            self.last -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Ideas;
    use crate::pattern::{Compiler, Reader, Scratch};
    use crate::text::{KnownWords, Lexicon, Synonyms};

    fn quoted(phrase: &str, text: &str) -> String {
        let (synonyms, ideas) = (Synonyms::default(), Ideas::default());
        let mut reader = Reader::default();
        let mut compiler = Compiler::new(&synonyms, &ideas, &mut reader);
        compiler.add(phrase).expect("valid");
        let matcher = compiler.finish(&KnownWords::default()).expect("small");
        let (mut document, mut lexicon, mut hits) = (Document::new(), Lexicon::new(), Vec::new());
        document.read(text, 0, &mut lexicon);
        matcher.find_hits(&document, &mut lexicon, &mut Scratch::new(), &mut hits);
        let (first, last) = quote(&hits[0], &document);
        document.span(first, last).of(text).to_owned()
    }

    #[test]
    fn a_quote_is_a_whole_clause_or_whole_phrases_of_at_most_twelve_words() {
        for (phrase, text, expected) in [
            ("roll back", "First, and that was hard, we rolled the release back.", "we rolled the release back"),
            ("canary", "So a canary comes first, then the rest.", "a canary comes first"),
            (
                "roll back",
                "When the payment system stopped working on a Friday I rolled back the new release within four minutes of the page",
                "I rolled back the new release",
            ),
            (
                "alert &* owner",
                "Every alert one two three four five six seven eight nine ten eleven has an owner",
                "alert one two three four five six seven eight nine ten eleven",
            ),
        ] {
            assert_eq!(quoted(phrase, text), expected, "{phrase}");
            assert!(quoted(phrase, text).split_whitespace().count() <= MAX_WORDS as usize);
        }
    }
}
