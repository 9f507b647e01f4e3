//! What the recording server answers: a GitLab of a few objects, just large enough for every snippet of the page.

use std::io::{Cursor, Write as _};

use rhailab_tests::canned::{self, TRIGGER_TOKEN};
use rhailab_tests::{Answer, RecordingServer};
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A server that knows every object of the page.
pub(crate) fn gitlab() -> RecordingServer {
    let ok = |body: &Value| Answer::json(200, body);
    let created = |body: &Value| Answer::json(201, body);
    let gone = || Answer::bytes(204, "");
    let variable = |value: &str| json!({"key": "key1", "value": value, "environment_scope": "*"});
    let archive = || Answer::bytes(200, archive()).with_header("content-type", "application/zip");
    let pipelines = [
        ("GET /api/v4/projects/1", canned::project()),
        ("GET /api/v4/projects/1/pipelines", canned::rows(&[pipeline(45), pipeline(44)])),
        ("GET /api/v4/projects/1/pipelines/45", ok(&pipeline(45))),
        ("GET /api/v4/projects/1/pipelines/45/variables", canned::rows(&[json!({"key": "K", "value": "v"})])),
        ("GET /api/v4/projects/1/pipelines/45/jobs", canned::rows(&[job(7, "failed")])),
        ("POST /api/v4/projects/1/pipeline", created(&pipeline(101))),
        ("POST /api/v4/projects/1/pipelines/101/retry", created(&pipeline(101))),
        ("POST /api/v4/projects/1/pipelines/101/cancel", ok(&pipeline(101))),
        ("DELETE /api/v4/projects/1/pipelines/101", gone()),
        // The pipeline that a trigger starts ends when it is looked at for the third time.
        ("POST /api/v4/projects/1/trigger/pipeline", created(&canned::pipeline("created"))),
        ("GET /api/v4/projects/1/pipelines/104", ok(&canned::pipeline("pending"))),
        ("GET /api/v4/projects/1/pipelines/104", ok(&canned::pipeline("running"))),
        ("GET /api/v4/projects/1/pipelines/104", ok(&canned::pipeline("success"))),
    ];
    let triggers = [
        ("GET /api/v4/projects/1/triggers", canned::rows(&[trigger(4, "a91c"), trigger(5, TRIGGER_TOKEN)])),
        ("GET /api/v4/projects/1/triggers/5", ok(&trigger(5, TRIGGER_TOKEN))),
        ("POST /api/v4/projects/1/triggers", created(&trigger(102, TRIGGER_TOKEN))),
        ("DELETE /api/v4/projects/1/triggers/5", gone()),
        ("DELETE /api/v4/projects/1/triggers/102", gone()),
    ];
    let schedules = [
        ("GET /api/v4/projects/1/pipeline_schedules", canned::rows(&[schedule(3)])),
        ("GET /api/v4/projects/1/pipeline_schedules/3", ok(&schedule(3))),
        ("POST /api/v4/projects/1/pipeline_schedules", created(&schedule(106))),
        ("PUT /api/v4/projects/1/pipeline_schedules/106", ok(&schedule(106))),
        ("DELETE /api/v4/projects/1/pipeline_schedules/106", gone()),
        (
            "POST /api/v4/projects/1/pipeline_schedules/3/variables",
            created(&json!({"key": "foo", "value": "bar"})),
        ),
        (
            "PUT /api/v4/projects/1/pipeline_schedules/3/variables/foo",
            ok(&json!({"key": "foo", "value": "new_value"})),
        ),
        // GitLab answers the variable that is no more.
        (
            "DELETE /api/v4/projects/1/pipeline_schedules/3/variables/foo",
            Answer::json(202, &json!({"key": "foo", "value": "bar"})),
        ),
    ];
    let variables = [
        ("GET /api/v4/projects/1/variables", canned::rows(&[variable("value1")])),
        ("GET /api/v4/groups/10/variables", canned::rows(&[variable("value1")])),
        ("GET /api/v4/projects/1/variables/key_name", ok(&json!({"key": "key_name", "value": "v"}))),
        ("GET /api/v4/groups/10/variables/key_name", ok(&json!({"key": "key_name", "value": "v"}))),
        ("POST /api/v4/projects/1/variables", created(&variable("value1"))),
        ("POST /api/v4/groups/10/variables", created(&variable("value1"))),
        ("PUT /api/v4/groups/10/variables/key1", ok(&variable("new_value"))),
        ("DELETE /api/v4/projects/1/variables/key_name", gone()),
        ("DELETE /api/v4/groups/10/variables/key_name", gone()),
        ("DELETE /api/v4/groups/10/variables/key1", gone()),
    ];
    let jobs = [
        ("GET /api/v4/projects/1/jobs", canned::rows(&[job(8, "manual"), job(7, "failed")])),
        ("GET /api/v4/projects/1/jobs/7", ok(&job(7, "failed"))),
        ("GET /api/v4/projects/1/jobs/7/artifacts", archive()),
        ("GET /api/v4/projects/1/jobs/7/artifacts/path/to/file", Answer::text(200, "content")),
        ("GET /api/v4/projects/1/jobs/artifacts/branch/raw/path/to/file", Answer::text(200, "content")),
        ("POST /api/v4/projects/1/jobs/7/artifacts/keep", ok(&job(7, "failed"))),
        ("DELETE /api/v4/projects/1/jobs/7/artifacts", gone()),
        ("GET /api/v4/projects/1/jobs/7/trace", Answer::text(200, "$ make\n")),
        ("POST /api/v4/projects/1/jobs/7/cancel", created(&job(7, "canceled"))),
        ("POST /api/v4/projects/1/jobs/7/retry", created(&job(9, "pending"))),
        ("POST /api/v4/projects/1/jobs/8/play", ok(&job(8, "pending"))),
        ("POST /api/v4/projects/1/jobs/8/erase", created(&job(8, "success"))),
    ];
    RecordingServer::start(
        pipelines.into_iter().chain(triggers).chain(schedules).chain(variables).chain(jobs),
    )
}

fn pipeline(id: u32) -> Value {
    json!({"id": id, "iid": 1, "project_id": 1, "status": "success", "source": "push", "ref": "master"})
}

fn trigger(id: u32, token: &str) -> Value {
    json!({"id": id, "description": "mytrigger", "token": token, "owner": {"id": 1, "username": "mira.olden"}})
}

fn schedule(id: u32) -> Value {
    json!({
        "id": id, "description": "Daily test", "ref": "refs/heads/master", "cron": "0 1 * * *", "active": true,
        "variables": [{"key": "foo", "value": "bar", "variable_type": "env_var", "raw": false}],
    })
}

fn job(id: u32, status: &str) -> Value {
    json!({"id": id, "name": "job", "stage": "test", "status": status, "ref": "master"})
}

/// A job's archive with one file.
fn archive() -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("path/to/file", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"content").unwrap();
    zip.finish().unwrap().into_inner()
}
