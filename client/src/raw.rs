//! Requests of any path of the API, for what the endpoint table does not describe. They go the same way as all others;
//! what is missing is the knowledge of their parameters and of their answers.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Map, Value};

use crate::client::Gitlab;
use crate::endpoint::{Encoding, Endpoint, Idempotency, Method, Outcome, Pagination};
use crate::error::Error;
use crate::http::request::write_query;

impl Gitlab {
    /// Sends a request of any path below `/api/v4`, such as `/projects/1`, and answers the decoded JSON: null when there is
    /// no body, text when the body is not JSON but text.
    ///
    /// Arrays in the query are written as `name[]=a&name[]=b`. The path is taken as it is: what stands in it must be
    /// percent-encoded, such as `/projects/group%2Fapp`. It stays on this server.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Usage`] when the path cannot be one, else whatever the way to GitLab or its answer give.
    pub async fn http(
        &self,
        method: Method,
        path: &str,
        query: &Map<String, Value>,
        body: Option<&Value>,
    ) -> Result<Value, Error> {
        let endpoint = endpoint(method);
        let request = build(self.api(), method, path, query, body)?;
        let response = self.send_request(endpoint, request).await?;
        if response.body.is_empty() {
            return Ok(Value::Null);
        }
        let is_json = response.header("content-type").is_none_or(|value| value.contains("json"));
        match std::str::from_utf8(&response.body) {
            Ok(text) if !is_json => Ok(text.into()),
            _ => response.json(),
        }
    }
}

/// An endpoint of which only the method is known, for each method.
fn endpoint(method: Method) -> &'static Endpoint {
    const fn of(method: Method, idempotency: Idempotency) -> Endpoint {
        Endpoint {
            id: "http",
            doc: "A request of any path.",
            docs_url: "https://docs.gitlab.com/api/rest/",
            method,
            path: &[],
            params: &[],
            success: &[200, 201, 202, 204],
            outcome: Outcome::Json,
            pagination: Pagination::None,
            idempotency,
            errors: &[],
            since: None,
            deprecated: None,
            example: None,
        }
    }
    static GET: Endpoint = of(Method::Get, Idempotency::Safe);
    static POST: Endpoint = of(Method::Post, Idempotency::Never);
    static PUT: Endpoint = of(Method::Put, Idempotency::Idempotent);
    static PATCH: Endpoint = of(Method::Patch, Idempotency::Never);
    static DELETE: Endpoint = of(Method::Delete, Idempotency::Idempotent);
    match method {
        Method::Get => &GET,
        Method::Post => &POST,
        Method::Put => &PUT,
        Method::Patch => &PATCH,
        Method::Delete => &DELETE,
    }
}

fn build(
    api: &url::Url,
    method: Method,
    path: &str,
    query: &Map<String, Value>,
    body: Option<&Value>,
) -> Result<http::Request<Bytes>, Error> {
    let refused = |why: &str| {
        Error::usage(format!("{path:?} cannot be a path of the API: {why}")).with_hint(
            "Such as /projects/1/pipelines, or /projects/group%2Fapp for a project by its full path.",
        )
    };
    let below = path.strip_prefix("/api/v4/").unwrap_or(path).trim_start_matches('/');
    if path.contains("://") || path.starts_with("//") {
        return Err(refused("it names a server"));
    }
    let (segments, own_query) = below.split_once('?').unwrap_or((below, ""));
    let decoded =
        |segment: &str| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned();
    if segments
        .split('/')
        .map(decoded)
        .any(|segment| segment.split('/').any(|part| part == "." || part == ".."))
    {
        return Err(refused("it has . or .. in it"));
    }
    if below.contains(['#', '\\'])
        || below.chars().any(|letter| letter.is_control() || letter.is_whitespace())
    {
        return Err(refused("it has a letter in it that must be percent-encoded"));
    }
    let mut pairs: Vec<String> =
        Some(own_query.to_owned()).filter(|query| !query.is_empty()).into_iter().collect();
    for (name, value) in query {
        write_query(&mut pairs, name, Encoding::Brackets, value);
    }
    let mark = if pairs.is_empty() { "" } else { "?" };
    let url = format!("{}/{segments}{mark}{}", api.as_str().trim_end_matches('/'), pairs.join("&"));
    // A URL is written in ASCII; letters of other scripts are encoded, what is encoded already stays.
    let url = url::Url::parse(&url).map_err(|error| refused(&error.to_string()))?;
    let mut request = http::Request::builder()
        .method(method.as_str())
        .uri(url.as_str())
        .header(ACCEPT, "application/json, */*");
    let mut bytes = Bytes::new();
    if let Some(body) = body {
        request = request.header(CONTENT_TYPE, "application/json");
        bytes = Bytes::from(body.to_string());
    }
    request.body(bytes).map_err(|error| refused(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn url(path: &str, query: Value) -> Result<String, String> {
        let api = url::Url::parse("https://h.test/root/api/v4").unwrap();
        let query = query.as_object().unwrap();
        build(&api, Method::Get, path, query, None)
            .map(|request| request.uri().to_string())
            .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn paths_are_taken_as_they_are() {
        let cases = [
            ("/projects/1", json!({}), "https://h.test/root/api/v4/projects/1"),
            ("projects/1?a=b", json!({"c": 1}), "https://h.test/root/api/v4/projects/1?a=b&c=1"),
            (
                "/api/v4/projects",
                json!({"scope": ["a", "b"]}),
                "https://h.test/root/api/v4/projects?scope%5B%5D=a&scope%5B%5D=b",
            ),
            ("/projects/group%2Fapp", json!({}), "https://h.test/root/api/v4/projects/group%2Fapp"),
            ("/projects/ü", json!({}), "https://h.test/root/api/v4/projects/%C3%BC"),
        ];
        for (path, query, expected) in cases {
            assert_eq!(url(path, query).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for path in [
            "https://evil.test/x",
            "//evil.test/x",
            "/projects/../../admin",
            "/projects/%2e%2e/%2E%2E/admin",
            "/projects/a%2F..%2Fb",
            "/./x",
            "/projects/1#x",
            "/projects/1\r\nx: y",
            "/projects/a b",
            "/projects\\1",
        ] {
            assert!(url(path, json!({})).is_err(), "{path}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn no_path_leaves_the_api(path in "(/|[a-z]|%2e|%2F|\\.|:|\\?|#|@|\\\\|[ -~]|\\PC){0,24}") {
            if let Ok(text) = url(&path, json!({})) {
                let url = url::Url::parse(&text).unwrap();
                prop_assert_eq!(url.origin().ascii_serialization(), "https://h.test");
                prop_assert!(url.path().starts_with("/root/api/v4/"), "{}", text);
                prop_assert!(url.fragment().is_none() && url.username().is_empty());
            }
        }
    }
}
