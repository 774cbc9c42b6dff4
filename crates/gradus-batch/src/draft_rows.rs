//! Questions with reference answers: what rubrics are drafted from.
//!
//! A row needs an id, a prompt, and references or criteria. In a folder, every file is a reference answer, and its
//! question is named by its front matter or its file name. A row that cannot be used is reported and left out.

use std::path::Path;

use gradus_core::bank::{DraftFault, DraftQuestion};
use hashbrown::HashMap;
use serde_json::{Map, Value};

use super::input::{
    Asked, BadRow, FileColumns, InputError, InputFormat, ReadRows, Record, RecordColumns, RecordReader, RowFault,
    read_all,
};
use super::row::TEXT;

const ID: &str = "id";
const PROMPT: &str = "prompt";
const TOPIC: &str = "topic";
const REFERENCES: &str = "references";
const CRITERIA: &str = "criteria";
/// Column of the file's name in a folder. It is not read, and no argument of a program can name it.
const FILE: &str = "\0";

/// The columns of questions. The topic of a question is always in the column `topic`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftColumns {
    /// The question's id.
    pub id: String,
    /// The wording of the question.
    pub prompt: String,
    /// Good answers: a list of texts.
    pub references: String,
    /// Whether the input must have the column of references.
    pub is_references_needed: bool,
    /// Criteria: a list of texts, or of objects with `text`, `points` and `id`.
    pub criteria: String,
    /// Whether the input must have the column of criteria.
    pub is_criteria_needed: bool,
}

impl Default for DraftColumns {
    fn default() -> Self {
        let [id, prompt, references, criteria] = [ID, PROMPT, REFERENCES, CRITERIA].map(str::to_owned);
        Self { id, prompt, references, is_references_needed: false, criteria, is_criteria_needed: false }
    }
}

impl DraftColumns {
    /// The fields of a question with their columns.
    fn by_field(&self) -> [(&'static str, &str); 5] {
        let Self { id, prompt, references, criteria, .. } = self;
        [(ID, id), (PROMPT, prompt), (TOPIC, TOPIC), (REFERENCES, references), (CRITERIA, criteria)]
    }

    /// The column of a field.
    fn of_field(&self, field: &str) -> &str {
        self.by_field().into_iter().find(|(known, _)| *known == field).map_or("", |(_, column)| column)
    }
}

/// Opens an input with questions.
///
/// # Errors
/// When there is nothing to read, or a table does not have a column that it needs.
pub fn open_drafts(
    path: &Path,
    format: Option<InputFormat>,
    columns: &DraftColumns,
    asked: &Asked,
) -> Result<RecordReader, InputError> {
    let DraftColumns { id, prompt, references, is_references_needed, criteria, is_criteria_needed } = columns;
    let (mut required, mut optional) = (vec![id.clone(), prompt.clone()], vec![TOPIC.to_owned()]);
    if *is_references_needed { &mut required } else { &mut optional }.push(references.clone());
    if *is_criteria_needed { &mut required } else { &mut optional }.push(criteria.clone());
    let named = [(is_references_needed, references), (is_criteria_needed, criteria)];
    let named = named.into_iter().filter(|(is_needed, _)| **is_needed).map(|(_, column)| column.clone()).collect();
    let files = FileColumns { name: FILE.to_owned(), question: id.clone(), text: references.clone() };
    let columns = RecordColumns { required, optional, named, prefix: None };
    RecordReader::open(path, format, columns, files, asked)
}

/// Reads all questions. Files of a folder that name one question are its references; everywhere else an id that occurs
/// again is a bad row.
///
/// # Errors
/// When the input cannot be read to its end, when no row has a needed column, or when more than 1 GiB is read.
pub fn read_drafts(reader: &mut RecordReader, columns: &DraftColumns) -> Result<ReadRows<DraftQuestion>, InputError> {
    let (is_json, is_folder) = (reader.is_json(), reader.is_folder());
    let mut locations = Vec::new();
    let ReadRows { rows, mut bad } = read_all(reader, |record| {
        let fields = if is_folder { fields_of_file(record, columns)? } else { fields_of(record, columns, is_json)? };
        let question = DraftQuestion::from_fields(&fields).map_err(|fault| row_fault(fault, record, columns))?;
        locations.push(record.at.clone());
        Ok(question)
    })?;
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut questions: Vec<DraftQuestion> = Vec::with_capacity(rows.len());
    for (question, at) in rows.into_iter().zip(locations) {
        let first = known.get(&question.id).and_then(|place| questions.get_mut(*place));
        match first {
            Some(first) if is_folder => first.references.extend(question.references),
            Some(_) => bad.push(BadRow { at, fault: DraftFault::Repeated { id: question.id }.into() }),
            None => {
                known.insert(question.id.clone(), questions.len());
                questions.push(question);
            }
        }
    }
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
    if let Some(id) = record.name(&columns.id).ok().flatten() {
        fields.insert(ID.to_owned(), Value::from(id));
    }
    Ok(fields)
}

/// A fault of a field, in the words of all readers and with the name of the column.
fn row_fault(fault: DraftFault, record: &Record, columns: &DraftColumns) -> RowFault {
    let is_missing = |is_needed: bool, column: &str| is_needed && record.get(column).is_none();
    match fault {
        DraftFault::Missing { field } => record.missing(columns.of_field(field)),
        DraftFault::WrongType { field, found, expected } => RowFault::WrongType {
            column: columns.of_field(field).to_owned(),
            found: found_type(&found, field),
            expected,
        },
        DraftFault::NothingToSay { .. } if is_missing(columns.is_references_needed, &columns.references) => {
            record.missing(&columns.references)
        }
        DraftFault::NothingToSay { .. } if is_missing(columns.is_criteria_needed, &columns.criteria) => {
            record.missing(&columns.criteria)
        }
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
    let text = record.text(&columns.references)?.unwrap_or_default();
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
