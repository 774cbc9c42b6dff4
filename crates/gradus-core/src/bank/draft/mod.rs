//! Rubrics drafted from reference answers: something to read, mend and grade with meanwhile.
//!
//! Takes questions as text, gives rubric files as text. What words weigh is decided here once and
//! written into the file, where a person can change it.

mod ambiguous;
mod fit;
mod source;
mod terms;
mod write;

pub use source::{
    DraftCriterion, DraftError, DraftQuestion, questions_from_corpus, questions_from_jsonl, with_shared_prompts,
};
pub use write::{DraftedFile, draft};
