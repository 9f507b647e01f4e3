//! Answers as GitLab gives them, with the fields that the recipes touch and a few around them. The rows of
//! a test's table of answers are made from these.

use serde_json::{Value, json};

use crate::recording::Answer;

/// The token of the trigger in [`trigger`].
pub const TRIGGER_TOKEN: &str = "glptt-ffffffffffffffffffffffffffffffffffffffff";

/// The project `demo/app`, number 1.
#[must_use]
pub fn project() -> Answer {
    Answer::json(
        200,
        &json!({
            "id": 1, "description": null, "name": "App", "name_with_namespace": "Demo / App", "path": "app",
            "path_with_namespace": "demo/app", "created_at": "2026-01-05T09:00:00.000Z", "default_branch": "main",
            "topics": [], "web_url": "{url}/demo/app", "visibility": "private", "archived": false,
            "namespace": {"id": 1, "name": "Demo", "path": "demo", "kind": "group", "full_path": "demo", "parent_id": null},
        }),
    )
}

/// A list that has no rows.
#[must_use]
pub fn no_rows() -> Answer {
    rows(&[])
}

/// A list that fits on one page.
#[must_use]
pub fn rows(rows: &[Value]) -> Answer {
    Answer::json(200, &Value::Array(rows.to_vec()))
        .with_header("x-page", "1")
        .with_header("x-next-page", "")
        .with_header("x-total", rows.len().to_string())
        .with_header("x-total-pages", "1")
}

/// A trigger of the caller's own, which is why its whole token shows.
#[must_use]
pub fn trigger(description: &str) -> Value {
    json!({
        "id": 7, "token": TRIGGER_TOKEN, "description": description, "created_at": "2026-02-01T09:00:00.000Z",
        "updated_at": "2026-02-01T09:00:00.000Z", "last_used": null, "expires_at": null,
        "owner": {"id": 1, "username": "mira.olden", "name": "Mira Olden", "state": "active", "web_url": "{url}/mira.olden"},
    })
}

/// The pipeline 104 in a status, as GitLab answers when one asks for it.
#[must_use]
pub fn pipeline(status: &str) -> Value {
    let finished = matches!(status, "success" | "failed" | "canceled");
    json!({
        "id": 104, "iid": 4, "project_id": 1, "sha": "7c4e1d0b9a8f6352e1c0d4b7a9f83e2615c7d0ab", "ref": "master",
        "status": status, "source": "trigger", "created_at": "2026-03-02T10:00:00.114Z",
        "updated_at": "2026-03-02T10:00:00.114Z", "web_url": "{url}/demo/app/-/pipelines/104",
        "before_sha": "15d92c3fa0e7b846d1c59e02f7a3b8c4d6e0f192", "tag": false, "yaml_errors": null,
        "user": {"id": 1, "username": "mira.olden", "name": "Mira Olden", "state": "active", "web_url": "{url}/mira.olden"},
        "started_at": "2026-03-02T10:00:01.000Z",
        "finished_at": finished.then_some("2026-03-02T10:03:00.000Z"),
        "committed_at": null, "duration": finished.then_some(179), "queued_duration": 1, "coverage": null,
    })
}
