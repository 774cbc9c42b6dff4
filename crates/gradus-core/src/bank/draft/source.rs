//! What rubrics are drafted from: lines of JSON, or a corpus folder.

use hashbrown::{HashMap, HashSet};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::bank::files::Files;
use crate::bank::finding::Finding;
use crate::bank::{Bank, corpus};
use crate::model::{SampleLevel, is_blank};
use crate::text::wording_key;

/// The most points that one criterion may have.
const MOST_POINTS: f64 = 100.0;

/// A question, and what a good answer to it says.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftQuestion {
    /// Its id as given.
    pub id: String,
    /// The folder it goes into; that of the whole draft if absent.
    pub topic: Option<String>,
    /// The question as it is put.
    pub prompt: String,
    /// Answers that earn full marks.
    pub references: Vec<String>,
    /// What earns points; none where the references stand for the whole.
    pub criteria: Vec<DraftCriterion>,
}

impl DraftQuestion {
    /// What its rubric is drafted from: the texts of its criteria where it has some, else its references.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let references = if self.criteria.is_empty() { self.references.as_slice() } else { &[] };
        let criteria = self.criteria.iter().map(|criterion| criterion.text.as_str());
        criteria.chain(references.iter().map(String::as_str))
    }

    /// Whether the prompt was made of the id, because nothing gave the wording of the question.
    pub fn has_made_up_prompt(&self) -> bool {
        self.prompt == worded(&self.id)
    }
}

/// One thing that earns points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftCriterion {
    /// Its id as given, if one was.
    pub id: Option<String>,
    /// What an answer has to say.
    pub text: String,
    /// What it earns.
    pub points: u32,
}

/// Why there is nothing to draft from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// A line is not that of a question.
    #[error("line {line}: {message}\nhint: {hint}")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
        /// What to do.
        hint: &'static str,
    },
    /// There is no line at all.
    #[error("no question\nhint: write one JSON object a line, with `id`, `prompt` and `references`")]
    Empty,
    /// A question that no rubric can be drafted for.
    #[error("question `{question}`: {message}\nhint: {hint}")]
    Question {
        /// Its id as given.
        question: String,
        /// What is wrong with it.
        message: String,
        /// What to do.
        hint: &'static str,
    },
    /// Files of the corpus have faults: all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Corpus(Vec<Finding>),
}

#[derive(Deserialize)]
struct Line {
    id: Id,
    prompt: String,
    #[serde(default)]
    topic: Option<String>,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default)]
    criteria: Vec<CriterionLine>,
}

/// An id, as text or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(serde_json::Number),
}

/// The most criteria that one question may have: more are a mistake in the data.
const MOST_CRITERIA: usize = 500;

#[derive(Deserialize)]
#[serde(untagged)]
enum CriterionLine {
    Text(String),
    Weighed { id: Option<String>, text: String, points: Option<f64> },
}

/// Reads questions, one JSON object a line: `id`, `prompt`, `references`, and optionally `criteria` (texts,
/// or objects with `text` and `points`) and `topic`. Other fields are passed over.
///
/// # Errors
/// Names the first line that cannot be used.
pub fn questions_from_jsonl(text: &str) -> Result<Vec<DraftQuestion>, DraftError> {
    let mut questions: Vec<DraftQuestion> = Vec::new();
    let mut known = HashSet::new();
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    for (number, line) in lines {
        let fault = |message: String, hint| DraftError::Line { line: number + 1, message, hint };
        let line: Line = serde_json::from_str(line).map_err(|error| {
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            let message = wrong_field(line).unwrap_or_else(|| said.to_owned());
            fault(message, "write one JSON object a line, with `id`, `prompt` and `references`")
        })?;
        let question = question(line).map_err(|(message, hint)| fault(message, hint))?;
        if !known.insert(question.id.clone()) {
            let message = format!("question `{}` stands there already", question.id);
            return Err(fault(message, "give each question its own id, or put its references into one line"));
        }
        questions.push(question);
    }
    if questions.is_empty() { Err(DraftError::Empty) } else { Ok(questions) }
}

/// Which field is not what it should be, where that is what is wrong with a line.
fn wrong_field(line: &str) -> Option<String> {
    let object: Map<String, Value> = serde_json::from_str(line).ok()?;
    let texts = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    let field = |name: &str, is_right: &dyn Fn(&Value) -> bool, expected: &str| {
        let value = object.get(name).filter(|value| !is_right(value))?;
        Some(format!("`{name}` is {value}, expected {expected}"))
    };
    field("id", &|value| value.is_string() || value.is_number(), "a text")
        .or_else(|| field("prompt", &Value::is_string, "a text"))
        .or_else(|| field("topic", &|value| value.is_string() || value.is_null(), "a text"))
        .or_else(|| field("references", &texts, "a list of texts"))
        .or_else(|| field("criteria", &|_| false, "a list of texts, or of objects with `text`, `points` and `id`"))
}

fn question(line: Line) -> Result<DraftQuestion, (String, &'static str)> {
    let said = |text: &String| text.chars().any(char::is_alphanumeric);
    let id = match line.id {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    };
    if !said(&id) {
        return Err(("an empty id".to_owned(), "name the question"));
    }
    if id.chars().any(char::is_control) {
        return Err((
            format!("`{}` as an id", id.escape_debug()),
            "leave line breaks and control characters out of it",
        ));
    }
    if is_blank(&line.prompt) {
        let hint = "write the question into `prompt`: its words weigh less than those of the answer";
        return Err((format!("question `{id}` has an empty `prompt`"), hint));
    }
    let references: Vec<String> = line.references.into_iter().filter(said).collect();
    if line.criteria.len() > MOST_CRITERIA {
        return Err((format!("{} criteria", line.criteria.len()), "give a question 500 at most"));
    }
    let criteria = points(line.criteria)?;
    if references.is_empty() && criteria.is_empty() {
        return Err((
            format!("question `{id}` has neither references nor criteria"),
            "give it `references`, a list of good answers, or `criteria`, a list of texts",
        ));
    }
    Ok(DraftQuestion { id, topic: line.topic, prompt: line.prompt, references, criteria })
}

/// Points as whole numbers in the same proportions: halves, quarters and tenths are multiplied up.
fn points(lines: Vec<CriterionLine>) -> Result<Vec<DraftCriterion>, (String, &'static str)> {
    let mut criteria = Vec::with_capacity(lines.len());
    for line in lines {
        let (id, text, points) = match line {
            CriterionLine::Text(text) => (None, text, 1.0),
            CriterionLine::Weighed { id, text, points } => (id, text, points.unwrap_or(1.0)),
        };
        if !text.chars().any(char::is_alphanumeric) {
            return Err((format!("`{text}` as the text of a criterion"), "say what earns the points, or leave it out"));
        }
        criteria.push((id, text, points));
    }
    let is_whole =
        |points: f64| (points - points.round()).abs() < 1e-9 && (1.0..=MOST_POINTS).contains(&points.round());
    let scale = [1.0, 2.0, 4.0, 10.0, 100.0]
        .into_iter()
        .find(|scale| criteria.iter().all(|(.., points)| is_whole(points * scale)))
        .ok_or_else(|| {
            let all: Vec<String> = criteria.iter().map(|(.., points)| points.to_string()).collect();
            (format!("points of {}", all.join(", ")), "use points from 0.01 to 100 that go together")
        })?;
    #[allow(clippy::cast_sign_loss)] // checked to be 1 to 100
    let whole = |points: f64| (points * scale).round() as u32;
    Ok(criteria.into_iter().map(|(id, text, points)| DraftCriterion { id, text, points: whole(points) }).collect())
}

/// Questions from the strong samples of a corpus. Their wording is that of the rubric of the same id in
/// `bank` where there is one, else what the sample's file says, else made of the id.
///
/// # Errors
/// When a file of the corpus has faults, or there is none.
pub fn questions_from_corpus(files: &Files, bank: Option<&Bank>) -> Result<Vec<DraftQuestion>, DraftError> {
    let (mut questions, mut findings) = (Vec::new(), Vec::new());
    for (file, text) in files.within("corpus/", ".md") {
        match corpus::parse(file, text) {
            Err(faults) => findings.extend(faults),
            Ok(corpus) => {
                let known = bank.and_then(|bank| bank.question(bank.entry(&corpus.question).ok()?).ok());
                let strong = corpus.samples.into_iter().filter(|sample| sample.level == SampleLevel::Strong);
                let references: Vec<String> = strong.map(|sample| sample.text).collect();
                if references.is_empty() {
                    let hint = "write one under `## strong`: rubrics are drafted from strong answers";
                    findings.push(Finding::new(file, text, corpus.question_at, "no strong sample", hint));
                    continue;
                }
                questions.push(DraftQuestion {
                    prompt: known
                        .map(|question| question.prompt)
                        .or(corpus.prompt)
                        .filter(|prompt| !is_blank(prompt))
                        .unwrap_or_else(|| worded(&corpus.question)),
                    id: corpus.question,
                    topic: topic_of(file),
                    references,
                    criteria: Vec::new(),
                });
            }
        }
    }
    match (findings.is_empty(), questions.is_empty()) {
        (false, _) => Err(DraftError::Corpus(findings)),
        (true, true) => Err(DraftError::Empty),
        (true, false) => Ok(questions),
    }
}

/// The questions whose prompt is also that of another one, in their order. Prompts are compared as wordings are.
pub fn with_shared_prompts(questions: &[DraftQuestion]) -> Vec<&DraftQuestion> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for question in questions {
        *counts.entry(wording_key(&question.prompt)).or_default() += 1;
    }
    let is_shared = |prompt: &str| {
        let key = wording_key(prompt);
        !key.is_empty() && counts.get(&key).is_some_and(|count| *count > 1)
    };
    questions.iter().filter(|question| is_shared(&question.prompt)).collect()
}

/// An id as the wording of a question: its words.
fn worded(id: &str) -> String {
    id.replace('-', " ")
}

/// The folder in `corpus/<topic>/<id>.md`, where there is one.
fn topic_of(file: &str) -> Option<String> {
    let (topic, _) = file.strip_prefix("corpus/")?.split_once('/')?;
    Some(topic.to_owned())
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

    #[test]
    fn faults_name_their_line() {
        for (text, said) in [
            ("", "no question"),
            ("{\"id\":\"a\"}", "line 1: missing field `prompt`"),
            ("{\"id\":7}", "line 1: missing field `prompt`"),
            ("\n[1]", "line 2: "),
            ("{\"id\":[],\"prompt\":\"p\"}", "line 1: `id` is [], expected a text"),
            (
                "{\"id\":1,\"prompt\":\"p\",\"references\":\"r\"}",
                "line 1: `references` is \"r\", expected a list of texts",
            ),
            (
                "{\"id\":1,\"prompt\":\"p\",\"criteria\":[{\"points\":1}]}",
                "line 1: `criteria` is [{\"points\":1}], expected a list",
            ),
            ("{\"id\":\"a\",\"prompt\":\"p\"}", "line 1: question `a` has neither"),
            (
                "{\"id\":\"a\",\"prompt\":\"\",\"references\":[\"r\"]}",
                "line 1: question `a` has an empty `prompt`\nhint: ",
            ),
            ("\n{\"id\":7,\"prompt\":\" \\n\",\"criteria\":[\"r\"]}", "line 2: question `7` has an empty `prompt`"),
            (
                "{\"id\":\"a\",\"prompt\":\"\u{200b} \u{feff}\",\"references\":[\"r\"]}",
                "line 1: question `a` has an empty `prompt`\nhint: ",
            ),
            ("{\"id\":\"a\\nb\",\"prompt\":\"p\",\"references\":[\"r\"]}", "line 1: `a\\nb` as an id"),
            ("{\"id\":\" \",\"prompt\":\"p\",\"references\":[\"r\"]}", "line 1: an empty id"),
            ("{\"id\":\"a\",\"prompt\":\"p\",\"criteria\":[{\"text\":\"x\",\"points\":-1}]}", "line 1: points of -1"),
            ("{\"id\":\"a\",\"prompt\":\"p\",\"criteria\":[\"...\"]}", "line 1: `...` as the text"),
            (
                "{\"id\":\"a\",\"prompt\":\"p\",\"references\":[\"r\"]}\n{\"id\":\"a\",\"prompt\":\"p\",\"references\":[\"r\"]}",
                "line 2: question `a` stands there already",
            ),
        ] {
            let error = questions_from_jsonl(text).expect_err(text).to_string();
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }
}
