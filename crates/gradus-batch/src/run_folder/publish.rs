//! Turns complete results into the output: moves, compresses or converts them.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::manifest::{Published, ResultSettings};
use super::own_file;
use super::sink::RunningChecksum;
use crate::atomic_file::move_into_place;
use crate::input::CompressionFormat;

/// Converts the results in the first file to a format that is not text, and writes them to the second file. The settings
/// describe the results.
pub type ConvertResults<'c> = dyn Fn(&ResultSettings, File, File) -> io::Result<()> + 'c;

/// How the results are stored in the output.
#[derive(Clone, Copy)]
pub struct OutputEncoding<'c> {
    pub(crate) compression: Option<CompressionFormat>,
    pub(crate) convert: Option<&'c ConvertResults<'c>>,
}

impl<'c> OutputEncoding<'c> {
    /// Compressed according to the file extension of the output; `convert` is given for formats that are not text.
    pub fn of(output: &Path, convert: Option<&'c ConvertResults<'c>>) -> Self {
        Self { compression: CompressionFormat::by_extension(output), convert }
    }

    /// Whether the output has the results as compressed text, from which they can be decompressed again.
    pub(super) fn is_compressed_text(self) -> bool {
        self.compression.is_some() && self.convert.is_none()
    }

    /// Whether the output has the same bytes as the results.
    fn is_plain_text(self) -> bool {
        self.compression.is_none() && self.convert.is_none()
    }
}

/// A complete output in the run folder.
pub(super) struct Staged {
    file: PathBuf,
    /// Length and checksum of the output.
    pub(super) published: Published,
}

/// Prepares the complete output in the run folder. `written` has the length and checksum of the results.
pub(super) fn stage(
    results: &Path,
    settings: &ResultSettings,
    encoding: OutputEncoding<'_>,
    written: Published,
) -> io::Result<Staged> {
    if encoding.is_plain_text() {
        return Ok(Staged { file: results.to_owned(), published: written });
    }
    let staged = results.with_file_name("staged");
    let file = own_file::create(&staged)?;
    match (encoding.convert, encoding.compression) {
        (Some(convert), _) => convert(settings, own_file::open(results)?, file.try_clone()?)?,
        (None, Some(compression)) => compress(own_file::open(results)?, &file, compression)?,
        (None, None) => {}
    }
    file.sync_all()?;
    Ok(Staged { published: length_and_checksum_of(&staged)?, file: staged })
}

/// Replaces the output with the complete output.
pub(super) fn publish(staged: &Staged, output: &Path) -> io::Result<()> {
    move_into_place(&staged.file, output)
}

pub(super) fn length_and_checksum_of(path: &Path) -> io::Result<Published> {
    let (mut file, mut sum, mut buffer) = (File::open(path)?, RunningChecksum::default(), vec![0; 1 << 18]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(sum.published());
        }
        sum.add(&buffer[..read]);
    }
}

fn compress(mut from: File, to: &File, compression: CompressionFormat) -> io::Result<()> {
    match compression {
        CompressionFormat::Gzip => {
            let mut encoder = GzEncoder::new(io::BufWriter::new(to), Compression::default());
            io::copy(&mut from, &mut encoder)?;
            encoder.finish()?.flush()
        }
        CompressionFormat::Zstd => {
            let mut encoder = zstd::stream::write::Encoder::new(to, zstd::DEFAULT_COMPRESSION_LEVEL)?;
            io::copy(&mut from, &mut encoder)?;
            encoder.finish()?.flush()
        }
    }
}

/// Decompresses the results in an output into the file `results`. Without an output, no file is written.
pub(super) fn decompress(output: &Path, results: &Path, compression: CompressionFormat) -> io::Result<()> {
    let compressed = match File::open(output) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut reader: Box<dyn Read> = match compression {
        CompressionFormat::Gzip => Box::new(MultiGzDecoder::new(compressed)),
        CompressionFormat::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(compressed)?),
    };
    let mut file = own_file::create(results)?;
    // Other errors are ignored: results that are missing or damaged do not have the checksums in the journal.
    match io::copy(&mut reader, &mut file) {
        Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(error),
        _ => Ok(()),
    }
}
