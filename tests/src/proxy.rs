//! A server between a client and another server, which keeps the first line of every request. It passes everything on
//! unchanged and knows nothing of either side.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// The server. Its threads end with the test's process.
#[derive(Debug)]
pub struct RecordingProxy {
    url: String,
    lines: Arc<Mutex<Vec<String>>>,
}

impl RecordingProxy {
    /// Starts one in front of the server at this URL, which is plain http.
    ///
    /// # Panics
    ///
    /// When it cannot listen.
    #[must_use]
    pub fn start(behind: &str) -> Self {
        let behind = behind.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap_or_else(|error| panic!("the proxy cannot listen: {error}"));
        let address =
            listener.local_addr().unwrap_or_else(|error| panic!("the proxy has no address: {error}"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let own = Arc::clone(&lines);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (own, behind) = (Arc::clone(&own), behind.clone());
                // A side that goes away in the middle is no failure of the proxy.
                thread::spawn(move || {
                    TcpStream::connect(behind).and_then(|server| pass(client, server, &own))
                });
            }
        });
        Self { url: format!("http://{address}"), lines }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `METHOD /path?query` of every request so far, in order.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Passes requests on one by one, and whatever is answered as it comes.
fn pass(client: TcpStream, mut server: TcpStream, lines: &Mutex<Vec<String>>) -> io::Result<()> {
    let (mut answers, mut back) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        let copied = io::copy(&mut answers, &mut back);
        back.shutdown(Shutdown::Both).and(copied)
    });
    let mut reader = BufReader::new(client);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let start = head.len();
            if reader.read_line(&mut head)? == 0 {
                return server.shutdown(Shutdown::Both);
            }
            let line = head[start..].trim_end();
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let first = head.lines().next().unwrap_or_default();
        let request = first.rsplit_once(' ').map_or(first, |(request, _)| request);
        lines.lock().unwrap_or_else(PoisonError::into_inner).push(request.to_owned());
        let mut body = Vec::new();
        reader.by_ref().take(length).read_to_end(&mut body)?;
        server.write_all(head.as_bytes())?;
        server.write_all(&body)?;
    }
}
