//! A request whose route, caller and parameters are known.
//!
//! This file owns what a behaviour is given besides the world. It decides nothing.

use ::http::header::IF_UNMODIFIED_SINCE;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::arguments::{Arguments, parse_time};
use super::reply::Refusal;
use super::request::Request;
use super::route::Route;

/// A call of a behaviour.
pub(crate) struct Call<'a> {
    pub(crate) route: &'a Route,
    pub(crate) request: &'a Request,
    /// The number of the user whose token came with the request.
    pub(crate) caller: Option<i64>,
    /// The number of the job whose token it was, if it was a job's.
    pub(crate) job: Option<i64>,
    /// The endpoint's parameters, checked.
    pub(crate) arguments: Arguments,
    /// Everything that was sent, in GitLab's names, those of the path included.
    pub(crate) sent: Map<String, Value>,
}

impl Call<'_> {
    /// The number of the caller, who has signed in.
    pub(crate) fn user(&self) -> Result<i64, Refusal> {
        self.caller.ok_or_else(Refusal::unauthorized)
    }

    /// Refuses to touch a record that was changed after the time in `If-Unmodified-Since`.
    ///
    /// A time that cannot be read is ignored.
    pub(crate) fn check_unmodified(&self, updated_at: Timestamp) -> Result<(), Refusal> {
        let header = self.request.headers.get(IF_UNMODIFIED_SINCE).and_then(|value| value.to_str().ok());
        match header.and_then(http_date) {
            Some(since) if updated_at > since => Err(Refusal::precondition_failed()),
            _ => Ok(()),
        }
    }
}

fn http_date(text: &str) -> Option<Timestamp> {
    let rfc2822 = jiff::fmt::rfc2822::parse(text).ok().map(|time| time.timestamp());
    rfc2822.or_else(|| parse_time(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_headers_are_read() {
        let expected = "2026-03-02T10:00:00Z".parse().ok();
        assert_eq!(http_date("Mon, 02 Mar 2026 10:00:00 GMT"), expected);
        assert_eq!(http_date("2026-03-02T10:00:00Z"), expected);
        assert_eq!(http_date("soon"), None);
    }
}
