//! The curve that maps a grader's scores to the scores that people would give.
//!
//! Checks the points of a curve, and interpolates between them. `isotonic` fits a curve.

use std::error::Error;
use std::fmt;

use serde::Deserialize;

use super::blocks::between;

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(from = "(f64, f64)")]
pub struct CurvePoint {
    /// Score of the grader.
    pub given: f64,
    /// Score that people are expected to give.
    pub human: f64,
}

impl From<(f64, f64)> for CurvePoint {
    /// The point of a given and a human score, in the order of calibration files.
    fn from((given, human): (f64, f64)) -> Self {
        Self { given, human }
    }
}

/// A curve that maps the grader's scores to people's scores, both from 0 to 1. It is linear between its points and
/// constant before the first and after the last point.
///
/// A curve has 1 to [`Curve::MAX_POINTS`] points. Their given scores rise strictly, and their human scores never fall.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    points: Vec<CurvePoint>,
}

impl Curve {
    /// Maximum number of points of a curve. The limit keeps the calibration file readable.
    pub const MAX_POINTS: usize = 12;

    /// A curve through `points`.
    ///
    /// # Errors
    ///
    /// When there are no points or more than [`Curve::MAX_POINTS`], or at the first point that is not finite, is outside 0 to
    /// 1, whose given score is not above that of the previous point, or whose human score is below that of the previous
    /// point.
    pub fn new(points: Vec<CurvePoint>) -> Result<Self, CurveError> {
        if points.is_empty() {
            return Err(CurveError::Empty);
        }
        if points.len() > Self::MAX_POINTS {
            return Err(CurveError::TooMany { have: points.len() });
        }
        let mut before = None;
        for (number, point) in (1..).zip(&points) {
            check(number, *point, before)?;
            before = Some(*point);
        }
        Ok(Self { points })
    }

    /// The points, lowest first.
    pub fn points(&self) -> &[CurvePoint] {
        &self.points
    }

    /// The expected human score, 0 to 1, at a given score.
    ///
    /// The result never falls when `given` rises; `given` may be infinite. For NaN, the result is NaN.
    pub fn at(&self, given: f64) -> f64 {
        if given.is_nan() {
            return given;
        }
        let (below, above) = self.points.split_at(self.points.partition_point(|point| point.given <= given));
        match (below.last(), above.first()) {
            (Some(low), Some(high)) => between(low.human, high.human, (given - low.given) / (high.given - low.given)),
            (Some(only), None) | (None, Some(only)) => only.human,
            (None, None) => f64::NAN, // unreachable, because `new` refuses a curve without points
        }
    }
}

/// Checks the point with the number `point`, from 1. `before` is the previous point.
fn check(point: usize, CurvePoint { given, human }: CurvePoint, before: Option<CurvePoint>) -> Result<(), CurveError> {
    let is_share = |score: f64| (0.0..=1.0).contains(&score);
    if !given.is_finite() || !human.is_finite() {
        return Err(CurveError::NotFinite { point });
    }
    if !is_share(given) || !is_share(human) {
        return Err(CurveError::Outside { point });
    }
    match before {
        Some(before) if given <= before.given => Err(CurveError::NotRising { point }),
        Some(before) if human < before.human => Err(CurveError::Falling { point }),
        _ => Ok(()),
    }
}

/// The reason why points do not make a curve. Points are numbered from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurveError {
    /// There are no points.
    Empty,
    /// There are more points than [`Curve::MAX_POINTS`].
    TooMany {
        /// Number of points.
        have: usize,
    },
    /// A score is infinite or not a number.
    NotFinite {
        /// Number of the point, from 1.
        point: usize,
    },
    /// A score is below 0 or above 1.
    Outside {
        /// Number of the point, from 1.
        point: usize,
    },
    /// The given score is not above the given score of the previous point.
    NotRising {
        /// Number of the point, from 1.
        point: usize,
    },
    /// The human score is below the human score of the previous point.
    Falling {
        /// Number of the point, from 1.
        point: usize,
    },
}

impl fmt::Display for CurveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a curve needs at least 1 point"),
            Self::TooMany { have } => {
                write!(f, "the curve has {have} points, but at most {} are allowed", Curve::MAX_POINTS)
            }
            Self::NotFinite { point } => write!(f, "point {point}: both scores must be finite numbers"),
            Self::Outside { point } => write!(f, "point {point}: both scores must lie between 0 and 1"),
            Self::NotRising { point } => {
                write!(f, "point {point}: the first number must be higher than the first number of the previous point")
            }
            Self::Falling { point } => {
                write!(
                    f,
                    "point {point}: the second number must not be lower than the second number of the previous point"
                )
            }
        }
    }
}

impl Error for CurveError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(f64, f64)]) -> Result<Curve, CurveError> {
        Curve::new(points.iter().copied().map(CurvePoint::from).collect())
    }

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-12
    }

    #[test]
    fn a_curve_is_straight_between_points_and_level_outside() {
        let curve = curve(&[(0.2, 0.1), (0.4, 0.5), (0.8, 0.5), (0.9, 1.0)]).expect("a curve");
        // 0.3 is halfway between 0.2 and 0.4, so the curve is halfway from 0.1 to 0.5; 0.85 is halfway between 0.8 and
        // 0.9, so it is halfway from 0.5 to 1.
        let expected = [
            (0.0, 0.1),
            (0.2, 0.1),
            (0.3, 0.3),
            (0.4, 0.5),
            (0.6, 0.5),
            (0.8, 0.5),
            (0.85, 0.75),
            (0.9, 1.0),
            (1.0, 1.0),
        ];
        for (given, human) in expected {
            assert!(close(curve.at(given), human), "{given}: {}", curve.at(given));
        }
        assert!(close(curve.at(f64::NEG_INFINITY), 0.1) && close(curve.at(f64::INFINITY), 1.0));
        assert!(curve.at(f64::NAN).is_nan());
    }

    #[test]
    fn one_point_gives_a_constant() {
        let curve = curve(&[(0.5, 0.25)]).expect("a curve");
        assert!([0.0, 0.5, 1.0].iter().all(|&given| close(curve.at(given), 0.25)));
    }

    #[test]
    fn points_that_are_not_a_curve_are_refused_with_their_number() {
        let refused = |points: &[(f64, f64)]| curve(points).expect_err("not a curve");
        assert_eq!(refused(&[]), CurveError::Empty);
        assert_eq!(refused(&[(0.0, 0.0); 13]), CurveError::TooMany { have: 13 });
        assert_eq!(refused(&[(0.1, 0.1), (f64::NAN, 0.2)]), CurveError::NotFinite { point: 2 });
        assert_eq!(refused(&[(0.1, f64::INFINITY)]), CurveError::NotFinite { point: 1 });
        assert_eq!(refused(&[(0.1, 0.1), (0.2, 1.1)]), CurveError::Outside { point: 2 });
        assert_eq!(refused(&[(0.1, 0.1), (0.1, 0.2)]), CurveError::NotRising { point: 2 });
        assert_eq!(refused(&[(0.1, 0.1), (0.2, 0.1), (0.3, 0.0)]), CurveError::Falling { point: 3 });
        assert_eq!(refused(&[(-0.1, 0.1)]).to_string(), "point 1: both scores must lie between 0 and 1");
    }
}
