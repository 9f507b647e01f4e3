//! A server on a real socket with one list, which it gives out in pages, by number or by keyset, as GitLab does. The list
//! may change between two pages. Whatever path is asked for, it is the same list.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::patience::holds;

/// What happens after an answer was made and before it is sent: the list may change, and another status than 200 replaces
/// the answer.
type Meddle = Box<dyn FnMut(&Asked, &mut Vec<i64>) -> u16 + Send>;

/// The list and how it is served.
pub struct Listing {
    /// The identities of the rows, in their order.
    pub rows: Vec<i64>,
    /// What each row has beside its `id`: members of a JSON object, with a comma in front, or nothing.
    pub members: String,
    /// Whether `X-Next-Page` and the other numbers are sent, and links by number.
    pub numbers: bool,
    /// Whether `X-Total` and `X-Total-Pages` are sent.
    pub totals: bool,
    /// Whether a request by keyset is understood.
    pub keyset: bool,
    /// A page that begins behind so many rows is refused with 405.
    pub highest_offset: Option<usize>,
    /// How long each answer takes: for measurements, and to let a request too many meet others. No test may fail because it
    /// is too short or too long.
    pub latency: Duration,
    /// From this page on, answers are held back until so many requests have been under way at the same time.
    pub together: Option<(i64, usize)>,
    /// The first of these pages is looked at only after the second was answered.
    pub late: Option<(i64, i64)>,
    /// What happens behind each answer.
    pub meddle: Meddle,
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its method and path.
    pub route: String,
    /// Its query.
    pub query: String,
    /// The number of the page, if it asks for one.
    pub page: Option<i64>,
}

/// The server. It stops when it is dropped.
#[derive(Debug)]
pub struct ListServer {
    url: String,
    shared: Arc<Shared>,
    // Taken only when the server is dropped.
    runtime: Option<Runtime>,
}

struct Shared {
    url: String,
    state: Mutex<Served>,
}

struct Served {
    listing: Listing,
    asked: Vec<Asked>,
    under_way: usize,
    most_under_way: usize,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Default for Listing {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            members: String::new(),
            numbers: true,
            totals: false,
            keyset: false,
            highest_offset: None,
            latency: Duration::ZERO,
            together: None,
            late: None,
            meddle: Box::new(|_, _| 200),
        }
    }
}

impl Listing {
    /// So many rows, the newest first: the last has the number 1.
    #[must_use]
    pub fn newest_first(rows: i64) -> Self {
        Self { rows: (1..=rows).rev().collect(), ..Self::default() }
    }

    /// The same, and this happens behind each answer.
    #[must_use]
    pub fn meddled(mut self, meddle: impl FnMut(&Asked, &mut Vec<i64>) -> u16 + Send + 'static) -> Self {
        self.meddle = Box::new(meddle);
        self
    }
}

impl ListServer {
    /// Starts the server.
    #[must_use]
    pub fn start(listing: Listing) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap_or_else(|error| panic!("the list server's runtime cannot start: {error}"));
        let listener = std::thread::scope(|scope| {
            // Blocking is refused on a thread that already runs a runtime, as in `#[tokio::test]`.
            scope.spawn(|| runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))).join()
        });
        let listener = listener.ok().and_then(Result::ok);
        let address = listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let (Some(listener), Some(address)) = (listener, address) else {
            panic!("the list server cannot listen on this machine");
        };
        let url = format!("http://{address}");
        let state = Served { listing, asked: Vec::new(), under_way: 0, most_under_way: 0 };
        let shared = Arc::new(Shared { url: url.clone(), state: Mutex::new(state) });
        let router = Router::new().fallback(serve).with_state(Arc::clone(&shared));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { url, shared, runtime: Some(runtime) }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every request so far, in the order in which it was answered.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.state().asked.clone()
    }

    /// The numbers of the pages that were asked for so far, in the order in which they were answered.
    #[must_use]
    pub fn pages(&self) -> Vec<i64> {
        self.shared.state().asked.iter().filter_map(|asked| asked.page).collect()
    }

    /// Waits until a page was asked for and answered.
    ///
    /// # Panics
    ///
    /// When nobody asks for it.
    pub async fn wait_for(&self, page: i64) {
        let has_come = || self.pages().contains(&page);
        holds(has_come, || format!("page {page} is not among {:?}", self.pages())).await;
    }

    /// The most requests that were ever under way at once.
    #[must_use]
    pub fn most_under_way(&self) -> usize {
        self.shared.state().most_under_way
    }
}

impl Drop for ListServer {
    fn drop(&mut self) {
        // Waiting for the runtime's threads is refused inside another runtime, and nobody needs it.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, Served> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let asked = Asked {
        route: format!("{} {}", request.method(), request.uri().path()),
        page: value_of(&query, "page").and_then(|page| page.parse().ok()),
        query,
    };
    let (latency, together, late) = {
        let mut served = shared.state();
        served.under_way += 1;
        served.most_under_way = served.most_under_way.max(served.under_way);
        (served.listing.latency, served.listing.together, served.listing.late)
    };
    if let Some((page, earlier)) = late
        && asked.page == Some(page)
    {
        let has_come = || shared.state().asked.iter().any(|asked| asked.page == Some(earlier));
        holds(has_come, || format!("page {page} waits for page {earlier}, which nobody asks for")).await;
    }
    let answer = {
        let mut served = shared.state();
        let mut answer = if request.method() == Method::GET {
            page(&shared.url, &asked, request.uri().path(), &served.listing)
        } else {
            let id = request
                .uri()
                .path()
                .split('/')
                .find_map(|part| part.parse::<i64>().ok().filter(|id| *id > 1));
            text(201, format!("{{\"id\":{}}}", id.unwrap_or(1)))
        };
        served.asked.push(asked.clone());
        let listing = &mut served.listing;
        let status = (listing.meddle)(&asked, &mut listing.rows);
        if status != 200 {
            answer = text(status, "{\"message\":\"as the test wants it\"}".to_owned());
        }
        answer
    };
    if let Some((first, requests)) = together
        && asked.page.is_some_and(|page| page >= first)
    {
        let were_together = || shared.state().most_under_way >= requests;
        holds(were_together, || format!("{requests} requests were never under way together")).await;
    }
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    shared.state().under_way -= 1;
    answer
}

/// The page that is asked for.
fn page(url: &str, asked: &Asked, path: &str, listing: &Listing) -> Response {
    let number = asked.page.unwrap_or(1).max(1);
    let size = value_of(&asked.query, "per_page").and_then(|size| size.parse().ok()).unwrap_or(20).min(100);
    if listing.keyset && value_of(&asked.query, "pagination") == Some("keyset") {
        return keyset_page(url, asked, path, size, listing);
    }
    let first = usize::try_from(number - 1).unwrap_or(usize::MAX).saturating_mul(size);
    if listing.highest_offset.is_some_and(|highest| first > highest) {
        let words = "Offset pagination has a maximum allowed offset of 50000 for requests that return objects of type Ci::Build.";
        return text(405, format!("{{\"error\":\"{words}\"}}"));
    }
    let mut answer = rows(listing, listing.rows.iter().skip(first).take(size));
    let pages = listing.rows.len().div_ceil(size).max(1);
    let has_next = usize::try_from(number).is_ok_and(|number| number < pages);
    let next = if has_next { (number + 1).to_string() } else { String::new() };
    let mut headers = Vec::new();
    if listing.numbers {
        let at = |page: i64| format!("<{url}{path}?page={page}&per_page={size}>");
        let link = format!("{}; rel=\"first\"", at(1));
        let link = if has_next { format!("{}; rel=\"next\", {link}", at(number + 1)) } else { link };
        headers.extend([
            ("x-page", number.to_string()),
            ("x-next-page", next),
            ("x-per-page", size.to_string()),
            ("link", link),
        ]);
    }
    if listing.totals {
        headers.extend([("x-total", listing.rows.len().to_string()), ("x-total-pages", pages.to_string())]);
    }
    for (name, value) in headers {
        answer.headers_mut().insert(name, header(&value));
    }
    answer
}

fn keyset_page(url: &str, asked: &Asked, path: &str, size: usize, listing: &Listing) -> Response {
    let behind = value_of(&asked.query, "cursor").and_then(|id| id.parse().ok()).unwrap_or(i64::MAX);
    let left: Vec<i64> = listing.rows.iter().copied().filter(|id| *id < behind).collect();
    let mut answer = rows(listing, left.iter().take(size));
    if let (true, Some(last)) = (left.len() > size, left.get(size - 1)) {
        let query = format!("pagination=keyset&order_by=id&sort=desc&per_page={size}&cursor={last}");
        answer.headers_mut().insert("link", header(&format!("<{url}{path}?{query}>; rel=\"next\"")));
    }
    answer
}

fn rows<'a>(listing: &Listing, rows: impl Iterator<Item = &'a i64>) -> Response {
    let rows: Vec<String> = rows.map(|id| format!("{{\"id\":{id}{}}}", listing.members)).collect();
    text(200, format!("[{}]", rows.join(",")))
}

fn text(status: u16, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or_else(|error| panic!("{status} is no status of HTTP: {error}"));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    response
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|error| panic!("{text:?} cannot stand in a header: {error}"))
}

/// The value of a parameter of a query, as it stands there.
fn value_of<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}
