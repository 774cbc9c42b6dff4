//! One JSON object to a row. Texts without escapes are borrowed from the line.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::batch::row::{Columns, Row, not_utf8, short};
use crate::model::Kept;

/// Reads the object that stands in `line`.
pub(super) fn row<'a>(line: u64, bytes: &'a [u8], columns: &Columns) -> Row<'a> {
    let faulty = |reason| Row::faulty(line, columns, reason);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return faulty(not_utf8(error)),
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    match Fields(columns).deserialize(&mut reader).and_then(|found| reader.end().map(|()| found)) {
        Ok(found) => found.row(line, text, columns),
        Err(error) => faulty(fault(&error)),
    }
}

/// What is wrong with a line of JSON; its line is told elsewhere.
fn fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let said = text.split(" at line ").next().unwrap_or_default();
    if error.is_data() { said.to_owned() } else { format!("no JSON: {said} at column {}", error.column()) }
}

struct Found<'a> {
    id: Option<Cow<'a, str>>,
    question: Option<Cow<'a, str>>,
    answer: Option<Cow<'a, str>>,
    kept: Vec<Kept<'a>>,
}

impl<'a> Found<'a> {
    fn row(self, line: u64, text: &str, columns: &Columns) -> Row<'a> {
        let named = |text: &Cow<'_, str>| !text.trim().is_empty();
        let answer = self.answer.ok_or_else(|| format!("no `{}`, only: {}", columns.answer, names(text)));
        let (id, question) = (self.id.filter(named), self.question.filter(named));
        Row { line, id, question, answer, body: 0, kept: self.kept }
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

struct Fields<'c>(&'c Columns);

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = Found<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.0.answer)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Found<'de>, M::Error> {
        let Columns { id, question, answer, keep, is_id_needed: _ } = self.0;
        let kept = vec![Kept::Absent; keep.len()];
        let mut found = Found { id: None, question: None, answer: None, kept };
        while let Some(Text(name)) = map.next_key_seed(TextOf("a name"))? {
            let name = name.unwrap_or_default();
            let place = [id, question, answer].into_iter().position(|column| *column == *name);
            let text = if place == Some(0) || keep.iter().any(|column| *column == *name) {
                let raw: &RawValue = map.next_value()?;
                let wanted = keep.iter().zip(&mut found.kept).filter(|(column, _)| **column == *name);
                wanted.for_each(|(_, kept)| *kept = Kept::Json(Cow::Borrowed(raw.get())));
                let read = |_| match raw.get() {
                    // A number stays as it is written: as one of the machine's, it might lose digits.
                    number if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                        Ok(Text(Some(Cow::Borrowed(number))))
                    }
                    other => TextOf(&name).deserialize(&mut serde_json::Deserializer::from_str(other)),
                };
                place.map(read).transpose().map_err(M::Error::custom)?.and_then(|Text(text)| text)
            } else if place.is_some() {
                map.next_value_seed(TextOf(&name))?.0
            } else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            match place {
                Some(0) => found.id = text,
                Some(1) => found.question = text,
                Some(_) => found.answer = Some(text.unwrap_or_default()),
                None => {}
            }
        }
        Ok(found)
    }
}

/// A text, or a number as text; `None` for null.
struct Text<'a>(Option<Cow<'a, str>>);

/// Reads the text of the field of that name.
struct TextOf<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for TextOf<'_> {
    type Value = Text<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Text<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextOf<'_> {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "text in `{}`", self.0)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeping(keep: &[&str]) -> Columns {
        Columns { keep: keep.iter().map(ToString::to_string).collect(), ..Columns::default() }
    }

    #[test]
    fn fields_are_found_in_any_order_and_others_passed_over() {
        let text = br#" {"x":[1,{"answer":2}],"answer":"We \"paged\".","id":7,"question":" "} "#;
        let row = row(3, text, &Columns::default());
        assert_eq!((row.line, row.id.as_deref(), row.question.as_deref()), (3, Some("7"), None));
        assert_eq!(row.answer.as_deref(), Ok("We \"paged\"."));
    }

    #[test]
    fn texts_without_escapes_are_not_copied() {
        let row = row(1, br#"{"answer":"We paged."}"#, &Columns::default());
        assert!(matches!(row.answer, Ok(Cow::Borrowed("We paged."))));
    }

    #[test]
    fn kept_values_stay_as_they_are_written() {
        let text = br#"{"id":"a","answer":"x","when":1.50,"tags":["a", "b"]}"#;
        let row = row(1, text, &keeping(&["tags", "when", "id", "none"]));
        let json = |text: &'static str| Kept::Json(Cow::Borrowed(text));
        assert_eq!(row.kept, [json("[\"a\", \"b\"]"), json("1.50"), json("\"a\""), Kept::Absent]);
        assert_eq!(row.id.as_deref(), Some("a"));
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told() {
        for (text, told) in [
            (&b"{\"answer\":\"x\""[..], "no JSON: EOF while parsing an object at column 13"),
            (b"{\"answer\":\"x\"} x", "no JSON: trailing characters at column 16"),
            (b"[1]", "invalid type: sequence, expected an object with `answer`"),
            (b"{\"answer\":[1]}", "invalid type: sequence, expected text in `answer`"),
            (b"{\"text\":\"x\",\"id\":\"1\"}", "no `answer`, only: `text`, `id`"),
            (b"{}", "no `answer`, only: nothing"),
            (b"{\"answer\":\"\xff\"}", "not UTF-8 from byte 12 on: save it as UTF-8"),
        ] {
            assert_eq!(row(1, text, &Columns::default()).answer, Err(told.to_owned()));
        }
        assert_eq!(row(1, b"{\"answer\":null}", &Columns::default()).answer.as_deref(), Ok(""));
    }
}
