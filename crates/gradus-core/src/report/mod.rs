//! Formats grades, batches and evaluations for people and for programs.
//!
//! Each function takes values and returns one `String`; printing and writing files are left to the caller. No control
//! character of an answer reaches a terminal or a page. `layout` has the building blocks of terminal reports, `grade`
//! the reports of one grade, `batch` those of many, and `evaluation` those of a comparison with people's scores.

mod batch;
mod csv;
mod evaluation;
mod explanation_schema;
mod for_terminal;
mod grade;
mod json;
mod json_line;
mod junit;
mod layout;
mod markdown_text;
mod schemas;
mod terminal_table;

pub use self::csv::{CsvTable, csv, spreadsheet_cell};
pub use batch::{
    AnswersBelow, BatchReport, DisputeCounts, MatchedQuestion, batch_line, batch_markdown, batch_short_text, batch_text,
};
pub use evaluation::{
    AnswerScore, Disagreement, EarlierEvaluation, EarlierEvaluationError, Evaluation, EvaluationChange, MetricChange,
    UngradedAnswer, evaluation_line, evaluation_markdown, evaluation_text, parse_earlier_evaluation,
};
pub use explanation_schema::explanation_schema;
pub use for_terminal::{DataLayout, for_terminal};
pub use grade::{Sheet, brief, markdown, text};
pub use json::json;
pub use json_line::{Detail, json_line};
pub use junit::{JunitCase, JunitOutcome, junit_case, junit_head, junit_tail};
pub use layout::{Style, paragraph, passage, printable};
pub use schemas::{evaluation_schema, questions_schema, summary_schema};
pub use terminal_table::{TerminalTable, shown_columns};
