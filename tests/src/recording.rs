//! A server on a real socket of this machine that keeps every request and answers from a table that the
//! test wrote. It knows nothing of GitLab.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::patience::{holds, until};

/// The server. It stops when it is dropped.
#[derive(Debug)]
pub struct RecordingServer {
    url: String,
    shared: Arc<Shared>,
    // Taken only when the server is dropped.
    runtime: Option<Runtime>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The method, such as `GET`.
    pub method: String,
    /// The path with its percent-encoding, such as `/api/v4/projects/demo%2Fapp`.
    pub path: String,
    /// The query with its percent-encoding and without the question mark; empty when there is none.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, empty when there is none.
    pub body: Bytes,
}

/// What the server shall answer. `{url}` in a header or in the body stands for the server's own URL.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Content,
    length: Length,
    held: Held,
}

/// When an answer is sent.
#[derive(Clone, Copy, Debug)]
enum Held {
    /// At once.
    Not,
    /// When so many requests have been under way at the same time.
    Until(usize),
    /// Never.
    Forever,
}

/// What the header says about the size of a body.
#[derive(Clone, Copy, Debug)]
enum Length {
    Right,
    Absent,
    Wrong(usize),
}

/// Text, in which `{url}` is replaced, or bytes as they are.
#[derive(Clone, Debug)]
enum Content {
    Text(String),
    Bytes(Bytes),
}

#[derive(Debug)]
struct Shared {
    url: String,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: Vec<Recorded>,
    /// The answers of each `METHOD /path`, and how many of them were given.
    routes: HashMap<String, (Vec<Answer>, usize)>,
    /// How many requests are under way, and the most that ever were.
    under_way: usize,
    most_under_way: usize,
}

impl RecordingServer {
    /// Starts a server with a table of `METHOD /path` and what to answer there, or of `METHOD /path?query`, which comes
    /// first. A route that stands in the table several times is answered in that order, and the last answer repeats; any
    /// other request is answered 404.
    #[must_use]
    pub fn start<'a>(table: impl IntoIterator<Item = (&'a str, Answer)>) -> Self {
        // A runtime of its own, so that the server answers whatever the test itself waits for.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap_or_else(|error| panic!("the recording server's runtime cannot start: {error}"));
        let listener = std::thread::scope(|scope| {
            // Blocking is refused on a thread that already runs a runtime, as in `#[tokio::test]`.
            scope.spawn(|| runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))).join()
        });
        let (listener, address) = listener
            .ok()
            .and_then(|listener| {
                listener.and_then(|listener| listener.local_addr().map(|at| (listener, at))).ok()
            })
            .unwrap_or_else(|| panic!("the recording server cannot listen on this machine"));
        let url = format!("http://{address}");
        let seen = Mutex::new(Seen::default());
        let shared = Arc::new(Shared { url: url.clone(), seen });
        let router = Router::new().fallback(serve).with_state(Arc::clone(&shared));
        runtime.spawn(async move { axum::serve(listener, router).await });
        let server = Self { url, shared, runtime: Some(runtime) };
        for (route, answer) in table {
            server.add(route, answer);
        }
        server
    }

    /// Adds a row to the table, for an answer that needs another server's URL.
    pub fn add(&self, route: &str, answer: Answer) {
        self.shared.seen().routes.entry(route.to_owned()).or_default().0.push(answer);
    }

    /// Where it listens, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every request so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.seen().requests.clone()
    }

    /// `METHOD /path?query` of every request so far, in order.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.requests().iter().map(Recorded::line).collect()
    }

    /// The most requests that were ever under way at the same time.
    #[must_use]
    pub fn most_under_way(&self) -> usize {
        self.shared.seen().most_under_way
    }

    /// Waits until this many requests have come.
    ///
    /// # Panics
    ///
    /// When they do not come.
    pub fn wait_for(&self, count: usize) {
        until(
            || (self.shared.seen().requests.len() >= count).then_some(()),
            || format!("only {:?} of {count} requests came", self.lines()),
        );
    }
}

impl Drop for RecordingServer {
    fn drop(&mut self) {
        // Waiting for the runtime's threads is refused inside another runtime, and nobody needs it.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Recorded {
    /// `METHOD /path?query`
    #[must_use]
    pub fn line(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{} {}{mark}{}", self.method, self.path, self.query)
    }

    /// The value of a header, the empty text when it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body's JSON, null when there is no body.
    ///
    /// # Panics
    ///
    /// When the body is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {:?}", self.line(), self.body))
    }

    /// The names of the headers that carry a credential of any kind.
    #[must_use]
    pub fn credentials(&self) -> Vec<&'static str> {
        const KINDS: [&str; 5] =
            ["private-token", "job-token", "authorization", "cookie", "proxy-authorization"];
        KINDS.into_iter().filter(|name| self.headers.contains_key(*name)).collect()
    }
}

impl Answer {
    /// JSON with a status.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: Content::Text(body.to_string()),
            length: Length::Right,
            held: Held::Not,
        }
    }

    /// Bytes, such as an archive; none at all where nothing is answered.
    #[must_use]
    pub fn bytes(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Content::Bytes(body.into()),
            length: Length::Right,
            held: Held::Not,
        }
    }

    /// Plain text, such as a job's log.
    #[must_use]
    pub fn text(status: u16, body: &str) -> Self {
        let headers = vec![("content-type", "text/plain".to_owned())];
        Self { status, headers, body: Content::Text(body.to_owned()), length: Length::Right, held: Held::Not }
    }

    /// A page, as a proxy or a sign-in form sends it where JSON was due.
    #[must_use]
    pub fn html(status: u16, page: &str) -> Self {
        let headers = vec![("content-type", "text/html".to_owned())];
        Self { status, headers, body: Content::Text(page.to_owned()), length: Length::Right, held: Held::Not }
    }

    /// A redirect to an absolute or relative URL.
    #[must_use]
    pub fn redirect(status: u16, location: impl Into<String>) -> Self {
        let headers = vec![("location", location.into())];
        Self { status, headers, body: Content::Text(String::new()), length: Length::Right, held: Held::Not }
    }

    /// The same, but with more bytes announced than come: the connection closes before the end.
    #[must_use]
    pub fn announcing(mut self, bytes: usize) -> Self {
        self.length = Length::Wrong(bytes);
        self
    }

    /// The same without a word about its size, as servers send what they make while they send it.
    #[must_use]
    pub fn without_length(mut self) -> Self {
        self.length = Length::Absent;
        self
    }

    /// The same, held back until this many requests have been under way at the same time.
    #[must_use]
    pub fn together(mut self, requests: usize) -> Self {
        self.held = Held::Until(requests);
        self
    }

    /// The same, but it never comes: the request stays under way until its sender gives up.
    #[must_use]
    pub fn held(mut self) -> Self {
        self.held = Held::Forever;
        self
    }

    /// The same with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) {
        let mut seen = self.seen();
        seen.under_way += 1;
        seen.most_under_way = seen.most_under_way.max(seen.under_way);
    }

    fn answer(&self, request: Recorded) -> Answer {
        let mut seen = self.seen();
        let (line, path) = (request.line(), format!("{} {}", request.method, request.path));
        let route = if seen.routes.contains_key(&line) { line } else { path };
        seen.requests.push(request);
        match seen.routes.get_mut(&route) {
            Some((answers, given)) => {
                let answer = answers[(*given).min(answers.len() - 1)].clone();
                *given += 1;
                answer
            }
            None => Answer::json(404, &serde_json::json!({"error": "404 Not Found"})),
        }
    }
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX)
        .await
        .unwrap_or_else(|error| panic!("the recording server got only a part of a body: {error}"));
    shared.begin();
    let answer = shared.answer(Recorded {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    });
    match answer.held {
        Held::Not => {}
        Held::Until(requests) => {
            let were_together = || shared.seen().most_under_way >= requests;
            holds(were_together, || format!("{requests} requests were never under way together")).await;
        }
        Held::Forever => std::future::pending::<()>().await,
    }
    // A client can begin its next request only when it has the answer to this one, and that is behind this line.
    shared.seen().under_way -= 1;
    let content = match answer.body {
        Content::Text(text) => Bytes::from(text.replace("{url}", &shared.url)),
        Content::Bytes(bytes) => bytes,
    };
    let mut response = match answer.length {
        Length::Right => Response::new(Body::from(content)),
        Length::Absent => Response::new(Body::from_stream(stream::iter([Ok::<_, Infallible>(content)]))),
        Length::Wrong(announced) => {
            // The pause lets what there is leave before the connection is closed.
            let end = async {
                tokio::task::yield_now().await;
                Err(io::Error::other("the test wants it cut short"))
            };
            let pieces = stream::iter([Ok(content)]).chain(stream::once(end));
            let mut response = Response::new(Body::from_stream(pieces));
            response.headers_mut().insert(CONTENT_LENGTH, announced.into());
            response
        }
    };
    *response.status_mut() = StatusCode::from_u16(answer.status)
        .unwrap_or_else(|error| panic!("{} is no status of HTTP: {error}", answer.status));
    for (name, value) in answer.headers {
        let value = HeaderValue::from_str(&value.replace("{url}", &shared.url))
            .unwrap_or_else(|error| panic!("{value:?} cannot stand in a header: {error}"));
        response.headers_mut().append(
            HeaderName::from_bytes(name.as_bytes())
                .unwrap_or_else(|error| panic!("{name:?} is no header: {error}")),
            value,
        );
    }
    response
}
