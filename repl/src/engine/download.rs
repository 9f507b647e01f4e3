//! Verbs that answer text or bytes: as a value, straight to a file (`#{to: …}`), or piece by piece to a closure
//! (`#{action: |chunk| …}`).

use std::io;

use rhai::{Dynamic, EvalAltResult, FnPtr, NativeCallContext};
use rhailab_client::endpoint::{Endpoint, Outcome};
use rhailab_client::{Bytes, Download, Downloaded, Error};
use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinSet;

use super::bridge::Bridge;
use super::error::{raise, raise_usage, raise_usage_with};
use super::files::Chunk;
use super::written::WrittenRef;
use crate::progress::{Bar, beside};

type Raised<T> = Result<T, Box<EvalAltResult>>;

/// How many pieces may wait for a closure. With a few, neither side waits for the other each time.
const AHEAD: usize = 2;

/// Where a download goes.
#[derive(Clone, Debug, Default)]
pub(crate) enum Destination {
    /// Into the value of the call.
    #[default]
    Value,
    /// Into the file of this name.
    File(String),
    /// To this closure, piece by piece.
    Closure(FnPtr),
}

impl Destination {
    /// The destination that an option names; `None` if the option is another one.
    pub(crate) fn from_option(name: &str, given: &Dynamic) -> Raised<Option<Self>> {
        match name {
            "to" => match given.clone().into_string() {
                Ok(path) => Ok(Some(Self::File(path))),
                Err(kind) => Err(raise_usage(format!("`to` must be the name of a file, not {kind}"))),
            },
            "action" => match given.clone().try_cast() {
                Some(action) => Ok(Some(Self::Closure(action))),
                None => Err(raise_usage_with(
                    "`action` must be a function",
                    "Such as `action: |chunk| f.write(chunk)`.",
                )),
            },
            _ => Ok(None),
        }
    }
}

/// Runs a download of this name and answers its value: the text or bytes, what file was written, or how many bytes came.
pub(crate) fn run(
    context: &NativeCallContext<'_>,
    bridge: &Bridge,
    download: Download,
    endpoint: &Endpoint,
    destination: &Destination,
) -> Raised<Dynamic> {
    let name = match destination {
        Destination::File(path) => path,
        // Of `ProjectJob.artifacts`, what a person called.
        Destination::Value | Destination::Closure(_) => {
            endpoint.id.rsplit_once('.').map_or(endpoint.id, |(_, verb)| verb)
        }
    };
    let (download, mut bar) = Bar::of(download, name);
    let bar = &mut bar;
    match destination {
        Destination::Value if matches!(endpoint.outcome, Outcome::Text) => {
            Ok(bridge.wait(beside(bar, download.text()))?.map_err(raise)?.into())
        }
        Destination::Value => {
            let bytes = bridge.wait(beside(bar, download.bytes()))?.map_err(raise)?;
            Ok(Dynamic::from_blob(bytes.into()))
        }
        Destination::File(path) => {
            let written = to_file(bridge, bar, download, path.clone())?.map_err(raise)?;
            Ok(Dynamic::from(WrittenRef::new(written, bridge)))
        }
        Destination::Closure(action) => {
            let mut arrived = 0;
            let (sender, mut receiver) = mpsc::channel(AHEAD);
            let mut reading = JoinSet::new();
            reading.spawn_on(read(download, sender), bridge.runtime().map_err(raise)?.handle());
            while let Some(chunk) = bridge.wait(beside(bar, receiver.recv()))? {
                arrived += chunk.len() as u64;
                let _: Dynamic = action.call_within_context(context, (Chunk(chunk),))?;
            }
            bridge.wait(end_of(&mut reading))?.map_err(raise)?;
            Ok(i64::try_from(arrived).unwrap_or(i64::MAX).into())
        }
    }
}

/// Writes the file on the thread that reads the connection: handing each piece to the script's thread would take longer than
/// writing it.
fn to_file(
    bridge: &Bridge,
    bar: &mut Option<Bar>,
    download: Download,
    path: String,
) -> Raised<Result<Downloaded, Error>> {
    let runtime = bridge.runtime().map_err(raise)?;
    let mut writing = JoinSet::new();
    writing.spawn_on(async move { download.to_file(path).await }, runtime.handle());
    let written = bridge.wait(beside(bar, end_of(&mut writing)));
    if written.is_err() {
        // What is interrupted removes its unfinished file, before the program may end.
        runtime.block_on(writing.shutdown());
    }
    written
}

/// Reads a download while a closure works on what came before.
async fn read(download: Download, pieces: Sender<Bytes>) -> Result<(), Error> {
    let mut chunks = download.start().await?;
    while let Some(chunk) = chunks.next().await? {
        if pieces.send(chunk).await.is_err() {
            // The closure has failed, and nobody waits for more.
            break;
        }
    }
    Ok(())
}

/// What the only task of a set ends with.
async fn end_of<T: 'static>(task: &mut JoinSet<Result<T, Error>>) -> Result<T, Error> {
    match task.join_next().await {
        Some(Ok(end)) => end,
        Some(Err(error)) => Err(Error::io("the download has failed", &io::Error::from(error))),
        None => Err(Error::io("the download has failed", &io::Error::other("it has ended before"))),
    }
}
