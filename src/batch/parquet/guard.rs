//! A fence around the Parquet crate, which asserts where it might report: a panic on a damaged file
//! comes back as an error, and prints nothing.
//!
//! The hook that keeps quiet is put in once, before the one that was there, and asks the thread.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::read::ReadError;

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Does `work`; if it panics, says what the panic said. What `work` has changed is then not to be used.
pub(in crate::batch) fn guarded<T>(work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    quiet_once();
    let before = IS_GUARDED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(before);
    outcome.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(ReadError::Damaged { reason: said.unwrap_or("its parts contradict each other").to_owned() })
    })
}

fn quiet_once() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IS_GUARDED.get() {
                before(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_becomes_an_error() {
        let error = guarded::<()>(|| panic!("level {} is too deep", 3)).expect_err("a panic");
        assert_eq!(error.to_string(), "the Parquet file is damaged: level 3 is too deep");
        assert!(!IS_GUARDED.get());
    }
}
