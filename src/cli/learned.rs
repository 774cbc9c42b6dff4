//! What was learned from graded answers, as it is shown.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Paint};
use serde_json::{Value, json};

use super::printer::Printer;
use crate::bank::{Learned, Proposal, Reason, Refusal};
use crate::report::{self, paragraph, printable};

/// For programs: a list of questions.
pub(super) fn json(all: &[Learned]) -> anyhow::Result<String> {
    let question = |learned: &Learned| {
        let refusal =
            |refusal: &Refusal| json!({ "criterion": refusal.criterion, "reason": refusal.reason.to_string() });
        json!({
            "question": learned.question,
            "answers": learned.answers,
            "proposals": learned.proposals,
            "refused": learned.refusals.iter().map(refusal).collect::<Vec<_>>(),
        })
    };
    Ok(report::json(&all.iter().map(question).collect::<Vec<Value>>())?)
}

/// For people: the proposals of each question, and why there are none. One line a proposal when quiet.
pub(super) fn text(all: &[Learned], printer: &Printer) -> String {
    let mut text = String::new();
    for learned in all {
        if printer.is_quiet() {
            for proposal in &learned.proposals {
                let _ = writeln!(text, "{} {} {}", learned.question, proposal.criterion, printable(&proposal.phrase));
            }
        } else {
            question(&mut text, learned, printer);
        }
    }
    if !printer.is_quiet() {
        let _ = writeln!(text, "{}", summary(all));
    }
    text
}

fn question(text: &mut String, learned: &Learned, printer: &Printer) {
    let heading = if printer.style.color { Paint::new().bold() } else { Paint::new() };
    let _ = writeln!(text, "{heading}{}{heading:#} ({})", learned.question, count(learned.answers, "answer"));
    for refusal in &learned.refusals {
        text.push_str(&paragraph(&format!("nothing learned: {refusal}"), 2, printer.style));
    }
    if learned.refusals.is_empty() && learned.proposals.is_empty() {
        text.push_str("  nothing that tells high answers from low ones is missing\n");
    }
    for proposal in &learned.proposals {
        one(text, proposal, printer);
    }
    text.push('\n');
}

fn one(text: &mut String, proposal: &Proposal, printer: &Printer) {
    let paint = if printer.style.color { Paint::new().fg_color(Some(AnsiColor::Green.into())) } else { Paint::new() };
    let Proposal { criterion, target, high_with, high, low_with, low, strength, .. } = proposal;
    let _ = writeln!(text, "  {paint}+ {}{paint:#}", printable(&proposal.phrase));
    let _ = writeln!(text, "      {criterion}: {}", printable(&target.to_string()));
    let _ =
        writeln!(text, "      {high_with} of {high} high answers, {low_with} of {low} low (strength {strength:.2})");
    for example in &proposal.examples {
        text.push_str(&paragraph(&format!("\"{example}\""), 6, printer.style));
    }
}

fn summary(all: &[Learned]) -> String {
    let proposals = all.iter().map(|learned| learned.proposals.len()).sum();
    let is_refused = |learned: &&Learned| {
        let mut reasons = learned.refusals.iter().map(|refusal| &refusal.reason);
        learned.proposals.is_empty() && reasons.any(|reason| *reason != Reason::NotOwn)
    };
    let refused = all.iter().filter(is_refused).count();
    let with = all.iter().filter(|learned| !learned.proposals.is_empty()).count();
    let more = match refused {
        0 => String::new(),
        _ => format!(", {} with too little to learn from", count(refused, "question")),
    };
    format!("{} for {with} of {}{more}", count(proposals, "proposal"), count(all.len(), "question"))
}

fn count(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
