//! Verbs that answer text or bytes: as a value, straight to a file (`#{to: …}`), or piece by piece to a closure
//! (`#{action: |chunk| …}`).

use rhai::{Dynamic, EvalAltResult, FnPtr, NativeCallContext};
use rhailab_client::Download;
use rhailab_client::endpoint::{Endpoint, Outcome};

use super::bridge::Bridge;
use super::error::{raise, raise_usage, raise_usage_with};
use super::files::Chunk;
use super::written::WrittenRef;
use crate::progress::{Bar, beside};

type Raised<T> = Result<T, Box<EvalAltResult>>;

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
            let written = bridge.wait(beside(bar, download.to_file(path)))?.map_err(raise)?;
            Ok(Dynamic::from(WrittenRef::new(written, bridge)))
        }
        Destination::Closure(action) => {
            let mut arrived = 0;
            let mut chunks = bridge.wait(beside(bar, download.start()))?.map_err(raise)?;
            while let Some(chunk) = bridge.wait(beside(bar, chunks.next()))?.map_err(raise)? {
                arrived += chunk.len() as u64;
                let _: Dynamic = action.call_within_context(context, (Chunk(chunk),))?;
            }
            Ok(i64::try_from(arrived).unwrap_or(i64::MAX).into())
        }
    }
}
