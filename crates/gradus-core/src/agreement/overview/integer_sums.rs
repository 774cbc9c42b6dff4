//! Exact sums of two columns of integers, and their correlation and standard deviation.

use crate::agreement::absent::Absent;

/// Minimum number of answers for a meaningful correlation.
const NEED: u64 = 10;

/// Sums over rows of the credit of a criterion and of the points on all others, both in thousandths.
///
/// A rubric has at most 100 000 points of criteria and as many of penalties, so no row is further from 0 than 10^8.
/// The largest product, rows times sum of squares, stays below 10^10 * 10^10 * 10^16 = 10^36 at 10^10 answers; an
/// `i128` holds 1.7 * 10^38. With rubrics of 100 points it stays below 10^30.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct IntegerSums {
    rows: u64,
    credit: i128,
    rest: i128,
    credit_squared: i128,
    rest_squared: i128,
    product: i128,
}

impl IntegerSums {
    /// Adds a row.
    pub(super) fn add(&mut self, credit: i64, rest: i64) {
        let (credit, rest) = (i128::from(credit), i128::from(rest));
        self.rows += 1;
        self.credit += credit;
        self.rest += rest;
        self.credit_squared += credit * credit;
        self.rest_squared += rest * rest;
        self.product += credit * rest;
    }

    /// Pearson's correlation of the two columns, -1 to 1.
    ///
    /// # Errors
    /// With fewer than ten rows, and when either column is constant.
    pub(super) fn correlation(&self) -> Result<f64, Absent> {
        if self.rows < NEED {
            return Err(Absent::TooFew { have: self.rows as usize, need: NEED as usize });
        }
        let rows = i128::from(self.rows);
        let credit = rows * self.credit_squared - self.credit * self.credit;
        let rest = rows * self.rest_squared - self.rest * self.rest;
        if credit == 0 {
            return Err(Absent::CreditConstant);
        }
        if rest == 0 {
            return Err(Absent::RestConstant);
        }
        let product = rows * self.product - self.credit * self.rest;
        Ok((product as f64 / ((credit as f64).sqrt() * (rest as f64).sqrt())).clamp(-1.0, 1.0))
    }
}

/// The sample standard deviation of `rows` integers with that sum and sum of squares, in the unit of the integers.
///
/// # Errors
/// With fewer than two rows.
pub(super) fn deviation(rows: u64, sum: u128, squares: u128) -> Result<f64, Absent> {
    if rows < 2 {
        return Err(Absent::TooFew { have: rows as usize, need: 2 });
    }
    let spread = u128::from(rows) * squares - sum * sum;
    Ok((spread as f64 / (rows as f64 * (rows - 1) as f64)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(i64, i64)]) -> IntegerSums {
        let mut sums = IntegerSums::default();
        rows.iter().for_each(|&(credit, rest)| sums.add(credit, rest));
        sums
    }

    #[test]
    fn ten_rows_have_the_correlation_worked_by_hand() {
        // Credits 0 and 1 (thousand), five each; rest 1 for the first five but one, which has 2, and 2 for the others.
        // With x = 0 0 0 0 0 1 1 1 1 1 and y = 1 1 1 1 2 2 2 2 2 2: Σx 5, Σy 16, Σx² 5, Σy² 28, Σxy 10.
        // (10 * 10 - 5 * 16) / sqrt((10 * 5 - 25) * (10 * 28 - 256)) = 20 / sqrt(25 * 24).
        let mut rows = [(0, 1000); 10];
        rows[4] = (0, 2000);
        rows[5..].fill((1000, 2000));
        let correlation = of(&rows).correlation().expect("both columns vary");
        assert!((correlation - 20.0 / 600.0_f64.sqrt()).abs() < 1e-12, "{correlation}");
    }

    #[test]
    fn a_constant_column_is_named_in_the_error() {
        assert_eq!(of(&[(500, 1); 9]).correlation(), Err(Absent::TooFew { have: 9, need: 10 }));
        let rising = |credit: fn(i64) -> i64, rest: fn(i64) -> i64| {
            of(&(0..10).map(|at| (credit(at), rest(at))).collect::<Vec<_>>()).correlation()
        };
        assert_eq!(rising(|_| 7, |at| at), Err(Absent::CreditConstant));
        assert_eq!(rising(|at| at, |_| -7), Err(Absent::RestConstant));
        assert_eq!(rising(|at| at, |at| -3 * at), Ok(-1.0));
    }

    #[test]
    fn sums_of_ten_thousand_million_rows_with_the_most_points_do_not_overflow() {
        let rows = 10_i128.pow(10);
        let (most, full) = (100_000_000_i128, 1000);
        let sums = IntegerSums {
            rows: 10_000_000_000,
            credit: rows / 2 * full,
            rest: 0,
            credit_squared: rows / 2 * full * full,
            rest_squared: rows * most * most,
            product: rows / 2 * full * most,
        };
        assert_eq!(sums.correlation(), Ok(1.0));
        assert_eq!(deviation(10_000_000_000, 10_u128.pow(13), 10_u128.pow(16)), Ok(0.0));
    }
}
