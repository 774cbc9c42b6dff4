//! Reasons why a Parquet file cannot be read, with their hints.

use std::io;

use parquet::errors::ParquetError;

/// The reason why a Parquet file cannot be read, or does not have the requested columns.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant explains its fields")]
pub enum ReadError {
    #[error("the Parquet file cannot be read: {0}")]
    File(#[from] io::Error),
    #[error("this is not a Parquet file: it does not end with the mark `PAR1`")]
    NotParquet,
    #[error("the Parquet file is encrypted")]
    Encrypted,
    /// The file contradicts itself, or cannot be decoded.
    #[error("the Parquet file is damaged: {reason}")]
    Damaged { reason: String },
    #[error("column {column:?} is compressed with {codec}")]
    Codec { column: String, codec: &'static str },
    /// `names` are all columns of the file.
    #[error("there is no column {name:?}")]
    NoColumn { name: String, names: Vec<String> },
    #[error("there are two columns {name:?}")]
    Twice { name: String },
}

impl ReadError {
    /// How to resolve the error, without names of flags or commands.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::File(_) | Self::NotParquet | Self::Encrypted | Self::Damaged { .. } => "write the file again",
            Self::Codec { .. } => "write it with Snappy, gzip, Zstandard or LZ4",
            Self::NoColumn { .. } => "name a column that the file has",
            Self::Twice { .. } => "rename one of the columns",
        }
    }
}

impl From<ParquetError> for ReadError {
    fn from(error: ParquetError) -> Self {
        let reason = match error {
            ParquetError::General(reason) | ParquetError::NYI(reason) | ParquetError::EOF(reason) => reason,
            other => other.to_string(),
        };
        Self::Damaged { reason }
    }
}
