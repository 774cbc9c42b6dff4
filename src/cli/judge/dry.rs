//! `--dry-run`: what a batch would take and cost, before anything is asked.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::judging::Judging;
use super::setup::Setup;
use crate::judge::{Count as _, Prompt};
use crate::model::Answer;
use crate::score::Scorer;

/// Answers whose tokens are counted; those of more are told from their length.
const COUNTED: u64 = 1000;
/// Tokens of a reply besides its verdicts, and of a verdict: a credit, a quote, a sentence.
const REPLY: u64 = 25;
const VERDICT: u64 = 70;

/// What a batch takes. Sums over answers, for each judge.
#[derive(Debug, Default)]
pub(in crate::cli) struct Estimate {
    pub(in crate::cli) answers: u64,
    /// Answers that are too long for a judge.
    pub(in crate::cli) too_long: u64,
    judges: Vec<Sums>,
    /// Tokens of first messages, by judge and text.
    known: HashMap<(usize, [u8; 32]), u64>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Sums {
    requests: u64,
    /// Of the answers that were counted.
    counted_tokens: u64,
    counted_bytes: u64,
    /// Of all.
    bytes: u64,
    replies: u64,
}

/// Adds an answer.
pub(in crate::cli) fn estimate(
    estimate: &mut Estimate,
    judging: &Judging<'_>,
    scorer: &Scorer,
    answer: &Answer<'_>,
) -> anyhow::Result<()> {
    let brief = judging.brief(scorer).map_err(|halt| anyhow::anyhow!("{halt}"))?;
    let Setup { panel, pool, .. } = &judging.setup;
    estimate.judges.resize(panel.members.len(), Sums::default());
    estimate.answers += 1;
    let question = scorer.question();
    let verdicts = (question.criteria.len() + question.penalties.len()) as u64;
    let mut fits = true;
    for judge in 0..panel.members.len() {
        let body = answer.text.get(answer.body..).unwrap_or_default();
        let Ok(prompt) = brief.prompt(panel, judge, body, None, pool.tokens()) else {
            fits = false;
            continue;
        };
        let bytes: u64 = prompt.messages.iter().map(|message| message.text.len() as u64).sum();
        let tokens = if estimate.answers - estimate.too_long <= COUNTED {
            Some(estimate.tokens(judging, judge, &prompt))
        } else {
            None
        };
        let sums = &mut estimate.judges[judge];
        // Whoever decides in doubt is asked once.
        let is_last = panel.escalates && judge + 1 == panel.members.len();
        let samples = if is_last { 1 } else { u64::from(panel.samples) };
        sums.requests += samples;
        sums.bytes += bytes * samples;
        sums.replies += samples * (REPLY + verdicts * VERDICT);
        if let Some(tokens) = tokens {
            sums.counted_tokens += tokens * samples;
            sums.counted_bytes += bytes * samples;
        }
    }
    estimate.too_long += u64::from(!fits);
    Ok(())
}

impl Estimate {
    /// Tokens of a prompt. The first message is the same for all answers to a question, so it is counted once.
    fn tokens(&mut self, judging: &Judging<'_>, judge: usize, prompt: &Prompt) -> u64 {
        let count = |text: &str| judging.setup.pool.tokens().tokens(judge, text) as u64;
        let Some((first, rest)) = prompt.messages.split_first() else { return 0 };
        let key = (judge, *blake3::hash(first.text.as_bytes()).as_bytes());
        let first = *self.known.entry(key).or_insert_with(|| count(&first.text));
        first + rest.iter().map(|message| count(&message.text)).sum::<u64>()
    }

    /// In words.
    pub(in crate::cli) fn told(&self, judging: &Judging<'_>) -> String {
        let Setup { panel, pool, meter, .. } = &judging.setup;
        let mut text = format!("{} to judge; nothing was asked\n", counted(self.answers, "answer"));
        let mut whole = Some(0.0);
        for (place, (sums, endpoint)) in self.judges.iter().zip(pool.endpoints()).enumerate() {
            let prompt = sums.prompt_tokens();
            let at_most = if panel.escalates && place + 1 == self.judges.len() { "at most " } else { "" };
            let cost = endpoint.prices.map(|prices| prices.of(prompt, sums.replies));
            whole = whole.zip(cost).map(|(whole, cost)| whole + cost);
            let cost = cost.map_or("no prices are configured".to_owned(), |cost| format!("about {cost:.4}"));
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "  {}: {at_most}{}, {prompt} tokens of prompts, about {} of replies, cost: {cost}",
                crate::report::printable(&endpoint.model),
                counted(sums.requests, "request"),
                sums.replies,
            );
        }
        if let (Some(whole), true) = (whole, self.judges.len() > 1) {
            let _ = writeln!(text, "  together: about {whole:.4}");
        }
        if let (Some(whole), Some(most)) = (whole, meter.most()) {
            let verdict = if whole > most { "more than" } else { "within" };
            let _ = writeln!(text, "  {verdict} the {most} that --max-cost allows");
        }
        if self.too_long > 0 {
            let _ = writeln!(text, "  {} too long for a judge: graded offline", counted(self.too_long, "answer"));
        }
        let _ = writeln!(
            text,
            "replies are taken to have {REPLY} tokens and {VERDICT} a criterion; asking again costs more, what is kept \
             from before costs nothing"
        );
        text
    }
}

impl Sums {
    /// Counted, or told from the length of those that were.
    fn prompt_tokens(&self) -> u64 {
        let tokens = u128::from(self.counted_tokens) * u128::from(self.bytes);
        u64::try_from(tokens / u128::from(self.counted_bytes).max(1)).unwrap_or(u64::MAX)
    }
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
