//! A server of one file on a real socket that can do to a download what networks and storages do: break off, hold back,
//! change the file, ignore what part was asked for. It knows nothing of GitLab, and answers every path alike.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::patience::until;

/// The server. Its threads end with the test.
#[derive(Debug)]
pub struct FileServer {
    url: String,
    shared: Arc<Shared>,
}

/// How one request is answered.
#[derive(Clone, Debug)]
pub struct Serving {
    file: Vec<u8>,
    headers: Vec<(&'static str, String)>,
    ranges: Ranges,
    most: usize,
    then: Then,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct FileRequest {
    /// `GET /path HTTP/1.1`
    pub line: String,
    headers: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
enum Ranges {
    Ignored,
    Served,
    Refused,
    /// The part that is sent in place of the one that was asked for begins here.
    Mistaken(usize),
}

/// What happens when no more bytes may be sent.
#[derive(Clone, Copy, Debug)]
enum Then {
    Close,
    Hold,
}

#[derive(Debug)]
struct Shared {
    plan: Vec<Serving>,
    asked: Mutex<Vec<FileRequest>>,
    released: AtomicBool,
}

impl FileServer {
    /// Starts a server that answers its first request like the first serving, and so on; the last one repeats.
    ///
    /// # Panics
    ///
    /// When it cannot listen.
    #[must_use]
    pub fn start(plan: impl IntoIterator<Item = Serving>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap_or_else(|error| panic!("the file server cannot listen on this machine: {error}"));
        let address =
            listener.local_addr().unwrap_or_else(|error| panic!("the file server has no address: {error}"));
        let plan: Vec<Serving> = plan.into_iter().collect();
        let shared = Arc::new(Shared { plan, asked: Mutex::default(), released: AtomicBool::new(false) });
        let own = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&own);
                // A client that goes away in the middle is part of the test.
                std::thread::spawn(move || drop(shared.answer(&stream)));
            }
        });
        Self { url: format!("http://{address}"), shared }
    }

    /// Where it listens, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every request so far, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<FileRequest> {
        self.shared.asked().clone()
    }

    /// The range that each request asked for, the empty text where it asked for none.
    #[must_use]
    pub fn ranges(&self) -> Vec<String> {
        self.asked().iter().map(|asked| asked.header("range").to_owned()).collect()
    }

    /// Waits until this many requests have come.
    ///
    /// # Panics
    ///
    /// When they do not come.
    pub fn wait_for(&self, count: usize) {
        until(
            || (self.shared.asked().len() >= count).then_some(()),
            || format!("only {:?} of {count} requests came", self.asked()),
        );
    }

    /// Sends what was held back, and holds nothing back from now on.
    pub fn release(&self) {
        self.shared.released.store(true, Ordering::SeqCst);
    }
}

impl Serving {
    /// The whole file, whatever part is asked for.
    #[must_use]
    pub fn file(file: impl Into<Vec<u8>>) -> Self {
        let file = file.into();
        Self { most: file.len(), file, headers: Vec::new(), ranges: Ranges::Ignored, then: Then::Close }
    }

    /// With one more header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With this entity tag.
    #[must_use]
    pub fn with_tag(self, tag: &str) -> Self {
        self.with_header("etag", format!("\"{tag}\""))
    }

    /// Parts are sent, of the version that was asked for; of another version, the whole.
    #[must_use]
    pub fn with_ranges(mut self) -> Self {
        self.ranges = Ranges::Served;
        self
    }

    /// Every part that is asked for is outside of the file: 416.
    #[must_use]
    pub fn refusing_ranges(mut self) -> Self {
        self.ranges = Ranges::Refused;
        self
    }

    /// The part that is sent begins here, wherever it should.
    #[must_use]
    pub fn mistaking_ranges(mut self, first: usize) -> Self {
        self.ranges = Ranges::Mistaken(first);
        self
    }

    /// The connection closes after so many bytes of the body.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.most = bytes;
        self.then = Then::Close;
        self
    }

    /// So many bytes of the body are sent, and the others when the test releases them.
    #[must_use]
    pub fn held_after(mut self, bytes: usize) -> Self {
        self.most = bytes;
        self.then = Then::Hold;
        self
    }
}

impl FileRequest {
    /// The value of a header, the empty text when it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether any header carries a credential.
    #[must_use]
    pub fn has_credential(&self) -> bool {
        ["private-token", "job-token", "authorization", "cookie"]
            .iter()
            .any(|name| !self.header(name).is_empty())
    }
}

impl Shared {
    fn asked(&self) -> std::sync::MutexGuard<'_, Vec<FileRequest>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, stream: &TcpStream) -> io::Result<()> {
        let Some(asked) = read(stream)? else {
            return Ok(());
        };
        let serving = {
            let mut all = self.asked();
            all.push(asked.clone());
            self.plan[(all.len() - 1).min(self.plan.len() - 1)].clone()
        };
        let mut out = stream;
        let (head, body) = serving.message(&asked);
        out.write_all(head.as_bytes())?;
        let (now, later) = body.split_at(serving.most.min(body.len()));
        out.write_all(now)?;
        if matches!(serving.then, Then::Hold) && self.is_released(stream)? {
            out.write_all(later)?;
        }
        Ok(())
    }

    /// Waits until the rest may be sent; false when nobody waits for it any more.
    fn is_released(&self, stream: &TcpStream) -> io::Result<bool> {
        stream.set_read_timeout(Some(Duration::from_millis(5)))?;
        while !self.released.load(Ordering::SeqCst) {
            match stream.peek(&mut [0]) {
                Ok(0) => return Ok(false),
                Err(error)
                    if !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) =>
                {
                    return Err(error);
                }
                _ => {}
            }
        }
        Ok(true)
    }
}

impl Serving {
    fn message(&self, asked: &FileRequest) -> (String, &[u8]) {
        let total = self.file.len();
        let known = asked.header("if-range");
        let is_same = known.is_empty()
            || self
                .headers
                .iter()
                .any(|(name, value)| matches!(*name, "etag" | "last-modified") && value == known);
        let first = asked
            .header("range")
            .strip_prefix("bytes=")
            .and_then(|range| range.strip_suffix('-')?.parse().ok());
        let (status, first, range) = match (&self.ranges, first) {
            (Ranges::Served, Some(first)) if is_same && first < total => ("206 Partial Content", first, true),
            (Ranges::Mistaken(first), Some(_)) => ("206 Partial Content", *first, true),
            (Ranges::Served, Some(_)) if is_same => ("416 Range Not Satisfiable", total, false),
            (Ranges::Refused, Some(_)) => ("416 Range Not Satisfiable", total, false),
            _ => ("200 OK", 0, false),
        };
        let body = &self.file[first..];
        let mut head =
            format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
        if range {
            head.push_str(&format!("content-range: bytes {first}-{}/{total}\r\n", total.saturating_sub(1)));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        (head, body)
    }
}

/// The head of a request; `None` when the connection was made for nothing.
fn read(stream: &TcpStream) -> io::Result<Option<FileRequest>> {
    let mut lines = BufReader::new(stream).lines();
    let Some(line) = lines.next().transpose()? else {
        return Ok(None);
    };
    let mut headers = Vec::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    Ok(Some(FileRequest { line, headers }))
}
