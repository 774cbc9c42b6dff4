//! The formats that several commands share.

use std::path::Path;

use clap::ValueEnum;

/// Output format of a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// Report for a terminal
    Text,
    /// Complete result
    Json,
    /// Report for a document
    Markdown,
    /// One row per answer
    Csv,
}

impl Format {
    /// The format for a file extension; `None` for an unknown extension.
    pub(in crate::cli) fn of_extension(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" | "jsonl" => Some(Self::Json),
            "md" | "markdown" => Some(Self::Markdown),
            "csv" => Some(Self::Csv),
            "txt" => Some(Self::Text),
            _ => None,
        }
    }
}

/// Output format of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ListFormat {
    /// Text for a terminal
    Text,
    /// JSON
    Json,
}

/// Input format of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RowFormat {
    /// One JSON object per line
    Jsonl,
    /// Comma-separated values
    Csv,
    /// Tab-separated values
    Tsv,
    /// Parquet file
    Parquet,
}
