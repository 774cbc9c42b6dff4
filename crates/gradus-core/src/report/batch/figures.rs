//! What a batch says in words and figures, the same in every format that people read.

use super::data::{BatchReport, FoundQuestion};
use crate::agreement::Absent;
use crate::agreement::overview::{AnswersTo, Overview, Scores, Spent};
use crate::model::Band;
use crate::report::table::{ABSENT, decimals};
use crate::report::words::counted;

/// Criteria that are listed as the hardest.
pub(super) const HARDEST: usize = 10;
/// The bands, best first.
pub(super) const BANDS: [Band; 4] = [Band::Strong, Band::Solid, Band::Partial, Band::Weak];
/// What the columns of criteria mean.
pub(super) const LEGEND: &str = "hit: share of answers with full credit; credit: its mean, 0 to 1; r: correlation of \
     the credit with the rest of the points, -1 to 1";

/// How many answers there are, and how many of them have a grade.
pub(super) fn counts(overview: &Overview) -> String {
    let mut counts = vec![format!("{} graded", overview.graded())];
    if overview.fallback > 0 {
        counts.push(format!("{} of them offline, at least in part", overview.fallback));
    }
    if overview.ungraded() > 0 {
        counts.push(format!("{} ungraded", overview.ungraded()));
    }
    format!("{}: {}", counted(overview.answers, "answer"), counts.join(", "))
}

/// Everything above the figures besides the counts.
pub(super) fn preamble(report: &BatchReport<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if report.reused > 0 {
        lines.push(format!("{} graded now, {} taken from the run before", report.fresh, report.reused));
    }
    let calibration = report.calibration.as_ref().map(|by| format!(", calibrated by {by}")).unwrap_or_default();
    lines.push(format!("{}, graded by {} against {}{calibration}", report.input, report.grader, report.bank));
    lines.extend(report.output.as_ref().map(|output| format!("grades in {output}")));
    if let Some(disputed) = report.disputed {
        let criteria = counted(disputed.criteria, "criterion");
        let answers = counted(disputed.answers, "answer");
        lines.push(format!("judge and offline scorer are far apart on {criteria} of {answers}"));
    }
    if report.overview.unmatched > 0 {
        let count = counted(report.overview.unmatched, "graded answer");
        lines.push(format!("{count} by another rubric, in no figure of a criterion"));
    }
    lines
}

/// Mean, median, deviation and range, as far as there are any.
pub(super) fn scores(scores: &Scores) -> Option<String> {
    let mut parts = vec![format!("mean {} of 100", decimals(scores.mean().ok()?, 1))];
    let median = scores.median().ok().filter(|_| scores.graded > 1);
    parts.extend(median.map(|median| format!("median {}", decimals(median, 1))));
    parts.extend(scores.deviation().ok().map(|deviation| format!("standard deviation {}", decimals(deviation, 1))));
    if let (Some(lowest), Some(highest), true) = (scores.lowest, scores.highest, scores.graded > 1) {
        parts.push(format!("from {lowest} to {highest}"));
    }
    Some(parts.join(", "))
}

/// How many answers fall short.
pub(super) fn below(report: &BatchReport<'_>) -> Option<String> {
    let below = report.below.as_ref()?;
    Some(format!("{} below {}", counted(below.answers, "answer"), below.threshold))
}

/// How many answers are in a band, and their share.
pub(super) fn band(scores: &Scores, band: Band) -> String {
    let count = scores.bands.get(&band).copied().unwrap_or(0);
    format!("{} {count} ({})", band.name(), percent(Ok(ratio(count, scores.graded))))
}

/// A part of a whole that is not 0.
#[allow(clippy::cast_precision_loss, reason = "counts of answers lie far below 2^53")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// The name of a bin of the histogram.
pub(super) fn bin(number: usize) -> String {
    format!("{}-{}", number * 10, number * 10 + 10)
}

/// A share as a percentage.
pub(super) fn percent(share: Result<f64, Absent>) -> String {
    share.map_or_else(|_| ABSENT.to_owned(), |share| format!("{}%", decimals(share * 100.0, 1)))
}

/// A figure from -1 to 1.
pub(super) fn figure(figure: Result<f64, Absent>) -> String {
    figure.map_or_else(|_| ABSENT.to_owned(), |figure| decimals(figure, 2))
}

/// A mean score.
pub(super) fn mean(scores: &Scores) -> String {
    scores.mean().map_or_else(|_| ABSENT.to_owned(), |mean| decimals(mean, 1))
}

/// How many answers to a question the figures are of, and how many there are where that is more.
pub(super) fn answers_to(answers: &AnswersTo) -> String {
    match answers.scores.graded {
        graded if graded == answers.answers => counted(graded, "answer"),
        graded => format!("{}, {graded} of them graded", counted(answers.answers, "answer")),
    }
}

/// Why criteria have no correlation, each reason once with its criteria.
pub(super) fn reasons(answers: &AnswersTo) -> Vec<String> {
    let mut reasons: Vec<(Absent, Vec<&str>)> = Vec::new();
    for criterion in &answers.criteria {
        if let Err(absent) = criterion.discrimination() {
            match reasons.iter_mut().find(|(known, _)| *known == absent) {
                Some((_, ids)) => ids.push(&criterion.item.id),
                None => reasons.push((absent, vec![&criterion.item.id])),
            }
        }
    }
    let all = answers.criteria.len();
    let said = |(absent, ids): (Absent, Vec<&str>)| match ids.len() {
        count if count == all => format!("no r: {absent}"),
        _ => format!("no r for {}: {absent}", ids.join(", ")),
    };
    reasons.into_iter().map(said).collect()
}

/// The questions that were found from a wording, or else those that were found from answers.
pub(super) fn found_questions<'r>(report: &'r BatchReport<'_>, is_worded: bool) -> Vec<&'r FoundQuestion> {
    report.found_questions.iter().filter(|found| found.wording.is_some() == is_worded).collect()
}

/// What a wording or an answer was taken for.
pub(super) fn found(found: &FoundQuestion) -> String {
    format!("{} ({})", found.question, counted(found.answers, "answer"))
}

/// What judges used; nothing where nothing was graded, and where a judge that should have graded told of no use.
pub(super) fn cost(report: &BatchReport<'_>) -> Option<String> {
    let overview = report.overview;
    match &overview.spent {
        None => (overview.graded() > 0 && !report.is_judged).then(|| "graded offline: no cost".to_owned()),
        Some(spent) => {
            let cost = spent.cost.map(|_| format!(", cost {}", price(spent))).unwrap_or_default();
            Some(format!("{} tokens sent, {} received{cost}", spent.prompt_tokens, spent.completion_tokens))
        }
    }
}

/// The cost with two to six decimals.
pub(super) fn price(spent: &Spent) -> String {
    let micro = spent.cost.unwrap_or(0);
    let cents = format!("{:02}", micro % 1_000_000 / 10_000);
    let rest = format!("{:04}", micro % 10_000);
    format!("{}.{cents}{}", micro / 1_000_000, rest.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_keep_two_decimals_and_no_more_than_they_need() {
        let price = |micro| price(&Spent { cost: Some(micro), ..Spent::default() });
        assert_eq!([0, 420_000, 1_000_075, 12_345_678].map(price), ["0.00", "0.42", "1.000075", "12.345678"]);
    }
}
