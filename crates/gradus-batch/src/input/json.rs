//! One JSON object to a row. Texts without escapes are borrowed from the line.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::row::{Columns, Row, TEXT, TEXT_OR_NUMBER, not_utf8, short, wrong_type};
use gradus_core::model::CarriedValue;

/// Reads the object in a line. Where `fault` is given, or the object is damaged, the row cannot be graded and has
/// the fields that could be read before the damage.
pub(super) fn row<'a>(line: u64, bytes: &'a [u8], columns: &Columns, fault: Option<String>) -> Row<'a> {
    let (text, fault) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, fault),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            (std::str::from_utf8(valid).unwrap_or_default(), fault.or_else(|| Some(not_utf8(valid.len()))))
        }
    };
    let mut found = Found { kept: vec![CarriedValue::Absent; columns.keep.len()], ..Found::default() };
    let mut reader = serde_json::Deserializer::from_str(text);
    let fields = FieldsInto { columns, found: &mut found };
    let read = fields.deserialize(&mut reader).and_then(|()| reader.end());
    let twice = found.twice.take().map(|name| format!("`{name}` occurs more than once: keep one of them"));
    let fault = fault.or_else(|| read.err().map(|error| json_fault(&error))).or(twice);
    found.row(line, text, columns, fault)
}

/// The message for a line that is not a JSON object. The caller names the line.
fn json_fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let said = text.split(" at line ").next().unwrap_or_default();
    if error.is_data() { said.to_owned() } else { format!("no JSON: {said} at column {}", error.column()) }
}

/// The fields that a row needs, as they were read.
#[derive(Default)]
struct Found<'a> {
    id: Option<Field<'a>>,
    question: Option<Field<'a>>,
    answer: Option<Field<'a>>,
    kept: Vec<CarriedValue<'a>>,
    /// A field that the object has more than once: which of them is meant is not known.
    twice: Option<String>,
}

impl<'a> Found<'a> {
    fn row(self, line: u64, text: &str, columns: &Columns, fault: Option<String>) -> Row<'a> {
        let (id, id_fault) = name(self.id, &columns.id, TEXT_OR_NUMBER);
        let (question, question_fault) = name(self.question, &columns.question, TEXT);
        let answer = match self.answer {
            Some(Field::Text(text)) => Ok(text),
            Some(other) => Err(wrong_type(&columns.answer, other.kind(), TEXT)),
            None if fault.is_none() => Err(format!("no `{}`, only: {}", columns.answer, names(text))),
            None => Err(String::new()),
        };
        let answer = match fault {
            Some(fault) => Err(fault),
            None => answer.and_then(|text| question_fault.or(id_fault).map_or(Ok(text), Err)),
        };
        Row { line, id, question, answer, body: 0, kept: self.kept }
    }
}

/// The name in a field, `None` where it is empty, and what is wrong with it. Numbers are names as they are written.
fn name<'a>(field: Option<Field<'a>>, column: &str, expected: &str) -> (Option<Cow<'a, str>>, Option<String>) {
    match field {
        Some(Field::Text(name) | Field::Number(name)) => ((!name.trim().is_empty()).then_some(name), None),
        Some(Field::Null) | None => (None, None),
        Some(Field::Other(kind)) => (None, Some(wrong_type(column, kind, expected))),
    }
}

/// The first names of an object's fields, for people to see.
fn names(object: &str) -> String {
    let read = Names.deserialize(&mut serde_json::Deserializer::from_str(object));
    let names: Vec<String> = read.unwrap_or_default().iter().map(|name| format!("`{}`", short(name))).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

/// Reads the names of an object's fields, a dozen at most.
struct Names;

impl<'de> DeserializeSeed<'de> for Names {
    type Value = Vec<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<String>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Names {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Vec<String>, M::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
            if names.len() < 12 {
                names.push(name);
            }
        }
        Ok(names)
    }
}

/// Reads the fields of an object into `found`, so that they are there when a later one is damaged.
struct FieldsInto<'f, 'c, 'de> {
    columns: &'c Columns,
    found: &'f mut Found<'de>,
}

impl<'de> DeserializeSeed<'de> for FieldsInto<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FieldsInto<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.columns.answer)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let Columns { id, question, answer, keep, is_id_needed: _ } = self.columns;
        let found = self.found;
        while let Some(name) = map.next_key_seed(FieldSeed)? {
            let Field::Text(name) = name else { continue };
            let is = |column: &String| *column == *name;
            let is_kept = keep.iter().any(is);
            let field = if is_kept || is(id) || is(question) {
                let raw: &RawValue = map.next_value()?;
                let wanted = keep.iter().zip(&mut found.kept).filter(|(column, _)| is(column));
                wanted.for_each(|(_, kept)| *kept = CarriedValue::Json(Cow::Borrowed(raw.get())));
                Some(Field::of(raw.get()).map_err(M::Error::custom)?)
            } else if is(answer) {
                Some(map.next_value_seed(FieldSeed)?)
            } else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let slot = if is(id) {
                &mut found.id
            } else if is(question) {
                &mut found.question
            } else if is(answer) {
                &mut found.answer
            } else {
                continue;
            };
            if slot.is_some() {
                found.twice.get_or_insert_with(|| name.into_owned());
            }
            *slot = field;
        }
        Ok(())
    }
}

/// A value by its type.
#[derive(Debug, Clone, PartialEq)]
enum Field<'a> {
    Text(Cow<'a, str>),
    /// As it is written: as a number of this program, it might lose digits.
    Number(Cow<'a, str>),
    Null,
    /// Another type, by its name.
    Other(&'static str),
}

impl<'a> Field<'a> {
    /// Of a value that is known to be valid JSON.
    ///
    /// # Errors
    /// When it is a text with half of a surrogate pair.
    fn of(json: &'a str) -> serde_json::Result<Self> {
        if json.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return Ok(Self::Number(Cow::Borrowed(json)));
        }
        FieldSeed.deserialize(&mut serde_json::Deserializer::from_str(json))
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => TEXT,
            Self::Number(_) => "a number",
            Self::Null => "null",
            Self::Other(kind) => kind,
        }
    }
}

/// Reads a value of any type.
struct FieldSeed;

impl<'de> DeserializeSeed<'de> for FieldSeed {
    type Value = Field<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Field<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FieldSeed {
    type Value = Field<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Field<'de>, E> {
        Ok(Field::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Field<'de>, E> {
        Ok(Field::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Field<'de>, E> {
        Ok(Field::Number(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Field<'de>, E> {
        Ok(Field::Number(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Field<'de>, E> {
        Ok(Field::Number(Cow::Owned(number.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Field<'de>, E> {
        Ok(Field::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Field<'de>, E> {
        Ok(Field::Other("a boolean"))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<Field<'de>, S::Error> {
        while let Some(IgnoredAny) = items.next_element()? {}
        Ok(Field::Other("an array"))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Field<'de>, M::Error> {
        while let Some((IgnoredAny, IgnoredAny)) = members.next_entry()? {}
        Ok(Field::Other("an object"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_is_wrong_with_a_line_is_told() {
        for (text, told) in [
            (&b"{\"answer\":\"x\""[..], "no JSON: EOF while parsing an object at column 13"),
            (b"{\"answer\":\"x\"} x", "no JSON: trailing characters at column 16"),
            (b"[1]", "invalid type: sequence, expected an object with `answer`"),
            (b"{\"text\":\"x\",\"id\":\"1\"}", "no `answer`, only: `text`, `id`"),
            (b"{}", "no `answer`, only: nothing"),
            (b"{\"id\":\"\\ud800\",\"answer\":\"x\"}", "unexpected end of hex escape"),
            (b"{\"answer\":\"\xff\"}", "not UTF-8 from byte 12 on: save it as UTF-8"),
        ] {
            assert_eq!(read(text, &Columns::default()).answer, Err(told.to_owned()));
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
            for (text, told) in [
                (format!("{{\"id\":\"a\",\"answer\":{value}}}"), format!("`answer` is {kind}; expected text")),
                (format!("{{\"answer\":{value},\"id\":\"a\"}}"), format!("`answer` is {kind}; expected text")),
            ] {
                let row = read(text.as_bytes(), &Columns::default());
                assert_eq!((row.answer, row.id.as_deref()), (Err(told), Some("a")), "{text}");
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
        let row = row(1, b"{\"id\":\"a\",\"answer\":\"x\"}", &columns, Some("too long".to_owned()));
        assert_eq!((row.id.as_deref(), row.answer), (Some("a"), Err("too long".to_owned())));
    }
}
