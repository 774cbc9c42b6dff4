//! Questions with reference answers: what rubrics are drafted from.
//!
//! A row needs an id, a prompt, and references or criteria. In a folder, every file is a reference answer, and its
//! question is named by its front matter or its file name. A row that cannot be used is reported and left out.

use std::path::Path;

use gradus_core::bank::{DraftFault, DraftQuestion};
use gradus_core::model::RowLocation;
use hashbrown::HashMap;
use serde_json::{Map, Value};

use super::draft_columns::{CRITERIA, DraftColumn, DraftColumns, ID, PROMPT, REFERENCES, TOPIC};
use super::draft_files::{DraftFile, questions_of_files};
use super::input::{
    BadRow, FileColumns, InputContext, InputError, InputFormat, ReadRows, Record, RecordColumns, RecordReader,
    RowFault, read_all,
};
use super::row::TEXT;

/// Column of the file's name in a folder. It is not read, and no argument of a program can name it.
const FILE: &str = "\0";

/// Opens an input with questions.
///
/// # Errors
/// When there is nothing to read, or a table does not have a column that it needs.
pub fn open_drafts(
    path: &Path,
    format: Option<InputFormat>,
    columns: &DraftColumns,
    context: &InputContext,
) -> Result<RecordReader, InputError> {
    let DraftColumns { id, prompt, references, criteria } = columns;
    let (mut required, mut optional) = (vec![id.name.clone(), prompt.name.clone()], vec![TOPIC.to_owned()]);
    for column in [references, criteria] {
        if column.is_chosen { &mut required } else { &mut optional }.push(column.name.clone());
    }
    let chosen = [id, prompt, references, criteria].into_iter().filter(|column| column.is_chosen);
    let named = chosen.map(|column| column.name.clone()).collect();
    let files = FileColumns { name: FILE.to_owned(), question: id.name.clone(), text: references.name.clone() };
    let columns = RecordColumns { required, optional, named, prefix: None };
    RecordReader::open(path, format, columns, files, context)
}

/// Reads all questions. Files of a folder that name one question are its references; everywhere else an id that occurs
/// again is a bad row.
///
/// # Errors
/// When the input cannot be read to its end, when no row has a column that the caller chose, or when more than 1 GiB is
/// read.
pub fn read_drafts(reader: &mut RecordReader, columns: &DraftColumns) -> Result<ReadRows<DraftQuestion>, InputError> {
    if reader.is_folder() {
        return read_files(reader, columns);
    }
    let is_json = reader.is_json();
    let ReadRows { rows, mut bad } = read_all(reader, |record| {
        let fields = fields_of(record, columns, is_json)?;
        let question = DraftQuestion::from_fields(&fields).map_err(|fault| row_fault(fault, record, columns))?;
        Ok((question, record.at.clone()))
    })?;
    let mut known: HashMap<String, RowLocation> = HashMap::new();
    let mut questions = Vec::with_capacity(rows.len());
    for (question, at) in rows {
        if let Some(first) = known.get(&question.id) {
            let fault = DraftFault::Repeated { id: question.id, first: first.clone() };
            bad.push(BadRow { at, fault: fault.into() });
        } else {
            known.insert(question.id.clone(), at);
            questions.push(question);
        }
    }
    bad.sort_by(|one, other| one.at.cmp(&other.at));
    Ok(ReadRows { rows: questions, bad })
}

/// Reads all files of a folder.
fn read_files(reader: &mut RecordReader, columns: &DraftColumns) -> Result<ReadRows<DraftQuestion>, InputError> {
    let ReadRows { rows: files, mut bad } = read_all(reader, |record| {
        let fields = fields_of_file(record, columns)?;
        let question = DraftQuestion::from_fields(&fields).map_err(|fault| row_fault(fault, record, columns))?;
        Ok(DraftFile { question, at: record.at.clone(), names_topic: record.get(TOPIC).is_some() })
    })?;
    let questions = questions_of_files(files, columns, &mut bad);
    bad.sort_by(|one, other| one.at.cmp(&other.at));
    Ok(ReadRows { rows: questions, bad })
}

/// The fields of a row as JSON. A cell of a table may hold a list as JSON, or one text.
fn fields_of(record: &Record, columns: &DraftColumns, is_json: bool) -> Result<Map<String, Value>, RowFault> {
    let mut fields = Map::new();
    for (field, column) in columns.by_field() {
        if record.get(column).is_none() {
            continue;
        }
        let (is_needed, is_list) = (matches!(field, ID | PROMPT), matches!(field, REFERENCES | CRITERIA));
        match record.json(column)?.unwrap_or(Value::Null) {
            value if is_json => drop(fields.insert(field.to_owned(), value)),
            Value::Null if !is_needed => {}
            Value::String(text) if is_list => drop(fields.insert(field.to_owned(), list_in(&text))),
            Value::String(text) if field == TOPIC && text.trim().is_empty() => {}
            value => drop(fields.insert(field.to_owned(), value)),
        }
    }
    // Ids keep all digits as they are written.
    if let Some(id) = record.name(&columns.id.name).ok().flatten() {
        fields.insert(ID.to_owned(), Value::from(id));
    }
    Ok(fields)
}

/// A fault of a field, in the words of all readers and with the name of the column.
fn row_fault(fault: DraftFault, record: &Record, columns: &DraftColumns) -> RowFault {
    let is_missing = |column: &DraftColumn| column.is_chosen && record.get(&column.name).is_none();
    match fault {
        DraftFault::Missing { field } => record.missing(columns.of_field(field)),
        DraftFault::WrongType { field, found, expected } => RowFault::WrongType {
            column: columns.of_field(field).to_owned(),
            found: found_type(&found, field),
            expected,
        },
        DraftFault::NothingToSay { .. } if is_missing(&columns.references) => record.missing(&columns.references.name),
        DraftFault::NothingToSay { .. } if is_missing(&columns.criteria) => record.missing(&columns.criteria.name),
        fault => fault.into(),
    }
}

/// The type of a value, for messages. A list has the type of its first item that it may not have.
fn found_type(value: &Value, field: &str) -> &'static str {
    let Value::Array(items) = value else { return type_name(value) };
    let is_accepted = |item: &Value| item.is_string() || (field == CRITERIA && item.is_object());
    match items.iter().find(|item| !is_accepted(item)) {
        Some(Value::Null) => "an array with null",
        Some(Value::Bool(_)) => "an array with a boolean",
        Some(Value::Number(_)) => "an array with a number",
        Some(Value::Array(_)) => "an array with an array",
        Some(Value::Object(_)) => "an array with an object",
        None if items.iter().any(Value::is_object) => "an array with an object of other fields or types",
        Some(Value::String(_)) | None => type_name(value),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => TEXT,
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The list in a cell: a JSON list, or the text as its only item; empty where the cell is blank.
fn list_in(cell: &str) -> Value {
    if cell.trim().is_empty() {
        return Value::Array(Vec::new());
    }
    match serde_json::from_str(cell) {
        Ok(Value::Array(list)) => Value::Array(list),
        _ => Value::Array(vec![Value::from(cell)]),
    }
}

/// The fields of a file: its text is a reference. Without front matter, the file name is the id, and the folder the
/// topic.
fn fields_of_file(record: &Record, columns: &DraftColumns) -> Result<Map<String, Value>, RowFault> {
    let mut fields = fields_of(record, columns, false)?;
    let text = record.text(&columns.references.name)?.unwrap_or_default();
    fields.insert(REFERENCES.to_owned(), Value::Array(vec![Value::from(text)]));
    let path = Path::new(record.at.file().unwrap_or_default());
    if !fields.contains_key(ID) {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        fields.insert(ID.to_owned(), Value::from(stem));
    }
    if !fields.contains_key(PROMPT) {
        let id = fields.get(ID).and_then(Value::as_str).unwrap_or_default();
        fields.insert(PROMPT.to_owned(), Value::from(DraftQuestion::made_up_prompt(id)));
    }
    if !fields.contains_key(TOPIC)
        && let Some(folder) = path.parent().and_then(|folder| folder.file_name())
    {
        fields.insert(TOPIC.to_owned(), Value::from(folder.to_string_lossy()));
    }
    Ok(fields)
}
