//! The body of an answer, piece by piece or whole.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::{Bytes, BytesMut};

use super::Meter;
use super::attempt::failure;
use crate::error::{Error, RequestFacts};

/// The body of an answer, read piece by piece.
#[derive(Debug)]
pub(crate) struct Body {
    pub(super) response: reqwest::Response,
    pub(super) request: RequestFacts,
    pub(super) meter: Arc<Meter>,
}

/// How much memory is taken for a body before any of it has come.
const MOST_AT_ONCE: usize = 1024 * 1024;

impl Body {
    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let chunk = self
            .response
            .chunk()
            .await
            .map_err(|error| failure(self.response.url(), error).with_request(self.request.clone()))?;
        let size = chunk.as_ref().map_or(0, Bytes::len) as u64;
        self.meter.bytes.fetch_add(size, Ordering::Relaxed);
        Ok(chunk)
    }

    /// The body of an answer that nobody sent.
    pub(crate) fn made_up(request: RequestFacts, bytes: Bytes) -> Self {
        let response = reqwest::Response::from(http::Response::new(bytes));
        Self { response, request, meter: Arc::default() }
    }

    /// What it is the answer to.
    pub(crate) fn request(&self) -> &RequestFacts {
        &self.request
    }

    /// How many bytes are to come, where the server says it.
    pub(crate) fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// All of it; `None` if it has more bytes than this.
    pub(crate) async fn whole(mut self, limit: u64) -> Result<Option<Bytes>, Error> {
        if self.length().is_some_and(|length| length > limit) {
            return Ok(None);
        }
        // A length that is announced is taken at its word only up to a size that costs nothing when it is wrong.
        let announced = usize::try_from(self.length().unwrap_or_default()).unwrap_or(usize::MAX);
        let mut whole = BytesMut::with_capacity(announced.min(MOST_AT_ONCE));
        while let Some(chunk) = self.next().await? {
            if (whole.len() + chunk.len()) as u64 > limit {
                return Ok(None);
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(Some(whole.freeze()))
    }

    /// Its first bytes, at most so many, and no more than come before something breaks.
    pub(crate) async fn beginning(mut self, limit: usize) -> Bytes {
        let mut beginning = BytesMut::new();
        while let Ok(Some(chunk)) = self.next().await {
            let room = limit - beginning.len();
            beginning.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if beginning.len() == limit {
                break;
            }
        }
        beginning.freeze()
    }
}
