//! What may be done with results that are there already.

/// What may be done with results that are there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Existing {
    /// Begin anew.
    pub restart: bool,
    /// Overwrite what is not one's own.
    pub force: bool,
}
