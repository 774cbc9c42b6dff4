//! Gives tantivy the terms of an [`Analyzer`].

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::questions::{Analyzer, Term};

/// A tokenizer with the terms of an analyzer.
#[derive(Clone)]
pub(super) struct AnalyzerTokenizer(pub(super) Analyzer);

impl Tokenizer for AnalyzerTokenizer {
    type TokenStream<'a> = Terms;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms {
        Terms { terms: self.0.terms(text).into_iter(), token: Token::default() }
    }
}

/// The terms of one text.
pub(super) struct Terms {
    terms: std::vec::IntoIter<Term>,
    token: Token,
}

impl TokenStream for Terms {
    fn advance(&mut self) -> bool {
        let Some(term) = self.terms.next() else { return false };
        self.token.text = term.text;
        (self.token.offset_from, self.token.offset_to) = (term.start, term.end);
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
