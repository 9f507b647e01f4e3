//! What goes over the wire for two documented recipes, compared with what python-gitlab sends for the same
//! recipes: T06 finds or creates a trigger, triggers a pipeline and waits for it; T07 triggers a pipeline
//! with nothing but a trigger token. A recording server stands in for GitLab, so nothing but the requests
//! themselves is judged.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

use std::time::Duration;

use rhailab_client::{
    CreateProjectTrigger, Gitlab, ListProjectTriggers, ProjectTrigger, TriggerPipeline, Wait,
};
use rhailab_tests::canned::{self, TRIGGER_TOKEN};
use rhailab_tests::{Answer, Folder, Recorded, RecordingServer, Rhailab, example, report, without_pauses};
use serde_json::Value;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// A token that would stand out wherever it were sent.
const ACCESS_TOKEN: &str = "glpat-wire-facts-access-token";

/// A request that a recipe sends: method and path, and the body's JSON.
type Fact = (&'static str, Option<&'static str>);

/// A project is named by its path first; from the answer on, its number is known.
const RESOLVE: Fact = ("GET /api/v4/projects/demo%2Fapp", None);

const T06: [Fact; 6] = [
    ("GET /api/v4/projects/1/triggers", None),
    ("POST /api/v4/projects/1/triggers", Some(r#"{"description": "my_trigger_id"}"#)),
    (
        "POST /api/v4/projects/1/trigger/pipeline",
        Some(
            r#"{"ref": "master", "token": "glptt-ffffffffffffffffffffffffffffffffffffffff", "variables": {"DEPLOY_ZONE": "us-west1"}, "inputs": {}}"#,
        ),
    ),
    ("GET /api/v4/projects/1/pipelines/104", None),
    ("GET /api/v4/projects/1/pipelines/104", None),
    ("GET /api/v4/projects/1/pipelines/104", None),
];

const T07: [Fact; 1] = [(
    "POST /api/v4/projects/1/trigger/pipeline",
    Some(
        r#"{"ref": "master", "token": "glptt-ffffffffffffffffffffffffffffffffffffffff", "variables": {}, "inputs": {}}"#,
    ),
)];

#[test]
fn t06_from_the_script() {
    let server = gitlab();
    let folder = Folder::new();
    let script = folder.write("trigger_and_wait.rhai", &without_pauses(&example("trigger_and_wait.rhai")));
    let outcome = Rhailab::new(RHAILAB).server(server.url(), ACCESS_TOKEN).arg(script).run();
    assert_eq!(
        (outcome.status, outcome.stdout.as_str()),
        (Some(0), "pipeline 104: success\n"),
        "{outcome:?}"
    );
    compare("T06 script", &server, &[&[RESOLVE], &T06[..]].concat(), &["private-token"]);
}

#[tokio::test]
async fn t06_from_rust() {
    let server = gitlab();
    let gl = Gitlab::builder(server.url()).private_token(ACCESS_TOKEN).build().unwrap();
    let project = gl.projects().get("demo/app").await.unwrap();
    let mut triggers = project.triggers().list(ListProjectTriggers::new()).stream();
    let mut trigger: Option<ProjectTrigger> = None;
    while let Some(known) = triggers.try_next().await.unwrap() {
        if known.description.as_deref() == Some("my_trigger_id") {
            trigger = Some(known);
        }
    }
    let trigger = match trigger {
        Some(trigger) => trigger,
        None => project.triggers().create(CreateProjectTrigger::new("my_trigger_id")).await.unwrap(),
    };
    let token = trigger.token.clone().unwrap();
    let request = TriggerPipeline::new("master", token).variable("DEPLOY_ZONE", "us-west1");
    let pause = Duration::from_millis(1);
    let pipeline =
        project.trigger_pipeline(request).await.unwrap().wait(Wait::new().poll(pause, pause)).await.unwrap();
    assert_eq!(pipeline.status.as_ref().map(|status| status.as_str()), Some("success"));
    compare("T06 Rust", &server, &[&[RESOLVE], &T06[..]].concat(), &["private-token"]);
}

#[test]
fn t07_from_the_script() {
    let server = gitlab();
    let outcome = Rhailab::new(RHAILAB)
        .server(server.url(), ACCESS_TOKEN)
        .env("TRIGGER_TOKEN", TRIGGER_TOKEN)
        .arg(rhailab_tests::repository().join("examples/anonymous_trigger.rhai"))
        .args(["1", "master"])
        .run();
    assert_eq!(
        (outcome.status, outcome.stdout.as_str()),
        (Some(0), "pipeline 104: created\n"),
        "{outcome:?}"
    );
    compare("T07 script", &server, &T07, &[]);
}

#[tokio::test]
async fn t07_from_rust() {
    let server = gitlab();
    let gl = Gitlab::builder(server.url()).build().unwrap();
    let project = gl.projects().lazy(1);
    let pipeline = project.trigger_pipeline(TriggerPipeline::new("master", TRIGGER_TOKEN)).await.unwrap();
    assert_eq!(pipeline.id, 104);
    compare("T07 Rust", &server, &T07, &[]);
}

/// The comparison itself must be able to fail.
#[test]
#[should_panic(expected = "T07 Rust")]
fn a_request_too_many_is_seen() {
    let server = gitlab();
    compare("T07 Rust", &server, &T07, &[]);
}

/// A GitLab in which the trigger does not exist yet, and the pipeline succeeds when it is looked at for the third time.
fn gitlab() -> RecordingServer {
    RecordingServer::start([
        ("GET /api/v4/projects/demo%2Fapp", canned::project()),
        ("GET /api/v4/projects/1/triggers", canned::no_rows()),
        ("POST /api/v4/projects/1/triggers", Answer::json(201, &canned::trigger("my_trigger_id"))),
        ("POST /api/v4/projects/1/trigger/pipeline", Answer::json(201, &canned::pipeline("created"))),
        ("GET /api/v4/projects/1/pipelines/104", Answer::json(200, &canned::pipeline("pending"))),
        ("GET /api/v4/projects/1/pipelines/104", Answer::json(200, &canned::pipeline("running"))),
        ("GET /api/v4/projects/1/pipelines/104", Answer::json(200, &canned::pipeline("success"))),
    ])
}

/// Asserts that the server got exactly these requests in this order, paging parameters aside, each with
/// exactly these credential headers.
fn compare(id: &str, server: &RecordingServer, facts: &[Fact], credentials: &[&str]) {
    let sent: Vec<(String, Value)> =
        server.requests().iter().map(|request| (without_paging(request), request.json())).collect();
    let expected: Vec<(String, Value)> = facts
        .iter()
        .map(|(line, body)| {
            let body = body.map_or(Value::Null, |body| serde_json::from_str(body).unwrap());
            ((*line).to_owned(), body)
        })
        .collect();
    assert_eq!(sent, expected, "{id}");
    for request in server.requests() {
        assert_eq!(request.credentials(), credentials, "{id}: {}", request.line());
        if !request.body.is_empty() {
            assert_eq!(request.header("content-type"), "application/json", "{id}: {}", request.line());
        }
    }
    report(&format!("{id:<12} {} requests  ok", sent.len()));
}

/// The request's line without the parameters that only say how many rows come at a time.
fn without_paging(request: &Recorded) -> String {
    let mut request = request.clone();
    let kept: Vec<&str> = request
        .query
        .split('&')
        .filter(|pair| !matches!(pair.split('=').next(), Some("page" | "per_page")))
        .collect();
    request.query = kept.join("&");
    request.line()
}
