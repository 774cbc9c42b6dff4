//! Searches passages of sample answers with tantivy.
//!
//! Search has two uses: to find passages by their words, and to find what strong samples say about a criterion that an
//! answer missed. Texts are split into the terms of [`questions::Analyzer`](crate::questions::Analyzer), as when a question
//! is found.

mod cache;
mod index;
mod passages;
mod tokenizer;

pub use cache::IndexCacheError;
pub use index::{Contents, Index, IndexError, PassageFound};
pub use passages::passages;
