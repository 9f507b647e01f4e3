//! What commands that write files say about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::{Status, print, say};

/// Names the files that were written into a directory, one a line.
pub(crate) fn report(directory: &Path, files: io::Result<Vec<PathBuf>>) -> Status {
    match files {
        Ok(files) => {
            let lines: String = files.iter().map(|file| format!("{}\n", file.display())).collect();
            print(lines.as_bytes())
        }
        Err(error) => {
            say(&format!("error: the files cannot be written into {}: {error}", directory.display()));
            Status::Failure
        }
    }
}
