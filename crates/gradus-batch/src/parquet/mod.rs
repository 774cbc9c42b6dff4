//! Parquet tables: rows of requested columns, and CSV tables written as Parquet.
//!
//! Reading holds no more of a file than the pages in use; writing streams row groups. Neither needs Arrow, and neither
//! trusts the file.

mod cell;
mod column;
mod footer;
mod iso;
mod nested;
mod pages;
mod read;
mod read_error;
mod shape;
#[cfg(test)]
mod tests;
mod write;

pub(super) use cell::Cell;
pub(super) use read::{Rows, Table};
pub use read_error::ReadError;
pub use write::{ColumnType, WriteError, from_csv};
