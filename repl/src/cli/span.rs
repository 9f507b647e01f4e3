//! How options that are spans of time are read.

use std::time::Duration;

use rhailab_client::duration;

/// Reads a span of time that is the value of an option.
pub(crate) fn span_of_time(text: &str) -> Result<Duration, String> {
    duration::parse(text)
        .map_err(|problem| format!("it {problem}; a span of time is written 90, 1.5, 30m or \"1h 20m\""))
}

/// Reads a pause between two looks that is the value of an option.
pub(crate) fn pause(text: &str) -> Result<Duration, String> {
    span_of_time(text)
        .and_then(|duration| duration::pause(duration).map_err(|problem| format!("it {problem}")))
}

/// Reads a time limit that is the value of an option.
pub(super) fn time_limit(text: &str) -> Result<Duration, String> {
    span_of_time(text).and_then(|duration| {
        duration::limit(duration)
            .map_err(|problem| format!("it {problem}; without the option there is no limit"))
    })
}
