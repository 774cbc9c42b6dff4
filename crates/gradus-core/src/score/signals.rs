//! What can be said of any answer, whatever the question: fillers, parts of a story, words to the grader.

use std::sync::LazyLock;

use super::injection::{FOREIGN_ORDERS, GRADING_TALK, GRADING_WORDS, ORDERS, TURNED_WORDS};
use crate::model::StarPart;
use crate::pattern::{Compiler, Hit, Matcher, Reader};
use crate::text::{Document, KnownWords, Synonyms};

/// What a signal phrase says of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    Filler,
    Situation,
    Task,
    Action,
    Result,
    ToGrader,
    /// Words of the latter backwards or in a simple cipher.
    Turned,
    /// A word of being graded.
    Grading,
}

/// The parts of a story, in the order they are told.
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

/// The phrases of this file, and of those that speak to a grader the many that stand elsewhere.
fn all_phrases() -> impl Iterator<Item = (Signal, &'static [&'static str])> {
    let elsewhere = [
        (Signal::ToGrader, ORDERS),
        (Signal::ToGrader, FOREIGN_ORDERS),
        (Signal::ToGrader, GRADING_TALK),
        (Signal::Turned, TURNED_WORDS),
        (Signal::Grading, GRADING_WORDS),
    ];
    PHRASES.iter().copied().chain(elsewhere)
}

/// The phrases of all signals, compiled once.
static SIGNALS: LazyLock<(Matcher, Vec<Signal>)> = LazyLock::new(|| {
    let synonyms = Synonyms::default();
    let mut reader = Reader::default();
    let mut compiler = Compiler::new(&synonyms, &mut reader);
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

/// What the hits of the signal phrases come to.
pub(super) struct Signals {
    pub(super) fillers: u32,
    pub(super) star: Vec<StarPart>,
    pub(super) to_grader: bool,
    /// Whether the text may say more when read backwards, or with each letter thirteen further.
    pub(super) is_turned: bool,
    /// How many groups of words of being graded occur.
    pub(super) grading: u32,
    /// How many of its words are such.
    pub(super) grading_words: u32,
}

/// An answer that says next to nothing to the question speaks to its grader when words of so many groups occur ...
const GRADING_GROUPS: u32 = 4;
/// ... and make up this share of it, in percent. Of some 10,500 honest answers, held against a question that is not
/// theirs, one has as many.
const GRADING_SHARE: usize = 8;
/// In what was hidden in an answer, so many groups and such a share are enough.
const HIDDEN_GROUPS: u32 = 3;
const HIDDEN_SHARE: usize = 10;

impl Signals {
    /// Whether an answer of so many words talks of being graded more than of anything else.
    pub(super) fn is_about_grading(&self, words: usize) -> bool {
        self.grading >= GRADING_GROUPS && self.grading_words as usize * 100 >= words * GRADING_SHARE
    }

    /// Whether text of so many words that was hidden in an answer speaks to a grader.
    pub(super) fn is_order(&self, words: usize) -> bool {
        let is_about_it = self.grading >= HIDDEN_GROUPS && self.grading_words as usize * 100 >= words * HIDDEN_SHARE;
        self.to_grader || is_about_it || self.is_about_grading(words)
    }
}

pub(super) fn read(hits: &[Hit], document: &Document) -> Signals {
    let signal = |hit: &Hit| SIGNALS.1[hit.phrase as usize];
    let mut fillers = 0;
    let mut last_filler = None;
    let mut first: [Option<&Hit>; STORY.len()] = [None; STORY.len()];
    let (mut to_grader, mut is_turned, mut grading) = (false, false, Vec::new());
    for hit in hits {
        match signal(hit) {
            Signal::Filler if last_filler != Some(hit.last) => {
                fillers += 1;
                last_filler = Some(hit.last);
            }
            Signal::Filler => {}
            Signal::ToGrader => to_grader = true,
            Signal::Turned => is_turned = true,
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
    Signals { fillers, star, to_grader, is_turned, grading: grading.len() as u32, grading_words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_phrase_can_be_read() {
        assert_eq!(matcher().phrases(), all_phrases().map(|(_, phrases)| phrases.len()).sum::<usize>());
    }
}
