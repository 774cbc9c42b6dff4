//! Reads rubric files and files of shared criteria into questions, or reports all faults of a file.
//!
//! Takes the text of the file and a way to look up shared criteria. Phrases are only compiled when a scorer is prepared.

use std::collections::HashSet;
use std::ops::Range;
use toml::Spanned;

use super::finding::Finding;
use super::locations::{CriterionLocations, RubricLocations};
use super::reader::{Reader, format_finding};
use super::schema::{CriterionTable, RubricFile, SharedFile};
use crate::model::{Bands, Criterion, Golden, Level, Question, QuestionKind, is_blank};
use crate::wording::counted;

/// Maximum number of points of all criteria of a rubric together, and of all penalties. It keeps sums of thousandths
/// small.
const MOST_POINTS: u64 = 100_000;

/// A rubric with the locations of its parts.
pub(super) struct Rubric {
    pub(super) question: Question,
    pub(super) locations: RubricLocations,
    /// Faults of values. With any of them, the question must not be used for grading.
    pub(super) findings: Vec<Finding>,
}

/// Shared criteria and goldens with their locations.
struct Shared {
    criteria: Vec<(Criterion, CriterionLocations)>,
    goldens: Vec<(Golden, Range<usize>)>,
}

/// Reads a rubric. `shared` gives the path and text of shared criteria by name.
///
/// # Errors
/// The fault of a file that is not TOML or does not have the format of a rubric.
pub(super) fn parse<'s>(
    file: &str,
    text: &str,
    shared: impl Fn(&str) -> Option<(String, &'s str)>,
) -> Result<Rubric, Vec<Finding>> {
    let table: RubricFile = toml::from_str(text).map_err(|error| vec![format_finding(file, text, &error)])?;
    let mut reader = Reader::new(file, text);
    check_header(&mut reader, &table);
    let mut criteria = read_criteria(&mut reader, table.criterion, "criterion");
    let included = included(&mut reader, &table.include, &criteria, shared);
    let penalties = read_criteria(&mut reader, table.penalty, "penalty");
    reader.check_unique_ids(criteria.iter().chain(&penalties));
    criteria.extend(included);
    check_points(&mut reader, &table.id, &criteria, &penalties);
    if criteria.is_empty() {
        reader.report(table.id.span(), "the rubric has no criteria", "add a `[[criterion]]` table");
    }
    let ids: Vec<&str> = criteria.iter().chain(&penalties).map(|(criterion, _)| criterion.id.as_str()).collect();
    let goldens = reader.goldens(table.golden, &ids);
    let known_as = table.known_as.iter().map(Spanned::span).collect();
    let (criteria, criterion_locations) = criteria.into_iter().unzip();
    let (penalties, penalty_locations) = penalties.into_iter().unzip();
    let (goldens, golden_locations) = goldens.into_iter().unzip();
    let question = Question {
        id: table.id.into_inner(),
        topic: table.topic.into_inner(),
        kind: table.kind,
        level: table.level,
        prompt: table.prompt.into_inner(),
        also_asked: table.also_asked,
        index_only: table.index_only,
        known_as: table.known_as.into_iter().map(Spanned::into_inner).collect(),
        drafted: table.drafted,
        bands: table.bands.map_or_else(Bands::default, Spanned::into_inner),
        enough: table.enough.as_ref().map(|enough| *enough.get_ref()),
        criteria,
        penalties,
        goldens,
    };
    if let Some(enough) = &table.enough {
        check_enough(&mut reader, enough, &question);
    }
    let locations = RubricLocations {
        criteria: criterion_locations,
        penalties: penalty_locations,
        goldens: golden_locations,
        known_as,
    };
    Ok(Rubric { question, locations, findings: reader.into_findings() })
}

fn check_header(reader: &mut Reader<'_>, table: &RubricFile) {
    reader.check_schema(&table.schema);
    let mut parts = reader.file.rsplit('/');
    let name = parts.next().unwrap_or_default().trim_end_matches(".toml").to_owned();
    let folder = parts.next().unwrap_or_default().to_owned();
    let (id, topic) = (table.id.get_ref(), table.topic.get_ref());
    if *id != name {
        let message = format!("id `{id}` in a file named `{name}.toml`");
        reader.report(table.id.span(), message, "use the same name for both");
    }
    if *topic != folder {
        let message = format!("topic `{topic}` in a folder named `{folder}`");
        reader.report(table.topic.span(), message, "use the same name for both");
    }
    for name in [&table.id, &table.topic] {
        reader.check_id(name);
    }
    if is_blank(table.prompt.get_ref()) {
        reader.report(table.prompt.span(), "`prompt` is empty", "write the question as it is asked");
    }
    if let Some(bands) = &table.bands {
        let Bands { strong, solid, partial } = *bands.get_ref();
        if !(partial < solid && solid < strong && strong <= 100) {
            reader.report(bands.span(), "the bands are out of order", "use partial < solid < strong, at most 100");
        }
    }
}

/// Reports that no answer, or every answer, would get the full score.
fn check_enough(reader: &mut Reader<'_>, enough: &Spanned<u32>, question: &Question) {
    let all = question.points();
    if !(1..=all).contains(enough.get_ref()) {
        let message =
            format!("`enough` is {}, and all criteria together have {}", enough.get_ref(), counted(all, "point"));
        reader.report(enough.span(), message, "use a number of points from 1 to the points of all criteria");
    }
}

fn read_criteria(
    reader: &mut Reader<'_>,
    tables: Vec<CriterionTable>,
    what: &str,
) -> Vec<(Criterion, CriterionLocations)> {
    tables.into_iter().map(|table| reader.criterion(table, what)).collect()
}

/// The shared criteria that a rubric includes, without those that clash with `own` or have faults.
fn included<'s>(
    reader: &mut Reader<'_>,
    names: &[Spanned<String>],
    own: &[(Criterion, CriterionLocations)],
    shared: impl Fn(&str) -> Option<(String, &'s str)>,
) -> Vec<(Criterion, CriterionLocations)> {
    let mut known: HashSet<String> = own.iter().map(|(criterion, _)| criterion.id.clone()).collect();
    let mut included = Vec::new();
    for name in names {
        let (span, name) = (name.span(), name.get_ref());
        let Some((path, text)) = shared(name) else {
            let hint = "shared criteria are in rubrics/shared/<name>.toml";
            reader.report(span, format!("the included file of shared criteria `{name}` does not exist"), hint);
            continue;
        };
        // Faults of the shared file are reported once, with that file.
        let Ok(found) = parse_shared(&path, text) else {
            reader.report(
                span,
                format!("the shared criteria `{name}` have faults"),
                "fix the file of the shared criteria first",
            );
            continue;
        };
        if let Some((twice, _)) = found.criteria.iter().find(|(one, _)| known.contains(&one.id)) {
            let message = format!("the shared criteria `{name}` contain `{}`, which is already there", twice.id);
            reader.report(span, message, "include them once, and give your own criterion another id");
        } else {
            known.extend(found.criteria.iter().map(|(criterion, _)| criterion.id.clone()));
            included.extend(found.criteria);
        }
    }
    included
}

fn check_points(
    reader: &mut Reader<'_>,
    id: &Spanned<String>,
    criteria: &[(Criterion, CriterionLocations)],
    penalties: &[(Criterion, CriterionLocations)],
) {
    for (kind, all) in [("criteria", criteria), ("penalties", penalties)] {
        let points: u64 = all.iter().map(|(criterion, _)| u64::from(criterion.points)).sum();
        if points > MOST_POINTS {
            let message = format!("the {kind} add up to {points} points");
            reader.report(id.span(), message, format!("use at most {MOST_POINTS}"));
        }
    }
}

/// Reads a file of shared criteria as a separate rubric, so that its goldens can be run.
///
/// # Errors
/// All faults of the file.
pub(super) fn parse_shared_alone(file: &str, text: &str) -> Result<Rubric, Vec<Finding>> {
    let shared = parse_shared(file, text)?;
    let (criteria, criterion_locations) = shared.criteria.into_iter().unzip();
    let (goldens, golden_locations) = shared.goldens.into_iter().unzip();
    let question = Question {
        id: file.to_owned(),
        topic: String::new(),
        kind: QuestionKind::Concept,
        level: Level::Core,
        prompt: String::new(),
        also_asked: Vec::new(),
        index_only: Vec::new(),
        known_as: Vec::new(),
        drafted: false,
        bands: Bands::default(),
        enough: None,
        criteria,
        penalties: Vec::new(),
        goldens,
    };
    let locations =
        RubricLocations { criteria: criterion_locations, goldens: golden_locations, ..RubricLocations::default() };
    Ok(Rubric { question, locations, findings: Vec::new() })
}

fn parse_shared(file: &str, text: &str) -> Result<Shared, Vec<Finding>> {
    let table: SharedFile = toml::from_str(text).map_err(|error| vec![format_finding(file, text, &error)])?;
    let mut reader = Reader::new(file, text);
    reader.check_schema(&table.schema);
    let criteria = read_criteria(&mut reader, table.criterion, "criterion");
    reader.check_unique_ids(criteria.iter());
    let ids: Vec<&str> = criteria.iter().map(|(criterion, _)| criterion.id.as_str()).collect();
    let goldens = reader.goldens(table.golden, &ids);
    let findings = reader.into_findings();
    if findings.is_empty() { Ok(Shared { criteria, goldens }) } else { Err(findings) }
}
