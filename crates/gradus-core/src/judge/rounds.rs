//! The rounds of requests about one answer, as a state machine without I/O, and the blocking [`Judge`] that runs it.
//!
//! [`Rounds::step`] gives the next requests or the finished grade; the caller sends the requests in any way it likes,
//! blocking or asynchronously, and passes the replies to [`Round::take`]. The first rounds ask all regular judges; if
//! the panel escalates, later rounds ask the last judge about the criteria on which the others differ or gave no
//! verdict.

use super::brief::{Brief, Count};
use super::chat::{Chat, JudgeId, Reply, Request};
use super::conversation::{Conversation, Texts};
use super::halt::{Failure, Halt};
use super::panel::Panel;
use super::prompt::Prompt;
use super::quote::Quotable;
use super::settle::{Settlement, Verdicts};
use crate::model::{Answer, Fingerprint, Grade, Outcome};
use crate::score::{Scorer, Workspace};

/// Grades answers with blocking requests to all judges of a panel.
pub struct Judge<'j> {
    /// The judges, and how their verdicts are combined.
    pub panel: &'j Panel,
    /// The transport to the judges.
    pub chat: &'j dyn Chat,
    /// The token counter, used for prompts that may be too long.
    pub count: &'j dyn Count,
}

impl Judge<'_> {
    /// Grades an answer. The offline scorer decides criteria without a usable verdict, and the grade reports it.
    ///
    /// `brief` must belong to the scorer's question; `offline` is the fingerprint of the answer's offline grade.
    ///
    /// # Errors
    /// The reason to stop grading. In this case the answer has no grade.
    pub fn grade<'a>(
        &self,
        scorer: &'a Scorer,
        brief: &Brief,
        answer: &Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, Halt> {
        let mut rounds = Rounds::new(self.panel, self.count, scorer, brief, answer, offline, workspace);
        loop {
            match rounds.step() {
                Step::Done(grade) => return Ok(*grade),
                Step::Ask(round) => {
                    let replies = self.chat.ask(round.requests());
                    rounds = round.take(replies)?;
                }
            }
        }
    }
}

/// An answer that is being judged. `C` counts tokens; the state can move between threads if `C` is `Sync`.
pub struct Rounds<'r, 'a, C: Count + ?Sized> {
    panel: &'r Panel,
    count: &'r C,
    brief: &'r Brief,
    scorer: &'a Scorer,
    answer: &'r Answer<'a>,
    texts: Texts<'r>,
    grade: Box<Grade<'a>>,
    verdicts: Verdicts<'r>,
    stage: Stage,
}

/// The progress of the rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// No judge has been asked.
    Start,
    /// The regular judges are asked.
    Regular,
    /// The last judge, if there is one, has been asked about the criteria in doubt.
    LastResort,
}

/// The next step for the caller.
pub enum Step<'r, 'a, C: Count + ?Sized> {
    /// Send the requests of this round.
    Ask(Box<Round<'r, 'a, C>>),
    /// The answer is graded.
    Done(Box<Grade<'a>>),
}

/// Requests that can be sent at the same time; at least one.
pub struct Round<'r, 'a, C: Count + ?Sized> {
    rounds: Rounds<'r, 'a, C>,
    requests: Vec<Request>,
}

impl<'r, 'a, C: Count + ?Sized> Rounds<'r, 'a, C> {
    /// Prepares the rounds for one answer and computes its offline grade.
    ///
    /// `brief` must belong to the scorer's question; `offline` is the fingerprint of the answer's offline grade.
    pub fn new(
        panel: &'r Panel,
        count: &'r C,
        scorer: &'a Scorer,
        brief: &'r Brief,
        answer: &'r Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Self {
        let mut grade = Box::new(scorer.grade_with_fingerprint(answer, panel.fingerprint(offline), workspace));
        grade.grader = panel.grader();
        let texts =
            Texts { answer: Quotable::new(answer.text, answer.body), question: Quotable::new(brief.question(), 0) };
        Self { panel, count, brief, scorer, answer, texts, grade, verdicts: Verdicts::default(), stage: Stage::Start }
    }

    /// The next requests, or the grade if there is nothing left to ask.
    pub fn step(mut self) -> Step<'r, 'a, C> {
        // An answer without words is not sent: there is nothing to judge.
        if matches!(self.grade.outcome, Outcome::Ungraded { .. }) {
            return Step::Done(self.grade);
        }
        loop {
            let open = self.verdicts.conversations.iter().filter(|conversation| conversation.is_open());
            let requests: Vec<Request> = open.map(Conversation::request).collect();
            if !requests.is_empty() {
                return Step::Ask(Box::new(Round { rounds: self, requests }));
            }
            match self.stage {
                Stage::Start => self.open_regular(),
                Stage::Regular => self.open_last_resort(),
                Stage::LastResort => return Step::Done(self.settle()),
            }
        }
    }

    /// Starts the conversations with all regular judges about all criteria.
    fn open_regular(&mut self) {
        self.stage = Stage::Regular;
        let all: Vec<usize> = (0..self.brief.ids().len()).collect();
        for judge in self.panel.regular() {
            self.open(judge, self.panel.samples, &all);
        }
    }

    /// If the panel escalates, starts a conversation with the last judge about the criteria on which the others differ
    /// or gave no verdict.
    fn open_last_resort(&mut self) {
        self.stage = Stage::LastResort;
        let Some(last) = self.panel.last_resort() else { return };
        let all = 0..self.brief.ids().len();
        let in_doubt: Vec<usize> = all.filter(|place| self.verdicts.differ(*place)).collect();
        if !in_doubt.is_empty() {
            self.open(last, 1, &in_doubt);
            self.verdicts.last_resort = Some(last);
        }
    }

    /// Starts conversations with a judge about the criteria at `places`.
    fn open(&mut self, judge: JudgeId, samples: u32, places: &[usize]) {
        let ids = self.brief.ids();
        let asked: Vec<&str> = places.iter().filter_map(|place| ids.get(*place).map(String::as_str)).collect();
        let only = (asked.len() < ids.len()).then_some(asked.as_slice());
        match self.prompt(judge, only) {
            Ok(prompt) => {
                let conversation = |sample| Conversation::new(judge, sample, &prompt, ids, places);
                self.verdicts.conversations.extend((0..samples).map(conversation));
            }
            Err(reason) => self.verdicts.not_asked.push((judge, reason)),
        }
    }

    fn prompt(&self, judge: JudgeId, only: Option<&[&str]>) -> Result<Prompt, String> {
        let body = self.answer.text.get(self.answer.body..).unwrap_or_default();
        let prompt = self.brief.prompt(self.panel, judge, body, only, self.count);
        prompt.map_err(|error| format!("the answer is too long for the judge: {error}"))
    }

    fn settle(mut self) -> Box<Grade<'a>> {
        let settlement = Settlement { panel: self.panel, scorer: self.scorer, text: self.answer.text };
        settlement.apply(&mut self.grade, &self.verdicts);
        self.grade
    }
}

impl<'r, 'a, C: Count + ?Sized> Round<'r, 'a, C> {
    /// The requests of this round.
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// Takes the replies in the order of the requests. A missing reply ends its conversation.
    ///
    /// # Errors
    /// The first reason to stop grading among the replies.
    pub fn take(self, replies: impl IntoIterator<Item = Result<Reply, Failure>>) -> Result<Rounds<'r, 'a, C>, Halt> {
        let mut rounds = self.rounds;
        let mut replies = replies.into_iter();
        for conversation in rounds.verdicts.conversations.iter_mut().filter(|one| one.is_open()) {
            match replies.next() {
                Some(Ok(reply)) => conversation.process_reply(&reply, &rounds.texts),
                Some(Err(Failure::Halted(halt))) => return Err(halt),
                Some(Err(Failure::Unanswered(cause))) => conversation.abandon(cause.to_string()),
                // Ends the conversation, because a transport that loses replies would otherwise be asked forever.
                None => conversation.abandon("the judge gave no reply".to_owned()),
            }
        }
        Ok(rounds)
    }
}
