//! Who gets in: tokens, roles, and what strangers are told.

use std::time::Duration;

use reqwest::Method;
use rhailab_sandbox::{Account, Options, Visibility};
use serde_json::json;

use super::{gitlab, send, slow};

const UNAUTHORIZED: &str = r#"{"message":"401 Unauthorized"}"#;
const FORBIDDEN: &str = r#"{"message":"403 Forbidden"}"#;
const NO_PROJECT: &str = r#"{"message":"404 Project Not Found"}"#;

#[tokio::test]
async fn a_token_may_stand_in_three_places() {
    let gitlab = slow().await;
    let token = gitlab.sandbox.token();
    assert!(token.starts_with("glpat-"));
    let get = |path: &str| gitlab.anonymous(Method::GET, path);
    assert_eq!(send(get("/projects/1/jobs").header("private-token", token)).await.status, 200);
    assert_eq!(send(get("/projects/1/jobs").bearer_auth(token)).await.status, 200);
    assert_eq!(send(get("/projects/1/jobs").query(&[("private_token", token)])).await.status, 200);
    let form = gitlab.anonymous(Method::POST, "/projects/1/triggers");
    let form = form.form(&[("private_token", token), ("description", "form")]);
    assert_eq!(send(form).await.status, 201);
}

#[tokio::test]
async fn a_wrong_token_is_refused_everywhere() {
    let gitlab = slow().await;
    for path in ["/projects/1", "/projects/1/pipelines", "/projects/1/jobs", "/groups/1"] {
        let request = gitlab.anonymous(Method::GET, path).header("PRIVATE-TOKEN", "glpat-wrong");
        send(request).await.assert(401, UNAUTHORIZED);
        let request = gitlab.anonymous(Method::GET, path).bearer_auth("glpat-wrong");
        send(request).await.assert(401, UNAUTHORIZED);
    }
}

#[tokio::test]
async fn strangers_do_not_learn_that_a_private_project_exists() {
    let gitlab = slow().await;
    let get = |path: &str| send(gitlab.anonymous(Method::GET, path));
    get("/projects/1").await.assert(404, NO_PROJECT);
    get("/projects/1/pipelines").await.assert(404, NO_PROJECT);
    get("/projects/1/pipelines/1001").await.assert(404, NO_PROJECT);
    get("/groups/demo").await.assert(404, r#"{"message":"404 Group Not Found"}"#);
    for path in ["/projects/1/jobs", "/projects/1/pipelines/1001/jobs", "/projects/1/triggers"] {
        get(path).await.assert(401, UNAUTHORIZED);
    }
    for path in ["/projects/1/pipeline", "/projects/1/pipelines/1001/retry", "/projects/1/triggers"] {
        send(gitlab.anonymous(Method::POST, path)).await.assert(401, UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_public_project_shows_its_pipelines_but_never_its_jobs() {
    let gitlab = gitlab(Options { visibility: Visibility::Public, ..Default::default() }).await;
    let get = |path: &str| send(gitlab.anonymous(Method::GET, path));
    for path in ["/projects/1", "/projects/1/pipelines", "/projects/1/pipelines/1001", "/groups/1"] {
        assert_eq!(get(path).await.status, 200, "{path}");
    }
    assert_eq!(get("/projects/1").await.json().get("permissions"), None);
    for path in [
        "/projects/1/jobs",
        "/projects/1/jobs/5001",
        "/projects/1/pipelines/1001/jobs",
        "/projects/1/triggers",
    ] {
        get(path).await.assert(401, UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_developer_runs_pipelines_but_neither_triggers_nor_deletes() {
    let gitlab = slow().await;
    let developer = gitlab.sandbox.token_of(Account::Developer);
    let request = |method, path: &str| gitlab.anonymous(method, path).bearer_auth(&developer);
    let created = send(request(Method::POST, "/projects/1/pipeline").json(&json!({"ref": "main"}))).await;
    assert_eq!((created.status, &created.json()["user"]["username"]), (201, &json!("jo.fern")));
    send(request(Method::GET, "/projects/1/triggers")).await.assert(403, FORBIDDEN);
    send(request(Method::DELETE, "/projects/1/pipelines/1001")).await.assert(403, FORBIDDEN);
    assert_eq!(send(request(Method::GET, "/groups/demo")).await.status, 200);
}

#[tokio::test]
async fn authentication_comes_before_parameters_and_parameters_before_everything_else() {
    let gitlab = slow().await;
    let post = |path: &str| gitlab.anonymous(Method::POST, path).json(&json!({}));
    send(post("/projects/1/triggers")).await.assert(401, UNAUTHORIZED);
    let missing = r#"{"error":"ref is missing"}"#;
    send(post("/projects/999/pipeline").bearer_auth(gitlab.sandbox.token())).await.assert(400, missing);
    let missing = r#"{"error":"description is missing"}"#;
    let developer = gitlab.sandbox.token_of(Account::Developer);
    send(post("/projects/1/triggers").bearer_auth(developer)).await.assert(400, missing);
}

#[tokio::test]
async fn a_given_token_is_the_owners() {
    let gitlab = gitlab(Options { token: Some("my-own".into()), ..Default::default() }).await;
    assert_eq!(gitlab.sandbox.token(), "my-own");
    let level = &gitlab.get("/projects/1").await.json()["permissions"]["group_access"]["access_level"];
    assert_eq!(level, &json!(50));
}

#[tokio::test]
async fn each_account_has_a_token_of_its_own() {
    let gitlab = slow().await;
    for (account, status, expected) in [
        (Account::Owner, 200, "mira.olden"),
        (Account::Maintainer, 200, "ada.quill"),
        (Account::Developer, 200, "jo.fern"),
        (Account::Reporter, 200, "rex.moss"),
        (Account::ReadOnly, 200, "mira.olden"),
        (Account::Expired, 401, "Token is expired."),
        (Account::Revoked, 401, "Token was revoked."),
    ] {
        let request = gitlab.anonymous(Method::GET, "/user").bearer_auth(gitlab.sandbox.token_of(account));
        let answer = send(request).await;
        assert_eq!(answer.status, status, "{account:?}");
        assert!(answer.text.contains(expected), "{account:?}: {}", answer.text);
    }
    let reading = gitlab.sandbox.token_of(Account::ReadOnly);
    let request = gitlab.anonymous(Method::POST, "/projects/1/pipeline").bearer_auth(reading);
    let refused = send(request.json(&json!({"ref": "main"}))).await;
    assert_eq!((refused.status, &refused.json()["error"]), (403, &json!("insufficient_scope")));
}

const A_MONTH: Duration = Duration::from_secs(30 * 86_400);

#[tokio::test]
async fn a_running_job_is_reached_by_its_token() {
    // Time passes fast enough for a job to begin, and far too slowly for one to end.
    let mut options = Options { speed: 1_000.0, ..Default::default() };
    for plan in &mut options.pipeline {
        plan.duration = A_MONTH..=A_MONTH;
    }
    let gitlab = gitlab(options).await;
    let id = gitlab.start_pipeline().await;
    let jobs = format!("/projects/1/pipelines/{id}/jobs?scope=running");
    let running = loop {
        if let [job, ..] = gitlab.get(&jobs).await.column("id").as_slice() {
            break job.as_i64().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    let token = gitlab.sandbox.job_token(running);
    let request = gitlab.anonymous(Method::GET, "/job").header("JOB-TOKEN", token);
    assert_eq!(send(request).await.json()["id"], running);
}

#[tokio::test]
async fn the_documentation_names_the_tokens_of_the_default_seed() {
    let documentation = include_str!("../../../docs/sandbox.md");
    let gitlab = slow().await;
    for account in [
        Account::Owner,
        Account::Maintainer,
        Account::Developer,
        Account::Reporter,
        Account::ReadOnly,
        Account::Expired,
        Account::Revoked,
    ] {
        let token = gitlab.sandbox.token_of(account);
        assert!(documentation.contains(&format!("`{token}`")), "{account:?}: {token}");
    }
}
