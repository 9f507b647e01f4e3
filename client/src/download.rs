//! Bytes and text that are too large to be an answer like others: streamed, to a callback or to a file, or
//! read whole up to a limit. A file appears under its name only when all of it has arrived. What a broken connection
//! means for a download is decided in `download/chunks.rs`; this module must not know.

mod chunks;
mod downloaded;
mod target;
mod version;

use std::fmt;
use std::path::Path;

use bytes::{Bytes, BytesMut};

use crate::arguments::Arguments;
use crate::client::Gitlab;
use crate::endpoint::Endpoint;
use crate::error::Error;
pub use chunks::Chunks;
pub use downloaded::Downloaded;
use target::{Access, Target};

/// What is read into memory is refused beyond this size in bytes, unless [`Download::limit`] says otherwise: 256 MiB.
pub const MOST_IN_MEMORY: u64 = 256 * 1024 * 1024;

/// A download that was described but not yet begun.
///
/// When the connection breaks in the middle, the download goes on where it was: only the rest is asked for, if the
/// server has it and still has the same file. A server that cannot send a rest is asked for everything again, and what
/// was there already is not handed out twice. That is repeated as long as it brings new bytes, and otherwise as often
/// as [`crate::Builder::retries`] says.
#[derive(Debug)]
#[must_use = "nothing is downloaded before one of its methods is called"]
pub struct Download {
    client: Gitlab,
    endpoint: &'static Endpoint,
    arguments: Arguments,
    limit: u64,
    observer: Observer,
}

/// How far a download has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadProgress {
    /// How many bytes have arrived. It falls back to 0 when the server has to send everything again.
    pub arrived: u64,
    /// How many bytes are to come in all, where the server says it.
    pub expected: Option<u64>,
}

impl Download {
    pub(crate) fn new(client: Gitlab, endpoint: &'static Endpoint, arguments: Arguments) -> Self {
        Self { client, endpoint, arguments, limit: MOST_IN_MEMORY, observer: Observer::default() }
    }

    /// Changes how many bytes may be read into memory. Default: 256 MiB. Streams and files have no limit.
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// Tells how far the download has come: when the server has answered, and with each piece.
    pub fn on_progress(mut self, observer: impl FnMut(DownloadProgress) + Send + Sync + 'static) -> Self {
        self.observer = Observer(Some(Box::new(observer)));
        self
    }

    /// Begins the download; nothing is kept in memory but the piece at hand.
    ///
    /// # Errors
    ///
    /// Whatever the arguments, the way to GitLab or its answer give.
    pub async fn start(self) -> Result<Chunks, Error> {
        self.start_at(0).await
    }

    /// Begins the download behind its first bytes where the server can do that, else at the beginning:
    /// [`Chunks::offset`] says which it was. A file that is shorter is sent from its beginning, too.
    ///
    /// # Errors
    ///
    /// As for [`Download::start`].
    pub async fn start_at(self, position: u64) -> Result<Chunks, Error> {
        Chunks::begin(self.client, self.endpoint, self.arguments, self.observer, position).await
    }

    /// Everything at once.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Usage`] when it is larger than the limit, else whatever fetching it gives.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        let (limit, endpoint) = (self.limit, self.endpoint);
        let mut chunks = self.start().await?;
        let mut whole = BytesMut::new();
        loop {
            // The announced size is refused before any of it is read.
            if chunks.expected().is_some_and(|expected| expected > limit) {
                return Err(too_large(endpoint, limit));
            }
            let rewind = || {
                whole.clear();
                Ok(true)
            };
            let Some(chunk) = chunks.next_or_again(rewind).await? else {
                return Ok(whole.freeze());
            };
            if (whole.len() + chunk.len()) as u64 > limit {
                return Err(too_large(endpoint, limit));
            }
            whole.extend_from_slice(&chunk);
        }
    }

    /// Everything at once, as text; bytes that are not UTF-8 are replaced.
    ///
    /// # Errors
    ///
    /// As for [`Download::bytes`].
    pub async fn text(self) -> Result<String, Error> {
        self.bytes().await.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Into a file. A file of that name is replaced, once everything has arrived and not before, and keeps its
    /// permissions; a symbolic link stays, and what it leads to is replaced. Devices, pipes and the program's own
    /// streams (`/dev/stdout`) have no name to give at the end: they get the bytes as they come.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Io`] when the file cannot be written, which is told before anything is sent where it can be
    /// known; else whatever fetching it gives.
    pub async fn to_file(self, path: impl AsRef<Path>) -> Result<Downloaded, Error> {
        let mut target = Target::open(path.as_ref(), Access::Usual).await?;
        let mut chunks = self.start().await?;
        while let Some(chunk) = chunks.next_or_again(|| target.rewind()).await? {
            target.write(&chunk).await?;
        }
        target.finish().await
    }
}

/// Writes a file whose content is at hand, as [`Download::to_file`] writes one: a file of that name is replaced by a whole
/// one, or stays as it is.
///
/// # Errors
///
/// [`crate::ErrorKind::Usage`] when the path names no file, [`crate::ErrorKind::Io`] when it cannot be written.
pub async fn write_file(path: impl AsRef<Path>, content: &[u8]) -> Result<Downloaded, Error> {
    write(path.as_ref(), content, Access::Usual).await
}

/// The same for a secret: nobody but its owner can read or write the file at any time, whatever its permissions were before.
///
/// # Errors
///
/// As for [`write_file`].
pub async fn write_private_file(path: impl AsRef<Path>, content: &[u8]) -> Result<Downloaded, Error> {
    write(path.as_ref(), content, Access::Owner).await
}

async fn write(path: &Path, content: &[u8], access: Access) -> Result<Downloaded, Error> {
    let mut target = Target::open(path, access).await?;
    target.write(content).await?;
    target.finish().await
}

/// Who wants to know how far a download has come.
#[derive(Default)]
struct Observer(Option<Box<dyn FnMut(DownloadProgress) + Send + Sync>>);

impl Observer {
    fn tell(&mut self, arrived: u64, expected: Option<u64>) {
        if let Some(observer) = &mut self.0 {
            observer(DownloadProgress { arrived, expected });
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Observer" } else { "nobody" })
    }
}

fn too_large(endpoint: &Endpoint, limit: u64) -> Error {
    Error::usage(format!("the answer to {} is larger than {limit} bytes, the limit for memory", endpoint.id))
        .with_hint("Write it to a file, or take it piece by piece.")
}
