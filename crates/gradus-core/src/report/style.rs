//! How wide and how colourful a report is, and which ink stands for what.
//!
//! Colour only repeats what words, marks and brackets already say.

use anstyle::AnsiColor;

use crate::model::{Band, Status};

/// The terminal that a report is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal; a report uses 40 to 100.
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
    /// Columns that a report uses: lines over 100 columns are hard to read.
    pub(super) fn columns(self) -> usize {
        self.width.clamp(40, 100)
    }
}

/// How a run of text looks.
pub(super) type Ink = anstyle::Style;

pub(super) const PLAIN: Ink = Ink::new();
pub(super) const HEADING: Ink = Ink::new().bold();
pub(super) const FAINT: Ink = Ink::new().dimmed();
pub(super) const GOOD: Ink = AnsiColor::Green.on_default();
pub(super) const MIDDLING: Ink = AnsiColor::Yellow.on_default();
pub(super) const BAD: Ink = AnsiColor::Red.on_default();
/// Words that were looked for.
pub(super) const FOUND: Ink = AnsiColor::Green.on_default().bold();

/// The ink of a band's name and bar.
pub(super) fn band_ink(band: Band) -> Ink {
    match band {
        Band::Strong | Band::Solid => GOOD,
        Band::Partial => MIDDLING,
        Band::Weak => BAD,
    }
}

/// The ink of a criterion's mark.
pub(super) fn status_ink(status: Status) -> Ink {
    match status {
        Status::Met => GOOD,
        Status::Partial => MIDDLING,
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
