//! Parquet tables: the columns somebody wants, row by row, and a CSV table written as Parquet.
//!
//! `read` gives rows of cells from a file and holds no more of it than the pages at hand, `write`
//! streams a CSV table into row groups. Neither needs Arrow, and neither trusts the file.

mod cell;
mod column;
mod footer;
mod guard;
mod iso;
mod nested;
mod pages;
mod read;
mod rows;
mod shape;
#[cfg(test)]
mod tests;
mod write;

pub(super) use cell::Cell;
pub(super) use read::{ReadError, Rows, Table};
pub(super) use rows::ParquetReader;
pub use write::{Kind, WriteError, from_csv};
