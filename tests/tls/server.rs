//! A server that speaks TLS on a real socket, answers everything alike, and keeps what it saw. Each connection has a thread
//! of its own and carries one request.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rustls::crypto::ring;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::authority::{Authority, Issued};

/// What the server does about the certificates of clients.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientCertificates {
    /// It does not ask for one.
    Ignored,
    /// It asks, and takes those who have none.
    Welcome,
    /// It asks, and takes nobody without.
    Demanded,
}

/// A request, and whether the client showed a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) head: String,
    pub(crate) has_certificate: bool,
}

/// The server. Its thread waits for connections until the test process ends.
pub(crate) struct TlsServer {
    address: SocketAddr,
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl TlsServer {
    /// Starts a server with this certificate. `answer` is all of an HTTP answer but the end of its headers where it has no
    /// body.
    pub(crate) fn start(
        authority: &Authority,
        identity: &Issued,
        clients: ClientCertificates,
        answer: String,
    ) -> Self {
        let config = Arc::new(config(authority, identity, clients));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (shared, answer) = (Arc::clone(&seen), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, seen, answer) = (Arc::clone(&config), Arc::clone(&shared), Arc::clone(&answer));
                // A client that refuses the certificate ends the connection, and that is what its test is about.
                std::thread::spawn(move || serve(config, stream, &seen, &answer));
            }
        });
        Self { address, url: format!("https://{address}"), seen }
    }

    /// GitLab's answer about a project.
    pub(crate) fn project() -> String {
        Self::json(r#"{"id": 1, "name": "App", "path_with_namespace": "demo/app"}"#)
    }

    /// An answer that is JSON.
    pub(crate) fn json(body: &str) -> String {
        let length = body.len();
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests since the last call.
    pub(crate) fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

fn config(authority: &Authority, identity: &Issued, clients: ClientCertificates) -> ServerConfig {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let builder = match clients {
        ClientCertificates::Ignored => builder.unwrap().with_no_client_auth(),
        ClientCertificates::Welcome => {
            builder.unwrap().with_client_cert_verifier(verifier.allow_unauthenticated().build().unwrap())
        }
        ClientCertificates::Demanded => builder.unwrap().with_client_cert_verifier(verifier.build().unwrap()),
    };
    builder.with_single_cert(identity.chain(), identity.key()).unwrap()
}

fn serve(
    config: Arc<ServerConfig>,
    stream: TcpStream,
    seen: &Mutex<Vec<Seen>>,
    answer: &str,
) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut chunk)? {
            0 => return Ok(()),
            count => head.extend_from_slice(&chunk[..count]),
        }
    }
    let has_certificate = stream.conn.peer_certificates().is_some();
    seen.lock().unwrap().push(Seen { head: String::from_utf8_lossy(&head).into_owned(), has_certificate });
    let (first, body) = answer.split_once("\r\n\r\n").unwrap_or((answer.trim_end(), ""));
    write!(stream, "{first}\r\nconnection: close\r\n\r\n{body}")?;
    stream.conn.send_close_notify();
    stream.flush()
}
