//! What a script gets for a file that was written for it: `path`, `size` in bytes, and `sha256`, which is computed when it
//! is read.

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Map};
use rhailab_client::{Downloaded, hint};

use super::bridge::Bridge;
use super::error::{raise, raise_usage_with};
use super::functions::WRITTEN;

type Raised<T> = Result<T, Box<EvalAltResult>>;

/// A file that was written whole.
#[derive(Clone, Debug)]
pub(crate) struct WrittenRef {
    written: Downloaded,
    bridge: Bridge,
}

impl WrittenRef {
    pub(crate) fn new(written: Downloaded, bridge: &Bridge) -> Self {
        Self { written, bridge: bridge.clone() }
    }

    /// All of its properties. The file is read for its hash.
    pub(crate) fn properties(&self) -> Raised<Map> {
        WRITTEN.properties.iter().map(|known| Ok((known.name.into(), self.property(known.name)?))).collect()
    }

    /// Its path and size.
    pub(crate) fn words(&self) -> String {
        format!("{}, {} bytes", self.written.path.display(), self.written.size)
    }

    fn property(&self, name: &str) -> Raised<Dynamic> {
        match name {
            "path" => Ok(self.written.path.display().to_string().into()),
            "size" => Ok(i64::try_from(self.written.size).unwrap_or(i64::MAX).into()),
            "sha256" => Ok(self.bridge.wait(self.written.sha256())?.map_err(raise)?.into()),
            _ => {
                let known: Vec<&str> = WRITTEN.properties.iter().map(|property| property.name).collect();
                let message = format!("a written file has no property `{name}`");
                Err(raise_usage_with(message, hint(name, &known, "It has")))
            }
        }
    }
}

pub(crate) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<WrittenRef>("WrittenFile")
        .register_indexer_get(|file: &mut WrittenRef, name: ImmutableString| file.property(&name))
        .register_fn("to_string", |file: WrittenRef| file.words())
        .register_fn("to_debug", |file: WrittenRef| file.words());
}
