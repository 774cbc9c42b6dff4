//! Rows from any input: JSON lines, tables, Parquet files and folders, compressed or not.
//!
//! Reads forward only and holds one block at a time. [`Input`] gives answers to the pipeline, which decodes them on its
//! threads; [`RecordReader`] gives records of any named columns one by one. Both share readers, limits and faults.

mod answers;
mod block;
mod compression;
mod error;
mod expected_columns;
mod fault;
mod field_names;
mod field_search;
mod file_name;
mod folder;
mod format;
mod front_matter;
mod json;
mod limits;
mod lines;
mod open;
#[cfg(feature = "parquet")]
mod parquet_rows;
mod pipe;
mod record;
mod record_reader;
mod records;
mod scalar;
mod stream;
mod table;
#[cfg(test)]
mod tests;

pub use answers::{Input, InputDigest};
pub(super) use block::Block;
pub(super) use compression::CompressionFormat;
pub use error::{InputError, InputFault};
pub use fault::{BadRow, RowFault};
pub use format::InputFormat;
pub use open::InputContext;
pub use pipe::Pipe;
pub(crate) use record::number;
pub use record::{Field, Record, RecordColumns};
pub(crate) use record_reader::read_all;
pub use record_reader::{FileColumns, ReadRows, RecordReader};
