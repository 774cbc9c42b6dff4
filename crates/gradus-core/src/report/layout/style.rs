//! Width and colour of a report, and the ink of each kind of text.
//!
//! Colour only repeats what words, marks and brackets already say.

use anstyle::AnsiColor;

use crate::model::{Band, Status};

/// The terminal that a report is formatted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal; a report uses 40 to 100 of them.
    pub width: usize,
    /// Whether escape sequences for colour may be written.
    pub color: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 80, color: false }
    }
}

impl Style {
    /// Number of columns that a report uses: at least 40, and at most 100, because longer lines are hard to read.
    pub(in crate::report) fn columns(self) -> usize {
        self.width.clamp(40, 100)
    }
}

/// Colour and weight of a text run.
pub(in crate::report) type Ink = anstyle::Style;

pub(in crate::report) const PLAIN: Ink = Ink::new();
pub(in crate::report) const HEADING: Ink = Ink::new().bold();
pub(in crate::report) const FAINT: Ink = Ink::new().dimmed();
pub(in crate::report) const GOOD: Ink = AnsiColor::Green.on_default();
pub(in crate::report) const CAUTION: Ink = AnsiColor::Yellow.on_default();
pub(in crate::report) const BAD: Ink = AnsiColor::Red.on_default();
/// Ink of search terms.
pub(in crate::report) const SEARCH_TERM: Ink = AnsiColor::Green.on_default().bold();

/// The ink of a band's name and bar.
pub(in crate::report) fn band_ink(band: Band) -> Ink {
    match band {
        Band::Strong | Band::Solid => GOOD,
        Band::Partial => CAUTION,
        Band::Weak => BAD,
    }
}

/// The ink of a criterion's mark.
pub(in crate::report) fn status_ink(status: Status) -> Ink {
    match status {
        Status::Met => GOOD,
        Status::Partial => CAUTION,
        Status::Missed => BAD,
        Status::Undecided => FAINT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_readable_at_any_width() {
        let columns = |width| Style { width, color: false }.columns();
        assert_eq!([columns(0), columns(80), columns(usize::MAX)], [40, 80, 100]);
    }
}
