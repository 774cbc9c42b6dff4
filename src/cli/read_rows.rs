//! Reads graded answers and questions to draft from, in every input format.
//!
//! A row that cannot be read is reported with its location and left out, and the command ends with exit code 1. A
//! file without a usable row is an error.

use std::collections::HashMap;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use tempfile::NamedTempFile;

use super::args::{AnswerColumns, QuestionColumns, RowColumns, RowFormat};
use super::exit_status::ExitStatus;
use super::files::{is_stream, read_text};
use super::hints::advised;
use super::printer::Printer;
use super::question_meaning::{InputColumns, QuestionMeaning};
use crate::agreement::ScoredRow;
use crate::bank::{BankError, DraftQuestion};
use crate::batch::{
    BadRow, DraftColumns, GradedColumns, InputContext, InputError, InputFault, InputFormat, ReadRows, RecordReader,
    RowFault, open_drafts, open_graded, read_drafts, read_graded,
};
use crate::model::QuestionMatch;
use crate::questions::{FindError, FoundQuestion, Questions};
use crate::wording::{agreeing, counted};

/// Hint for answers without the columns that are needed.
const GRADED_HINT: &str = "name the columns with --id, --question, --answer and --score";
/// Hint for answers that are grouped, without the columns that are needed.
const GROUPED_HINT: &str = "name the columns with --id, --question, --answer, --score and --by";
/// Hint for questions without the columns that are needed.
const DRAFTS_HINT: &str = "name the columns with --id, --prompt, --references and --criteria";

/// Maximum number of bad rows that a message lists.
const LISTED: usize = 3;

impl From<RowFormat> for InputFormat {
    fn from(format: RowFormat) -> Self {
        match format {
            RowFormat::Jsonl => Self::Jsonl,
            RowFormat::Csv => Self::Csv,
            RowFormat::Tsv => Self::Tsv,
            RowFormat::Parquet => Self::Parquet,
        }
    }
}

/// Reads answers with the scores that people gave. Rows name their question by its id or a wording, as in `batch`, and
/// are returned with an id; `--question` may name the question of rows that do not. `by` is the column that answers are
/// grouped by.
///
/// # Errors
/// When the input cannot be read, has no usable row, or has no score.
pub(super) fn read_rows(
    path: &Path,
    given: &RowColumns,
    by: Option<&str>,
    questions: &Questions,
    printer: &Printer,
) -> anyhow::Result<ReadRows<ScoredRow>> {
    let hint = if by.is_some() { GROUPED_HINT } else { GRADED_HINT };
    given.of_answers.refuse_answer_of_folder(path)?;
    let bank = questions.bank();
    let usual = GradedColumns::default();
    let only = if let [only] = bank.entries() { Some(only.id.clone()) } else { None };
    let mut columns = GradedColumns {
        requires_id: given.id.is_some(),
        id: given.id.clone().unwrap_or(usual.id),
        question: given.of_answers.question.clone().unwrap_or_else(|| usual.question.clone()),
        answer: given.of_answers.answer.clone().unwrap_or(usual.answer),
        score: given.score.clone(),
        otherwise: only,
        by: by.map(str::to_owned),
    };
    let context = InputContext {
        ids: bank.entries().iter().map(|entry| entry.id.clone()).collect(),
        is_named: given.of_answers.question.is_some() || columns.otherwise.is_some(),
        ..InputContext::default()
    };
    let format = given.input_format.map(InputFormat::from);
    let (mut reader, _typed) = open(path, |path| open_graded(path, format, &columns, &context))
        .map_err(|error| with_hint_for_columns(error, hint))?;
    if let Some(name) = &given.of_answers.question {
        apply_question(name, &mut columns, &mut reader, questions, printer)?;
    }
    let read = read_graded(&mut reader, &columns).map_err(|error| with_hint_for_columns(error.into(), hint))?;
    let read = with_ids_of_questions(read, questions)?;
    let name = reader.name();
    refuse_without_rows(&read, name, hint, || {
        advised(
            format!("{name} has no answers"),
            "write one JSON object per line, with `question`, `answer` and `score`, or a table with these columns",
        )
    })?;
    if read.rows.iter().all(|row| row.score.is_none()) {
        return Err(advised(
            format!("{name} has no human scores"),
            format!("write the scores into `{}`, or name another column with --score", columns.score),
        ));
    }
    Ok(read)
}

/// Replaces wordings of questions by ids. A row whose wording fits several questions is a bad row; a name that fits none
/// stays as it is.
///
/// # Errors
/// When a wording is searched for and a rubric has faults.
fn with_ids_of_questions(read: ReadRows<ScoredRow>, questions: &Questions) -> Result<ReadRows<ScoredRow>, BankError> {
    let ReadRows { rows: named, mut bad } = read;
    // The ids as rows name them, so that rows of one question stay together: a rubric may list several.
    let mut ids: HashMap<usize, String> = HashMap::new();
    for row in &named {
        if let Ok(FoundQuestion { place, matched: QuestionMatch::Id, .. }) = questions.by_name(&row.question).as_ref() {
            ids.entry(*place).or_insert_with(|| row.question.clone());
        }
    }
    let mut rows = Vec::with_capacity(named.len());
    for mut row in named {
        match questions.by_name(&row.question).as_ref() {
            Ok(found) if found.matched == QuestionMatch::Id => {}
            Ok(found) => {
                let id = questions.bank().entries().get(found.place).map(|entry| &entry.id);
                if let Some(id) = ids.get(&found.place).or(id) {
                    row.question.clone_from(id);
                }
            }
            Err(FindError::Bank(error @ BankError::Faulty(_))) => return Err(error.clone()),
            Err(error @ (FindError::SharedWording { .. } | FindError::Ambiguous { .. })) => {
                bad.push(BadRow { at: row.at, fault: RowFault::SeveralQuestions(error.clone()) });
                continue;
            }
            // The command reports questions that are not in the bank.
            Err(_) => {}
        }
        rows.push(row);
    }
    bad.sort_by(|one, other| one.at.cmp(&other.at));
    Ok(ReadRows { rows, bad })
}

/// Applies `--question NAME` to the columns: the name is a column of the input, or the question of rows without a
/// question.
fn apply_question(
    name: &str,
    columns: &mut GradedColumns,
    reader: &mut RecordReader,
    questions: &Questions,
    printer: &Printer,
) -> anyhow::Result<()> {
    let names = reader.column_names();
    let shown = InputColumns { input: reader.name(), names: &names, is_table: reader.is_table() };
    let shown = if reader.is_folder() { None } else { Some(&shown) };
    if let QuestionMeaning::Question(id) = QuestionMeaning::of(name, shown, questions, printer)? {
        columns.question = GradedColumns::default().question;
        columns.otherwise = Some(id.to_owned());
    }
    Ok(())
}

/// Reads questions to draft rubrics from.
///
/// # Errors
/// When the input cannot be read, or has no usable row.
pub(super) fn read_questions(path: &Path, given: &QuestionColumns) -> anyhow::Result<ReadRows<DraftQuestion>> {
    if given.references.is_some() {
        refuse_column_of_texts(path, "the reference answer", "--references")?;
    }
    let usual = DraftColumns::default();
    let columns = DraftColumns {
        id: usual.id.or_chosen(given.id.as_deref()),
        prompt: usual.prompt.or_chosen(given.prompt.as_deref()),
        references: usual.references.or_chosen(given.references.as_deref()),
        criteria: usual.criteria.or_chosen(given.criteria.as_deref()),
    };
    let format = given.input_format.map(InputFormat::from);
    let (mut reader, _typed) = open(path, |path| open_drafts(path, format, &columns, &InputContext::default()))
        .map_err(|error| with_hint_for_columns(error, DRAFTS_HINT))?;
    let read = read_drafts(&mut reader, &columns).map_err(|error| with_hint_for_columns(error.into(), DRAFTS_HINT))?;
    refuse_without_rows(&read, reader.name(), DRAFTS_HINT, || {
        advised(
            format!("{} has no questions", reader.name()),
            "write one JSON object per line, with `id`, `prompt` and `references`, or a table with these columns",
        )
    })?;
    Ok(read)
}

impl AnswerColumns {
    /// Refuses `--answer` if the input is a folder.
    pub(super) fn refuse_answer_of_folder(&self, path: &Path) -> anyhow::Result<()> {
        if self.answer.is_some() { refuse_column_of_texts(path, "the answer", "--answer") } else { Ok(()) }
    }
}

/// Refuses a flag for a column whose values are the texts of files if the input is a folder.
fn refuse_column_of_texts(path: &Path, value: &str, flag: &str) -> anyhow::Result<()> {
    if path.is_dir() {
        let message = format!("{} is a folder, where the text of each file is {value}", path.display());
        return Err(advised(message, format!("leave out {flag}")));
    }
    Ok(())
}

/// Opens an input. Rows that are typed on a terminal are first collected in a file, because the terminal's own line
/// buffer cuts long lines; the file lasts as long as the second value.
fn open(
    path: &Path,
    open: impl FnOnce(&Path) -> Result<RecordReader, InputError>,
) -> anyhow::Result<(RecordReader, Option<NamedTempFile>)> {
    if !is_stream(path) || !io::stdin().is_terminal() {
        return Ok((open(path)?, None));
    }
    let text = read_text(path)?;
    let keep = || -> io::Result<NamedTempFile> {
        let mut file = NamedTempFile::new()?;
        file.write_all(text.as_bytes())?;
        Ok(file)
    };
    let file = keep().context("cannot keep the typed rows in a temporary file")?;
    let name = || "standard input".to_owned();
    let reader = open(file.path()).map(|reader| reader.called(name())).map_err(|error| error.called(name()))?;
    Ok((reader, Some(file)))
}

/// Replaces hints that name flags or the purpose of `batch`; `hint` names the flags for columns.
fn with_hint_for_columns(error: anyhow::Error, hint: &str) -> anyhow::Error {
    if let Some(InputError::Unusable { fault: InputFault::NoColumnInFolder { .. }, .. }) = error.downcast_ref() {
        let hint = "leave --id out; the id of an answer is `id` in its front matter, or the path of its file";
        return advised(error.to_string(), hint);
    }
    if let Some(InputError::Unusable { fault: InputFault::PlainText, .. }) = error.downcast_ref() {
        let hint = "write the rows as JSON Lines or as a table, or name the folder that contains the file";
        return advised(error.to_string(), hint);
    }
    let is_about_columns = matches!(
        error.downcast_ref::<InputError>(),
        Some(InputError::Unusable {
            fault: InputFault::NoColumn { .. } | InputFault::NoField { .. } | InputFault::TwoColumns { .. },
            ..
        })
    );
    if is_about_columns { advised(error.to_string(), hint) } else { error }
}

/// Fails if no row can be used: with the first bad row, or with `empty` if there are no rows at all. `hint` names the
/// flags for columns.
fn refuse_without_rows<T>(
    read: &ReadRows<T>,
    name: &str,
    hint: &str,
    empty: impl FnOnce() -> anyhow::Error,
) -> anyhow::Result<()> {
    match (read.rows.is_empty(), read.bad.first()) {
        (false, _) => Ok(()),
        (true, None) => Err(empty()),
        (true, Some(bad)) if matches!(bad.fault, RowFault::MissingField { .. }) => {
            Err(advised(format!("{name}: {bad}"), hint))
        }
        (true, Some(bad)) => Err(anyhow::Error::new(bad.clone()).context(name.to_owned())),
    }
}

/// Warns of rows that could not be read. Returns the exit status of a command that otherwise did its work.
pub(super) fn report_bad_rows(bad: &[BadRow], name: &str, printer: &Printer) -> ExitStatus {
    let Some(first) = bad.first() else { return ExitStatus::Done };
    let noun = if first.at.file().is_some() { "file" } else { "row" };
    let (count, is) = (counted(bad.len(), noun), agreeing(bad.len(), "is", "are"));
    let listed: Vec<String> = bad.iter().take(LISTED).map(ToString::to_string).collect();
    let more = match bad.len().saturating_sub(LISTED) {
        0 => String::new(),
        others => format!("; and {others} more"),
    };
    let message = format!("{count} of {name} cannot be read and {is} left out: {}{more}", listed.join("; "));
    // because one hint below several faults would seem to be about all of them
    match first.hint().filter(|hint| bad.iter().all(|row| row.hint() == Some(*hint))) {
        Some(hint) => printer.warning_with_hint(&message, hint),
        None => printer.warning(&message),
    }
    ExitStatus::CheckFailed
}
