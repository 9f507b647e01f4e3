//! Endpoints by area, asked without a socket, with the clock in the test's hand.
//!
//! This file owns the asking. Expectations stand in the files by area, as literals: they say what
//! GitLab answers.

mod access;
mod artifacts;
mod bridges;
mod jobs;
mod pipelines;
mod schedules;
mod variables;

use std::time::Duration;

use ::http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use rhailab_client::table::ENDPOINTS;
use serde_json::{Value, json};

use super::HANDLERS;
use crate::Options;
use crate::api::{Body, Content, Reply, Request, answer};
use crate::plan::JobPlan;
use crate::seed;
use crate::simulation::World;
use crate::store::TokenState;

#[test]
fn every_endpoint_has_one_handler() {
    let mut handled: Vec<&str> = HANDLERS.iter().map(|handler| handler.id).collect();
    let mut endpoints: Vec<&str> = ENDPOINTS.iter().map(|endpoint| endpoint.id).collect();
    handled.sort_unstable();
    endpoints.sort_unstable();
    assert_eq!(handled, endpoints);
}

const OWNER: i64 = seed::OWNER;
const MAINTAINER: i64 = seed::MAINTAINER;
const DEVELOPER: i64 = seed::COLLEAGUE;
const REPORTER: i64 = seed::REPORTER;

const NOT_FOUND: &str = r#"{"message":"404 Not found"}"#;
const FORBIDDEN: &str = r#"{"message":"403 Forbidden"}"#;
const UNAUTHORIZED: &str = r#"{"message":"401 Unauthorized"}"#;

/// A world that can be asked.
struct Gitlab {
    world: World,
}

/// An answer.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    text: String,
    bytes: Vec<u8>,
}

impl Gitlab {
    /// The demo.
    fn demo() -> Self {
        Self::with(Options::default())
    }

    /// A world whose first project runs these jobs.
    fn running(pipeline: Vec<JobPlan>) -> Self {
        Self::with(Options { pipeline, ..Default::default() })
    }

    fn with(options: Options) -> Self {
        let start: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
        Self { world: seed::world("http://gitlab.test".to_owned(), start, &options) }
    }

    /// Asks in the name of a user.
    fn ask(&mut self, user: i64, method: Method, target: &str, body: Value) -> Answer {
        let known =
            |token: &&crate::store::AccessToken| token.user == user && token.state == TokenState::Active;
        let token = self.world.store.tokens.iter().find(known).unwrap().token.clone();
        self.ask_with(&[("private-token", &token)], method, target, body)
    }

    /// Asks with these headers. A body that is null is none.
    fn ask_with(&mut self, headers: &[(&str, &str)], method: Method, target: &str, body: Value) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = headers.iter().map(|(name, value)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap())
        });
        let request = Request {
            method,
            path: format!("/api/v4{path}"),
            headers: headers.collect::<HeaderMap>(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            body: if body.is_null() { Body::Empty } else { Body::Json(body.to_string().into()) },
        };
        Answer::from(answer(&mut self.world, &request))
    }

    fn get(&mut self, target: &str) -> Answer {
        self.ask(OWNER, Method::GET, target, Value::Null)
    }

    fn post(&mut self, target: &str, body: Value) -> Answer {
        self.ask(OWNER, Method::POST, target, body)
    }

    fn put(&mut self, target: &str, body: Value) -> Answer {
        self.ask(OWNER, Method::PUT, target, body)
    }

    fn delete(&mut self, target: &str) -> Answer {
        self.ask(OWNER, Method::DELETE, target, Value::Null)
    }

    /// Starts a pipeline of the first project and returns its number.
    fn start(&mut self, name: &str) -> i64 {
        self.post("/projects/1/pipeline", json!({ "ref": name })).created()["id"].as_i64().unwrap()
    }

    /// Lets so many seconds pass.
    fn pass(&mut self, seconds: u64) {
        let now = self.world.now().checked_add(Duration::from_secs(seconds)).unwrap();
        self.world.advance_to(now);
    }

    /// Lets time pass until nothing is left to happen.
    fn settle(&mut self) {
        while let Some(time) = self.world.next_due() {
            self.world.advance_to(time);
        }
    }

    /// The number of a pipeline's job of this name, the latest one.
    fn job(&self, pipeline: i64, name: &str) -> i64 {
        self.world.store.latest_jobs(pipeline).find(|job| job.plan.name == name).unwrap().id
    }

    /// The status of a job, by its number.
    fn status(&self, job: i64) -> &'static str {
        self.world.store.jobs[&job].status.as_str()
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        let bytes = match reply.body {
            None => Vec::new(),
            Some(Content::Json(text) | Content::Text(text)) => text.into_bytes(),
            Some(Content::Bytes(_, bytes)) => bytes.to_vec(),
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Self { status: reply.status, headers: reply.headers, text, bytes }
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body of a 200.
    #[track_caller]
    fn found(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// The body of a 201.
    #[track_caller]
    fn created(&self) -> Value {
        assert_eq!(self.status, 201, "{}", self.text);
        self.json()
    }

    /// One field of each row of a list.
    #[track_caller]
    fn column(&self, field: &str) -> Vec<Value> {
        self.found().as_array().unwrap().iter().map(|row| row[field].clone()).collect()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// Asserts the status and the whole body.
    #[track_caller]
    fn assert(&self, status: u16, body: &str) {
        assert_eq!((self.status, self.text.as_str()), (status, body));
    }
}
