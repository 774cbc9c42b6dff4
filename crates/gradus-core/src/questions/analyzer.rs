//! Cuts texts into index terms: stems without function words, and one term for all members of a synonym group.

use std::sync::{Arc, Mutex, PoisonError};

use crate::text::{Class, Document, Lexicon, Synonyms};

/// Cuts texts into terms. Clones share their buffers.
#[derive(Clone)]
pub struct Analyzer {
    synonyms: Arc<Synonyms>,
    scratch: Arc<Mutex<Scratch>>,
}

#[derive(Default)]
struct Scratch {
    document: Document,
    lexicon: Lexicon,
}

/// A term and the bytes of the text that it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The stem, or `=` and the number of a synonym group.
    pub text: String,
    /// Byte offset of its first word.
    pub start: usize,
    /// Byte offset after its last word.
    pub end: usize,
}

impl Analyzer {
    /// An analyzer with the synonyms of a bank.
    pub fn new(synonyms: Arc<Synonyms>) -> Self {
        Self { synonyms, scratch: Arc::default() }
    }

    /// The terms of `text`: in the order of their first words, then those of spelled letters and joined words.
    pub fn terms(&self, text: &str) -> Vec<Term> {
        let mut scratch = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let Scratch { document, lexicon } = &mut *scratch;
        lexicon.trim();
        document.read(text, 0, lexicon);
        let tokens = document.tokens();
        let mut terms = Vec::with_capacity(tokens.len());
        let stem = |at: usize| lexicon.stem(tokens[at].word);
        for (at, token) in tokens.iter().enumerate() {
            let place = |last: usize| (token.start as usize, tokens[last].end as usize);
            let mut push = |text: String, (start, end): (usize, usize)| terms.push(Term { text, start, end });
            let members = self.synonyms.starting_with(stem(at)).iter();
            let fits = |stems: &[String]| {
                at + stems.len() <= tokens.len() && stems.iter().enumerate().all(|(ahead, of)| of == stem(at + ahead))
            };
            let member = members.into_iter().find(|member| fits(&member.stems));
            if let Some(member) = member {
                push(format!("={}", member.group), place(at + member.stems.len() - 1));
            }
            let alone = member.is_some_and(|member| member.stems.len() == 1);
            if !alone && !token.class().has(Class::FUNCTION) && !stem(at).is_empty() {
                push(stem(at).to_owned(), place(at));
            }
        }
        let group = |word: &str| {
            let mut members = self.synonyms.starting_with(word).iter();
            members.find(|member| member.stems == [word]).map(|member| format!("={}", member.group))
        };
        for (first, last, spelling) in document.letter_runs().iter().flat_map(|run| run.spellings()) {
            if let Some(text) = group(spelling.as_str()) {
                let span = document.span(first, last);
                terms.push(Term { text, start: span.start, end: span.end });
            }
        }
        for join in document.joins() {
            let word = lexicon.stem(join.word);
            let span = document.span(join.first, join.last);
            if let Some(text) = group(word) {
                terms.push(Term { text, start: span.start, end: span.end });
            } else if join.first != join.last && word.bytes().any(|byte| byte.is_ascii_digit()) {
                terms.push(Term { text: word.to_owned(), start: span.start, end: span.end });
            }
        }
        terms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        let synonyms =
            Synonyms::new(&[vec!["k8s", "kubernetes"], vec!["mttr", "mean time to recovery"]]).expect("valid");
        Analyzer::new(Arc::new(synonyms)).terms(text).into_iter().map(|term| term.text).collect()
    }

    #[test]
    fn texts_that_mean_the_same_share_terms() {
        assert_eq!(terms("the k8s rollbacks"), terms("Kubernetes, a rollback"));
        assert_eq!(terms("MTTR"), ["=1"]);
        assert_eq!(terms("M T T R"), ["m", "t", "t", "r", "=1"]);
        assert_eq!(terms("mean time to recovery"), ["=1", "mean", "time", "recoveri"]);
        assert_eq!(terms("p ninety five"), ["p", "nineti", "five", "p95", "95"]);
        assert!(terms("it was the").is_empty());
    }
}
