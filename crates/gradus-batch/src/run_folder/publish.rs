//! Makes results the output: moves, compresses or converts them.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::manifest::Published;
use super::own_file;
use super::sink::Written;
use crate::atomic_file::move_into_place;
use crate::input::CompressionFormat;

/// Converts results, read from the first file, to an output format that is not text, written to the second.
pub type Convert<'c> = dyn Fn(File, File) -> io::Result<()> + 'c;

/// Compression and conversion of the output.
#[derive(Clone, Copy)]
pub struct OutputEncoding<'c> {
    pub(crate) compression: Option<CompressionFormat>,
    pub(crate) convert: Option<&'c Convert<'c>>,
}

impl<'c> OutputEncoding<'c> {
    /// The encoding that follows from the name of the output; `convert` is given for formats that are not text.
    pub fn of(output: &Path, convert: Option<&'c Convert<'c>>) -> Self {
        Self { compression: CompressionFormat::by_extension(output), convert }
    }

    /// Whether the output is compressed results, which can be unpacked again.
    pub(super) fn is_packed(self) -> bool {
        self.compression.is_some() && self.convert.is_none()
    }

    /// Whether the output is the results as they are.
    pub(super) fn is_plain(self) -> bool {
        self.compression.is_none() && self.convert.is_none()
    }
}

/// A complete output that is not in its place yet.
pub(super) struct Staged {
    file: PathBuf,
    pub(super) published: Published,
}

/// Makes a complete output of results; `written` is the length and the checksum of the results.
pub(super) fn stage(results: &Path, encoding: OutputEncoding<'_>, written: (u64, u32)) -> io::Result<Staged> {
    if encoding.is_plain() {
        let published = Published { bytes: written.0, checksum: written.1 };
        return Ok(Staged { file: results.to_owned(), published });
    }
    let staged = results.with_file_name("staged");
    let file = own_file::create(&staged)?;
    match (encoding.convert, encoding.compression) {
        (Some(convert), _) => convert(own_file::open(results)?, file.try_clone()?)?,
        (None, Some(compression)) => pack(own_file::open(results)?, &file, compression)?,
        (None, None) => {}
    }
    file.sync_all()?;
    Ok(Staged { published: sum_of(&staged)?, file: staged })
}

/// Moves a complete output to its place.
pub(super) fn publish(staged: &Staged, output: &Path) -> io::Result<()> {
    move_into_place(&staged.file, output)
}

/// Length and checksum of a file.
pub(super) fn sum_of(path: &Path) -> io::Result<Published> {
    let (mut file, mut sum, mut buffer) = (File::open(path)?, Written::default(), vec![0; 1 << 18]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            let (bytes, checksum) = sum.sum();
            return Ok(Published { bytes, checksum });
        }
        sum.add(&buffer[..read]);
    }
}

fn pack(mut from: File, to: &File, compression: CompressionFormat) -> io::Result<()> {
    match compression {
        CompressionFormat::Gzip => {
            let mut packer = GzEncoder::new(io::BufWriter::new(to), Compression::default());
            io::copy(&mut from, &mut packer)?;
            packer.finish()?.flush()
        }
        CompressionFormat::Zstd => {
            let mut packer = zstd::stream::write::Encoder::new(to, zstd::DEFAULT_COMPRESSION_LEVEL)?;
            io::copy(&mut from, &mut packer)?;
            packer.finish()?.flush()
        }
    }
}

/// Unpacks results from a compressed output into a file beside the journal; an output that is missing has none.
pub(super) fn unpack(output: &Path, unpacked: &Path, compression: CompressionFormat) -> io::Result<()> {
    let packed = match File::open(output) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut reader: Box<dyn Read> = match compression {
        CompressionFormat::Gzip => Box::new(MultiGzDecoder::new(packed)),
        CompressionFormat::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
    };
    let mut written = own_file::create(unpacked)?;
    // Where unpacking fails, the journal shows what is missing, as for any other output that was changed.
    match io::copy(&mut reader, &mut written) {
        Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(error),
        _ => Ok(()),
    }
}
