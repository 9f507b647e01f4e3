//! Scripts on disk: those of the repository, and those that a test writes into a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder that goes away with the test.
#[derive(Debug)]
pub struct Folder {
    directory: TempDir,
}

impl Folder {
    /// An empty folder.
    ///
    /// # Panics
    ///
    /// When it cannot be made.
    #[must_use]
    pub fn new() -> Self {
        Self { directory: TempDir::new().unwrap_or_else(|error| panic!("a folder cannot be made: {error}")) }
    }

    /// The folder's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file and answers its path.
    ///
    /// # Panics
    ///
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text)
            .unwrap_or_else(|error| panic!("{} cannot be written: {error}", path.display()));
        path
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

/// The repository's root.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The text of one of the repository's examples.
///
/// # Panics
///
/// When it cannot be read.
#[must_use]
pub fn example(name: &str) -> String {
    let path = repository().join("examples").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

/// The same script with pauses of a hundredth of a second instead of a second, its own and those of `wait`.
///
/// # Panics
///
/// When the script has no such pause: then the test would run something else than it says.
#[must_use]
pub fn without_pauses(script: &str) -> String {
    let quick = script
        .replace("sleep(1)", "sleep(0.01)")
        .replace("wait()", r#"wait(#{poll: "10ms"})"#)
        .replace("wait(#{timeout", r#"wait(#{poll: "10ms", timeout"#)
        .replace(", #{timeout", r#", #{poll: "10ms", timeout"#);
    assert!(quick != script, "the script has no pause:\n{script}");
    quick
}
