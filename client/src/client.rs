//! The client: one way to the wire for typed code and scripts alike, `send(endpoint, arguments)`.

use std::num::NonZeroUsize;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap};
use url::Url;

use crate::arguments::Arguments;
use crate::auth::{Credential, TokenKind};
use crate::caller::Caller;
use crate::config::Builder;
use crate::endpoint::{Endpoint, Idempotency, Method, Outcome, Resource, Segment};
use crate::error::{self, Error, ErrorKind, RequestFacts};
use crate::http::retry::Policy;
use crate::http::transport::{Call, Cause, Failure, Reply, Transport};
use crate::http::{link, request};
use crate::manager::Manager;
use crate::object::Context;
use crate::rehearsal;
use crate::response::{Response, accepted, not_from_gitlab};
use crate::writes::{self, Writes};

/// A client of one GitLab server. Copies share the connections.
#[derive(Clone, Debug)]
pub struct Gitlab {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    api: Url,
    transport: Transport,
    writes: writes::Switch,
    written: writes::Count,
}

/// What went over the wire so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// How many requests were sent, redirects among them.
    pub requests: u64,
    /// How many bytes of answers' bodies arrived, decompressed.
    pub bytes: u64,
}

impl Gitlab {
    /// Begins to describe a client of the server at this URL. Building it sends nothing.
    ///
    /// ```
    /// use rhailab_client::Gitlab;
    /// let gl = Gitlab::builder("https://gitlab.com").private_token("glpat-…".replace('…', "abc")).build()?;
    /// assert_eq!(gl.url(), "https://gitlab.com");
    /// # Ok::<(), rhailab_client::Error>(())
    /// ```
    #[must_use]
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder::new(url.into())
    }

    pub(crate) fn new(api: Url, transport: Transport, writes: writes::Switch) -> Self {
        Self { inner: Arc::new(Inner { api, transport, writes, written: writes::Count::default() }) }
    }

    /// The server's URL, without the API's part.
    #[must_use]
    pub fn url(&self) -> &str {
        self.inner.api.as_str().trim_end_matches("/api/v4")
    }

    /// How many requests may be under way at once.
    #[must_use]
    pub fn jobs(&self) -> NonZeroUsize {
        self.inner.transport.options.jobs
    }

    /// Whether the other is a copy of this client.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Whether requests carry a token.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.token_kind().is_some()
    }

    /// The kind of token that requests carry; `None` when they are anonymous.
    #[must_use]
    pub fn token_kind(&self) -> Option<TokenKind> {
        self.inner.transport.options.credential.as_ref().map(Credential::kind)
    }

    /// What becomes of requests that write.
    #[must_use]
    pub fn writes(&self) -> Writes {
        self.inner.writes.get()
    }

    /// Decides what becomes of requests that write, for all copies of this client and all objects that came from it.
    pub fn set_writes(&self, writes: Writes) {
        self.inner.writes.set(writes);
    }

    /// What went over the wire so far, by all copies of this client.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.inner.transport.meter.read()
    }

    /// How many requests that write were begun so far, by all copies of this client.
    pub(crate) fn writes_begun(&self) -> u64 {
        self.inner.written.begun()
    }

    /// How many of them have ended, well or not.
    pub(crate) fn writes_ended(&self) -> u64 {
        self.inner.written.ended()
    }

    /// The untyped manager of a resource that hangs on the client itself.
    #[must_use]
    pub fn manager(&self, resource: &'static Resource) -> Manager {
        Manager::new(self.clone(), resource, Context::default())
    }

    /// Whether the arguments fit the endpoint, without sending anything.
    pub(crate) fn check(&self, endpoint: &'static Endpoint, arguments: &Arguments) -> Result<(), Error> {
        request::build(&self.inner.api, endpoint, arguments).map(drop)
    }

    /// Sends one request and answers its successful response.
    pub(crate) async fn send(
        &self,
        caller: Caller<'_>,
        endpoint: &'static Endpoint,
        arguments: &Arguments,
    ) -> Result<Response, Error> {
        let request = request::build(&self.inner.api, endpoint, arguments)?;
        if self.writes() == Writes::Rehearsed {
            return rehearsal::send(self, Some(caller), endpoint, arguments, request).await;
        }
        self.exchange(endpoint, request).await
    }

    /// Sends a request that is made already.
    pub(crate) async fn send_request(
        &self,
        endpoint: &'static Endpoint,
        request: http::Request<Bytes>,
    ) -> Result<Response, Error> {
        if self.writes() == Writes::Rehearsed {
            return rehearsal::send(self, None, endpoint, &Arguments::new(), request).await;
        }
        self.exchange(endpoint, request).await
    }

    /// The switch that decides about requests that write.
    pub(crate) fn writes_switch(&self) -> &writes::Switch {
        &self.inner.writes
    }

    /// The API's root.
    pub(crate) fn api(&self) -> &Url {
        &self.inner.api
    }

    /// What a rehearsal remembers.
    pub(crate) fn rehearsed(&self) -> &rehearsal::Objects {
        self.inner.writes.rehearsed()
    }

    /// Sends a read of a URL that GitLab itself gave for the next page.
    pub(crate) async fn follow(
        &self,
        caller: Caller<'_>,
        endpoint: &'static Endpoint,
        arguments: &Arguments,
        link: &str,
    ) -> Result<Response, Error> {
        let mut request = request::build(&self.inner.api, endpoint, arguments)?;
        let own = url_of(&request)?;
        let url = link::follow(&self.inner.api, &own, link).map_err(|reason| {
            let error =
                Error::new(ErrorKind::Transport, reason).with_request(RequestFacts::new(endpoint, &own));
            error.with_hint("If GitLab lives there, give that as the URL.")
        })?;
        *request.uri_mut() = url.as_str().parse().map_err(|error| {
            Error::new(ErrorKind::Decode, format!("the next page's link is no URL: {error}"))
        })?;
        if self.writes() == Writes::Rehearsed {
            return rehearsal::send(self, Some(caller), endpoint, arguments, request).await;
        }
        self.exchange(endpoint, request).await
    }

    /// Sends one request with these headers beside its own, and answers its successful response, the body unread.
    pub(crate) async fn open(
        &self,
        endpoint: &'static Endpoint,
        arguments: &Arguments,
        headers: &HeaderMap,
    ) -> Result<Reply, Error> {
        let mut request = request::build(&self.inner.api, endpoint, arguments)?;
        if self.writes() == Writes::Rehearsed
            && let Some(bytes) = rehearsal::open(self, endpoint, arguments, &request)?
        {
            return Ok(Reply::made_up(RequestFacts::of(endpoint, &request)?, bytes));
        }
        request.headers_mut().extend(headers.clone());
        let call = self.call(endpoint, request)?;
        let _write = self.begin_write(endpoint);
        match self.inner.transport.open(&call).await {
            Ok(reply) if is_page(&reply.headers) && !may_be_page(endpoint) => {
                Err(not_from_gitlab(call.facts))
            }
            Ok(reply) => Ok(reply),
            Err(failure) => Err(self.error_of(endpoint, call.facts, failure)),
        }
    }

    /// How to repeat.
    pub(crate) fn retry_policy(&self) -> Policy {
        self.inner.transport.options.retry
    }

    /// Sends one request and reads its whole answer; one that means failure becomes an error.
    pub(crate) async fn exchange(
        &self,
        endpoint: &'static Endpoint,
        request: http::Request<Bytes>,
    ) -> Result<Response, Error> {
        let call = self.call(endpoint, request)?;
        let _write = self.begin_write(endpoint);
        let (headers, body) = match self.inner.transport.fetch(&call).await {
            Ok(answer) if is_page(&answer.headers) => return Err(not_from_gitlab(call.facts)),
            Ok(answer) => (answer.headers, answer.body),
            // What an attempt before has deleted, whose answer was lost, is gone as it should be.
            Err(failure) if failure.is_uncertain && is_deleted(endpoint, &failure) => Default::default(),
            Err(failure) => return Err(self.error_of(endpoint, call.facts, failure)),
        };
        Ok(Response { headers, body, endpoint, request: call.facts })
    }

    /// Counts a request as long as it may change something. Lists that are being read look at the count: their rows may have
    /// moved.
    fn begin_write(&self, endpoint: &Endpoint) -> Option<writes::Begun<'_>> {
        writes(endpoint).then(|| self.inner.written.begin())
    }

    fn call(&self, endpoint: &'static Endpoint, request: http::Request<Bytes>) -> Result<Call, Error> {
        let (url, facts) = (url_of(&request)?, RequestFacts::of(endpoint, &request)?);
        if self.writes() == Writes::Refused && writes(endpoint) {
            return Err(Error::new(
                ErrorKind::ReadOnly,
                format!("{} would write, and this client only reads", endpoint.id),
            )
            .with_request(facts)
            .with_hint("Nothing was sent. Leave read-only mode to write."));
        }
        Ok(Call { request, url, idempotency: endpoint.idempotency, facts })
    }

    /// The error for a call without a successful answer.
    fn error_of(&self, endpoint: &'static Endpoint, facts: RequestFacts, failure: Failure) -> Error {
        let tries = failure.attempts;
        // The answer began well, and could not be read whole.
        let is_accepted = matches!(&failure.cause, Cause::Error(error) if error.kind() == ErrorKind::Decode);
        let mut error = match failure.cause {
            Cause::Error(error) => error.with_request(facts),
            Cause::Refusal(refusal) => {
                let request_id = refusal.headers.get("x-request-id").and_then(|value| value.to_str().ok());
                let mut error = error::from_answer(
                    endpoint,
                    facts,
                    self.token_kind(),
                    refusal.status,
                    request_id.map(str::to_owned),
                    &refusal.body,
                );
                if let Some(origin) = refusal.foreign_origin {
                    error = error.with_hint(format!(
                        "The server redirected to {origin}, where no token is sent; if GitLab lives there, give that as the URL."
                    ));
                }
                error
            }
        };
        if is_accepted {
            error = accepted(endpoint, error);
        }
        let mut hints: Vec<String> = error.hint().map(str::to_owned).into_iter().collect();
        if failure.is_uncertain && endpoint.idempotency == Idempotency::Never {
            hints.push("GitLab may have done it all the same: look before you send it again.".to_owned());
        }
        if let Some(pause) = failure.asked_pause {
            hints.push(format!("GitLab asks to wait {} seconds.", pause.as_secs()));
        }
        if tries > 1 {
            hints.push(format!("It was tried {tries} times."));
        }
        if !hints.is_empty() {
            error = error.with_hint(hints.join(" "));
        }
        error
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

/// Whether the bytes of an answer may be those of a page: only files have names that callers choose.
fn may_be_page(endpoint: &Endpoint) -> bool {
    endpoint.path.iter().any(|segment| matches!(segment, Segment::Rest(_)))
}

/// Whether GitLab knows nothing of what was to be deleted.
fn is_deleted(endpoint: &Endpoint, failure: &Failure) -> bool {
    endpoint.method == Method::Delete
        && matches!(endpoint.outcome, Outcome::Nothing)
        && matches!(&failure.cause, Cause::Refusal(refusal) if refusal.status == StatusCode::NOT_FOUND)
}

/// Whether an operation changes anything on the server.
pub(crate) fn writes(endpoint: &Endpoint) -> bool {
    endpoint.idempotency != Idempotency::Safe
}

pub(crate) fn url_of(request: &http::Request<Bytes>) -> Result<Url, Error> {
    Url::parse(&request.uri().to_string())
        .map_err(|error| Error::usage(format!("the request has no valid URL: {error}")))
}
