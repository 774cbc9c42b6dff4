//! Phrases and figures of a batch, the same in every format that people read.

use super::types::{BatchReport, MatchedQuestion};
use crate::agreement::Absent;
use crate::agreement::overview::{JudgeUsage, Overview, QuestionStats, ScoreStats};
use crate::model::Band;
use crate::report::layout::table::{ABSENT, decimals};
use crate::wording::counted;

/// Number of criteria that are listed as the hardest.
pub(super) const HARDEST: usize = 10;
/// The bands, best first.
pub(super) const BANDS: [Band; 4] = [Band::Strong, Band::Solid, Band::Partial, Band::Weak];
/// The meaning of the columns in tables of criteria.
pub(super) const LEGEND: &str = "hit: share of answers with full credit; credit: mean credit, 0 to 1; r: correlation of \
     the credit with the points on the other criteria minus penalties, -1 to 1";

/// The numbers of answers: all, graded, graded offline at least in part, and ungraded.
pub(super) fn counts(overview: &Overview) -> String {
    let mut counts = vec![format!("{} graded", overview.graded())];
    if overview.fallback > 0 {
        counts.push(format!("{} of them at least partly by the offline scorer", overview.fallback));
    }
    if overview.ungraded() > 0 {
        counts.push(format!("{} ungraded", overview.ungraded()));
    }
    format!("{}: {}", counted(overview.answers, "answer"), counts.join(", "))
}

/// The lines between the counts and the scores.
pub(super) fn preamble(report: &BatchReport<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if report.reused > 0 {
        lines.push(format!("{} graded in this run, {} reused from an earlier run", report.fresh, report.reused));
    }
    let calibration = report.calibration.as_ref().map(|by| format!(", calibrated by {by}")).unwrap_or_default();
    lines.push(format!("{}, graded by {} with {}{calibration}", report.input, report.grader, report.bank));
    lines.extend(report.output.as_ref().map(|output| format!("grades in {output}")));
    if let Some(disputed) = report.disputed {
        let criteria = counted(disputed.criteria, "criterion");
        let answers = counted(disputed.answers, "answer");
        lines.push(format!("judge and offline scorer differ by half of the credit or more on {criteria} of {answers}"));
    }
    if report.overview.unmatched > 0 {
        let count = counted(report.overview.unmatched, "graded answer");
        lines.push(format!("{count} with another rubric, not included in the statistics of criteria"));
    }
    lines
}

/// Mean, median, standard deviation and range of the scores; `None` without scores.
pub(super) fn scores(scores: &ScoreStats) -> Option<String> {
    let mut parts = vec![format!("mean {} of 100", decimals(scores.mean().ok()?, 1))];
    let median = scores.median().ok().filter(|_| scores.graded > 1);
    parts.extend(median.map(|median| format!("median {}", decimals(median, 1))));
    parts.extend(scores.deviation().ok().map(|deviation| format!("standard deviation {}", decimals(deviation, 1))));
    if let (Some(lowest), Some(highest), true) = (scores.lowest, scores.highest, scores.graded > 1) {
        parts.push(format!("from {lowest} to {highest}"));
    }
    Some(parts.join(", "))
}

/// The number of answers below the threshold; `None` without a threshold.
pub(super) fn below(report: &BatchReport<'_>) -> Option<String> {
    let below = report.below.as_ref()?;
    Some(format!("{} below {}", counted(below.answers, "answer"), below.threshold))
}

/// The number and the share of answers in a band.
pub(super) fn band(scores: &ScoreStats, band: Band) -> String {
    let count = scores.bands.get(&band).copied().unwrap_or(0);
    format!("{} {count} ({})", band.name(), percent(Ok(ratio(count, scores.graded))))
}

/// `part` divided by `whole`. 0 if both are 0.
#[allow(clippy::cast_precision_loss, reason = "counts of answers lie far below 2^53")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// The range of a bin of the histogram, such as "50-60".
pub(super) fn bin(number: usize) -> String {
    format!("{}-{}", number * 10, number * 10 + 10)
}

/// A share as a percentage with one decimal, or a dash if it is absent.
pub(super) fn percent(share: Result<f64, Absent>) -> String {
    share.map_or_else(|_| ABSENT.to_owned(), |share| format!("{}%", decimals(share * 100.0, 1)))
}

/// A value from -1 to 1 with two decimals, or a dash if it is absent.
pub(super) fn decimal_or_dash(figure: Result<f64, Absent>) -> String {
    figure.map_or_else(|_| ABSENT.to_owned(), |figure| decimals(figure, 2))
}

/// A mean score with one decimal, or a dash if it is absent.
pub(super) fn mean(scores: &ScoreStats) -> String {
    scores.mean().map_or_else(|_| ABSENT.to_owned(), |mean| decimals(mean, 1))
}

/// The number of answers to a question, and the number of graded answers if not all are graded.
pub(super) fn answers_to(answers: &QuestionStats) -> String {
    match answers.scores.graded {
        graded if graded == answers.answers => counted(graded, "answer"),
        graded => format!("{}, {graded} of them graded", counted(answers.answers, "answer")),
    }
}

/// The reasons why criteria have no correlation. Each reason is listed once, with the ids of the criteria unless it
/// applies to all of them.
pub(super) fn reasons(answers: &QuestionStats) -> Vec<String> {
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
    let line = |(absent, ids): (Absent, Vec<&str>)| match ids.len() {
        count if count == all => format!("no r: {absent}"),
        _ => format!("no r for {}: {absent}", ids.join(", ")),
    };
    reasons.into_iter().map(line).collect()
}

/// The questions that were found from a wording if `is_worded`, else those that were found from answers.
pub(super) fn matched_questions<'r>(report: &'r BatchReport<'_>, is_worded: bool) -> Vec<&'r MatchedQuestion> {
    report.found_questions.iter().filter(|matched| matched.wording.is_some() == is_worded).collect()
}

/// The id of a question that was found, with its number of answers.
pub(super) fn matched(matched: &MatchedQuestion) -> String {
    format!("{} ({})", matched.question, counted(matched.answers, "answer"))
}

/// Tokens and cost of the judges, or a note that grading was offline. `None` if no usage was reported and a judge
/// graded or no answer was graded.
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
pub(super) fn price(spent: &JudgeUsage) -> String {
    let micro = spent.cost.unwrap_or(0);
    let cents = format!("{:02}", micro % 1_000_000 / 10_000);
    let rest = format!("{:04}", micro % 10_000);
    format!("{}.{cents}{}", micro / 1_000_000, rest.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_have_at_least_two_decimals_and_no_needless_zeros() {
        let price = |micro| price(&JudgeUsage { cost: Some(micro), ..JudgeUsage::default() });
        assert_eq!([0, 420_000, 1_000_075, 12_345_678].map(price), ["0.00", "0.42", "1.000075", "12.345678"]);
    }
}
