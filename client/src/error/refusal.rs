//! From an answer that means failure to an [`Error`]: GitLab's two shapes of error body, and every
//! other body that proxies and overloaded servers send. The status is kept whatever the body is.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::Value;

use super::{AnswerFacts, Error, ErrorKind, RequestFacts};
use crate::auth::TokenKind;
use crate::endpoint::Endpoint;

/// The longest part of a body that is kept and shown, in characters.
const BODY_SHOWN: usize = 64 * 1024;

/// The error that an answer to a request with this kind of token stands for.
pub(crate) fn from_answer(
    endpoint: &Endpoint,
    request: RequestFacts,
    token: Option<TokenKind>,
    status: StatusCode,
    request_id: Option<String>,
    body: &[u8],
) -> Error {
    let text: String = String::from_utf8_lossy(body).chars().take(BODY_SHOWN).collect();
    let words = words_of(status, &text);
    let mut error = Error::new(kind_of(status), words.message)
        .with_request(request)
        .with_answer(AnswerFacts { status: status.as_u16(), request_id, fields: words.fields, body: text });
    if let Some(hint) = hint_of_scope(body).or_else(|| hint_for(endpoint, token, status)) {
        error = error.with_hint(hint);
    }
    error
}

#[derive(Debug, Default, PartialEq)]
struct Words {
    message: String,
    fields: BTreeMap<String, Vec<String>>,
}

fn kind_of(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        401 => ErrorKind::Auth,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        409 | 412 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::Invalid,
        500..=599 => ErrorKind::Server,
        _ => ErrorKind::Decode,
    }
}

/// A token that may do too little is told by its own words, which also name the scope that is needed.
fn hint_of_scope(body: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let is_scope = answer.get("error")?.as_str()? == "insufficient_scope";
    let scope = answer.get("scope").and_then(Value::as_str).unwrap_or("api");
    is_scope
        .then(|| format!("The token's scope does not allow this; it takes a token with the scope `{scope}`."))
}

fn hint_for(endpoint: &Endpoint, token: Option<TokenKind>, status: StatusCode) -> Option<String> {
    const JOB: &str = "The client speaks with a job token, which GitLab takes for a few calls and projects only; an access token may do more.";
    let known = endpoint.errors.iter().find(|known| known.status == status.as_u16()).map(|known| known.doc);
    // Where a parameter is the permission, the client's own token does not matter.
    let brings_secret = endpoint.params.iter().any(|param| param.secret && param.required);
    match (token, status.as_u16()) {
        _ if brings_secret => {}
        // What is hidden from anonymous callers looks as if it did not exist, and it may well exist.
        (None, 404) => {
            return Some("The client has no token, and to an anonymous caller GitLab says this of whatever is not public.".to_owned());
        }
        (None, 401) if known.is_none() => {
            return Some("The client has no token, and this takes one.".to_owned());
        }
        (Some(TokenKind::Job), 401 | 403) => return Some(JOB.to_owned()),
        (Some(TokenKind::Job), 404) => {
            return Some([known, Some(JOB)].into_iter().flatten().collect::<Vec<_>>().join(" "));
        }
        _ => {}
    }
    if let Some(known) = known {
        return Some(known.to_owned());
    }
    let general = match status.as_u16() {
        401 => "The token is missing, wrong, expired or revoked.",
        403 => "The token's scope or the user's role does not allow this.",
        404 => "It does not exist, or the token may not see it.",
        429 => "Too many requests: wait a little, or ask for less at a time.",
        500..=599 => "GitLab or a proxy before it failed; try again later.",
        _ => return None,
    };
    Some(general.to_owned())
}

fn words_of(status: StatusCode, body: &str) -> Words {
    match serde_json::from_str::<Value>(body) {
        Ok(Value::Object(map)) => {
            if let Some(message) = map.get("message") {
                return words_of_message(message);
            }
            let error = map.get("error").map(plain);
            let description = map.get("error_description").map(plain);
            match (error, description) {
                (Some(error), Some(description)) => only(format!("{error}: {description}")),
                (Some(error), None) => only(error),
                (None, Some(description)) => only(description),
                (None, None) => only(body.to_owned()),
            }
        }
        Ok(other) => only(plain(&other)),
        Err(_) => only(describe_foreign(status, body)),
    }
}

/// Words for a body that is not JSON.
fn describe_foreign(status: StatusCode, body: &str) -> String {
    let reason = status.canonical_reason().unwrap_or("unknown status");
    let trimmed = body.trim();
    if trimmed.is_empty() {
        format!("{reason} (the answer is empty)")
    } else if trimmed.starts_with('<') {
        format!("{reason} (the answer is an HTML page, not GitLab's API)")
    } else if trimmed.lines().count() == 1 && trimmed.chars().count() <= 200 {
        trimmed.to_owned()
    } else {
        format!("{reason} (the answer is not JSON)")
    }
}

fn words_of_message(message: &Value) -> Words {
    let Value::Object(by_field) = message else {
        return only(plain(message));
    };
    let fields: BTreeMap<String, Vec<String>> =
        by_field.iter().map(|(field, complaints)| (field.clone(), texts(complaints))).collect();
    let message = fields
        .iter()
        .flat_map(|(field, complaints)| complaints.iter().map(move |complaint| (field, complaint.trim())))
        .map(|(field, complaint)| match field.as_str() {
            "base" | "error" => complaint.to_owned(),
            _ => format!("{field} {complaint}"),
        })
        .collect::<Vec<_>>()
        .join(", ");
    Words { message, fields }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().map(plain).collect(),
        other => vec![plain(other)],
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn only(message: String) -> Words {
    Words { message, fields: BTreeMap::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_an_explained_refusal() {
        let silent: Vec<&str> = crate::table::ENDPOINTS
            .iter()
            .filter(|endpoint| endpoint.errors.is_empty())
            .map(|endpoint| endpoint.id)
            .collect();
        assert_eq!(silent, [""; 0]);
    }

    #[test]
    fn a_hint_is_about_the_token_where_that_may_explain_the_refusal() {
        let private = Some(TokenKind::Private);
        let row = "The project has no pipeline with this number.";
        let rows = [
            ("ProjectPipeline.get", private, 404, row),
            ("ProjectPipeline.get", None, 404, "The client has no token, and to an anonymous caller"),
            ("ProjectPipeline.get", Some(TokenKind::Job), 404, row),
            ("ProjectPipeline.get", None, 401, "The client has no token, and this takes one."),
            ("ProjectPipeline.get", private, 401, "The token is missing, wrong, expired or revoked."),
            ("ProjectTrigger.list", Some(TokenKind::Job), 401, "The client speaks with a job token"),
            (
                "Project.trigger_pipeline",
                None,
                404,
                "The trigger token is wrong or belongs to another project",
            ),
        ];
        for (id, token, status, words) in rows {
            let endpoint = crate::table::ENDPOINTS.iter().find(|endpoint| endpoint.id == id).unwrap();
            let hint = hint_for(endpoint, token, StatusCode::from_u16(status).unwrap()).unwrap();
            assert!(hint.starts_with(words), "{id} {status}: {hint}");
        }
    }

    #[test]
    fn a_token_that_may_do_too_little_is_no_role() {
        let body = br#"{"error":"insufficient_scope","error_description":"more","scope":"api ai_features"}"#;
        assert!(hint_of_scope(body).is_some_and(|hint| hint.ends_with("the scope `api ai_features`.")));
        assert_eq!(hint_of_scope(br#"{"message":"403 Forbidden"}"#), None);
    }

    #[test]
    fn every_shape_of_body_has_words_and_keeps_the_status() {
        let cases: [(u16, &str, &str, ErrorKind); 14] = [
            (400, r#"{"error":"ref is missing"}"#, "ref is missing", ErrorKind::Invalid),
            (
                400,
                r#"{"message":{"base":["Reference not found"]}}"#,
                "Reference not found",
                ErrorKind::Invalid,
            ),
            (
                400,
                r#"{"message":{"cron":[" is invalid syntax"]}}"#,
                "cron is invalid syntax",
                ErrorKind::Invalid,
            ),
            (
                400,
                r#"{"message":{"key":["(A) has already been taken","is short"]}}"#,
                "key (A) has already been taken, key is short",
                ErrorKind::Invalid,
            ),
            (401, r#"{"message":"401 Unauthorized"}"#, "401 Unauthorized", ErrorKind::Auth),
            (
                401,
                r#"{"error":"invalid_token","error_description":"Token was revoked."}"#,
                "invalid_token: Token was revoked.",
                ErrorKind::Auth,
            ),
            (403, r#"{"message":"403 Forbidden"}"#, "403 Forbidden", ErrorKind::Forbidden),
            (404, r#"{"message":"404 Project Not Found"}"#, "404 Project Not Found", ErrorKind::NotFound),
            (409, r#"{"message":"Resource lock"}"#, "Resource lock", ErrorKind::Conflict),
            (429, "Retry later\n", "Retry later", ErrorKind::RateLimited),
            (429, r#"{"message":{"error":"Too often."}}"#, "Too often.", ErrorKind::RateLimited),
            (
                502,
                "<html><body>Bad Gateway</body></html>",
                "Bad Gateway (the answer is an HTML page, not GitLab's API)",
                ErrorKind::Server,
            ),
            (503, "", "Service Unavailable (the answer is empty)", ErrorKind::Server),
            (500, "[1]", "1", ErrorKind::Server),
        ];
        for (status, body, message, kind) in cases {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(words_of(status, body).message, message);
            assert_eq!(kind_of(status), kind, "{status}");
        }
    }

    #[test]
    fn complaints_stay_reachable_by_field() {
        let words = words_of(StatusCode::BAD_REQUEST, r#"{"message":{"base":["a","b"],"ref":["c"]}}"#);
        assert_eq!(words.fields["base"], ["a", "b"]);
        assert_eq!(words.fields["ref"], ["c"]);
    }
}
