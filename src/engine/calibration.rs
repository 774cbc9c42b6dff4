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
    /// How to resolve the error, for any caller.
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
