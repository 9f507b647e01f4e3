//! A server that does one thing wrong. It speaks HTTP byte by byte over a real socket, because a library would not let it
//! break the protocol. It knows nothing of GitLab but the answers that it is given.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// The server. Its threads end with the test's process; each connection is one of them.
#[derive(Debug)]
pub struct ChaosServer {
    url: String,
    shared: Arc<Shared>,
}

/// Headers with their values.
pub type Headers = Vec<(&'static str, String)>;

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The request is carried out; then the connection is reset without a word.
    Reset,
    /// The connection is reset in the middle of the body.
    ResetInBody,
    /// The connection ends in good order before the whole body is there.
    Truncated,
    /// In the middle of the body nothing comes any more, and the connection stays.
    Stalled,
    /// Another answer comes instead: a status, headers, a body. Whether the request is carried out before depends on the status:
    /// a refusal by 4xx or 503 comes before, any other after.
    Instead(u16, Headers, Vec<u8>),
    /// These headers come with the answer, too.
    With(Headers),
    /// These headers are missing in the answer.
    Without(Vec<&'static str>),
    /// The body comes as this other one.
    Body(fn(&[u8]) -> (Headers, Vec<u8>)),
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// With the first request.
    Once,
    /// With every request.
    Always,
}

/// An answer: a status, headers, a body. `{url}` in headers is the server's URL.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The headers, without those about the body's length.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

#[derive(Debug)]
struct Shared {
    url: String,
    routes: HashMap<String, Answered>,
    fault: Fault,
    times: Times,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: Vec<String>,
    /// How many requests that write were carried out.
    effects: usize,
}

/// How long a silent connection stays before its thread ends; longer than any client waits.
const SILENCE: Duration = Duration::from_secs(60);

impl ChaosServer {
    /// Starts a server that answers `METHOD /path`, or `METHOD /path?page=N`, from a table, but for the fault.
    ///
    /// # Panics
    ///
    /// When it cannot listen.
    #[must_use]
    pub fn start<'a>(
        routes: impl IntoIterator<Item = (&'a str, Answered)>,
        fault: Fault,
        times: Times,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap_or_else(|error| panic!("the chaos server cannot listen: {error}"));
        let address =
            listener.local_addr().unwrap_or_else(|error| panic!("the chaos server has no address: {error}"));
        let routes = routes.into_iter().map(|(route, answer)| (route.to_owned(), answer)).collect();
        let url = format!("http://{address}");
        let shared = Arc::new(Shared { url: url.clone(), routes, fault, times, seen: Mutex::default() });
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&own);
                // A client that goes away in the middle is no failure of the server.
                thread::spawn(move || serve(&shared, stream));
            }
        });
        Self { url, shared }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `METHOD /path?query` of every request so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.shared.seen().requests.clone()
    }

    /// How many requests that write were carried out.
    #[must_use]
    pub fn effects(&self) -> usize {
        self.shared.seen().effects
    }
}

impl Shared {
    /// The answer for a request: that of its page, if the table has it, else that of its path.
    fn route(&self, request: &str) -> Option<Answered> {
        let (path, query) = request.split_once('?').unwrap_or((request, ""));
        let page = query.split('&').find(|pair| pair.starts_with("page="));
        let page = page.and_then(|page| self.routes.get(&format!("{path}?{page}")));
        page.or_else(|| self.routes.get(path)).cloned()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers the requests of a connection until one of the two has enough.
fn serve(shared: &Shared, stream: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(request) = read_request(&mut reader)? {
        let is_first = {
            let mut seen = shared.seen();
            seen.requests.push(request.clone());
            seen.requests.len() == 1
        };
        let answer = shared.route(&request).unwrap_or_else(|| Answered {
            status: 404,
            headers: vec![("content-type", "application/json".to_owned())],
            body: br#"{"error":"404 Not Found"}"#.to_vec(),
        });
        if is_first || shared.times == Times::Always {
            fail(shared, &request, answer, &stream)?;
        } else {
            carry_out(shared, &request);
            write_answer(shared, &stream, &answer)?;
        }
    }
    Ok(())
}

/// The first line of the next request, such as `GET /path?query`; the rest is read and dropped.
fn read_request(reader: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    reader.by_ref().take(length).read_to_end(&mut Vec::new())?;
    Ok(first.rsplit_once(' ').map(|(request, _)| request.to_owned()))
}

fn fail(shared: &Shared, request: &str, answer: Answered, stream: &TcpStream) -> io::Result<()> {
    let mut stream = stream;
    let half = answer.body.len() / 2;
    match &shared.fault {
        Fault::Instead(status, headers, body) => {
            if !matches!(status, 400..=499 | 503) {
                carry_out(shared, request);
            }
            let answer = Answered { status: *status, headers: headers.clone(), body: body.clone() };
            return write_answer(shared, stream, &answer);
        }
        Fault::With(headers) => {
            let mut answer = answer;
            answer.headers.extend(headers.clone());
            carry_out(shared, request);
            return write_answer(shared, stream, &answer);
        }
        Fault::Without(names) => {
            let mut answer = answer;
            answer.headers.retain(|(name, _)| !names.contains(name));
            carry_out(shared, request);
            return write_answer(shared, stream, &answer);
        }
        Fault::Body(change) => {
            let (headers, body) = change(&answer.body);
            carry_out(shared, request);
            return write_answer(shared, stream, &Answered { headers, body, ..answer });
        }
        Fault::Reset | Fault::ResetInBody | Fault::Truncated | Fault::Stalled => carry_out(shared, request),
    }
    if !matches!(shared.fault, Fault::Reset) {
        stream.write_all(head(shared, &answer).as_bytes())?;
        stream.write_all(&answer.body[..half])?;
        stream.flush()?;
    }
    match shared.fault {
        Fault::Stalled => thread::sleep(SILENCE),
        Fault::Truncated => stream.shutdown(Shutdown::Both)?,
        // A socket that must not linger is reset when it is closed.
        _ => SockRef::from(stream).set_linger(Some(Duration::ZERO))?,
    }
    Err(io::Error::other("the connection is over"))
}

fn carry_out(shared: &Shared, request: &str) {
    if !request.starts_with("GET ") {
        shared.seen().effects += 1;
    }
}

fn write_answer(shared: &Shared, mut stream: &TcpStream, answer: &Answered) -> io::Result<()> {
    // One write: the two halves of an answer would wait for each other's acknowledgement.
    let mut bytes = head(shared, answer).into_bytes();
    bytes.extend_from_slice(&answer.body);
    stream.write_all(&bytes)
}

fn head(shared: &Shared, answer: &Answered) -> String {
    let mut head = format!("HTTP/1.1 {} Some Reason\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {}\r\n", value.replace("{url}", &shared.url)));
    }
    if answer.status != 204 {
        head.push_str(&format!("content-length: {}\r\n", answer.body.len()));
    }
    head + "\r\n"
}
