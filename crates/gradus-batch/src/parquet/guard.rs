//! A fence around the Parquet crate, which asserts where it might report: a panic on a damaged file
//! comes back as an error, and prints nothing.

use super::read::ReadError;
use crate::caught::caught;

/// Does `work`; if it panics, says what the panic said. What `work` has changed is then not to be used.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    caught(work).unwrap_or_else(|panicked| Err(ReadError::Damaged { reason: panicked.message }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_becomes_an_error() {
        let error = guarded::<()>(|| panic!("level {} is too deep", 3)).expect_err("a panic");
        assert_eq!(error.to_string(), "the Parquet file is damaged: level 3 is too deep");
    }
}
