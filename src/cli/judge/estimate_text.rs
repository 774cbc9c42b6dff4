//! Formats an estimate of tokens and costs, as `batch --dry-run` prints it.
//!
//! The engine computes the estimate; nothing is sent or printed here.

use std::fmt::Write as _;

use crate::engine::{Estimate, Judges, REPLY_TOKENS, VERDICT_TOKENS};
use crate::wording::counted;

/// The text of an estimate: one line for each judge, then totals and the assumptions.
pub(in crate::cli) fn estimate_text(estimate: &Estimate, judges: &Judges) -> String {
    let mut text = format!("{} to judge; no request was sent\n", counted(estimate.answers(), "answer"));
    let estimates = estimate.judges(judges);
    let mut total = Some(0.0);
    for judge in &estimates {
        let at_most = if judge.is_last_resort { "at most " } else { "" };
        total = total.zip(judge.cost).map(|(total, cost)| total + cost);
        let cost = judge.cost.map_or("no prices are configured".to_owned(), |cost| format!("about {cost:.4}"));
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "  {}: {at_most}{}, {} prompt tokens, about {} reply tokens, cost: {cost}",
            crate::report::printable(&judge.model),
            counted(judge.requests, "request"),
            judge.prompt_tokens,
            judge.reply_tokens,
        );
    }
    if let (Some(total), true) = (total, estimates.len() > 1) {
        let _ = writeln!(text, "  total: about {total:.4}");
    }
    if let (Some(total), Some(most)) = (total, judges.max_cost()) {
        let verdict = if total > most { "more than" } else { "within" };
        let _ = writeln!(text, "  {verdict} the {most} that --max-cost allows");
    }
    if estimate.too_long() > 0 {
        let too_long = counted(estimate.too_long(), "answer");
        let _ = writeln!(text, "  {too_long} with a prompt that is too long for at least one judge");
    }
    let _ = writeln!(
        text,
        "a reply is assumed to have {REPLY_TOKENS} tokens and {VERDICT_TOKENS} for each criterion; asking again after an \
         invalid reply costs more, cached replies cost nothing"
    );
    text
}
