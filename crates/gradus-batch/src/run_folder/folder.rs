//! The folder beside an output: it has the manifest, the journals and the results of a run, and one process at a time
//! uses it.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use super::lock::{self, LOCK};
use super::manifest::{Manifest, Published, State};
use super::own_file;
use super::publish::{OutputEncoding, publish, stage, sum_of, unpack};
use super::replay::{Place, Source};
use super::sink::{Sink, Written};
use crate::error::{BatchError, disk_error};
use crate::input::InputDigest;

const MANIFEST: &str = "manifest.json";
const JOURNAL: &str = "journal";
const RESULTS: &str = "results";
/// Results that were unpacked from a compressed output.
const UNPACKED: &str = "unpacked";

/// What may be done with a file that has the name of the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Existing {
    /// Replace results of other settings and start again from the first row.
    pub restart: bool,
    /// Overwrite a file that no run wrote, or that was changed since.
    pub force: bool,
}

/// A run's folder. No other process uses it at the same time.
pub(crate) struct RunFolder<'c> {
    path: PathBuf,
    output: PathBuf,
    encoding: OutputEncoding<'c>,
    _lock: File,
}

impl<'c> RunFolder<'c> {
    /// Locks the folder of `output`, and makes it if it is missing.
    pub(crate) fn lock(output: &Path, encoding: OutputEncoding<'c>) -> Result<Self, BatchError> {
        if let Some(folder) = output.parent() {
            fs::create_dir_all(folder).map_err(disk_error("make the folder", folder))?;
        }
        let output = real(output, LINKS).map_err(disk_error("write", output))?;
        let path = beside(&output);
        match lock::take(&path)? {
            Some(lock) => Ok(Self { path, output, encoding, _lock: lock }),
            None => Err(BatchError::Busy { output }),
        }
    }

    /// Reads the manifest beside an output without locking anything; `None` where there is none.
    pub(crate) fn peek(output: &Path) -> Result<Option<Manifest>, BatchError> {
        let Ok(output) = real(output, LINKS) else { return Ok(None) };
        let path = beside(&output).join(MANIFEST);
        Manifest::read(&path)
    }

    /// Removes the folder if it holds only the lock.
    pub(crate) fn remove_if_unused(self) {
        let is_bare = fs::read_dir(&self.path).is_ok_and(|entries| {
            let names: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
            names == [LOCK]
        });
        if is_bare {
            // An empty folder that stays does no harm.
            let _ = fs::remove_file(self.path.join(LOCK)).and_then(|()| fs::remove_dir(&self.path));
        }
    }

    pub(crate) fn output(&self) -> &Path {
        &self.output
    }

    /// The manifest of the run that left this folder; `None` for a new folder.
    pub(crate) fn manifest(&self) -> Result<Option<Manifest>, BatchError> {
        let path = self.path.join(MANIFEST);
        match Manifest::read(&path)? {
            None if self.has_journals().map_err(disk_error("read", &self.path))? => {
                Err(BatchError::ManifestMissing { path })
            }
            found => Ok(found),
        }
    }

    fn has_journals(&self) -> io::Result<bool> {
        let mut found = false;
        for entry in fs::read_dir(&self.path)? {
            found |= generation_of(&entry?.path(), JOURNAL).is_some();
        }
        Ok(found)
    }

    pub(crate) fn save(&self, manifest: &Manifest) -> Result<(), BatchError> {
        let path = self.path.join(MANIFEST);
        manifest.write(&path).map_err(disk_error("write", &path))
    }

    /// The journal of a number and its results: the unfinished ones, or the output.
    pub(crate) fn source(&self, generation: u32) -> Result<Source, BatchError> {
        let (journal, results) = self.files(generation);
        if results.exists() {
            return Ok(Source { journal, data: results });
        }
        match self.encoding.compression {
            Some(compression) if self.encoding.is_packed() && journal.exists() => {
                let unpacked = self.path.join(UNPACKED);
                unpack(&self.output, &unpacked, compression).map_err(disk_error("unpack", &self.output))?;
                Ok(Source { journal, data: unpacked })
            }
            _ => Ok(Source { journal, data: self.output.clone() }),
        }
    }

    fn files(&self, generation: u32) -> (PathBuf, PathBuf) {
        let file = |name: &str| self.path.join(format!("{name}.{generation}"));
        (file(JOURNAL), file(RESULTS))
    }

    /// Whether the results are unfinished, so that they can be cut and continued.
    pub(crate) fn is_being_made(&self, manifest: &Manifest) -> bool {
        manifest.state == State::Running && self.files(manifest.generation).1.exists()
    }

    /// Whether the output exists and is what this run wrote, or was about to write.
    pub(crate) fn is_as_written(&self, known: &Manifest) -> Result<bool, BatchError> {
        let ours = [known.published, known.publishing];
        self.is_one_of(&ours)
    }

    /// Length and checksum of the file that has the name of the output; `None` where there is none.
    pub(crate) fn existing_output(&self) -> Result<Option<Published>, BatchError> {
        let found = self.output.exists().then(|| sum_of(&self.output).map_err(disk_error("read", &self.output)));
        found.transpose()
    }

    fn is_one_of(&self, wanted: &[Option<Published>]) -> Result<bool, BatchError> {
        let Ok(about) = fs::metadata(&self.output) else { return Ok(false) };
        let ours = wanted.iter().copied().flatten();
        let ours: Vec<Published> = ours.filter(|ours| ours.bytes == about.len()).collect();
        Ok(!ours.is_empty() && ours.contains(&sum_of(&self.output).map_err(disk_error("read", &self.output))?))
    }

    /// Refuses to continue if the output exists and may not be replaced.
    pub(crate) fn check_output(&self, known: &Manifest) -> Result<(), BatchError> {
        let allowed = [known.published, known.publishing, known.replaces];
        if !self.output.exists() || self.is_one_of(&allowed)? {
            return Ok(());
        }
        let output = self.output.clone();
        Err(match known.published {
            None => BatchError::OutputExists { output },
            Some(_) => BatchError::OutputChanged { output },
        })
    }

    /// Starts results of the manifest's number.
    pub(crate) fn begin(&self, manifest: &Manifest) -> Result<Sink<'static>, BatchError> {
        // First, so that there is never a journal without a manifest.
        self.save(manifest)?;
        let (journal, results) = self.files(manifest.generation);
        let create = |path: &Path| own_file::create(path).map_err(disk_error("write", path));
        let mut sink = Sink::to_files(create(&results)?, create(&journal)?, Written::default());
        let head = manifest.layout.head.as_bytes();
        sink.write_head(head).and_then(|()| sink.sync()).map_err(disk_error("write", &results))?;
        Ok(sink)
    }

    /// Continues unfinished results, after cutting off damaged ones at their end.
    pub(crate) fn resume(source: &Source, place: Place, sound: Written) -> Result<Sink<'static>, BatchError> {
        let open = |path: &Path, length: u64| -> io::Result<File> {
            let mut file = own_file::open_to_write(path)?;
            file.set_len(length)?;
            file.seek(io::SeekFrom::End(0))?;
            Ok(file)
        };
        let data = open(&source.data, place.data).map_err(disk_error("write", &source.data))?;
        let journal = open(&source.journal, place.journal).map_err(disk_error("write", &source.journal))?;
        Ok(Sink::to_files(data, journal, sound))
    }

    /// Starts results of the manifest's number with a copy of other results up to `place`.
    pub(crate) fn fork(
        &self,
        manifest: &Manifest,
        source: &Source,
        (place, sound): (Place, Written),
    ) -> Result<Sink<'static>, BatchError> {
        let (journal, results) = self.files(manifest.generation);
        let copy = |from: &Path, to: &Path, length: u64| -> io::Result<File> {
            let mut file = own_file::create(to)?;
            io::copy(&mut own_file::open(from)?.take(length), &mut file)?;
            Ok(file)
        };
        let data = copy(&source.data, &results, place.data).map_err(disk_error("write", &results))?;
        let journal = copy(&source.journal, &journal, place.journal).map_err(disk_error("write", &journal))?;
        let sink = Sink::to_files(data, journal, sound);
        sink.sync().map_err(disk_error("write", &results))?;
        self.save(manifest)?;
        Ok(sink)
    }

    /// Makes the results the output, unless that was done already, and removes older results.
    pub(crate) fn finish(
        &self,
        manifest: &mut Manifest,
        (input, results): (InputDigest, u64),
        written: &Written,
    ) -> Result<(), BatchError> {
        let (_, data) = self.files(manifest.generation);
        let is_written = manifest.state != State::Running && self.output.exists();
        if data.exists() && !is_written {
            self.check_output(manifest)?;
            let staged = stage(&data, self.encoding, written.sum()).map_err(disk_error("write", &self.output))?;
            manifest.publishing = Some(staged.published);
            self.save(manifest)?;
            publish(&staged, &self.output).map_err(disk_error("write", &self.output))?;
            if self.encoding.is_packed() {
                fs::remove_file(&data).map_err(disk_error("remove", &data))?;
            }
        }
        manifest.published = manifest.publishing.take().or(manifest.published);
        manifest.state = State::Complete { input, results };
        manifest.earlier_generations.clear();
        manifest.replaces = None;
        self.save(manifest)?;
        self.tidy(manifest.generation).map_err(disk_error("tidy", &self.path))
    }

    /// Removes all journals and results except those of one number.
    fn tidy(&self, generation: u32) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            let of = generation_of(&path, JOURNAL).or(generation_of(&path, RESULTS));
            if of.is_some_and(|of| of != generation) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

impl Drop for RunFolder<'_> {
    fn drop(&mut self) {
        // It can be unpacked again, and does no harm where it stays.
        let _ = fs::remove_file(self.path.join(UNPACKED));
    }
}

/// The number in the name of a journal or of results; `None` for other files.
fn generation_of(path: &Path, kind: &str) -> Option<u32> {
    path.file_name()?.to_str()?.strip_prefix(kind)?.strip_prefix('.')?.parse().ok()
}

/// The path of the run folder of an output.
pub fn beside(output: &Path) -> PathBuf {
    let mut name = output.file_name().unwrap_or_default().to_owned();
    name.push(".gradus");
    output.with_file_name(name)
}

/// Links that are followed; more are a circle.
const LINKS: u32 = 16;

/// The file that an output leads to through links, so that its links stay links.
fn real(output: &Path, links: u32) -> io::Result<PathBuf> {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let (Ok(target), true) = (fs::read_link(output), links > 0) {
        return real(&folder.join(target), links - 1);
    }
    let name =
        output.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it does not name a file"))?;
    Ok(fs::canonicalize(folder)?.join(name))
}
