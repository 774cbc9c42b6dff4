//! Detects answers to behavioural questions that describe theory instead of deeds.
//!
//! A deed is a verb in the past tense after "I" or "we". An answer is theory if the speaker says that they never did it,
//! or if it has no deed and says what one would or should do.

use crate::model::{Question, QuestionKind};
use crate::text::{Class, Document, Lexicon, Sentence};

/// Smallest number of words of an answer that can be theory.
const MIN_WORDS: usize = 30;
/// Greatest number of deeds in an answer whose speaker says that they never did it.
const MAX_DEEDS: usize = 2;
/// Smallest number of sentences about what one would do in an answer without deeds.
const MIN_HYPOTHETICAL: usize = 2;
/// Greatest number of words between the subject and its verb.
const VERB_REACH: usize = 3;

/// Whether the answer describes theory although `question` asks for deeds. `admits` is whether the speaker says that
/// they never did it.
pub(super) fn is_theory_only(question: &Question, document: &Document, lexicon: &Lexicon, admits: bool) -> bool {
    if question.kind != QuestionKind::Behavioural || document.tokens().len() < MIN_WORDS {
        return false;
    }
    let deeds: usize = document.sentences().iter().map(|sentence| deeds(document, lexicon, *sentence)).sum();
    if admits {
        return deeds <= MAX_DEEDS;
    }
    let hypothetical = document.sentences().iter().filter(|sentence| is_hypothetical(document, lexicon, **sentence));
    deeds == 0 && hypothetical.count() >= MIN_HYPOTHETICAL
}

/// Number of deeds in a sentence.
fn deeds(document: &Document, lexicon: &Lexicon, sentence: Sentence) -> usize {
    let tokens = &document.tokens()[sentence.range()];
    let word = |at: usize| tokens.get(at).map_or("", |token| lexicon.folded(token.word));
    let is_deed = |subject: usize| {
        let verb = (subject + 1..=subject + VERB_REACH).find(|&at| {
            tokens.get(at).is_some_and(|token| token.class().has(Class::PAST))
                || is_modal(word(at))
                || word(at) == "have"
        });
        verb.is_some_and(|at| !is_modal(word(at)) && word(at) != "have" && !tokens[at].negated)
    };
    (0..tokens.len()).filter(|&at| matches!(word(at), "i" | "we") && is_deed(at)).count()
}

fn is_hypothetical(document: &Document, lexicon: &Lexicon, sentence: Sentence) -> bool {
    document.tokens()[sentence.range()].iter().any(|token| {
        let word = lexicon.folded(token.word);
        is_modal(word) || matches!(word, "i'd" | "we'd" | "you'd" | "typically" | "generally" | "usually" | "ideally")
    })
}

fn is_modal(word: &str) -> bool {
    matches!(word, "would" | "should" | "could" | "might" | "may" | "must" | "can" | "will")
}
