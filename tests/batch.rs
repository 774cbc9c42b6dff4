//! Tests of `gradus batch`: input, output, resuming and interruption.

mod bad_rows;
mod formats;
mod interrupts;
mod invalid_input;
mod pipes;
mod questions;
mod resume;
mod rows;
mod shards;
mod terminal;
