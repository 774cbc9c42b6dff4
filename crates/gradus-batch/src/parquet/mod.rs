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
mod shape;
#[cfg(test)]
mod tests;
mod write;

pub(super) use cell::Cell;
pub use read::ReadError;
pub(super) use read::{Rows, Table};
pub use write::{ColumnType, WriteError, from_csv};
