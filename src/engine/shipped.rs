//! The shipped bank, whose texts are part of the program.

use gradus_core::bank::{Bank, BuiltIn, Files};

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The files of the shipped bank and the words in them.
pub const SHIPPED: BuiltIn = BuiltIn { files: FILES, words: include_str!(concat!(env!("OUT_DIR"), "/words.txt")) };

/// Opens the shipped bank.
pub fn shipped_bank() -> Bank {
    Bank::new(Files::of_built_in(SHIPPED))
}

/// Opens a bank of texts by name. It may use the synonyms, related words and shared criteria of the shipped bank.
pub fn bank_from_texts<N: Into<String>, T: Into<String>>(texts: impl IntoIterator<Item = (N, T)>) -> Bank {
    Bank::new(Files::from_texts(texts, SHIPPED))
}
