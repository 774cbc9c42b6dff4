//! Hints for errors of the engine: calibrations, judges and banks that cannot be used.

use std::error::Error;

use super::llm;
use crate::engine::{JudgesError, NamedCalibrationError, OpenError};

/// The hint for an error of the engine; `None` for any other error.
pub(super) fn hint(error: &(dyn Error + 'static)) -> Option<String> {
    let calibration = error.downcast_ref().map(|error| match error {
        NamedCalibrationError::Judged { .. } => "use --grader offline, or leave --calibration out",
        NamedCalibrationError::Invalid { .. } => "create a calibration with `gradus calibrate`",
        NamedCalibrationError::Outdated { .. } => "calibrate again",
    });
    if let Some(JudgesError::Client(error)) = error.downcast_ref() {
        // A transparent error forwards `source`, so the chain of sources skips the inner error.
        return llm::hint(error);
    }
    let judges = error.downcast_ref().and_then(|error| match error {
        JudgesError::NoPrices { .. } => Some("set the prices with --price-prompt and --price-completion"),
        JudgesError::Client(_) => None,
    });
    let open = error.downcast_ref().and_then(|error| match error {
        OpenError::NoRubric { .. } => {
            Some("rubrics are files rubrics/<topic>/<id>.toml; `gradus bank new <id>` prints one to start with")
        }
        OpenError::Load(_) | OpenError::Bank(_) => None,
    });
    calibration.or(judges).or(open).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_that_a_flag_resolves_has_a_hint() {
        let name = || "c.toml".to_owned();
        for (error, advice) in [
            (NamedCalibrationError::Judged { name: name() }, "use --grader offline, or leave --calibration out"),
            (
                NamedCalibrationError::Invalid { name: name(), fault: "line 3".to_owned() },
                "create a calibration with `gradus calibrate`",
            ),
            (NamedCalibrationError::Outdated { name: name(), fitted: 1 }, "calibrate again"),
        ] {
            assert_eq!(hint(&error).as_deref(), Some(advice), "{error}");
        }
        let prices = JudgesError::NoPrices { model: "m".to_owned() };
        assert_eq!(prices.to_string(), "the cost is limited, and the prices of m are not known");
        assert_eq!(prices.hint().as_deref(), Some("set the prices of the endpoint, or remove the limit"));
        assert_eq!(hint(&prices).as_deref(), Some("set the prices with --price-prompt and --price-completion"));
        let open = OpenError::NoRubric { folder: "bank".into() };
        let advice = "rubrics are files rubrics/<topic>/<id>.toml; `gradus bank new <id>` prints one to start with";
        assert_eq!(hint(&open).as_deref(), Some(advice), "{open}");
        assert_eq!(hint(&std::fmt::Error), None);
    }
}
