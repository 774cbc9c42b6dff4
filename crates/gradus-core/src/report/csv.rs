//! Grades as CSV for spreadsheets and data frames: a heading and one row for each answer.
//!
//! A cell that a spreadsheet would interpret as a formula gets an apostrophe in front, unless it is a number.

use std::borrow::Cow;
use std::io;

use super::grade::price;
use crate::model::{CarriedValue, CriterionGrade, Flag, Grade, Outcome, Status};

const FIXED: [&str; 9] = ["id", "question", "status", "score", "earned", "possible", "band", "flags", "words"];
const AFTER_CREDITS: [&str; 2] = ["penalties", "reason"];
const CALIBRATED: [&str; 2] = ["calibrated", "calibrated_by"];
const JUDGED: [&str; 4] = ["fallback", "prompt_tokens", "completion_tokens", "cost"];
/// Prefix of the id of a criterion in the heading.
const CREDIT: &str = "credit:";
/// Prefix of the name of an input column that has the same name as a column of the results.
const KEPT: &str = "kept:";

/// The columns and the format of a CSV table of grades.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvTable {
    /// Ids of the criteria that have a column `credit:<id>`. The column holds credits from 0 to 1. A cell is empty if
    /// the criterion is undecided or belongs to another question, or if the answer is ungraded.
    pub criteria: Vec<String>,
    /// Whether there are columns for the calibrated score and the name of the calibration.
    pub calibrated: bool,
    /// Whether there are columns for the usage of a judge, and for the reason why the offline scorer replaced it.
    pub judged: bool,
    /// Names of input columns that are copied to the end of each row.
    pub keep: Vec<String>,
    /// Byte between cells.
    pub delimiter: u8,
    /// Whether formulas are made harmless for spreadsheets.
    pub for_spreadsheets: bool,
}

impl CsvTable {
    /// The heading, with its line break.
    ///
    /// # Errors
    /// Only errors of writing to memory.
    pub fn heading(&self) -> io::Result<Vec<u8>> {
        let mut names: Vec<String> = FIXED.map(str::to_owned).to_vec();
        names.extend(self.criteria.iter().map(|id| format!("{CREDIT}{id}")));
        names.extend(AFTER_CREDITS.map(str::to_owned));
        if self.calibrated {
            names.extend(CALIBRATED.map(str::to_owned));
        }
        if self.judged {
            names.extend(JUDGED.map(str::to_owned));
        }
        for name in &self.keep {
            let mut name = name.clone();
            while names.contains(&name) {
                name.insert_str(0, KEPT);
            }
            names.push(name);
        }
        let mut out = Vec::new();
        self.write(&names.into_iter().map(Cow::Owned).collect::<Vec<_>>(), &mut out)?;
        Ok(out)
    }

    /// Adds the row of a grade to `out`, with its line break. Numbers are empty where the answer has no score.
    ///
    /// # Errors
    /// Only errors of writing to memory.
    pub fn row(&self, grade: &Grade<'_>, kept: &[CarriedValue<'_>], out: &mut Vec<u8>) -> io::Result<()> {
        let is_graded = grade.score().is_some();
        let figure = |text: String| if is_graded { Cow::Owned(text) } else { Cow::Borrowed("") };
        let mut row: Vec<Cow<'_, str>> = Vec::with_capacity(16 + self.criteria.len() + self.keep.len());
        row.extend([Cow::Borrowed(&*grade.id), Cow::Borrowed(&*grade.question)]);
        row.extend(outcome(&grade.outcome));
        row.push(Cow::Owned(grade.flags.iter().map(|flag: &Flag| flag.name()).collect::<Vec<_>>().join(" ")));
        row.push(figure(grade.delivery.words.to_string()));
        row.extend(self.criteria.iter().map(|id| figure(credit(grade, id))));
        row.push(figure(penalties(&grade.penalties)));
        row.push(match &grade.outcome {
            Outcome::Graded { .. } => Cow::Borrowed(""),
            Outcome::Ungraded { reason } => Cow::Borrowed(reason),
        });
        if self.calibrated {
            let calibrated = grade.calibrated.as_ref();
            row.push(calibrated.map(|calibrated| calibrated.score.to_string()).unwrap_or_default().into());
            row.push(calibrated.map(|calibrated| calibrated.by.to_string()).unwrap_or_default().into());
        }
        if self.judged {
            let usage = grade.usage.as_ref();
            row.push(grade.fallback.as_deref().unwrap_or_default().into());
            row.push(usage.map(|usage| usage.prompt_tokens.to_string()).unwrap_or_default().into());
            row.push(usage.map(|usage| usage.completion_tokens.to_string()).unwrap_or_default().into());
            row.push(usage.and_then(|usage| usage.cost).map(price).unwrap_or_default().into());
        }
        row.extend(kept.iter().map(plain));
        self.write(&row, out)
    }

    fn write(&self, cells: &[Cow<'_, str>], out: &mut Vec<u8>) -> io::Result<()> {
        let mut writer = csv::WriterBuilder::new().delimiter(self.delimiter).buffer_capacity(1024).from_writer(out);
        for cell in cells {
            let cell = if self.for_spreadsheets { escape_formula(cell) } else { Cow::Borrowed(&**cell) };
            writer.write_field(&*cell)?;
        }
        writer.write_record(None::<&[u8]>)?;
        writer.flush()
    }
}

/// `text` as a cell that no spreadsheet interprets as a formula.
pub fn spreadsheet_cell(text: &str) -> Cow<'_, str> {
    escape_formula(text)
}

/// A heading and one row for each grade. Where all grades belong to one question, each criterion has a column. Where
/// any grade is calibrated, there are two columns for the calibrated score and the name of the calibration.
///
/// # Errors
/// Only errors of writing to memory.
pub fn csv(grades: &[Grade<'_>]) -> io::Result<String> {
    let table = CsvTable {
        criteria: columns(grades),
        calibrated: grades.iter().any(|grade| grade.calibrated.is_some()),
        judged: grades.iter().any(|grade| grade.grader.is_judge()),
        keep: Vec::new(),
        delimiter: b',',
        for_spreadsheets: true,
    };
    let mut out = table.heading()?;
    for grade in grades {
        table.row(grade, &[], &mut out)?;
    }
    String::from_utf8(out).map_err(io::Error::other)
}

/// Ids of the criteria of all `grades`, in the order of their first occurrence. Empty if the grades belong to several
/// questions.
fn columns(grades: &[Grade<'_>]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    if grades.windows(2).any(|pair| matches!(pair, [one, next] if one.question != next.question)) {
        return ids;
    }
    for criterion in grades.iter().flat_map(|grade| &grade.criteria) {
        if !ids.iter().any(|id| *id == criterion.id) {
            ids.push(criterion.id.to_string());
        }
    }
    ids
}

fn outcome<'a>(outcome: &Outcome<'_>) -> [Cow<'a, str>; 5] {
    match outcome {
        Outcome::Graded { score, earned, possible, band } => [
            "graded".into(),
            score.to_string().into(),
            earned.to_string().into(),
            possible.to_string().into(),
            band.name().into(),
        ],
        Outcome::Ungraded { .. } => ["ungraded".into(), "".into(), "".into(), "".into(), "".into()],
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

/// A copied input value as a cell: a JSON string without its quotes, `null` as empty.
fn plain<'a>(kept: &'a CarriedValue<'_>) -> Cow<'a, str> {
    match kept {
        CarriedValue::Absent => Cow::Borrowed(""),
        CarriedValue::Text(text) => Cow::Borrowed(text),
        CarriedValue::Json(json) if **json == *"null" => Cow::Borrowed(""),
        CarriedValue::Json(json) => serde_json::from_str::<String>(json).map_or(Cow::Borrowed(&**json), Cow::Owned),
    }
}

fn escape_formula(cell: &str) -> Cow<'_, str> {
    let may_be_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if may_be_formula { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::grade::fixture;

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
    fn an_ungraded_answer_has_no_numbers() {
        let mut fixture = fixture::incident();
        fixture.grade.outcome = Outcome::Ungraded { reason: "not UTF-8, line 3".into() };
        let table = csv(&[fixture.grade]).expect("writes");
        let row = table.lines().nth(1).expect("a row");
        assert_eq!(row, "incident-3.txt,lead-major-incident,ungraded,,,,,stuffed,,,,,,\"not UTF-8, line 3\"");
    }

    #[test]
    fn copied_input_columns_are_at_the_end() {
        let fixture = fixture::incident();
        let table = CsvTable {
            criteria: vec!["communication".to_owned(), "of-another-question".to_owned()],
            calibrated: false,
            judged: false,
            keep: ["who", "score", "tags", "none"].map(str::to_owned).to_vec(),
            delimiter: b'\t',
            for_spreadsheets: true,
        };
        let heading = String::from_utf8(table.heading().expect("writes")).expect("UTF-8");
        assert!(heading.ends_with(
            "credit:communication\tcredit:of-another-question\tpenalties\treason\twho\tkept:score\ttags\tnone\n"
        ));
        let kept = [
            CarriedValue::Text("=A\t1".into()),
            CarriedValue::Json("-2.50".into()),
            CarriedValue::Json("\"a\"".into()),
            CarriedValue::Absent,
        ];
        let mut row = Vec::new();
        table.row(&fixture.grade, &kept, &mut row).expect("writes");
        let row = String::from_utf8(row).expect("UTF-8");
        assert!(row.ends_with("\t0.5\t\tblames-a-person=2\t\t\"'=A\t1\"\t-2.50\ta\t\n"), "{row}");
    }

    #[test]
    fn formulas_are_neutralised_and_numbers_are_not() {
        for cell in ["=1+1", "+1 x", "-x", "@SUM(A1)", "\t=1"] {
            assert_eq!(escape_formula(cell), format!("'{cell}"));
        }
        for cell in ["a=b", "-1.5", "+3"] {
            assert_eq!(escape_formula(cell), cell);
        }
    }

    #[test]
    fn no_grades_give_only_a_heading() {
        assert_eq!(csv(&[]).expect("writes").lines().count(), 1);
    }
}
