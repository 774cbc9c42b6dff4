//! Turns a panic into a value that says where it happened and what it said, and prints nothing.
//!
//! The panic hook that keeps quiet is installed once, in front of the one before it, and only acts on threads that
//! are inside [`caught`].

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic that was caught: a fault of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panicked {
    /// The message of the panic.
    pub message: String,
    /// File and line of the code that panicked.
    pub location: Option<String>,
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.location.iter().try_for_each(|location| write!(f, " ({location})"))
    }
}

/// Does `work` and returns its panic as an error. Whatever `work` was changing may be half changed afterwards.
///
/// # Errors
/// When `work` panicked.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    keep_quiet();
    let before = IS_CAUGHT.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(before);
    outcome.map_err(|panic| Panicked { message: message(&*panic), location: LOCATION.take() })
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message").to_owned()
}

fn keep_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if IS_CAUGHT.get() {
                LOCATION.set(info.location().map(ToString::to_string));
            } else {
                before(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_place() {
        let panicked = caught(|| panic!("level {} is too deep", 3)).map(|()| "no panic").expect_err("a panic");
        assert_eq!(panicked.message, "level 3 is too deep");
        let location = panicked.location.as_deref().expect("a place");
        assert!(location.starts_with(file!()), "{location}");
        assert!(!IS_CAUGHT.get());
        assert_eq!(caught(|| 7), Ok(7));
    }

    #[test]
    fn a_panic_inside_another_catch_leaves_the_outer_one_in_place() {
        let outer = caught(|| {
            let inner = caught(|| panic!("inner"));
            assert!(inner.is_err());
            panic!("outer")
        });
        assert_eq!(outer.map(|()| "no panic").expect_err("a panic").message, "outer");
    }
}
