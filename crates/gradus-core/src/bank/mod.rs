//! Question banks: turns the texts of rubric and sample files into checked questions.
//!
//! The caller reads the files. A question is parsed when it is requested, so that grading against one question does
//! not cost the whole bank.

mod check;
mod corpus;
mod criteria;
mod draft;
mod files;
mod finding;
mod front_matter;
mod learn;
mod library;
mod names;
mod places;
mod rubric;
mod schema;
mod tables;
mod template;
mod wordings;
mod wordlists;
mod written;

pub use check::{check, check_files};
pub use draft::{
    DraftCriterion, DraftError, DraftQuestion, DraftedFile, draft, questions_from_corpus, questions_from_jsonl,
    with_shared_prompts,
};
pub use files::{BuiltIn, Files};
pub use finding::Finding;
pub use front_matter::{FrontMatter, FrontMatterError};
pub use learn::{
    Dropped, GradedAnswer, HeldOut, LearnOptions, Learned, Learner, Proposal, Reason, Refusal, Suggestion, Target,
};
pub use library::{Bank, BankError, Entry};
pub use schema::{result_schema, rubric_schema};
pub use template::rubric_template;
