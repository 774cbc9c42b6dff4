//! Grades a written answer against a rubric, with a quote for every point.
//!
//! [`engine`] opens banks, [`score`] grades an answer offline, [`report`] formats results, [`retrieve`] finds
//! questions and sample answers. See `ARCHITECTURE.md` for the picture.
//!
//! ```
//! use gradus::bank::BankError;
//! use gradus::model::Answer;
//! use gradus::score::Workspace;
//!
//! let bank = gradus::engine::shipped_bank();
//! let scorer = bank.scorer(bank.entry("error-budget")?, &bank.vocabulary()?)?;
//! let answer = Answer::new("mine", "The budget is one hundred percent minus the SLO.");
//! let grade = scorer.grade(&answer, &mut Workspace::new());
//! assert!(grade.score().is_some());
//! # Ok::<(), BankError>(())
//! ```

#[cfg(feature = "batch")]
pub use gradus_batch as batch;
pub use gradus_core::{agreement, bank, judge, model, pattern, questions, report, score, text};
#[cfg(feature = "llm")]
pub use gradus_llm as llm;

pub mod engine;
pub mod retrieve;
