//! The pace of all requests of a client together. GitLab tells how many requests it still takes in a period; before the
//! last of them is used up, the rest is spread over what is left of the period. Decided from times that are passed in.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use http::StatusCode;
use http::header::HeaderMap;

use super::retry::{asked_pause, number, period_end, server_time};

/// When the next request may leave.
#[derive(Debug)]
pub(crate) struct Pace {
    state: Mutex<State>,
    /// A longer pause is not kept for others: each request is then told so by its own refusal.
    longest: Duration,
}

#[derive(Debug, Default)]
struct State {
    /// No request leaves before.
    next: Option<Instant>,
    /// The distance between requests, until this time.
    spread: Option<(Duration, Instant)>,
}

/// The part of a period's requests that is spread over what is left of it.
const RESERVE: u64 = 10;

impl Pace {
    pub(crate) fn new(longest: Duration) -> Self {
        Self { state: Mutex::default(), longest }
    }

    /// How long the request at hand has to wait. Each call takes a place in the row.
    pub(crate) fn place(&self, now: Instant) -> Duration {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let place = state.next.unwrap_or(now).max(now);
        state.next = match state.spread {
            // When the period has ended, its limit counts no more.
            Some((distance, until)) if now < until => {
                Some(place.checked_add(distance).map_or(until, |next| next.min(until)).max(place))
            }
            _ => state.next.filter(|next| *next > now),
        };
        place - now
    }

    /// Takes in what an answer says about the limit.
    pub(crate) fn learn(&self, status: StatusCode, headers: &HeaderMap, now: Instant, clock: SystemTime) {
        if status == StatusCode::TOO_MANY_REQUESTS {
            let pause = asked_pause(status, headers, clock).unwrap_or_default();
            if pause <= self.longest {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                state.next = state.next.max(now.checked_add(pause));
            }
            return;
        }
        let Some((remaining, end)) = number(headers, "ratelimit-remaining").zip(period_end(headers)) else {
            return;
        };
        let clock = server_time(headers).unwrap_or(clock);
        let left = end.duration_since(clock).unwrap_or_default();
        let limit = number(headers, "ratelimit-limit").unwrap_or(10 * RESERVE);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let distance = left / u32::try_from(remaining.saturating_add(1)).unwrap_or(u32::MAX);
        let is_scarce = remaining <= limit / RESERVE && left <= self.longest;
        state.spread = now.checked_add(left).filter(|_| is_scarce).map(|until| (distance, until));
        if state.spread.is_some() {
            state.next = state.next.max(now.checked_add(distance));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(remaining: u64, reset: u64) -> HeaderMap {
        let rows = [("ratelimit-limit", 60), ("ratelimit-remaining", remaining), ("ratelimit-reset", reset)];
        rows.iter().map(|(name, value)| (http::HeaderName::from_static(name), (*value).into())).collect()
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn with_much_left_nothing_waits() {
        let (pace, now) = (Pace::new(seconds(300)), Instant::now());
        assert_eq!(pace.place(now), Duration::ZERO);
        pace.learn(StatusCode::OK, &headers(30, 60), now, SystemTime::UNIX_EPOCH);
        assert_eq!([pace.place(now), pace.place(now)], [Duration::ZERO; 2]);
    }

    #[test]
    fn the_last_requests_are_spread_over_the_rest_of_the_period() {
        let (pace, now) = (Pace::new(seconds(300)), Instant::now());
        pace.learn(StatusCode::OK, &headers(4, 20), now, SystemTime::UNIX_EPOCH);
        let places = [pace.place(now), pace.place(now), pace.place(now)];
        assert_eq!(places, [seconds(4), seconds(8), seconds(12)]);
        // The next period begins.
        let later = now + seconds(21);
        pace.learn(StatusCode::OK, &headers(59, 81), later, SystemTime::UNIX_EPOCH + seconds(21));
        assert_eq!([pace.place(later), pace.place(later)], [Duration::ZERO; 2]);
    }

    #[test]
    fn with_none_left_the_next_request_waits_for_the_period_to_end() {
        let (pace, now) = (Pace::new(seconds(300)), Instant::now());
        pace.learn(StatusCode::OK, &headers(0, 20), now, SystemTime::UNIX_EPOCH);
        // At its end the next one begins, with requests for all.
        assert_eq!([pace.place(now), pace.place(now), pace.place(now)], [seconds(20); 3]);
    }

    #[test]
    fn a_refusal_holds_back_all_requests() {
        let (pace, now) = (Pace::new(seconds(300)), Instant::now());
        let mut asked = HeaderMap::new();
        asked.insert("retry-after", 7.into());
        pace.learn(StatusCode::TOO_MANY_REQUESTS, &asked, now, SystemTime::UNIX_EPOCH);
        assert_eq!([pace.place(now), pace.place(now + seconds(3))], [seconds(7), seconds(4)]);
        assert_eq!(pace.place(now + seconds(8)), Duration::ZERO);
        asked.insert("retry-after", 3600.into());
        pace.learn(StatusCode::TOO_MANY_REQUESTS, &asked, now, SystemTime::UNIX_EPOCH);
        assert_eq!(pace.place(now + seconds(8)), Duration::ZERO);
    }

    #[test]
    fn no_wish_is_too_long_to_be_read() {
        let (pace, now) = (Pace::new(Duration::MAX), Instant::now());
        let mut asked = HeaderMap::new();
        asked.insert("retry-after", u64::MAX.into());
        pace.learn(StatusCode::TOO_MANY_REQUESTS, &asked, now, SystemTime::UNIX_EPOCH);
        pace.learn(StatusCode::OK, &headers(0, 9_000_000_000_000_000_000), now, SystemTime::UNIX_EPOCH);
        pace.place(now);
        pace.learn(StatusCode::OK, &headers(1, 1 << 62), now, SystemTime::UNIX_EPOCH);
        assert_eq!([pace.place(now), pace.place(now)].len(), 2);
    }

    #[test]
    fn a_clock_that_jumped_holds_nothing_back() {
        let (pace, now) = (Pace::new(seconds(300)), Instant::now());
        let wrong = SystemTime::UNIX_EPOCH + seconds(4_000_000_000);
        pace.learn(StatusCode::OK, &headers(0, 20), now, wrong);
        assert_eq!(pace.place(now), Duration::ZERO);
        pace.learn(StatusCode::OK, &headers(0, 4_000_000_000), now, SystemTime::UNIX_EPOCH);
        assert_eq!(pace.place(now), Duration::ZERO);
    }
}
