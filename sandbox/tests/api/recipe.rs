//! The recipe that the sandbox exists for: create a trigger, run a pipeline with it, wait for its end.

use reqwest::Method;
use serde_json::{Value, json};

use super::{fast, send};

#[tokio::test]
async fn a_trigger_runs_a_pipeline_to_its_success() {
    let gitlab = fast().await;
    let project = gitlab.get("/projects/demo%2Fapp").await.json();
    assert_eq!(project["id"], 1);

    let trigger = gitlab.post("/projects/1/triggers", json!({"description": "recipe"})).await;
    assert_eq!(trigger.status, 201);
    let token = trigger.json()["token"].clone();

    let body =
        json!({"ref": "main", "token": token, "variables": {"WHO": "world"}, "inputs": {"deep": true}});
    let request = gitlab.anonymous(Method::POST, "/projects/demo%2Fapp/trigger/pipeline").json(&body);
    let answer = send(request).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let pipeline = answer.json();
    assert_eq!((&pipeline["status"], &pipeline["source"]), (&json!("created"), &json!("trigger")));
    assert_eq!(pipeline["finished_at"], Value::Null);
    assert_eq!(pipeline.get("name"), None);

    let id = pipeline["id"].as_i64().unwrap();
    let finished = gitlab.wait(id, &["success", "failed"]).await;
    assert_eq!(finished["status"], "success");
    assert_eq!(finished["coverage"], "83.50");
    for field in ["started_at", "finished_at"] {
        assert!(finished[field].is_string(), "{field}");
    }
    assert!(finished["duration"].is_i64());
    assert_eq!(finished["name"], Value::Null);

    let jobs = gitlab.get(&format!("/projects/1/pipelines/{id}/jobs")).await;
    assert_eq!(jobs.column("name"), ["deploy", "lint", "unit", "compile"]);
    assert!(jobs.column("status").iter().all(|status| status == "success"));

    let used = gitlab.get(&format!("/projects/1/triggers/{}", trigger.json()["id"])).await.json();
    assert!(used["last_used"].is_string());
}

#[tokio::test]
async fn equal_seeds_tell_equal_worlds() {
    let (one, other) = (fast().await, fast().await);
    assert_eq!(one.sandbox.token(), other.sandbox.token());
    let (one, other) = (one.get("/projects/1/jobs").await, other.get("/projects/1/jobs").await);
    assert_eq!(one.column("started_at"), other.column("started_at"));
}

#[tokio::test]
async fn a_sandbox_that_was_shut_down_answers_no_more() {
    let gitlab = fast().await;
    assert_eq!(gitlab.get("/projects/1").await.status, 200);
    let url = format!("{}/api/v4/projects/1", gitlab.sandbox.url());
    gitlab.sandbox.shutdown().await;
    assert!(gitlab.client.get(url).send().await.is_err());
}

#[tokio::test]
async fn a_sandbox_that_was_dropped_answers_no_more() {
    let gitlab = fast().await;
    let url = format!("{}/api/v4/projects/1", gitlab.sandbox.url());
    drop(gitlab.sandbox);
    for _ in 0..1000 {
        if gitlab.client.get(&url).send().await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the sandbox still answers");
}
