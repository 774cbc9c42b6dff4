//! Question banks: turns the texts of rubric and sample files into checked questions.
//!
//! The caller reads the files. A question is parsed when it is requested, so that grading answers to one question
//! does not parse the other rubrics of the bank.

mod bank_error;
mod check;
mod check_names;
#[cfg(test)]
mod check_tests;
mod check_wordings;
mod corpus;
mod criteria;
mod draft;
mod encode;
mod files;
mod finding;
mod front_matter;
mod idea_search;
mod ideas;
mod learn;
mod lint;
mod locations;
mod names;
mod question_bank;
mod reader;
mod rubric;
mod schema;
mod template;
mod word_lists;
mod wordings;

pub use bank_error::BankError;
pub use check::{check, check_files};
pub use draft::{
    DraftCriterion, DraftError, DraftFault, DraftQuestion, DraftedFile, QuestionFault, draft, questions_from_corpus,
    with_shared_prompts,
};
pub use files::{BuiltIn, Files};
pub use finding::{Finding, FindingKind};
pub use front_matter::{FrontMatter, FrontMatterError};
pub use idea_search::{IdeaInText, ListedIdea};
pub use learn::{
    GradedAnswer, HeldOut, LearnOptions, Learned, Learner, Proposal, Refusal, RefusalReason, Suggestion, Target,
    UnplacedPhrase,
};
pub use lint::lint;
pub use question_bank::{Bank, Entry};
pub use schema::{ideas_schema, result_schema, rubric_schema};
pub use template::rubric_template;
