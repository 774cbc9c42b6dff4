//! Reads text that is typed or pasted at the terminal.
//!
//! A terminal in its usual (canonical) mode silently drops the bytes of a line after the first 4,095. So this module
//! edits lines itself: `line_editor` decides the effect of each byte, `typing` owns the terminal.

mod line_editor;
mod typing;

pub(super) use typing::{Interrupted, Restore, exit_on_signal, read_typed};
