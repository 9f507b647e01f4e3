//! `unzip`: unpacks an archive. Everything that comes out of one is mistrusted: where it would land, what it is, how large it
//! grows, and whether it is whole. So the files are made aside, and get their places when all of them are there. Knows
//! nothing of where archives come from.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rhai::{Array, Engine, EvalAltResult, ImmutableString};
use zip::ZipArchive;

use super::World;
use super::bridge::Bridge;
use super::error::{raise, raise_io, raise_usage, raise_usage_with};

type Raised<T> = Result<T, Box<EvalAltResult>>;

/// More than this out of one archive is no artifact but an attack: 16 GiB.
const MOST_UNPACKED: u64 = 16 * 1024 * 1024 * 1024;

/// More entries than this are one, too.
const MOST_ENTRIES: usize = 1_000_000;

/// After so many bytes it is looked whether somebody pressed Ctrl-C.
const PIECE: u64 = 1024 * 1024;

pub(crate) fn register(engine: &mut Engine, world: &World) {
    let bridge = world.bridge.clone();
    engine.register_fn("unzip", move |archive: ImmutableString, directory: ImmutableString| {
        unzip(&bridge, Path::new(archive.as_str()), Path::new(directory.as_str()))
    });
}

/// Unpacks an archive and answers the paths of the files. Files that are there already are replaced. Whatever stops it, a
/// broken archive or Ctrl-C, leaves everything as it was before.
fn unzip(bridge: &Bridge, archive: &Path, directory: &Path) -> Raised<Array> {
    // Before that, Ctrl-C ends the program and leaves whatever it has made.
    bridge.runtime().map_err(raise)?;
    let shown = archive.display();
    let file = File::open(archive).map_err(|error| raise_io(&format!("{shown} cannot be read"), &error))?;
    let mut zip =
        ZipArchive::new(file).map_err(|error| raise_usage(format!("{shown} is no zip archive: {error}")))?;
    let plan =
        plan(&mut zip).map_err(|problem| raise_usage(format!("{shown} is not unpacked: {problem}")))?;
    for entry in &plan {
        refuse_link(directory, &entry.path)?;
        if !entry.is_directory {
            refuse_occupied(&directory.join(&entry.path))?;
        }
    }
    let mut changes = Changes::default();
    let unpacked = changes
        .aside(directory)
        .map_err(|error| raise_io(&format!("{} cannot be written", directory.display()), &error))
        .and_then(|aside| {
            unpack(bridge, &mut zip, archive, &plan, &aside)?;
            place(bridge, directory, &plan, &aside, &mut changes)
        });
    match unpacked {
        Ok(()) => Ok(changes.finish()),
        Err(error) => Err(changes.undo().err().unwrap_or(error)),
    }
}

/// Makes the files of the archive aside, each under its number.
fn unpack(
    bridge: &Bridge,
    zip: &mut ZipArchive<File>,
    archive: &Path,
    plan: &[Entry],
    aside: &Path,
) -> Raised<()> {
    let shown = archive.display();
    let mut left = MOST_UNPACKED;
    for entry in plan.iter().filter(|entry| !entry.is_directory) {
        let failed = |error: &io::Error| {
            raise_io(&format!("{} of {shown} cannot be unpacked", entry.path.display()), error)
        };
        let source = zip
            .by_index(entry.index)
            .map_err(|error| raise_usage(format!("{shown} cannot be read: {error}")))?;
        let mut output = File::create_new(entry.aside(aside)).map_err(|error| failed(&error))?;
        // The sizes in an archive are claims; what is counted is what comes out.
        let mut source = source.take(left);
        loop {
            bridge.check()?;
            let copied = io::copy(&mut source.by_ref().take(PIECE), &mut output);
            match copied.map_err(|error| failed(&error))? {
                0 => break,
                copied => left -= copied,
            }
        }
        if left == 0 {
            return Err(raise_usage(format!(
                "{shown} is not unpacked: it holds more than {MOST_UNPACKED} bytes"
            )));
        }
    }
    Ok(())
}

/// Brings the files from aside to where they belong.
fn place(
    bridge: &Bridge,
    directory: &Path,
    plan: &[Entry],
    aside: &Path,
    changes: &mut Changes,
) -> Raised<()> {
    for entry in plan {
        bridge.check()?;
        let target = directory.join(&entry.path);
        let parent = if entry.is_directory { Some(target.as_path()) } else { target.parent() };
        let made = parent.map_or(Ok(()), |parent| changes.directory(parent));
        let placed = made.and_then(|()| {
            if entry.is_directory { Ok(()) } else { changes.file(&entry.aside(aside), &target) }
        });
        placed.map_err(|error| raise_io(&format!("{} cannot be written", target.display()), &error))?;
    }
    Ok(())
}

/// What an archive has changed so far, in order.
#[derive(Default)]
struct Changes {
    directories: Vec<PathBuf>,
    files: Vec<Placed>,
    /// Where files wait, those that get their places and those that lost them.
    aside: Option<PathBuf>,
}

/// A file in its place.
struct Placed {
    path: PathBuf,
    /// Where the file is that was there before.
    replaced: Option<PathBuf>,
}

impl Changes {
    /// Makes a place of its own for files, where a rename is enough to bring them into the directory. Nobody else looks
    /// into it.
    fn aside(&mut self, directory: &Path) -> io::Result<PathBuf> {
        self.directory(directory)?;
        let mut number: u32 = 0;
        loop {
            let place = directory.join(format!(".unzip.{}.{number}.partial", std::process::id()));
            match private_directory(&place) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                made => {
                    made?;
                    self.aside = Some(place.clone());
                    return Ok(place);
                }
            }
        }
    }

    /// Makes a directory and those above it, as far as they are not there yet.
    fn directory(&mut self, path: &Path) -> io::Result<()> {
        let missing: Vec<&Path> =
            path.ancestors().take_while(|place| !place.as_os_str().is_empty() && !place.exists()).collect();
        self.directories.extend(missing.into_iter().rev().map(Path::to_owned));
        fs::create_dir_all(path)
    }

    /// Brings a file to its place. One that is there makes room, and leaves its permissions.
    fn file(&mut self, unpacked: &Path, path: &Path) -> io::Result<()> {
        let mut replaced = None;
        if let Ok(found) = path.symlink_metadata() {
            if !found.is_file() {
                return Err(io::Error::other("it is there, and is no file"));
            }
            fs::set_permissions(unpacked, found.permissions())?;
            let old = unpacked.with_extension("old");
            fs::rename(path, &old)?;
            replaced = Some(old);
        }
        self.files.push(Placed { path: path.to_owned(), replaced });
        fs::rename(unpacked, path)
    }

    /// Keeps the changes, and answers the paths of the files.
    fn finish(self) -> Array {
        self.clear();
        self.files.iter().map(|placed| placed.path.display().to_string().into()).collect()
    }

    /// Takes all changes back, the latest first. Fails when a file that was replaced cannot come back.
    fn undo(&self) -> Raised<()> {
        for Placed { path, replaced } in self.files.iter().rev() {
            match replaced {
                Some(old) => fs::rename(old, path).map_err(|error| {
                    let (path, old) = (path.display(), old.display());
                    raise_io(&format!("{path} cannot be put back; what was there is in {old}"), &error)
                })?,
                // It may not have come to its place, and otherwise the error that led here is told.
                None => drop(fs::remove_file(path)),
            }
        }
        self.clear();
        for directory in self.directories.iter().rev() {
            // Somebody else may have put something into it.
            let _ = fs::remove_dir(directory);
        }
        Ok(())
    }

    /// What cannot be removed has a name that says what it is.
    fn clear(&self) {
        if let Some(aside) = &self.aside {
            let _ = fs::remove_dir_all(aside);
        }
    }
}

fn private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

struct Entry {
    index: usize,
    path: PathBuf,
    is_directory: bool,
}

impl Entry {
    /// Where its file waits until all are there.
    fn aside(&self, aside: &Path) -> PathBuf {
        aside.join(self.index.to_string())
    }
}

/// What would be written where, or why nothing is.
fn plan(zip: &mut ZipArchive<File>) -> Result<Vec<Entry>, String> {
    if zip.len() > MOST_ENTRIES {
        return Err(format!("it has {} entries", zip.len()));
    }
    let mut plan = Vec::with_capacity(zip.len());
    let mut total: u64 = 0;
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(|error| error.to_string())?;
        let name = entry.name().map_err(|error| error.to_string())?.into_owned();
        let leaves =
            name.starts_with('/') || name.contains(['\\', '\0']) || name.split('/').any(|part| part == "..");
        let path = entry.enclosed_name().filter(|_| !leaves);
        let path = path.ok_or_else(|| format!("its entry {name:?} would leave the directory"))?;
        if path.as_os_str().is_empty() {
            if entry.is_dir() {
                // Some programs name the directory itself.
                continue;
            }
            return Err(format!("its entry {name:?} names no file"));
        }
        if entry.is_symlink() {
            return Err(format!("its entry {name:?} is a link"));
        }
        if entry.encrypted() {
            return Err(format!("its entry {name:?} is encrypted"));
        }
        total = total.saturating_add(entry.size());
        if total > MOST_UNPACKED {
            return Err(format!("it holds more than {MOST_UNPACKED} bytes"));
        }
        plan.push(Entry { index, path, is_directory: entry.is_dir() });
    }
    refuse_conflicts(&plan)?;
    Ok(plan)
}

/// Two entries cannot be one file, and no file can be a directory as well.
fn refuse_conflicts(plan: &[Entry]) -> Result<(), String> {
    let mut files = HashSet::new();
    for Entry { path, .. } in plan.iter().filter(|entry| !entry.is_directory) {
        if !files.insert(path.as_path()) {
            return Err(format!("its entry {:?} is there twice", path.display().to_string()));
        }
    }
    for entry in plan {
        let mut directories = entry.path.ancestors().skip(usize::from(!entry.is_directory));
        if let Some(both) = directories.find(|place| files.contains(place)) {
            return Err(format!("its entry {:?} is a file and a directory", both.display().to_string()));
        }
    }
    Ok(())
}

/// A link that was in the directory before must not lead a file out of it.
fn refuse_link(directory: &Path, path: &Path) -> Raised<()> {
    let mut place = directory.to_owned();
    for part in path.components() {
        place.push(part);
        if place.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
            return Err(raise_usage_with(
                format!("{} is a link; nothing is written through it", place.display()),
                "Unpack into an empty directory.",
            ));
        }
    }
    Ok(())
}

/// What is there must be a file that may be written.
fn refuse_occupied(path: &Path) -> Raised<()> {
    match path.symlink_metadata() {
        Ok(found) if found.is_file() => {
            // Replacing needs no permission to write the file, but whoever took that away meant it.
            let opened = OpenOptions::new().write(true).open(path).map(drop);
            opened.map_err(|error| raise_io(&format!("{} cannot be written", path.display()), &error))
        }
        Ok(_) => Err(raise_usage_with(
            format!("{} is there, and is no file", path.display()),
            "Unpack into an empty directory.",
        )),
        // Whatever else is wrong with the place is told when it is used.
        Err(_) => Ok(()),
    }
}
