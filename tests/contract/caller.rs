//! A plain HTTP client of the sandbox that is told operations by their names in the endpoint table, and keeps
//! every answer as it came, status and all.

use std::time::Duration;

use reqwest::{Client, Method, Response, Url, redirect};
use rhailab_client::endpoint::{Endpoint, Outcome, Place, Segment};
use rhailab_client::table::ENDPOINTS;
use serde_json::{Map, Value};

/// An answer of the sandbox to one operation.
#[derive(Debug)]
pub struct Exchange {
    pub endpoint: &'static Endpoint,
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// The client.
#[derive(Debug)]
pub struct Caller {
    url: String,
    token: String,
    http: Client,
    pub exchanges: Vec<Exchange>,
}

impl Exchange {
    /// The body's JSON, null where there is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

impl Caller {
    pub fn new(url: String, token: &str) -> Self {
        // Downloads may lead to a storage that must not see the token, so redirects are followed by hand.
        let http = rhailab_tests::http_client().redirect(redirect::Policy::none()).build().unwrap();
        Self { url, token: token.to_owned(), http, exchanges: Vec::new() }
    }

    /// Sends an operation with the values of its parameters, each in the place that the table names.
    pub async fn call(&mut self, id: &str, arguments: Value) -> Value {
        let header = ("PRIVATE-TOKEN", self.token.clone());
        self.call_as(header, id, arguments).await
    }

    /// The same with another credential.
    pub async fn call_as(&mut self, header: (&str, String), id: &str, arguments: Value) -> Value {
        let endpoint = ENDPOINTS
            .iter()
            .find(|endpoint| endpoint.id == id)
            .unwrap_or_else(|| panic!("the endpoint table has no {id}"));
        let (url, body) = self.request(endpoint, &arguments);
        let method = Method::from_bytes(endpoint.method.as_str().as_bytes()).unwrap();
        let request = self.http.request(method, url).header(header.0, header.1);
        let request = if body.is_empty() {
            request
        } else {
            request.header("content-type", "application/json").body(Value::Object(body).to_string())
        };
        let mut response = request.send().await.unwrap();
        if matches!(endpoint.outcome, Outcome::Bytes) {
            response = self.followed(response).await;
        }
        let status = response.status().as_u16();
        let content_type = response.headers().get("content-type");
        let content_type = content_type.and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let body = response.bytes().await.unwrap().to_vec();
        let exchange = Exchange { endpoint, status, content_type, body };
        let json = exchange.json();
        self.exchanges.push(exchange);
        json
    }

    /// Repeats an operation until its answer has what is waited for, and keeps the last answer only. An answer
    /// that never has it is kept, too: what is wrong with it is told with all the others.
    pub async fn call_until(&mut self, id: &str, arguments: Value, done: fn(&Value) -> bool) -> Value {
        const ATTEMPTS: usize = 2000;
        for attempt in 1.. {
            let json = self.call(id, arguments.clone()).await;
            let refused = self.exchanges.last().is_some_and(|exchange| exchange.status >= 400);
            if refused || done(&json) || attempt == ATTEMPTS {
                return json;
            }
            self.exchanges.pop();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Value::Null
    }

    /// A download behind a redirect, fetched without any credential.
    async fn followed(&self, response: Response) -> Response {
        let location = response.headers().get("location").and_then(|location| location.to_str().ok());
        match location.and_then(|location| response.url().join(location).ok()) {
            Some(url) if response.status().is_redirection() => self.http.get(url).send().await.unwrap(),
            _ => response,
        }
    }

    fn request(&self, endpoint: &Endpoint, arguments: &Value) -> (Url, Map<String, Value>) {
        let given = |name: &str| match &arguments[name] {
            // A number that an earlier step did not bring leads nowhere, and that is found out.
            Value::Null => "0".to_owned(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut url = Url::parse(&format!("{}/api/v4", self.url)).unwrap();
        for segment in endpoint.path {
            let mut segments = url.path_segments_mut().unwrap();
            match segment {
                Segment::Literal(text) => segments.push(text),
                Segment::Param(name) => segments.push(&given(name)),
                Segment::Rest(name) => segments.extend(given(name).split('/')),
            };
        }
        let mut body = Map::new();
        for (name, value) in arguments.as_object().into_iter().flatten() {
            let param =
                endpoint.param(name).unwrap_or_else(|| panic!("{} has no parameter {name}", endpoint.id));
            match param.place {
                Place::Path => {}
                Place::Query => {
                    for (name, text) in query_pairs(param.wire_name(), value) {
                        url.query_pairs_mut().append_pair(&name, &text);
                    }
                }
                Place::Body => {
                    body.insert(param.wire_name().to_owned(), value.clone());
                }
            }
        }
        (url, body)
    }
}

/// A map is written as `name[key]=value`, an array as `name[]=value` for each of its values.
fn query_pairs(name: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(members) => {
            members.iter().flat_map(|(key, member)| query_pairs(&format!("{name}[{key}]"), member)).collect()
        }
        Value::Array(values) => {
            values.iter().flat_map(|value| query_pairs(&format!("{name}[]"), value)).collect()
        }
        Value::String(text) => vec![(name.to_owned(), text.clone())],
        other => vec![(name.to_owned(), other.to_string())],
    }
}
