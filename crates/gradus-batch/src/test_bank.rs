//! The shipped bank for unit tests.

use std::sync::LazyLock;

use gradus_core::bank::{Bank, BuiltIn, Files};
use gradus_core::text::KnownWords;

/// The shipped bank, read from the sources.
pub(crate) fn shipped_bank() -> Bank {
    static WORDS: LazyLock<KnownWords> =
        LazyLock::new(|| KnownWords::of(gradus_testing::shipped_files().iter().map(|(_, text)| *text)));
    Bank::new(Files::of_built_in(BuiltIn { files: gradus_testing::shipped_files(), words: WORDS.lines() }))
}
