//! `prompt`: prints the messages that a judge would receive, with their tokens.
//!
//! The text is the exact prompt of a grading run. No request is sent, so neither a key nor an endpoint is needed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::value::RawValue;

use super::answer::Input;
use super::args::{ListFormat, Prompt as Args};
use super::exit_status::ExitStatus;
use super::judge::{COMMON_TOKENIZER, UNKNOWN_MODEL, panel_of};
use super::open;
use super::printer::Printer;
use super::settings::Settings;
use crate::judge::{Count as _, JudgeId, Member, Panel, Part, Prompt, Role};
use crate::llm::{TokenizerKind, Tokens};
use crate::report::DataLayout;

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let mut settings = settings.clone();
    settings.llm = settings.llm.with_flags(&args.endpoint, &args.panel, false)?;
    let engine = open::offline(&settings)?;
    let brief = engine.questions().brief(engine.question(&args.question)?)?;
    let input = Input::read(args.file.as_deref(), printer)?;
    let panel = panel_of(&settings)?;
    let tokens = Tokens::new(panel.members.iter().map(|member| member.model.as_str()));
    let mut objects = Vec::new();
    for (judge, member) in panel.judges().zip(&panel.members) {
        let prompt = brief.prompt(&panel, judge, input.body(), None, &tokens)?;
        match args.format {
            ListFormat::Text => printer.data(&text(&panel, judge, member, &prompt, &tokens), DataLayout::Rows)?,
            ListFormat::Json => objects.push(json(judge, member, &prompt, &tokens)?),
        }
    }
    match objects.as_slice() {
        [] => {}
        [only] => printer.data(&crate::report::json(only)?, DataLayout::Json)?,
        several => printer.data(&crate::report::json(&several)?, DataLayout::Json)?,
    }
    Ok(ExitStatus::Done)
}

/// The tokens of each part of a prompt.
fn tokens_of(prompt: &Prompt, judge: JudgeId, tokens: &Tokens) -> Vec<(Part, usize)> {
    prompt.parts.iter().map(|(part, text)| (*part, tokens.tokens(judge, text))).collect()
}

/// The messages as text, then a table of tokens.
fn text(panel: &Panel, judge: JudgeId, member: &Member, prompt: &Prompt, tokens: &Tokens) -> String {
    let mut text = String::new();
    if panel.members.len() > 1 {
        let _ = writeln!(text, "=== for {}\n", member.model);
    }
    for message in &prompt.messages {
        // Writing to a string does not fail.
        let _ = writeln!(text, "=== {}\n{}\n", role_name(message.role), message.text);
    }
    text.push_str("=== tokens\n");
    let parts = tokens_of(prompt, judge, tokens);
    for (part, count) in &parts {
        let _ = writeln!(text, "{count:>8}  {}", part.name());
    }
    let total: usize = parts.iter().map(|(_, count)| count).sum();
    let _ = writeln!(
        text,
        "{total:>8}  of the {} tokens that fit into the context; {}",
        member.room,
        counting_note(&member.model, judge, tokens)
    );
    text
}

/// How the tokens were counted.
fn counting_note(model: &str, judge: JudgeId, tokens: &Tokens) -> String {
    match tokens.tokenizer(judge) {
        TokenizerKind::Known => format!("tokens are counted with the tokenizer of {model}"),
        TokenizerKind::Guessed if model == UNKNOWN_MODEL => format!("{COMMON_TOKENIZER}, because no model is named"),
        TokenizerKind::Guessed => format!("{COMMON_TOKENIZER}, because the tokenizer of {model} is not known"),
    }
}

/// A prompt as JSON. The keys of the schema are in the order in which they are sent.
#[derive(Serialize)]
struct PromptJson {
    counting: &'static str,
    messages: Vec<serde_json::Value>,
    model: String,
    provider: String,
    room: usize,
    schema: Box<RawValue>,
    tokens: BTreeMap<&'static str, usize>,
}

fn json(judge: JudgeId, member: &Member, prompt: &Prompt, tokens: &Tokens) -> anyhow::Result<PromptJson> {
    let message = |message: &crate::judge::Message| serde_json::json!({"role": role_name(message.role), "content": &*message.text});
    Ok(PromptJson {
        counting: match tokens.tokenizer(judge) {
            TokenizerKind::Known => "known",
            TokenizerKind::Guessed => "guessed",
        },
        messages: prompt.messages.iter().map(message).collect(),
        model: member.model.clone(),
        provider: member.provider.clone(),
        room: member.room,
        schema: RawValue::from_string(prompt.reply_schema.schema.to_string())?,
        tokens: tokens_of(prompt, judge, tokens).into_iter().map(|(part, count)| (part.name(), count)).collect(),
    })
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}
