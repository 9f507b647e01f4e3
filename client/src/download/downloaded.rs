//! What a download, or another writer, left behind: where it is, how large it is, and the hash of its bytes. Knows nothing
//! of how it was written.

use std::fmt::Write as _;
use std::fs::Metadata;
use std::path::PathBuf;
use std::time::SystemTime;

use ring::digest::{Context, SHA256};
use tokio::fs::{self, File};
use tokio::io::AsyncReadExt as _;

use crate::error::{Error, ErrorKind};

/// A file that was written whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// Where it is.
    pub path: PathBuf,
    /// How large it is, in bytes.
    pub size: u64,
    pub(super) content: Content,
}

/// Where the bytes are by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// In the file, which was last changed at this time, where the system keeps one.
    Kept(Option<SystemTime>),
    /// With whoever reads the pipe or device; this is their hash.
    Gone(String),
}

/// The SHA-256 of what has come so far.
#[derive(Clone)]
pub(super) struct Sha256(Context);

/// How many bytes are read and hashed at once. In between, an interrupt has its turn.
const PIECE: usize = 256 * 1024;

impl Downloaded {
    /// The SHA-256 of its bytes, in hexadecimal digits. Hashing can take longer than a download, so the file is read for it
    /// by this call, each time; only what went to a pipe or a device was hashed on its way.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when the file cannot be read, or is another one by now, as far as its size and the time of its last
    /// change tell.
    pub async fn sha256(&self) -> Result<String, Error> {
        let changed = match &self.content {
            Content::Kept(changed) => *changed,
            Content::Gone(hash) => return Ok(hash.clone()),
        };
        let unreadable = |error| Error::io(&format!("{} cannot be read", self.path.display()), &error);
        let is_same = |now: Metadata| now.len() == self.size && now.modified().ok() == changed;
        if !is_same(fs::metadata(&self.path).await.map_err(unreadable)?) {
            return Err(self.replaced());
        }
        let mut file = File::open(&self.path).await.map_err(unreadable)?;
        let mut hash = Sha256::new();
        let mut piece = Vec::with_capacity(PIECE);
        while file.read_buf(&mut piece).await.map_err(unreadable)? > 0 {
            hash.update(&piece);
            piece.clear();
        }
        // Somebody may have written to it meanwhile.
        if !is_same(file.metadata().await.map_err(unreadable)?) {
            return Err(self.replaced());
        }
        Ok(hash.digits())
    }

    fn replaced(&self) -> Error {
        let message = format!("{} is no longer the file that was written", self.path.display());
        Error::new(ErrorKind::Io, message).with_hint("Ask for its hash before it is changed or replaced.")
    }
}

impl Sha256 {
    pub(super) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn digits(self) -> String {
        let mut digits = String::new();
        for byte in self.0.finish().as_ref() {
            // Writing to a string cannot fail.
            let _ = write!(digits, "{byte:02x}");
        }
        digits
    }
}
