//! `gradus bank draft`: drafts rubrics from reference answers.

use std::path::{Path, PathBuf};

use super::args::Draft as Args;
use super::exit_status::ExitStatus;
use super::files::{display_name, is_stream, names_folder, run_folder_of, write_together};
use super::hints::advised;
use super::printer::Printer;
use super::read_rows::{read_questions, report_bad_rows};
use super::scored_rows::first_names;
use super::settings::Settings;
use crate::bank::{self, Bank, BankError, DraftQuestion};
use crate::batch::ReadRows;
use crate::wording::counted;

/// Maximum number of existing files that an error lists.
const MAX_LISTED_FILES: usize = 3;

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    check_output(&args.output)?;
    let ReadRows { rows: questions, bad } = questions(args, settings, printer)?;
    let words = super::open_bank::for_draft_in(&args.output)?;
    let synonyms = words.synonyms().map_err(BankError::Faulty)?;
    let related = words.related().map_err(BankError::Faulty)?;
    let files = bank::draft(&questions, &args.topic, &synonyms, &related)?;
    let existing: Vec<String> = files
        .iter()
        .map(|file| args.output.join(&file.name))
        .filter(|path| path.exists())
        .map(|path| path.display().to_string())
        .collect();
    if !existing.is_empty() && !args.force {
        let others = existing.len().saturating_sub(MAX_LISTED_FILES);
        let more = if others == 0 { String::new() } else { format!(" and {others} more") };
        let named: Vec<&str> = existing.iter().take(MAX_LISTED_FILES).map(String::as_str).collect();
        return Err(advised(
            format!("{}{more} would be overwritten", named.join(", ")),
            "choose another --output or --topic, or use --force",
        ));
    }
    let paths: Vec<(PathBuf, &str)> =
        files.iter().map(|file| (args.output.join(&file.name), file.text.as_str())).collect();
    write_together(&paths)?;
    let count = counted(files.len(), "rubric");
    let folder = args.output.display();
    printer.result(&format!("{count} drafted in {folder}"))?;
    note_of_shared_prompts(&questions, printer);
    printer.note(&format!("read and correct the rubrics; `gradus bank check {folder}` reports their faults"));
    let from = args.questions.as_deref().map(display_name).unwrap_or_default();
    Ok(report_bad_rows(&bad, &from, printer))
}

/// Checks that the output can be the folder of a bank.
fn check_output(output: &Path) -> anyhow::Result<()> {
    let shown = output.display();
    if is_stream(output) {
        return Err(advised("`-` is not a folder: a draft has several files", "name a folder with --output"));
    }
    if let Some(run) = run_folder_of(&output.join("rubrics")) {
        let message = format!("the draft would be written into {}, where a batch saves its results", run.display());
        return Err(advised(message, "choose another --output"));
    }
    // because `file/` does not exist where `file` is a file
    let without_separator = output.components().as_path();
    if let Some(file) = without_separator.ancestors().find(|path| path.exists()).filter(|path| !path.is_dir()) {
        let hint = "name a folder with --output; the rubrics are written below it";
        return Err(advised(format!("{} is not a folder", file.display()), hint));
    }
    if !output.is_dir() && !names_folder(output) && output.extension().is_some_and(|extension| extension == "toml") {
        let hint = format!("name the folder of the bank with --output, or write {shown}/ if the folder has this name");
        return Err(advised(format!("{shown} names a rubric, but a draft is a folder of rubrics"), hint));
    }
    if output.file_name().is_some_and(|name| name == "rubrics") {
        let message = format!("{shown} is the folder of rubrics in a bank, and a draft would be written below it");
        return Err(advised(message, "name the folder that contains `rubrics`"));
    }
    Ok(())
}

fn questions(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ReadRows<DraftQuestion>> {
    if let Some(folder) = &args.corpus {
        if !folder.is_dir() {
            let message = format!("{} is not a folder", folder.display());
            return Err(advised(message, "name the folder that contains <topic>/<id>.md"));
        }
        let files = crate::engine::load_corpus(folder)?;
        let bank =
            settings.bank.value.as_ref().map(|folder| crate::engine::load_files(folder).map(Bank::new)).transpose()?;
        let questions = bank::questions_from_corpus(&files, bank.as_ref())?;
        warn_of_made_up_prompts(&questions, printer);
        return Ok(ReadRows { rows: questions, bad: Vec::new() });
    }
    // because clap requires QUESTIONS if there is no --corpus, the default is never used.
    let path = args.questions.as_deref().unwrap_or(Path::new("-"));
    let read = read_questions(path, &args.columns)?;
    if path.is_dir() {
        warn_of_made_up_prompts(&read.rows, printer);
    }
    Ok(read)
}

/// Warns of prompts that were made from ids, because a file need not contain the wording of its question.
fn warn_of_made_up_prompts(questions: &[DraftQuestion], printer: &Printer) {
    let made_up: Vec<&str> =
        questions.iter().filter(|one| one.has_made_up_prompt()).map(|one| one.id.as_str()).collect();
    if !made_up.is_empty() {
        printer.warning_with_hint(
            &format!(
                "the id is used as the prompt of {}, because the wording of the question is unknown",
                first_names(&made_up)
            ),
            "add `prompt = \"...\"` to the front matter of the file; with --corpus, --bank can also name a bank that \
             has the question",
        );
    }
}

/// Reports prompts that several questions share. A row that names its question by such a prompt is not graded.
fn note_of_shared_prompts(questions: &[DraftQuestion], printer: &Printer) {
    let shared = bank::with_shared_prompts(questions);
    if !shared.is_empty() {
        let ids: Vec<&str> = shared.iter().map(|question| question.id.as_str()).collect();
        printer.note(&format!(
            "these questions share their prompt with another question: {}; rows that name such a question by its \
             prompt are not graded; use its id",
            first_names(&ids)
        ));
    }
}
