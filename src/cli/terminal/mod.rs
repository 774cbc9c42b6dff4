//! Text typed or pasted at the terminal, read whole.
//!
//! A terminal in its usual (canonical) mode drops what goes beyond 4,095 bytes of a line and tells no one.
//! So lines are edited here: `line_editor` decides what each byte does, `typing` owns the terminal.

mod line_editor;
mod typing;

pub(super) use typing::{Interrupted, Restore, leave_on_signal, read_typed};
