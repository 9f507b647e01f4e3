//! A served scenario, asked by a plain HTTP client.

use std::time::Duration;

use reqwest::{Client, Method};
use rhailab_sandbox::{Options, Sandbox, Scenario, start};
use serde_json::{Value, json};

use super::file;

/// A served scenario and a client for it.
pub(super) struct Gitlab {
    pub(super) sandbox: Sandbox,
    pub(super) client: Client,
}

/// Serves a scenario, so fast that its pipelines end within milliseconds.
pub(super) async fn serve(name: &str) -> Gitlab {
    serve_with(Options { speed: 20_000.0, ..Scenario::read(&file(name)).unwrap().options() }).await
}

pub(super) async fn serve_with(options: Options) -> Gitlab {
    let sandbox = start(options).await.unwrap();
    Gitlab { sandbox, client: rhailab_tests::http_client().build().unwrap() }
}

impl Gitlab {
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/api/v4/projects/{path}", self.sandbox.url());
        let request = self.client.request(method, url).header("PRIVATE-TOKEN", self.sandbox.token());
        let request = match body {
            Some(body) => request.header("Content-Type", "application/json").body(body.to_string()),
            None => request,
        };
        request.send().await
    }

    pub(super) async fn json(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let answer = self.send(method, path, body).await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(super) async fn text(&self, path: &str) -> String {
        self.send(Method::GET, path, None).await.unwrap().text().await.unwrap()
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.json(Method::GET, path, None).await
    }

    pub(super) async fn post(&self, path: &str) -> Value {
        self.json(Method::POST, path, None).await
    }

    /// Starts a pipeline on the default branch and returns its number.
    pub(super) async fn start(&self, project: &str) -> i64 {
        let branch = self.get(project).await["default_branch"].clone();
        let body = json!({ "ref": branch });
        let pipeline = self.json(Method::POST, &format!("{project}/pipeline"), Some(body)).await;
        pipeline["id"].as_i64().unwrap()
    }

    /// Asks for a pipeline until it has this status.
    pub(super) async fn wait(&self, project: &str, pipeline: i64, status: &str) -> Value {
        let mut last = Value::Null;
        for _ in 0..20_000 {
            last = self.get(&format!("{project}/pipelines/{pipeline}")).await;
            if last["status"] == status {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("pipeline {pipeline} never was {status}: {last}");
    }

    /// The names and statuses of a pipeline's jobs, the retried ones included, in the order of their numbers.
    pub(super) async fn jobs(&self, project: &str, pipeline: i64) -> Vec<(String, String)> {
        let path = format!("{project}/pipelines/{pipeline}/jobs?include_retried=true&per_page=100");
        let mut jobs = self.rows(&path, &["name", "status"]).await;
        jobs.reverse();
        jobs.into_iter().map(|mut row| (row.remove(0), row.remove(0))).collect()
    }

    /// Some fields of each row of a list, as text.
    pub(super) async fn rows(&self, path: &str, fields: &[&str]) -> Vec<Vec<String>> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let rows = self.get(path).await;
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| fields.iter().map(|field| text(&row[*field])).collect()).collect()
    }

    /// The number of the job of this name.
    pub(super) async fn job(&self, project: &str, pipeline: i64, name: &str) -> String {
        let jobs = self.rows(&format!("{project}/pipelines/{pipeline}/jobs"), &["name", "id"]).await;
        jobs.into_iter().find(|job| job[0] == name).unwrap().remove(1)
    }
}

pub(super) fn named(jobs: &[(&str, &str)]) -> Vec<(String, String)> {
    jobs.iter().map(|(name, status)| ((*name).to_owned(), (*status).to_owned())).collect()
}
