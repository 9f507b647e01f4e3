//! Sends requests until one of them is answered for good: repeats what may be repeated, follows redirects, keeps to the
//! limits of time, number and size. Owns the connection pool and the credential; must not know what an endpoint's
//! answer means.

mod attempt;
mod body;

use std::future::Future;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::HeaderMap;
use http::{Request, StatusCode};
use tokio::sync::Semaphore;
use url::Url;

use super::connect::{ConnectSettings, Connector};
use super::pace::Pace;
use super::retry::{Attempts, Policy, Problem};
use crate::auth::Credential;
use crate::client::Traffic;
use crate::endpoint::Idempotency;
use crate::error::{Error, ErrorKind, RequestFacts};

pub(crate) use body::Body;

/// The HTTP client with what it needs to know.
#[derive(Debug)]
pub(crate) struct Transport {
    connector: Connector,
    pub(crate) options: Options,
    pub(crate) meter: Arc<Meter>,
    /// One permit for each request that may be under way.
    permits: Semaphore,
    pace: Pace,
    /// Whether the server has ever answered.
    is_known: AtomicBool,
}

/// As whom to speak, and within which limits.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) credential: Option<Credential>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Policy,
    pub(crate) jobs: NonZeroUsize,
    pub(crate) body_limit: u64,
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

/// A request with what decides how it is sent.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) request: Request<Bytes>,
    pub(crate) url: Url,
    pub(crate) idempotency: Idempotency,
    /// What errors and traces say of it.
    pub(crate) facts: RequestFacts,
}

/// A successful answer whose body has not been read yet.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is no successful answer, after so many attempts.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    pub(crate) attempts: u32,
    /// Whether one of them may have reached its aim although it failed.
    pub(crate) is_uncertain: bool,
    /// How long the server wants to be left alone, if that is longer than a call may take.
    pub(crate) asked_pause: Option<Duration>,
}

/// What an attempt failed of.
#[derive(Debug)]
pub(crate) enum Cause {
    /// There was no whole answer.
    Error(Error),
    /// The answer means failure.
    Refusal(Box<Refusal>),
}

/// An answer that means failure.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The beginning of the body, as far as it came.
    pub(crate) body: Bytes,
    /// Where the answer came from when redirects led away from the configured server.
    pub(crate) foreign_origin: Option<String>,
}

/// One attempt that failed.
#[derive(Debug)]
struct Setback {
    problem: Problem,
    cause: Cause,
}

/// A pause from this length on is told to whoever waits, asked or not.
const WORTH_TELLING: Duration = Duration::from_secs(5);

impl Transport {
    pub(crate) fn new(options: Options, connecting: ConnectSettings) -> Self {
        Self {
            connector: Connector::new(connecting),
            meter: Arc::default(),
            permits: Semaphore::new(options.jobs.get().min(Semaphore::MAX_PERMITS)),
            pace: Pace::new(options.retry.budget),
            is_known: AtomicBool::new(false),
            options,
        }
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn fetch(&self, call: &Call) -> Result<Answer, Failure> {
        self.repeat(call, || self.attempt_whole(call)).await
    }

    /// Sends a request and answers as soon as its answer begins. From then on it counts no more among the requests
    /// that are under way: whoever reads the body may send others meanwhile.
    pub(crate) async fn open(&self, call: &Call) -> Result<Reply, Failure> {
        self.repeat(call, || self.attempt(call)).await
    }

    async fn attempt_whole(&self, call: &Call) -> Result<Answer, Setback> {
        let reply = self.attempt(call).await?;
        let no_answer = |error| Setback { problem: Problem::NoAnswer, cause: Cause::Error(error) };
        match reply.body.whole(self.options.body_limit).await.map_err(no_answer)? {
            Some(body) => {
                trace_body(call, &body);
                Ok(Answer { headers: reply.headers, body })
            }
            None => Err(Setback { problem: Problem::Permanent, cause: Cause::Error(self.too_large()) }),
        }
    }

    /// Attempts, and attempts again as long as that is safe and there is hope.
    async fn repeat<T, F>(&self, call: &Call, attempt: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Setback>>,
    {
        let mut attempts = Attempts::new(self.options.retry);
        let mut last = None;
        let work = async {
            loop {
                // With a permit at hand nothing stands between the request and the pace that counts when it leaves.
                let permit = self.permits.acquire().await;
                self.keep_pace(call).await;
                attempts.begin();
                let setback = match attempt().await {
                    Ok(answer) => return Ok(answer),
                    Err(setback) => setback,
                };
                drop(permit);
                let Some(pause) = attempts.next(call.idempotency, setback.problem, fastrand::f64()) else {
                    return Err(setback);
                };
                announce_retry(call, &setback.cause, pause, &attempts);
                last = Some(setback.cause);
                tokio::time::sleep(pause).await;
            }
        };
        let result = within(self.options.timeout, work).await.unwrap_or_else(|timeout| {
            let cause = Cause::Error(out_of_time(&call.url, timeout, last.as_ref()));
            // A request that waited for its turn, or to be repeated, has not left.
            let problem = if attempts.is_under_way() { Problem::NoAnswer } else { Problem::Permanent };
            Err(Setback { problem, cause })
        });
        result.map_err(|Setback { problem, cause }| Failure {
            cause,
            attempts: attempts.made(),
            is_uncertain: attempts.is_uncertain() || problem == Problem::NoAnswer,
            asked_pause: match problem {
                Problem::Refused { wait, .. } => wait.filter(|wait| *wait > self.options.retry.budget),
                _ => None,
            },
        })
    }

    /// Waits for this request's turn, if GitLab wants requests to be slower.
    async fn keep_pace(&self, call: &Call) {
        let pause = self.pace.place(Instant::now());
        if pause.is_zero() {
            return;
        }
        let reason = "the server's rate limit is nearly used up";
        announce_pause(&call.facts, pause, reason, "");
        tokio::time::sleep(pause).await;
    }

    fn too_large(&self) -> Error {
        let limit = self.options.body_limit;
        Error::new(ErrorKind::Decode, format!("the answer is larger than {limit} bytes"))
            .with_hint("Ask for less at once, such as fewer rows a page; downloads have no such limit.")
    }
}

/// Waits no longer than this, if there is a limit; then answers the limit.
async fn within<T>(limit: Option<Duration>, work: impl Future<Output = T>) -> Result<T, Duration> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, work).await.map_err(|_| limit),
        None => Ok(work.await),
    }
}

/// `last` is what the attempt before ended with, if there was one.
fn out_of_time(url: &Url, timeout: Duration, last: Option<&Cause>) -> Error {
    let origin = url.origin().ascii_serialization();
    let before = last.map(|cause| format!(", after {}", words(cause))).unwrap_or_default();
    Error::new(ErrorKind::Timeout, format!("no whole answer from {origin} within {timeout:?}{before}"))
        .with_hint("Is the server overloaded? A longer timeout may help.")
}

fn words(cause: &Cause) -> String {
    match cause {
        Cause::Error(error) => error.message().to_owned(),
        Cause::Refusal(refusal) => format!("GitLab answered {}", refusal.status.as_u16()),
    }
}

impl Reply {
    /// An answer that nobody sent.
    pub(crate) fn made_up(request: RequestFacts, bytes: Bytes) -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), body: Body::made_up(request, bytes) }
    }
}

fn announce_retry(call: &Call, cause: &Cause, pause: Duration, attempts: &Attempts) {
    let attempt = format!("attempt {}", attempts.made() + 1);
    announce_pause(&call.facts, pause, &words(cause), &attempt);
}

/// Tells whoever listens that a request is not sent at once, and why.
pub(crate) fn announce_pause(request: &RequestFacts, pause: Duration, reason: &str, attempt: &str) {
    let milliseconds = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
    let (method, url) = (request.method, request.url.as_str());
    // The level is part of the event's static description, so there is one event for each.
    if pause >= WORTH_TELLING {
        tracing::warn!(target: "rhailab_client::pause", %method, url, milliseconds, reason, attempt, "pause");
    } else {
        tracing::debug!(target: "rhailab_client::pause", %method, url, milliseconds, reason, attempt, "pause");
    }
}

/// What came, for whoever looks at every byte; secrets are masked.
fn trace_body(call: &Call, body: &Bytes) {
    if tracing::enabled!(target: "rhailab_client::wire", tracing::Level::TRACE) {
        let body = crate::redact::answer(body);
        tracing::trace!(target: "rhailab_client::wire", direction = "<", url = call.facts.url, body, "body");
    }
}
