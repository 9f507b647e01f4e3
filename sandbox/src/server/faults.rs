//! Faults on the wire: what comes instead of an answer, and answers that are damaged.
//!
//! This file owns their form. Which fault meets which request is drawn in [`crate::faults`].

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_LENGTH;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;
use serde_json::json;

use super::connection::Breaker;
use crate::api::{Content, Reply};
use crate::draw::Draw;
use crate::faults::{FaultKind, Faults};

/// What a fault must know of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    /// The request's number.
    pub(super) number: i64,
    /// Whether it reads a body and changes nothing.
    pub(super) reads: bool,
    /// Whether an answer of JSON is due.
    pub(super) json: bool,
    /// Whether the server limits the rate of such requests.
    pub(super) limited: bool,
}

/// What comes instead of the request, which has no effect then.
#[derive(Debug)]
pub(super) enum Instead {
    Answer(Reply),
    Reset,
}

/// What comes instead of a request that this fault meets; nothing if the request is done all the same.
pub(super) fn instead(kind: FaultKind, met: Met, faults: &Faults, draw: Draw) -> Option<Instead> {
    let lot = |purpose| draw.number(purpose, met.number, 0..=1) == 0;
    Some(Instead::Answer(match kind {
        FaultKind::TooManyRequests if !met.limited => return None,
        FaultKind::TooManyRequests if lot("form of 429") => throttled(faults.retry_after),
        FaultKind::TooManyRequests => {
            let text = "This endpoint has been requested too many times. Try again later.";
            Reply::with(429, Content::Json(json!({ "message": { "error": text } }).to_string()))
        }
        FaultKind::InternalError => Reply::message(500, "500 Internal Server Error"),
        FaultKind::BadGateway => proxy(502, "Bad Gateway"),
        FaultKind::Unavailable => proxy(503, "Service Temporarily Unavailable"),
        FaultKind::Html if met.json => html(200, "<!DOCTYPE html>\n<html>\n<head><title>Sign in</title></head>\n<body><h1>Sign in</h1></body>\n</html>\n".to_owned()),
        // What reads has no effect, so that it may as well be cut in the middle of its answer.
        FaultKind::Reset if !met.reads || lot("place of reset") => return Some(Instead::Reset),
        FaultKind::Html | FaultKind::Reset | FaultKind::Truncate | FaultKind::Slow => return None,
    }))
}

/// What GitLab sends before it looks at a request, when there are too many.
fn throttled(retry_after: Duration) -> Reply {
    let seconds = retry_after.as_secs();
    // Clients compare this with the clock on the wall, not with the world's.
    let reset = Timestamp::now().as_second().saturating_add_unsigned(seconds);
    Reply::with(429, Content::Text("Retry later\n".to_owned()))
        .header("ratelimit-name", "throttle_authenticated_api")
        .header("ratelimit-limit", "2000")
        .header("ratelimit-observed", "2001")
        .header("ratelimit-remaining", "0")
        .header("ratelimit-reset", reset.to_string())
        .header("retry-after", seconds.to_string())
}

/// The page of a proxy that cannot reach GitLab.
fn proxy(status: u16, reason: &str) -> Reply {
    html(
        status,
        format!(
            "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        ),
    )
}

fn html(status: u16, page: String) -> Reply {
    Reply::with(status, Content::Bytes("text/html; charset=utf-8", page.into()))
}

/// Damages the body of an answer. One without a body can only be held back by a reset.
pub(super) fn damage(
    response: Response,
    body: &Bytes,
    kind: FaultKind,
    breaker: Breaker,
    stall: Duration,
) -> Response {
    let (mut parts, whole) = response.into_parts();
    if body.is_empty() {
        if kind == FaultKind::Reset {
            breaker.pull();
        }
        return Response::from_parts(parts, whole);
    }
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    let (begin, rest) = (body.slice(..body.len() / 2), body.slice(body.len() / 2..));
    let end = async move {
        if kind == FaultKind::Slow {
            tokio::time::sleep(stall).await;
            return Ok(rest);
        }
        // The pause lets the first half out; an error at once would take it along.
        tokio::task::yield_now().await;
        if kind == FaultKind::Reset {
            breaker.pull();
        }
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    };
    let halves = stream::once(async move { Ok(begin) }).chain(stream::once(end));
    Response::from_parts(parts, Body::from_stream(halves))
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Met = Met { number: 1, reads: true, json: true, limited: true };

    fn answers(kind: FaultKind, met: Met) -> Vec<Option<u16>> {
        let numbers =
            (0..100).map(|number| instead(kind, Met { number, ..met }, &Faults::default(), Draw::new(0)));
        let mut answers: Vec<Option<u16>> = numbers
            .map(|instead| match instead {
                Some(Instead::Answer(reply)) => Some(reply.status),
                Some(Instead::Reset) => Some(0),
                None => None,
            })
            .collect();
        answers.sort_unstable();
        answers.dedup();
        answers
    }

    #[test]
    fn some_faults_come_instead_of_the_request() {
        for (kind, status) in [
            (FaultKind::TooManyRequests, 429),
            (FaultKind::InternalError, 500),
            (FaultKind::BadGateway, 502),
            (FaultKind::Unavailable, 503),
            (FaultKind::Html, 200),
        ] {
            assert_eq!(answers(kind, READ), [Some(status)], "{kind:?}");
        }
        assert_eq!(answers(FaultKind::Truncate, READ), [None]);
        assert_eq!(answers(FaultKind::Slow, READ), [None]);
        assert_eq!(answers(FaultKind::Html, Met { json: false, ..READ }), [None]);
        assert_eq!(answers(FaultKind::TooManyRequests, Met { limited: false, ..READ }), [None]);
    }

    #[test]
    fn what_writes_is_reset_before_it_has_an_effect() {
        assert_eq!(answers(FaultKind::Reset, Met { reads: false, ..READ }), [Some(0)]);
        assert_eq!(answers(FaultKind::Reset, READ), [None, Some(0)]);
    }
}
