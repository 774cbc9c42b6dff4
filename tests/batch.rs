//! `batch` from outside: every way in and out, and every way to be broken off.

mod bad_rows;
mod faults;
mod forms;
mod going_on;
mod killed;
mod parts;
mod pipes;
mod questions;
mod rows;
mod terminal;
