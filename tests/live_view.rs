//! A wait as it is seen: the picture on a terminal, which is drawn in place, follows the terminal's size and leaves
//! nothing behind, and the lines where there is no terminal. The screen is a terminal emulator's; what GitLab says comes
//! from a table, so that each moment of a pipeline lasts as long as the test wants.

#![cfg(unix)]

#[path = "live_view/lines.rs"]
mod lines;
#[path = "live_view/picture.rs"]
mod picture;
#[path = "live_view/tmux.rs"]
mod tmux;

use rhailab_tests::{Answer, RecordingServer, canned};
use serde_json::{Value, json};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const TOKEN: &str = "glpat-live-view-access-token";

const PIPELINE: &str = "GET /api/v4/projects/demo%2Fapp/pipelines/104";
const JOBS: &str = "GET /api/v4/projects/demo%2Fapp/pipelines/104/jobs";
const BRIDGES: &str = "GET /api/v4/projects/demo%2Fapp/pipelines/104/bridges";

fn job(id: i64, stage: &str, name: &str, status: &str, duration: Option<f64>) -> Value {
    json!({
        "id": id, "stage": stage, "name": name, "status": status, "duration": duration, "allow_failure": false,
        "web_url": format!("{{url}}/demo/app/-/jobs/{id}"),
        "started_at": duration.is_some().then_some("2026-03-02T10:00:02.000Z"),
    })
}

fn bridge(status: &str, downstream: &str) -> Value {
    let mut bridge = job(12, "deploy", "fleet", status, None);
    bridge["downstream_pipeline"] = json!({
        "id": 205, "project_id": 2, "status": downstream, "web_url": "{url}/demo/downstream/-/pipelines/205",
    });
    bridge
}

/// A server on which the pipeline is in this moment.
fn server(status: &str, jobs: &[Value], bridges: &[Value]) -> RecordingServer {
    let server = RecordingServer::start([]);
    then(&server, status, jobs, bridges);
    server
}

/// The pipeline's next moment. The status comes last, because the client asks for it first.
fn then(server: &RecordingServer, status: &str, jobs: &[Value], bridges: &[Value]) {
    server.add(JOBS, canned::rows(jobs));
    server.add(BRIDGES, canned::rows(bridges));
    server.add(PIPELINE, Answer::json(200, &canned::pipeline(status)));
}

/// A pipeline in the middle of its life.
fn running() -> RecordingServer {
    let jobs = [
        job(11, "deploy", "deploy", "created", None),
        job(10, "test", "日本語 🚀", "running", Some(5.0)),
        job(9, "test", "unit", "running", Some(12.5)),
        job(8, "build", "compile", "success", Some(8.0)),
    ];
    server("running", &jobs, &[bridge("created", "pending")])
}

fn succeed(server: &RecordingServer) {
    let jobs = [
        job(11, "deploy", "deploy", "success", Some(30.0)),
        job(10, "test", "日本語 🚀", "success", Some(15.0)),
        job(9, "test", "unit", "success", Some(70.0)),
        job(8, "build", "compile", "success", Some(8.0)),
    ];
    then(server, "success", &jobs, &[bridge("success", "success")]);
}

/// A pipeline that has succeeded, with a child that has, too, and a grandchild that is still in these statuses.
fn with_grandchild(statuses: &[&str]) -> RecordingServer {
    let server = server("success", &[], &[bridge("success", "success")]);
    server.add("GET /api/v4/projects/1/pipelines/104/bridges", canned::rows(&[bridge("success", "success")]));
    for status in statuses {
        let mut deeper = job(21, "ship", "deeper", "success", None);
        deeper["downstream_pipeline"] = json!({
            "id": 306, "project_id": 3, "status": status, "web_url": "{url}/acme/last/-/pipelines/306",
        });
        server.add("GET /api/v4/projects/2/pipelines/205/bridges", canned::rows(&[deeper]));
    }
    server.add("GET /api/v4/projects/3/pipelines/306/bridges", canned::no_rows());
    server
}
