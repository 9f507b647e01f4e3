//! A request as it came in, and its parameters in one bag.
//!
//! This file owns the merging of query, body and path. GitLab takes a parameter from wherever it is
//! sent. Which parameters an endpoint has is not known here.

use ::http::{HeaderMap, Method};
use bytes::Bytes;
use serde_json::{Map, Value};

use super::nested;
use super::reply::Refusal;
use super::route::Route;

/// A request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// As it was sent: percent-encoded.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Body,
}

/// What stood in a request's body.
#[derive(Debug)]
pub(crate) enum Body {
    Empty,
    Json(Bytes),
    Form(Vec<(String, String)>),
    /// Content of a type that GitLab does not read.
    Unsupported(String),
    /// Content that cannot be read as what it is said to be.
    Malformed,
}

impl Request {
    /// Everything that was sent, in GitLab's names. The body covers the query, and the path covers both.
    pub(crate) fn parameters(&self, route: &Route) -> Result<Map<String, Value>, Refusal> {
        let mut parameters = Map::new();
        for (key, value) in &self.query {
            nested::insert(&mut parameters, key, value.clone());
        }
        match &self.body {
            Body::Empty => {}
            Body::Json(bytes) => match serde_json::from_slice(bytes) {
                Ok(Value::Object(members)) => parameters.extend(members),
                // Grape merges objects and leaves other JSON alone.
                Ok(_) => {}
                Err(_) => return Err(malformed()),
            },
            Body::Form(pairs) => {
                let mut form = Map::new();
                for (key, value) in pairs {
                    nested::insert(&mut form, key, value.clone());
                }
                parameters.extend(form);
            }
            Body::Unsupported(kind) => {
                return Err(Refusal::error(
                    415,
                    &format!("The provided content-type '{kind}' is not supported."),
                ));
            }
            Body::Malformed => return Err(malformed()),
        }
        for value in &route.values {
            parameters.insert(value.wire_name.clone(), value.value.clone().into());
        }
        Ok(parameters)
    }

    /// A parameter of the query or of a form, before anything else is known.
    pub(crate) fn plain(&self, name: &str) -> Option<&str> {
        let form = match &self.body {
            Body::Form(pairs) => pairs.as_slice(),
            _ => &[],
        };
        form.iter().chain(&self.query).find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the parameters came as JSON, where values have types.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self.body, Body::Json(_))
    }

    /// A header's value, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn malformed() -> Refusal {
    Refusal::error(400, "message body does not match declared format")
}

#[cfg(test)]
mod tests {
    use rhailab_client::table::ENDPOINTS;
    use serde_json::json;

    use super::*;
    use crate::api::route;

    fn merged(query: &[(&str, &str)], body: Body) -> Result<Value, String> {
        let path = "/api/v4/projects/demo%2Fapp/pipeline".to_owned();
        let route = route::find(ENDPOINTS, &Method::POST, &path).unwrap();
        let query = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let request = Request { method: Method::POST, path, headers: HeaderMap::new(), query, body };
        request.parameters(&route).map(Value::Object).map_err(|refusal| refusal.body)
    }

    #[test]
    fn the_body_covers_the_query_and_the_path_covers_both() {
        let json = Body::Json(Bytes::from_static(br#"{"ref":"body","id":7}"#));
        assert_eq!(
            merged(&[("ref", "query"), ("a[]", "1")], json),
            Ok(json!({"ref": "body", "a": ["1"], "id": "demo/app"}))
        );
        let form = Body::Form(vec![("variables[A]".into(), "1".into())]);
        assert_eq!(merged(&[], form), Ok(json!({"variables": {"A": "1"}, "id": "demo/app"})));
        assert_eq!(merged(&[], Body::Json(Bytes::from_static(b"[1]"))), Ok(json!({"id": "demo/app"})));
    }

    #[test]
    fn a_body_that_cannot_be_read_is_refused() {
        let malformed = r#"{"error":"message body does not match declared format"}"#;
        assert_eq!(merged(&[], Body::Json(Bytes::from_static(b"{"))), Err(malformed.into()));
        assert_eq!(merged(&[], Body::Malformed), Err(malformed.into()));
        let unsupported = r#"{"error":"The provided content-type 'text/csv' is not supported."}"#;
        assert_eq!(merged(&[], Body::Unsupported("text/csv".into())), Err(unsupported.into()));
    }
}
