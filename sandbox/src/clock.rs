//! The virtual clock: a start, and real time that is stretched.
//!
//! This file owns the arithmetic between real and virtual time. It is the only one that looks at the
//! real clock; the world is told the virtual time from outside, which is how tests drive it by hand.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Tells the virtual time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    origin: Timestamp,
    started: Instant,
    speed: f64,
}

impl Clock {
    /// A clock that shows `origin` now and then runs `speed` times as fast as real time.
    pub(crate) fn start(origin: Timestamp, speed: f64) -> Self {
        Self { origin: stretch(origin, Duration::ZERO, speed), started: Instant::now(), speed }
    }

    /// The virtual time at the start.
    pub(crate) fn origin(&self) -> Timestamp {
        self.origin
    }

    /// The virtual time.
    pub(crate) fn now(&self) -> Timestamp {
        stretch(self.origin, self.started.elapsed(), self.speed)
    }
}

/// The virtual time, in whole milliseconds, `elapsed` of real time after `origin`.
///
/// GitLab's answers show milliseconds. A world that knows nothing finer never tells two moments apart
/// that its answers show as one.
fn stretch(origin: Timestamp, elapsed: Duration, speed: f64) -> Timestamp {
    // A cast from a float saturates, and a time after the last one that exists is the last one.
    let passed = (elapsed.as_secs_f64() * speed * 1000.0) as i64;
    Timestamp::from_millisecond(origin.as_millisecond().saturating_add(passed)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_is_real_time_stretched() {
        let origin: Timestamp = "2026-03-02T10:00:00.0005Z".parse().unwrap();
        let later = stretch(origin, Duration::from_millis(1500), 30.0);
        assert_eq!(later, "2026-03-02T10:00:45Z".parse().unwrap());
        assert_eq!(stretch(origin, Duration::MAX, 1e6), Timestamp::MAX);
    }
}
