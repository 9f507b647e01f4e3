//! The JSON of an object: a part of the answer that it came in, which stays in memory as long as any of its objects. A page
//! of a hundred rows is so kept once, and not copied row by row.

use bytes::Bytes;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// JSON text.
#[derive(Clone, Debug)]
pub(crate) struct Json(Bytes);

impl Json {
    /// The part of an answer that was found in it.
    pub(crate) fn part(answer: &Bytes, part: &RawValue) -> Self {
        Self(answer.slice_ref(part.get().as_bytes()))
    }

    /// JSON that stood in the answer about something else, and was decoded with it.
    pub(crate) fn of(fields: &Map<String, Value>) -> Self {
        Self(Value::Object(fields.clone()).to_string().into())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text; JSON is UTF-8, and was read as such.
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The first byte that is no space.
    pub(crate) fn first_byte(&self) -> Option<u8> {
        self.0.trim_ascii_start().first().copied()
    }
}
