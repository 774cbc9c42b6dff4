//! Results become the output: moved there, packed, or converted.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::manifest::{Published, sync_folder};
use super::own_file;
use super::sink::Written;
use crate::input::Packing;

/// Converts results to what the output shall hold, where that is no text.
pub type Convert<'c> = dyn Fn(File, File) -> io::Result<()> + 'c;

/// How the output is stored.
#[derive(Clone, Copy)]
pub struct Stored<'c> {
    pub(crate) packing: Option<Packing>,
    pub(crate) convert: Option<&'c Convert<'c>>,
}

impl<'c> Stored<'c> {
    /// As the name of the output tells; `convert` is what it needs where it is no text.
    pub fn of(output: &Path, convert: Option<&'c Convert<'c>>) -> Self {
        Self { packing: Packing::of(output), convert }
    }

    /// Whether the output holds results packed, so that they can be had back from there.
    pub(super) fn is_packed(self) -> bool {
        self.packing.is_some() && self.convert.is_none()
    }

    /// Whether the output holds results as they are.
    pub(super) fn is_plain(self) -> bool {
        self.packing.is_none() && self.convert.is_none()
    }
}

/// What is to be moved to the place of the output.
pub(super) struct Staged {
    file: PathBuf,
    pub(super) published: Published,
}

/// Makes results what the output shall hold; `written` is what they are themselves.
pub(super) fn stage(results: &Path, stored: Stored<'_>, written: (u64, u32)) -> io::Result<Staged> {
    if stored.is_plain() {
        let published = Published { bytes: written.0, checksum: written.1 };
        return Ok(Staged { file: results.to_owned(), published });
    }
    let staged = results.with_file_name("staged");
    let file = own_file::create(&staged)?;
    match (stored.convert, stored.packing) {
        (Some(convert), _) => convert(own_file::open(results)?, file.try_clone()?)?,
        (None, Some(packing)) => pack(own_file::open(results)?, &file, packing)?,
        (None, None) => {}
    }
    file.sync_all()?;
    Ok(Staged { published: sum_of(&staged)?, file: staged })
}

/// Moves it there.
pub(super) fn publish(staged: &Staged, output: &Path) -> io::Result<()> {
    fs::rename(&staged.file, output)?;
    sync_folder(output.parent().unwrap_or(Path::new(".")))
}

/// What stands in a file, in short.
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

fn pack(mut from: File, to: &File, packing: Packing) -> io::Result<()> {
    match packing {
        Packing::Gzip => {
            let mut packer = GzEncoder::new(io::BufWriter::new(to), Compression::default());
            io::copy(&mut from, &mut packer)?;
            packer.finish()?.flush()
        }
        Packing::Zstd => {
            let mut packer = zstd::stream::write::Encoder::new(to, zstd::DEFAULT_COMPRESSION_LEVEL)?;
            io::copy(&mut from, &mut packer)?;
            packer.finish()?.flush()
        }
    }
}

/// Gets results back out of a packed output, into a file beside the journal.
pub(super) fn unpack(output: &Path, unpacked: &Path, packing: Packing) -> io::Result<()> {
    let packed = match File::open(output) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut reader: Box<dyn Read> = match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(packed)),
        Packing::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
    };
    let mut written = own_file::create(unpacked)?;
    // What cannot be unpacked to its end is told by the journal, as anything else that was touched.
    match io::copy(&mut reader, &mut written) {
        Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(error),
        _ => Ok(()),
    }
}
