//! Drafts rubrics from reference answers, for people to review and correct.
//!
//! Takes questions as text; gives rubric files as text. The weights of words are decided here once and written into the
//! file, where a person can change them.

mod ambiguous_ids;
mod draft_error;
mod fields;
mod fit_terms;
mod questions;
mod rubric_file;
mod weights;

pub use draft_error::{DraftError, QuestionFault};
pub use fields::DraftFault;
pub use questions::{DraftCriterion, DraftQuestion, questions_from_corpus, with_shared_prompts};
pub use rubric_file::{DraftedFile, draft};
