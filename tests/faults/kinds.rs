//! The faults, each with its name in the table.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use rhailab_tests::chaos::{Fault, Headers};
use serde_json::json;

/// Every fault. One of them leads to another server.
pub(crate) fn faults(elsewhere: &str) -> Vec<(&'static str, Fault)> {
    let json = || header("content-type", "application/json");
    let instead = |status, headers: Headers, body: &str| Fault::Instead(status, headers, body.into());
    let server_error = |status| instead(status, json(), r#"{"message":"500 Internal Server Error"}"#);
    let page = "<html><body>Sign in</body></html>";
    vec![
        ("reset before headers", Fault::Reset),
        ("reset in the body", Fault::ResetInBody),
        ("truncated body", Fault::Truncated),
        ("stalled body", Fault::Stalled),
        ("429 as plain text", instead(429, header("retry-after", "0"), "Retry later\n")),
        ("429 as JSON", instead(429, json(), &json!({"message": {"error": "This endpoint has been requested too many times. Try again later."}}).to_string())),
        ("429 with a date", instead(429, dated("Tue, 01 Jan 2030 00:00:00 GMT"), "Retry later\n")),
        ("429 for an hour", instead(429, header("retry-after", "3600"), "Retry later\n")),
        ("500", server_error(500)),
        ("502 with a page", instead(502, header("content-type", "text/html"), page)),
        ("503", server_error(503)),
        ("504", server_error(504)),
        ("520", server_error(520)),
        ("501", server_error(501)),
        ("409 Resource lock", instead(409, json(), r#"{"message":"409 Conflict: Resource lock"}"#)),
        ("409", instead(409, json(), r#"{"message":"409 Conflict"}"#)),
        ("200 with a page", instead(200, header("content-type", "text/html"), page)),
        ("invalid JSON", Fault::Body(|_| (header("content-type", "application/json"), b"{\"id\": 1,".to_vec()))),
        ("deeply nested JSON", Fault::Body(|_| (header("content-type", "application/json"), "[".repeat(100_000).into_bytes()))),
        ("huge body", Fault::Body(|_| (header("content-type", "application/json"), vec![b' '; 1024 * 1024 + 1]))),
        ("wrong content type", Fault::With(header("content-type", "image/png"))),
        ("gzip cut short", Fault::Body(|body| (header("content-encoding", "gzip"), half_of_gzip(body)))),
        ("redirect loop", instead(302, header("location", "{url}/api/v4/loop"), "")),
        ("redirect elsewhere", instead(302, header("location", &format!("{elsewhere}/elsewhere")), "")),
        ("redirect without a place", instead(302, Vec::new(), "")),
        ("pagination headers twice", Fault::With([header("x-next-page", "2"), header("link", "<{url}/api/v4/projects/1/pipelines?page=2>; rel=\"next\"")].concat())),
        ("pagination headers missing", Fault::Without(vec!["x-next-page"])),
        ("a clock that jumped", Fault::With([header("date", "Thu, 01 Jan 1970 00:00:00 GMT"), header("ratelimit-remaining", "0"), header("ratelimit-limit", "600"), header("ratelimit-reset", "99999999999")].concat())),
        ("huge headers", Fault::With(header("x-huge", &"x".repeat(512 * 1024)))),
    ]
}

fn header(name: &'static str, value: &str) -> Headers {
    vec![(name, value.to_owned())]
}

/// A date to come back at, which is the server's own now.
fn dated(now: &str) -> Headers {
    [header("date", now), header("retry-after", now)].concat()
}

fn half_of_gzip(body: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(body).unwrap();
    let whole = gzip.finish().unwrap();
    whole[..whole.len() / 2].to_vec()
}
