//! Reads one answer for learning: its short phrases, whether the rubric covers them, and its credits.
//!
//! Takes the text and a scorer of the rubric; leaves the comparison of answers to `candidates`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::bank::encode::escaped_word;
use crate::model::{Answer, Explanation, Question, Span};
use crate::pattern::Reader;
use crate::score::{Scorer, Workspace};
use crate::text::{Class, Token};

/// Maximum number of words of a phrase.
const LONGEST: usize = 3;

/// An answer that was read and graded. Empty for an answer that is held out.
#[derive(Default)]
pub(super) struct ReadAnswer {
    /// Phrases by the stems of their words, with spaces between.
    pub(super) phrases: BTreeMap<String, Occurrence>,
    /// Results by criterion.
    pub(super) results: Vec<CriterionResult>,
}

/// The first occurrence of a phrase in an answer.
pub(super) struct Occurrence {
    /// The phrase in the phrase language.
    pub(super) written: String,
    /// Byte range of the sentence in the answer.
    pub(super) sentence: Range<usize>,
    /// Byte range of the phrase in the answer.
    pub(super) words: Range<usize>,
    /// Whether a match of the rubric overlaps the phrase at any of its places in the answer.
    pub(super) is_covered: bool,
}

/// The result of an answer for one criterion of the current rubric.
pub(super) struct CriterionResult {
    /// Credit in thousandths.
    pub(super) credit: u32,
    /// Indices of the concepts that the answer does not contain.
    pub(super) missing: BTreeSet<usize>,
    /// Index of the reference that fits best, from 0; 0 for a criterion without references.
    pub(super) reference: usize,
}

/// The stems of all words of a prompt.
pub(super) fn stems(text: &str, reader: &mut Reader) -> BTreeSet<String> {
    let Reader { document, lexicon } = reader;
    lexicon.trim();
    document.read(text, 0, lexicon);
    document.tokens().iter().map(|token| lexicon.stem(token.word).to_owned()).collect()
}

/// Reads an answer. Phrases that only repeat words of the question, whose stems are `asked`, are left out.
pub(super) fn read_answer(
    text: &str,
    asked: &BTreeSet<String>,
    scorer: &Scorer,
    workspace: &mut Workspace,
    reader: &mut Reader,
) -> ReadAnswer {
    let answer = Answer::new("", text);
    let matches = scorer.explain(&answer, workspace).into_iter().flat_map(|phrase| phrase.matches);
    let mut covered: Vec<Span> = matches.map(|found| found.span).collect();
    covered.sort_unstable();
    ReadAnswer { phrases: phrases(text, asked, &covered, reader), results: results(scorer, &answer, workspace) }
}

fn results(scorer: &Scorer, answer: &Answer<'_>, workspace: &mut Workspace) -> Vec<CriterionResult> {
    let Question { criteria, .. } = scorer.question();
    let grade = scorer.grade(answer, workspace);
    let graded = |number: usize| grade.criteria.get(number);
    let result = |(number, criterion): (usize, &crate::model::Criterion)| {
        // An answer without words has no credits, so it misses every concept.
        let is_missing =
            |id: &str| graded(number).is_none_or(|grade| grade.missing.iter().any(|missing| missing == id));
        let concepts = criterion.concepts.iter().enumerate();
        CriterionResult {
            credit: graded(number).map_or(0, |grade| grade.credit.0),
            missing: concepts.filter(|(_, concept)| is_missing(&concept.id)).map(|(number, _)| number).collect(),
            reference: match graded(number).map(|grade| &grade.why) {
                Some(Explanation::Coverage { reference, .. }) => (*reference as usize).saturating_sub(1),
                _ => 0,
            },
        }
    };
    criteria.iter().enumerate().map(result).collect()
}

fn phrases(
    text: &str,
    asked: &BTreeSet<String>,
    covered: &[Span],
    reader: &mut Reader,
) -> BTreeMap<String, Occurrence> {
    let Reader { document, lexicon } = reader;
    lexicon.trim();
    document.read(text, 0, lexicon);
    let flags = covered_tokens(document.tokens(), covered);
    let mut phrases: BTreeMap<String, Occurrence> = BTreeMap::new();
    for sentence in document.sentences() {
        let (tokens, flags) = (&document.tokens()[sentence.range()], &flags[sentence.range()]);
        let whole = document.span(sentence.first, sentence.end - 1);
        for first in 0..tokens.len() {
            for (words, flags) in (1..=LONGEST)
                .filter_map(|count| Some((tokens.get(first..first + count)?, flags.get(first..first + count)?)))
            {
                let is_too_long = |token: &Token| lexicon.folded(token.word).is_empty();
                let is_asked = |token: &Token| asked.contains(lexicon.stem(token.word));
                if !is_phrase(words) || words.iter().any(is_too_long) || words.iter().filter(is_content).all(is_asked) {
                    continue;
                }
                let join = |of: &dyn Fn(&Token) -> String| words.iter().map(of).collect::<Vec<_>>().join(" ");
                let found = Occurrence {
                    written: join(&|token| escaped_word(lexicon.folded(token.word))),
                    sentence: whole.start..whole.end,
                    words: words[0].start as usize..words[words.len() - 1].end as usize,
                    is_covered: flags.contains(&true),
                };
                add(&mut phrases, join(&|token| lexicon.stem(token.word).to_owned()), found);
            }
        }
    }
    phrases
}

/// For each token, whether a span overlaps it. Spans must be sorted by their starts.
fn covered_tokens(tokens: &[Token], spans: &[Span]) -> Vec<bool> {
    let (mut spans, mut furthest) = (spans.iter().peekable(), 0);
    let is_covered = |token: &Token| {
        while let Some(span) = spans.next_if(|span| span.start < token.end as usize) {
            furthest = furthest.max(span.end);
        }
        (token.start as usize) < furthest
    };
    tokens.iter().map(is_covered).collect()
}

/// Adds an occurrence. A phrase that is covered once counts as covered, because the scorer reports only the first of
/// several matches in a sentence.
fn add(phrases: &mut BTreeMap<String, Occurrence>, stems: String, found: Occurrence) {
    match phrases.get_mut(&stems) {
        None => {
            phrases.insert(stems, found);
        }
        Some(known) => known.is_covered |= found.is_covered,
    }
}

/// Whether the words can be a phrase: adjacent, not negated, with content words at both ends, and not only numbers.
fn is_phrase(words: &[Token]) -> bool {
    let (Some((first, others)), Some(last)) = (words.split_first(), words.last()) else { return false };
    let is_negated = |token: &Token| token.negated || token.class().has(Class::NEGATOR);
    let has_meaning_alone = |token: &Token| !token.class().has(Class::NUMERIC.and(Class::LETTER));
    is_content(&first)
        && is_content(&last)
        && (!others.is_empty() || has_meaning_alone(first))
        && words.iter().any(has_meaning_alone)
        && others.iter().all(Token::follows_closely)
        && !words.iter().any(is_negated)
}

/// Whether a word is not a function word.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "a filter over references")]
fn is_content(token: &&Token) -> bool {
    !token.class().has(Class::FUNCTION)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, asked: &str, covered: &[Range<usize>]) -> BTreeMap<String, Occurrence> {
        let mut reader = Reader::default();
        let asked = stems(asked, &mut reader);
        let covered: Vec<Span> = covered.iter().map(|range| Span { start: range.start, end: range.end }).collect();
        phrases(text, &asked, &covered, &mut reader)
    }

    fn found(text: &str, asked: &str) -> Vec<String> {
        read(text, asked, &[]).into_values().map(|occurrence| occurrence.written).collect()
    }

    #[test]
    fn phrases_are_adjacent_words_with_content_at_both_ends() {
        assert_eq!(found("The breaker opens.", ""), ["breaker", "breaker opens", "opens"]);
        assert_eq!(found("the rate of change", ""), ["change", "rate", "rate of change"]);
        assert_eq!(found("Breaker. Opens", ""), ["breaker", "opens"]);
        assert_eq!(found("breaker, opens", ""), ["breaker", "opens"]);
    }

    #[test]
    fn a_phrase_may_contain_a_number_but_not_only_numbers() {
        assert_eq!(found("after 30 seconds", ""), ["30 seconds", "seconds"]);
        assert_eq!(found("30 40", ""), [""; 0]);
    }

    #[test]
    fn negated_words_and_words_of_the_question_are_not_phrases() {
        assert_eq!(found("We never saw the breaker.", ""), [""; 0]);
        assert_eq!(found("The breaker opens.", "When do breakers open?"), [""; 0]);
        assert_eq!(found("The breaker trips.", "When do breakers open?"), ["breaker trips", "trips"]);
    }

    #[test]
    fn a_phrase_that_the_rubric_finds_once_is_covered_everywhere() {
        let read = read("Breaker and breaker trips.", "", std::slice::from_ref(&(0..7)));
        assert!(read["breaker"].is_covered);
        assert!(!read["trip"].is_covered && !read["breaker trip"].is_covered);
    }

    #[test]
    fn signs_of_the_phrase_language_are_escaped() {
        let written = found("spend $5 now on a*b", "");
        assert!(written.iter().all(|phrase| !phrase.contains('*') || phrase.contains("\\*")), "{written:?}");
    }
}
