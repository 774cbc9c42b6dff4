//! Building blocks of reports on a terminal: styles, wrapped paragraphs, table rows and bars.

pub(super) mod bar;
pub(super) mod page;
mod paragraph;
pub(super) mod style;
pub(super) mod table;
pub(super) mod text_run;
mod wrap;

pub use paragraph::{paragraph, passage, printable};
pub use style::Style;
