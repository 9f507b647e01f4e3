//! Triggers, and the pipelines that they start.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Gitlab, send, slow};

/// Creates a trigger of the owner and returns it.
async fn create(gitlab: &Gitlab) -> Value {
    let answer = gitlab.post("/projects/1/triggers", json!({"description": "mine"})).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn a_trigger_lives_from_its_creation_to_its_deletion() {
    let gitlab = slow().await;
    let trigger = create(&gitlab).await;
    let token = trigger["token"].as_str().unwrap();
    assert!(token.starts_with("glptt-") && token.len() == 46, "{token}");
    assert_eq!((&trigger["last_used"], &trigger["expires_at"]), (&Value::Null, &Value::Null));
    assert_eq!(trigger["owner"]["username"], "mira.olden");

    let path = format!("/projects/1/triggers/{}", trigger["id"]);
    assert_eq!(gitlab.get(&path).await.json(), trigger);
    let changed = send(gitlab.request(Method::PUT, &path).json(&json!({"description": "new"}))).await;
    assert_eq!((changed.status, &changed.json()["description"]), (200, &json!("new")));
    let unchanged = send(gitlab.request(Method::PUT, &path)).await;
    assert_eq!((unchanged.status, &unchanged.json()["description"]), (200, &json!("new")));
    send(gitlab.request(Method::DELETE, &path)).await.assert(204, "");
    gitlab.get(&path).await.assert(404, r#"{"message":"404 Not found"}"#);
}

#[tokio::test]
async fn tokens_of_others_are_masked() {
    let gitlab = slow().await;
    let mine = create(&gitlab).await;
    let answer = gitlab.get("/projects/1/triggers").await;
    assert_eq!(answer.column("id"), [1, 2]);
    assert_eq!(answer.header("x-total"), Some("2"));
    let tokens = answer.column("token");
    assert_eq!(tokens[0].as_str().unwrap().len(), 4);
    assert_eq!(tokens[1], mine["token"]);
    assert_eq!(answer.rows()[0]["owner"]["username"], "jo.fern");
    let alone = gitlab.get("/projects/1/triggers/1").await.json();
    assert_eq!(alone["token"], tokens[0]);
}

#[tokio::test]
async fn triggers_that_cannot_be_created() {
    let gitlab = slow().await;
    let create = |body| gitlab.post("/projects/1/triggers", body);
    create(json!({})).await.assert(400, r#"{"error":"description is missing"}"#);
    let odd = json!({"description": "x", "expires_at": "soon"});
    create(odd).await.assert(400, r#"{"error":"expires_at is invalid"}"#);
    let late = json!({"description": "x", "expires_at": "2030-01-01T00:00:00Z"});
    create(late).await.assert(400, r#"{"message":{"expires_at":["must be before 2027-03-02"]}}"#);
}

#[tokio::test]
async fn a_trigger_speaks_for_its_owner_whatever_the_form() {
    let gitlab = slow().await;
    let token = create(&gitlab).await["token"].as_str().unwrap().to_owned();
    let post = || gitlab.anonymous(Method::POST, "/projects/1/trigger/pipeline");
    let parameters = [("token", token.as_str()), ("ref", "main"), ("variables[A]", "1")];
    let form = parameters.iter().fold(reqwest::multipart::Form::new(), |form, (name, value)| {
        form.text((*name).to_owned(), (*value).to_owned())
    });
    let json = json!({"token": token, "ref": "main", "variables": {"A": "1"}, "inputs": {"replicas": 2}});
    for request in
        [post().form(&parameters), post().query(&parameters), post().multipart(form), post().json(&json)]
    {
        let answer = send(request).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.json()["user"]["username"], "mira.olden");
    }
    // The user's own token is not looked at.
    let answer = send(post().header("PRIVATE-TOKEN", "glpat-wrong").json(&json)).await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn trigger_calls_that_are_refused() {
    let gitlab = slow().await;
    let token = create(&gitlab).await["token"].clone();
    let post = |path: &str, body: &Value| send(gitlab.anonymous(Method::POST, path).json(body));
    let path = "/projects/1/trigger/pipeline";
    let not_found = r#"{"message":"404 Not Found"}"#;
    let cases = [
        (json!({"ref": "main"}), 400, r#"{"error":"token is missing"}"#),
        (json!({"token": token}), 400, r#"{"error":"ref is missing"}"#),
        (json!({"token": token, "ref": ""}), 400, r#"{"error":"ref is empty"}"#),
        (
            json!({"token": token, "ref": "main", "variables": "A=1"}),
            400,
            r#"{"error":"variables is invalid"}"#,
        ),
        (
            json!({"token": token, "ref": "main", "variables": {"A": 1}}),
            400,
            r#"{"message":"variables needs to be a map of key-valued strings"}"#,
        ),
        (json!({"token": token, "ref": "nothing"}), 400, r#"{"message":{"base":["Reference not found"]}}"#),
        (json!({"token": "glptt-wrong", "ref": "main"}), 404, not_found),
    ];
    for (body, status, expected) in cases {
        post(path, &body).await.assert(status, expected);
    }
    post("/projects/9/trigger/pipeline", &json!({"token": token, "ref": "main"}))
        .await
        .assert(404, not_found);
    let hook = gitlab.anonymous(Method::POST, path).header("X-Gitlab-Event", "Pipeline Hook");
    let answer = send(hook.json(&json!({"token": token, "ref": "main"}))).await;
    answer.assert(403, r#"{"message":"403 Forbidden"}"#);
}

#[tokio::test]
async fn an_expired_trigger_starts_nothing() {
    let gitlab = slow().await;
    let body = json!({"description": "old", "expires_at": "2026-03-01"});
    let token = gitlab.post("/projects/1/triggers", body).await.json()["token"].clone();
    let post = gitlab.anonymous(Method::POST, "/projects/1/trigger/pipeline");
    let answer = send(post.json(&json!({"token": token, "ref": "main"}))).await;
    answer.assert(404, r#"{"message":"404 Not Found"}"#);
}
