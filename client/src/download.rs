//! Bytes and text that are too large to be an answer like others: streamed, to a callback or to a file, or
//! read whole up to a limit. A file appears under its name only when all of it has arrived.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};

use crate::arguments::Arguments;
use crate::client::Gitlab;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::http::transport::Body;

/// What is read into memory is refused beyond this size, unless [`Download::limit`] says otherwise: 256 MiB.
const MOST_IN_MEMORY: u64 = 256 * 1024 * 1024;

/// A download that was described but not yet begun.
#[derive(Debug)]
#[must_use = "nothing is downloaded before one of its methods is called"]
pub struct Download {
    client: Gitlab,
    endpoint: &'static Endpoint,
    arguments: Arguments,
    limit: u64,
}

/// A download that is under way.
pub struct Chunks {
    body: Body,
    expected: Option<u64>,
    arrived: u64,
}

/// A file that was written whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// Where it is.
    pub path: PathBuf,
    /// How large it is, in bytes.
    pub size: u64,
}

impl Download {
    pub(crate) fn new(client: Gitlab, endpoint: &'static Endpoint, arguments: Arguments) -> Self {
        Self { client, endpoint, arguments, limit: MOST_IN_MEMORY }
    }

    /// Changes how many bytes may be read into memory. Default: 256 MiB. Streams and files have no limit.
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// Begins the download; nothing is kept in memory but the piece at hand.
    ///
    /// # Errors
    ///
    /// Whatever the arguments, the way to GitLab or its answer give.
    pub async fn start(self) -> Result<Chunks, Error> {
        let body = self.client.open(self.endpoint, &self.arguments).await?;
        Ok(Chunks { expected: body.length(), body, arrived: 0 })
    }

    /// Everything at once.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] when it is larger than the limit, else whatever fetching it gives.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        let (limit, endpoint) = (self.limit, self.endpoint);
        let mut chunks = self.start().await?;
        // The announced size is refused before any of it is read.
        if chunks.expected.is_some_and(|expected| expected > limit) {
            return Err(too_large(endpoint, limit));
        }
        let mut whole = BytesMut::new();
        while let Some(chunk) = chunks.next().await? {
            if (whole.len() + chunk.len()) as u64 > limit {
                return Err(too_large(endpoint, limit));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }

    /// Everything at once, as text; bytes that are not UTF-8 are replaced.
    ///
    /// # Errors
    ///
    /// As for [`Download::bytes`].
    pub async fn text(self) -> Result<String, Error> {
        self.bytes().await.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Into a file. A file of that name is replaced, once everything has arrived and not before.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when the file cannot be written, else whatever fetching it gives.
    pub async fn to_file(self, path: impl AsRef<Path>) -> Result<Downloaded, Error> {
        let mut target = Target::create(path.as_ref())?;
        let mut chunks = self.start().await?;
        while let Some(chunk) = chunks.next().await? {
            target.write(&chunk)?;
        }
        target.finish()
    }
}

impl Chunks {
    /// The next piece; `None` when everything has arrived.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Transport`] when the connection breaks or ends before everything has arrived.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let Some(chunk) = self.body.next().await? else {
            return match self.expected {
                Some(expected) if expected != self.arrived => Err(Error::new(
                    ErrorKind::Transport,
                    format!("the download ended after {} of {expected} bytes", self.arrived),
                )
                .with_hint("Try again.")),
                _ => Ok(None),
            };
        };
        self.arrived += chunk.len() as u64;
        Ok(Some(chunk))
    }

    /// How many bytes are to come in all, where the server says it.
    #[must_use]
    pub fn expected(&self) -> Option<u64> {
        self.expected
    }
}

impl fmt::Debug for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks").field("expected", &self.expected).field("arrived", &self.arrived).finish()
    }
}

/// Writes a file whose content is at hand, as downloads are written: a file of that name is replaced by a whole one, or
/// stays as it is.
///
/// # Errors
///
/// [`ErrorKind::Usage`] when the path names no file, [`ErrorKind::Io`] when it cannot be written.
pub fn write_file(path: impl AsRef<Path>, content: &[u8]) -> Result<Downloaded, Error> {
    let mut target = Target::create(path.as_ref())?;
    target.write(content)?;
    target.finish()
}

/// A file in the making, beside the one that it will become; it goes away if it is never finished.
struct Target {
    path: PathBuf,
    partial: PathBuf,
    file: Option<File>,
    size: u64,
}

impl Target {
    fn create(path: &Path) -> Result<Self, Error> {
        let wrong = |error: &io::Error| Error::io(&format!("{} cannot be written", path.display()), error);
        let name = path.file_name().ok_or_else(|| {
            Error::usage(format!("{} is no name of a file", path.display()))
                .with_hint("Name the file that shall be written.")
        })?;
        if path.is_dir() {
            return Err(Error::usage(format!("{} is a directory", path.display()))
                .with_hint("Name the file that shall be written."));
        }
        let mut partial = std::ffi::OsString::from(".");
        partial.push(name);
        partial.push(format!(".{:08x}.partial", fastrand::u32(..)));
        let partial = path.with_file_name(partial);
        let file = File::create_new(&partial).map_err(|error| wrong(&error))?;
        Ok(Self { path: path.to_owned(), partial, file: Some(file), size: 0 })
    }

    fn write(&mut self, chunk: &[u8]) -> Result<(), Error> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(chunk)
            .map_err(|error| Error::io(&format!("{} cannot be written", self.path.display()), &error))?;
        self.size += chunk.len() as u64;
        Ok(())
    }

    fn finish(mut self) -> Result<Downloaded, Error> {
        let wrong =
            |error: &io::Error| Error::io(&format!("{} cannot be written", self.path.display()), error);
        if let Some(file) = &self.file {
            file.sync_all().map_err(|error| wrong(&error))?;
        }
        fs::rename(&self.partial, &self.path).map_err(|error| wrong(&error))?;
        self.file = None;
        Ok(Downloaded { path: self.path.clone(), size: self.size })
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Nobody is left to tell; a partial file that stays has a name that says so.
            let _ = fs::remove_file(&self.partial);
        }
    }
}

fn too_large(endpoint: &Endpoint, limit: u64) -> Error {
    Error::usage(format!("the answer to {} is larger than {limit} bytes, the limit for memory", endpoint.id))
        .with_hint("Write it to a file, or take it piece by piece.")
}
