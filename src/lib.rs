//! Grades a written answer against a rubric, with a quote for every point.
//!
//! [`engine::Engine`] opens a bank, finds questions and grades answers, offline or by language models. The modules
//! below it are usable alone: [`score`] grades offline, [`judge`] by a model, [`questions`] finds questions,
//! [`retrieve`] searches sample answers, [`report`] formats results. See `ARCHITECTURE.md` for the picture.
//!
//! ```
//! use gradus::{engine::Engine, model::Answer};
//!
//! let engine = Engine::shipped()?;
//! let question = engine.question("error-budget")?;
//! let answer = Answer::new("mine", "The budget is one hundred percent minus the SLO.");
//! assert!(engine.grade(question, &answer)?.score().is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Features: `cli` (default) is the program; `llm` adds judges, `batch` rows and batches, `parquet` Parquet files.

#[cfg(feature = "batch")]
pub use gradus_batch as batch;
pub use gradus_core::{agreement, bank, judge, model, pattern, questions, report, score, text, wording};
#[cfg(feature = "llm")]
pub use gradus_llm as llm;

pub mod engine;
pub mod retrieve;
