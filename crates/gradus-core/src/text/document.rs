//! The words, sentences, quantities and spelled-out words of a text.
//!
//! A [`Document`] reuses its buffers for the next text.

use super::letters::{self, LetterRun};
use super::token::{Join, Sentence, Token};
use super::visible::VisibleText;
use super::{Class, Lexicon, Quantity, polarity, quantity, scan, spoken};
use crate::model::Span;

/// A text split into words and sentences.
#[derive(Debug, Clone, Default)]
pub struct Document {
    tokens: Vec<Token>,
    sentences: Vec<Sentence>,
    quantities: Vec<Quantity>,
    joins: Vec<Join>,
    letter_runs: Vec<LetterRun>,
}

impl Document {
    /// An empty document.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads `text` from byte `body` on. Reads nothing if `body` is not a character boundary. Ignores text beyond the
    /// first 4 GiB.
    pub fn read(&mut self, text: &str, body: usize, lexicon: &mut Lexicon) {
        self.tokens.clear();
        self.sentences.clear();
        self.quantities.clear();
        self.joins.clear();
        self.letter_runs.clear();
        let text = &text[..text.floor_char_boundary(u32::MAX as usize - 1)];
        if text.is_char_boundary(body) {
            let visible = VisibleText::of(text, body);
            let text = visible.as_ref().map_or(text, VisibleText::text);
            let seen = scan::scan(text, body, lexicon, &mut self.tokens, &mut self.sentences);
            if seen.has(Class::NEGATOR) {
                polarity::mark_negated(&mut self.tokens, &mut self.sentences, lexicon);
            }
            if seen.has(Class::NUMERIC) {
                quantity::find(text, &self.tokens, &self.sentences, lexicon, &mut self.quantities);
            }
            if seen.has(Class::NUMERIC) {
                spoken::join(&self.tokens, &self.sentences, lexicon, &mut self.joins);
            }
            if seen.has(Class::LETTER) {
                letters::find(&self.tokens, &self.sentences, lexicon, &mut self.letter_runs);
            }
            if let Some(visible) = visible {
                visible.restore(&mut self.tokens);
            }
        }
    }

    /// The words in order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The sentences in order. Every token is in exactly one of them.
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// The quantities, ordered by first token.
    pub fn quantities(&self) -> &[Quantity] {
        &self.quantities
    }

    /// The words that are spelled out over several tokens, ordered by first token.
    pub fn joins(&self) -> &[Join] {
        &self.joins
    }

    /// The runs of single letters, ordered by first token.
    pub fn letter_runs(&self) -> &[LetterRun] {
        &self.letter_runs
    }

    /// The byte range from the start of token `first` to the end of token `last`.
    pub fn span(&self, first: u32, last: u32) -> Span {
        Span { start: self.tokens[first as usize].start as usize, end: self.tokens[last as usize].end as usize }
    }

    /// Whether any token from `first` to `last` is a negator.
    pub fn has_negator(&self, first: u32, last: u32) -> bool {
        self.tokens[first as usize..=last as usize].iter().any(|token| token.class.has(Class::NEGATOR))
    }

    /// Whether any token from `first` to `last` is in the scope of a negation.
    pub fn is_negated(&self, first: u32, last: u32) -> bool {
        self.tokens[first as usize..=last as usize].iter().any(|token| token.negated)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::text) fn read(text: &str) -> (Document, Lexicon) {
        let (mut document, mut lexicon) = (Document::new(), Lexicon::new());
        document.read(text, 0, &mut lexicon);
        (document, lexicon)
    }

    fn sentences(text: &str) -> Vec<Vec<&str>> {
        let (document, _) = read(text);
        let word = |token: &Token| &text[token.start as usize..token.end as usize];
        document.sentences().iter().map(|s| document.tokens()[s.range()].iter().map(word).collect()).collect()
    }

    #[test]
    fn a_text_is_split_into_words_and_sentences() {
        assert_eq!(
            sentences("We're on-call, e.g. at night. It took 1,200.5 ms!"),
            [vec!["We're", "on", "call", "e", "g", "at", "night"], vec!["It", "took", "1,200.5", "ms"]]
        );
        assert_eq!(sentences("p95 fell 30% to $5k (v1.2.3)"), [vec!["p95", "fell", "30%", "to", "$5k", "v1.2.3"]]);
        assert_eq!(sentences("one line\nthe same\n\nanother"), [vec!["one", "line", "the", "same"], vec!["another"]]);
        assert_eq!(sentences("- first\n- second\n3. third"), [["first"], ["second"], ["third"]]);
        assert_eq!(sentences("Well… “Yes.” Right?No"), [vec!["Well"], vec!["Yes"], vec!["Right"], vec!["No"]]);
        assert_eq!(sentences("1) one 2) two (3) three"), [["one"], ["two"], ["three"]]);
        assert_eq!(sentences("Do this: 1. one 2. two"), [vec!["Do", "this"], vec!["one"], vec!["two"]]);
        assert_eq!(
            sentences("in step 4) or option 1. Then"),
            [vec!["in", "step", "4", "or", "option", "1"], vec!["Then"]]
        );
        assert_eq!(sentences("| a | b |\n|---|---|\n| c | d |\ne"), [vec!["a", "b"], vec!["c", "d", "e"]]);
        assert_eq!(sentences("a\tb\nc\td • e • f"), [vec!["a", "b"], vec!["c", "d"], vec!["e"], vec!["f"]]);
        assert_eq!(sentences("feature_flag CI/CD"), [["feature", "flag", "CI", "CD"]]);
    }

    #[test]
    fn every_token_of_an_unusual_text_has_a_valid_span() {
        for text in [
            "",
            "\u{feff}",
            "👩‍👩‍👧 ok",
            "nai\u{308}ve résumé",
            "\u{0}\u{0}a\u{0}",
            "ａ。ｂ",
            "\r\n\r\n",
            "'",
            "$",
            "1.",
            "½ x",
            "a\u{200b}b",
        ] {
            let (document, _) = read(text);
            for token in document.tokens() {
                assert!(
                    text.get(token.start as usize..token.end as usize).is_some_and(|word| !word.is_empty()),
                    "{text:?}"
                );
            }
            let covered: u32 = document.sentences().iter().map(|sentence| sentence.len()).sum();
            assert_eq!(covered as usize, document.tokens().len(), "{text:?}");
        }
    }

    #[test]
    fn a_run_without_punctuation_is_cut_at_a_connective() {
        let text = "word ".repeat(45) + "and then " + &"more ".repeat(100);
        let lengths: Vec<usize> = sentences(&text).iter().map(Vec::len).collect();
        assert_eq!(lengths, [45, 80, 22]);
    }
}
