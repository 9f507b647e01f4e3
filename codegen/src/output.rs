//! Writing generated files, and removing those that nothing generates any more.
//!
//! Owns the output directory. Must not know what the files hold.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use crate::diagnostic::Diagnostics;
use crate::emit::{File, MARK};

/// Why nothing, or not everything, was written.
#[derive(Debug)]
pub enum Error {
    /// The spec has problems.
    Spec(Diagnostics),
    /// A file or a directory of the output cannot be written.
    Write {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Writes the files below the directory. A file that is as it should be is left alone; a generated
/// file that is not among the given ones is removed.
///
/// # Errors
/// The first file that cannot be written.
pub fn write(files: &[File], directory: &Path) -> Result<(), Error> {
    let mut kept = HashSet::new();
    for file in files {
        let path = directory.join(&file.path);
        if fs::read(&path).is_ok_and(|content| content == file.content.as_bytes()) {
            kept.insert(path);
            continue;
        }
        let parent = path.parent().unwrap_or(directory);
        fs::create_dir_all(parent).map_err(|source| failed(parent, source))?;
        fs::write(&path, &file.content).map_err(|source| failed(&path, source))?;
        kept.insert(path);
    }
    remove_stale(directory, &kept)
}

/// Removes generated files that are not to be kept, and directories that are empty without them.
fn remove_stale(directory: &Path, kept: &HashSet<PathBuf>) -> Result<(), Error> {
    let entries = fs::read_dir(directory).map_err(|source| failed(directory, source))?;
    for entry in entries {
        let path = entry.map_err(|source| failed(directory, source))?.path();
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            remove_stale(&path, kept)?;
            // Fails where something is left, which then stays.
            let _ = fs::remove_dir(&path);
        } else if !kept.contains(&path)
            && path.extension().is_some_and(|extension| extension == "rs")
            && fs::read(&path).is_ok_and(|content| content.starts_with(MARK.as_bytes()))
        {
            fs::remove_file(&path).map_err(|source| failed(&path, source))?;
        }
    }
    Ok(())
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::Write { path: path.to_owned(), source }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spec(diagnostics) => diagnostics.fmt(f),
            Self::Write { path, .. } => write!(f, "cannot write {}", path.display()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Spec(_) => None,
            Self::Write { source, .. } => Some(source),
        }
    }
}
