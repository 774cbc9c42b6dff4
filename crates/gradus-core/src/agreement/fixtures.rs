//! Scores for tests: seeded columns that a script can reproduce, and comparison to 12 decimals.

use super::generator::Generator;

/// Given and human scores of `rows` answers. People score on `steps` steps; the given score is the mean of theirs and
/// noise, rounded to hundredths, so that both columns have ties.
pub(super) fn columns(rows: usize, steps: u64, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut generator = Generator::new(seed);
    let mut answer = || {
        let human = generator.below(steps + 1) as f64 / steps as f64;
        let noise = generator.below(101) as f64 / 100.0;
        let given = (human.midpoint(noise) * 100.0).round() / 100.0;
        (given, human)
    };
    (0..rows).map(|_| answer()).unzip()
}

/// Whether two values are equal to 12 decimals, or both absent for the same reason.
pub(super) fn close<E: PartialEq>(one: Result<f64, E>, other: Result<f64, E>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => (one - other).abs() < 1e-12,
        (Err(one), Err(other)) => one == other,
        _ => false,
    }
}

mod tests {
    use super::*;

    #[test]
    fn columns_are_those_that_the_expectations_were_computed_from() {
        // The same generator written in Python gave these, and the figures of other tests from them.
        let (given, human) = columns(4, 4, 42);
        assert_eq!(format!("{given:?} {human:?}"), "[0.46, 0.3, 0.44, 0.53] [0.75, 0.25, 0.0, 0.25]");
    }
}
