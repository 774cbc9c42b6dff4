//! The input formats and their file extensions.

use std::path::{Path, PathBuf};

use super::compression::CompressionFormat;

/// The format of an input with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputFormat {
    /// One JSON object per line.
    Jsonl,
    /// Comma-separated values with a heading.
    Csv,
    /// Tab-separated values with a heading.
    Tsv,
    /// A Parquet file.
    Parquet,
}

impl InputFormat {
    /// The format that a file extension stands for, without `.gz` or `.zst`.
    pub fn by_name(path: &Path) -> Option<Self> {
        let bare = match CompressionFormat::by_extension(path) {
            Some(_) => path.with_extension(""),
            None => PathBuf::from(path),
        };
        let extension = bare.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}
