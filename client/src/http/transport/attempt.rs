//! One attempt of a call: along its redirects to an answer, or to the reason why there is none.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime};

use http::StatusCode;
use http::header::{HeaderMap, LOCATION};
use url::Url;

use super::super::connect::{handshake_hint, innermost};
use super::super::redirect::{Hop, is_redirect};
use super::super::retry::{Problem, asked_pause};
use super::{Body, Call, Cause, Refusal, Reply, Setback, Transport};
use crate::auth::Credential;
use crate::error::{Error, ErrorKind};

/// How much of an answer is read that means failure. GitLab's own are far shorter; what proxies send is not worth more.
const MOST_OF_REFUSAL: usize = 64 * 1024 + crate::redact::LONGEST_TOKEN;

impl Transport {
    pub(super) async fn attempt(&self, call: &Call) -> Result<Reply, Setback> {
        let mut hop = Hop::first(call.url.clone());
        loop {
            let response = self.send(call, &hop).await?;
            let status = response.status();
            if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
                && let Some(proxy) = self.connector.proxy(&hop.url)
            {
                let cause = Cause::Error(proxy.refusal(&hop.url));
                return Err(Setback { problem: Problem::Permanent, cause });
            }
            if !is_redirect(status) {
                return self.read_head(call, &hop, response).await;
            }
            let location = response.headers().get(LOCATION).map(|value| value.as_bytes().to_vec());
            hop = hop.next(call.request.method(), location.as_deref()).map_err(|reason| Setback {
                problem: Problem::Permanent,
                cause: Cause::Error(
                    Error::new(ErrorKind::Transport, reason)
                        .with_hint("If the server has moved, give its new address as the URL."),
                ),
            })?;
        }
    }

    async fn send(&self, call: &Call, hop: &Hop) -> Result<reqwest::Response, Setback> {
        let permanent = |error| Setback { problem: Problem::Permanent, cause: Cause::Error(error) };
        let client = self.connector.client(hop.trusted).map_err(permanent)?;
        let mut headers = call.request.headers().clone();
        if hop.trusted {
            headers.extend(self.options.credential.as_ref().map(Credential::header));
        }
        trace_head(call, ">", &hop.shown_url(), &headers);
        let mut outgoing = client.request(call.request.method().clone(), hop.url.clone()).headers(headers);
        if !call.request.body().is_empty() {
            outgoing = outgoing.body(call.request.body().clone());
        }
        let started = Instant::now();
        self.meter.requests.fetch_add(1, Ordering::Relaxed);
        let response = outgoing.send().await.map_err(|error| self.no_answer(call, hop, error))?;
        let status = response.status();
        self.is_known.store(true, Ordering::Relaxed);
        tracing::debug!(
            target: "rhailab_client::http",
            method = %call.request.method(),
            url = %hop.shown_url(),
            status = status.as_u16(),
            milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "request"
        );
        trace_head(call, "<", status.as_str(), response.headers());
        if hop.trusted {
            self.pace.learn(status, response.headers(), Instant::now(), SystemTime::now());
        }
        Ok(response)
    }

    fn no_answer(&self, call: &Call, hop: &Hop, error: reqwest::Error) -> Setback {
        let known_server = self.is_known.load(Ordering::Relaxed);
        let is_handshake = handshake_hint(&error).is_some();
        let proxy = Some(&hop.url).filter(|_| error.is_connect() && !is_handshake);
        let proxy = proxy.and_then(|url| self.connector.proxy(url));
        let problem = match error.is_connect() {
            _ if is_handshake || proxy.as_ref().is_some_and(|proxy| proxy.is_hopeless(&error)) => {
                Problem::Permanent
            }
            // A server that never answered had its time to take the connection.
            true if error.is_timeout() && !known_server => Problem::Permanent,
            true => Problem::NotConnected { known_server },
            false => Problem::NoAnswer,
        };
        let error = match proxy {
            Some(proxy) => proxy.failure(&hop.url, error),
            None => failure(&hop.url, error),
        };
        tracing::debug!(
            target: "rhailab_client::http",
            method = %call.request.method(),
            url = %hop.shown_url(),
            problem = error.message(),
            "no answer"
        );
        Setback { problem, cause: Cause::Error(error) }
    }

    async fn read_head(&self, call: &Call, hop: &Hop, response: reqwest::Response) -> Result<Reply, Setback> {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = Body { response, request: call.facts.clone(), meter: Arc::clone(&self.meter) };
        if status.is_success() {
            return Ok(Reply { status, headers, body });
        }
        // The status counts even when the body that explains it does not arrive.
        let body = body.beginning(MOST_OF_REFUSAL).await;
        let problem = Problem::Refused {
            status: status.as_u16(),
            wait: asked_pause(status, &headers, SystemTime::now()),
            locked: status == StatusCode::CONFLICT && mentions_lock(&body),
        };
        let foreign_origin = (!hop.trusted).then(|| hop.url.origin().ascii_serialization());
        let refusal = Refusal { status, headers, body, foreign_origin };
        Err(Setback { problem, cause: Cause::Refusal(Box::new(refusal)) })
    }
}

/// GitLab refuses two writes at the same record at once with these words; a moment later it takes them.
fn mentions_lock(body: &[u8]) -> bool {
    String::from_utf8_lossy(body).contains("Resource lock")
}

/// Words for a request that got no answer, or only a part of one.
pub(super) fn failure(url: &Url, error: reqwest::Error) -> Error {
    // The library's message would repeat the URL, with whatever secret its query holds.
    let error = error.without_url();
    let origin = url.origin().ascii_serialization();
    let (kind, what, hint) = if let Some(hint) = handshake_hint(&error) {
        (ErrorKind::Transport, "no secure connection to", hint)
    } else if error.is_connect() {
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
    Error::new(kind, format!("{what} {origin}: {}", innermost(&error))).with_hint(hint).with_source(error)
}

/// The first line and the headers of a request or an answer, for whoever looks at every byte.
fn trace_head(call: &Call, direction: &'static str, line: &str, headers: &HeaderMap) {
    if !tracing::enabled!(target: "rhailab_client::wire", tracing::Level::TRACE) {
        return;
    }
    let line = if direction == ">" { format!("{} {line}", call.request.method()) } else { line.to_owned() };
    let headers = crate::redact::headers(headers);
    let body = if direction == ">" { call.facts.body.as_str() } else { "" };
    tracing::trace!(target: "rhailab_client::wire", direction, line, headers, body, "head");
}
