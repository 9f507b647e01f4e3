//! A successful answer: what it holds, how its JSON is read, and what is said when it cannot be read. What asked for it
//! is not its business.

use bytes::Bytes;
use http::header::HeaderMap;
use serde::Deserialize;

use crate::endpoint::{Endpoint, Idempotency};
use crate::error::{Error, ErrorKind, RequestFacts};

/// A successful answer with what produced it.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) request: RequestFacts,
}

impl Response {
    /// What stands for an answer to a request that was not sent.
    pub(crate) fn made_up(
        endpoint: &'static Endpoint,
        request: RequestFacts,
        answer: &serde_json::Value,
    ) -> Self {
        Self { headers: HeaderMap::new(), body: answer.to_string().into(), endpoint, request }
    }

    /// Decodes the body; a failure names the operation and the place in the JSON.
    pub(crate) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        decode(&self.body).map_err(|problem| {
            if self.body.trim_ascii_start().starts_with(b"<") {
                return not_from_gitlab(self.request.clone());
            }
            let what = format!("the answer to {} cannot be read: {problem}", self.endpoint.id);
            let error = Error::new(ErrorKind::Decode, what)
                .with_request(self.request.clone())
                .with_hint("Is the URL that of a GitLab server?");
            accepted(self.endpoint, error)
        })
    }

    /// A header that is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Says of an answer that means success and cannot be read that what was asked for is most likely done, where sending it
/// again would do it again.
pub(crate) fn accepted(endpoint: &Endpoint, error: Error) -> Error {
    const ACCEPTED: &str =
        "GitLab has accepted the request: look whether it is done before you send it again.";
    if endpoint.idempotency != Idempotency::Never || error.kind() != ErrorKind::Decode {
        return error;
    }
    let hint = error.hint().map_or_else(|| ACCEPTED.to_owned(), |hint| format!("{ACCEPTED} {hint}"));
    error.with_hint(hint)
}

/// A page where GitLab's API has none: whoever sent it did not carry out the request.
pub(crate) fn not_from_gitlab(facts: RequestFacts) -> Error {
    Error::new(ErrorKind::Decode, "the answer is an HTML page, not GitLab's")
        .with_request(facts)
        .with_hint("A proxy may want somebody to sign in. Is the URL that of a GitLab server?")
}

/// Decodes JSON; the message of a failure begins with the place, such as `[3].created_at`, or with as much of it as can be
/// read at a glance.
pub(crate) fn decode<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, String> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        const LONGEST: usize = 80;
        let mut place = error.path().to_string();
        if place.chars().count() > LONGEST {
            place = place.chars().take(LONGEST).chain(['…']).collect();
        }
        let inner = error.into_inner();
        if place == "." { inner.to_string() } else { format!("{place}: {inner}") }
    })?;
    deserializer.end().map_err(|error| error.to_string())?;
    Ok(value)
}
