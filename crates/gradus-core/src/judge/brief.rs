//! The part of the prompt that all answers to a question share, prepared once and fitted into each judge's context.
//!
//! Takes a question with its sample answers, and gives the prompt for one answer. The text of the prompt itself is in
//! [`super::prompt`]; the caller provides the token counter.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::chat::JudgeId;
use super::panel::Panel;
use super::prompt::{INSTRUCTIONS, Prompt, References};
use crate::model::{Basis, Criterion, Fingerprint, Question, Sample, SampleLevel};
use crate::text::{Document, Lexicon};
use crate::wording::counted;

/// Largest number of sample answers in a prompt, divided equally among the levels.
const MAX_SAMPLES: usize = 6;
/// Minimum room, in tokens, for a sample answer that must be cut; with less room the sample is omitted.
const MIN_ROOM_FOR_CUT_SAMPLE: usize = 60;
/// Upper bound on the tokens of a prompt that are not in its texts: roles and separators.
const OVERHEAD: usize = 40;

/// Counts tokens exactly as a model does, or overestimates.
pub trait Count {
    /// The number of tokens of `text` for a judge.
    fn tokens(&self, judge: JudgeId, text: &str) -> usize;
}

/// The shared part of all prompts about one question.
pub struct Brief {
    ids: Vec<String>,
    question: String,
    rubric: Arc<str>,
    /// The first message without sample answers.
    without_samples: References,
    /// The fingerprint of the first message without sample answers.
    fingerprint: Fingerprint,
    /// The sample answers that a prompt may show, the most useful first.
    samples: Vec<ShownSample>,
    /// The first message with all sample answers.
    with_all_samples: OnceLock<References>,
    counted: RwLock<HashMap<JudgeId, Arc<TokenCounts>>>,
}

/// Tokens of the shared part of the prompt, for one judge.
struct TokenCounts {
    /// The first message without sample answers.
    system: usize,
    /// All sample answers together.
    all_samples: usize,
    /// Each sample answer, in the order of `Brief::samples`.
    samples: Vec<usize>,
}

/// A sample answer as a prompt shows it.
struct ShownSample {
    level: SampleLevel,
    text: String,
}

/// The answer does not fit into the judge's context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the prompt has {tokens} tokens even without sample answers, and at most {room} are allowed")]
pub struct DoesNotFit {
    /// Tokens of the prompt without sample answers.
    pub tokens: usize,
    /// Maximum number of tokens in a prompt.
    pub room: usize,
}

impl Brief {
    /// Prepares the shared part of the prompt. `samples` are the sample answers to `question`.
    pub fn new(question: &Question, samples: &[Sample]) -> Self {
        let ids = question.criteria.iter().chain(&question.penalties).map(|criterion| criterion.id.clone()).collect();
        let rubric: Arc<str> = rubric(question).into();
        let system: Arc<str> = format!("{INSTRUCTIONS}\n\n{rubric}").into();
        let fingerprint = Fingerprint(*blake3::hash(system.as_bytes()).as_bytes());
        let question = question.prompt.clone();
        Self {
            ids,
            question,
            rubric,
            without_samples: References { text: "".into(), system },
            fingerprint,
            samples: ranked(samples),
            with_all_samples: OnceLock::new(),
            counted: RwLock::default(),
        }
    }

    /// The ids of the criteria, then of the penalties.
    pub(super) fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The text of the question.
    pub(super) fn question(&self) -> &str {
        &self.question
    }

    /// The prompt for one answer, with as many sample answers as fit into the judge's context. `only` lists the ids of
    /// the criteria to judge; `None` means all of them.
    ///
    /// # Errors
    /// The prompt does not fit even without sample answers. The answer is never cut.
    pub fn prompt<C: Count + ?Sized>(
        &self,
        panel: &Panel,
        judge: JudgeId,
        answer: &str,
        only: Option<&[&str]>,
        count: &C,
    ) -> Result<Prompt, DoesNotFit> {
        let room = panel.member(judge).map_or(0, |member| member.room);
        let token = super::prompt::token(self.fingerprint, answer);
        let user: Arc<str> = super::prompt::answer(&token, answer, only).into();
        let all = if panel.shows_references { self.with_all_samples() } else { &self.without_samples };
        let references = self.fitting(all, &user, room, judge, count)?;
        let ids = only.map_or_else(|| self.ids.iter().map(String::as_str).collect(), <[&str]>::to_vec);
        Ok(Prompt::new(Arc::clone(&self.rubric), &references, token, user, &ids))
    }

    /// The sample answers of `all` that fit into `room` tokens beside the message `user`.
    fn fitting<C: Count + ?Sized>(
        &self,
        all: &References,
        user: &str,
        room: usize,
        judge: JudgeId,
        count: &C,
    ) -> Result<References, DoesNotFit> {
        // A token has at least one byte, so a prompt that fits by bytes needs no counting.
        if all.system.len() + user.len() + OVERHEAD <= room {
            return Ok(all.clone());
        }
        let known = self.counted(judge, count);
        let whole = known.system + OVERHEAD + if all.text.is_empty() { 0 } else { known.all_samples };
        // The bytes of the answer are an upper bound on its tokens; if they fit, the answer needs no counting.
        if whole + user.len() <= room {
            return Ok(all.clone());
        }
        let own = count.tokens(judge, user);
        let tokens = known.system + OVERHEAD + own;
        if tokens > room {
            return Err(DoesNotFit { tokens, room });
        }
        if whole + own <= room {
            return Ok(all.clone());
        }
        Ok(self.with(&self.references(room - tokens, &known, &|text| count.tokens(judge, text))))
    }

    fn with_all_samples(&self) -> &References {
        self.with_all_samples.get_or_init(|| self.with(&section(&self.samples)))
    }

    /// The first message with these sample answers.
    fn with(&self, references: &str) -> References {
        if references.is_empty() {
            return self.without_samples.clone();
        }
        let system = format!("{}\n\n{references}", self.without_samples.system).into();
        References { text: references.into(), system }
    }

    /// The tokens of the shared part, counted once for each judge.
    fn counted<C: Count + ?Sized>(&self, judge: JudgeId, count: &C) -> Arc<TokenCounts> {
        let known = self.counted.read().unwrap_or_else(PoisonError::into_inner).get(&judge).map(Arc::clone);
        known.unwrap_or_else(|| {
            let tokens = |text: &str| count.tokens(judge, text);
            let samples = self.samples.iter().map(|sample| tokens(&entry(sample))).collect();
            let system = tokens(&self.without_samples.system);
            let all_samples = tokens(&self.with_all_samples().text);
            let counted = Arc::new(TokenCounts { system, all_samples, samples });
            let mut known = self.counted.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(judge).or_insert(counted))
        })
    }

    /// The sample answers that fit into `room` tokens: later samples are omitted first, and the first sample that does
    /// not fit as a whole is cut after a sentence.
    fn references(&self, room: usize, known: &TokenCounts, count: &dyn Fn(&str) -> usize) -> String {
        let mut taken: Vec<ShownSample> = Vec::new();
        let mut left = room.saturating_sub(count(REFERENCES));
        for (sample, &tokens) in self.samples.iter().zip(&known.samples) {
            if tokens <= left {
                left -= tokens;
                taken.push(ShownSample { level: sample.level, text: sample.text.clone() });
                continue;
            }
            if left >= MIN_ROOM_FOR_CUT_SAMPLE {
                taken.extend(cut(sample, left, count));
            }
            break;
        }
        if taken.is_empty() { String::new() } else { section(&taken) }
    }
}

const REFERENCES: &str = "Answers that other people gave, with the level that the rubric's author sees in them, to \
calibrate by. They earn nothing here:\n";

/// The section of the prompt with these sample answers; empty without any.
fn section(samples: &[ShownSample]) -> String {
    if samples.is_empty() {
        return String::new();
    }
    samples.iter().fold(REFERENCES.to_owned(), |text, sample| text + &entry(sample))
}

fn entry(sample: &ShownSample) -> String {
    format!("\n--- a {} answer:\n{}\n", sample.level.name(), sample.text.trim())
}

/// The first sample of each level, then the second of each, up to the limit.
fn ranked(samples: &[Sample]) -> Vec<ShownSample> {
    let of = |level| samples.iter().filter(move |sample| sample.level == level);
    let most = MAX_SAMPLES / SampleLevel::ALL.len();
    let place = |place| SampleLevel::ALL.into_iter().filter_map(move |level| of(level).nth(place));
    (0..most).flat_map(place).map(|sample| ShownSample { level: sample.level, text: sample.text.clone() }).collect()
}

/// The first sentences of a sample answer, as many as fit into `room` tokens.
fn cut(sample: &ShownSample, room: usize, count: &dyn Fn(&str) -> usize) -> Option<ShownSample> {
    let (mut document, mut lexicon) = (Document::new(), Lexicon::new());
    document.read(&sample.text, 0, &mut lexicon);
    let ends = document.sentences().iter().skip(1).map(|next| document.span(next.first, next.first).start);
    let fits = |end: &usize| {
        let text = format!("{} [...]", sample.text.get(..*end).unwrap_or_default().trim_end());
        let shown = ShownSample { level: sample.level, text };
        (count(&entry(&shown)) <= room).then_some(shown)
    };
    let ends: Vec<usize> = ends.collect();
    ends.iter().rev().find_map(fits)
}

/// The section of the prompt with the question and its criteria.
fn rubric(question: &Question) -> String {
    let mut text = format!("The question:\n{}\n\nThe criteria:\n", question.prompt.trim());
    question.criteria.iter().for_each(|criterion| write_criterion(&mut text, criterion));
    if !question.penalties.is_empty() {
        text.push_str("\nFaults, which cost points:\n");
        question.penalties.iter().for_each(|penalty| write_criterion(&mut text, penalty));
    }
    text.truncate(text.trim_end().len());
    text
}

fn write_criterion(text: &mut String, criterion: &Criterion) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "[{}] ({}) {}", criterion.id, counted(criterion.points, "point"), criterion.asks.trim());
    if let Basis::Coverage { references, .. } = &criterion.basis {
        for reference in references {
            let _ = writeln!(text, "  An answer that earns full credit: {}", reference.text.trim());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::panel::tests::panel;
    use crate::test_bank::shipped_bank;
    use std::cell::Cell;

    /// Counts each word as one token, and the number of counted texts.
    struct Words(Cell<usize>);

    impl Count for Words {
        fn tokens(&self, _: JudgeId, text: &str) -> usize {
            self.0.set(self.0.get() + 1);
            text.split_whitespace().count()
        }
    }

    /// The number of samples in a prompt of at most `room` tokens, and whether one of them is cut.
    fn shown_in(brief: &Brief, room: usize, count: &Words) -> Result<(usize, bool), DoesNotFit> {
        let mut panel = panel(&["one"]);
        panel.members[0].room = room;
        let prompt = brief.prompt(&panel, JudgeId(0), "We measure it and act on it.", None, count)?;
        let text = &prompt.messages[0].text;
        let tokens: usize = prompt.messages.iter().map(|message| message.text.split_whitespace().count()).sum();
        assert!(tokens + OVERHEAD <= room || room > 100_000, "{tokens} of {room}");
        Ok((text.matches("\n--- a ").count(), text.contains("[...]")))
    }

    #[test]
    fn a_smaller_context_drops_the_last_samples_first_and_never_the_answer() {
        let bank = shipped_bank();
        let entry = bank.entry("error-budget").expect("known");
        let (question, samples) = (bank.question(entry).expect("sound"), bank.samples(entry).expect("sound"));
        let (brief, count) = (Brief::new(&question, &samples), Words(Cell::new(0)));
        let (all, is_cut) = shown_in(&brief, 1_000_000, &count).expect("fits");
        assert!(all >= 3 && !is_cut && count.0.get() == 0, "a prompt that fits by bytes is not counted");
        let mut before = all;
        let mut cut = 0;
        for room in (300..3000).rev().step_by(50) {
            match shown_in(&brief, room, &count) {
                Ok((samples, is_cut)) => {
                    assert!(samples <= before, "{room}");
                    before = samples;
                    cut += usize::from(is_cut);
                }
                Err(error) => {
                    assert!(error.tokens > room && before == 0, "{error}");
                    before = 0;
                }
            }
        }
        assert!(before == 0 && cut > 0);
    }

    #[test]
    fn an_answer_that_does_not_fit_is_reported_with_both_numbers() {
        let message = "the prompt has 900 tokens even without sample answers, and at most 800 are allowed";
        assert_eq!(DoesNotFit { tokens: 900, room: 800 }.to_string(), message);
    }

    #[test]
    fn the_shared_part_of_the_prompt_is_counted_once_for_all_answers() {
        let bank = shipped_bank();
        let entry = bank.entry("error-budget").expect("known");
        let (question, samples) = (bank.question(entry).expect("sound"), bank.samples(entry).expect("sound"));
        let (brief, count) = (Brief::new(&question, &samples), Words(Cell::new(0)));
        let room = brief.without_samples.system.len() + 200; // enough if counted in words, too little in bytes
        shown_in(&brief, room, &count).expect("fits");
        let first = count.0.get();
        assert!(first > 0);
        shown_in(&brief, room, &count).expect("fits");
        assert_eq!(count.0.get(), first);
    }
}
