//! Hints for errors of everything else in `gradus-core`.

use std::error::Error;

/// The hint for an error of this area; `None` for every other error.
pub(super) fn hint(error: &(dyn Error + 'static)) -> Option<String> {
    let _ = error;
    None
}
