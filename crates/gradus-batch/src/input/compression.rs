//! The compression formats of files, known by file extension or by first bytes.

use std::io;
use std::path::Path;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// The compression format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CompressionFormat {
    Gzip,
    Zstd,
}

/// The error of compressed data that cannot be unpacked.
#[derive(Debug, thiserror::Error)]
#[error("its compressed data is damaged: {0}")]
pub(super) struct DamagedData(pub(super) io::Error);

impl CompressionFormat {
    /// The format that the first bytes of a file show.
    pub(super) fn by_first_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(GZIP) {
            Some(Self::Gzip)
        } else if bytes.starts_with(ZSTD) {
            Some(Self::Zstd)
        } else {
            None
        }
    }

    /// The format that the file extension names.
    pub(crate) fn by_extension(path: &Path) -> Option<Self> {
        let extension = path.extension()?;
        if extension.eq_ignore_ascii_case("gz") {
            Some(Self::Gzip)
        } else if extension.eq_ignore_ascii_case("zst") {
            Some(Self::Zstd)
        } else {
            None
        }
    }
}
