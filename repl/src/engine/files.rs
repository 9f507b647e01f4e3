//! Files for scripts: writing what a download brings, removing a file. Archives are the business of `unzip.rs`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rhai::{Blob, Dynamic, Engine, EvalAltResult, ImmutableString};
use rhailab_client::Bytes;

use super::error::{raise_io, raise_usage, raise_usage_with};

type Raised<T> = Result<T, Box<EvalAltResult>>;

/// A piece of a download. Copies share the bytes.
#[derive(Clone, Debug)]
pub(crate) struct Chunk(pub(crate) Bytes);

/// A file that a script writes. Copies are the same file.
#[derive(Clone, Debug)]
pub(crate) struct FileRef {
    path: PathBuf,
    file: Arc<Mutex<Option<Writing>>>,
}

/// A file that is open.
#[derive(Debug)]
struct Writing {
    file: File,
    /// Brings to the disk what was written so far, while more is.
    syncing: Option<JoinHandle<io::Result<()>>>,
    /// How many bytes came since that began.
    unsynced: usize,
}

/// From so many bytes on, the disk gets them before all are written: then there is little left to wait for at the end.
const SYNC_STEP: usize = 32 * 1024 * 1024;

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
        let writing = Writing { file, syncing: None, unsynced: 0 };
        Ok(Self { path: path.into(), file: Arc::new(Mutex::new(Some(writing))) })
    }

    fn write(&self, bytes: &[u8]) -> Raised<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = file.as_mut() else {
            return Err(raise_usage(format!("{} is closed", self.path.display())));
        };
        file.write(bytes)
            .map_err(|error| raise_io(&format!("{} cannot be written", self.path.display()), &error))
    }

    /// Closing twice is closing.
    fn close(&self) -> Raised<()> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner).take();
        match file {
            Some(file) => file
                .close()
                .map_err(|error| raise_io(&format!("{} cannot be written", self.path.display()), &error)),
            None => Ok(()),
        }
    }
}

impl Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.unsynced += bytes.len();
        if self.unsynced >= SYNC_STEP && self.syncing.as_ref().is_none_or(JoinHandle::is_finished) {
            self.settle()?;
            let file = self.file.try_clone()?;
            self.syncing = Some(thread::Builder::new().spawn(move || sync(&file))?);
            self.unsynced = 0;
        }
        Ok(())
    }

    /// Waits for what is on its way to the disk. The system tells only once that bytes were lost, so each answer counts.
    fn settle(&mut self) -> io::Result<()> {
        let Some(syncing) = self.syncing.take() else {
            return Ok(());
        };
        syncing
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the thread that writes to the disk has failed")))
    }

    fn close(mut self) -> io::Result<()> {
        self.settle()?;
        sync(&self.file)
    }
}

/// Brings a file to the disk. Devices and pipes have none, and say so with an error.
fn sync(file: &File) -> io::Result<()> {
    if file.metadata()?.is_file() { file.sync_all() } else { Ok(()) }
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
        .register_fn("remove_file", |path: ImmutableString| {
            fs::remove_file(path.as_str())
                .map_err(|error| raise_io(&format!("{path} cannot be removed"), &error))
        });
}
