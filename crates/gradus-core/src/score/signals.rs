//! Finds phrases that do not depend on the question: filler words, parts of a story, instructions to the grader.
//!
//! Takes the hits of built-in phrases. Instructions that are hidden or encoded are decoded by [`super::injection`],
//! which calls back with the plain text.

use std::sync::LazyLock;

use super::injection::{FOREIGN_ORDERS, GRADING_TALK, GRADING_WORDS, OBSCURED_WORDS, ORDERS};
use crate::model::Ideas;
use crate::model::StarPart;
use crate::pattern::{Compiler, Hit, Matcher, Reader};
use crate::text::{Document, KnownWords, Synonyms};

/// The meaning of a signal phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    Filler,
    Situation,
    Task,
    Action,
    Result,
    ToGrader,
    /// The speaker has never done what they describe.
    Theory,
    /// Words of [`Signal::ToGrader`] phrases, reversed or in ROT13.
    Obscured,
    /// A word about grading.
    Grading,
}

/// Parts of a story, in their usual order.
pub(super) const STORY_PARTS: [&str; 4] = ["situation", "task", "action", "result"];
const STORY: [Signal; 4] = [Signal::Situation, Signal::Task, Signal::Action, Signal::Result];

const PHRASES: &[(Signal, &[&str])] = &[
    (
        Signal::Filler,
        &[
            "um|uh|er|erm|hmm|umm|uhh",
            "\"you know\"",
            "\"I mean\"",
            "\"sort of\"",
            "\"kind of\"",
            "basically",
            "\"like I said\"",
        ],
    ),
    (
        Signal::Theory,
        &[
            "I|we never led|run|ran|done|did|had|managed|owned|handled|faced|made|built|used|worked|dealt|experienced",
            "I|we|ive|weve have|had never|not led|run|done|had|managed|owned|handled|faced|made|built|used|worked|dealt",
            "I|we haven't|hadn't led|run|done|had|managed|owned|handled|faced|made|built|used|worked|dealt|been",
            "never personally|myself|actually led|run|done|had|managed|owned|handled|faced|made|used|dealt",
            "no|any|without|lack personal|practical|first-hand|hands-on|direct|real experience",
            "only|just read|heard|know|studied about|of|it from|in theory|books|talks|articles",
        ],
    ),
    (
        Signal::Situation,
        &[
            "\"at my\" previous|last|former|old|current",
            "when|while I was|work|join",
            "\"last year|month|summer|winter|spring|autumn\"",
            "\"at the time\"",
            "<duration> ago",
            "\"the situation\"",
            "we had a|an outage|incident|problem|failure",
            "I worked at|for",
        ],
    ),
    (
        Signal::Task,
        &[
            "my job|task|role|responsibility was",
            "I was responsible|asked|tasked|accountable",
            "I had to",
            "we needed to",
            "\"the goal\"",
            "I was on-call",
            "I owned|own",
        ],
    ),
    (
        Signal::Action,
        &[
            "I|we decided|built|wrote|led|started|rolled|moved|added|changed|introduced|set|ran|took|wrote|replaced|split|called",
            "\"the first thing\"",
            "first I|we",
            "then I|we",
        ],
    ),
    (
        Signal::Result,
        &[
            "\"as a result\"",
            "\"in the end\"",
            "since then",
            "went|dropped|fell|rose|improved|cut|reduced from|to|by <number>",
            "\"the result\"",
            "\"the outcome\"",
            "we have not|never had",
            "it|this|that saved|reduced|halved|doubled",
        ],
    ),
    (
        Signal::ToGrader,
        &[
            "ignore|disregard|forget|override all|any|the|your|previous|prior|above|earlier instruction|rubric|rule|prompt|criteria|criterion",
            "give|award|assign|grant|grade me|full|maximum|maximal|top|highest|perfect|100 mark|score|point|grade|credit",
            "give|award|assign|grant this|my answer|response|submission|paper & mark|score|point|grade|credit",
            "\"full marks\"",
            "get|want|need|deserve|deserves|earn|earns|merits|record|enter|report|return perfect|maximum|highest|top score",
            "score perfect|maximum|100",
            "ignore|reveal|print|show|override|repeat|your|hidden \"system prompt\"",
            "follow|obey|your|these|following \"new instructions\"",
            "you are|act|now a|an|the|as grader|judge|evaluator|assistant|examiner|ai|model|llm|professor",
            "dear|to the|as the grader|examiner|evaluator",
            "\"as an ai\"",
            "mark|score|grade|rate this|my|the answer|response|submission as|strong|correct|full|highly|generously|kindly",
            "all criteria|criterion are|is met|fulfilled|satisfied",
            "criterion|criteria & credit|verdict & full|met|1.0",
            "please|kindly pass|accept my|me|this answer|response",
            "dear|hello|hi grader|examiner|evaluator|assessor|marker|judge",
            "assume I mention|cover|say|include|know everything|all|every",
            "assume we mention|cover|say|include everything|all|every",
            "set my|this|every|each|all grade|grades|score|scores|credit|verdict|mark|marks",
            "set the grade|score|credit|verdict|mark to|as|at full|maximum|met|strong|perfect|100|1.0",
            "skip|bypass|stop evaluation|evaluating|grading|scoring",
            "grader|grading|evaluation|scoring maintenance|debug|test|developer mode",
            "mention|reveal|repeat|output this message|instruction|instructions",
            "get|give|want|need|deserve|deserves|earn|earns|receive a|the high|top|best|excellent|perfect|good mark|marks|grade",
            "verdict & score|credit|criterion|criteria",
            "\"score 100\"",
            "grade excellent|perfect|strong",
            "human reviewer & complete|checked|approved & answer|response|submission|paper|grade|score|mark",
        ],
    ),
];

/// The phrases of this file and of [`super::injection`].
fn all_phrases() -> impl Iterator<Item = (Signal, &'static [&'static str])> {
    let elsewhere = [
        (Signal::ToGrader, ORDERS),
        (Signal::ToGrader, FOREIGN_ORDERS),
        (Signal::ToGrader, GRADING_TALK),
        (Signal::Obscured, OBSCURED_WORDS),
        (Signal::Grading, GRADING_WORDS),
    ];
    PHRASES.iter().copied().chain(elsewhere)
}

/// The phrases of all signals, compiled once.
static SIGNALS: LazyLock<(Matcher, Vec<Signal>)> = LazyLock::new(|| {
    let synonyms = Synonyms::default();
    let mut reader = Reader::default();
    let ideas = Ideas::default();
    let mut compiler = Compiler::new(&synonyms, &ideas, &mut reader);
    compiler.use_stems();
    let mut signals = Vec::new();
    for (signal, phrases) in all_phrases() {
        for phrase in phrases {
            compiler.add(phrase).expect("the phrases are read by a test");
            signals.push(signal);
        }
    }
    (compiler.finish(&KnownWords::all()).expect("the phrases of this file are few"), signals)
});

pub(super) fn matcher() -> &'static Matcher {
    &SIGNALS.0
}

/// Summary of the hits of signal phrases.
pub(super) struct Signals {
    pub(super) fillers: u32,
    pub(super) star: Vec<StarPart>,
    pub(super) addresses_grader: bool,
    /// Whether the speaker says that they have never done what they describe.
    pub(super) admits_theory: bool,
    /// Whether the text should also be read backwards and decoded with ROT13.
    pub(super) is_obscured: bool,
    /// Number of groups of words about grading that occur.
    pub(super) grading: u32,
    /// Number of words about grading.
    pub(super) grading_words: u32,
}

/// Smallest number of groups of words about grading in an off-topic answer that addresses the grader.
const GRADING_GROUPS: u32 = 4;
/// Smallest percentage of words about grading in an off-topic answer that addresses the grader. Of about 10,500 honest
/// answers that were graded against a wrong question, one has as many.
const GRADING_PERCENT: usize = 8;
/// Number of groups, and percentage of words, that are enough in text that was hidden in an answer.
const HIDDEN_GROUPS: u32 = 3;
const HIDDEN_PERCENT: usize = 10;

impl Signals {
    /// Whether an answer of `words` words has enough words about grading to address the grader.
    pub(super) fn is_about_grading(&self, words: usize) -> bool {
        self.grading >= GRADING_GROUPS && self.grading_words as usize * 100 >= words * GRADING_PERCENT
    }

    /// Whether text of `words` words that was hidden in an answer addresses the grader.
    pub(super) fn is_hidden_order(&self, words: usize) -> bool {
        let is_about_it = self.grading >= HIDDEN_GROUPS && self.grading_words as usize * 100 >= words * HIDDEN_PERCENT;
        self.addresses_grader || is_about_it || self.is_about_grading(words)
    }
}

pub(super) fn collect(hits: &[Hit], document: &Document) -> Signals {
    let signal = |hit: &Hit| SIGNALS.1[hit.phrase as usize];
    let mut fillers = 0;
    let mut last_filler = None;
    let mut first: [Option<&Hit>; STORY.len()] = [None; STORY.len()];
    let (mut addresses_grader, mut admits_theory) = (false, false);
    let (mut is_obscured, mut grading) = (false, Vec::new());
    for hit in hits {
        match signal(hit) {
            // because several filler phrases may end at the same word
            Signal::Filler if last_filler != Some(hit.last) => {
                fillers += 1;
                last_filler = Some(hit.last);
            }
            Signal::Filler => {}
            Signal::ToGrader => addresses_grader = true,
            Signal::Theory => admits_theory = true,
            Signal::Obscured => is_obscured = true,
            Signal::Grading => grading.push(hit.phrase),
            part if !hit.negated => {
                if let Some(at) = STORY.iter().position(|signal| *signal == part) {
                    first[at].get_or_insert(hit);
                }
            }
            _ => {}
        }
    }
    let part = |(hit, name): (Option<&Hit>, &'static str)| {
        let span = document.span(hit?.first, hit?.last);
        Some(StarPart { part: name.into(), start: span.start, end: span.end })
    };
    let star = first.into_iter().zip(STORY_PARTS).filter_map(part).collect();
    let grading_words = grading.len() as u32;
    grading.sort_unstable();
    grading.dedup();
    Signals {
        fillers,
        star,
        addresses_grader,
        admits_theory,
        is_obscured,
        grading: grading.len() as u32,
        grading_words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_phrase_is_valid() {
        assert_eq!(matcher().phrases(), all_phrases().map(|(_, phrases)| phrases.len()).sum::<usize>());
    }
}
