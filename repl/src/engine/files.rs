//! Files for scripts: writing what a download brings, unpacking an archive, removing a file. Everything that
//! comes out of an archive is mistrusted: where it would land, what it is, how large it grows.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Array, Blob, Dynamic, Engine, EvalAltResult, ImmutableString};
use rhailab_client::Bytes;
use zip::ZipArchive;

use super::error::{raise_io, raise_usage, raise_usage_with};

type Raised<T> = Result<T, Box<EvalAltResult>>;

/// More than this out of one archive is no artifact but an attack: 16 GiB.
const MOST_UNPACKED: u64 = 16 * 1024 * 1024 * 1024;

/// More entries than this are one, too.
const MOST_ENTRIES: usize = 1_000_000;

/// A piece of a download. Copies share the bytes.
#[derive(Clone, Debug)]
pub(crate) struct Chunk(pub(crate) Bytes);

/// A file that a script writes. Copies are the same file.
#[derive(Clone, Debug)]
pub(crate) struct FileRef {
    path: PathBuf,
    file: Arc<Mutex<Option<File>>>,
}

impl FileRef {
    fn open(path: &str, mode: &str) -> Raised<Self> {
        let mut options = OpenOptions::new();
        match mode {
            "w" | "wb" => options.write(true).create(true).truncate(true),
            "a" | "ab" => options.append(true).create(true),
            _ => {
                let message = format!("open_file() has no mode {mode:?}");
                return Err(raise_usage_with(
                    message,
                    "\"w\" writes a new file, \"a\" writes behind what is there.",
                ));
            }
        };
        let file =
            options.open(path).map_err(|error| raise_io(&format!("{path} cannot be written"), &error))?;
        Ok(Self { path: path.into(), file: Arc::new(Mutex::new(Some(file))) })
    }

    fn write(&self, bytes: &[u8]) -> Raised<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = file.as_mut() else {
            return Err(raise_usage(format!("{} is closed", self.path.display())));
        };
        file.write_all(bytes)
            .map_err(|error| raise_io(&format!("{} cannot be written", self.path.display()), &error))
    }

    /// Closing twice is closing.
    fn close(&self) -> Raised<()> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner).take();
        match file {
            Some(file) => file
                .sync_all()
                .map_err(|error| raise_io(&format!("{} cannot be written", self.path.display()), &error)),
            None => Ok(()),
        }
    }
}

/// Whether a script's value is a file that it writes.
pub(crate) fn is_file(value: &Dynamic) -> bool {
    value.is::<FileRef>()
}

/// Whether a script's value is a piece of a download.
pub(crate) fn is_chunk(value: &Dynamic) -> bool {
    value.is::<Chunk>()
}

/// A file by its path, a piece of a download by its length; nothing for other values.
pub(crate) fn words(value: &Dynamic) -> Option<String> {
    let file = value.read_lock::<FileRef>().map(|file| file.path.display().to_string());
    file.or_else(|| value.read_lock::<Chunk>().map(|chunk| format!("a chunk of {} bytes", chunk.0.len())))
}

pub(crate) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<FileRef>("File")
        .register_type_with_name::<Chunk>("Chunk")
        .register_fn("open_file", |path: ImmutableString, mode: ImmutableString| FileRef::open(&path, &mode))
        .register_fn("write", |file: FileRef, chunk: Chunk| file.write(&chunk.0))
        .register_fn("write", |file: FileRef, blob: Blob| file.write(&blob))
        .register_fn("write", |file: FileRef, text: ImmutableString| file.write(text.as_bytes()))
        .register_fn("close", |file: FileRef| file.close())
        .register_fn("to_string", |file: FileRef| file.path.display().to_string())
        .register_fn("len", |chunk: Chunk| i64::try_from(chunk.0.len()).unwrap_or(i64::MAX))
        .register_fn("to_blob", |chunk: Chunk| chunk.0.to_vec())
        .register_fn("to_string", |chunk: Chunk| String::from_utf8_lossy(&chunk.0).into_owned())
        .register_fn("unzip", |archive: ImmutableString, directory: ImmutableString| {
            unzip(Path::new(archive.as_str()), Path::new(directory.as_str()))
        })
        .register_fn("remove_file", |path: ImmutableString| {
            fs::remove_file(path.as_str())
                .map_err(|error| raise_io(&format!("{path} cannot be removed"), &error))
        });
}

/// Unpacks an archive and answers the paths of the files. Every entry is looked at before the first is written, and
/// what was written of an archive that turns out to be broken goes away again: a bad archive leaves nothing behind.
fn unzip(archive: &Path, directory: &Path) -> Raised<Array> {
    let shown = archive.display();
    let file = File::open(archive).map_err(|error| raise_io(&format!("{shown} cannot be read"), &error))?;
    let mut zip =
        ZipArchive::new(file).map_err(|error| raise_usage(format!("{shown} is no zip archive: {error}")))?;
    let plan =
        plan(&mut zip).map_err(|problem| raise_usage(format!("{shown} is not unpacked: {problem}")))?;
    for entry in &plan {
        refuse_link(directory, &entry.path)?;
    }
    let mut made = Made::default();
    let unpacked = unpack(&mut zip, archive, directory, &plan, &mut made);
    if unpacked.is_err() {
        made.remove();
    }
    unpacked?;
    Ok(made.files.iter().map(|path| path.display().to_string().into()).collect())
}

fn unpack(
    zip: &mut ZipArchive<File>,
    archive: &Path,
    directory: &Path,
    plan: &[Entry],
    made: &mut Made,
) -> Raised<()> {
    let shown = archive.display();
    let mut left = MOST_UNPACKED;
    for entry in plan {
        let target = directory.join(&entry.path);
        let unwritable =
            |error: &io::Error| raise_io(&format!("{} cannot be written", target.display()), error);
        let parent = if entry.is_directory { Some(target.as_path()) } else { target.parent() };
        if let Some(parent) = parent {
            made.directory(parent).map_err(|error| unwritable(&error))?;
        }
        if entry.is_directory {
            continue;
        }
        let source = zip
            .by_index(entry.index)
            .map_err(|error| raise_usage(format!("{shown} cannot be read: {error}")))?;
        let mut output = File::create(&target).map_err(|error| unwritable(&error))?;
        made.files.push(target.clone());
        // The sizes in an archive are claims; what is counted is what comes out.
        let copied = io::copy(&mut source.take(left), &mut output).map_err(|error| {
            raise_io(&format!("{} of {shown} cannot be unpacked", entry.path.display()), &error)
        })?;
        left -= copied;
        if left == 0 {
            return Err(raise_usage(format!(
                "{shown} is not unpacked: it holds more than {MOST_UNPACKED} bytes"
            )));
        }
    }
    Ok(())
}

/// What an archive brought into the world so far.
#[derive(Default)]
struct Made {
    files: Vec<PathBuf>,
    directories: Vec<PathBuf>,
}

impl Made {
    /// Makes a directory and those above it, as far as they are not there yet.
    fn directory(&mut self, path: &Path) -> io::Result<()> {
        let missing: Vec<&Path> =
            path.ancestors().take_while(|place| !place.as_os_str().is_empty() && !place.exists()).collect();
        self.directories.extend(missing.into_iter().rev().map(Path::to_owned));
        fs::create_dir_all(path)
    }

    /// Nobody is left to tell about what cannot be removed: the error that led here is already on its way.
    fn remove(&self) {
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for directory in self.directories.iter().rev() {
            let _ = fs::remove_dir(directory);
        }
    }
}

struct Entry {
    index: usize,
    path: PathBuf,
    is_directory: bool,
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
        let path = entry.enclosed_name().filter(|path| !leaves && !path.as_os_str().is_empty());
        let path = path.ok_or_else(|| format!("its entry {name:?} would leave the directory"))?;
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
    Ok(plan)
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
