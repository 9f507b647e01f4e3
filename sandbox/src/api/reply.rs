//! Answers, and the two shapes of GitLab's refusals.
//!
//! This file owns the bodies of errors. It knows no socket: the server puts a reply on the wire.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

use super::page::Page;

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Content>,
}

/// What an answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Json(String),
    Text(String),
    /// Anything, with its media type.
    Bytes(&'static str, Bytes),
}

/// An answer that says why something was not done.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// JSON.
    pub(crate) body: String,
}

impl Reply {
    /// JSON with this status.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Result<Self, Refusal> {
        match serde_json::to_string(body) {
            Ok(body) => Ok(Self::with(status, Content::Json(body))),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written as JSON");
                Err(Refusal::message(500, "500 Internal Server Error"))
            }
        }
    }

    /// A page of rows.
    pub(crate) fn page<T, V: Serialize>(page: Page<T>, render: impl FnMut(T) -> V) -> Result<Self, Refusal> {
        let rows: Vec<V> = page.rows.into_iter().map(render).collect();
        Ok(Self { headers: page.headers, ..Self::json(200, &rows)? })
    }

    /// Rows that are not spread over pages.
    pub(crate) fn rows<T, V: Serialize>(
        rows: impl Iterator<Item = T>,
        render: impl FnMut(T) -> V,
    ) -> Result<Self, Refusal> {
        Self::json(200, &rows.map(render).collect::<Vec<V>>())
    }

    /// `{"message": …}` about something that was done.
    pub(crate) fn message(status: u16, text: &str) -> Self {
        Self::with(status, Content::Json(json!({ "message": text }).to_string()))
    }

    /// An answer with this content.
    pub(crate) fn with(status: u16, content: Content) -> Self {
        Self { status, headers: Vec::new(), body: Some(content) }
    }

    /// The same answer with one more header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Nothing more to say (204).
    pub(crate) fn empty() -> Self {
        Self { status: 204, headers: Vec::new(), body: None }
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self::with(refusal.status, Content::Json(refusal.body))
    }
}

impl Refusal {
    /// `{"error": …}` with the faults of parameters (400).
    pub(crate) fn parameters(faults: &[String]) -> Self {
        Self::error(400, &faults.join(", "))
    }

    /// A path that leads nowhere.
    pub(crate) fn unknown_route() -> Self {
        Self::error(404, "404 Not Found")
    }

    /// No token, or an unknown one.
    pub(crate) fn unauthorized() -> Self {
        Self::message(401, "401 Unauthorized")
    }

    /// The caller's role is too low.
    pub(crate) fn forbidden() -> Self {
        Self::message(403, "403 Forbidden")
    }

    /// Something that GitLab names in its refusal does not exist, or is hidden from the caller.
    pub(crate) fn missing(what: &str) -> Self {
        Self::message(404, &format!("404 {what} Not Found"))
    }

    /// The caller's role is too low, or the record is not in the state for this.
    pub(crate) fn forbidden_because(reason: &str) -> Self {
        Self::message(403, &format!("403 Forbidden - {reason}"))
    }

    /// The token does not work any more.
    pub(crate) fn invalid_token(description: &str) -> Self {
        Self::with(401, &json!({ "error": "invalid_token", "error_description": description }))
    }

    /// The token's scope does not allow it.
    pub(crate) fn insufficient_scope() -> Self {
        let description = "The request requires higher privileges than provided by the access token.";
        let body = json!({ "error": "insufficient_scope", "error_description": description, "scope": "api" });
        Self::with(403, &body)
    }

    /// A record does not exist. The lower-case `f` is GitLab's.
    pub(crate) fn missing_record() -> Self {
        Self::message(404, "404 Not found")
    }

    /// Something does not exist, and GitLab does not tell what.
    pub(crate) fn not_found() -> Self {
        Self::message(404, "404 Not Found")
    }

    /// The record was changed after the time that the caller named.
    pub(crate) fn precondition_failed() -> Self {
        Self::message(412, "412 Precondition Failed")
    }

    /// `{"message": {"base": […]}}`: the record as a whole is wrong (400).
    pub(crate) fn base(text: &str) -> Self {
        Self::field("base", text)
    }

    /// `{"message": {field: […]}}`: a field of the record is wrong (400).
    pub(crate) fn field(field: &str, text: &str) -> Self {
        Self::with(400, &json!({ "message": { field: [text] } }))
    }

    /// `{"message": {field: […], …}}`: fields of the record are wrong (400).
    pub(crate) fn fields(faults: &BTreeMap<&str, Vec<String>>) -> Self {
        Self::with(400, &json!({ "message": faults }))
    }

    /// `{"error": …}`, the framework's shape.
    pub(crate) fn error(status: u16, text: &str) -> Self {
        Self::with(status, &json!({ "error": text }))
    }

    /// `{"message": …}`, the application's shape.
    pub(crate) fn message(status: u16, text: &str) -> Self {
        Self::with(status, &json!({ "message": text }))
    }

    fn with(status: u16, body: &Value) -> Self {
        Self { status, body: body.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_have_the_two_shapes_of_gitlab() {
        let cases = [
            (
                Refusal::parameters(&["a is missing".into(), "b is invalid".into()]),
                400,
                r#"{"error":"a is missing, b is invalid"}"#,
            ),
            (Refusal::unknown_route(), 404, r#"{"error":"404 Not Found"}"#),
            (Refusal::unauthorized(), 401, r#"{"message":"401 Unauthorized"}"#),
            (Refusal::forbidden(), 403, r#"{"message":"403 Forbidden"}"#),
            (Refusal::missing("Project"), 404, r#"{"message":"404 Project Not Found"}"#),
            (Refusal::missing_record(), 404, r#"{"message":"404 Not found"}"#),
            (Refusal::not_found(), 404, r#"{"message":"404 Not Found"}"#),
            (Refusal::precondition_failed(), 412, r#"{"message":"412 Precondition Failed"}"#),
            (Refusal::base("Reference not found"), 400, r#"{"message":{"base":["Reference not found"]}}"#),
            (Refusal::field("key", "is taken"), 400, r#"{"message":{"key":["is taken"]}}"#),
        ];
        for (refusal, status, body) in cases {
            assert_eq!((refusal.status, refusal.body.as_str()), (status, body));
        }
    }
}
