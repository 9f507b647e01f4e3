//! Sends requests and reads answers. Owns the connection pool, the credential and the redirect loop;
//! must not know what an endpoint's answer means.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::header::{HeaderMap, LOCATION};
use http::{Request, StatusCode};
use url::Url;

use super::redirect::{Hop, is_redirect};
use crate::auth::Credential;
use crate::client::Traffic;
use crate::error::{Error, ErrorKind, RequestFacts, redact_url};

/// A whole JSON answer is kept in memory up to this size.
const MOST_BODY: usize = 64 * 1024 * 1024;

/// The HTTP client with what it needs to know.
#[derive(Debug)]
pub(crate) struct Transport {
    // Loading the system's certificates takes milliseconds, so nothing is built before the first request.
    http: OnceLock<reqwest::Client>,
    pub(crate) options: Options,
    pub(crate) meter: Arc<Meter>,
}

/// Counts what goes over the wire.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    requests: AtomicU64,
    bytes: AtomicU64,
}

impl Meter {
    pub(crate) fn read(&self) -> Traffic {
        Traffic { requests: self.requests.load(Ordering::Relaxed), bytes: self.bytes.load(Ordering::Relaxed) }
    }
}

/// How to connect, and as whom.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) credential: Option<Credential>,
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retries: u32,
    pub(crate) jobs: NonZeroUsize,
    pub(crate) body_limit: u64,
}

/// An answer whose body has not been read yet.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// Where the answer came from when redirects led away from the configured server.
    pub(crate) foreign_origin: Option<String>,
}

/// The body of an answer, read piece by piece.
#[derive(Debug)]
pub(crate) struct Body {
    response: reqwest::Response,
    request: RequestFacts,
    meter: Arc<Meter>,
}

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
    pub(crate) fn empty(request: RequestFacts) -> Self {
        let response = reqwest::Response::from(http::Response::new(Bytes::new()));
        Self { response, request, meter: Arc::default() }
    }

    /// How many bytes are to come, where the server says it.
    pub(crate) fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// All of it, for answers that are small by nature.
    pub(crate) async fn whole(mut self) -> Result<Bytes, Error> {
        let mut whole = BytesMut::new();
        while let Some(chunk) = self.next().await? {
            if whole.len() + chunk.len() > MOST_BODY {
                let size = MOST_BODY / 1024 / 1024;
                return Err(Error::new(ErrorKind::Decode, format!("the answer is larger than {size} MiB"))
                    .with_request(self.request));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }
}

impl Transport {
    pub(crate) fn new(options: Options) -> Self {
        Self { http: OnceLock::new(), options, meter: Arc::default() }
    }

    /// Sends a request to the configured server and follows its redirects. The facts are for errors in the body.
    pub(crate) async fn send(
        &self,
        request: Request<Bytes>,
        url: Url,
        facts: RequestFacts,
    ) -> Result<Reply, Error> {
        let mut hop = Hop::first(url);
        loop {
            let started = Instant::now();
            self.meter.requests.fetch_add(1, Ordering::Relaxed);
            let response = self.send_once(&request, &hop).await?;
            let status = response.status();
            tracing::debug!(
                target: "rhailab_client::http",
                method = %request.method(),
                url = %redact_url(&hop.url),
                status = status.as_u16(),
                milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                "request"
            );
            if is_redirect(status) {
                let location = response.headers().get(LOCATION).map(|value| value.as_bytes().to_vec());
                hop = hop.next(request.method(), location.as_deref()).map_err(|reason| {
                    Error::new(ErrorKind::Transport, reason)
                        .with_hint("If the server has moved, give its new address as the URL.")
                })?;
                continue;
            }
            let headers = response.headers().clone();
            let foreign_origin = (!hop.trusted).then(|| hop.url.origin().ascii_serialization());
            let body = Body { response, request: facts, meter: Arc::clone(&self.meter) };
            return Ok(Reply { status, headers, body, foreign_origin });
        }
    }

    async fn send_once(&self, request: &Request<Bytes>, hop: &Hop) -> Result<reqwest::Response, Error> {
        let mut outgoing = self.http()?.request(request.method().clone(), hop.url.clone());
        outgoing = outgoing.headers(request.headers().clone());
        if !request.body().is_empty() {
            outgoing = outgoing.body(request.body().clone());
        }
        if hop.trusted
            && let Some(credential) = &self.options.credential
        {
            let (name, value) = credential.header();
            outgoing = outgoing.header(name, value);
        }
        outgoing.send().await.map_err(|error| failure(&hop.url, error))
    }

    fn http(&self) -> Result<&reqwest::Client, Error> {
        if let Some(client) = self.http.get() {
            return Ok(client);
        }
        let client = reqwest::Client::builder()
            .user_agent(concat!("rhailab/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(self.options.connect_timeout)
            .read_timeout(self.options.read_timeout)
            .build()
            .map_err(|error| {
                Error::new(ErrorKind::Transport, format!("the HTTP client cannot start: {}", chain(&error)))
                    .with_source(error)
            })?;
        Ok(self.http.get_or_init(|| client))
    }
}

/// Words for a request that got no answer, or only a part of one.
fn failure(url: &Url, error: reqwest::Error) -> Error {
    // The library's message would repeat the URL, with whatever secret its query holds.
    let error = error.without_url();
    let origin = url.origin().ascii_serialization();
    let (kind, what, hint) = if error.is_connect() {
        (
            ErrorKind::Transport,
            "cannot connect to",
            "Is the URL right, and is the server up and reachable from here?",
        )
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "no answer in time from", "Is the server overloaded? A longer timeout may help.")
    } else {
        (
            ErrorKind::Transport,
            "the connection broke to",
            "Try again; if it stays, look at proxies between here and the server.",
        )
    };
    Error::new(kind, format!("{what} {origin}: {}", chain(&error))).with_hint(hint).with_source(error)
}

/// The innermost cause says what really happened (`Connection refused`); the outer ones only say where.
fn chain(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
