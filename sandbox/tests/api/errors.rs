//! What does not exist, what cannot be read, and the headers of every answer.

use reqwest::Method;
use rhailab_sandbox::{Options, OptionsError, StartError, start};
use serde_json::json;

use super::{send, slow};

#[tokio::test]
async fn unknown_routes_and_unknown_records_differ() {
    let gitlab = slow().await;
    for path in ["/nothing", "/projects/demo/app", "/projects/1/nothing"] {
        gitlab.get(path).await.assert(404, r#"{"error":"404 Not Found"}"#);
    }
    let root = gitlab.client.get(gitlab.sandbox.url());
    send(root).await.assert(404, r#"{"error":"404 Not Found"}"#);
    for path in [
        "/projects/1/pipelines/9",
        "/projects/1/pipelines/9/jobs",
        "/projects/1/jobs/9",
        "/projects/1/triggers/9",
    ] {
        gitlab.get(path).await.assert(404, r#"{"message":"404 Not found"}"#);
    }
    gitlab.get("/projects/9/pipelines/1001").await.assert(404, r#"{"message":"404 Project Not Found"}"#);
    gitlab.get("/groups/9").await.assert(404, r#"{"message":"404 Group Not Found"}"#);
}

#[tokio::test]
async fn numbers_in_paths_must_be_numbers() {
    let gitlab = slow().await;
    gitlab.get("/projects/1/triggers/glptt-abc").await.assert(400, r#"{"error":"trigger_id is invalid"}"#);
    gitlab.get("/projects/1/pipelines/abc/jobs").await.assert(400, r#"{"error":"pipeline_id is invalid"}"#);
    gitlab.get("/projects/1/jobs/abc").await.assert(400, r#"{"error":"job_id is invalid"}"#);
}

#[tokio::test]
async fn faults_of_several_parameters_are_told_at_once() {
    let gitlab = slow().await;
    let answer = gitlab.get("/projects/1/pipelines?status=odd&yaml_errors=odd&per_page=0").await;
    answer.assert(
        400,
        r#"{"error":"status does not have a valid value, yaml_errors is invalid, per_page has a value not allowed"}"#,
    );
    gitlab
        .get("/projects/1/jobs?scope[]=failed&scope[]=odd")
        .await
        .assert(400, r#"{"error":"scope does not have a valid value"}"#);
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let gitlab = slow().await;
    let post = || gitlab.request(Method::POST, "/projects/1/pipeline");
    let json = post().header("Content-Type", "application/json").body("{");
    assert_eq!(send(json).await.status, 400);
    let text = post().header("Content-Type", "text/plain").body("ref=main");
    send(text).await.assert(415, r#"{"error":"The provided content-type 'text/plain' is not supported."}"#);
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own() {
    let gitlab = slow().await;
    let mut ids = Vec::new();
    for path in ["/projects/1", "/projects/1", "/nothing", "/projects/9"] {
        let answer = gitlab.get(path).await;
        assert_eq!(answer.header("content-type"), Some("application/json"));
        ids.push(answer.header("x-request-id").unwrap().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let gitlab = slow().await;
    let first = gitlab.get("/projects/1/pipelines/1001").await;
    let tag = first.header("etag").unwrap();
    assert!(tag.starts_with("W/"), "{tag}");
    let again = gitlab.request(Method::GET, "/projects/1/pipelines/1001").header("If-None-Match", tag);
    send(again).await.assert(304, "");
}

#[tokio::test]
async fn head_tells_the_headers_alone() {
    let gitlab = slow().await;
    let answer = send(gitlab.request(Method::HEAD, "/projects/1/pipelines")).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert_eq!(answer.header("x-total"), Some("5"));
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let refused = start(Options { speed: 0.0, ..Default::default() }).await.unwrap_err();
    assert!(matches!(refused, StartError::Options(OptionsError::Speed(_))));
    let gitlab = slow().await;
    let taken = gitlab.sandbox.url().strip_prefix("http://").unwrap().parse().unwrap();
    let refused = start(Options { listen: taken, ..Default::default() }).await.unwrap_err();
    let said = refused.to_string();
    let reason = said.strip_prefix(&format!("cannot listen on {taken}: "));
    assert!(reason.is_some_and(|reason| reason.to_lowercase().contains("in use")), "{said}");
}

#[tokio::test]
async fn a_record_that_has_changed_is_not_deleted() {
    let gitlab = slow().await;
    let trigger = gitlab.post("/projects/1/triggers", json!({"description": "new"})).await.json();
    let path = format!("/projects/1/triggers/{}", trigger["id"]);
    let delete =
        |since: &'static str| gitlab.request(Method::DELETE, &path).header("If-Unmodified-Since", since);
    let answer = send(delete("Sun, 01 Mar 2026 10:00:00 GMT")).await;
    answer.assert(412, r#"{"message":"412 Precondition Failed"}"#);
    send(delete("Tue, 03 Mar 2026 10:00:00 GMT")).await.assert(204, "");
    gitlab.get(&path).await.assert(404, r#"{"message":"404 Not found"}"#);
}
