//! `gl.http("GET", "/projects/1", #{query: #{…}, body: #{…}})`: any path of the API, for what the endpoint table does not
//! describe.

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Map};
use rhailab_client::endpoint::Method;
use serde_json::Value;

use super::client::ClientRef;
use super::error::{raise, raise_unknown_option, raise_usage, raise_usage_with};
use super::functions::HTTP_OPTIONS;
use super::value;

type Raised<T> = Result<T, Box<EvalAltResult>>;

pub(crate) fn register(engine: &mut Engine) {
    engine
        .register_fn("http", |client: ClientRef, method: ImmutableString, path: ImmutableString| {
            send(&client, &method, &path, Map::new())
        })
        .register_fn(
            "http",
            |client: ClientRef, method: ImmutableString, path: ImmutableString, options: Map| {
                send(&client, &method, &path, options)
            },
        );
}

fn send(client: &ClientRef, method: &str, path: &str, options: Map) -> Raised<Dynamic> {
    let method = method_of(method).map_err(|hint| {
        raise_usage_with(format!("{method:?} is no method of HTTP that GitLab's API has"), hint)
    })?;
    let (mut query, mut body) = (serde_json::Map::new(), None);
    for (name, given) in options {
        let json = value::to_json(&given).map_err(|what| raise_usage(format!("{what} cannot be sent")))?;
        match (name.as_str(), json) {
            ("query", Value::Object(members)) => query = members,
            ("query", _) => return Err(raise_usage("`query` must be a map")),
            ("body", json) => body = Some(json),
            (unknown, _) => return Err(raise_unknown_option("http", unknown, HTTP_OPTIONS)),
        }
    }
    let answer = client.bridge().wait(client.client().http(method, path, &query, body.as_ref()))?;
    answer.map(|json| value::from_json(&json)).map_err(raise)
}

/// The method of this name, in any case; else what there is.
pub(crate) fn method_of(name: &str) -> Result<Method, String> {
    const METHODS: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
    let found = METHODS.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(name));
    found.ok_or_else(|| format!("It has {}.", METHODS.map(Method::as_str).join(", ")))
}
