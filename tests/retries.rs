//! Which requests are sent again, when, and how that is told, by the real binary and by the client. `faults.rs` tries every
//! fault with every operation; here are the promises themselves.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

use std::time::Duration;

use rhailab_client::{CreateProjectPipeline, ErrorKind, Gitlab};
use rhailab_tests::chaos::{Answered, ChaosServer, Fault, Times};
use rhailab_tests::{Answer, RecordingServer, Rhailab, canned};
use serde_json::json;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");
const TOKEN: &str = "glpat-retries-access-token";
const GET: &str = "GET /api/v4/projects/1";
const CREATE: &str = "POST /api/v4/projects/1/pipeline";

fn unavailable() -> Answer {
    Answer::json(503, &json!({"message": "503 Service Unavailable"}))
}

fn eval(server: &RecordingServer, args: &[&str], code: &str) -> Rhailab {
    Rhailab::new(RHAILAB).args(args).args(["eval", code]).server(server.url(), TOKEN)
}

fn client(url: &str) -> Gitlab {
    let (first, most) = (Duration::from_millis(1), Duration::from_millis(2));
    Gitlab::builder(url).private_token(TOKEN).backoff(first, most).build().unwrap()
}

/// The server carries a request out and then breaks; it must not get the same again.
#[tokio::test]
async fn footgun_07_no_pipeline_is_started_twice() {
    let created = || Answered {
        status: 201,
        headers: vec![("content-type", "application/json".to_owned())],
        body: canned::pipeline("created").to_string().into_bytes(),
    };
    let create = async |server: &ChaosServer| {
        client(server.url()).projects().lazy(1).pipelines().create(CreateProjectPipeline::new("main")).await
    };
    let broken = Fault::Instead(502, Vec::new(), b"Bad Gateway".to_vec());
    for fault in [Fault::Reset, Fault::ResetInBody, Fault::Truncated, broken] {
        let server = ChaosServer::start([(CREATE, created())], fault.clone(), Times::Once);
        let error = create(&server).await.unwrap_err();
        assert_eq!((server.effects(), server.requests().len()), (1, 1), "{fault:?}");
        assert!(error.hint().unwrap().contains("look before you send it again"), "{error:?}");
    }
    // A refusal comes before anything is done, so asking again is right.
    let refusal = Fault::Instead(429, vec![("retry-after", "0".to_owned())], b"Retry later".to_vec());
    let server = ChaosServer::start([(CREATE, created())], refusal, Times::Once);
    assert_eq!(create(&server).await.unwrap().id, 104);
    assert_eq!((server.effects(), server.requests().len()), (1, 2));
}

/// An answer that says yes and cannot be read leaves the pipeline running.
#[tokio::test]
async fn footgun_07_what_was_accepted_is_told_although_the_answer_cannot_be_read() {
    for body in ["{\"id\":", "", "[]", "{}", "{\"id\":104,\"status\":7}"] {
        let answer = Answer::bytes(201, body.to_owned()).with_header("content-type", "application/json");
        let read = Answer::bytes(200, body.to_owned()).with_header("content-type", "application/json");
        let server = RecordingServer::start([(CREATE, answer), (GET, read)]);
        let project = client(server.url()).projects().lazy(1);
        let error = project.pipelines().create(CreateProjectPipeline::new("main")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error:?}");
        let hint = error.hint().unwrap();
        assert!(hint.starts_with("GitLab has accepted the request: look"), "{error:?}");
        assert_eq!(hint.matches("look").count(), 1, "{error:?}");
        // A read may be sent again by anybody.
        if let Err(error) = client(server.url()).projects().get(1).await {
            assert!(!error.hint().unwrap_or_default().contains("accepted"), "{error:?}");
        }
        let small = Gitlab::builder(server.url()).body_limit(1).build().unwrap().projects().lazy(1);
        if body.len() > 1 {
            let error = small.pipelines().create(CreateProjectPipeline::new("main")).await.unwrap_err();
            assert!(error.hint().unwrap().contains("GitLab has accepted the request"), "{error:?}");
        }
    }
    let server = RecordingServer::start([("POST /api/v4/x", Answer::bytes(201, "{"))]);
    let outcome = eval(&server, &[], "gl.http(\"POST\", \"/x\")").run();
    assert!(outcome.stderr.contains("GitLab has accepted the request"), "{outcome:?}");
}

#[test]
fn footgun_08_what_fails_for_a_moment_is_asked_for_again_and_told() {
    let refused = Answer::text(429, "Retry later\n").with_header("retry-after", "0");
    let server = RecordingServer::start([(GET, unavailable()), (GET, refused), (GET, canned::project())]);
    let outcome = eval(&server, &["-v"], "gl.projects.get(1).name").run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "App\n"), "{outcome:?}");
    assert_eq!(server.lines(), [GET; 3]);
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    let told = ["503 (", "GitLab answered 503; waiting ", "429 (", "GitLab answered 429; waiting ", "200 ("];
    assert_eq!(lines.len(), told.len(), "{}", outcome.stderr);
    for (line, words) in lines.iter().zip(told) {
        assert!(line.starts_with("GET http://") && line.contains(words), "{line} lacks {words}");
    }
    assert!(lines[1].ends_with(", attempt 2") && lines[3].ends_with(", attempt 3"), "{}", outcome.stderr);
}

#[test]
fn footgun_08_a_deletion_whose_answer_was_lost_is_done() {
    const DELETE: &str = "DELETE /api/v4/projects/1/pipelines/104";
    let gone = || Answer::json(404, &json!({"message": "404 Not found"}));
    let server = RecordingServer::start([(DELETE, unavailable()), (DELETE, gone())]);
    let code = "gl.projects.get(1, #{lazy: true}).pipelines.delete(104)";
    let outcome = eval(&server, &[], code).run();
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    // One that was never there is an error all the same.
    let server = RecordingServer::start([(DELETE, gone())]);
    let outcome = eval(&server, &[], code).run();
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert_eq!(server.lines(), [DELETE]);
}

#[test]
fn footgun_09_every_way_to_say_when_is_obeyed() {
    let now = "Wed, 25 Nov 2026 12:00:00 GMT";
    // The moments are over when they arrive, by the server's own clock.
    for (name, value) in [("retry-after", "0"), ("retry-after", now), ("ratelimit-reset", "1795608000")] {
        let refused = Answer::text(429, "Retry later\n").with_header(name, value).with_header("date", now);
        let server = RecordingServer::start([(GET, refused), (GET, canned::project())]);
        let outcome = eval(&server, &[], "gl.projects.get(1).name").run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "App\n"), "{name}: {outcome:?}");
    }
}

#[test]
fn footgun_09_a_pause_beyond_the_budget_is_an_error_that_names_it() {
    let refused = Answer::text(429, "Retry later\n").with_header("retry-after", "86400");
    let server = RecordingServer::start([(GET, refused)]);
    let outcome = eval(&server, &[], "gl.projects.get(1).name").run();
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains("GitLab asks to wait 86400"), "{}", outcome.stderr);
    assert_eq!(server.lines(), [GET]);
}

#[test]
fn footgun_09_ctrl_c_cuts_a_pause_short() {
    let refused = Answer::text(429, "Retry later\n").with_header("retry-after", "250");
    let server = RecordingServer::start([(GET, refused)]);
    let running = eval(&server, &[], "gl.projects.get(1).name").start();
    server.wait_for(1);
    running.interrupt();
    let outcome = running.finish();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(130), ""), "{outcome:?}");
    assert_eq!(server.lines(), [GET]);
}

#[test]
fn footgun_10_a_call_ends_in_time() {
    let route = Answered {
        status: 200,
        headers: vec![("content-type", "application/json".to_owned())],
        body: br#"{"id": 1, "name": "App"}"#.to_vec(),
    };
    let server = ChaosServer::start([(GET, route)], Fault::Stalled, Times::Always);
    let outcome = Rhailab::new(RHAILAB)
        .args([
            "--timeout",
            "200ms",
            "eval",
            "try { gl.projects.get(1) } catch (e) { print(e.kind); throw e }",
        ])
        .server(server.url(), TOKEN)
        .run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), "timeout\n"), "{outcome:?}");
    assert!(outcome.stderr.contains("no whole answer from http://127.0.0.1"), "{}", outcome.stderr);
}

#[tokio::test]
async fn footgun_10_what_was_wrong_before_the_time_was_over_is_told() {
    let busy = Answer::text(429, "Retry later").with_header("retry-after", "30");
    let server = RecordingServer::start([(GET, busy)]);
    let gl = Gitlab::builder(server.url()).timeout(Duration::from_millis(200)).build().unwrap();
    let error = gl.projects().get(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.message().ends_with("within 200ms, after GitLab answered 429"), "{error}");
}

#[tokio::test]
async fn footgun_10_each_step_has_a_limit_and_all_failures_are_one_type() {
    let route = Answered { status: 200, headers: Vec::new(), body: b"{\"id\": 1}".to_vec() };
    let server = ChaosServer::start([(GET, route)], Fault::Stalled, Times::Always);
    let gl =
        Gitlab::builder(server.url()).read_timeout(Duration::from_millis(100)).retries(0).build().unwrap();
    let error = gl.projects().get(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.message().starts_with("no answer in time from http://127.0.0.1"), "{error}");
}

#[test]
fn two_vs_show_headers_and_bodies_without_secrets() {
    let trigger = Answer::json(201, &canned::trigger("nightly"));
    let server = RecordingServer::start([("POST /api/v4/projects/1/triggers", trigger)]);
    let code = "gl.projects.get(1, #{lazy: true}).triggers.create(#{description: \"nightly\"}).description";
    let outcome = eval(&server, &["-vv"], code).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "nightly\n"), "{outcome:?}");
    for line in [
        "> accept: application/json",
        "> private-token: ••••",
        "> {\"description\":\"nightly\"}",
        "< 201",
        "< content-type: application/json",
    ] {
        assert!(outcome.stderr.contains(line), "{line} is missing:\n{}", outcome.stderr);
    }
    assert!(outcome.stderr.contains("\"token\":\"••••\""), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains(TOKEN) && !outcome.stderr.contains(canned::TRIGGER_TOKEN));
}

/// A script limits a single call; what it holds goes on without a limit.
#[test]
fn footgun_10_a_call_of_a_script_has_a_time_limit_of_its_own() {
    let route = Answered { status: 200, headers: Vec::new(), body: b"{\"id\": 1}".to_vec() };
    let silent = ChaosServer::start([(GET, route)], Fault::Stalled, Times::Always);
    let sound = RecordingServer::start([(GET, canned::project())]);
    let eval = |code: &str| Rhailab::new(RHAILAB).args(["eval", code]).server(silent.url(), TOKEN).run();
    let code = format!(
        "try {{ gl.projects.get(1, #{{timeout: \"50ms\"}}); }} catch (e) {{ print(e.kind); }} let other = gitlab({:?}); \
         print(other.projects.get(1, #{{timeout: \"1h\"}}).id); print(other.projects.get(1, #{{timeout: 1e19}}).id); \
         other.projects.get(1, #{{lazy: true}}).pipelines.list(#{{timeout: 1}});",
        sound.url()
    );
    let outcome = eval(&code);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), "deadline\n1\n1\n"), "{outcome:?}");
    assert!(outcome.stderr.contains("ProjectPipeline.list has no parameter `timeout`"), "{}", outcome.stderr);
    let outcome = eval("gl.projects.get(1, #{timeout: 0.05})");
    assert_eq!(outcome.status, Some(124), "{outcome:?}");
    assert!(outcome.stderr.contains("the call took longer than 50ms"), "{}", outcome.stderr);
}
