//! Grades a written answer against a rubric, with a quote for every point.
//!
//! [`bank`] holds questions, [`score`] grades an answer to one of them offline, [`report`] says what
//! came out, [`retrieve`] finds questions and sample answers. See `ARCHITECTURE.md` for the picture.
//!
//! ```
//! use gradus::bank::Bank;
//! use gradus::model::Answer;
//! use gradus::score::Workspace;
//!
//! let bank = Bank::shipped();
//! let scorer = bank.scorer(bank.entry("error-budget")?, &bank.vocabulary()?)?;
//! let answer = Answer::new("mine", "The budget is one hundred percent minus the SLO.");
//! let grade = scorer.grade(&answer, &mut Workspace::new());
//! assert!(grade.score().is_some());
//! # Ok::<(), gradus::bank::BankError>(())
//! ```

#[warn(clippy::disallowed_methods)]
pub mod model;

#[warn(clippy::disallowed_methods)]
pub mod agreement;
pub mod bank;
pub mod batch;
pub mod cli;
#[warn(clippy::disallowed_methods)]
pub mod judge;
pub mod llm;
#[warn(clippy::disallowed_methods)]
pub mod pattern;
#[warn(clippy::disallowed_methods)]
pub mod report;
pub mod retrieve;
#[warn(clippy::disallowed_methods)]
pub mod score;
pub mod store;
#[warn(clippy::disallowed_methods)]
pub mod text;
