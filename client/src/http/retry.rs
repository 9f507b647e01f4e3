//! Whether a request may be repeated, and how long to pause before. Decided from what happened and from values that are
//! passed in, the time and chance among them; nothing is sent or slept here.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::endpoint::Idempotency;

/// How to repeat.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    /// How often at most.
    pub(crate) retries: u32,
    /// The longest first pause; each further one may be twice as long.
    pub(crate) first: Duration,
    /// The longest pause, unless the server asks for a longer one.
    pub(crate) most: Duration,
    /// How long all pauses of one call may be together.
    pub(crate) budget: Duration,
}

/// What went wrong with one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// No connection could be made, so the request never left. A server that has answered before is worth more patience
    /// than one that may not exist.
    NotConnected { known_server: bool },
    /// The request may have arrived, and no whole answer came.
    NoAnswer,
    /// The server answered that it failed.
    Refused {
        status: u16,
        /// How long the server asks to wait.
        wait: Option<Duration>,
        /// Whether it is a 409 that passes by itself.
        locked: bool,
    },
    /// Trying again would change nothing.
    Permanent,
}

/// The attempts of one call.
#[derive(Debug)]
pub(crate) struct Attempts {
    policy: Policy,
    failed: u32,
    is_under_way: bool,
    paused: Duration,
    /// Whether one of them may have reached its aim although it failed.
    uncertain: bool,
}

/// How often, and after which pauses, a connection is tried again to a server that has never answered. Most often its
/// address is wrong, and somebody waits to be told.
const STRANGER: (u32, Duration) = (2, Duration::from_millis(250));

impl Attempts {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, failed: 0, is_under_way: false, paused: Duration::ZERO, uncertain: false }
    }

    /// An attempt begins: from now on the request may leave.
    pub(crate) fn begin(&mut self) {
        self.is_under_way = true;
    }

    /// Whether an attempt has begun, and not ended yet.
    pub(crate) fn is_under_way(&self) -> bool {
        self.is_under_way
    }

    /// How many were made.
    pub(crate) fn made(&self) -> u32 {
        self.failed.saturating_add(self.is_under_way.into())
    }

    /// Whether one of them may have reached its aim although it failed.
    pub(crate) fn is_uncertain(&self) -> bool {
        self.uncertain
    }

    /// The attempt has failed: the pause before the next one; `None` when there must not be one. `chance` is drawn from 0 to 1.
    pub(crate) fn next(
        &mut self,
        idempotency: Idempotency,
        problem: Problem,
        chance: f64,
    ) -> Option<Duration> {
        self.is_under_way = false;
        self.failed = self.failed.saturating_add(1);
        self.uncertain |= is_uncertain(problem);
        if !may_repeat(idempotency, problem) {
            return None;
        }
        let (retries, most) = match problem {
            Problem::NotConnected { known_server: false } => (STRANGER.0, STRANGER.1),
            _ => (u32::MAX, self.policy.most),
        };
        if self.failed > self.policy.retries.min(retries) {
            return None;
        }
        let doubled = 2_u32.saturating_pow(self.failed - 1);
        let bound = self.policy.first.saturating_mul(doubled).min(most);
        // The whole pause is left to chance: clients that failed together must not come back together.
        let pause = match problem {
            Problem::Refused { wait: Some(wait), .. } => {
                wait.saturating_add(self.policy.first.mul_f64(chance))
            }
            _ => bound.mul_f64(chance),
        };
        let paused = self.paused.saturating_add(pause);
        if paused > self.policy.budget {
            return None;
        }
        self.paused = paused;
        Some(pause)
    }
}

/// Whether the same request may be sent again. One that does its work twice when it is sent twice is repeated only
/// where the server certainly did not begin.
fn may_repeat(idempotency: Idempotency, problem: Problem) -> bool {
    match problem {
        Problem::Permanent => false,
        Problem::NotConnected { .. } | Problem::Refused { status: 429, .. } => true,
        Problem::NoAnswer => idempotency != Idempotency::Never,
        Problem::Refused { status, locked, .. } => {
            idempotency != Idempotency::Never
                && (locked || matches!(status, 500 | 502 | 503 | 504 | 520..=530))
        }
    }
}

fn is_uncertain(problem: Problem) -> bool {
    match problem {
        Problem::NoAnswer => true,
        Problem::Refused { status, .. } => status >= 500,
        Problem::NotConnected { .. } | Problem::Permanent => false,
    }
}

/// How long an answer of this status asks to wait: `Retry-After` in seconds or as a date, else, where the rate limit was
/// exceeded, the end of its period. Others than 429 tell that end, too, but do not mean that one should wait for it. Dates
/// are compared with the server's own clock where it tells it; ours may be wrong.
pub(crate) fn asked_pause(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    if !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        return None;
    }
    let now = date(headers, DATE.as_str()).unwrap_or(now);
    let until = |time: SystemTime| time.duration_since(now).unwrap_or(Duration::ZERO);
    if let Some(text) = text(headers, RETRY_AFTER.as_str()) {
        return match text.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            // A number that is too large for its type is longer than anybody waits.
            Err(_) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(Duration::MAX)
            }
            Err(_) => httpdate::parse_http_date(text).ok().map(until),
        };
    }
    period_end(headers).filter(|_| status == StatusCode::TOO_MANY_REQUESTS).map(until)
}

/// When the rate limit's period ends, by the server's clock.
pub(crate) fn period_end(headers: &HeaderMap) -> Option<SystemTime> {
    match number(headers, "ratelimit-reset") {
        Some(seconds) => SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)),
        None => date(headers, "ratelimit-resettime"),
    }
}

/// The server's time of an answer, where it tells it.
pub(crate) fn server_time(headers: &HeaderMap) -> Option<SystemTime> {
    date(headers, DATE.as_str())
}

/// A header that is a whole number.
pub(crate) fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.parse().ok()
}

/// A header that is a date.
pub(crate) fn date(headers: &HeaderMap, name: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text(headers, name)?).ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

#[cfg(test)]
mod tests;
