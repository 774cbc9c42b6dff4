//! [`RunFolder`]: the folder next to an output, in which a run keeps its manifest, journals and results.
//!
//! A lock ensures that one process at a time uses the folder. Each journal and its results have a generation number: a run
//! with other rows starts a new generation, and older generations are kept until the output is complete.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use super::journal_reader::{JournalPosition, SavedResults};
use super::lock::{self, LOCK};
use super::manifest::{Manifest, Published, RunState};
use super::own_file;
use super::publish::{OutputEncoding, decompress, length_and_checksum_of, publish, stage};
use super::sink::{RunningChecksum, Sink};
use crate::error::{BatchError, disk_error};
use crate::input::InputDigest;

const MANIFEST: &str = "manifest.json";
const JOURNAL: &str = "journal";
const RESULTS: &str = "results";
/// Results that were decompressed from the output.
const DECOMPRESSED: &str = "unpacked";

/// Permissions to replace an existing file that has the name of the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExistingOutput {
    /// Replace results of other settings, and start again from the first row.
    pub restart: bool,
    /// Overwrite a file that was not written by a run, or that was changed afterwards.
    pub force: bool,
}

/// A locked run folder.
pub(crate) struct RunFolder<'c> {
    path: PathBuf,
    output: PathBuf,
    encoding: OutputEncoding<'c>,
    _lock: File,
}

impl<'c> RunFolder<'c> {
    /// Locks the run folder of `output`, and creates the folder if it does not exist.
    pub(crate) fn lock(output: &Path, encoding: OutputEncoding<'c>) -> Result<Self, BatchError> {
        if let Some(folder) = output.parent() {
            fs::create_dir_all(folder).map_err(disk_error("make the folder", folder))?;
        }
        let output = resolve_links(output, MAX_LINKS).map_err(disk_error("write", output))?;
        let path = folder_of(&output);
        match lock::acquire(&path)? {
            Some(lock) => Ok(Self { path, output, encoding, _lock: lock }),
            None => Err(BatchError::Busy { output }),
        }
    }

    /// Reads the manifest in the run folder of an output, without a lock. `None` if the run folder does not exist.
    pub(crate) fn read_manifest_of(output: &Path) -> Result<Option<Manifest>, BatchError> {
        let Ok(output) = resolve_links(output, MAX_LINKS) else { return Ok(None) };
        let path = folder_of(&output).join(MANIFEST);
        Manifest::read(&path)
    }

    /// Removes the folder if the lock is its only file.
    pub(crate) fn remove_if_unused(self) {
        let is_unused = fs::read_dir(&self.path).is_ok_and(|entries| {
            let names: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
            names == [LOCK]
        });
        if is_unused {
            // An error is ignored, because an empty run folder does not affect later runs.
            let _ = fs::remove_file(self.path.join(LOCK)).and_then(|()| fs::remove_dir(&self.path));
        }
    }

    pub(crate) fn output(&self) -> &Path {
        &self.output
    }

    /// The manifest of the earlier run; `None` in a new folder.
    ///
    /// # Errors
    /// When the manifest cannot be read, is damaged, or is missing although there are journals.
    pub(crate) fn manifest(&self) -> Result<Option<Manifest>, BatchError> {
        let path = self.path.join(MANIFEST);
        match Manifest::read(&path)? {
            None if self.has_journals().map_err(disk_error("read", &self.path))? => {
                Err(BatchError::ManifestMissing { path })
            }
            manifest => Ok(manifest),
        }
    }

    fn has_journals(&self) -> io::Result<bool> {
        let mut has_journals = false;
        for entry in fs::read_dir(&self.path)? {
            has_journals |= generation_of(&entry?.path(), JOURNAL).is_some();
        }
        Ok(has_journals)
    }

    /// Writes the manifest.
    pub(crate) fn save(&self, manifest: &Manifest) -> Result<(), BatchError> {
        let path = self.path.join(MANIFEST);
        manifest.write(&path).map_err(disk_error("write", &path))
    }

    /// The journal and the results of a generation. If the results were moved to the output, the output is used; a
    /// compressed output is decompressed first.
    pub(crate) fn saved_results(&self, generation: u32) -> Result<SavedResults, BatchError> {
        let (journal, results) = self.generation_files(generation);
        if results.exists() {
            return Ok(SavedResults { journal, results });
        }
        match self.encoding.compression {
            Some(compression) if self.encoding.is_compressed_text() && journal.exists() => {
                let results = self.path.join(DECOMPRESSED);
                decompress(&self.output, &results, compression).map_err(disk_error("unpack", &self.output))?;
                Ok(SavedResults { journal, results })
            }
            _ => Ok(SavedResults { journal, results: self.output.clone() }),
        }
    }

    /// The paths of the journal and the results of a generation.
    fn generation_files(&self, generation: u32) -> (PathBuf, PathBuf) {
        let file = |name: &str| self.path.join(format!("{name}.{generation}"));
        (file(JOURNAL), file(RESULTS))
    }

    /// Whether the earlier run was not completed, so that its results can be truncated and continued.
    pub(crate) fn has_unfinished_results(&self, manifest: &Manifest) -> bool {
        manifest.state == RunState::Running && self.generation_files(manifest.generation).1.exists()
    }

    /// Whether the output exists and has the content that the earlier run wrote, or was about to write.
    pub(crate) fn is_output_unchanged(&self, manifest: &Manifest) -> Result<bool, BatchError> {
        self.is_output_one_of(&[manifest.published, manifest.publishing])
    }

    /// Length and checksum of the output file; `None` if it does not exist.
    pub(crate) fn existing_output(&self) -> Result<Option<Published>, BatchError> {
        let reading = || disk_error("read", &self.output);
        self.output.exists().then(|| length_and_checksum_of(&self.output).map_err(reading())).transpose()
    }

    /// Whether the output exists and has one of these lengths and checksums.
    fn is_output_one_of(&self, known: &[Option<Published>]) -> Result<bool, BatchError> {
        let Ok(metadata) = fs::metadata(&self.output) else { return Ok(false) };
        // The checksum is computed only if a length is equal, because the output may be large.
        let candidates = known.iter().copied().flatten();
        let candidates: Vec<Published> = candidates.filter(|known| known.bytes == metadata.len()).collect();
        if candidates.is_empty() {
            return Ok(false);
        }
        let found = length_and_checksum_of(&self.output).map_err(disk_error("read", &self.output))?;
        Ok(candidates.contains(&found))
    }

    /// Fails if the output exists and must not be replaced.
    pub(crate) fn check_output(&self, manifest: &Manifest) -> Result<(), BatchError> {
        let replaceable = [manifest.published, manifest.publishing, manifest.replaces];
        if !self.output.exists() || self.is_output_one_of(&replaceable)? {
            return Ok(());
        }
        let output = self.output.clone();
        Err(match manifest.published {
            None => BatchError::OutputExists { output },
            Some(_) => BatchError::OutputChanged { output },
        })
    }

    /// Starts the generation of the manifest without results.
    pub(crate) fn start_generation(&self, manifest: &Manifest) -> Result<Sink<'static>, BatchError> {
        // The manifest is written first, so that there is never a journal without a manifest.
        self.save(manifest)?;
        let (journal, results) = self.generation_files(manifest.generation);
        let create = |path: &Path| own_file::create(path).map_err(disk_error("write", path));
        let mut sink = Sink::to_files(create(&results)?, create(&journal)?, RunningChecksum::default());
        let head = manifest.layout.head.as_bytes();
        sink.write_head(head).and_then(|()| sink.sync()).map_err(disk_error("write", &results))?;
        Ok(sink)
    }

    /// Continues unfinished results: truncates journal and results at `end`. `checksum` is that of the remaining results.
    pub(crate) fn continue_generation(
        saved: &SavedResults,
        end: JournalPosition,
        checksum: RunningChecksum,
    ) -> Result<Sink<'static>, BatchError> {
        let open = |path: &Path, length: u64| -> io::Result<File> {
            let mut file = own_file::open_to_write(path)?;
            file.set_len(length)?;
            file.seek(io::SeekFrom::End(0))?;
            Ok(file)
        };
        let results = open(&saved.results, end.results).map_err(disk_error("write", &saved.results))?;
        let journal = open(&saved.journal, end.journal).map_err(disk_error("write", &saved.journal))?;
        Ok(Sink::to_files(results, journal, checksum))
    }

    /// Starts the generation of the manifest with a copy of saved results up to `end`. `checksum` is that of the copied
    /// results.
    pub(crate) fn copy_generation(
        &self,
        manifest: &Manifest,
        saved: &SavedResults,
        end: JournalPosition,
        checksum: RunningChecksum,
    ) -> Result<Sink<'static>, BatchError> {
        let (journal, results) = self.generation_files(manifest.generation);
        let copy = |from: &Path, to: &Path, length: u64| -> io::Result<File> {
            let mut file = own_file::create(to)?;
            io::copy(&mut own_file::open(from)?.take(length), &mut file)?;
            Ok(file)
        };
        let copied_results = copy(&saved.results, &results, end.results).map_err(disk_error("write", &results))?;
        let copied_journal = copy(&saved.journal, &journal, end.journal).map_err(disk_error("write", &journal))?;
        let sink = Sink::to_files(copied_results, copied_journal, checksum);
        sink.sync().map_err(disk_error("write", &results))?;
        self.save(manifest)?;
        Ok(sink)
    }

    /// Completes a run: moves the results to the output, records that in the manifest, and removes older generations. After
    /// a crash, a second call continues. `checksum` is that of the results.
    pub(crate) fn complete(
        &self,
        manifest: &mut Manifest,
        input: InputDigest,
        results: u64,
        checksum: &RunningChecksum,
    ) -> Result<(), BatchError> {
        let (_, file) = self.generation_files(manifest.generation);
        let is_published = manifest.state != RunState::Running && self.output.exists();
        if file.exists() && !is_published {
            self.check_output(manifest)?;
            let staged = stage(&file, &manifest.layout, self.encoding, checksum.published());
            let staged = staged.map_err(disk_error("write", &self.output))?;
            manifest.publishing = Some(staged.published);
            self.save(manifest)?;
            publish(&staged, &self.output).map_err(disk_error("write", &self.output))?;
            if self.encoding.is_compressed_text() {
                fs::remove_file(&file).map_err(disk_error("remove", &file))?;
            }
        }
        manifest.published = manifest.publishing.take().or(manifest.published);
        manifest.state = RunState::Complete { input, results };
        manifest.earlier_generations.clear();
        manifest.replaces = None;
        self.save(manifest)?;
        self.remove_other_generations(manifest.generation).map_err(disk_error("tidy", &self.path))
    }

    fn remove_other_generations(&self, generation: u32) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            let found = generation_of(&path, JOURNAL).or(generation_of(&path, RESULTS));
            if found.is_some_and(|found| found != generation) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

impl Drop for RunFolder<'_> {
    fn drop(&mut self) {
        // An error is ignored: the file is only a copy, and the next run creates it again.
        let _ = fs::remove_file(self.path.join(DECOMPRESSED));
    }
}

/// The generation in the name of a file, such as 2 for `journal.2` if `kind` is `journal`; `None` for other files.
fn generation_of(path: &Path, kind: &str) -> Option<u32> {
    path.file_name()?.to_str()?.strip_prefix(kind)?.strip_prefix('.')?.parse().ok()
}

/// The path of the run folder of an output: the path of the output with `.gradus` appended.
pub fn folder_of(output: &Path) -> PathBuf {
    let mut name = output.file_name().unwrap_or_default().to_owned();
    name.push(".gradus");
    output.with_file_name(name)
}

/// The most links that are followed. A path with more links is probably a cycle of links.
const MAX_LINKS: u32 = 16;

/// The absolute path of the file that an output leads to through links. The run replaces that file, so links stay links.
fn resolve_links(output: &Path, max_links: u32) -> io::Result<PathBuf> {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let (Ok(target), true) = (fs::read_link(output), max_links > 0) {
        return resolve_links(&folder.join(target), max_links - 1);
    }
    let name =
        output.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it does not name a file"))?;
    Ok(fs::canonicalize(folder)?.join(name))
}
