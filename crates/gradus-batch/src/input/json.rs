//! Reads JSON objects, one per row. Text without escapes is borrowed from the line.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fault::RowFault;
use super::field_names::each_field_name;
use super::record::{Field, Record, RecordColumns};
use super::scalar::{Scalar, ScalarSeed};
use crate::row::{Columns, Row, TEXT, TEXT_OR_NUMBER};
use gradus_core::model::{CarriedValue, RowLocation};

/// Reads the object in a line as an answer. Where `fault` is given, or the object is damaged, the row cannot be graded
/// and has the fields that could be read before the damage.
pub(super) fn row<'a>(line: u64, bytes: &'a [u8], columns: &Columns, fault: Option<RowFault>) -> Row<'a> {
    let (text, fault) = valid_text(bytes, fault);
    let mut parts = RowParts { kept: vec![CarriedValue::Absent; columns.keep.len()], ..RowParts::default() };
    let mut reader = serde_json::Deserializer::from_str(text);
    let fields = RowFields { columns, parts: &mut parts };
    let read = fields.deserialize(&mut reader).and_then(|()| reader.end());
    let fault = fault.or_else(|| fault_of(read, parts.repeated.take()));
    parts.row(line, text, columns, fault)
}

/// Reads the object in a line as a record of the requested columns.
///
/// # Errors
/// With `fault` where it is given, or when the object is damaged or has a requested column twice.
pub(super) fn record(
    line: u64,
    bytes: &[u8],
    columns: &RecordColumns,
    fault: Option<RowFault>,
) -> Result<Record, RowFault> {
    let (text, fault) = valid_text(bytes, fault);
    if let Some(fault) = fault {
        return Err(fault);
    }
    let mut fields = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(text);
    let into = RecordFields { columns, fields: &mut fields };
    let read = into.deserialize(&mut reader).and_then(|()| reader.end());
    let mut seen = HashSet::with_capacity(fields.len());
    let repeated = fields.iter().map(|(name, _)| name.as_str()).find(|name| !seen.insert(*name));
    if let Some(fault) = fault_of(read, repeated.map(str::to_owned)) {
        return Err(fault);
    }
    let lacks_column = columns.required.iter().any(|column| !seen.contains(column.as_str()));
    // A row that has all required columns is not parsed again, because no message lists its names.
    let present = if lacks_column { names(text) } else { Vec::new() };
    Ok(Record { at: RowLocation::Line(line), fields, present })
}

/// The part of a line that is UTF-8, and the fault of the rest where none was given.
fn valid_text(bytes: &[u8], fault: Option<RowFault>) -> (&str, Option<RowFault>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text, fault),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let text = std::str::from_utf8(valid).unwrap_or_default();
            (text, fault.or(Some(RowFault::NotUtf8 { valid: valid.len() })))
        }
    }
}

fn fault_of(read: serde_json::Result<()>, repeated: Option<String>) -> Option<RowFault> {
    read.err().map(|error| json_fault(&error)).or(repeated.map(|column| RowFault::Repeated { column }))
}

/// The fault of a line that is not a JSON object.
fn json_fault(error: &serde_json::Error) -> RowFault {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or_default().to_owned();
    if error.is_data() {
        RowFault::JsonValue { message }
    } else {
        RowFault::NotJson { message, column: error.column() }
    }
}

/// The fields of an answer, as far as they were read.
#[derive(Default)]
struct RowParts<'a> {
    id: Option<Scalar<'a>>,
    question: Option<Scalar<'a>>,
    answer: Option<Scalar<'a>>,
    kept: Vec<CarriedValue<'a>>,
    /// A column that the object has more than once: the intended value is not known.
    repeated: Option<String>,
}

impl<'a> RowParts<'a> {
    fn row(self, line: u64, text: &str, columns: &Columns, fault: Option<RowFault>) -> Row<'a> {
        let (id, id_fault) = name(self.id, &columns.id, TEXT_OR_NUMBER);
        let (question, question_fault) = name(self.question, &columns.question, TEXT);
        let column = &columns.answer;
        let answer = match (fault, self.answer) {
            (Some(fault), _) => Err(fault),
            (None, Some(Scalar::Text(text))) => question_fault.or(id_fault).map_or(Ok(text), Err),
            (None, Some(other)) => Err(wrong_type(column, other.kind(), TEXT)),
            (None, None) => Err(RowFault::MissingField { column: column.clone(), present: names(text) }),
        };
        Row { line, id, question, answer: answer.map_err(|fault| fault.to_string()), body: 0, kept: self.kept }
    }
}

/// The name in a field, and its fault. An empty field has no name. A number is a name as it is written.
fn name<'a>(
    field: Option<Scalar<'a>>,
    column: &str,
    expected: &'static str,
) -> (Option<Cow<'a, str>>, Option<RowFault>) {
    match field {
        Some(Scalar::Text(name) | Scalar::Number(name)) => ((!name.trim().is_empty()).then_some(name), None),
        Some(Scalar::Null) | None => (None, None),
        Some(Scalar::Other(kind)) => (None, Some(wrong_type(column, kind, expected))),
    }
}

fn wrong_type(column: &str, found: &'static str, expected: &'static str) -> RowFault {
    RowFault::WrongType { column: column.to_owned(), found, expected }
}

/// The most names of an object that a message lists.
const LISTED: usize = 12;

/// The first names of an object, for messages; empty if it has none or is damaged.
fn names(object: &str) -> Vec<String> {
    let mut names = Vec::new();
    let read = each_field_name(object.as_bytes(), &mut |name| {
        if names.len() < LISTED {
            names.push(name);
        }
    });
    if read.is_ok() { names } else { Vec::new() }
}

/// Reads the requested fields of an object into `fields`.
struct RecordFields<'f> {
    columns: &'f RecordColumns,
    fields: &'f mut Vec<(String, Field)>,
}

impl<'de> DeserializeSeed<'de> for RecordFields<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RecordFields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")?;
        let required: Vec<String> = self.columns.required.iter().map(|column| format!("`{column}`")).collect();
        if required.is_empty() { Ok(()) } else { write!(f, " with {}", required.join(", ")) }
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if !self.columns.has(&name) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let raw: &RawValue = map.next_value()?;
            let field = match Scalar::of(raw.get()).map_err(M::Error::custom)? {
                Scalar::Text(text) => Field::Text(text.into_owned()),
                Scalar::Number(number) => Field::Number(number.into_owned()),
                Scalar::Null => Field::Null,
                Scalar::Other(_) => Field::Json(raw.get().to_owned()),
            };
            self.fields.push((name, field));
        }
        Ok(())
    }
}

/// Reads the fields of an answer into `parts`, so that they are there when a later one is damaged.
struct RowFields<'f, 'c, 'de> {
    columns: &'c Columns,
    parts: &'f mut RowParts<'de>,
}

impl<'de> DeserializeSeed<'de> for RowFields<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowFields<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.columns.answer)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let Columns { id, question, answer, keep, requires_id: _ } = self.columns;
        let parts = self.parts;
        while let Some(name) = map.next_key_seed(ScalarSeed)? {
            let Scalar::Text(name) = name else { continue };
            let is = |column: &String| *column == *name;
            let is_kept = keep.iter().any(is);
            let field = if is_kept || is(id) || is(question) {
                let raw: &RawValue = map.next_value()?;
                let wanted = keep.iter().zip(&mut parts.kept).filter(|(column, _)| is(column));
                wanted.for_each(|(_, kept)| *kept = CarriedValue::Json(Cow::Borrowed(raw.get())));
                Some(Scalar::of(raw.get()).map_err(M::Error::custom)?)
            } else if is(answer) {
                Some(map.next_value_seed(ScalarSeed)?)
            } else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let slot = if is(id) {
                &mut parts.id
            } else if is(question) {
                &mut parts.question
            } else if is(answer) {
                &mut parts.answer
            } else {
                continue;
            };
            if slot.is_some() {
                parts.repeated.get_or_insert_with(|| name.into_owned());
            }
            *slot = field;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::input::limits::too_long;

    fn graded() -> RecordColumns {
        let (required, prefix) = (vec!["answer".to_owned()], Some("criterion:".to_owned()));
        RecordColumns { required, prefix, ..RecordColumns::default() }
    }

    #[test]
    fn a_record_with_very_many_columns_takes_linear_time() {
        let members = (0..40_000).fold(String::new(), |mut text, at| {
            let _ = write!(text, ",\"criterion:{at}\":1");
            text
        });
        let start = Instant::now();
        let whole = format!("{{\"answer\":\"x\"{members}}}");
        assert_eq!(record(1, whole.as_bytes(), &graded(), None).map(|record| record.fields.len()), Ok(40_001));
        let repeated = format!("{{\"answer\":\"x\"{members},\"criterion:7\":1}}");
        let column = "criterion:7".to_owned();
        assert_eq!(record(1, repeated.as_bytes(), &graded(), None), Err(RowFault::Repeated { column }));
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    }

    #[test]
    fn the_names_of_a_record_are_kept_only_if_it_lacks_a_required_column() {
        let present = |text: &str| record(1, text.as_bytes(), &graded(), None).expect("a record").present;
        assert_eq!(present("{\"answer\":\"x\",\"other\":1}"), [""; 0]);
        assert_eq!(present("{\"text\":\"x\",\"other\":1}"), ["text", "other"]);
    }

    fn read<'a>(text: &'a [u8], columns: &Columns) -> Row<'a> {
        row(3, text, columns, None)
    }

    fn keeping(keep: &[&str]) -> Columns {
        Columns { keep: keep.iter().map(ToString::to_string).collect(), ..Columns::default() }
    }

    #[test]
    fn fields_are_found_in_any_order_and_others_passed_over() {
        let text = br#" {"x":[1,{"answer":2}],"answer":"We \"paged\".","id":7,"question":" "} "#;
        let row = read(text, &Columns::default());
        assert_eq!((row.line, row.id.as_deref(), row.question.as_deref()), (3, Some("7"), None));
        assert_eq!(row.answer.as_deref(), Ok("We \"paged\"."));
    }

    #[test]
    fn texts_without_escapes_are_not_copied() {
        let row = read(br#"{"answer":"We paged."}"#, &Columns::default());
        assert!(matches!(row.answer, Ok(Cow::Borrowed("We paged."))));
    }

    #[test]
    fn kept_values_stay_as_they_are_written() {
        let text = br#"{"id":"a","answer":"x","when":1.50,"tags":["a", "b"]}"#;
        let row = read(text, &keeping(&["tags", "when", "id", "none"]));
        let json = |text: &'static str| CarriedValue::Json(Cow::Borrowed(text));
        assert_eq!(row.kept, [json("[\"a\", \"b\"]"), json("1.50"), json("\"a\""), CarriedValue::Absent]);
        assert_eq!(row.id.as_deref(), Some("a"));
    }

    #[test]
    fn the_fault_of_a_line_is_reported() {
        for (text, expected) in [
            (&b"{\"answer\":\"x\""[..], "not valid JSON: EOF while parsing an object at column 13"),
            (b"{\"answer\":\"x\"} x", "not valid JSON: trailing characters at column 16"),
            (b"[1]", "invalid type: sequence, expected an object with `answer`"),
            (b"{\"text\":\"x\",\"id\":\"1\"}", "the row has no `answer`, only `text`, `id`"),
            (b"{}", "the row has no `answer` and no other field"),
            (b"{\"id\":\"\\ud800\",\"answer\":\"x\"}", "unexpected end of hex escape"),
            (b"{\"answer\":\"\xff\"}", "not UTF-8 from byte 12 on: save it as UTF-8"),
        ] {
            assert_eq!(read(text, &Columns::default()).answer, Err(expected.to_owned()));
        }
    }

    #[test]
    fn a_value_of_the_wrong_type_is_named_and_never_graded() {
        for (value, kind) in [
            ("5", "a number"),
            ("-0.5", "a number"),
            ("true", "a boolean"),
            ("[\"x\"]", "an array"),
            ("{}", "an object"),
        ] {
            for (text, expected) in [
                (format!("{{\"id\":\"a\",\"answer\":{value}}}"), format!("`answer` is {kind}; expected text")),
                (format!("{{\"answer\":{value},\"id\":\"a\"}}"), format!("`answer` is {kind}; expected text")),
            ] {
                let row = read(text.as_bytes(), &Columns::default());
                assert_eq!((row.answer, row.id.as_deref()), (Err(expected), Some("a")), "{text}");
            }
            let named = format!("{{\"id\":{value},\"question\":{value},\"answer\":\"x\"}}");
            let row = read(named.as_bytes(), &Columns::default());
            if kind == "a number" {
                assert_eq!((row.id.as_deref(), row.question.as_deref()), (Some(value), Some(value)));
                assert!(row.answer.is_ok());
            } else {
                assert_eq!((row.id, row.question), (None, None));
                assert_eq!(row.answer, Err(format!("`question` is {kind}; expected text")));
            }
        }
        let row = read(b"{\"id\":null,\"question\":null,\"answer\":null}", &Columns::default());
        assert_eq!((row.id, row.question), (None, None), "null is the same as no name");
        assert_eq!(row.answer, Err("`answer` is null; expected text".to_owned()));
        let row = read(b"{\"id\":[1],\"answer\":\"x\"}", &Columns::default());
        assert_eq!(row.answer, Err("`id` is an array; expected text or a number".to_owned()));
    }

    #[test]
    fn a_field_that_occurs_twice_makes_the_row_ungradable() {
        for name in ["id", "question", "answer"] {
            let text = format!("{{\"id\":\"a\",\"question\":\"q\",\"answer\":\"x\",\"{name}\":\"y\"}}");
            let row = read(text.as_bytes(), &Columns::default());
            assert_eq!(row.answer, Err(format!("`{name}` occurs more than once: keep one of them")));
        }
        let other = read(b"{\"x\":1,\"x\":2,\"answer\":\"fine\"}", &Columns::default());
        assert_eq!(other.answer.as_deref(), Ok("fine"));
    }

    #[test]
    fn fields_before_the_damage_are_kept() {
        let columns = keeping(&["who"]);
        for text in [
            &b"{\"who\":\"Ann\",\"id\":7,\"question\":\"q\",\"answer\":\"cut o"[..],
            b"{\"who\":\"Ann\",\"id\":7,\"question\":\"q\",\"answer\":\"\xff\"}",
        ] {
            let row = read(text, &columns);
            assert_eq!((row.id.as_deref(), row.question.as_deref()), (Some("7"), Some("q")));
            assert_eq!(row.kept, [CarriedValue::Json(Cow::Borrowed("\"Ann\""))]);
            assert!(row.answer.is_err());
        }
        let row = row(1, b"{\"id\":\"a\",\"answer\":\"x\"}", &columns, Some(too_long()));
        assert_eq!((row.id.as_deref(), row.answer), (Some("a"), Err(too_long().to_string())));
    }
}
