//! Conversations with judges: what they say is checked, and what cannot be used is asked for again.

use std::sync::Arc;

use super::chat::{Chat, Failure, Halt, Message, Reply, Request, Shape};
use super::prompt::{self, Prompt};
use super::quote::Quotable;
use super::reply::{self, Fault, Offered, Verdict};
use super::schema;
use crate::model::{Span, Thousandths, Usage};

/// How often a judge is asked again for what could not be used.
const AGAIN: u32 = 2;
/// Faults that a judge is told of at once.
const FAULTS: usize = 12;
/// Criteria that one passage may decide. Whoever gives credit for everything by one sentence was led to it.
const SHARED: usize = 2;
/// Words that a quote may have: two long sentences.
const LONGEST_QUOTE: usize = 90;

/// A usable verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) credit: Thousandths,
    /// Where the quote stands in the answer; nothing only where there is no credit.
    pub(super) spans: Vec<Span>,
    pub(super) why: String,
}

/// What quotes are held against.
pub(super) struct Texts<'a> {
    pub(super) answer: Quotable<'a>,
    pub(super) question: Quotable<'a>,
}

/// A conversation, as far as it has come.
pub(super) struct Talk<'q> {
    pub(super) judge: usize,
    sample: u32,
    ids: &'q [&'q str],
    token: String,
    messages: Vec<Message>,
    shape: Arc<Shape>,
    /// Places in `ids` that have no verdict yet.
    open: Vec<usize>,
    asked: u32,
    /// By place in `ids`.
    pub(super) decided: Vec<Option<Decided>>,
    /// What it took; the cost is unknown where one reply's is.
    pub(super) usage: Option<Usage>,
    /// Why it ended before all was decided.
    pub(super) trouble: Option<String>,
}

impl<'q> Talk<'q> {
    /// About the criteria at the places `open` of `ids`.
    pub(super) fn new((judge, sample): (usize, u32), prompt: &Prompt, ids: &'q [&'q str], open: &[usize]) -> Self {
        Self {
            judge,
            sample,
            ids,
            token: prompt.token.clone(),
            messages: prompt.messages.clone(),
            shape: Arc::clone(&prompt.shape),
            open: open.to_vec(),
            asked: 0,
            decided: vec![None; ids.len()],
            usage: None,
            trouble: None,
        }
    }

    fn request(&self) -> Request {
        Request {
            judge: self.judge,
            sample: self.sample,
            messages: self.messages.clone(),
            shape: Arc::clone(&self.shape),
        }
    }

    /// Whether there is something left to ask.
    fn goes_on(&self) -> bool {
        !self.open.is_empty() && self.asked <= AGAIN
    }

    /// Refuses a passage that decides other criteria already.
    fn unless_shared(&self, decided: Decided) -> Result<Decided, String> {
        let shares =
            |other: &Decided| decided.spans.iter().any(|one| other.spans.iter().any(|two| is_same(*one, *two)));
        let others = self.ids.iter().zip(&self.decided);
        let others = others.filter(|(_, other)| other.as_ref().is_some_and(shares)).map(|(id, _)| format!("`{id}`"));
        let others: Vec<String> = others.collect();
        if others.len() < SHARED {
            return Ok(decided);
        }
        Err(format!(
            "its quote decides {} already; quote the passage that decides this criterion",
            others.join(" and ")
        ))
    }

    fn open_ids(&self) -> Vec<&'q str> {
        self.open.iter().filter_map(|place| self.ids.get(*place).copied()).collect()
    }

    fn take(&mut self, reply: &Reply, texts: &Texts<'_>) {
        self.asked += 1;
        self.usage = Some(sum(self.usage, reply.usage));
        let mut faults = Vec::new();
        if reply.is_refusal {
            faults.push(format!("it refused: {}", short(&reply.text)));
        } else {
            let ids = self.open_ids();
            let read = reply::read(&reply.text, reply.is_cut, &self.token, &ids);
            for verdict in read.verdicts {
                let Some(id) = ids.get(verdict.criterion) else { continue };
                match decide(&verdict, texts).and_then(|decided| self.unless_shared(decided)) {
                    Ok(decided) => {
                        let place = self.ids.iter().position(|one| one == id);
                        if let Some(slot) = place.and_then(|place| self.decided.get_mut(place)) {
                            *slot = Some(decided);
                        }
                    }
                    Err(fault) => faults.push(format!("`{id}`: {fault}")),
                }
            }
            // Whoever repeats what is decided already does no harm.
            let repeats = |fault: &&Fault| matches!(fault, Fault::Unknown(id) if self.ids.contains(&id.as_str()));
            faults.extend(read.faults.iter().filter(|fault| !repeats(fault)).map(ToString::to_string));
        }
        let decided = &self.decided;
        self.open.retain(|place| decided.get(*place).is_some_and(Option::is_none));
        if self.open.is_empty() {
            self.trouble = None;
            return;
        }
        faults.truncate(FAULTS);
        let first = faults.first().map_or("verdicts are missing", String::as_str);
        let times = if self.asked == 1 { "once".to_owned() } else { format!("{} times", self.asked) };
        self.trouble = Some(format!("the judge gave no usable verdict, asked {times}: {}", short(first)));
        let ids = self.open_ids();
        self.messages.extend(prompt::again(&reply.text, &faults, &self.token, &ids));
        self.shape = Arc::new(schema::shape(&self.token, &ids));
    }
}

/// Leads all conversations to their ends, those of a round at once.
///
/// # Errors
/// When nothing more is to be graded.
pub(super) fn lead(chat: &dyn Chat, talks: &mut [Talk<'_>], texts: &Texts<'_>) -> Result<(), Halt> {
    loop {
        let mut open: Vec<&mut Talk<'_>> = talks.iter_mut().filter(|talk| talk.goes_on()).collect();
        if open.is_empty() {
            return Ok(());
        }
        let requests: Vec<Request> = open.iter().map(|talk| talk.request()).collect();
        let replies = chat.ask(&requests);
        for (talk, reply) in open.iter_mut().zip(replies) {
            match reply {
                Ok(reply) => talk.take(&reply, texts),
                Err(Failure::Halted(halt)) => return Err(halt),
                Err(Failure::Unanswered(words)) => {
                    talk.trouble = Some(words);
                    talk.asked = AGAIN + 1;
                }
            }
        }
    }
}

/// Whether two passages have more than half of the shorter one in common.
fn is_same(one: Span, two: Span) -> bool {
    let common = one.end.min(two.end).saturating_sub(one.start.max(two.start));
    common * 2 > (one.end - one.start).min(two.end - two.start)
}

/// Takes a verdict if its quote is worth something.
fn decide(verdict: &Verdict, texts: &Texts<'_>) -> Result<Decided, String> {
    let credit = Thousandths(verdict.credit.thousandths());
    let why = verdict.why.clone();
    if verdict.credit == Offered::None {
        return Ok(Decided { credit, spans: Vec::new(), why });
    }
    if verdict.quote.split_whitespace().nth(LONGEST_QUOTE).is_some() {
        return Err("the quote is too long: copy the one passage that decides it, at most two sentences".to_owned());
    }
    let places = texts.answer.find_all(&verdict.quote).map_err(|refused| refused.to_string())?;
    if texts.question.find_all(&verdict.quote).is_ok() {
        return Err("the quote only repeats the question".to_owned());
    }
    let spans = places.into_iter().next().ok_or("the quote does not stand in the answer")?;
    Ok(Decided { credit, spans, why })
}

/// Adds up; a cost that is unknown stays unknown.
pub(super) fn sum(so_far: Option<Usage>, more: Usage) -> Usage {
    so_far.map_or(more, |so_far| Usage {
        prompt_tokens: so_far.prompt_tokens.saturating_add(more.prompt_tokens),
        completion_tokens: so_far.completion_tokens.saturating_add(more.completion_tokens),
        cost: so_far.cost.zip(more.cost).map(|(one, other)| one + other),
    })
}

/// One line of what a judge said.
fn short(text: &str) -> String {
    const LONGEST: usize = 160;
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let line = words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
