//! `eval`: measures how well the grader agrees with people.
//!
//! Grades answers that people scored, and prints metrics with intervals, the largest disagreements, and the changes since
//! an earlier evaluation. The metrics themselves are in `agreement`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;

use super::args::{Eval as Args, EvalFormat, Threshold};
use super::exit_status::ExitStatus;
use super::files::{display_name, read_text};
use super::hints::advised;
use super::judge::JudgeUse;
use super::open;
use super::printer::Printer;
use super::read_rows::{read_rows, report_bad_rows};
use super::scored_rows::{RowQuestions, first_names, grader_result, reason, share};
use super::settings::Settings;
use crate::agreement::{
    Absent, BestValue, Comparison, Cut, GraderResult, Group, Interval, Metric, Scale, ScoredRow, Study, StudyOptions,
    Subset, compare, study, unit_of,
};
use crate::batch::ReadRows;
use crate::engine::{Engine, Judges};
use crate::report::{
    self, AnswerScore, DataLayout, Disagreement, Evaluation, EvaluationChange, MetricChange, UngradedAnswer,
};
use crate::score::VERSION;
use crate::wording::{agreeing, counted};

pub(super) fn run(args: &Args, settings: &Settings, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let settings = &settings.with_judge_flags(&args.judge, false)?;
    let engine = open::offline(settings)?;
    let ReadRows { rows, bad } =
        read_rows(&args.answers, &args.columns, args.by.as_deref(), engine.questions(), printer)?;
    if let Cut::FittedOn(split) = &args.cut
        && !rows.iter().any(|row| row.split.as_deref() == Some(split))
    {
        return Err(advised(format!("no answer is in the split `{split}` that the cut is fitted on"), splits(&rows)));
    }
    let uses = JudgeUse::from_flags(args.judge.replay, args.judge.refresh);
    let engine = open::calibrated(open::judged(engine, settings, uses, printer)?, args.calibration.as_deref())?;
    let (judges, calibration) = (engine.judges(), engine.calibration());
    let questions = RowQuestions::new(&engine, &rows, printer)?;
    let GradedRows { results: all, mut ungraded } = grade_rows(&engine, &questions, &rows, printer)?;
    let status = report_bad_rows(&bad, &display_name(&args.answers), printer);
    let answers = rows.len() + bad.len();
    ungraded.extend(bad.into_iter().map(|bad| {
        let id = bad.at.file().map_or_else(|| bad.at.number().to_string(), str::to_owned);
        UngradedAnswer { id, at: bad.at, reason: bad.fault.to_string(), is_of_unknown_question: false }
    }));
    ungraded.sort_by(|one, other| one.at.cmp(&other.at));
    // The replies that were just received are enough to grade the worst answers again.
    judges.iter().for_each(|judges| judges.pool().stop_refreshing());
    warn_of_unknown_criteria(&rows, &all, printer);
    let options = StudyOptions { cut: args.cut.clone(), resamples: args.resamples, seed: args.seed };
    let study = study(&rows, &all, &options).map_err(|absent| {
        advised(
            format!("cannot fit a cut on the split that --cut names: {absent}"),
            "give a cut with --cut N, or name another split",
        )
    })?;
    let missed = missed(&args.fail_under, &study, &rows)?;
    let change = args.compare.as_deref().map(|path| change_since(path, &rows, &all, &study, &options)).transpose()?;
    let evaluation = Evaluation {
        answers_from: display_name(&args.answers),
        bank: settings.bank.value.as_ref().map_or("the shipped bank".to_owned(), |path| path.display().to_string()),
        grader: judges.map_or(format!("offline scorer {VERSION}"), |judges| judges.panel().description()),
        calibration: calibration.map(|calibration| calibration.name().to_owned()),
        cut_from: match &args.cut {
            Cut::At(_) => None,
            Cut::FittedOn(split) => Some(split.clone()),
        },
        by: args.by.clone(),
        answers,
        unscored: rows.iter().filter(|row| row.score.is_none()).count(),
        ungraded,
        worst: worst(&rows, &all, &questions, args.worst)?,
        change,
        scores: scores(&rows, &all),
        study,
    };
    open::warn_of_trouble(&engine, printer);
    print_evaluation(&evaluation, args.format, printer)?;
    missed.iter().for_each(|fault| printer.warning(fault));
    Ok(if missed.is_empty() { status } else { ExitStatus::CheckFailed })
}

/// The grades of all rows, in the form in which agreement is measured.
struct GradedRows {
    /// One result per row, in order; empty for ungraded rows.
    results: Vec<GraderResult>,
    ungraded: Vec<UngradedAnswer>,
}

/// Grades the rows, and warns of answers that fell back to the offline scorer.
fn grade_rows(
    engine: &Engine,
    questions: &RowQuestions<'_>,
    rows: &[ScoredRow],
    printer: &Printer,
) -> anyhow::Result<GradedRows> {
    let (mut results, mut ungraded, mut fallbacks) = (Vec::with_capacity(rows.len()), Vec::new(), 0);
    questions.grade(rows, |row, grade| {
        fallbacks += usize::from(grade.as_ref().is_some_and(|grade| grade.fallback.is_some()));
        let score = grade.as_ref().and_then(|grade| match engine.calibration() {
            None => share(grade),
            Some(calibration) => calibration.calibration().score(grade),
        });
        if score.is_none() {
            ungraded.push(UngradedAnswer {
                id: row.id.clone(),
                at: row.at.clone(),
                reason: reason(grade.as_ref()),
                is_of_unknown_question: grade.is_none(),
            });
        }
        results.push(grade.as_ref().map(|grade| grader_result(grade, score)).unwrap_or_default());
    })?;
    if let (true, Some(why)) = (fallbacks > 0, engine.judges().and_then(Judges::first_fallback)) {
        let answers = counted(rows.len(), "answer");
        let were = agreeing(fallbacks, "was", "were");
        printer.warning(&format!("{fallbacks} of {answers} {were} graded offline, at least in part: {why}"));
    }
    Ok(GradedRows { results, ungraded })
}

fn print_evaluation(evaluation: &Evaluation, format: EvalFormat, printer: &Printer) -> anyhow::Result<()> {
    match format {
        EvalFormat::Text if printer.is_quiet() => printer.result(&report::evaluation_line(evaluation, printer.style)),
        EvalFormat::Text => printer.result(&report::evaluation_text(evaluation, printer.style)),
        EvalFormat::Json => printer.data(&report::json(&evaluation.to_json())?, DataLayout::Json),
        EvalFormat::Markdown => printer.result(&report::evaluation_markdown(evaluation)),
    }
}

fn splits(rows: &[ScoredRow]) -> String {
    let mut names: Vec<&str> = rows.iter().filter_map(|row| row.split.as_deref()).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() { "no answer has a `split`".to_owned() } else { format!("the splits are {}", names.join(", ")) }
}

/// Warns of criteria that people graded but that the rubrics do not have.
fn warn_of_unknown_criteria(rows: &[ScoredRow], given: &[GraderResult], printer: &Printer) {
    let unknown = rows.iter().zip(given).filter(|(_, given)| given.score.is_some()).flat_map(|(row, given)| {
        row.criteria.keys().filter(|id| !given.criteria.contains_key(*id)).map(String::as_str)
    });
    let unknown: BTreeSet<&str> = unknown.collect();
    if !unknown.is_empty() {
        let unknown: Vec<&str> = unknown.into_iter().collect();
        printer.warning(&format!("people graded criteria that the rubrics do not have: {}", first_names(&unknown)));
    }
}

/// Fingerprint of an answer's text. It identifies the answer in another evaluation, where its id may differ.
fn fingerprint(row: &ScoredRow) -> String {
    blake3::hash(row.answer.as_bytes()).to_hex()[..16].to_owned()
}

fn scores(rows: &[ScoredRow], given: &[GraderResult]) -> Vec<AnswerScore> {
    let score = |(row, given): (&ScoredRow, &GraderResult)| AnswerScore {
        id: row.id.clone(),
        question: row.question.clone(),
        answer: fingerprint(row),
        given: given.score,
    };
    rows.iter().zip(given).map(score).collect()
}

/// The answers with the largest differences between grader and people. They are graded again for their evidence.
fn worst(
    rows: &[ScoredRow],
    given: &[GraderResult],
    questions: &RowQuestions<'_>,
    most: usize,
) -> anyhow::Result<Vec<Disagreement>> {
    let apart = |(row, given): (&ScoredRow, &GraderResult)| Some((row.score? - given.score?).abs());
    let mut places: Vec<(usize, f64)> =
        rows.iter().zip(given).enumerate().filter_map(|(place, pair)| Some((place, apart(pair)?))).collect();
    places.retain(|(_, apart)| *apart > 0.0);
    places.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    places.truncate(most);
    let mut worst = Vec::with_capacity(places.len());
    let mut next_place = places.iter().map(|(place, _)| *place);
    questions.grade(places.iter().map(|(place, _)| &rows[*place]), |row, grade| {
        // because rows without a grade have a place too
        let place = next_place.next();
        let Some((grade, given)) = grade.zip(place.and_then(|place| given.get(place))) else { return };
        // A quote from a judge belongs to the whole criterion instead of a concept.
        let quotes = grade.criteria.iter().flat_map(|criterion| {
            let name = |concept: &str| if concept.is_empty() { criterion.id.to_string() } else { concept.to_owned() };
            criterion.evidence.iter().map(move |one| (name(&one.concept), one.quote.to_string()))
        });
        let missing = grade.criteria.iter().flat_map(|criterion| &criterion.missing);
        worst.push(Disagreement {
            id: row.id.clone(),
            question: row.question.clone(),
            human: row.score.unwrap_or_default(),
            given: given.score.unwrap_or_default(),
            answer: row.answer.clone(),
            evidence: quotes.collect(),
            missing: missing.map(ToString::to_string).collect(),
        });
    })?;
    Ok(worst)
}

/// Compares the scores with those of an earlier evaluation, on the answers that are in both.
fn change_since(
    path: &Path,
    rows: &[ScoredRow],
    given: &[GraderResult],
    study: &Study,
    options: &StudyOptions,
) -> anyhow::Result<EvaluationChange> {
    let before = report::parse_earlier_evaluation(&read_text(path)?)
        .with_context(|| format!("{} is not an evaluation", display_name(path)))?;
    let known: BTreeMap<(&str, &str), f64> = before
        .scores
        .iter()
        .filter_map(|one| Some(((one.question.as_str(), one.answer.as_str()), one.given?)))
        .collect();
    let mut both = PairedScores::default();
    for (row, given) in rows.iter().zip(given) {
        let fingerprint = fingerprint(row);
        let known = known.get(&(row.question.as_str(), fingerprint.as_str()));
        if let (Some(known), Some(score), Some(people)) = (known, given.score, row.score) {
            both.old.push(*known);
            both.new.push(score);
            both.human.push(people);
        }
    }
    if both.old.is_empty() {
        return Err(advised(
            format!("{} has none of these answers", display_name(path)),
            "compare evaluations of the same answers",
        ));
    }
    let changed = both.old.iter().zip(&both.new).filter(|(old, new)| (*old - *new).abs() > 1e-9).count();
    let figure = |metric| {
        let comparison = both.compare(metric, before.cut, study, options);
        MetricChange { metric, comparison: comparison.map(|found| in_units(found, unit_of(metric, study.unit))) }
    };
    let figures = Metric::ALL.into_iter().map(figure).collect();
    Ok(EvaluationChange { from: display_name(path), answers: both.old.len(), changed, figures })
}

/// Scores of the same answers in the earlier evaluation and in this one, and people's scores.
#[derive(Default)]
struct PairedScores {
    old: Vec<f64>,
    new: Vec<f64>,
    human: Vec<f64>,
}

impl PairedScores {
    /// Compares the evaluations by one metric. If people only said right or wrong, a metric that counts right answers
    /// applies the cut of each evaluation to the scores of that evaluation.
    fn compare(&self, metric: Metric, cut: f64, study: &Study, options: &StudyOptions) -> Result<Comparison, Absent> {
        let uses_cut = matches!(metric, Metric::Kappa | Metric::Exact | Metric::MacroF1 | Metric::Accuracy);
        let (resamples, seed) = (options.resamples, options.seed);
        if study.scale.steps == 1 && uses_cut {
            let right = |scores: &[f64], cut: f64| -> Vec<f64> {
                scores.iter().map(|score| f64::from(u8::from(*score >= cut))).collect()
            };
            let (old, new) = (right(&self.old, cut), right(&self.new, study.scale.cut));
            let scale = Scale { cut: 0.5, ..study.scale };
            return compare(&old, &new, &self.human, scale, metric, resamples, seed);
        }
        compare(&self.old, &self.new, &self.human, study.scale, metric, resamples, seed)
    }
}

fn in_units(found: Comparison, unit: f64) -> Comparison {
    let Comparison { before, after, difference, interval, p } = found;
    let interval = interval.map(|ends| Interval { low: ends.low * unit, high: ends.high * unit });
    Comparison { before: before * unit, after: after * unit, difference: difference * unit, interval, p }
}

/// A warning for each threshold that is not met.
fn missed(thresholds: &[Threshold], study: &Study, rows: &[ScoredRow]) -> anyhow::Result<Vec<String>> {
    let mut missed = Vec::new();
    for threshold in thresholds {
        let Threshold { split, metric, bound } = threshold;
        let subset = split.as_ref().map_or(Subset::All, |split| Subset::Split(split.clone()));
        let Some(group) = study.groups.iter().find(|group| group.subset == subset) else {
            return Err(advised(format!("--fail-under {threshold}: no answer is in that split"), splits(rows)));
        };
        let verb = if matches!(metric.best(), BestValue::Highest) { "requires" } else { "allows" };
        missed
            .extend(fault(group, *metric, *bound).map(|fault| format!("{fault} that --fail-under {threshold} {verb}")));
    }
    Ok(missed)
}

/// The first half of a warning about a metric that is worse than `bound` or has no value; `None` if it is good enough.
fn fault(group: &Group, metric: Metric, bound: f64) -> Option<String> {
    let name = metric.name();
    let value = match group.figure(metric)?.grader.value {
        Ok(value) => value,
        Err(absent) => return Some(format!("{name} has no value ({absent}) to compare with the {bound}")),
    };
    let (worse, word) = match metric.best() {
        BestValue::Highest => (value < bound, "below"),
        BestValue::Lowest => (value > bound, "above"),
        BestValue::Zero => (value.abs() > bound, "further from 0 than"),
    };
    worse.then(|| format!("{name} {value:.3} is {word} the {bound}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RowLocation;

    #[test]
    fn an_answer_without_a_grade_does_not_move_the_places_of_worse_answers() {
        let row = |line: u64, question: &str, score: f64| ScoredRow {
            at: RowLocation::Line(line),
            id: format!("answer {line}"),
            question: question.to_owned(),
            answer: "The budget is one hundred percent minus the SLO.".to_owned(),
            score: Some(score),
            max_score: 1.0,
            people: None,
            split: None,
            group: None,
            criteria: BTreeMap::new(),
        };
        let rows = [row(1, "no-such-question", 1.0), row(2, "error-budget", 0.9), row(3, "error-budget", 0.8)];
        let given = [0.0, 0.1, 0.2].map(|score| GraderResult { score: Some(score), ..GraderResult::default() });
        let engine = Engine::shipped().expect("the shipped bank");
        let questions = RowQuestions::new(&engine, &rows, &Printer::for_errors(None)).expect("questions");
        let worst = worst(&rows, &given, &questions, 3).expect("grades");
        let shown: Vec<_> = worst.iter().map(|one| (one.id.as_str(), one.human, one.given)).collect();
        assert_eq!(shown, [("answer 2", 0.9, 0.1), ("answer 3", 0.8, 0.2)]);
    }
}
