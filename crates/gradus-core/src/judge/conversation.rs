//! One conversation with a judge: checks each reply, keeps the usable verdicts and asks again for the others.
//!
//! Takes replies and gives requests, but does not send them. [`super::rounds`] runs all conversations about one answer.

use std::sync::Arc;

use super::chat::{JudgeId, Message, Reply, ReplySchema, Request};
use super::prompt::{self, Prompt};
use super::quote::Quotable;
use super::reply_reader::{self, Fault, OfferedCredit, Verdict};
use super::schema;
use crate::model::{Span, Thousandths, Usage};

/// Number of times a judge is asked again for verdicts that could not be used.
const RETRIES: u32 = 2;
/// Largest number of faults that are listed to a judge at once.
const MAX_LISTED_FAULTS: usize = 12;
/// Number of criteria that one passage may decide: a judge that gives credit for everything because of one sentence was
/// probably misled.
const MAX_CRITERIA_PER_PASSAGE: usize = 2;
/// Largest number of words of a quote: two long sentences.
const LONGEST_QUOTE: usize = 90;

/// A usable verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UsableVerdict {
    pub(super) credit: Thousandths,
    /// The passages of the quote in the answer; empty only if the credit is zero.
    pub(super) spans: Vec<Span>,
    pub(super) why: String,
}

/// The texts in which quotes are searched for.
pub(super) struct Texts<'a> {
    pub(super) answer: Quotable<'a>,
    pub(super) question: Quotable<'a>,
}

/// A conversation with one judge about some criteria of one answer.
pub(super) struct Conversation<'q> {
    pub(super) judge: JudgeId,
    sample: u32,
    /// The ids of all criteria of the question.
    ids: &'q [String],
    token: String,
    messages: Vec<Message>,
    reply_schema: Arc<ReplySchema>,
    /// Positions in `ids` of the criteria without a verdict.
    open: Vec<usize>,
    /// Number of replies so far.
    replies: u32,
    is_abandoned: bool,
    /// The verdicts, by position in `ids`.
    pub(super) decided: Vec<Option<UsableVerdict>>,
    /// Tokens and cost of all replies; the cost is unknown if the cost of any reply is unknown.
    pub(super) usage: Option<Usage>,
    /// The reason why some criteria have no verdict.
    pub(super) trouble: Option<String>,
}

impl<'q> Conversation<'q> {
    /// Starts a conversation about the criteria at the positions `open` of `ids`.
    pub(super) fn new(judge: JudgeId, sample: u32, prompt: &Prompt, ids: &'q [String], open: &[usize]) -> Self {
        Self {
            judge,
            sample,
            ids,
            token: prompt.token.clone(),
            messages: prompt.messages.clone(),
            reply_schema: Arc::clone(&prompt.reply_schema),
            open: open.to_vec(),
            replies: 0,
            is_abandoned: false,
            decided: vec![None; ids.len()],
            usage: None,
            trouble: None,
        }
    }

    /// The next request of the conversation.
    pub(super) fn request(&self) -> Request {
        Request {
            judge: self.judge,
            sample: self.sample,
            messages: self.messages.clone(),
            reply_schema: Arc::clone(&self.reply_schema),
        }
    }

    /// Whether a criterion has no verdict and the judge may still be asked.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty() && self.replies <= RETRIES && !self.is_abandoned
    }

    /// Ends the conversation because the judge did not reply.
    pub(super) fn abandon(&mut self, reason: String) {
        self.trouble = Some(reason);
        self.is_abandoned = true;
    }

    /// Checks a reply and prepares the next request if a criterion is still open.
    pub(super) fn process_reply(&mut self, reply: &Reply, texts: &Texts<'_>) {
        self.replies += 1;
        self.usage = Some(add_usage(self.usage, reply.usage));
        let mut faults = if reply.is_refusal {
            vec![format!("it refused: {}", short(&reply.text))]
        } else {
            self.take_verdicts(reply, texts)
        };
        let decided = &self.decided;
        self.open.retain(|place| decided.get(*place).is_some_and(Option::is_none));
        if self.open.is_empty() {
            self.trouble = None;
            return;
        }
        faults.truncate(MAX_LISTED_FAULTS);
        let first = faults.first().map_or("verdicts are missing", String::as_str);
        let times = if self.replies == 1 { "once".to_owned() } else { format!("{} times", self.replies) };
        self.trouble = Some(format!(
            "some criteria have no usable verdict although the judge was asked {times}: {}",
            short(first)
        ));
        let ids = self.open_ids();
        let correction = prompt::correction(&reply.text, &faults, &self.token, &ids);
        let reply_schema = Arc::new(schema::reply_schema(&self.token, &ids));
        self.messages.extend(correction);
        self.reply_schema = reply_schema;
    }

    /// Keeps the usable verdicts of a reply and returns the faults of the others.
    fn take_verdicts(&mut self, reply: &Reply, texts: &Texts<'_>) -> Vec<String> {
        let mut faults = Vec::new();
        let ids = self.open_ids();
        let read = reply_reader::read(&reply.text, reply.is_cut, &self.token, &ids);
        for verdict in read.verdicts {
            let Some(id) = ids.get(verdict.criterion) else { continue };
            match decide(&verdict, texts).and_then(|decided| self.check_passage_is_not_overused(decided)) {
                Ok(decided) => {
                    let place = self.ids.iter().position(|one| one == id);
                    if let Some(slot) = place.and_then(|place| self.decided.get_mut(place)) {
                        *slot = Some(decided);
                    }
                }
                Err(fault) => faults.push(format!("`{id}`: {fault}")),
            }
        }
        // Not a fault, because a judge that repeats an accepted verdict does no harm.
        let is_repeated = |fault: &&Fault| matches!(fault, Fault::Unknown(id) if self.ids.contains(id));
        faults.extend(read.faults.iter().filter(|fault| !is_repeated(fault)).map(ToString::to_string));
        faults
    }

    /// Refuses a verdict whose passage already decides two other criteria.
    fn check_passage_is_not_overused(&self, decided: UsableVerdict) -> Result<UsableVerdict, String> {
        let shares = |other: &UsableVerdict| {
            decided.spans.iter().any(|one| other.spans.iter().any(|two| overlap_by_more_than_half(*one, *two)))
        };
        let others = self.ids.iter().zip(&self.decided);
        let others = others.filter(|(_, other)| other.as_ref().is_some_and(shares)).map(|(id, _)| format!("`{id}`"));
        let others: Vec<String> = others.collect();
        if others.len() < MAX_CRITERIA_PER_PASSAGE {
            return Ok(decided);
        }
        Err(format!(
            "its quote decides {} already; quote the passage that decides this criterion",
            others.join(" and ")
        ))
    }

    fn open_ids(&self) -> Vec<&'q str> {
        let ids = self.ids;
        self.open.iter().filter_map(|place| ids.get(*place).map(String::as_str)).collect()
    }
}

/// Whether two passages share more than half of the shorter one.
fn overlap_by_more_than_half(one: Span, two: Span) -> bool {
    let common = one.end.min(two.end).saturating_sub(one.start.max(two.start));
    common * 2 > (one.end - one.start).min(two.end - two.start)
}

/// Accepts a verdict without credit, or with a quote that has at most 90 words and is in the answer, but not in the
/// question. The error is a message to the judge.
fn decide(verdict: &Verdict, texts: &Texts<'_>) -> Result<UsableVerdict, String> {
    let credit = Thousandths(verdict.credit.thousandths());
    let why = verdict.why.clone();
    if verdict.credit == OfferedCredit::None {
        return Ok(UsableVerdict { credit, spans: Vec::new(), why });
    }
    if verdict.quote.split_whitespace().nth(LONGEST_QUOTE).is_some() {
        return Err("the quote is too long: copy the one passage that decides it, at most two sentences".to_owned());
    }
    let places = texts.answer.find_all(&verdict.quote).map_err(|refused| refused.to_string())?;
    if texts.question.find_all(&verdict.quote).is_ok() {
        return Err("the quote only repeats the question".to_owned());
    }
    let spans = places.into_iter().next().ok_or("the quote does not stand in the answer")?;
    Ok(UsableVerdict { credit, spans, why })
}

/// Adds tokens and cost; an unknown cost stays unknown.
pub(super) fn add_usage(so_far: Option<Usage>, more: Usage) -> Usage {
    so_far.map_or(more, |so_far| Usage {
        prompt_tokens: so_far.prompt_tokens.saturating_add(more.prompt_tokens),
        completion_tokens: so_far.completion_tokens.saturating_add(more.completion_tokens),
        cost: so_far.cost.zip(more.cost).map(|(one, other)| one + other),
    })
}

/// A text of a judge on one line. A text of more than 160 characters is cut there and ends with an ellipsis.
fn short(text: &str) -> String {
    const LONGEST: usize = 160;
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let line = words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
