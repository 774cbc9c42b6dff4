//! Answers with the scores that people gave: what measuring agreement, calibrating and learning read.
//!
//! A row needs its question, its answer and, to be of use, a score. A row that cannot be read is reported with its
//! location and left out; the others are used. Scores of criteria are in an object `criteria`, or in columns `criterion:<id>`.

use std::collections::BTreeMap;
use std::path::Path;

use gradus_core::agreement::{GroupValue, PointsRow, ScoredRow, shares_of};
use serde_json::Value;

use super::input::{
    BadRow, Field, FileColumns, InputContext, InputError, InputFormat, ReadRows, Record, RecordColumns, RecordReader,
    RowFault, number, read_all,
};

/// A column that starts with this holds the credits of the criterion whose id follows.
const CRITERION: &str = "criterion:";
const CRITERIA: &str = "criteria";
const MAX_SCORE: &str = "max_score";
const SCORE1: &str = "score1";
const SCORE2: &str = "score2";
const SPLIT: &str = "split";

/// The columns of graded answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradedColumns {
    /// The answer's id; the row's line where there is none.
    pub id: String,
    /// Whether the input must have the column of the id.
    pub requires_id: bool,
    /// The question, as the row names it.
    pub question: String,
    /// The question of rows that name none; `None` where each row must name one.
    pub otherwise: Option<String>,
    /// The text of the answer. At least one row must have the column, even if its value is empty.
    pub answer: String,
    /// The score that people agreed on, or their mean.
    pub score: String,
    /// The column that answers are grouped by; `None` if they are not grouped. At least one row must have the column, unless
    /// it is the column of the id or of the question.
    pub by: Option<String>,
}

impl Default for GradedColumns {
    fn default() -> Self {
        let [id, question, answer, score] = ["id", "question", "answer", "score"].map(str::to_owned);
        Self { id, requires_id: false, question, otherwise: None, answer, score, by: None }
    }
}

/// Opens an input with graded answers. Where `context` says that rows need not name their question, the usual column of
/// questions is read too, so that the caller can still choose it after a look at [`RecordReader::column_names`].
///
/// # Errors
/// When there is nothing to read, or the input has no column for the answer, the id or the groups, or a table none for
/// the question.
pub fn open_graded(
    path: &Path,
    format: Option<InputFormat>,
    columns: &GradedColumns,
    context: &InputContext,
) -> Result<RecordReader, InputError> {
    let GradedColumns { id, requires_id, question, answer, score, by, .. } = columns;
    let usual = GradedColumns::default().question;
    let (mut required, mut optional) = (vec![answer.clone()], vec![score.clone()]);
    if *requires_id { &mut required } else { &mut optional }.push(id.clone());
    let mut named: Vec<String> = [answer.clone()].into_iter().chain(requires_id.then(|| id.clone())).collect();
    if context.is_named { &mut optional } else { &mut required }.push(question.clone());
    let others = [MAX_SCORE, SCORE1, SCORE2, SPLIT, CRITERIA].map(str::to_owned);
    optional.extend(others.into_iter().chain(context.is_named.then(|| usual.clone())));
    if let Some(by) = by {
        optional.retain(|column| column != by);
        if !required.contains(by) {
            required.push(by.clone());
        }
        // Files of a folder have an id and a question without front matter too.
        if ![id, question, &usual].contains(&by) {
            named.push(by.clone());
        }
    }
    let files = FileColumns { name: id.clone(), question: usual, text: answer.clone() };
    let wanted = RecordColumns { required, optional, named, prefix: Some(CRITERION.to_owned()) };
    RecordReader::open(path, format, wanted, files, context)
}

/// Reads all graded answers. Scores become shares of the highest possible score.
///
/// # Errors
/// When the input cannot be read to its end, when no row of a pipe has the answer, a required id or the column of
/// the groups, or when more than 1 GiB
/// is read.
pub fn read_graded(reader: &mut RecordReader, columns: &GradedColumns) -> Result<ReadRows<ScoredRow>, InputError> {
    let is_json = reader.is_json();
    let ReadRows { rows, mut bad } = read_all(reader, |record| points_row(record, columns, is_json))?;
    let (rows, faults) = shares_of(rows);
    bad.extend(faults.into_iter().map(|(at, fault)| BadRow { at, fault: fault.into() }));
    bad.sort_by(|one, other| one.at.cmp(&other.at));
    Ok(ReadRows { rows, bad })
}

fn points_row(record: &Record, columns: &GradedColumns, is_json: bool) -> Result<PointsRow, RowFault> {
    let question = record.name(&columns.question)?.or(columns.otherwise.as_deref()).map(str::to_owned);
    Ok(PointsRow {
        at: record.at.clone(),
        id: record.name(&columns.id)?.map_or_else(|| record.at.number().to_string(), str::to_owned),
        question: question.ok_or_else(|| RowFault::NoQuestion { column: columns.question.clone() })?,
        answer: answer(record, &columns.answer)?,
        score: record.number(&columns.score)?,
        max_score: record.number(MAX_SCORE)?,
        score1: record.number(SCORE1)?,
        score2: record.number(SCORE2)?,
        split: record.name(SPLIT)?.map(str::to_owned),
        group: columns.by.as_deref().map(|by| group(record, by)).transpose()?,
        criteria: criteria(record, is_json)?,
    })
}

fn group(record: &Record, column: &str) -> Result<GroupValue, RowFault> {
    Ok(record.scalar(column)?.map_or(GroupValue::Absent, |value| GroupValue::Text(value.to_owned())))
}

/// The answer. Null is an empty answer, because people grade it too; a row without the column is a mistake.
fn answer(record: &Record, column: &str) -> Result<String, RowFault> {
    match record.text(column)? {
        Some(text) => Ok(text.to_owned()),
        None if record.get(column).is_some() => Ok(String::new()),
        None => Err(record.missing(column)),
    }
}

/// Credits by criterion id, out of the object and the columns. Only inputs that are not JSON may hold the object as text.
fn criteria(record: &Record, is_json: bool) -> Result<BTreeMap<String, f64>, RowFault> {
    let mut criteria = BTreeMap::new();
    let mut insert = |id: &str, column: &str, field: &Field| -> Result<(), RowFault> {
        if let Some(credit) = number(column, field)? {
            criteria.insert(id.to_owned(), credit);
        }
        Ok(())
    };
    match record.json(CRITERIA)? {
        None => {}
        Some(Value::String(_)) if is_json => return Err(no_object("text")),
        Some(Value::String(text)) if text.trim().is_empty() => {}
        Some(Value::Object(given)) => {
            for (id, value) in given {
                insert(&id, &id, &field_of(value))?;
            }
        }
        Some(Value::String(text)) => match serde_json::from_str(&text) {
            Ok(Value::Object(given)) => {
                for (id, value) in given {
                    insert(&id, &id, &field_of(value))?;
                }
            }
            _ => return Err(no_object("text")),
        },
        Some(Value::Array(_)) => return Err(no_object("an array")),
        Some(Value::Number(_)) => return Err(no_object("a number")),
        Some(Value::Bool(_) | Value::Null) => return Err(no_object("a boolean")),
    }
    for (column, field) in record.fields() {
        if let Some(id) = column.strip_prefix(CRITERION) {
            insert(id, column, field)?;
        }
    }
    Ok(criteria)
}

fn no_object(found: &'static str) -> RowFault {
    RowFault::WrongType { column: CRITERIA.to_owned(), found, expected: "an object of credits by criterion id" }
}

fn field_of(value: Value) -> Field {
    match value {
        Value::Null => Field::Null,
        Value::String(text) => Field::Text(text),
        Value::Number(number) => Field::Number(number.to_string()),
        other => Field::Json(other.to_string()),
    }
}
