//! Estimates tokens and cost of judging answers, without sending a request.
//!
//! Prompts are built as for grading, and their tokens are counted for the first answers and scaled to the others.
//! Replies are assumed to have a typical length.

use std::collections::HashMap;

use super::judges::Judges;
use super::service::Engine;
use crate::bank::BankError;
use crate::judge::{Count as _, JudgeId, Prompt};
use crate::model::Answer;
use crate::questions::PreparedQuestion;

/// Number of answers whose tokens are counted. The tokens of further answers are estimated from their length.
const COUNTED_ANSWERS: u64 = 1000;
/// Assumed tokens of a reply besides its verdicts.
pub const REPLY_TOKENS: u64 = 25;
/// Assumed tokens of a verdict: a credit, a quote, a sentence.
pub const VERDICT_TOKENS: u64 = 70;

/// The sums over all answers that were added.
#[derive(Debug, Default)]
pub struct Estimate {
    answers: u64,
    too_long: u64,
    judges: Vec<Sums>,
    /// Tokens of first messages, by judge and hash of the text.
    known: HashMap<(JudgeId, [u8; 32]), u64>,
}

/// The estimate for one judge.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgeEstimate {
    /// The model.
    pub model: String,
    /// Whether it is asked about disputed criteria only, so that the figures are upper bounds.
    pub is_last_resort: bool,
    /// Number of requests.
    pub requests: u64,
    /// Tokens of all prompts.
    pub prompt_tokens: u64,
    /// Tokens of all replies.
    pub reply_tokens: u64,
    /// Cost in the currency of the prices; `None` without prices.
    pub cost: Option<f64>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Sums {
    requests: u64,
    /// Prompt tokens of the answers whose tokens were counted.
    counted_tokens: u64,
    /// Bytes of the same prompts.
    counted_bytes: u64,
    /// Bytes of the prompts of all answers.
    bytes: u64,
    reply_tokens: u64,
}

impl Sums {
    /// Counted tokens, scaled to the bytes of all answers.
    fn prompt_tokens(&self) -> u64 {
        let tokens = u128::from(self.counted_tokens) * u128::from(self.bytes);
        u64::try_from(tokens / u128::from(self.counted_bytes).max(1)).unwrap_or(u64::MAX)
    }
}

impl Estimate {
    /// Number of answers.
    pub fn answers(&self) -> u64 {
        self.answers
    }

    /// Number of answers with a prompt that is too long for at least one judge.
    pub fn too_long(&self) -> u64 {
        self.too_long
    }

    /// The figures of each judge, in the order of the panel.
    pub fn judges(&self, judges: &Judges) -> Vec<JudgeEstimate> {
        let last_resort = judges.panel().last_resort();
        let estimate = |((judge, endpoint), sums): ((JudgeId, &crate::llm::Endpoint), &Sums)| {
            let prompt_tokens = sums.prompt_tokens();
            JudgeEstimate {
                model: endpoint.model.clone(),
                is_last_resort: last_resort == Some(judge),
                requests: sums.requests,
                prompt_tokens,
                reply_tokens: sums.reply_tokens,
                cost: endpoint.prices.map(|prices| prices.cost(prompt_tokens, sums.reply_tokens)),
            }
        };
        judges.pool().judges().zip(judges.pool().endpoints()).zip(&self.judges).map(estimate).collect()
    }

    /// Tokens of a prompt. The first message is the same for all answers to a question, so it is counted once.
    fn tokens(&mut self, judges: &Judges, judge: JudgeId, prompt: &Prompt) -> u64 {
        let count = |text: &str| judges.pool().tokens().tokens(judge, text) as u64;
        let Some((first, rest)) = prompt.messages.split_first() else { return 0 };
        let key = (judge, *blake3::hash(first.text.as_bytes()).as_bytes());
        let first = *self.known.entry(key).or_insert_with(|| count(&first.text));
        first + rest.iter().map(|message| count(&message.text)).sum::<u64>()
    }
}

impl Engine {
    /// Adds an answer to an estimate. Without judges nothing is added.
    ///
    /// # Errors
    /// When the samples of the question have faults.
    pub fn estimate(
        &self,
        estimate: &mut Estimate,
        question: &PreparedQuestion,
        answer: &Answer<'_>,
    ) -> Result<(), BankError> {
        let Some(judges) = self.judges() else { return Ok(()) };
        let brief = self.questions().brief(question)?;
        let panel = judges.panel();
        estimate.judges.resize(panel.members.len(), Sums::default());
        estimate.answers += 1;
        let verdicts = (question.question().criteria.len() + question.question().penalties.len()) as u64;
        let body = answer.text.get(answer.body..).unwrap_or_default();
        let mut fits = true;
        for judge in panel.judges() {
            let Ok(prompt) = brief.prompt(panel, judge, body, None, judges.pool().tokens()) else {
                fits = false;
                continue;
            };
            let bytes: u64 = prompt.messages.iter().map(|message| message.text.len() as u64).sum();
            let is_counted = estimate.answers - estimate.too_long <= COUNTED_ANSWERS;
            let tokens = is_counted.then(|| estimate.tokens(judges, judge, &prompt));
            // The last resort is asked once.
            let samples = if panel.last_resort() == Some(judge) { 1 } else { u64::from(panel.samples) };
            let Some(sums) = estimate.judges.get_mut(judge.0) else { continue };
            sums.requests += samples;
            sums.bytes += bytes * samples;
            sums.reply_tokens += samples * (REPLY_TOKENS + verdicts * VERDICT_TOKENS);
            if let Some(tokens) = tokens {
                sums.counted_tokens += tokens * samples;
                sums.counted_bytes += bytes * samples;
            }
        }
        estimate.too_long += u64::from(!fits);
        Ok(())
    }
}
