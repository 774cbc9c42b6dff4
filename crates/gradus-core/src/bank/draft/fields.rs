//! A question to draft from the fields of a row: `id`, `prompt`, `topic`, `references` and `criteria`.

use serde_json::{Map, Value};

use super::questions::{DraftCriterion, DraftQuestion};
use crate::model::{RowLocation, is_blank};

/// The most points that one criterion may have.
const MOST_POINTS: f64 = 100.0;
/// The most criteria that one question may have: more are a mistake in the data.
const MOST_CRITERIA: usize = 500;

/// The reason why no rubric can be drafted from a row.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant explains its fields")]
pub enum DraftFault {
    #[error("missing field `{field}`")]
    Missing { field: &'static str },
    #[error("`{field}` is {found}; expected {expected}")]
    WrongType { field: &'static str, found: Value, expected: &'static str },
    #[error("the id is empty")]
    EmptyId,
    #[error("the id `{}` contains a control character", .id.escape_debug())]
    ControlCharacter { id: String },
    #[error("question `{id}` has an empty prompt")]
    EmptyPrompt { id: String },
    #[error("question `{id}` has neither references nor criteria")]
    NothingToSay { id: String },
    #[error("the question has {count} criteria")]
    TooManyCriteria { count: usize },
    #[error("the text of a criterion has no words: `{text}`")]
    NoWords { text: String },
    #[error("the points of the criteria are {}", .points.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Points { points: Vec<f64> },
    /// `first` is the row that has the id already.
    #[error("question `{id}` is already in {first}")]
    Repeated { id: String, first: RowLocation },
    /// A file of a folder has another value than an earlier file of the same question, `first`.
    #[error("the `{column}` of question `{id}` differs from that in {first}")]
    Contradiction { id: String, column: String, first: RowLocation },
}

impl DraftFault {
    /// Advice on how to correct the row.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } | Self::WrongType { .. } => {
                "give each question an `id`, a `prompt` and `references`, a list of good answers"
            }
            Self::EmptyId => "give the question an id",
            Self::ControlCharacter { .. } => "leave line breaks and control characters out of it",
            Self::EmptyPrompt { .. } => {
                "write the wording of the question: its words weigh less than those of the answer"
            }
            Self::NothingToSay { .. } => "give it references (a list of good answers) or criteria (a list of texts)",
            Self::TooManyCriteria { .. } => "give a question at most 500 criteria",
            Self::NoWords { .. } => "say what earns the points, or leave it out",
            Self::Points { .. } => "use points from 0.01 to 100 that go together",
            Self::Repeated { .. } => "give each question its own id, or put its references into one row",
            Self::Contradiction { .. } => "write the same value in all files of a question, or give each its own id",
        }
    }
}

impl DraftQuestion {
    /// The question in the fields of a row: `id`, `prompt`, `references`, and optionally `criteria` (texts, or objects
    /// with `text`, `points` and `id`) and `topic`. Other fields are ignored.
    ///
    /// # Errors
    /// When a field is missing or has another type, or there is nothing to draft from.
    pub fn from_fields(fields: &Map<String, Value>) -> Result<Self, DraftFault> {
        let id = match fields.get("id") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(found) => return Err(wrong_type("id", found, "text or a number")),
            None => return Err(DraftFault::Missing { field: "id" }),
        };
        let prompt = text_of(fields, "prompt")?.ok_or(DraftFault::Missing { field: "prompt" })?;
        let topic = match fields.get("topic") {
            Some(Value::Null) => None,
            _ => text_of(fields, "topic")?,
        };
        let references = references(fields)?;
        if !has_words(&id) {
            return Err(DraftFault::EmptyId);
        }
        if id.chars().any(char::is_control) {
            return Err(DraftFault::ControlCharacter { id });
        }
        if is_blank(&prompt) {
            return Err(DraftFault::EmptyPrompt { id });
        }
        let criteria = criteria(fields)?;
        if references.is_empty() && criteria.is_empty() {
            return Err(DraftFault::NothingToSay { id });
        }
        Ok(Self { id, topic, prompt, references, criteria })
    }
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn wrong_type(field: &'static str, found: &Value, expected: &'static str) -> DraftFault {
    DraftFault::WrongType { field, found: found.clone(), expected }
}

fn text_of(fields: &Map<String, Value>, field: &'static str) -> Result<Option<String>, DraftFault> {
    match fields.get(field) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(found) => Err(wrong_type(field, found, "text")),
    }
}

/// The references that contain words.
fn references(fields: &Map<String, Value>) -> Result<Vec<String>, DraftFault> {
    let Some(found) = fields.get("references") else { return Ok(Vec::new()) };
    let fault = || wrong_type("references", found, "a list of texts");
    let list = found.as_array().ok_or_else(fault)?;
    let texts = list.iter().map(|text| text.as_str().map(str::to_owned).ok_or_else(fault));
    let texts: Vec<String> = texts.collect::<Result<_, _>>()?;
    Ok(texts.into_iter().filter(|text| has_words(text)).collect())
}

/// A criterion with its points as they are written.
struct Weighed {
    id: Option<String>,
    text: String,
    points: f64,
}

fn criteria(fields: &Map<String, Value>) -> Result<Vec<DraftCriterion>, DraftFault> {
    let Some(found) = fields.get("criteria") else { return Ok(Vec::new()) };
    let fault = || wrong_type("criteria", found, "a list of texts, or of objects with `text`, `points` and `id`");
    let list = found.as_array().ok_or_else(fault)?;
    let weighed: Vec<Weighed> = list.iter().map(|value| weighed(value).ok_or_else(fault)).collect::<Result<_, _>>()?;
    if weighed.len() > MOST_CRITERIA {
        return Err(DraftFault::TooManyCriteria { count: weighed.len() });
    }
    whole_points(weighed)
}

/// A criterion that is a text, or an object with `text`, `points` and `id`. `None` if it is neither.
fn weighed(value: &Value) -> Option<Weighed> {
    if let Value::String(text) = value {
        return Some(Weighed { id: None, text: text.clone(), points: 1.0 });
    }
    let object = value.as_object()?;
    let given = |name: &str| object.get(name).filter(|value| !value.is_null());
    let id = given("id").map(|id| id.as_str().map(str::to_owned).ok_or(()));
    let points = given("points").map(|points| points.as_f64().ok_or(()));
    Some(Weighed {
        id: id.transpose().ok()?,
        text: object.get("text")?.as_str()?.to_owned(),
        points: points.transpose().ok()?.unwrap_or(1.0),
    })
}

/// Points as whole numbers in the same proportions: halves, quarters and tenths are multiplied up.
fn whole_points(criteria: Vec<Weighed>) -> Result<Vec<DraftCriterion>, DraftFault> {
    if let Some(empty) = criteria.iter().find(|criterion| !has_words(&criterion.text)) {
        return Err(DraftFault::NoWords { text: empty.text.clone() });
    }
    let is_whole =
        |points: f64| (points - points.round()).abs() < 1e-9 && (1.0..=MOST_POINTS).contains(&points.round());
    let scale = [1.0, 2.0, 4.0, 10.0, 100.0]
        .into_iter()
        .find(|scale| criteria.iter().all(|criterion| is_whole(criterion.points * scale)))
        .ok_or_else(|| DraftFault::Points { points: criteria.iter().map(|criterion| criterion.points).collect() })?;
    #[allow(clippy::cast_sign_loss, reason = "checked to be 1 to 100")]
    let whole = |points: f64| (points * scale).round() as u32;
    let criterion = |Weighed { id, text, points }| DraftCriterion { id, text, points: whole(points) };
    Ok(criteria.into_iter().map(criterion).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<DraftQuestion, DraftFault> {
        DraftQuestion::from_fields(&serde_json::from_str(text).expect("an object"))
    }

    #[test]
    fn rows_become_questions() {
        let question =
            read(r#"{"id":"1.1","prompt":"Why?","references":["Because."," "],"more":1}"#).expect("a question");
        assert_eq!((question.id.as_str(), &question.references[..]), ("1.1", &["Because.".to_owned()][..]));
        let question = read(r#"{"id":2,"prompt":"Who?","criteria":["x",{"text":"y","points":2.5}],"topic":null}"#);
        let question = question.expect("a question");
        let criteria: Vec<_> = question.criteria.iter().map(|one| (one.text.as_str(), one.points)).collect();
        assert_eq!((question.id.as_str(), question.topic, criteria), ("2", None, vec![("x", 2), ("y", 5)]));
    }

    #[test]
    fn a_row_that_cannot_be_drafted_from_is_refused_with_a_reason_and_advice() {
        let fields = "give each question an `id`, a `prompt` and `references`, a list of good answers";
        let prompt = "write the wording of the question: its words weigh less than those of the answer";
        let too_many = format!(r#"{{"id":"a","prompt":"p","criteria":[{}"x"]}}"#, r#""x","#.repeat(500));
        for (text, message, hint) in [
            (r#"{"prompt":"p"}"#, "missing field `id`", fields),
            (r#"{"id":"a"}"#, "missing field `prompt`", fields),
            (r#"{"id":[],"prompt":"p"}"#, "`id` is []; expected text or a number", fields),
            (r#"{"id":"a","prompt":"p","topic":1}"#, "`topic` is 1; expected text", fields),
            (r#"{"id":1,"prompt":"p","references":"r"}"#, "`references` is \"r\"; expected a list of texts", fields),
            (
                r#"{"id":1,"prompt":"p","criteria":[{"points":1}]}"#,
                "`criteria` is [{\"points\":1}]; expected a list of texts, or of objects with `text`, `points` and `id`",
                fields,
            ),
            (
                r#"{"id":"a","prompt":"p"}"#,
                "question `a` has neither references nor criteria",
                "give it references (a list of good answers) or criteria (a list of texts)",
            ),
            (r#"{"id":"a","prompt":"","references":["r"]}"#, "question `a` has an empty prompt", prompt),
            (r#"{"id":7,"prompt":" \n","criteria":["r"]}"#, "question `7` has an empty prompt", prompt),
            (
                "{\"id\":\"a\",\"prompt\":\"\u{200b} \u{feff}\",\"references\":[\"r\"]}",
                "question `a` has an empty prompt",
                prompt,
            ),
            (
                r#"{"id":"a\nb","prompt":"p","references":["r"]}"#,
                "the id `a\\nb` contains a control character",
                "leave line breaks and control characters out of it",
            ),
            (r#"{"id":" ","prompt":"p","references":["r"]}"#, "the id is empty", "give the question an id"),
            (
                r#"{"id":"a","prompt":"p","criteria":[{"text":"x","points":-1},"y"]}"#,
                "the points of the criteria are -1, 1",
                "use points from 0.01 to 100 that go together",
            ),
            (
                r#"{"id":"a","prompt":"p","criteria":["..."]}"#,
                "the text of a criterion has no words: `...`",
                "say what earns the points, or leave it out",
            ),
            (&too_many, "the question has 501 criteria", "give a question at most 500 criteria"),
        ] {
            let fault = read(text).expect_err(text);
            assert_eq!((fault.to_string().as_str(), fault.hint()), (message, hint), "{text}");
        }
    }

    #[test]
    fn two_rows_of_one_question_are_named_with_advice() {
        let id = || "a".to_owned();
        let repeated = DraftFault::Repeated { id: id(), first: RowLocation::Line(3) };
        assert_eq!(repeated.to_string(), "question `a` is already in line 3");
        assert_eq!(repeated.hint(), "give each question its own id, or put its references into one row");
        let first = RowLocation::File { number: 1, name: "t/a.md".to_owned() };
        let other = DraftFault::Contradiction { id: id(), column: "prompt".to_owned(), first };
        assert_eq!(other.to_string(), "the `prompt` of question `a` differs from that in t/a.md");
        assert_eq!(other.hint(), "write the same value in all files of a question, or give each its own id");
    }
}
