//! What is typed. What it means is for `settings` and the commands.

mod commands;
mod evaluation;
mod values;

pub(super) use commands::*;
pub(super) use evaluation::{Calibrate, Eval, EvalFormat, RowColumns, Threshold};
pub(super) use values::score;
