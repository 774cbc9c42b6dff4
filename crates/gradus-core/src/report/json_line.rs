//! Formats a result as one line of JSON, fast enough for millions of them.

use std::io;

use memchr::memchr2;
use serde::Serialize;

use crate::model::{
    Calibrated, CarriedValue, CriterionGrade, Fingerprint, Flag, Grade, Grader, Outcome, QuestionMatch, Source, Status,
};
use crate::model::{Delivery, SCHEMA, Thousandths, Usage};

/// The amount of evidence in a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Every quote.
    Full,
    /// Numbers of found and missing concepts.
    Counts,
    /// Credits only.
    None,
}

impl Detail {
    /// The name in flags and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Counts => "counts",
            Self::None => "none",
        }
    }
}

/// Adds a result to `out` as one line of JSON. `kept` has the values of the input columns `keep`, which are copied to
/// the object `kept` of the line.
///
/// # Errors
/// Only errors of writing to memory.
pub fn json_line(
    grade: &Grade<'_>,
    detail: Detail,
    keep: &[String],
    kept: &[CarriedValue<'_>],
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let start = out.len();
    match detail {
        Detail::Full => serde_json::to_writer(&mut *out, grade)?,
        Detail::Counts | Detail::None => serde_json::to_writer(&mut *out, &Slim::of(grade, detail))?,
    }
    if !keep.is_empty() {
        out.pop(); // the closing brace
        out.extend_from_slice(b",\"kept\":{");
        let there = keep.iter().zip(kept).filter(|(_, kept)| **kept != CarriedValue::Absent);
        for (place, (name, kept)) in there.enumerate() {
            if place > 0 {
                out.push(b',');
            }
            serde_json::to_writer(&mut *out, name)?;
            out.push(b':');
            match kept {
                CarriedValue::Absent => {}
                CarriedValue::Text(text) => serde_json::to_writer(&mut *out, text)?,
                CarriedValue::Json(text) => out.extend_from_slice(text.as_bytes()),
            }
        }
        out.extend_from_slice(b"}}");
    }
    escape_controls(out, start);
    out.push(b'\n');
    Ok(())
}

/// Escapes DEL and the C1 controls in `out` from `start` on, which JSON allows in strings and terminals obey.
pub(super) fn escape_controls(out: &mut Vec<u8>, start: usize) {
    let mut escaped = Vec::new();
    let (mut taken, mut at) = (start, start);
    while let Some(found) = memchr2(0x7f, 0xc2, &out[at..]) {
        at += found;
        let (length, control) = match &out[at..] {
            [0x7f, ..] => (1, 0x7f),
            [0xc2, control @ 0x80..=0x9f, ..] => (2, *control),
            _ => {
                at += 1;
                continue;
            }
        };
        escaped.extend_from_slice(&out[taken..at]);
        escaped.extend_from_slice(format!("\\u{control:04x}").as_bytes());
        at += length;
        taken = at;
    }
    if taken > start {
        escaped.extend_from_slice(&out[taken..]);
        out.truncate(start);
        out.append(&mut escaped);
    }
}

/// A result without quotes, references and advice.
#[derive(Serialize)]
struct Slim<'a> {
    schema: u32,
    id: &'a str,
    question: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    question_match: Option<&'a QuestionMatch<'a>>,
    #[serde(flatten)]
    outcome: &'a Outcome<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calibrated: Option<&'a Calibrated<'a>>,
    grader: &'a Grader,
    criteria: Vec<SlimCriterion<'a>>,
    penalties: Vec<SlimCriterion<'a>>,
    flags: &'a [Flag],
    delivery: &'a Delivery,
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    fingerprint: &'a Fingerprint,
}

#[derive(Serialize)]
struct SlimCriterion<'a> {
    id: &'a str,
    points: u32,
    earned: Thousandths,
    credit: Thousandths,
    source: Source,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spread: Option<(Thousandths, Thousandths)>,
}

impl<'a> Slim<'a> {
    fn of(grade: &'a Grade<'a>, detail: Detail) -> Self {
        let slim = |of: &'a [CriterionGrade<'a>]| of.iter().map(|one| SlimCriterion::of(one, detail)).collect();
        Self {
            schema: SCHEMA,
            id: &grade.id,
            question: &grade.question,
            question_match: grade.question_match.as_ref(),
            outcome: &grade.outcome,
            calibrated: grade.calibrated.as_ref(),
            grader: &grade.grader,
            criteria: slim(&grade.criteria),
            penalties: slim(&grade.penalties),
            flags: &grade.flags,
            delivery: &grade.delivery,
            fallback: grade.fallback.as_deref(),
            usage: grade.usage,
            fingerprint: &grade.fingerprint,
        }
    }
}

impl<'a> SlimCriterion<'a> {
    fn of(one: &'a CriterionGrade<'a>, detail: Detail) -> Self {
        let counts = detail == Detail::Counts;
        Self {
            id: &one.id,
            points: one.points,
            earned: one.earned,
            credit: one.credit,
            source: one.source,
            status: one.status,
            found: counts.then_some(one.evidence.len()),
            missing: counts.then_some(one.missing.len()),
            spread: one.spread,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::grade::fixture;
    use serde_json::{Value, json};

    fn line(detail: Detail, keep: &[&str], kept: &[CarriedValue<'_>]) -> Value {
        let keep: Vec<String> = keep.iter().map(ToString::to_string).collect();
        let mut out = b"before\n".to_vec();
        json_line(&fixture::incident().grade, detail, &keep, kept, &mut out).expect("writes");
        let text = String::from_utf8(out).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        serde_json::from_str(lines[1]).expect("JSON")
    }

    #[test]
    fn a_line_with_full_detail_is_the_whole_result() {
        let grade = serde_json::to_value(fixture::incident().grade).expect("JSON");
        assert_eq!(line(Detail::Full, &[], &[]), grade);
    }

    #[test]
    fn less_detail_keeps_scores_and_counts() {
        let (full, counts, none) =
            (line(Detail::Full, &[], &[]), line(Detail::Counts, &[], &[]), line(Detail::None, &[], &[]));
        for key in ["id", "score", "band", "flags", "fingerprint", "delivery"] {
            assert!(full[key] == counts[key] && full[key] == none[key] && !full[key].is_null(), "{key}");
        }
        let evidence = full["criteria"][0]["evidence"].as_array().expect("a list").len();
        assert_eq!(counts["criteria"][0]["found"], json!(evidence));
        assert_eq!((&none["criteria"][0]["found"], &none["advice"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn copied_input_columns_are_in_an_object_of_their_own() {
        let kept = [CarriedValue::Text("a \"b\"".into()), CarriedValue::Absent, CarriedValue::Json("[1.50]".into())];
        let line = line(Detail::None, &["score", "x", "tags"], &kept);
        assert_eq!(line["kept"], json!({"score": "a \"b\"", "tags": [1.5]}));
    }

    #[test]
    fn every_control_character_is_escaped() {
        let mut out = "\u{9b}kept é\u{7f}\u{a0}".as_bytes().to_vec();
        let start = "\u{9b}".len();
        escape_controls(&mut out, start);
        assert_eq!(String::from_utf8(out).expect("UTF-8"), "\u{9b}kept é\\u007f\u{a0}");
    }
}
