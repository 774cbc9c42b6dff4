//! Questions with reference answers: what rubrics are drafted from.
//!
//! A row needs `id`, `prompt`, and `references` or `criteria`. In a folder, every file is a reference answer, and its
//! question is named by its front matter or its file name. A row that cannot be used is reported and left out.

use std::path::Path;

use gradus_core::bank::{DraftFault, DraftQuestion};
use hashbrown::HashMap;
use serde_json::{Map, Value};

use super::input::{
    Asked, BadRow, FileColumns, InputError, InputFormat, ReadRows, Record, RecordColumns, RecordReader, RowFault,
    read_all,
};

const ID: &str = "id";
const PROMPT: &str = "prompt";
const TOPIC: &str = "topic";
const REFERENCES: &str = "references";
const CRITERIA: &str = "criteria";
/// Column of the file's name in a folder.
const FILE: &str = "file";

/// Opens an input with questions.
///
/// # Errors
/// When there is nothing to read, or a table has no column for the id or the prompt.
pub fn open_drafts(path: &Path, format: Option<InputFormat>, asked: &Asked) -> Result<RecordReader, InputError> {
    let columns = RecordColumns {
        required: vec![ID.to_owned(), PROMPT.to_owned()],
        optional: [TOPIC, REFERENCES, CRITERIA].map(str::to_owned).to_vec(),
        prefix: None,
    };
    let files = FileColumns { name: FILE.to_owned(), question: ID.to_owned(), text: REFERENCES.to_owned() };
    RecordReader::open(path, format, columns, files, asked)
}

/// Reads all questions. Files of a folder that name one question are its references; everywhere else an id that occurs
/// again is a bad row.
///
/// # Errors
/// When the input cannot be read to its end, or is larger than 1 GiB.
pub fn read_drafts(reader: &mut RecordReader) -> Result<ReadRows<DraftQuestion>, InputError> {
    let (is_json, is_folder) = (reader.is_json(), reader.is_folder());
    let mut locations = Vec::new();
    let ReadRows { rows, mut bad } = read_all(reader, |record| {
        let fields = if is_folder { fields_of_file(record)? } else { fields_of(record, is_json)? };
        let question = DraftQuestion::from_fields(&fields)?;
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
fn fields_of(record: &Record, is_json: bool) -> Result<Map<String, Value>, RowFault> {
    let mut fields = Map::new();
    for (column, _) in record.fields() {
        let value = record.json(column)?.unwrap_or(Value::Null);
        let is_list = matches!(column, REFERENCES | CRITERIA);
        match value {
            value if is_json => drop(fields.insert(column.to_owned(), value)),
            Value::Null => {}
            Value::String(text) if is_list => drop(fields.insert(column.to_owned(), list_in(&text))),
            Value::String(text) if column == TOPIC && text.trim().is_empty() => {}
            value => drop(fields.insert(column.to_owned(), value)),
        }
    }
    // Ids keep all digits as they are written.
    if let Some(id) = record.name(ID).ok().flatten() {
        fields.insert(ID.to_owned(), Value::from(id));
    }
    Ok(fields)
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
fn fields_of_file(record: &Record) -> Result<Map<String, Value>, RowFault> {
    let mut fields = fields_of(record, false)?;
    let text = record.text(REFERENCES)?.unwrap_or_default();
    fields.insert(REFERENCES.to_owned(), Value::Array(vec![Value::from(text)]));
    let path = Path::new(record.text(FILE)?.unwrap_or_default());
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
    fields.remove(FILE);
    Ok(fields)
}
