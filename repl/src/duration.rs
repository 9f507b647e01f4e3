//! Spans of time as people write them, in scripts and as options: `90`, `1.5`, `30m`, `1h 20m`.

use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo};

/// How to write a span of time, for messages.
pub(crate) const HINT: &str = "Such as 90, 1.5, \"30m\" or \"1h 20m\".";

/// Reads a span of time; a bare number is seconds. The error continues a sentence (`cannot be negative`).
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.trim().parse() {
        return from_seconds(seconds);
    }
    let span: Span = text.parse().map_err(|_| format!("cannot be {text:?}"))?;
    let duration = SignedDuration::try_from(span)
        .or_else(|_| span.to_duration(SpanRelativeTo::days_are_24_hours()))
        .map_err(|_| "cannot be in months or years".to_owned())?;
    Duration::try_from(duration).map_err(|_| "cannot be negative".to_owned())
}

/// The same for a number of seconds.
pub(crate) fn from_seconds(seconds: f64) -> Result<Duration, String> {
    if seconds < 0.0 {
        return Err("cannot be negative".to_owned());
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| "is no span of time".to_owned())
}

/// The shortest pause between two looks: without any, a server would be asked as fast as it answers.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// Whether a span of time is long enough for a pause between two looks.
pub(crate) fn check_pause(pause: Duration) -> Result<Duration, String> {
    match pause < SHORTEST_PAUSE {
        true => Err("must be a millisecond at least: GitLab would be asked without a pause".to_owned()),
        false => Ok(pause),
    }
}

/// The pause of an option of the command line.
pub(crate) fn pause_option(text: &str) -> Result<Duration, String> {
    check_pause(option(text)?).map_err(|problem| format!("it {problem}"))
}

/// The same for an option of the command line.
pub(crate) fn option(text: &str) -> Result<Duration, String> {
    parse(text)
        .map_err(|problem| format!("it {problem}; a span of time is written 90, 1.5, 30m or \"1h 20m\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        let cases = [
            ("90", 90_000),
            ("1.5", 1500),
            ("50ms", 50),
            ("30m", 1_800_000),
            ("1h 20m", 4_800_000),
            ("2d", 172_800_000),
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
            ("2 months", "cannot be in months or years"),
            ("1e300", "is no span of time"),
            ("NaN", "is no span of time"),
        ];
        for (text, words) in cases {
            assert_eq!(parse(text), Err(words.to_owned()), "{text}");
        }
    }
}
