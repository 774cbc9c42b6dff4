//! Answers with the scores that people gave them: JSONL or CSV to rows, or what is wrong with a line.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Names of the columns, where they are not the usual ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The answer's id; the line's number where there is none.
    pub id: String,
    /// The question's id.
    pub question: String,
    /// The answer itself.
    pub answer: String,
    /// The score that people agreed on, or gave on average.
    pub score: String,
}

impl Default for Columns {
    fn default() -> Self {
        let [id, question, answer, score] = ["id", "question", "answer", "score"].map(str::to_owned);
        Self { id, question, answer, score }
    }
}

/// An answer and what people gave for it. Scores are shares of the most that could be had, 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Line of the file it begins at, from 1.
    pub line: usize,
    /// What the answer is called.
    pub id: String,
    /// The question it answers.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// The score; rows without one are graded, and left out of all agreement.
    pub score: Option<f64>,
    /// The most that could be had: what scores are a share of.
    pub most: f64,
    /// What two people gave, each by themselves.
    pub people: Option<(f64, f64)>,
    /// The part of the data it belongs to.
    pub split: Option<String>,
    /// What people gave for each criterion, by its id.
    pub criteria: BTreeMap<String, f64>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}\nhint: {hint}")]
pub struct RowError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Before a column of a criterion's scores stands this.
const CRITERION: &str = "criterion:";

/// Reads one JSON object a line. Scores of criteria stand in an object `criteria`.
///
/// # Errors
/// Names the first line that cannot be used.
pub fn rows_from_jsonl(text: &str, columns: &Columns) -> Result<Vec<Row>, RowError> {
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let mut rows = Vec::new();
    for (line, number) in lines {
        let object: Map<String, Value> = serde_json::from_str(line).map_err(|error| RowError {
            line: number,
            message: json_fault(&error),
            hint: "write one JSON object a line, with `question`, `answer` and `score`".to_owned(),
        })?;
        rows.push(Reader { line: number, fields: &object, columns }.row()?);
    }
    finish(rows)
}

/// Reads a table with a heading. Scores of criteria stand in columns `criterion:<id>`.
///
/// # Errors
/// Names the first line that cannot be used.
pub fn rows_from_csv(text: &str, columns: &Columns) -> Result<Vec<Row>, RowError> {
    let fault = |line: usize, message: String| RowError {
        line,
        message,
        hint: "write a heading, and as many fields in each line".to_owned(),
    };
    let text = text.trim_start_matches('\u{feff}');
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let heading = table.headers().map_err(|error| fault(1, error.to_string()))?.clone();
    let mut rows = Vec::new();
    for record in table.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(1, csv::Position::line);
            fault(line as usize, error.to_string())
        })?;
        let mut object = Map::new();
        let mut criteria = Map::new();
        for (name, field) in heading.iter().zip(&record).filter(|(_, field)| !field.is_empty()) {
            match name.strip_prefix(CRITERION) {
                Some(criterion) => criteria.insert(criterion.to_owned(), Value::from(field)),
                None => object.insert(name.to_owned(), Value::from(field)),
            };
        }
        object.insert("criteria".to_owned(), Value::Object(criteria));
        let line = record.position().map_or(1, csv::Position::line) as usize;
        rows.push(Reader { line, fields: &object, columns }.row()?);
    }
    finish(rows)
}

struct Reader<'a> {
    line: usize,
    fields: &'a Map<String, Value>,
    columns: &'a Columns,
}

impl Reader<'_> {
    fn row(&self) -> Result<Row, RowError> {
        let most = self.number("max_score")?;
        let score = self.number(&self.columns.score)?;
        let people = match (self.number("score1")?, self.number("score2")?, score) {
            (Some(one), Some(other), _) | (None, Some(other), Some(one)) => Some((one, other)),
            _ => None,
        };
        Ok(Row {
            line: self.line,
            id: self.text(&self.columns.id)?.unwrap_or_else(|| self.line.to_string()),
            question: self.needed(&self.columns.question)?,
            answer: self.answer()?,
            score,
            most: most.unwrap_or(f64::NAN),
            people,
            split: self.text("split")?,
            criteria: self.criteria()?,
        })
    }

    fn fault(&self, message: String, hint: &str) -> RowError {
        RowError { line: self.line, message, hint: hint.to_owned() }
    }

    fn needed(&self, name: &str) -> Result<String, RowError> {
        let text = self.text(name)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| {
            let there: Vec<&str> =
                self.fields.keys().map(String::as_str).filter(|field| *field != "criteria").collect();
            let hint = format!("every row names its question; --question names another of: {}", there.join(", "));
            self.fault(format!("no `{name}`"), &hint)
        })
    }

    /// The answer; empty where there is none. A number is not an answer: it would be graded as a word.
    fn answer(&self) -> Result<String, RowError> {
        let name = &self.columns.answer;
        match self.fields.get(name) {
            Some(Value::Number(number)) => {
                Err(self.fault(format!("`{name}` is {number}"), "write the answer as text, in quotes"))
            }
            _ => Ok(self.text(name)?.unwrap_or_default()),
        }
    }

    fn text(&self, name: &str) -> Result<Option<String>, RowError> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(self.fault(format!("`{name}` is {other}"), "write text there")),
        }
    }

    fn number(&self, name: &str) -> Result<Option<f64>, RowError> {
        self.fields.get(name).map_or(Ok(None), |value| self.number_of(name, value))
    }

    fn number_of(&self, name: &str, value: &Value) -> Result<Option<f64>, RowError> {
        let number = match value {
            Value::Null => return Ok(None),
            Value::String(text) if text.trim().is_empty() => return Ok(None),
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        match number.filter(|number| number.is_finite()) {
            Some(number) => Ok(Some(number)),
            None => Err(self.fault(format!("`{name}` is {value}"), "write a number there, or leave it out")),
        }
    }

    /// Credits, 0 to 1.
    fn criteria(&self) -> Result<BTreeMap<String, f64>, RowError> {
        let given = match self.fields.get("criteria") {
            None | Some(Value::Null) => return Ok(BTreeMap::new()),
            Some(Value::Object(given)) => given,
            Some(other) => {
                return Err(self.fault(format!("`criteria` is {other}"), "write an object of credits by criterion id"));
            }
        };
        let mut criteria = BTreeMap::new();
        for (id, value) in given {
            match self.number_of(id, value)? {
                Some(credit) if (0.0..=1.0).contains(&credit) => drop(criteria.insert(id.clone(), credit)),
                Some(credit) => {
                    return Err(self.fault(format!("{credit} for the criterion `{id}`"), "write credits from 0 to 1"));
                }
                None => {}
            }
        }
        Ok(criteria)
    }
}

/// Turns points into shares. Where rows do not say the most that could be had, it is the highest score
/// of the file, at least 1.
fn finish(mut rows: Vec<Row>) -> Result<Vec<Row>, RowError> {
    let highest = rows.iter().filter_map(|row| row.score).fold(1.0, f64::max);
    for row in &mut rows {
        if row.most.is_nan() {
            row.most = highest;
        }
        let most = row.most;
        let fault = |message: String| RowError {
            line: row.line,
            message,
            hint: "scores go from 0 to `max_score`, which is above 0".to_owned(),
        };
        if most <= 0.0 {
            return Err(fault(format!("a highest score of {most}")));
        }
        let scores = row.score.iter().chain(row.people.iter().flat_map(|(one, other)| [one, other]));
        if let Some(score) = scores.into_iter().find(|score| !(0.0..=most).contains(*score)) {
            return Err(fault(format!("a score of {score} of {most}")));
        }
        row.score = row.score.map(|score| score / most);
        row.people = row.people.map(|(one, other)| (one / most, other / most));
    }
    Ok(rows)
}

/// What is wrong with a line of JSON, without the place in it.
fn json_fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let said = text.split(" at line ").next().unwrap_or_default();
    if error.is_data() { said.to_owned() } else { format!("no JSON: {said}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_tables_give_the_same_rows() {
        let lines = r#"{"id":"a","question":"q","answer":"x, y","score":3,"max_score":4,"score2":"2","split":"train","criteria":{"c":0.5}}
{"question":"q","answer":"z","score":null,"max_score":4}"#;
        let table = "id,question,answer,score,max_score,score2,split,criterion:c\n\
                     a,q,\"x, y\",3,4,2,train,0.5\n,q,z,,4,,,\n";
        let from_lines = rows_from_jsonl(lines, &Columns::default()).expect("rows");
        let mut from_table = rows_from_csv(table, &Columns::default()).expect("rows");
        for (row, like) in from_table.iter_mut().zip(&from_lines) {
            assert_eq!(row.line, like.line + 1, "the heading is a line");
            row.line = like.line;
            if row.id == (like.line + 1).to_string() {
                row.id.clone_from(&like.id);
            }
        }
        assert_eq!(from_table, from_lines);
        assert_eq!((from_lines[0].score, from_lines[0].people), (Some(0.75), Some((0.75, 0.5))));
        assert_eq!((from_lines[1].score, from_lines[1].id.as_str()), (None, "2"));
    }

    #[test]
    fn without_a_highest_score_it_is_the_highest_given() {
        let rows =
            rows_from_jsonl("{\"question\":\"q\",\"score\":2}\n{\"question\":\"q\",\"score\":5}", &Columns::default());
        assert_eq!(rows.expect("rows").iter().filter_map(|row| row.score).collect::<Vec<_>>(), [0.4, 1.0]);
    }

    #[test]
    fn faults_name_their_line() {
        for (text, said) in [
            ("{", "line 1: no JSON: EOF while parsing an object"),
            ("{\"answer\":\"x\"}", "line 1: no `question`"),
            ("\n{\"question\":\"q\",\"score\":\"high\"}", "line 2: `score` is \"high\""),
            ("{\"question\":\"q\",\"score\":6,\"max_score\":5}", "line 1: a score of 6 of 5"),
            ("{\"question\":\"q\",\"score\":0,\"max_score\":0}", "line 1: a highest score of 0"),
            ("{\"question\":\"q\",\"answer\":[1]}", "line 1: `answer` is [1]"),
            ("{\"question\":\"q\",\"answer\":5}", "line 1: `answer` is 5"),
            ("{\"question\":\"q\",\"answer\":true}", "line 1: `answer` is true"),
            ("{\"question\":\"q\",\"criteria\":[1]}", "line 1: `criteria` is [1]"),
            ("{\"question\":\"q\",\"criteria\":{\"c\":3}}", "line 1: 3 for the criterion `c`"),
        ] {
            let error = rows_from_jsonl(text, &Columns::default()).expect_err(text).to_string();
            assert!(error.starts_with(said), "{text}: {error}");
        }
        let error = rows_from_csv("question,score\nq\n", &Columns::default()).expect_err("ragged").to_string();
        assert!(error.starts_with("line 2: "), "{error}");
    }
}
