//! Turns a panic into a value with its message and, where the program reports panics here, its place in the code.
//!
//! A library must not replace the panic hook of the process. A program that wants the place, and nothing printed for a
//! panic that is caught here, calls [`note_panic`] from its own hook. Without that call the panic is still caught.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};

thread_local! {
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic that was caught: a fault of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panicked {
    /// The message of the panic.
    pub message: String,
    /// File and line of the code that panicked; `None` unless the program's panic hook calls [`note_panic`].
    pub location: Option<String>,
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.location.iter().try_for_each(|location| write!(f, " ({location})"))
    }
}

/// Runs `work` and returns its panic as an error. Values that `work` was changing may be half changed afterwards.
///
/// # Errors
/// When `work` panicked.
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    let before = IS_CAUGHT.replace(true);
    LOCATION.take();
    let outcome = catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(before);
    outcome.map_err(|panic| Panicked { message: message(&*panic), location: LOCATION.take() })
}

/// Notes where a panic happened if [`catch_panic`] will return it. The panic hook of a program calls this, and prints nothing
/// where it returns true.
///
/// ```
/// let before = std::panic::take_hook();
/// std::panic::set_hook(Box::new(move |info| {
///     if !gradus_batch::note_panic(info) {
///         before(info);
///     }
/// }));
/// let panicked = gradus_batch::catch_panic(|| panic!("no room")).unwrap_err();
/// assert!(panicked.location.is_some());
/// ```
pub fn note_panic(info: &PanicHookInfo<'_>) -> bool {
    let is_caught = IS_CAUGHT.get();
    if is_caught {
        LOCATION.set(info.location().map(ToString::to_string));
    }
    is_caught
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message").to_owned()
}

/// Makes the hook of this test process call [`note_panic`].
#[cfg(test)]
pub(crate) fn note_panics_in_tests() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !note_panic(info) {
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
        note_panics_in_tests();
        let panicked = catch_panic(|| panic!("level {} is too deep", 3)).map(|()| "no panic").expect_err("a panic");
        assert_eq!(panicked.message, "level 3 is too deep");
        let location = panicked.location.as_deref().expect("a place");
        assert!(location.starts_with(file!()), "{location}");
        assert!(!IS_CAUGHT.get());
        assert_eq!(catch_panic(|| 7), Ok(7));
    }

    #[test]
    fn a_panic_with_a_value_other_than_text_has_a_message() {
        note_panics_in_tests();
        let panicked = catch_panic(|| std::panic::panic_any(7)).map(|()| "no panic").expect_err("a panic");
        assert_eq!(panicked.message, "a panic without a message");
    }

    #[test]
    fn a_panic_inside_another_catch_leaves_the_outer_one_in_place() {
        let outer = catch_panic(|| {
            let inner = catch_panic(|| panic!("inner"));
            assert!(inner.is_err());
            panic!("outer")
        });
        assert_eq!(outer.map(|()| "no panic").expect_err("a panic").message, "outer");
    }
}
