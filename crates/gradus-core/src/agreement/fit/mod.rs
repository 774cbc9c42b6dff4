//! Bringing a grader's scores nearer to people's: a rising curve over scores, weights of criteria,
//! and the folds to try them on.

mod blocks;
mod calibration;
mod curve;
mod fitting;
mod folds;
mod isotonic;
mod lambda;
mod ridge;

pub use calibration::{Calibration, CalibrationError};
pub use curve::{Curve, CurveError};
pub use fitting::{Example, Fit, FitError, fit};
pub use folds::by_group;
pub use lambda::choose_lambda;
pub use ridge::weights;
