//! Rows of answers from wherever they stand: lines, tables, folders, packed or not.
//!
//! Reads forward only and holds one block at a time. Rows are taken apart by whoever grades them.

mod block;
mod error;
mod field_names;
mod file_name;
mod folder;
mod format;
mod json;
mod limits;
mod lines;
mod pipe;
mod records;
mod source;
mod stream;
mod table;
#[cfg(test)]
mod tests;

pub(super) use block::Block;
pub use error::InputError;
pub use format::InputFormat;
pub use pipe::Pipe;
pub use source::{Asked, Input, SummedUp};
pub(super) use stream::Packing;
