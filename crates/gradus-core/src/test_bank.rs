//! Banks for unit tests.

use std::sync::LazyLock;

use crate::bank::{Bank, BuiltIn, Files};
use crate::text::KnownWords;

/// The shipped bank, read from the sources.
pub(crate) fn shipped_bank() -> Bank {
    Bank::new(Files::of_built_in(built_in()))
}

/// Files that may use the shipped bank.
pub(crate) fn files_from_texts<N: Into<String>, T: Into<String>>(texts: impl IntoIterator<Item = (N, T)>) -> Files {
    Files::from_texts(texts, built_in())
}

fn built_in() -> BuiltIn {
    static WORDS: LazyLock<KnownWords> =
        LazyLock::new(|| KnownWords::of(gradus_testing::shipped_files().iter().map(|(_, text)| *text)));
    BuiltIn { files: gradus_testing::shipped_files(), words: WORDS.lines() }
}
