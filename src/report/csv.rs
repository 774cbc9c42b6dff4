//! Many grades as one table for spreadsheets and data frames.
//!
//! A header and one row an answer. Cells that a spreadsheet would take for a formula begin with an
//! apostrophe.

use std::borrow::Cow;
use std::io;

use crate::model::{CriterionGrade, Flag, Grade, Outcome, Status};

const FIXED: [&str; 9] = ["id", "question", "status", "score", "earned", "possible", "band", "flags", "words"];

/// A header and one row a grade. Where all grades are of one question, each criterion has a column
/// `credit:<id>` with 0 to 1, empty where nobody decided. Without a score there are no figures. Where any is calibrated, two columns more say
/// to what, and by what.
///
/// # Errors
/// Only what the CSV writer gives up on; writing to memory, nothing is known to.
pub fn csv(grades: &[Grade<'_>]) -> Result<String, csv::Error> {
    let criteria = columns(grades);
    let calibrated = grades.iter().any(|grade| grade.calibrated.is_some());
    let last: &[&str] =
        if calibrated { &["penalties", "reason", "calibrated", "calibrated_by"] } else { &["penalties", "reason"] };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let credits = criteria.iter().map(|id| format!("credit:{id}"));
    writer
        .write_record(FIXED.map(String::from).into_iter().chain(credits).chain(last.iter().map(ToString::to_string)))?;
    for grade in grades {
        let mut row = row(grade, &criteria);
        if calibrated {
            let of = grade.calibrated.as_ref();
            row.push(of.map(|of| of.score.to_string()).unwrap_or_default());
            row.push(of.map(|of| of.by.to_string()).unwrap_or_default());
        }
        writer.write_record(row.iter().map(|cell| neutral(cell).into_owned()))?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    String::from_utf8(bytes).map_err(|error| io::Error::other(error).into())
}

/// Ids of the criteria of all `grades`, as first seen; none where the grades are of several questions.
fn columns<'a>(grades: &'a [Grade<'_>]) -> Vec<&'a str> {
    let mut ids = Vec::new();
    if grades.windows(2).any(|pair| matches!(pair, [one, next] if one.question != next.question)) {
        return ids;
    }
    for criterion in grades.iter().flat_map(|grade| &grade.criteria) {
        if !ids.contains(&criterion.id.as_ref()) {
            ids.push(&criterion.id);
        }
    }
    ids
}

fn row(grade: &Grade<'_>, criteria: &[&str]) -> Vec<String> {
    let mut row = vec![grade.id.to_string(), grade.question.to_string()];
    row.extend(outcome(&grade.outcome));
    row.push(grade.flags.iter().map(|flag: &Flag| flag.name()).collect::<Vec<_>>().join(" "));
    let is_graded = grade.score().is_some();
    row.push(if is_graded { grade.delivery.words.to_string() } else { String::new() });
    row.extend(criteria.iter().map(|id| if is_graded { credit(grade, id) } else { String::new() }));
    row.push(if is_graded { penalties(&grade.penalties) } else { String::new() });
    row.push(match &grade.outcome {
        Outcome::Graded { .. } => String::new(),
        Outcome::Ungraded { reason } => reason.to_string(),
    });
    row
}

fn outcome(outcome: &Outcome<'_>) -> [String; 5] {
    match outcome {
        Outcome::Graded { score, earned, possible, band } => {
            ["graded".into(), score.to_string(), earned.to_string(), possible.to_string(), band.name().into()]
        }
        Outcome::Ungraded { .. } => ["ungraded".into(), String::new(), String::new(), String::new(), String::new()],
    }
}

fn credit(grade: &Grade<'_>, id: &str) -> String {
    let graded = grade.criteria.iter().find(|criterion| criterion.id == id);
    let decided = graded.filter(|criterion| criterion.status != Status::Undecided);
    decided.map(|criterion| criterion.credit.to_string()).unwrap_or_default()
}

fn penalties(penalties: &[CriterionGrade<'_>]) -> String {
    let incurred = penalties.iter().filter(|penalty| penalty.earned.0 > 0);
    incurred.map(|penalty| format!("{}={}", penalty.id, penalty.earned)).collect::<Vec<_>>().join(" ")
}

fn neutral(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn one_question_has_a_column_for_each_criterion() {
        let fixture = fixture::incident();
        let table = csv(std::slice::from_ref(&fixture.grade)).expect("writes");
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(
            lines[0],
            "id,question,status,score,earned,possible,band,flags,words,\
             credit:relief-first,credit:communication,credit:follow-up,penalties,reason"
        );
        assert_eq!(
            lines[1],
            "incident-3.txt,lead-major-incident,graded,31.3,2.5,8,weak,stuffed,42,1,0.5,0,blames-a-person=2,"
        );
    }

    #[test]
    fn several_questions_have_no_criterion_columns() {
        let fixture = fixture::incident();
        let mut other = fixture.grade.clone();
        other.question = "error-budget".into();
        let table = csv(&[fixture.grade.clone(), other]).expect("writes");
        assert!(!table.contains("credit:"));
    }

    #[test]
    fn an_ungraded_answer_has_no_figures() {
        let mut fixture = fixture::incident();
        fixture.grade.outcome = Outcome::Ungraded { reason: "not UTF-8, line 3".into() };
        let table = csv(&[fixture.grade]).expect("writes");
        let row = table.lines().nth(1).expect("a row");
        assert_eq!(row, "incident-3.txt,lead-major-incident,ungraded,,,,,stuffed,,,,,,\"not UTF-8, line 3\"");
    }

    #[test]
    fn formulas_are_neutralised() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(neutral(cell), format!("'{cell}"));
        }
        assert_eq!(neutral("a=b"), "a=b");
    }

    #[test]
    fn no_grades_are_a_header() {
        assert_eq!(csv(&[]).expect("writes").lines().count(), 1);
    }
}
