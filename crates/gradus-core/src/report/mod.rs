//! What a grade looks like to people and to other programs.
//!
//! Values in, one `String` out, one file a format: [`text()`] for the terminal, [`markdown()`] for a
//! page, [`json()`] and [`csv()`] for programs. Nothing here prints, and no control character of an
//! answer reaches a terminal or a page.

mod answer;
mod batch;
mod clean;
mod criteria;
mod csv;
mod cut;
mod evaluation;
mod evidence;
mod excerpt;
mod for_terminal;
mod json;
mod judged;
mod junit;
mod lines;
mod markdown;
mod markup;
mod page;
mod pieces;
mod rows;
mod schemas;
mod sheet;
mod style;
mod table;
mod terminal_table;
mod text;
mod words;
mod wrap;

#[cfg(test)]
mod fixture;

pub use self::csv::{Table, cell, csv};
pub use batch::{BatchReport, Below, Disputed, FoundQuestion, batch_brief, batch_markdown, batch_short, batch_text};
pub use evaluation::{
    Before, Changed, Disagreement, Evaluation, Moved, Scored, Ungraded, evaluation_before, evaluation_brief,
    evaluation_markdown, evaluation_text,
};
pub use for_terminal::{DataLayout, for_terminal};
pub use json::json;
pub use junit::{JunitCase, JunitOutcome, junit_case, junit_head, junit_tail};
pub use lines::{paragraph, passage, printable};
pub use markdown::markdown;
pub use rows::{Detail, json_line};
pub use schemas::{evaluation_schema, explanation_schema, questions_schema, summary_schema};
pub use sheet::Sheet;
pub use style::Style;
pub use terminal_table::{TerminalTable, shown_columns};
pub use text::{brief, text};
