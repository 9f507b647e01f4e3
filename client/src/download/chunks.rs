//! A download that is under way: hands out each byte once and in order, whatever becomes of the connection. Owns what
//! happens when it breaks; what makes two answers parts of one file is decided in `version.rs`.

use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use http::{StatusCode, header};

use super::Observer;
use super::version::{Part, Version};
use crate::arguments::Arguments;
use crate::client::Gitlab;
use crate::endpoint::{Endpoint, Idempotency};
use crate::error::{Error, ErrorKind};
use crate::http::retry::{Attempts, Problem};
use crate::http::transport::{Body, Reply, announce_pause};

/// A download that is under way.
pub struct Chunks {
    client: Gitlab,
    endpoint: &'static Endpoint,
    arguments: Arguments,
    observer: Observer,
    body: Body,
    version: Version,
    /// Where in the file the next byte of the body belongs.
    body_position: u64,
    /// Up to where the file was handed out.
    delivered: u64,
    /// Up to where it ever came: what comes again after it began anew is no progress.
    furthest: u64,
    /// Whether the present answer began where the one before broke off, and not at the beginning.
    goes_on: bool,
    /// The attempts since it came any further.
    attempts: Attempts,
}

impl Chunks {
    pub(super) async fn begin(
        client: Gitlab,
        endpoint: &'static Endpoint,
        arguments: Arguments,
        mut observer: Observer,
        position: u64,
    ) -> Result<Self, Error> {
        let mut start = 0;
        let mut reply = None;
        if position > 0 {
            match client.open(endpoint, &arguments, &asking(Some((position, None)))).await {
                Ok(part) if part.status == StatusCode::PARTIAL_CONTENT => {
                    if Part::of(&part.headers).is_some_and(|part| part.first == position) {
                        start = position;
                        reply = Some(part);
                    }
                }
                Ok(whole) => reply = Some(whole),
                // The file ends before that place.
                Err(error) if error.status() == Some(RANGE_NOT_SATISFIABLE) => {}
                Err(error) => return Err(error),
            }
        }
        let reply = match reply {
            Some(reply) => reply,
            None => whole_only(client.open(endpoint, &arguments, &asking(None)).await?)?,
        };
        let version = Version::of(&reply.headers, reply.body.length());
        observer.tell(start, version.length);
        Ok(Self {
            attempts: Attempts::new(client.retry_policy()),
            client,
            endpoint,
            arguments,
            observer,
            body: reply.body,
            version,
            body_position: start,
            delivered: start,
            furthest: start,
            goes_on: true,
        })
    }

    /// The next piece; `None` when everything has arrived.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Transport`] or [`ErrorKind::Timeout`] when the connection breaks and the download cannot be continued,
    /// [`ErrorKind::Conflict`] when the server has another file by then.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        // What was handed out cannot be taken back.
        self.next_or_again(|| Ok(false)).await
    }

    /// How many bytes are to come in all, where the server says it.
    #[must_use]
    pub fn expected(&self) -> Option<u64> {
        self.version.length
    }

    /// Where in the file the next piece belongs, in bytes from its beginning.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.delivered
    }

    /// The next piece. When the server can only send everything again, `rewind` is asked to forget what came so far, and
    /// says whether it did; otherwise what it has is read over, provided that it is certainly the same.
    pub(super) async fn next_or_again(
        &mut self,
        mut rewind: impl FnMut() -> Result<bool, Error> + Send,
    ) -> Result<Option<Bytes>, Error> {
        loop {
            // Bytes may come faster than they are worked on. Whoever waits for an interrupt or a deadline beside them
            // has a turn before each piece.
            tokio::task::yield_now().await;
            let problem = match self.body.next().await {
                Ok(Some(chunk)) => match self.accept(chunk)? {
                    Some(fresh) => return Ok(Some(fresh)),
                    None => continue,
                },
                Ok(None) if self.version.length.is_none_or(|length| length == self.body_position) => {
                    return Ok(None);
                }
                Ok(None) => {
                    Error::new(ErrorKind::Transport, "the answer ended early").with_hint("Try again.")
                }
                Err(problem) => problem,
            };
            self.resume(problem, &mut rewind).await?;
        }
    }

    /// What of a piece was not handed out before.
    fn accept(&mut self, mut chunk: Bytes) -> Result<Option<Bytes>, Error> {
        let known = self.delivered.saturating_sub(self.body_position);
        self.body_position += chunk.len() as u64;
        if let Some(length) = self.version.length.filter(|length| self.body_position > *length) {
            return Err(Error::new(
                ErrorKind::Decode,
                format!("the server sends more than the {length} bytes that it announced"),
            ));
        }
        let known = usize::try_from(known).unwrap_or(usize::MAX).min(chunk.len());
        let fresh = chunk.split_off(known);
        if fresh.is_empty() {
            return Ok(None);
        }
        self.delivered = self.body_position;
        if self.goes_on && self.delivered > self.furthest {
            // Bytes came that had not come before and need not come again, so whatever was tried did work.
            self.furthest = self.delivered;
            self.attempts = Attempts::new(self.client.retry_policy());
        }
        self.observer.tell(self.delivered, self.version.length);
        Ok(Some(fresh))
    }

    /// Asks for the rest after the connection broke.
    async fn resume(
        &mut self,
        problem: Error,
        rewind: &mut (impl FnMut() -> Result<bool, Error> + Send),
    ) -> Result<(), Error> {
        if !matches!(problem.kind(), ErrorKind::Transport | ErrorKind::Timeout) {
            return Err(self.broken(problem));
        }
        // A body is read by GET alone, which may be sent again whatever became of the one before.
        let next = self.attempts.next(Idempotency::Safe, Problem::NoAnswer, fastrand::f64());
        let Some(pause) = next else {
            return Err(self.broken(problem));
        };
        announce_pause(
            self.body.request(),
            pause,
            &format!("{} after {}", problem.message(), self.so_far()),
            &format!("attempt {}", self.attempts.made() + 1),
        );
        tokio::time::sleep(pause).await;
        // A redirect to object storage is asked for anew, because its signature may have expired.
        let validator = self.version.validator().filter(|_| self.delivered > 0).cloned();
        if let Some(validator) = validator {
            let headers = asking(Some((self.delivered, Some(validator))));
            match self.client.open(self.endpoint, &self.arguments, &headers).await {
                Ok(reply) if reply.status == StatusCode::PARTIAL_CONTENT => {
                    if self.version.is_continued_by(&reply.headers, self.delivered) {
                        self.body = reply.body;
                        self.body_position = self.delivered;
                        self.goes_on = true;
                        return Ok(());
                    }
                }
                Ok(reply) => return self.begin_again(reply, rewind),
                Err(error) if error.status() == Some(RANGE_NOT_SATISFIABLE) => {}
                Err(error) => return Err(self.broken(error)),
            }
        }
        // Only now is it sure that the server has no rest to give.
        match self.client.open(self.endpoint, &self.arguments, &asking(None)).await.and_then(whole_only) {
            Ok(reply) => self.begin_again(reply, rewind),
            Err(error) => Err(self.broken(error)),
        }
    }

    fn begin_again(
        &mut self,
        reply: Reply,
        rewind: &mut (impl FnMut() -> Result<bool, Error> + Send),
    ) -> Result<(), Error> {
        let version = Version::of(&reply.headers, reply.body.length());
        if self.delivered > 0 {
            if rewind()? {
                self.delivered = 0;
                self.observer.tell(0, version.length);
            } else if !self.version.is_surely(&version) {
                return Err(self.lost(&version));
            }
        }
        self.body = reply.body;
        self.version = version;
        self.body_position = 0;
        self.goes_on = false;
        Ok(())
    }

    /// What is handed out and what the server has do not belong together.
    fn lost(&self, fresh: &Version) -> Error {
        let broken = format!("the download broke off after {}", self.so_far());
        if self.version.is_surely_not(fresh) {
            return Error::new(
                ErrorKind::Conflict,
                format!("{broken}, and the server has another file by now"),
            )
            .with_hint("Begin the download again.");
        }
        Error::new(
            ErrorKind::Transport,
            format!("{broken}, and nothing tells whether the server still has the same file"),
        )
        .with_hint("Begin the download again, or let it go to a file, which can be written anew.")
    }

    fn broken(&self, problem: Error) -> Error {
        let words = format!("the download broke off after {}: {}", self.so_far(), problem.message());
        problem.rephrased(words)
    }

    fn so_far(&self) -> String {
        match self.version.length {
            Some(length) => format!("{} of {length} bytes", self.delivered),
            None => format!("{} bytes", self.delivered),
        }
    }
}

impl fmt::Debug for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks")
            .field("operation", &self.endpoint.id)
            .field("expected", &self.version.length)
            .field("position", &self.delivered)
            .finish_non_exhaustive()
    }
}

const RANGE_NOT_SATISFIABLE: u16 = StatusCode::RANGE_NOT_SATISFIABLE.as_u16();

/// The headers that ask for a file from a place on, if the server still has the version that is known.
fn asking(rest: Option<(u64, Option<HeaderValue>)>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // Places and lengths are those of the file itself, and a compressed answer has others.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Some((position, validator)) = rest {
        // Digits can always stand in a header.
        if let Ok(range) = HeaderValue::try_from(format!("bytes={position}-")) {
            headers.insert(RANGE, range);
        }
        if let Some(validator) = validator {
            headers.insert(IF_RANGE, validator);
        }
    }
    headers
}

/// A part that nobody asked for would pass as the whole.
fn whole_only(reply: Reply) -> Result<Reply, Error> {
    if reply.status == StatusCode::PARTIAL_CONTENT || reply.headers.contains_key(header::CONTENT_RANGE) {
        return Err(Error::new(
            ErrorKind::Decode,
            "the server sends a part of the file and was asked for all",
        )
        .with_hint("Look at proxies between here and the server."));
    }
    Ok(reply)
}
