//! A calibration maps a grader's scores to the scale of some people. It is stored as a small TOML file.
//!
//! Parses and formats the file, and calibrates grades. `fit_calibration` fits a calibration.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::curve::{Curve, CurveError, CurvePoint};
use crate::model::{Fingerprint, Grade, Outcome, Tenths};

/// A rising curve, and optional weights of criteria.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Maps the share of points that an answer earned to the share that people would give.
    pub curve: Curve,
    /// Factor for the points of each criterion, by the id of the criterion. The factor of a missing criterion is 1.
    pub weights: BTreeMap<String, f64>,
    /// Version of the scoring rules whose scores the calibration was fitted to.
    pub scorer: u32,
}

/// Why a text is not a usable calibration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationError {
    /// The text is not TOML, or not the TOML of a calibration.
    #[error("line {line}: {message}")]
    Syntax {
        /// Line of the fault, from 1.
        line: usize,
        /// Message of the TOML parser, on one line.
        message: String,
    },
    /// The layout has a version that this program does not read.
    #[error("schema {0}, expected 1")]
    Schema(u32),
    /// The points are not a rising curve.
    #[error("the curve: {0}")]
    Curve(#[from] CurveError),
    /// A weight is negative or not a finite number.
    #[error("the weight of `{0}` is not a number from 0 up")]
    Weight(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalibrationFile {
    schema: u32,
    scorer: u32,
    curve: Vec<CurvePoint>,
    #[serde(default)]
    weights: BTreeMap<String, f64>,
}

impl Calibration {
    /// Parses the text of a calibration file.
    ///
    /// # Errors
    /// When the text is not a calibration, or its curve or a weight is not valid.
    pub fn parse(text: &str) -> Result<Self, CalibrationError> {
        let file: CalibrationFile = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
            CalibrationError::Syntax { line, message: error.message().trim_end().replace('\n', ", ") }
        })?;
        if file.schema != 1 {
            return Err(CalibrationError::Schema(file.schema));
        }
        if let Some((id, _)) = file.weights.iter().find(|(_, weight)| !(weight.is_finite() && **weight >= 0.0)) {
            return Err(CalibrationError::Weight(id.clone()));
        }
        Ok(Self { curve: Curve::new(file.curve)?, weights: file.weights, scorer: file.scorer })
    }

    /// The text of the file, after `comment` as TOML comments.
    pub fn to_text(&self, comment: &str) -> String {
        let mut text = String::new();
        for line in comment.lines() {
            let _ = writeln!(text, "# {line}");
        }
        let _ = writeln!(text, "schema = 1\nscorer = {}", self.scorer);
        text.push_str(
            "\n# From the share of points earned to the share that people give; straight between points.\ncurve = [\n",
        );
        for CurvePoint { given, human } in self.curve.points() {
            let _ = writeln!(text, "  [{given:?}, {human:?}],");
        }
        text.push_str("]\n");
        if !self.weights.is_empty() {
            text.push_str("\n# What the points of a criterion count.\n[weights]\n");
            for (id, weight) in &self.weights {
                let _ = writeln!(text, "{} = {weight:?}", toml::Value::from(id.as_str()));
            }
        }
        text
    }

    /// The share of points before the curve is applied, 0 to 1: with weights, the weighted sum of points. `None` if the
    /// answer could not be graded.
    pub fn share(&self, grade: &Grade<'_>) -> Option<f64> {
        let Outcome::Graded { earned, possible, .. } = grade.outcome else { return None };
        if possible.0 == 0 {
            return None;
        }
        if self.weights.is_empty() {
            return Some(f64::from(earned.0) / f64::from(possible.0));
        }
        let weighed = grade
            .criteria
            .iter()
            .map(|criterion| self.weights.get(&*criterion.id).copied().unwrap_or(1.0) * f64::from(criterion.earned.0));
        let lost: f64 = grade.penalties.iter().map(|penalty| f64::from(penalty.earned.0)).sum();
        Some(((weighed.sum::<f64>() - lost) / f64::from(possible.0)).clamp(0.0, 1.0))
    }

    /// The calibrated score, 0 to 1. `None` if the answer could not be graded.
    pub fn score(&self, grade: &Grade<'_>) -> Option<f64> {
        Some(self.curve.at(self.share(grade)?))
    }

    /// The calibrated score in tenths of a point, 0.0 to 100.0, half rounded up. `None` if the answer could not be
    /// graded.
    #[allow(clippy::cast_sign_loss, reason = "a curve stays between 0 and 1")]
    pub fn tenths(&self, grade: &Grade<'_>) -> Option<Tenths> {
        Some(Tenths((self.score(grade)? * 1000.0 + 0.5).floor() as u32))
    }

    /// Fingerprint of everything that affects calibrated scores.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(*blake3::hash(self.to_text("").as_bytes()).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_calibration_is_read_back_unchanged() {
        let curve = Curve::new([(0.0, 0.125), (0.5, 0.75)].map(CurvePoint::from).to_vec()).expect("a curve");
        let weights = BTreeMap::from([("star".to_owned(), 0.5), ("a b".to_owned(), 0.0)]);
        let calibration = Calibration { curve, weights, scorer: 2 };
        let text = calibration.to_text("fitted\nto nothing");
        assert!(text.starts_with("# fitted\n# to nothing\n"), "{text}");
        assert_eq!(Calibration::parse(&text), Ok(calibration.clone()));
        assert_eq!(Calibration::parse(&text).expect("read").fingerprint(), calibration.fingerprint());
    }

    #[test]
    fn a_text_that_is_not_a_calibration_is_refused_with_the_reason() {
        for (text, said) in [
            ("schema = 1\nscorer = 1\n", "line 1: missing field `curve`"),
            ("schema = 2\nscorer = 1\ncurve = [[0, 0]]", "schema 2, expected 1"),
            ("schema = 1\nscorer = 1\ncurve = []", "the curve: "),
            ("schema = 1\nscorer = 1\ncurve = [[0.5, 0.5], [0.4, 0.6]]", "the curve: "),
            ("schema = 1\nscorer = 1\ncurve = [[0.5, 0.5]]\n[weights]\nx = -1", "the weight of `x` "),
            ("schema = 1\nscorer = 1\ncurve = [[0.5, 0.5]]\nmore = 1", "line 4: unknown field `more`"),
        ] {
            let error = Calibration::parse(text).expect_err(text).to_string();
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }
}
