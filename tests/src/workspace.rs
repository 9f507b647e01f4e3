//! A copy of this repository that a test changes and builds. It lies below the target directory and stays
//! there, so that the next run builds only what has changed since.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::{Outcome, run_within};
use crate::scripts::repository;

/// How long a build may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(1800);

/// The repository's links: what packages take along from outside their own directories.
const LINKS: [(&str, &str); 2] = [("client/spec", "../spec"), ("repl/examples", "../examples")];

/// The copy.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
    build: PathBuf,
}

impl Workspace {
    /// Brings the copy of this name up to date, with these files in place of, or beside, the repository's own.
    /// `scratch` is `env!("CARGO_TARGET_TMPDIR")` of the test.
    ///
    /// # Panics
    ///
    /// When something cannot be read or written.
    #[must_use]
    pub fn copy(scratch: &str, name: &str, changed: &[(&str, String)]) -> Self {
        let scratch = Path::new(scratch);
        let build = scratch.parent().unwrap_or(scratch).to_owned();
        let copy = Self { root: scratch.join(name), target: scratch.join(format!("{name}-target")), build };
        copy.update(name, changed)
            .unwrap_or_else(|error| panic!("{} cannot be brought up to date: {error}", copy.root.display()));
        copy
    }

    /// Runs Cargo in the copy, with the registry's crates as the running test's own build left them.
    #[must_use]
    pub fn cargo(&self, args: &[&str]) -> Outcome {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .current_dir(&self.root)
            .args(args)
            .args(["--offline", "--color", "never"])
            .args((!cfg!(debug_assertions)).then_some("--release"))
            // What is built on the way is shared; what comes out of it, such as the binary, is not.
            .env("CARGO_BUILD_BUILD_DIR", &self.build)
            .env("CARGO_TARGET_DIR", &self.target);
        run_within(&mut command, PATIENCE)
    }

    /// Where Cargo leaves a binary, or an example with `examples/` in front.
    #[must_use]
    pub fn built(&self, name: &str) -> PathBuf {
        self.target.join(if cfg!(debug_assertions) { "debug" } else { "release" }).join(name)
    }

    fn update(&self, name: &str, changed: &[(&str, String)]) -> io::Result<()> {
        let mut present = BTreeSet::new();
        for file in files_below(repository())? {
            let mut bytes = fs::read(repository().join(&file))?;
            if file == Path::new("Cargo.toml") {
                bytes = with_version_of_its_own(&bytes, name);
            }
            match changed.iter().find(|(path, _)| Path::new(path) == file) {
                Some((_, text)) => write_if_different(&self.root.join(&file), text.as_bytes())?,
                None => write_if_different(&self.root.join(&file), &bytes)?,
            }
            present.insert(file);
        }
        for (path, text) in changed {
            write_if_different(&self.root.join(path), text.as_bytes())?;
            present.insert(PathBuf::from(path));
        }
        for file in files_below(&self.root)? {
            if !present.contains(&file) {
                fs::remove_file(self.root.join(file))?;
            }
        }
        for (link, target) in LINKS {
            let link = self.root.join(link);
            if link.symlink_metadata().is_err() {
                std::os::unix::fs::symlink(target, link)?;
            }
        }
        Ok(())
    }
}

/// Cargo tells packages apart by name, version and place in the workspace. With the same version it would
/// take the copy's packages for the repository's own, and each build would spoil the other's.
fn with_version_of_its_own(manifest: &[u8], name: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(manifest);
    let (before, package) = text
        .split_once("\n[workspace.package]\nversion = \"")
        .unwrap_or_else(|| panic!("the workspace's version does not stand where it is looked for"));
    let (version, after) = package.split_once('"').unwrap_or((package, ""));
    let name = name.replace('_', "-");
    format!("{before}\n[workspace.package]\nversion = \"{version}+{name}\"{after}").into_bytes()
}

/// The paths of all files below a directory, without what version control and Cargo keep there.
fn files_below(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut left = vec![PathBuf::new()];
    while let Some(inner) = left.pop() {
        let path = directory.join(&inner);
        // Cargo and other tools mark directories that can be made again with this file.
        if path.join("CACHEDIR.TAG").exists() || inner == Path::new(".git") {
            continue;
        }
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                left.push(inner.join(entry.file_name()));
            } else if kind.is_file() {
                files.push(inner.join(entry.file_name()));
            }
        }
    }
    Ok(files)
}

/// A file that is as it was keeps its time, by which Cargo decides what to build.
fn write_if_different(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(path, bytes)
}
