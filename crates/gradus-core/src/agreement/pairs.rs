//! Scores of the same answers by a grader and by people, made ready for repeated measuring.
//!
//! Takes two columns of scores and the human scale. Sorts once: each row keeps the index of its scores among the
//! distinct scores of its column, so that ranks for any weights need no second sort.

use std::collections::BTreeMap;

use super::scale::Scale;

/// Scores of the same answers by a grader and by people, each 0 to 1.
///
/// Scores outside 0 to 1 are kept unchanged. [`Metric`](super::metric::Metric) documents what is measured.
#[derive(Debug, Clone)]
pub struct Pairs {
    /// The answers, in the order of the columns.
    pub(super) rows: Vec<PairedRow>,
    /// Number of distinct given scores.
    pub(super) given_groups: usize,
    /// Number of distinct human scores.
    pub(super) human_groups: usize,
    /// The pairs of levels that occur, in rising order.
    pub(super) cells: Vec<LevelPair>,
    /// Number of steps of the human scale.
    pub(super) steps: u32,
    /// Whether the scale has one step and all human scores are 0 or 1.
    pub(super) two_valued: bool,
}

/// The two scores of one answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct PairedRow {
    pub(super) given: f64,
    pub(super) human: f64,
    /// Index of `given` among the distinct given scores.
    pub(super) given_group: u32,
    /// Index of `human` among the distinct human scores.
    pub(super) human_group: u32,
    /// Index of the row's two levels in [`Pairs::cells`].
    pub(super) cell: u32,
}

/// The levels of a given and a human score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LevelPair {
    pub(super) given: f64,
    pub(super) human: f64,
}

impl Pairs {
    /// Pairs the scores of each answer: `given` by the grader, `human` by people.
    ///
    /// Rows with a score that is not finite are left out, as are extra rows of the longer slice. Where the scale has
    /// one step and all human scores are 0 or 1 (to 1e-6), the level of a given score is 1 from `scale.cut` upwards;
    /// otherwise it is the nearest level.
    pub fn new(given: &[f64], human: &[f64], scale: Scale) -> Self {
        let finite = given.iter().zip(human).filter(|(given, human)| given.is_finite() && human.is_finite());
        let (given, human): (Vec<f64>, Vec<f64>) = finite.map(|(&given, &human)| (given, human)).unzip();
        let two_valued = scale.is_two_valued() && human.iter().all(|&score| scale.holds(score));
        let level = |score: f64| if two_valued { u32::from(score >= scale.cut) } else { scale.level(score) };
        let levels: Vec<_> = given
            .iter()
            .zip(&human)
            .map(|(&given, &human)| Levels { given: level(given), human: scale.level(human) })
            .collect();
        let (given_places, given_groups) = groups(&given);
        let (human_places, human_groups) = groups(&human);
        let (cell_places, cells) = cells(&levels);
        let places = given_places.into_iter().zip(human_places).zip(cell_places);
        let scores = given.into_iter().zip(human);
        let rows = scores
            .zip(places)
            .map(|((given, human), ((given_group, human_group), cell))| PairedRow {
                given,
                human,
                given_group,
                human_group,
                cell,
            })
            .collect();
        Self { rows, given_groups, human_groups, cells, steps: scale.steps, two_valued }
    }

    /// Number of answers with both scores.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no answer has both scores.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// The index of each value among the distinct values in rising order, and the number of distinct values. Minus zero
/// equals zero.
fn groups(values: &[f64]) -> (Vec<u32>, usize) {
    let mut order: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    order.sort_unstable_by(|(_, one), (_, other)| one.total_cmp(other));
    let mut places = vec![0; values.len()];
    let mut count = 0;
    let mut last = None;
    for (row, value) in order {
        if last != Some(value) {
            count += 1;
            last = Some(value);
        }
        places[row] = count - 1;
    }
    (places, count as usize)
}

/// The levels of the two scores of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Levels {
    given: u32,
    human: u32,
}

/// The index of each pair of levels among the distinct pairs in rising order, and those pairs.
fn cells(levels: &[Levels]) -> (Vec<u32>, Vec<LevelPair>) {
    let mut places: BTreeMap<Levels, u32> = levels.iter().map(|&pair| (pair, 0)).collect();
    for (place, slot) in (0..).zip(places.values_mut()) {
        *slot = place;
    }
    let cells = places.keys().map(|pair| LevelPair { given: pair.given.into(), human: pair.human.into() }).collect();
    (levels.iter().map(|pair| places[pair]).collect(), cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: Scale = Scale { steps: 4, cut: 0.5 };

    fn cell(given: f64, human: f64) -> LevelPair {
        LevelPair { given, human }
    }

    #[test]
    fn rows_without_two_finite_scores_are_left_out() {
        let given = [0.1, f64::NAN, 0.3, f64::INFINITY, 0.5];
        let human = [0.0, 0.25, f64::NEG_INFINITY, 0.5, 1.0];
        let pairs = Pairs::new(&given, &human, FIVE);
        assert_eq!(pairs.rows.iter().map(|row| row.given.to_bits()).collect::<Vec<_>>(), [0.1, 0.5].map(f64::to_bits));
    }

    #[test]
    fn extra_rows_of_the_longer_column_are_left_out() {
        assert_eq!(Pairs::new(&[0.1, 0.2, 0.3], &[0.5], FIVE).len(), 1);
        assert_eq!(Pairs::new(&[0.1], &[0.5, 0.25], FIVE).len(), 1);
        assert!(Pairs::new(&[], &[0.5], FIVE).is_empty());
    }

    #[test]
    fn equal_scores_share_a_group_in_rising_order() {
        assert_eq!(groups(&[0.5, 0.1, 0.5, 0.9, 0.1]), (vec![1, 0, 1, 2, 0], 3));
        assert_eq!(groups(&[0.0, -0.0, -1.0]), (vec![1, 1, 0], 2));
        assert_eq!(groups(&[]), (vec![], 0));
    }

    #[test]
    fn cells_hold_only_the_levels_that_occur() {
        let pairs = Pairs::new(&[0.9, 0.1, 0.95, 0.4], &[1.0, 0.0, 1.0, 1.0], FIVE);
        assert_eq!(pairs.cells, [cell(0.0, 0.0), cell(2.0, 4.0), cell(4.0, 4.0)]);
        assert_eq!(pairs.rows.iter().map(|row| row.cell).collect::<Vec<_>>(), [2, 0, 2, 1]);
    }

    #[test]
    fn the_cut_decides_the_level_where_people_said_right_or_wrong() {
        let scale = Scale { steps: 1, cut: 0.7 };
        let pairs = Pairs::new(&[0.69, 0.7], &[1.0, 1.0], scale);
        assert!(pairs.two_valued);
        assert_eq!(pairs.cells, [cell(0.0, 1.0), cell(1.0, 1.0)]);
    }

    #[test]
    fn extreme_scores_on_a_finer_scale_are_not_two_valued() {
        let pairs = Pairs::new(&[0.6, 0.1], &[1.0, 0.0], FIVE);
        assert!(!pairs.two_valued);
        assert_eq!(pairs.cells, [cell(0.0, 0.0), cell(2.0, 4.0)]);
    }

    #[test]
    fn half_scores_on_a_scale_of_one_step_are_not_two_valued() {
        let pairs = Pairs::new(&[0.6, 0.1], &[1.0, 0.5], Scale { steps: 1, cut: 0.05 });
        assert!(!pairs.two_valued);
        assert_eq!(pairs.cells, [cell(0.0, 1.0), cell(1.0, 1.0)]);
    }
}
