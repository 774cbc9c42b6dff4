//! Fits the cut score: the lowest score with which an answer counts as right.
//!
//! The inputs are the grader's scores and people's right-or-wrong scores. The result is the cut with the highest
//! macro-F1. Fit the cut on one set of answers and measure it on another, because the metrics on the answers that the
//! cut was fitted on are too good.

use super::absent::Absent;
use super::outcomes::Outcomes;
use super::scale::Scale;

/// Maximum difference between two values of macro-F1, or between two distances from 0.5, that counts as a tie, so that
/// rounding errors do not decide.
const TIE: f64 = 1e-12;

/// The scale of human scores that are 0 or 1.
const TWO_LEVELS: Scale = Scale { steps: 1, cut: 0.5 };

/// The cut on the grader's scores with the highest macro-F1. A score at or above the cut counts as right.
///
/// A human score of at least 0.5 means right. Candidates are the midpoints between neighbouring distinct given scores,
/// one cut below all of them and one above all of them. The lowest cut is halfway between 0 and the lowest score, or at
/// the lowest score if this is 0 or less. The highest cut is halfway between the highest score and 1, or just above the
/// highest score if this is 1 or more. If several cuts tie, the cut nearest to 0.5 is chosen, and then the lowest of
/// them. Rows with a score that is not finite are left out, as are extra rows of the longer slice.
///
/// # Errors
///
/// If there are fewer than two rows, if a human score differs from 0 and 1 by more than 1e-6, or if all human scores
/// are the same.
pub fn best_cut(given: &[f64], human: &[f64]) -> Result<f64, Absent> {
    let rows = sorted_rows(given, human)?;
    let candidates = candidates(&rows);
    let highest = candidates.iter().map(|candidate| candidate.macro_f1).fold(0.0, f64::max);
    let tied = candidates.iter().filter(|candidate| candidate.macro_f1 >= highest - TIE);
    let nearest = tied.map(|candidate| candidate.cut).reduce(|best, cut| {
        // The candidates are in rising order, so the lower of two equally near cuts stays.
        if (cut - 0.5).abs() < (best - 0.5).abs() - TIE { cut } else { best }
    });
    nearest.ok_or(Absent::TooFew { have: rows.len(), need: 2 })
}

/// A cut and its macro-F1.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    cut: f64,
    macro_f1: f64,
}

/// A given score, and whether people scored the answer as right.
#[derive(Debug, Clone, Copy)]
struct JudgedScore {
    given: f64,
    is_right: bool,
}

/// Scores in rising order.
fn sorted_rows(given: &[f64], human: &[f64]) -> Result<Vec<JudgedScore>, Absent> {
    let finite = given.iter().zip(human).filter(|(given, human)| given.is_finite() && human.is_finite());
    let mut rows = Vec::new();
    for (&given, &human) in finite {
        if !TWO_LEVELS.holds(human) {
            return Err(Absent::NotTwoValued);
        }
        rows.push(JudgedScore { given, is_right: human >= 0.5 });
    }
    if rows.len() < 2 {
        return Err(Absent::TooFew { have: rows.len(), need: 2 });
    }
    if rows.iter().all(|row| row.is_right == rows[0].is_right) {
        return Err(Absent::HumanConstant);
    }
    rows.sort_unstable_by(|one, other| one.given.total_cmp(&other.given));
    Ok(rows)
}

/// The candidates in rising order. Each one divides the rows differently.
fn candidates(rows: &[JudgedScore]) -> Vec<Candidate> {
    let right = rows.iter().filter(|row| row.is_right).count() as f64;
    let mut outcomes = Outcomes { both_right: right, both_wrong: 0.0, differed: rows.len() as f64 - right };
    let mut found = Vec::new();
    if let Some(lowest) = rows.first() {
        found.push(Candidate { cut: below(lowest.given), macro_f1: outcomes.macro_f1() });
    }
    let next = rows.iter().skip(1).map(Some).chain([None]);
    for (row, next) in rows.iter().zip(next) {
        if row.is_right {
            outcomes.both_right -= 1.0;
            outcomes.differed += 1.0;
        } else {
            outcomes.both_wrong += 1.0;
            outcomes.differed -= 1.0;
        }
        let cut = match next {
            Some(next) if next.given <= row.given => continue,
            Some(next) => between(row.given, next.given),
            None if row.given < 1.0 => between(row.given, 1.0),
            None => row.given.next_up(),
        };
        found.push(Candidate { cut, macro_f1: outcomes.macro_f1() });
    }
    found
}

/// Half-way from `lowest` to 0. Where `lowest` is 0 or less, the cut is `lowest`, because a score at the cut counts as
/// right.
fn below(lowest: f64) -> f64 {
    if lowest > 0.0 { lowest / 2.0 } else { lowest }
}

/// The midpoint of two scores. If there is no number between the two scores, the result is the higher score, so that
/// the lower score stays below the cut.
fn between(lower: f64, higher: f64) -> f64 {
    let middle = lower.midpoint(higher);
    if middle > lower { middle } else { higher }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{close, columns};
    use super::super::metric::Metric;
    use super::super::pairs::Pairs;
    use super::*;

    #[test]
    fn the_cut_lies_half_way_between_wrong_and_right() {
        let cut = best_cut(&[0.9, 0.2, 0.6, 0.3], &[1.0, 0.0, 1.0, 0.0]);
        assert!(close(cut, Ok(0.45)), "{cut:?}");
    }

    #[test]
    fn the_best_cut_of_overlapping_scores_equals_a_manual_calculation() {
        // Human scores: 0.1, 0.3 and 0.5 are wrong, 0.4 and 0.8 are right. Numbers of answers that are right by both,
        // wrong by both, and different: 2, 2, 1 at cut 0.35, so macro-F1 is 2/5 + 2/5 = 0.8; 1, 3, 1 at 0.65, 1/3 + 3/7
        // = 0.762; 1, 2, 2 at 0.45, 1/4 + 1/3; 2, 1, 2 at 0.2, 1/3 + 1/4.
        let cut = best_cut(&[0.4, 0.1, 0.3, 0.8, 0.5], &[1.0, 0.0, 0.0, 1.0, 0.0]);
        assert!(close(cut, Ok(0.35)), "{cut:?}");
    }

    #[test]
    fn ties_go_to_the_cut_nearest_the_middle_then_to_the_lower() {
        // Wrong at 0.1 and 0.5, right at 0.3 and 0.9: cuts 0.2 (2 1 1) and 0.7 (1 2 1) tie.
        let cut = best_cut(&[0.1, 0.5, 0.3, 0.9], &[0.0, 0.0, 1.0, 1.0]);
        assert!(close(cut, Ok(0.7)), "{cut:?}");
        // The cuts 0.3 and 0.7 tie and are equally near to 0.5.
        let cut = best_cut(&[0.2, 0.5, 0.4, 0.9], &[0.0, 0.0, 1.0, 1.0]);
        assert!(close(cut, Ok(0.3)), "{cut:?}");
    }

    #[test]
    fn if_all_given_scores_are_equal_the_majority_decides_whether_all_are_right() {
        assert!(close(best_cut(&[0.6; 3], &[1.0, 1.0, 0.0]), Ok(0.3)));
        assert!(close(best_cut(&[0.6; 3], &[1.0, 0.0, 0.0]), Ok(0.8)));
        // At the ends of the scale, the cut cannot be halfway to the end.
        assert!(close(best_cut(&[0.0; 3], &[1.0, 1.0, 0.0]), Ok(0.0)));
        assert!(best_cut(&[1.0; 3], &[1.0, 0.0, 0.0]).is_ok_and(|cut| cut > 1.0));
    }

    #[test]
    fn no_other_cut_has_a_higher_macro_f1() {
        for seed in 0..20 {
            let (given, human) = columns(40, 1, seed);
            let with_cut = |cut| Pairs::new(&given, &human, Scale { steps: 1, cut }).measure(Metric::MacroF1);
            let best = best_cut(&given, &human).and_then(with_cut);
            for cut in (0..=202).map(|step| f64::from(step) / 200.0) {
                let tried = with_cut(cut);
                assert!(tried.is_err() || tried.is_ok_and(|tried| best.is_ok_and(|best| best >= tried - TIE)), "{cut}");
            }
        }
    }

    #[test]
    fn a_cut_separates_neighbouring_numbers() {
        let (lower, higher) = (0.3_f64, 0.3_f64.next_up());
        let cut = best_cut(&[lower, higher], &[0.0, 1.0]);
        assert!(cut.is_ok_and(|cut| lower < cut && cut <= higher));
        assert!(best_cut(&[f64::MIN, f64::MAX], &[0.0, 1.0]).is_ok_and(f64::is_finite));
        // Minus zero and zero are the same score, so no cut lies between them.
        assert!(close(best_cut(&[-0.0, 0.0, 0.0], &[0.0, 1.0, 1.0]), Ok(0.0)));
    }

    #[test]
    fn there_is_no_cut_without_right_and_wrong_answers() {
        assert_eq!(best_cut(&[], &[]), Err(Absent::TooFew { have: 0, need: 2 }));
        assert_eq!(best_cut(&[0.5, f64::NAN], &[1.0, 0.0]), Err(Absent::TooFew { have: 1, need: 2 }));
        assert_eq!(best_cut(&[0.5, 0.6], &[1.0, 1.0]), Err(Absent::HumanConstant));
        assert_eq!(best_cut(&[0.5, 0.6], &[1.0, 0.25]), Err(Absent::NotTwoValued));
    }
}
