//! Search over questions and sample answers.
//!
//! Three uses: find the question that a text is about, find what sample answers say about something,
//! and `gradus search`. Questions are compared in memory; passages are searched with tantivy. Texts
//! are cut into the same stems and synonyms as in `text`.

mod analyzer;
mod answers;
mod cache;
mod index;
mod passages;
mod similar;

pub use analyzer::Analyzer;
pub use cache::CacheError;
pub use index::{Contents, Index, IndexError, PassageFound};
pub use passages::passages;
pub use similar::{LEAST_FOR_ANSWER, LEAST_FOR_WORDING, QuestionIndex};
