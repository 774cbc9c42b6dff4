//! A folder that cannot be read, even by the superuser, for whom permissions do not hold.

use std::path::{Path, PathBuf};
use std::{fs, io, iter};

/// Bytes in the name of each nested folder; at most 255.
const NAME_BYTES: usize = 200;
/// Nested folders whose paths together are shorter than the longest path, which has 4,096 bytes on Linux and 1,024 on
/// macOS.
const HALF: usize = if cfg!(target_os = "linux") { 15 } else { 3 };

/// Creates `folder` with nested folders whose paths are longer than the system allows, so that reading one of them fails.
///
/// # Errors
/// When a folder cannot be created.
pub fn create_unreadable_folder(folder: &Path) -> io::Result<()> {
    let names = || iter::repeat_n("x".repeat(NAME_BYTES), HALF);
    let (upper, lower) = (folder.join(names().collect::<PathBuf>()), folder.with_extension("lower"));
    fs::create_dir_all(&upper)?;
    fs::create_dir_all(lower.join(names().collect::<PathBuf>()))?;
    // A move of the lower half needs no path that is too long.
    fs::rename(&lower, upper.join("lower"))
}
