//! `gradus ideas`: lists, shows and finds the ideas of a bank.

use std::fmt::Write as _;

use super::args::{Ideas as Args, IdeasCommand, ListFormat};
use super::exit_status::ExitStatus;
use super::hints::advised;
use super::printer::Printer;
use super::settings::Settings;
use crate::bank::{Bank, IdeaInText, ListedIdea};
use crate::report::{self, printable};

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let bank = super::open_bank::from_settings(settings)?;
    match &args.command {
        IdeasCommand::List { format } => list(&bank, *format, printer),
        IdeasCommand::Show { id, format } => show(&bank, id, *format, printer),
        IdeasCommand::Find { text, format } => find(&bank, text, *format, printer),
    }
}

fn list(bank: &Bank, format: ListFormat, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let ideas = bank.listed_ideas()?;
    match format {
        ListFormat::Json => printer.result(&report::json(&ideas)?)?,
        ListFormat::Text => {
            let width = ideas.iter().map(|idea| idea.id.len()).max().unwrap_or(0);
            let lines = ideas.iter().map(|idea| format!("{:width$}  {}", idea.id, printable(&summary(idea))));
            printer.result(&lines.collect::<Vec<_>>().join("\n"))?;
        }
    }
    Ok(ExitStatus::Done)
}

/// What the idea means, or the first words of a list.
fn summary(idea: &ListedIdea) -> String {
    const SHOWN: usize = 6;
    let text = match idea.any.len() {
        _ if !idea.means.is_empty() => idea.means.clone(),
        0..=SHOWN => idea.any.join(", "),
        _ => format!("{}, ...", idea.any.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ")),
    };
    if idea.replaces { format!("{text} (replaces a built-in idea)") } else { text }
}

fn show(bank: &Bank, id: &str, format: ListFormat, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let ideas = bank.listed_ideas()?;
    let Some(idea) = ideas.iter().find(|idea| idea.id == id) else {
        let hint = match bank.ideas().nearest(id) {
            Some(nearest) => format!("did you mean {nearest}?"),
            None => "`gradus ideas list` lists all ideas".to_owned(),
        };
        return Err(advised(format!("no idea `{id}`"), hint));
    };
    match format {
        ListFormat::Json => printer.result(&report::json(idea)?)?,
        ListFormat::Text => printer.result(&as_text(idea))?,
    }
    Ok(ExitStatus::Done)
}

fn as_text(idea: &ListedIdea) -> String {
    let mut text = format!("{}\n{}\n{}\n", idea.id, printable(&summary(idea)), printable(&idea.file));
    for (title, lines) in [("wordings", &idea.any), ("says", &idea.says), ("not", &idea.not)] {
        if !lines.is_empty() {
            let _ = writeln!(text, "\n{title}");
        }
        for line in lines {
            let _ = writeln!(text, "  {}", printable(line));
        }
    }
    text
}

fn find(bank: &Bank, text: &str, format: ListFormat, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let found = bank.ideas_in(text)?;
    if found.is_empty() {
        printer.note("the text expresses no idea of the bank");
    }
    match format {
        ListFormat::Json => printer.result(&report::json(&found)?)?,
        ListFormat::Text if found.is_empty() => {}
        ListFormat::Text => {
            let width = found.iter().map(|idea| idea.id.len()).max().unwrap_or(0);
            let line = |idea: &IdeaInText| format!("{:width$}  \"{}\"", idea.id, printable(&idea.quote));
            printer.result(&found.iter().map(line).collect::<Vec<_>>().join("\n"))?;
        }
    }
    Ok(if found.is_empty() { ExitStatus::CheckFailed } else { ExitStatus::Done })
}
