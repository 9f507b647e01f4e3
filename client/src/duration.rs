//! Spans of time as people write them, in scripts, options and documents: `90`, `1.5`, `30m`, `1h 20m`. Owns how they are
//! written; where one stands and what it is good for, it must not know.

use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo};

/// Reads a span of time: a number of seconds, or numbers with units from nanoseconds to weeks. A day has 24 hours.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(rhailab_client::duration::parse("1m 30s"), Ok(Duration::from_secs(90)));
/// assert_eq!(rhailab_client::duration::parse("-5s"), Err("cannot be negative".to_owned()));
/// ```
///
/// # Errors
///
/// What is wrong with it, in words that continue a sentence about the value: `cannot be negative`.
pub fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return from_seconds(seconds);
    }
    let span: Span = text.parse().map_err(|_| format!("cannot be {text:?}"))?;
    let duration: SignedDuration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| "cannot be in months or years".to_owned())?;
    Duration::try_from(duration).map_err(|_| "cannot be negative".to_owned())
}

/// The same for a number of seconds.
///
/// # Errors
///
/// As for [`parse`].
pub fn from_seconds(seconds: f64) -> Result<Duration, String> {
    if seconds < 0.0 {
        return Err("cannot be negative".to_owned());
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| "is no span of time".to_owned())
}

/// The same for how long something may take at most: none would be no time at all.
///
/// # Errors
///
/// When it is zero, in words that continue a sentence about the value.
pub fn limit(duration: Duration) -> Result<Duration, String> {
    if duration.is_zero() { Err("must be longer than 0".to_owned()) } else { Ok(duration) }
}

/// The same for a pause between two looks: without any, a server would be asked as fast as it answers.
///
/// # Errors
///
/// When it is shorter than a millisecond, in words that continue a sentence about the value.
pub fn pause(duration: Duration) -> Result<Duration, String> {
    match duration < Duration::from_millis(1) {
        true => Err("must be a millisecond at least: GitLab would be asked without a pause".to_owned()),
        false => Ok(duration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        let cases = [
            ("90", 90_000),
            (" 90 ", 90_000),
            ("1.5", 1500),
            ("50ms", 50),
            ("30s", 30_000),
            (" 30s ", 30_000),
            ("30m", 1_800_000),
            ("5 minutes", 300_000),
            ("1h 20m", 4_800_000),
            ("1 hour 30 minutes", 5_400_000),
            ("2d", 172_800_000),
            ("30 days", 2_592_000_000),
            ("1 week", 604_800_000),
        ];
        for (text, milliseconds) in cases {
            assert_eq!(parse(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_span_is_refused_with_words() {
        let cases = [
            ("", "cannot be \"\""),
            ("soon", "cannot be \"soon\""),
            ("-5", "cannot be negative"),
            ("-5s", "cannot be negative"),
            ("1 month", "cannot be in months or years"),
            ("2 months", "cannot be in months or years"),
            ("1e300", "is no span of time"),
            ("NaN", "is no span of time"),
            ("inf", "is no span of time"),
        ];
        for (text, words) in cases {
            assert_eq!(parse(text), Err(words.to_owned()), "{text}");
        }
    }
}
