//! Reads the questions to draft from JSON Lines.
//!
//! Takes the text of a file; gives its questions, or the fault of the first line that cannot be used.

use hashbrown::HashSet;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::draft_error::{DraftError, LineFault};
use super::questions::{DraftCriterion, DraftQuestion};
use crate::model::is_blank;

/// Limit for the points of one criterion.
const MOST_POINTS: f64 = 100.0;
/// Limit for the criteria of one question. More are a mistake in the data.
const MOST_CRITERIA: usize = 500;
/// Factors that may turn points into whole numbers.
const SCALES: [f64; 5] = [1.0, 2.0, 4.0, 10.0, 100.0];

#[derive(Deserialize)]
struct QuestionLine {
    id: IdField,
    prompt: String,
    #[serde(default)]
    topic: Option<String>,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default)]
    criteria: Vec<CriterionField>,
}

/// An id, as text or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum IdField {
    Text(String),
    Number(serde_json::Number),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum CriterionField {
    Text(String),
    Weighed { id: Option<String>, text: String, points: Option<f64> },
}

/// Reads questions, one JSON object per line: `id`, `prompt`, `references`, and optionally `criteria` (texts, or objects
/// with `text` and `points`) and `topic`. Other fields are ignored.
///
/// # Errors
/// The fault of the first line that cannot be used.
pub fn questions_from_jsonl(text: &str) -> Result<Vec<DraftQuestion>, DraftError> {
    let mut questions: Vec<DraftQuestion> = Vec::new();
    let mut known = HashSet::new();
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    for (number, line) in lines {
        let question = read_line(line).and_then(question);
        let question = question.and_then(|question| {
            let is_new = known.insert(question.id.clone());
            if is_new { Ok(question) } else { Err(LineFault::Duplicate { id: question.id }) }
        });
        questions.push(question.map_err(|fault| DraftError::Line { line: number + 1, fault })?);
    }
    if questions.is_empty() { Err(DraftError::Empty) } else { Ok(questions) }
}

fn read_line(line: &str) -> Result<QuestionLine, LineFault> {
    serde_json::from_str(line).map_err(|error| {
        wrong_type(line).unwrap_or_else(|| {
            // The parser counts lines within this line, so that its position would mislead.
            let message = error.to_string();
            LineFault::Json(message.split(" at line ").next().unwrap_or_default().to_owned())
        })
    })
}

/// The first field of the wrong type. The parser's own message does not name the field.
fn wrong_type(line: &str) -> Option<LineFault> {
    let object: Map<String, Value> = serde_json::from_str(line).ok()?;
    let texts = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    let field = |name: &'static str, is_right: &dyn Fn(&Value) -> bool, expected: &'static str| {
        let value = object.get(name).filter(|value| !is_right(value))?;
        Some(LineFault::FieldType { name, value: value.to_string(), expected })
    };
    field("id", &|value| value.is_string() || value.is_number(), "a text")
        .or_else(|| field("prompt", &Value::is_string, "a text"))
        .or_else(|| field("topic", &|value| value.is_string() || value.is_null(), "a text"))
        .or_else(|| field("references", &texts, "a list of texts"))
        .or_else(|| field("criteria", &|_| false, "a list of texts, or of objects with `text`, `points` and `id`"))
}

fn question(line: QuestionLine) -> Result<DraftQuestion, LineFault> {
    let id = match line.id {
        IdField::Text(text) => text,
        IdField::Number(number) => number.to_string(),
    };
    if !has_words(&id) {
        return Err(LineFault::EmptyId);
    }
    if id.chars().any(char::is_control) {
        return Err(LineFault::ControlCharacter { id });
    }
    if is_blank(&line.prompt) {
        return Err(LineFault::EmptyPrompt { id });
    }
    let references: Vec<String> = line.references.into_iter().filter(|text| has_words(text)).collect();
    if line.criteria.len() > MOST_CRITERIA {
        return Err(LineFault::TooManyCriteria { count: line.criteria.len(), most: MOST_CRITERIA });
    }
    let criteria = criteria(line.criteria)?;
    if references.is_empty() && criteria.is_empty() {
        return Err(LineFault::NothingToDraft { id });
    }
    Ok(DraftQuestion { id, topic: line.topic, prompt: line.prompt, references, criteria })
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// The criteria with points as whole numbers in the same proportions: halves, quarters and tenths are multiplied.
fn criteria(fields: Vec<CriterionField>) -> Result<Vec<DraftCriterion>, LineFault> {
    let mut criteria = Vec::with_capacity(fields.len());
    for field in fields {
        let (id, text, points) = match field {
            CriterionField::Text(text) => (None, text, 1.0),
            CriterionField::Weighed { id, text, points } => (id, text, points.unwrap_or(1.0)),
        };
        if !has_words(&text) {
            return Err(LineFault::EmptyCriterion { text });
        }
        criteria.push((id, text, points));
    }
    let is_whole =
        |points: f64| (points - points.round()).abs() < 1e-9 && (1.0..=MOST_POINTS).contains(&points.round());
    let scale = SCALES.into_iter().find(|scale| criteria.iter().all(|(.., points)| is_whole(points * scale)));
    let Some(scale) = scale else {
        return Err(LineFault::Points { points: criteria.into_iter().map(|(.., points)| points).collect() });
    };
    #[allow(clippy::cast_sign_loss, reason = "checked to be 1 to 100")]
    let whole = |points: f64| (points * scale).round() as u32;
    Ok(criteria.into_iter().map(|(id, text, points)| DraftCriterion { id, text, points: whole(points) }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_questions() {
        let text = "\u{feff}{\"id\":\"1.1\",\"prompt\":\"Why?\",\"references\":[\"Because.\",\" \"],\"more\":1}\n\n\
                    {\"id\":\"b\",\"prompt\":\"Who?\",\"criteria\":[\"x\",{\"text\":\"y\",\"points\":2.5}]}\r\n";
        let questions = questions_from_jsonl(text).expect("two questions");
        assert_eq!(questions[0].references, ["Because."]);
        let criteria: Vec<_> = questions[1].criteria.iter().map(|one| (one.text.as_str(), one.points)).collect();
        assert_eq!(criteria, [("x", 2), ("y", 5)]);
    }

    const QUESTION: &str = "{\"id\":\"a\",\"prompt\":\"p\",\"references\":[\"r\"]}";

    #[track_caller]
    fn assert_fault(text: &str, message: &str, hint: &str) {
        let error = questions_from_jsonl(text).expect_err(text);
        assert!(error.to_string().starts_with(message), "{text}: {error}");
        assert!(error.hint().is_some_and(|said| said.starts_with(hint)), "{text}: {:?}", error.hint());
    }

    #[test]
    fn a_line_of_the_wrong_format_is_reported_with_its_number_and_field() {
        for (text, message) in [
            ("", "no questions"),
            ("{\"id\":\"a\"}", "line 1: missing field `prompt`"),
            ("{\"id\":7}", "line 1: missing field `prompt`"),
            ("\n[1]", "line 2: "),
            ("{\"id\":[],\"prompt\":\"p\"}", "line 1: `id` is [], expected a text"),
            ("{\"id\":1,\"prompt\":2}", "line 1: `prompt` is 2, expected a text"),
            ("{\"id\":1,\"prompt\":\"p\",\"topic\":2}", "line 1: `topic` is 2, expected a text"),
            (
                "{\"id\":1,\"prompt\":\"p\",\"references\":\"r\"}",
                "line 1: `references` is \"r\", expected a list of texts",
            ),
            (
                "{\"id\":1,\"prompt\":\"p\",\"criteria\":[{\"points\":1}]}",
                "line 1: `criteria` is [{\"points\":1}], expected a list",
            ),
        ] {
            assert_fault(text, message, "write one JSON object per line");
        }
    }

    #[test]
    fn a_line_with_unusable_values_is_reported_with_its_number_and_a_hint() {
        let prompt = "write the question into `prompt`";
        let empty = "question `a` has an empty `prompt`";
        let many = "\"x\",".repeat(MOST_CRITERIA);
        let line = |fields: &str| format!("{{\"id\":\"a\",\"prompt\":\"p\",{fields}}}");
        for (text, message, hint) in [
            (line("\"more\":1"), "line 1: question `a` has neither references nor criteria", "add `references`"),
            (QUESTION.replace("\"p\"", "\"\""), &format!("line 1: {empty}"), prompt),
            (format!("\n{}", QUESTION.replace("\"p\"", "\" \\n\"")), &format!("line 2: {empty}"), prompt),
            (QUESTION.replace("\"p\"", "\"\u{200b} \u{feff}\""), &format!("line 1: {empty}"), prompt),
            (QUESTION.replace("\"a\"", "\"a\\nb\""), "line 1: `a\\nb` as an id", "remove line breaks"),
            (QUESTION.replace("\"a\"", "\" \""), "line 1: an empty id", "give the question an id"),
            (
                line("\"criteria\":[{\"text\":\"x\",\"points\":-1}]"),
                "line 1: points of -1",
                "use points from 0.01 to 100",
            ),
            (line("\"criteria\":[\"...\"]"), "line 1: `...` as the text of a criterion", "write what earns the points"),
            (line(&format!("\"criteria\":[{many}\"x\"]")), "line 1: 501 criteria", "give a question at most 500"),
            (
                format!("{QUESTION}\n{QUESTION}"),
                "line 2: question `a` is on an earlier line",
                "give each question its own id",
            ),
        ] {
            assert_fault(&text, message, hint);
        }
        assert_fault(&QUESTION.replace("\"a\"", "7").replace("\"p\"", "\"\""), "line 1: question `7` has an", prompt);
    }
}
