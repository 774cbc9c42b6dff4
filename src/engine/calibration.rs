//! [`NamedCalibration`]: a calibration of the offline scorer and its name, applied to grades.
//!
//! Takes the text of a calibration file; the caller reads the file. Fitting is in `gradus_core::agreement`.

use std::borrow::Cow;

use crate::agreement::fit::Calibration;
use crate::model::{Calibrated, Grade, Question};
use crate::score::VERSION;

/// A calibration of the offline scorer and the name that results give it.
pub struct NamedCalibration {
    name: String,
    calibration: Calibration,
}

/// Why a calibration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NamedCalibrationError {
    /// Judges grade, so the calibration does not apply.
    #[error("{name} was fitted to the offline scorer, but a judge grades")]
    Judged {
        /// The calibration's name.
        name: String,
    },
    /// The text is not a calibration.
    #[error("{name} is not a calibration: {fault}")]
    Invalid {
        /// The calibration's name.
        name: String,
        /// The fault in the text.
        fault: String,
    },
    /// The calibration was fitted to another version of the scorer.
    #[error("{name} was fitted to scorer {fitted}, but this program has scorer {VERSION}")]
    Outdated {
        /// The calibration's name.
        name: String,
        /// The version of the scorer that it was fitted to.
        fitted: u32,
    },
}

impl NamedCalibrationError {
    /// How to resolve the error, without names of flags or commands.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Judged { .. } => "grade offline, or leave the calibration out",
            Self::Invalid { .. } => "use a file that a calibration wrote",
            Self::Outdated { .. } => "calibrate again",
        }
    }
}

impl NamedCalibration {
    /// Parses the text of a calibration file.
    ///
    /// # Errors
    /// When the text is not valid, or the calibration was fitted to another version of the scorer.
    pub fn parse(name: String, text: &str) -> Result<Self, NamedCalibrationError> {
        let calibration = match Calibration::parse(text) {
            Ok(calibration) => calibration,
            Err(error) => return Err(NamedCalibrationError::Invalid { name, fault: error.to_string() }),
        };
        if calibration.scorer != VERSION {
            return Err(NamedCalibrationError::Outdated { name, fitted: calibration.scorer });
        }
        Ok(Self { name, calibration })
    }

    /// The name of the calibration in results.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The calibration itself.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// Adds the calibrated score to a grade. An ungraded answer has none.
    pub fn apply<'a>(&'a self, grade: &mut Grade<'a>, question: &Question) {
        grade.calibrated = self.calibration.tenths(grade).map(|score| Calibrated {
            score,
            band: question.bands.of(score),
            by: Cow::Borrowed(&self.name),
            fingerprint: self.calibration.fingerprint(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_message_and_a_hint_for_any_caller() {
        let name = || "c.toml".to_owned();
        let outdated = format!("c.toml was fitted to scorer 1, but this program has scorer {VERSION}");
        for (error, message, hint) in [
            (
                NamedCalibrationError::Judged { name: name() },
                "c.toml was fitted to the offline scorer, but a judge grades",
                "grade offline, or leave the calibration out",
            ),
            (
                NamedCalibrationError::Invalid { name: name(), fault: "schema 2, expected 1".to_owned() },
                "c.toml is not a calibration: schema 2, expected 1",
                "use a file that a calibration wrote",
            ),
            (NamedCalibrationError::Outdated { name: name(), fitted: 1 }, &outdated, "calibrate again"),
        ] {
            assert_eq!((error.to_string().as_str(), error.hint()), (message, hint));
        }
    }
}
