//! Runs of pipelines as GitLab tells of them, to be drawn.

use jiff::Timestamp;
use rhailab::timeline::{Job, Timeline};
use serde_json::{Value, json};

/// Where the runs begin.
const BEGIN: &str = "2026-03-02T10:00:00Z";

/// A time so many seconds after the begin of a run.
pub(crate) fn after(seconds: i64) -> String {
    let begin: Timestamp = BEGIN.parse().unwrap();
    (begin + jiff::SignedDuration::from_secs(seconds)).to_string()
}

/// A job that waited and ran: when it began to wait, to run and ended, in seconds from the begin.
pub(crate) fn ran(id: i64, status: &str, stage: &str, name: &str, times: [i64; 3]) -> Value {
    let [queued, started, ended] = times;
    json!({
        "id": id, "status": status, "stage": stage, "name": name, "allow_failure": false,
        "created_at": BEGIN, "started_at": after(started), "finished_at": after(ended),
        "duration": ended - started, "queued_duration": started - queued,
    })
}

/// A job that never ran.
pub(crate) fn idle(id: i64, status: &str, stage: &str, name: &str) -> Value {
    json!({
        "id": id, "status": status, "stage": stage, "name": name, "allow_failure": false, "created_at": BEGIN,
        "started_at": null, "finished_at": null, "duration": null, "queued_duration": null,
    })
}

/// The same with another value of a field.
pub(crate) fn with(mut job: Value, field: &str, value: impl Into<Value>) -> Value {
    job[field] = value.into();
    job
}

/// The chart of jobs, 300 seconds after their begin.
pub(crate) fn chart(status: &str, jobs: &[Value]) -> Timeline {
    let pipeline = serde_json::from_value(json!({"id": 1007, "ref": "main", "status": status})).unwrap();
    let jobs: Vec<Job> = jobs.iter().cloned().map(|job| serde_json::from_value(job).unwrap()).collect();
    Timeline::new(&pipeline, &jobs, after(300).parse().unwrap())
}

/// A run that has ended, in as many ways as jobs can, with names of many sorts.
pub(crate) fn ended() -> Timeline {
    let bridge = ran(11, "success", "deploy", "downstream", [215, 215, 250]);
    chart(
        "failed",
        &[
            ran(1, "success", "build", "compile", [0, 6, 70]),
            ran(2, "success", "build", "docs 日本語 🚀", [0, 2, 31]),
            ran(3, "failed", "test", "unit", [70, 71, 130]),
            with(ran(4, "failed", "test", "lint", [70, 74, 90]), "allow_failure", true),
            ran(5, "canceled", "test", "naïve-Größe", [70, 72, 100]),
            idle(6, "skipped", "test", "evil\u{1b}[31m<b>&\"\r\u{202e}"),
            with(
                ran(
                    10,
                    "failed",
                    "deploy",
                    "roll out to the whole fleet of many small machines",
                    [215, 235, 287],
                ),
                "failure_reason",
                "script_failure",
            ),
            idle(7, "manual", "deploy", "publish"),
            ran(8, "success", "test", "unit", [140, 150, 215]),
            with(bridge, "downstream_pipeline", json!({"id": 1006, "status": "success"})),
        ],
    )
}

/// A run in the middle: a job runs, one waits for a runner, others for their turn.
pub(crate) fn moving() -> Timeline {
    let running = with(ran(2, "running", "test", "unit", [60, 70, 0]), "finished_at", Value::Null);
    let pending = with(idle(3, "pending", "test", "lint"), "queued_duration", 240.0);
    chart(
        "running",
        &[
            ran(1, "success", "build", "compile", [0, 5, 60]),
            running,
            pending,
            idle(4, "created", "deploy", "deploy"),
        ],
    )
}
