//! Small building blocks of messages and reports: counts with their nouns and verbs, widths, shortening, and text made safe.
//!
//! Takes text of any origin and gives text; every function is pure. Line wrapping and colours are left to `report`.

mod number;
mod safe;
mod shorten;
mod width;

pub use number::{agreeing, counted, plural};
pub use safe::safe_line;
pub use shorten::{cut_bytes, cut_end, cut_middle, cut_middle_between_words, one_line, shortened};
pub use width::{breaks_between, columns, graphemes, is_space, units};
