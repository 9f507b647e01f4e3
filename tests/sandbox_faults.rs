//! Faults that a sandbox makes on purpose, as they look on the wire.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop where it is; clippy's own exception does not reach the functions around tests"
)]

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use rhailab_sandbox::{Fault, FaultKind, Faults, Options, Sandbox, start};
use rhailab_tests::{Rhailab, SandboxProcess};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// All that came over a connection, and how it ended.
#[derive(Debug)]
struct Wire {
    text: String,
    end: Result<(), ErrorKind>,
}

impl Wire {
    fn status(&self) -> u16 {
        self.text.get(9..12).and_then(|digits| digits.parse().ok()).unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let head = self.text.split("\r\n\r\n").next()?;
        head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    /// How many bytes of the announced body are missing.
    fn missing(&self) -> usize {
        self.header("content-length").unwrap().parse::<usize>().unwrap() - self.body().len()
    }
}

/// Sends a request over a connection of its own, and reads until its end.
fn send(url: &str, token: &str, line: &str, body: &str) -> Wire {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let head = format!(
        "{line} HTTP/1.1\r\nHost: x\r\nPRIVATE-TOKEN: {token}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map(drop).map_err(|error| error.kind());
    Wire { text: String::from_utf8_lossy(&bytes).into_owned(), end }
}

/// A sandbox in which each request meets these faults.
async fn broken(faults: &[&str]) -> Sandbox {
    let list = faults.iter().map(|fault| fault.parse::<Fault>().unwrap()).collect();
    let faults = Faults { list, stall: Duration::from_secs(60), ..Faults::default() };
    // Time hardly passes: what is created stays as it is.
    start(Options { speed: 0.0001, faults, ..Options::default() }).await.unwrap()
}

/// Sends from a thread of its own, while the sandbox runs in this one.
async fn ask(sandbox: &Sandbox, line: &str, body: &str) -> Wire {
    let (url, token) = (sandbox.url(), sandbox.token().to_owned());
    let (line, body) = (line.to_owned(), body.to_owned());
    tokio::task::spawn_blocking(move || send(&url, &token, &line, &body)).await.unwrap()
}

const READ: &str = "GET /api/v4/projects/1/pipelines";
const CREATE: &str = "POST /api/v4/projects/1/pipeline";
const MAIN: &str = r#"{"ref":"main"}"#;

#[tokio::test]
async fn a_429_has_both_of_its_forms() {
    let sandbox = broken(&["429:100%"]).await;
    let mut forms = BTreeSet::new();
    for _ in 0..20 {
        let wire = ask(&sandbox, READ, "").await;
        assert_eq!(wire.status(), 429);
        forms.insert(match wire.header("content-type").unwrap() {
            "text/plain" => {
                assert_eq!(wire.body(), "Retry later\n");
                assert_eq!(wire.header("retry-after"), Some("1"));
                assert_eq!(wire.header("ratelimit-remaining"), Some("0"));
                assert!(wire.header("ratelimit-reset").unwrap().parse::<i64>().unwrap() > 1_700_000_000);
                "plain"
            }
            "application/json" => {
                let text = r#"{"message":{"error":"This endpoint has been requested too many times. Try again later."}}"#;
                assert_eq!((wire.body(), wire.header("retry-after")), (text, None));
                "json"
            }
            other => panic!("{other}"),
        });
    }
    assert_eq!(forms, ["json", "plain"].into());
}

#[tokio::test]
async fn errors_of_the_server_come_as_json_and_those_of_its_proxy_as_html() {
    for (fault, status, kind) in [
        ("500:100%", 500, "application/json"),
        ("502:100%", 502, "text/html; charset=utf-8"),
        ("503:100%", 503, "text/html; charset=utf-8"),
    ] {
        let wire = ask(&broken(&[fault]).await, READ, "").await;
        assert_eq!((wire.status(), wire.header("content-type")), (status, Some(kind)), "{wire:?}");
    }
}

#[tokio::test]
async fn html_comes_only_where_json_was_due() {
    let sandbox = broken(&["html:100%"]).await;
    let wire = ask(&sandbox, READ, "").await;
    assert_eq!((wire.status(), wire.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(wire.body().starts_with("<!DOCTYPE html>"));
    let trace = ask(&sandbox, "GET /api/v4/projects/1/jobs/5001/trace", "").await;
    assert_eq!((trace.status(), trace.header("content-type")), (200, Some("text/plain")));
}

#[tokio::test]
async fn a_reset_comes_before_the_answer_or_within() {
    let sandbox = broken(&["reset:100%"]).await;
    let mut places = BTreeSet::new();
    for _ in 0..40 {
        let wire = ask(&sandbox, READ, "").await;
        assert_eq!(wire.end, Err(ErrorKind::ConnectionReset), "{wire:?}");
        places.insert(if wire.text.is_empty() { "before" } else { "within" });
    }
    assert_eq!(places, ["before", "within"].into());
    for _ in 0..20 {
        let wire = ask(&sandbox, CREATE, MAIN).await;
        assert_eq!((wire.text.as_str(), wire.end), ("", Err(ErrorKind::ConnectionReset)));
    }
}

#[tokio::test]
async fn a_truncated_answer_ends_before_all_of_it_has_come() {
    let sandbox = broken(&["truncate:100%"]).await;
    let wire = ask(&sandbox, READ, "").await;
    assert_eq!((wire.status(), wire.end), (200, Ok(())));
    assert!(wire.missing() > 0 && !wire.body().is_empty(), "{wire:?}");
    // An archive as well, over a connection that ends in good order.
    let archive = ask(&sandbox, "GET /api/v4/projects/1/jobs/5001/artifacts", "").await;
    assert_eq!((archive.status(), archive.end), (200, Ok(())));
}

#[tokio::test]
async fn a_slow_answer_stalls_in_the_middle() {
    let sandbox = broken(&["slow:100%"]).await;
    let (url, token) = (sandbox.url(), sandbox.token().to_owned());
    let read = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        write!(stream, "{READ} HTTP/1.1\r\nHost: x\r\nPRIVATE-TOKEN: {token}\r\n\r\n").unwrap();
        let (mut text, mut buffer) = (String::new(), [0; 65_536]);
        // The first half comes at once; the rest not within the minute that the stall takes.
        while !text.contains("[{\"id\":") {
            let count = stream.read(&mut buffer).unwrap();
            text += &String::from_utf8_lossy(&buffer[..count]);
        }
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut wire = Wire { text, end: Ok(()) };
        loop {
            match stream.read(&mut buffer) {
                Ok(count) => wire.text += &String::from_utf8_lossy(&buffer[..count]),
                Err(error) => {
                    wire.end = Err(error.kind());
                    return wire;
                }
            }
        }
    });
    let wire = read.await.unwrap();
    assert!(matches!(wire.end, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{wire:?}");
    assert!(wire.missing() > 0, "{wire:?}");
}

#[tokio::test]
async fn what_fails_before_the_request_has_no_effect() {
    let before = ["429:15%", "500:15%", "502:10%", "503:10%", "reset:10%", "html:10%"];
    let sandbox = broken(&before).await;
    let mut created = 0;
    for _ in 0..60 {
        created += usize::from(ask(&sandbox, CREATE, MAIN).await.status() == 201);
    }
    assert!((1..60).contains(&created), "{created}");
    let found = loop {
        let wire = ask(&sandbox, &format!("{READ}?source=api&per_page=100"), "").await;
        if wire.status() == 200 && wire.header("content-type") == Some("application/json") && wire.end.is_ok()
        {
            break wire.header("x-total").unwrap().parse::<usize>().unwrap();
        }
    };
    assert_eq!(found, created);
}

#[tokio::test]
async fn what_damages_the_answer_lets_the_request_take_effect() {
    let sandbox = broken(&["truncate:100%"]).await;
    let wire = ask(&sandbox, CREATE, MAIN).await;
    assert_eq!(wire.status(), 201);
    assert!(wire.missing() > 0);
    let listed = ask(&sandbox, &format!("{READ}?source=api"), "").await;
    assert_eq!(listed.header("x-total"), Some("1"));
}

#[tokio::test]
async fn equal_seeds_break_the_same_requests() {
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let faults = Faults { list: vec!["503:50%".parse().unwrap()], ..Faults::default() };
        let sandbox = start(Options { seed, faults, ..Options::default() }).await.unwrap();
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(ask(&sandbox, READ, "").await.status());
        }
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn downloads_from_the_object_storage_break_as_well() {
    let faults = Faults { list: vec!["truncate:100%".parse().unwrap()], ..Faults::default() };
    let sandbox = start(Options { object_storage: true, faults, ..Options::default() }).await.unwrap();
    let wire = ask(&sandbox, "GET /api/v4/projects/1/jobs/5001/artifacts", "").await;
    assert_eq!(wire.status(), 302);
    let location = wire.header("location").unwrap().to_owned();
    let (host, path) = location.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let (url, line) = (format!("http://{host}"), format!("GET /{path}"));
    let archive = tokio::task::spawn_blocking(move || send(&url, "", &line, "")).await.unwrap();
    assert_eq!((archive.status(), archive.end), (200, Ok(())));
    let announced: usize = archive.header("content-length").unwrap().parse().unwrap();
    assert!(announced > 200_000 && archive.text.len() < announced, "{announced}");
}

#[tokio::test]
async fn more_than_certain_faults_are_refused() {
    let list = ["429:60%", "reset:60%"].map(|fault| fault.parse().unwrap()).to_vec();
    let options = Options { faults: Faults { list, ..Faults::default() }, ..Options::default() };
    let error = start(options).await.unwrap_err().to_string();
    assert!(error.contains("the chances of faults add up to more than 100%"), "{error}");
}

#[test]
fn the_command_breaks_what_it_is_told_to() {
    let process = SandboxProcess::with(RHAILAB, ["--fault", "503:0%", "--fault", "502:1", "--stall", "5s"]);
    let wire = send(process.url(), process.token(), READ, "");
    assert_eq!(wire.status(), 502);
    for (fault, words) in [
        ("429", "write KIND:PROBABILITY, such as `429:10%`"),
        ("rest:1%", "did you mean `reset`?"),
        ("429:10", "`10` is no probability"),
    ] {
        let outcome = Rhailab::new(RHAILAB).args(["sandbox", "--fault", fault]).run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{fault}");
        assert!(outcome.stderr.contains(words), "{fault}: {}", outcome.stderr);
    }
    assert_eq!("slow:1%".parse::<Fault>().unwrap().kind, FaultKind::Slow);
}
