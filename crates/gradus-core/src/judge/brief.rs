//! What judges are told about a question, made ready once for all its answers, and fitted into their room.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::panel::Panel;
use super::prompt::{INSTRUCTIONS, Prompt};
use crate::model::{Basis, Criterion, Fingerprint, Question, Sample, SampleLevel};
use crate::text::{Document, Lexicon};

/// Sample answers that are shown at most; of each level as many.
const SAMPLES: usize = 6;
/// A sample of which fewer tokens would be left is left out.
const LEAST_OF_A_SAMPLE: usize = 60;
/// Tokens that a prompt has besides its text, at most: roles, separators.
const AROUND: usize = 40;

/// Counts tokens as a model does, or never fewer.
pub trait Count {
    /// How many tokens `text` has for the judge of that number.
    fn tokens(&self, judge: usize, text: &str) -> usize;
}

/// What judges are told about a question.
pub struct Brief {
    ids: Vec<String>,
    question: String,
    rubric: Arc<str>,
    /// The first message without sample answers.
    none: References,
    print: Fingerprint,
    /// The sample answers as they are shown, the most telling first.
    samples: Vec<Shown>,
    all: OnceLock<References>,
    /// What was counted of all this for a judge.
    counted: RwLock<HashMap<usize, Arc<Counted>>>,
}

/// Sample answers as they are shown, and the first message with them.
#[derive(Debug, Clone)]
pub(super) struct References {
    pub(super) text: Arc<str>,
    pub(super) system: Arc<str>,
}

/// Tokens of what does not change from answer to answer.
struct Counted {
    system: usize,
    /// All sample answers together, and each.
    all: usize,
    samples: Vec<usize>,
}

/// A sample answer.
struct Shown {
    level: SampleLevel,
    text: String,
}

/// An answer that cannot be shown to a judge as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the prompt has {tokens} tokens even without sample answers, and the model takes {room}")]
pub struct DoesNotFit {
    /// What it takes, counted or at least.
    pub tokens: usize,
    /// What there is room for.
    pub room: usize,
}

impl Brief {
    /// Of a question and the sample answers to it.
    pub fn new(question: &Question, samples: &[Sample]) -> Self {
        let ids = question.criteria.iter().chain(&question.penalties).map(|criterion| criterion.id.clone()).collect();
        let rubric: Arc<str> = rubric(question).into();
        let system: Arc<str> = format!("{INSTRUCTIONS}\n\n{rubric}").into();
        let print = Fingerprint(*blake3::hash(system.as_bytes()).as_bytes());
        let question = question.prompt.clone();
        Self {
            ids,
            question,
            rubric,
            none: References { text: "".into(), system },
            print,
            samples: ranked(samples),
            all: OnceLock::new(),
            counted: RwLock::default(),
        }
    }

    /// The ids of the criteria, then of the penalties.
    pub(super) fn ids(&self) -> Vec<&str> {
        self.ids.iter().map(String::as_str).collect()
    }

    /// The question as it is put.
    pub(super) fn question(&self) -> &str {
        &self.question
    }

    pub(super) fn rubric(&self) -> Arc<str> {
        Arc::clone(&self.rubric)
    }

    /// What the judge of that number is told of an answer, with as many sample answers as fit into its room. `only` are
    /// the ids of criteria it is asked about, where that is not all.
    ///
    /// # Errors
    /// When not even the answer fits. It is never cut.
    pub fn prompt(
        &self,
        panel: &Panel,
        judge: usize,
        answer: &str,
        only: Option<&[&str]>,
        count: &dyn Count,
    ) -> Result<Prompt, DoesNotFit> {
        let room = panel.members.get(judge).map_or(0, |member| member.room);
        let token = super::prompt::token(self.print, answer);
        let user: Arc<str> = super::prompt::answer(&token, answer, only).into();
        let ids = only.map_or_else(|| self.ids(), <[&str]>::to_vec);
        let all = if panel.shows_references { self.all() } else { &self.none };
        // No token is less than a byte, so what fits by bytes needs no counting.
        if all.system.len() + user.len() + AROUND <= room {
            return Ok(Prompt::new(self, all, token, user, &ids));
        }
        let known = self.counted(judge, count);
        let whole = known.system + AROUND + if all.text.is_empty() { 0 } else { known.all };
        // The answer by its bytes: mostly that is enough to know.
        if whole + user.len() <= room {
            return Ok(Prompt::new(self, all, token, user, &ids));
        }
        let counted = |text: &str| count.tokens(judge, text);
        let own = counted(&user);
        let tokens = known.system + AROUND + own;
        if tokens > room {
            return Err(DoesNotFit { tokens, room });
        }
        if whole + own <= room {
            return Ok(Prompt::new(self, all, token, user, &ids));
        }
        let some = self.with(&self.references(room - tokens, &known, &counted));
        Ok(Prompt::new(self, &some, token, user, &ids))
    }

    /// All sample answers that there are to show.
    fn all(&self) -> &References {
        self.all.get_or_init(|| self.with(&shown(&self.samples)))
    }

    /// The first message with these sample answers.
    fn with(&self, references: &str) -> References {
        if references.is_empty() {
            return self.none.clone();
        }
        References { text: references.into(), system: format!("{}\n\n{references}", self.none.system).into() }
    }

    /// What does not change from answer to answer, counted once for each judge.
    fn counted(&self, judge: usize, count: &dyn Count) -> Arc<Counted> {
        let known = self.counted.read().unwrap_or_else(PoisonError::into_inner).get(&judge).map(Arc::clone);
        known.unwrap_or_else(|| {
            let tokens = |text: &str| count.tokens(judge, text);
            let samples = self.samples.iter().map(|sample| tokens(&one(sample))).collect();
            let (system, all) = (tokens(&self.none.system), tokens(&self.all().text));
            let counted = Arc::new(Counted { system, all, samples });
            let mut known = self.counted.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(judge).or_insert(counted))
        })
    }

    /// The sample answers that fit into so many tokens: the last ones are left out first, and the one that no longer
    /// fits whole is cut after a sentence.
    fn references(&self, room: usize, known: &Counted, count: &dyn Fn(&str) -> usize) -> String {
        let mut taken: Vec<Shown> = Vec::new();
        let mut left = room.saturating_sub(count(REFERENCES));
        for (sample, &tokens) in self.samples.iter().zip(&known.samples) {
            if tokens <= left {
                left -= tokens;
                taken.push(Shown { level: sample.level, text: sample.text.clone() });
                continue;
            }
            if left >= LEAST_OF_A_SAMPLE {
                taken.extend(cut(sample, left, count));
            }
            break;
        }
        if taken.is_empty() { String::new() } else { shown(&taken) }
    }
}

const REFERENCES: &str = "Answers that other people gave, with the level that the rubric's author sees in them, to \
calibrate by. They earn nothing here:\n";

/// All there are to show.
fn shown(samples: &[Shown]) -> String {
    if samples.is_empty() {
        return String::new();
    }
    samples.iter().fold(REFERENCES.to_owned(), |text, sample| text + &one(sample))
}

fn one(sample: &Shown) -> String {
    format!("\n--- a {} answer:\n{}\n", sample.level.name(), sample.text.trim())
}

/// One of each level, then the next of each.
fn ranked(samples: &[Sample]) -> Vec<Shown> {
    let of = |level| samples.iter().filter(move |sample| sample.level == level);
    let most = SAMPLES / SampleLevel::ALL.len();
    let place = |place| SampleLevel::ALL.into_iter().filter_map(move |level| of(level).nth(place));
    (0..most).flat_map(place).map(|sample| Shown { level: sample.level, text: sample.text.clone() }).collect()
}

/// As many sentences of a sample as fit.
fn cut(sample: &Shown, room: usize, count: &dyn Fn(&str) -> usize) -> Option<Shown> {
    let (mut document, mut lexicon) = (Document::new(), Lexicon::new());
    document.read(&sample.text, 0, &mut lexicon);
    let ends = document.sentences().iter().skip(1).map(|next| document.span(next.first, next.first).start);
    let fits = |end: &usize| {
        let text = format!("{} [...]", sample.text.get(..*end).unwrap_or_default().trim_end());
        let shown = Shown { level: sample.level, text };
        (count(&one(&shown)) <= room).then_some(shown)
    };
    let ends: Vec<usize> = ends.collect();
    ends.iter().rev().find_map(fits)
}

/// The question with its criteria, as judges read them.
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
    let points = if criterion.points == 1 { "point" } else { "points" };
    // Writing to a string does not fail.
    let _ = writeln!(text, "[{}] ({} {points}) {}", criterion.id, criterion.points, criterion.asks.trim());
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

    /// A token a word, and how often that was asked.
    struct Words(Cell<usize>);

    impl Count for Words {
        fn tokens(&self, _: usize, text: &str) -> usize {
            self.0.set(self.0.get() + 1);
            text.split_whitespace().count()
        }
    }

    /// The levels of samples that are shown to a judge with so much room, and whether one is cut.
    fn shown_in(brief: &Brief, room: usize, count: &Words) -> Result<(usize, bool), DoesNotFit> {
        let mut panel = panel(&["one"]);
        panel.members[0].room = room;
        let prompt = brief.prompt(&panel, 0, "We measure it and act on it.", None, count)?;
        let text = &prompt.messages[0].text;
        let tokens: usize = prompt.messages.iter().map(|message| message.text.split_whitespace().count()).sum();
        assert!(tokens + AROUND <= room || room > 100_000, "{tokens} of {room}");
        Ok((text.matches("\n--- a ").count(), text.contains("[...]")))
    }

    #[test]
    fn samples_are_left_out_from_the_last_and_the_answer_never() {
        let bank = shipped_bank();
        let entry = bank.entry("error-budget").expect("known");
        let (question, samples) = (bank.question(entry).expect("sound"), bank.samples(entry).expect("sound"));
        let (brief, count) = (Brief::new(&question, &samples), Words(Cell::new(0)));
        let (all, is_cut) = shown_in(&brief, 1_000_000, &count).expect("fits");
        assert!(all >= 3 && !is_cut && count.0.get() == 0, "what fits by bytes is not counted");
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
    fn what_all_answers_share_is_counted_once() {
        let bank = shipped_bank();
        let entry = bank.entry("error-budget").expect("known");
        let (question, samples) = (bank.question(entry).expect("sound"), bank.samples(entry).expect("sound"));
        let (brief, count) = (Brief::new(&question, &samples), Words(Cell::new(0)));
        let room = brief.none.system.len() + 200; // more than all of it in words, less in bytes
        shown_in(&brief, room, &count).expect("fits");
        let first = count.0.get();
        assert!(first > 0);
        shown_in(&brief, room, &count).expect("fits");
        assert_eq!(count.0.get(), first);
    }
}
