//! The checked values of a request's parameters.
//!
//! This file owns the reading of values that validation has let through. It knows no endpoint.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

/// Values by the endpoint table's names. Parameters that were not sent are absent.
#[derive(Debug, Default)]
pub(crate) struct Arguments(Map<String, Value>);

impl Arguments {
    pub(crate) fn new(values: Map<String, Value>) -> Self {
        Self(values)
    }

    /// Text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// Text that must be there: empty where it is not.
    pub(crate) fn required_text(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    /// The number of a record. Without one it is 0, which no record has.
    pub(crate) fn record(&self, name: &str) -> i64 {
        self.int(name).unwrap_or_default()
    }

    /// A whole number.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    /// True or false.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name)?.as_bool()
    }

    /// A point in time.
    pub(crate) fn time(&self, name: &str) -> Option<Timestamp> {
        parse_time(self.text(name)?)
    }

    /// The items of an array.
    pub(crate) fn items(&self, name: &str) -> Option<&[Value]> {
        self.0.get(name)?.as_array().map(Vec::as_slice)
    }

    /// The members of an object.
    pub(crate) fn members(&self, name: &str) -> Option<&Map<String, Value>> {
        self.0.get(name)?.as_object()
    }
}

/// Reads ISO 8601: a time with its offset, a time without one (which is UTC), or a date alone.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_offset() {
        let noon = "2026-03-02T12:00:00Z".parse().ok();
        assert_eq!(parse_time("2026-03-02T12:00:00Z"), noon);
        assert_eq!(parse_time("2026-03-02T14:00:00+02:00"), noon);
        assert_eq!(parse_time("2026-03-02T12:00:00"), noon);
        assert_eq!(parse_time("2026-03-02"), "2026-03-02T00:00:00Z".parse().ok());
        // An unencoded `+` arrives as a space.
        assert_eq!(parse_time("2026-03-02T14:00:00 02:00"), None);
        assert_eq!(parse_time("yesterday"), None);
    }
}
