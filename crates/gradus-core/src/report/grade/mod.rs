//! Reports of one grade, for a terminal and as Markdown.

mod answer;
mod criteria;
mod evidence;
mod excerpt;
#[cfg(test)]
pub(super) mod fixture;
mod judge_notes;
mod markdown;
mod phrases;
mod pieces;
mod quotation;
mod reflow;
mod sheet;
mod text;

pub(super) use judge_notes::price;
pub use markdown::markdown;
pub use sheet::Sheet;
pub use text::{brief, text};
