//! `rhailab definitions`: writes what editors know about scripts into files.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::written;
use crate::cli::Status;
use crate::definitions::FILES;

/// Writes the files into a directory.
pub(crate) fn write(directory: &Path) -> Status {
    written::report(directory, files(directory))
}

fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(directory)?;
    let write = |(name, content): &(&str, fn() -> String)| {
        let path = directory.join(name);
        fs::write(&path, content()).map(|()| path)
    };
    FILES.iter().map(write).collect()
}
