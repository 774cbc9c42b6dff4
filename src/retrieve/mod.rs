//! Search over questions and sample answers, with tantivy.
//!
//! Three uses: find the question that a text is about, find what sample answers say about something,
//! and `gradus search`. Texts are cut into the same stems and synonyms as in `text`.

mod analyzer;
mod cache;
mod index;
mod passages;

pub use analyzer::Analyzer;
pub use cache::CacheError;
pub use index::{Contents, Holds, Index, IndexError, PassageFound, QuestionFound, Wanted};
pub use passages::passages;
