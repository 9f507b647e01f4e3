//! Where a download is written: a file in the making beside the one that it will become, or a device or pipe that takes
//! bytes as they come. Knows nothing of where they come from.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tokio::task::JoinHandle;

use super::downloaded::{Content, Downloaded, Sha256};
use crate::error::Error;

/// What is being written. A file that is never finished goes away.
pub(super) struct Target {
    /// As the caller named it.
    path: PathBuf,
    file: File,
    place: Place,
    size: u64,
    /// Brings to the disk what was written so far, while more comes.
    syncing: Option<JoinHandle<io::Result<()>>>,
    /// How much there was when that began.
    synced: u64,
}

/// From so many bytes on, the disk gets them before all have come: then there is little left to wait for at the end.
const SYNC_STEP: u64 = 32 * 1024 * 1024;

/// Where the bytes are until all of them have arrived.
enum Place {
    /// Where they belong, and hashed: there is no name to give at the end, and nothing can be taken back or read again.
    Through(Sha256),
    /// In a file without a name, which the system forgets however the program ends.
    #[cfg(target_os = "linux")]
    Nameless(Goal),
    /// In a file with a name of its own.
    Partial(PathBuf, Goal),
    /// Under their final name.
    Finished,
}

/// Who may read and write a file.
#[derive(Clone, Copy)]
pub(super) enum Access {
    /// Whoever may with the file that it replaces; with a new one, whoever the system lets.
    Usual,
    /// At most its owner.
    Owner,
}

/// What the file will become.
struct Goal {
    path: PathBuf,
    /// Those that it has from the beginning; without any, it gets those of a new file.
    permissions: Option<Permissions>,
}

impl Target {
    /// Opens what the path names for writing. A file of that name is left alone.
    pub(super) async fn open(path: &Path, access: Access) -> Result<Self, Error> {
        let wrong = |error: io::Error| Error::io(&format!("{} cannot be written", path.display()), &error);
        if let Some(stream) = own_stream(path) {
            return Ok(Self::new(path, stream.map_err(wrong)?, Place::Through(Sha256::new())));
        }
        let (file, place) = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(no_file(path, "is a directory")),
            Ok(found) if found.is_file() => {
                // Replacing needs no permission to write the file, but whoever took that away meant it.
                OpenOptions::new().write(true).open(path).map_err(wrong)?;
                let real = fs::canonicalize(path).map_err(wrong)?;
                let permissions = access.permissions(Some(found.permissions()));
                beside(Goal { path: real, permissions }).map_err(wrong)?
            }
            Ok(found) => (open_device(path, &found).await.map_err(wrong)?, Place::Through(Sha256::new())),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
                if path.file_name().is_none() || ends_with_separator(path) {
                    return Err(no_file(path, "is no name of a file"));
                }
                beside(Goal { path: path.to_owned(), permissions: access.permissions(None) })
                    .map_err(wrong)?
            }
            Err(error) => return Err(wrong(error)),
        };
        Ok(Self::new(path, file, place))
    }

    fn new(path: &Path, file: File, place: Place) -> Self {
        Self { path: path.to_owned(), file, place, size: 0, syncing: None, synced: 0 }
    }

    pub(super) async fn write(&mut self, chunk: &[u8]) -> Result<(), Error> {
        let written = match &mut self.place {
            Place::Through(hash) => {
                hash.update(chunk);
                write_through(&self.file, chunk).await
            }
            _ => self.file.write_all(chunk),
        };
        written.map_err(|error| self.wrong(&error))?;
        self.size += chunk.len() as u64;
        let is_due = self.size - self.synced >= SYNC_STEP && !matches!(self.place, Place::Through(_));
        if is_due && self.syncing.as_ref().is_none_or(JoinHandle::is_finished) {
            self.settle().await?;
            self.sync()?;
        }
        Ok(())
    }

    /// Sends to the disk what was written so far.
    fn sync(&mut self) -> Result<(), Error> {
        let file = self.file.try_clone().map_err(|error| self.wrong(&error))?;
        self.synced = self.size;
        // Waiting for a disk takes seconds, in which others have work to do and an interrupt may come.
        self.syncing = Some(tokio::task::spawn_blocking(move || file.sync_all()));
        Ok(())
    }

    /// Waits for what is on its way to the disk. The system tells only once that bytes were lost, so each answer counts.
    async fn settle(&mut self) -> Result<(), Error> {
        match self.syncing.take() {
            Some(syncing) => {
                syncing.await.map_err(io::Error::from).flatten().map_err(|error| self.wrong(&error))
            }
            None => Ok(()),
        }
    }

    /// Forgets everything that was written; false where that cannot be done.
    pub(super) fn rewind(&mut self) -> Result<bool, Error> {
        if matches!(self.place, Place::Through(_)) {
            return Ok(false);
        }
        let emptied = self.file.set_len(0).and_then(|()| io::Seek::rewind(&mut self.file));
        emptied.map_err(|error| self.wrong(&error))?;
        self.size = 0;
        self.synced = 0;
        Ok(true)
    }

    /// Gives the file its name. From then on its bytes are on the disk, even if the machine fails.
    pub(super) async fn finish(mut self) -> Result<Downloaded, Error> {
        let content = match &self.place {
            Place::Through(hash) => Content::Gone(hash.clone().digits()),
            _ => {
                self.settle().await?;
                // The rest is small by now.
                self.sync()?;
                self.settle().await?;
                let changed = self.file.metadata().map_err(|error| self.wrong(&error))?.modified().ok();
                self.appear().map_err(|error| self.wrong(&error))?;
                Content::Kept(changed)
            }
        };
        Ok(Downloaded { path: self.path.clone(), size: self.size, content })
    }

    fn appear(&mut self) -> io::Result<()> {
        let (partial, goal) = match std::mem::replace(&mut self.place, Place::Finished) {
            #[cfg(target_os = "linux")]
            Place::Nameless(goal) => {
                let partial = partial_name(&goal.path);
                nameless::link(&self.file, &partial)?;
                (partial, goal)
            }
            Place::Partial(partial, goal) => (partial, goal),
            through => {
                self.place = through;
                return Ok(());
            }
        };
        if let Err(error) = fs::rename(&partial, &goal.path) {
            self.place = Place::Partial(partial, goal);
            return Err(error);
        }
        sync_directory(&goal.path)
    }

    fn wrong(&self, error: &io::Error) -> Error {
        Error::io(&format!("{} cannot be written", self.path.display()), error)
    }
}

impl Access {
    /// The permissions of a file that replaces one with these, or none.
    fn permissions(self, old: Option<Permissions>) -> Option<Permissions> {
        match self {
            Self::Usual => old,
            Self::Owner => owners(old),
        }
    }
}

#[cfg(unix)]
fn owners(old: Option<Permissions>) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(old.map_or(0o600, |old| old.mode() & 0o600)))
}

/// Elsewhere, a file in a directory that is the user's own is the user's own.
#[cfg(not(unix))]
fn owners(old: Option<Permissions>) -> Option<Permissions> {
    old
}

impl Goal {
    /// The mode to make the file with. Until it has its permissions it is its owner's alone: whoever could open it in between
    /// could read everything that is written later.
    #[cfg(unix)]
    fn mode(&self) -> u32 {
        if self.permissions.is_some() { 0o600 } else { 0o666 }
    }

    fn give_permissions(&self, file: &File) -> io::Result<()> {
        self.permissions.clone().map_or(Ok(()), |permissions| file.set_permissions(permissions))
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Place::Partial(partial, _) = &self.place {
            // Nobody is left to tell; a partial file that stays has a name that says so.
            let _ = fs::remove_file(partial);
        }
    }
}

/// Whoever reads a pipe may stop for as long as they like; meanwhile others have work to do, and an interrupt may come.
async fn write_through(file: &File, chunk: &[u8]) -> io::Result<()> {
    let (mut file, chunk) = (file.try_clone()?, chunk.to_vec());
    let writing = tokio::task::spawn_blocking(move || file.write_all(&chunk));
    writing.await.map_err(io::Error::from).flatten()
}

fn no_file(path: &Path, what: &str) -> Error {
    Error::usage(format!("{} {what}", path.display())).with_hint("Name the file that shall be written.")
}

fn ends_with_separator(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().last().is_some_and(|last| std::path::is_separator(char::from(*last)))
}

/// A new file in the directory of the one that it will become, so that a rename is enough at the end.
fn beside(goal: Goal) -> io::Result<(File, Place)> {
    #[cfg(target_os = "linux")]
    if let Some(file) = nameless::create(directory_of(&goal.path), goal.mode()) {
        goal.give_permissions(&file)?;
        return Ok((file, Place::Nameless(goal)));
    }
    partial(goal)
}

/// The same with a name, for file systems and systems that know no files without.
fn partial(goal: Goal) -> io::Result<(File, Place)> {
    let partial = partial_name(&goal.path);
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, goal.mode());
    let file = options.write(true).create_new(true).open(&partial)?;
    if let Err(error) = goal.give_permissions(&file) {
        // What cannot be removed either has a name that says what it is.
        let _ = fs::remove_file(&partial);
        return Err(error);
    }
    Ok((file, Place::Partial(partial, goal)))
}

fn partial_name(path: &Path) -> PathBuf {
    // File systems allow 255 bytes, of which the goal's name may need all.
    const LONGEST: usize = 200;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = &name[..name.floor_char_boundary(LONGEST)];
    path.with_file_name(format!(".{name}.{:08x}.partial", fastrand::u32(..)))
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A rename is on the disk when its directory is.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    match File::open(directory_of(path)).and_then(|directory| directory.sync_all()) {
        // Some file systems cannot be asked for it, and some directories can be written and not read.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied
            ) =>
        {
            Ok(())
        }
        result => result,
    }
}

/// Elsewhere directories cannot be opened, and a rename needs nothing more.
#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The program's own streams. Opened by their names, they would begin anew and write over what was printed before.
#[cfg(unix)]
fn own_stream(path: &Path) -> Option<io::Result<File>> {
    use std::os::fd::AsFd as _;
    match path.to_str() {
        Some("/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1") => {
            Some(io::stdout().as_fd().try_clone_to_owned().map(File::from))
        }
        Some("/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2") => {
            Some(io::stderr().as_fd().try_clone_to_owned().map(File::from))
        }
        // The caller's shell opened those; what is there already stays.
        Some(name) if name.starts_with("/dev/fd/") || name.starts_with("/proc/self/fd/") => {
            Some(OpenOptions::new().append(true).open(path))
        }
        _ => None,
    }
}

#[cfg(not(unix))]
fn own_stream(_: &Path) -> Option<io::Result<File>> {
    None
}

/// Opens a device, or a pipe as soon as somebody reads it.
#[cfg(unix)]
async fn open_device(path: &Path, found: &fs::Metadata) -> io::Result<File> {
    use std::os::unix::fs::FileTypeExt as _;
    use std::time::Duration;

    const LOOK_AGAIN: Duration = Duration::from_millis(20);
    if !found.file_type().is_fifo() {
        return OpenOptions::new().write(true).open(path);
    }
    loop {
        // Opened plainly, a pipe that nobody reads would hold the program where no interrupt reaches it.
        match tokio::net::unix::pipe::OpenOptions::new().open_sender(path) {
            Ok(sender) => return sender.into_blocking_fd().map(File::from),
            Err(error) if error.raw_os_error() == Some(NOBODY_READS) => tokio::time::sleep(LOOK_AGAIN).await,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(not(unix))]
async fn open_device(path: &Path, _: &fs::Metadata) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

/// What opening a pipe without a reader fails with.
#[cfg(unix)]
const NOBODY_READS: i32 = rustix::io::Errno::NXIO.raw_os_error();

/// Files without a name: nothing has to be cleaned up, not even when the program is killed.
#[cfg(target_os = "linux")]
mod nameless {
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsFd as _, AsRawFd as _};
    use std::path::{Path, PathBuf};

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, open};

    /// A new file on the file system of this directory; `None` where that is not possible.
    pub(super) fn create(directory: &Path, mode: u32) -> Option<File> {
        let mode = Mode::from_raw_mode(mode);
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        let file = File::from(open(directory, flags, mode).ok()?);
        // Without this view of it, the file could never get a name.
        handle(&file).exists().then_some(file)
    }

    /// Gives a file a name that no other file has.
    pub(super) fn link(file: &File, path: &Path) -> io::Result<()> {
        Ok(linkat(CWD, handle(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
    }

    fn handle(file: &File) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", file.as_fd().as_raw_fd()))
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
