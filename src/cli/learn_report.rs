//! Renders the results of `gradus bank learn` as text and JSON.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Paint};
use serde_json::{Value, json};

use super::printer::Printer;
use crate::bank::{HeldOut, Learned, Proposal, Refusal, RefusalReason, Suggestion};
use crate::report::{self, paragraph, printable};
use crate::wording::counted;

/// Maximum number of suggestions per question in the text.
const SUGGESTIONS: usize = 3;

/// The results as JSON, one object per question.
pub(super) fn json(all: &[Learned]) -> anyhow::Result<String> {
    let question = |learned: &Learned| {
        let refusal =
            |refusal: &Refusal| json!({ "criterion": refusal.criterion, "reason": refusal.reason.to_string() });
        json!({
            "question": learned.question,
            "answers": learned.answers,
            "held_out": learned.held_out,
            "tried": learned.tried,
            "proposals": learned.proposals,
            "suggestions": learned.suggestions,
            "refused": learned.refusals.iter().map(refusal).collect::<Vec<_>>(),
        })
    };
    Ok(report::json(&all.iter().map(question).collect::<Vec<Value>>())?)
}

/// The results as text. If quiet, one line per proposal.
pub(super) fn text(all: &[Learned], printer: &Printer) -> String {
    let mut text = String::new();
    for learned in all {
        if printer.is_quiet() {
            for proposal in &learned.proposals {
                let _ = writeln!(text, "{} {} {}", learned.question, proposal.criterion, printable(&proposal.phrase));
            }
        } else {
            write_question(&mut text, learned, printer);
        }
    }
    if !printer.is_quiet() {
        let _ = writeln!(text, "{}", summary(all));
    }
    text
}

fn write_question(text: &mut String, learned: &Learned, printer: &Printer) {
    let heading = if printer.style.color { Paint::new().bold() } else { Paint::new() };
    let _ = writeln!(text, "{heading}{}{heading:#} ({})", learned.question, counted(learned.answers, "answer"));
    for refusal in &learned.refusals {
        text.push_str(&paragraph(&format!("nothing learned: {refusal}"), 2, printer.style));
    }
    if learned.refusals.is_empty() && learned.proposals.is_empty() {
        text.push_str(&paragraph(&without_proposals(learned), 2, printer.style));
    }
    for proposal in &learned.proposals {
        write_proposal(text, proposal, printer);
    }
    for suggestion in learned.suggestions.iter().take(SUGGESTIONS) {
        write_suggestion(text, suggestion, printer);
    }
    text.push('\n');
}

fn without_proposals(learned: &Learned) -> String {
    let held_out = counted(learned.held_out, "answer");
    match learned.tried {
        0 => "nothing to try: no phrase that separates high from low answers fits into the rubric".to_owned(),
        1 => format!("1 phrase tried; it does not raise agreement on the {held_out} held out, or it breaks a golden"),
        tried => {
            format!(
                "{tried} phrases tried; none of them raises agreement on the {held_out} held out without breaking a golden"
            )
        }
    }
}

/// Writes a phrase that is not in the patch.
fn write_suggestion(text: &mut String, suggestion: &Suggestion, printer: &Printer) {
    let Suggestion { criterion, phrase, high_with, high, low_with, low, example } = suggestion;
    let _ = writeln!(text, "  ? {}", printable(phrase));
    let note = format!("related to no concept, so it was not tried; it may be missing in {criterion}");
    text.push_str(&paragraph(&note, 6, printer.style));
    let _ = writeln!(text, "      {high_with} of {high} high answers, {low_with} of {low} low");
    text.push_str(&paragraph(&format!("\"{example}\""), 6, printer.style));
}

fn write_proposal(text: &mut String, proposal: &Proposal, printer: &Printer) {
    let paint = if printer.style.color { Paint::new().fg_color(Some(AnsiColor::Green.into())) } else { Paint::new() };
    let Proposal { criterion, target, high_with, high, low_with, low, strength, held_out, .. } = proposal;
    let HeldOut { metric, answers, before, after } = held_out;
    let _ = writeln!(text, "  {paint}+ {}{paint:#}", printable(&proposal.phrase));
    let _ = writeln!(text, "      {criterion}: {}", printable(&target.to_string()));
    let _ =
        writeln!(text, "      {high_with} of {high} high answers, {low_with} of {low} low (strength {strength:.2})");
    let _ = writeln!(text, "      held out: {metric} {before:.3} to {after:.3} on {}", counted(*answers, "answer"));
    for example in &proposal.examples {
        text.push_str(&paragraph(&format!("\"{example}\""), 6, printer.style));
    }
}

fn summary(all: &[Learned]) -> String {
    let proposals: usize = all.iter().map(|learned| learned.proposals.len()).sum();
    let is_refused = |learned: &&Learned| {
        let mut reasons = learned.refusals.iter().map(|refusal| &refusal.reason);
        learned.proposals.is_empty() && reasons.any(|reason| *reason != RefusalReason::ForeignCriterion)
    };
    let refused = all.iter().filter(is_refused).count();
    let with = all.iter().filter(|learned| !learned.proposals.is_empty()).count();
    let more = match refused {
        0 => String::new(),
        _ => format!(", {} with too little to learn from", counted(refused, "question")),
    };
    format!("{} for {with} of {}{more}", counted(proposals, "proposal"), counted(all.len(), "question"))
}
