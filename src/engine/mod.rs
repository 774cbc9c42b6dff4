//! The service layer: opens banks.

mod bank_folder;
mod shipped;

pub use bank_folder::{LoadError, load_corpus, load_files};
pub use shipped::{SHIPPED, bank_from_texts, shipped_bank};
