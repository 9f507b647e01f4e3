//! The sandbox over a real socket, asked by a plain HTTP client.
//!
//! This file owns that client. Expectations stand in the files by area, as literals: they say what
//! GitLab answers, not what the sandbox happens to answer.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop where it is; clippy's own exception does not reach the functions around tests"
)]

mod access;
mod downloads;
mod errors;
mod jobs;
mod pages;
mod pipelines;
mod projects;
mod recipe;
mod triggers;

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use rhailab_sandbox::{JobPlan, Options, Outcome, Sandbox, start};
use serde_json::Value;

/// A sandbox and a client for it.
struct Gitlab {
    sandbox: Sandbox,
    client: Client,
}

/// An answer, read to its end.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
    /// The same, as text.
    text: String,
}

/// A sandbox in which a pipeline ends within milliseconds.
async fn fast() -> Gitlab {
    gitlab(Options { speed: 5_000.0, ..Default::default() }).await
}

/// A sandbox in which time hardly passes: what is created stays as it is.
async fn slow() -> Gitlab {
    gitlab(Options { speed: 0.000_1, ..Default::default() }).await
}

async fn gitlab(options: Options) -> Gitlab {
    let begin: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
    let sandbox = start(Options { start: options.start.or(Some(begin)), ..options }).await.unwrap();
    Gitlab { sandbox, client: rhailab_tests::http_client().build().unwrap() }
}

/// Jobs of which one fails in its first run.
fn failing_once() -> Vec<JobPlan> {
    let outcomes = vec![Outcome::Failure("script_failure".into()), Outcome::Success];
    vec![
        JobPlan::new("compile", "build"),
        JobPlan { outcomes, ..JobPlan::new("unit", "test") },
        JobPlan::new("deploy", "deploy"),
    ]
}

impl Gitlab {
    /// A request without any token, for a path below the API's root.
    fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}/api/v4{path}", self.sandbox.url()))
    }

    /// A request of the owner.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).header("PRIVATE-TOKEN", self.sandbox.token())
    }

    async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    /// Starts a pipeline on `main` and returns its number.
    async fn start_pipeline(&self) -> i64 {
        let answer = self.post("/projects/1/pipeline", serde_json::json!({"ref": "main"})).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["id"].as_i64().unwrap()
    }

    /// Asks for a pipeline until it has one of these statuses.
    async fn wait(&self, pipeline: i64, statuses: &[&str]) -> Value {
        for _ in 0..20_000 {
            let value = self.get(&format!("/projects/1/pipelines/{pipeline}")).await.json();
            if statuses.iter().any(|status| value["status"] == *status) {
                return value;
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        panic!("pipeline {pipeline} never was {statuses:?}");
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The rows of a list.
    fn rows(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{self:?}");
        self.json().as_array().unwrap().clone()
    }

    /// One field of each row of a list.
    fn column(&self, field: &str) -> Vec<Value> {
        self.rows().iter().map(|row| row[field].clone()).collect()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Asserts the status and the whole body.
    #[track_caller]
    fn assert(&self, status: u16, body: &str) {
        assert_eq!((self.status, self.text.as_str()), (status, body));
    }
}

async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.unwrap().to_vec();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status, headers, bytes, text }
}
