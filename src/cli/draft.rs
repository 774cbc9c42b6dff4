//! `bank draft`: rubrics from reference answers.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::args::Draft as Args;
use super::exit_status::ExitStatus;
use super::files::{name, read_text, write_together};
use super::graded::few;
use super::printer::Printer;
use super::settings::Settings;
use crate::bank::{self, Bank, BankError, DraftQuestion};

/// Files that are named when there are more in the way.
const NAMED: usize = 3;

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let questions = questions(args, settings, printer)?;
    let words = super::bank::of_words(&args.output)?;
    let synonyms = words.synonyms().map_err(BankError::Faulty)?;
    let related = words.related().map_err(BankError::Faulty)?;
    let files = bank::draft(&questions, &args.topic, &synonyms, &related)?;
    let there: Vec<String> = files
        .iter()
        .map(|file| args.output.join(&file.name))
        .filter(|path| path.exists())
        .map(|path| path.display().to_string())
        .collect();
    if !there.is_empty() && !args.force {
        let others = there.len().saturating_sub(NAMED);
        let more = if others == 0 { String::new() } else { format!(" and {others} more") };
        let named: Vec<&str> = there.iter().take(NAMED).map(String::as_str).collect();
        bail!(
            "{}{more} would be overwritten\nhint: choose another --output or --topic, or say --force",
            named.join(", ")
        );
    }
    let places: Vec<(PathBuf, &str)> =
        files.iter().map(|file| (args.output.join(&file.name), file.text.as_str())).collect();
    write_together(&places)?;
    let count = match files.len() {
        1 => "1 rubric".to_owned(),
        count => format!("{count} rubrics"),
    };
    let folder = args.output.display();
    printer.result(&format!("{count} drafted in {folder}"))?;
    note_of_shared_prompts(&questions, printer);
    printer.note(&format!("read and mend them; `gradus bank check {folder}` tells what is wrong"));
    Ok(ExitStatus::Done)
}

fn questions(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<Vec<DraftQuestion>> {
    if let Some(folder) = &args.corpus {
        if !folder.is_dir() {
            bail!("{} is no folder\nhint: name the folder that holds <topic>/<id>.md", folder.display());
        }
        let files = crate::engine::load_corpus(folder)?;
        let bank =
            settings.bank.value.as_ref().map(|folder| crate::engine::load_files(folder).map(Bank::new)).transpose()?;
        let questions = bank::questions_from_corpus(&files, bank.as_ref())?;
        warn_of_made_up_prompts(&questions, printer);
        return Ok(questions);
    }
    let Some(path) = &args.questions else { bail!("no questions named") };
    let text = read_text(path)?;
    bank::questions_from_jsonl(&text).with_context(|| name(path))
}

/// Corpus files need not hold the wording of their question.
fn warn_of_made_up_prompts(questions: &[DraftQuestion], printer: &Printer) {
    let made_up: Vec<&str> =
        questions.iter().filter(|one| one.has_made_up_prompt()).map(|one| one.id.as_str()).collect();
    if !made_up.is_empty() {
        printer.warning(&format!(
            "the id is used as the prompt of {}: the wording of the question is not known\n\
             hint: add `prompt = \"...\"` to the head of the corpus file, or name the bank of the question with --bank",
            few(&made_up)
        ));
    }
}

/// A row that asks a shared prompt does not tell which question it means.
fn note_of_shared_prompts(questions: &[DraftQuestion], printer: &Printer) {
    let shared = bank::with_shared_prompts(questions);
    if !shared.is_empty() {
        let ids: Vec<&str> = shared.iter().map(|question| question.id.as_str()).collect();
        printer.note(&format!(
            "these questions share their prompt with another one: {}; rows that name such a question by its prompt \
             are not graded: name it by its id",
            few(&ids)
        ));
    }
}
