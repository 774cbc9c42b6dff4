//! `prompt`: what a judge would be told of an answer, to the letter.

use std::fmt::Write as _;

use super::setup::{UNKNOWN, panel_of};
use crate::cli::Outcome;
use crate::cli::answer::Input;
use crate::cli::args::{ListFormat, Prompt as Args};
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::judge::{Brief, Count as _, Panel, Part, Prompt, Role};
use crate::llm::{Counting, Tokens};
use crate::report::DataLayout;

pub(in crate::cli) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<Outcome> {
    let mut settings = settings.clone();
    settings.llm = settings.llm.with_flags(&args.endpoint, &args.panel, false)?;
    let bank = crate::cli::bank::open(&settings)?;
    let entry = bank.entry(&args.question)?;
    let brief = Brief::new(&bank.question(entry)?, &bank.samples(entry)?);
    let input = Input::read(args.file.as_deref(), printer)?;
    let panel = panel_of(&settings)?;
    let tokens = Tokens::new(panel.members.iter().map(|member| member.model.as_str()));
    let mut objects = Vec::new();
    for judge in 0..panel.members.len() {
        let prompt = brief.prompt(&panel, judge, input.body(), None, &tokens)?;
        match args.format {
            ListFormat::Text => printer.data(&text(&panel, judge, &prompt, &tokens), DataLayout::Rows)?,
            ListFormat::Json => objects.push(json(&panel, judge, &prompt, &tokens)),
        }
    }
    match objects.as_slice() {
        [] => {}
        [only] => printer.data(&crate::report::json(only)?, DataLayout::Json)?,
        several => printer.data(&crate::report::json(&several)?, DataLayout::Json)?,
    }
    Ok(Outcome::Done)
}

fn tokens_of(prompt: &Prompt, judge: usize, tokens: &Tokens) -> Vec<(Part, usize)> {
    prompt.parts.iter().map(|(part, text)| (*part, tokens.tokens(judge, text))).collect()
}

fn text(panel: &Panel, judge: usize, prompt: &Prompt, tokens: &Tokens) -> String {
    let mut text = String::new();
    if panel.members.len() > 1 {
        let _ = writeln!(text, "=== for {}\n", panel.members[judge].model);
    }
    for message in &prompt.messages {
        // Writing to a string does not fail.
        let _ = writeln!(text, "=== {}\n{}\n", name(message.role), message.text);
    }
    text.push_str("=== tokens\n");
    let parts = tokens_of(prompt, judge, tokens);
    for (part, count) in &parts {
        let _ = writeln!(text, "{count:>8}  {}", part.name());
    }
    let whole: usize = parts.iter().map(|(_, count)| count).sum();
    let member = &panel.members[judge];
    let _ = writeln!(
        text,
        "{whole:>8}  of {} that there is room for, {}",
        member.room,
        counted(&member.model, judge, tokens)
    );
    text
}

fn counted(model: &str, judge: usize, tokens: &Tokens) -> String {
    match tokens.counting(judge) {
        Counting::Known => format!("as {model} counts them"),
        Counting::Guessed if model == UNKNOWN => "by the usual table, and a fifth more: no model is named".to_owned(),
        Counting::Guessed => format!("by the usual table, and a fifth more: how {model} counts is not known"),
    }
}

fn json(panel: &Panel, judge: usize, prompt: &Prompt, tokens: &Tokens) -> serde_json::Value {
    let message =
        |message: &crate::judge::Message| serde_json::json!({"role": name(message.role), "content": &*message.text});
    let parts = tokens_of(prompt, judge, tokens);
    serde_json::json!({
        "provider": panel.members[judge].provider,
        "model": panel.members[judge].model,
        "messages": prompt.messages.iter().map(message).collect::<Vec<_>>(),
        "schema": prompt.shape.schema,
        "tokens": parts.iter().map(|(part, count)| (part.name().to_owned(), (*count).into())).collect::<serde_json::Map<_, _>>(),
        "room": panel.members[judge].room,
        "counting": match tokens.counting(judge) {
            Counting::Known => "known",
            Counting::Guessed => "guessed",
        },
    })
}

fn name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}
