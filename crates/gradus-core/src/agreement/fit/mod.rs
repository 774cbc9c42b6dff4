//! Fits calibrations: a rising curve over scores, weights of criteria, and the folds that measure them.

mod blocks;
mod calibration;
mod choose_lambda;
mod curve;
mod fit_calibration;
mod folds;
mod isotonic;
mod ridge;

pub use calibration::{Calibration, CalibrationError};
pub use choose_lambda::choose_lambda;
pub use curve::{Curve, CurveError, CurvePoint};
pub use fit_calibration::{Example, Fit, FitError, fit};
pub use folds::by_group;
pub use ridge::weights;
