//! Pipelines: filters, creation, retry, cancel, deletion.

use reqwest::Method;
use rhailab_sandbox::Options;
use serde_json::{Value, json};

use super::{failing_once, fast, gitlab, send, slow};

#[tokio::test]
async fn the_past_is_not_empty() {
    let gitlab = slow().await;
    let answer = gitlab.get("/projects/1/pipelines").await;
    assert_eq!(answer.column("id"), [1007, 1005, 1003, 1002, 1001]);
    assert_eq!(answer.column("iid"), [5, 4, 3, 2, 1]);
    assert_eq!(answer.column("ref"), ["main", "v2.0", "v1.0", "master", "main"]);
    assert_eq!(answer.column("status"), ["failed", "manual", "success", "success", "success"]);
    // A row tells less than the whole pipeline: the field is missing, not null.
    assert!(answer.rows().iter().all(|row| row.get("finished_at").is_none() && row.get("name").is_some()));
    assert!(gitlab.get("/projects/1/pipelines/1001").await.json()["finished_at"].is_string());
}

#[tokio::test]
async fn filters_and_orders() {
    let gitlab = slow().await;
    let sha = gitlab.get("/projects/1/pipelines/1002").await.json()["sha"].as_str().unwrap().to_owned();
    let by_sha = format!("sha={sha}");
    let cases: &[(&str, &[i64])] = &[
        ("status=failed", &[1007]),
        ("status=running", &[]),
        ("scope=finished", &[1007, 1003, 1002, 1001]),
        ("scope=pending", &[]),
        ("scope=branches", &[1007, 1002]),
        ("scope=tags", &[1005, 1003]),
        ("ref=master", &[1002]),
        (&by_sha, &[1003, 1002]),
        ("source=push", &[1007, 1005, 1003, 1001]),
        ("source=schedule", &[]),
        ("username=jo.fern", &[1002]),
        ("username=nobody", &[]),
        ("name=nothing", &[]),
        ("yaml_errors=true", &[]),
        ("yaml_errors=false", &[1007, 1005, 1003, 1002, 1001]),
        ("created_after=2026-02-28T12:00:00Z", &[1007, 1005, 1003]),
        ("created_before=2026-02-28T00:00:00Z", &[1001]),
        ("updated_after=2026-03-01T12:00:00%2B02:00", &[1007]),
        ("updated_before=2026-03-01", &[1003, 1002, 1001]),
        ("sort=asc", &[1001, 1002, 1003, 1005, 1007]),
        ("order_by=status&sort=asc", &[1007, 1005, 1001, 1002, 1003]),
        ("order_by=ref", &[1005, 1003, 1002, 1007, 1001]),
        ("order_by=updated_at&sort=asc", &[1001, 1002, 1003, 1005, 1007]),
        ("order_by=user_id", &[1002, 1007, 1005, 1003, 1001]),
        ("scope=finished&ref=main&status=success", &[1001]),
    ];
    for (query, expected) in cases {
        let ids = gitlab.get(&format!("/projects/1/pipelines?{query}")).await.column("id");
        assert_eq!(ids, *expected, "{query}");
    }
    for name in ["status", "scope", "sort", "order_by", "source"] {
        let answer = gitlab.get(&format!("/projects/1/pipelines?{name}=odd")).await;
        answer.assert(400, &format!(r#"{{"error":"{name} does not have a valid value"}}"#));
    }
}

#[tokio::test]
async fn a_new_pipeline_has_nothing_behind_it_yet() {
    let gitlab = slow().await;
    let variables = json!([{"key": "A", "value": "1"}, {"key": "B", "value": "2", "variable_type": "file"}]);
    let body = json!({"ref": "refs/heads/main", "variables": variables, "inputs": {"deep": true}});
    let answer = gitlab.post("/projects/1/pipeline", body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let pipeline = answer.json();
    assert_eq!(pipeline["ref"], "main");
    assert_eq!((&pipeline["status"], &pipeline["source"]), (&json!("created"), &json!("api")));
    for field in ["started_at", "finished_at", "duration", "queued_duration", "coverage", "committed_at"] {
        assert_eq!(pipeline[field], Value::Null, "{field}");
    }
    assert_eq!(pipeline.get("name"), None);
    assert_eq!(pipeline["created_at"], "2026-03-02T10:00:00.000Z");
    assert_eq!(pipeline["detailed_status"]["text"], "Created");
}

#[tokio::test]
async fn parameters_of_a_new_pipeline_come_in_each_form() {
    let gitlab = slow().await;
    let post = || gitlab.request(Method::POST, "/projects/1/pipeline");
    let form =
        [("ref", "main"), ("variables[][key]", "A"), ("variables[][value]", "1"), ("inputs[zones]", "[1,2]")];
    assert_eq!(send(post().form(&form)).await.status, 201);
    let form = [("ref", "main"), ("variables[0][key]", "A"), ("variables[0][value]", "1")];
    assert_eq!(send(post().form(&form)).await.status, 201);
    assert_eq!(send(post().query(&[("ref", "main")])).await.status, 201);
    let form = reqwest::multipart::Form::new().text("ref", "main");
    assert_eq!(send(post().multipart(form)).await.status, 201);
}

#[tokio::test]
async fn pipelines_that_cannot_be_created() {
    let gitlab = slow().await;
    let cases = [
        (json!({}), r#"{"error":"ref is missing"}"#),
        (json!({"ref": "nothing"}), r#"{"message":{"base":["Reference not found"]}}"#),
        (json!({"ref": "main", "variables": {"A": "1"}}), r#"{"error":"variables is invalid"}"#),
        (json!({"ref": "main", "inputs": ["a"]}), r#"{"error":"inputs is invalid"}"#),
        (
            json!({"ref": "main", "variables": [{"key": "A", "value": "1", "variable_type": "odd"}]}),
            r#"{"error":"variables[0][variable_type] does not have a valid value"}"#,
        ),
    ];
    for (body, expected) in cases {
        gitlab.post("/projects/1/pipeline", body).await.assert(400, expected);
    }
    for body in [
        json!({"ref": "main", "variables": [{"key": "A B"}]}),
        json!({"ref": "main", "inputs": {"deep": {}}}),
    ] {
        let answer = gitlab.post("/projects/1/pipeline", body).await;
        assert!(answer.status == 400 && answer.json()["message"]["base"].is_array(), "{answer:?}");
    }
    // Nothing of this has left a pipeline behind.
    assert_eq!(gitlab.get("/projects/1/pipelines").await.header("x-total"), Some("5"));
}

#[tokio::test]
async fn a_failed_pipeline_succeeds_when_it_is_retried() {
    let gitlab = gitlab(Options { speed: 5_000.0, pipeline: failing_once(), ..Default::default() }).await;
    let id = gitlab.start_pipeline().await;
    let failed = gitlab.wait(id, &["success", "failed"]).await;
    assert_eq!(failed["status"], "failed");
    let jobs = format!("/projects/1/pipelines/{id}/jobs");
    let before = gitlab.get(&jobs).await;
    assert_eq!(before.column("status"), ["skipped", "failed", "success"]);

    let answer = gitlab.post(&format!("/projects/1/pipelines/{id}/retry"), json!({})).await;
    assert_eq!(answer.status, 201);
    assert_eq!(
        (answer.json()["finished_at"].clone(), answer.json().get("name")),
        (failed["finished_at"].clone(), None)
    );
    assert_eq!(gitlab.wait(id, &["success", "failed"]).await["status"], "success");

    let after = gitlab.get(&jobs).await;
    assert_eq!(after.column("name"), ["unit", "deploy", "compile"]);
    let all = gitlab.get(&format!("{jobs}?include_retried=true")).await;
    assert_eq!(all.column("name"), ["unit", "deploy", "unit", "compile"]);
    assert_eq!(all.column("status"), ["success", "success", "failed", "success"]);
}

#[tokio::test]
async fn a_cancel_stops_what_has_not_ended_and_leaves_the_rest_alone() {
    let gitlab = slow().await;
    let id = gitlab.start_pipeline().await;
    for _ in 0..2 {
        let answer = send(gitlab.request(Method::POST, &format!("/projects/1/pipelines/{id}/cancel"))).await;
        assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("canceled")));
    }
    let jobs = gitlab.get(&format!("/projects/1/pipelines/{id}/jobs")).await;
    assert!(jobs.column("status").iter().all(|status| status == "canceled"));
    let answer = gitlab.post("/projects/1/pipelines/1001/cancel", json!({})).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("success")));
}

#[tokio::test]
async fn a_retry_with_nothing_to_do_is_no_error() {
    let gitlab = slow().await;
    let answer = gitlab.post("/projects/1/pipelines/1001/retry", json!({})).await;
    assert_eq!((answer.status, &answer.json()["status"]), (201, &json!("success")));
    assert_eq!(gitlab.get("/projects/1/pipelines/1001/jobs?include_retried=1").await.rows().len(), 4);
}

#[tokio::test]
async fn a_deleted_pipeline_takes_its_jobs_along() {
    let gitlab = fast().await;
    send(gitlab.request(Method::DELETE, "/projects/1/pipelines/1001")).await.assert(204, "");
    gitlab.get("/projects/1/pipelines/1001").await.assert(404, r#"{"message":"404 Not found"}"#);
    gitlab.get("/projects/1/jobs/5001").await.assert(404, r#"{"message":"404 Not found"}"#);
    let answer = send(gitlab.request(Method::DELETE, "/projects/1/pipelines/1001")).await;
    answer.assert(404, r#"{"message":"404 Not found"}"#);
    // Numbers are not given out again.
    assert_eq!(gitlab.start_pipeline().await, 1008);
}
