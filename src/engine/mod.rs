//! The service layer: opens a bank, finds questions, grades answers, and fetches references.
//!
//! [`Engine`] is everything that the command line, a server or another program needs to grade answers. It prints
//! nothing, keeps no process-wide state, and is shared by any number of threads.

mod bank_folder;
#[cfg(feature = "batch")]
mod batch_grader;
mod calibration;
#[cfg(feature = "llm")]
mod estimate;
#[cfg(feature = "llm")]
mod judges;
mod references;
mod sample_indexes;
mod search;
mod service;
mod shipped;
#[cfg(test)]
mod tests;

pub use bank_folder::{LoadError, NotUtf8, load_corpus, load_files, load_files_to_check};
pub use calibration::{NamedCalibration, NamedCalibrationError};
#[cfg(feature = "llm")]
pub use estimate::{Estimate, JudgeEstimate, REPLY_TOKENS, VERDICT_TOKENS};
#[cfg(feature = "llm")]
pub use judges::{Judges, JudgesError};
pub use references::ReferenceError;
pub use sample_indexes::SearchError;
pub use search::Passages;
pub use service::{Engine, GradingMethod, OpenError};
pub use shipped::{SHIPPED, bank_from_texts, shipped_bank};
