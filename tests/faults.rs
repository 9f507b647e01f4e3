//! What goes wrong between a client and GitLab, over real sockets: every fault with every kind of operation, once and
//! always. Each cell of the table ends in a completed operation or a clear error; no pipeline is started twice, no
//! partial file has the final name, and no token stands in anything that was said. The table is a snapshot in
//! `snapshots/`, and is printed: `cargo test --package rhailab --test faults -- --nocapture`.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

#[path = "faults/capture.rs"]
mod capture;
#[path = "faults/kinds.rs"]
mod kinds;
#[path = "faults/operations.rs"]
mod operations;

use std::fmt::Write as _;
use std::time::Duration;

use rhailab_client::{Error, Gitlab};
use rhailab_tests::chaos::{ChaosServer, Fault, Times};
use rhailab_tests::{Answer, Folder, RecordingServer};

use operations::{ACCESS_TOKEN, OPERATIONS, Operation, TRIGGER_TOKEN};

/// How long a silent server is waited for: where it is silent for ever, and where it is slow at worst.
const SILENCE: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a request is repeated.
const RETRIES: u32 = 3;

/// How often it is repeated where a server is silent once: the short [`SILENCE`] may be too short for its next answers,
/// too, where a machine has much else to do.
const RETRIES_AFTER_SILENCE: u32 = 100;

#[tokio::test]
async fn every_fault_ends_in_a_completed_operation_or_a_clear_error() {
    let said = capture::everything();
    let elsewhere = RecordingServer::start([("GET /elsewhere", Answer::html(200, "<p>Sign in</p>"))]);
    let mut table = String::new();
    for times in [Times::Once, Times::Always] {
        write!(
            table,
            "{:<28}",
            if times == Times::Once { "with the first request" } else { "with each request" }
        )
        .unwrap();
        for operation in OPERATIONS {
            write!(table, "{:<16}", operation.name).unwrap();
        }
        table = table.trim_end().to_owned() + "\n";
        for (name, fault) in kinds::faults(elsewhere.url()) {
            let mut row = format!("{name:<28}");
            for operation in OPERATIONS {
                let server = ChaosServer::start(operations::routes(), fault.clone(), times);
                // Whatever bytes come are what was asked for.
                let is_right = matches!(fault, Fault::Body(_))
                    && name != "gzip cut short"
                    && matches!(operation.name, "download" | "trace");
                let cell =
                    if is_right { "-".to_owned() } else { cell(&server, times, operation, name).await };
                write!(row, "{cell:<16}").unwrap();
            }
            writeln!(table, "{}", row.trim_end()).unwrap();
        }
        table.push('\n');
    }
    for request in elsewhere.requests() {
        assert_eq!(request.credentials(), [""; 0], "{}", request.line());
    }
    insta::assert_snapshot!("faults", table.trim_end());
    for token in [ACCESS_TOKEN, TRIGGER_TOKEN] {
        assert!(!said.holds(token), "a token was said:\n{}", said.around(token));
    }
    // What was said was really caught.
    assert!(said.holds("/api/v4/projects/1/pipelines"));
}

/// Runs one operation against one fault; how it ended, and how many requests it took where that is certain.
async fn cell(server: &ChaosServer, times: Times, operation: &Operation, fault: &str) -> String {
    let folder = Folder::new();
    let target = folder.path().join("out.zip");
    let is_silent = fault == "stalled body";
    let (patience, retries) = match (is_silent, times) {
        (true, Times::Once) => (SILENCE, RETRIES_AFTER_SILENCE),
        (true, Times::Always) => (SILENCE, RETRIES),
        (false, _) => (PATIENCE, RETRIES),
    };
    let result = (operation.run)(client(server.url(), patience, retries), target.clone()).await;
    let place = format!("{} with {fault}", operation.name);
    let acts_twice = matches!(operation.name, "create" | "trigger");
    assert!(!acts_twice || server.effects() <= 1, "{place}: carried out {} times", server.effects());
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.path()).collect();
    let outcome = match &result {
        Ok(()) => {
            assert!(!acts_twice || server.effects() == 1, "{place}: done, and yet not carried out");
            "done".to_owned()
        }
        Err(error) => {
            assert!(left.is_empty(), "{place}: {left:?} was left of what failed");
            capture::note(error);
            check_words(error, &place);
            error.kind().to_string()
        }
    };
    // How many pages were asked for ahead when the last one came is a matter of chance, and so is whether a reset overtakes
    // an answer that has no body.
    let is_chance = operation.name == "list" || operation.name == "delete" && fault == "reset in the body";
    let requests = if is_chance {
        None
    } else if is_silent {
        // A server that has much else to do may see a request only after the client gave it up.
        result.as_ref().err().and_then(tries)
    } else {
        Some(server.requests().len().to_string())
    };
    match requests {
        Some(requests) => format!("{outcome}/{requests}"),
        None => outcome,
    }
}

/// How often a request was tried, where its error tells.
fn tries(error: &Error) -> Option<String> {
    let (_, said) = error.hint()?.split_once("It was tried ")?;
    Some(said.split(' ').next()?.to_owned())
}

/// An error must say what happened, to which request, and what to do.
fn check_words(error: &Error, place: &str) {
    assert!(!error.message().is_empty(), "{place}");
    assert!(error.operation().is_some() && error.url().is_some(), "{place}: {error:?}");
    let is_explained = error.hint().is_some() || error.status().is_some();
    assert!(is_explained, "{place}: {error:?}");
    let is_uncertain =
        matches!(error.kind().as_str(), "server" | "timeout") || error.message().contains("broke");
    if matches!(error.operation(), Some("ProjectPipeline.create" | "Project.trigger_pipeline"))
        && is_uncertain
    {
        assert!(error.hint().unwrap_or_default().contains("may have done it"), "{place}: {error:?}");
    }
}

fn client(url: &str, patience: Duration, retries: u32) -> Gitlab {
    Gitlab::builder(url)
        .private_token(ACCESS_TOKEN)
        .read_timeout(patience)
        .retries(retries)
        .backoff(Duration::from_millis(1), Duration::from_millis(2))
        .body_limit(1024 * 1024)
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_closed_port_is_told_and_nothing_is_left() {
    // Bound and not listened on, the port stays closed: no other test can be given it meanwhile.
    let closed = tokio::net::TcpSocket::new_v4().unwrap();
    closed.bind((std::net::Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    for operation in OPERATIONS {
        let folder = Folder::new();
        let error = (operation.run)(client(&url, PATIENCE, RETRIES), folder.path().join("out.zip"))
            .await
            .unwrap_err();
        assert_eq!(error.kind().as_str(), "transport", "{}", operation.name);
        assert!(error.message().contains("cannot connect to http://127.0.0.1"), "{error}");
        assert!(error.hint().unwrap_or_default().contains("It was tried 3 times."), "{error:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
