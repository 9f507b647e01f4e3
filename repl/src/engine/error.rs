//! Errors as script values: what `catch (e)` gets, with the client's facts as properties.

use std::fmt::Display;
use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, Map, Position};
use rhailab_client::Error;

/// A client's error as a script sees it.
#[derive(Clone, Debug)]
pub struct ErrorRef(Arc<Error>);

impl ErrorRef {
    /// The client's error.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.0
    }
}

/// Raises a client's error in the script; Rhai adds the place.
pub(crate) fn raise(error: Error) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(ErrorRef(Arc::new(error))), Position::NONE))
}

/// Raises an error for a call that is wrong in itself.
pub(crate) fn raise_usage(message: impl Into<String>) -> Box<EvalAltResult> {
    raise(Error::usage(message))
}

/// Raises an error for a call that is wrong in itself, and says what to do instead.
pub(crate) fn raise_usage_with(message: impl Into<String>, hint: impl Into<String>) -> Box<EvalAltResult> {
    raise(Error::usage(message).with_hint(hint))
}

/// Raises an error of the system.
pub(crate) fn raise_io(what: &str, error: &std::io::Error) -> Box<EvalAltResult> {
    raise(Error::io(what, error))
}

/// The client's error inside what a script threw, if it is one.
#[must_use]
pub fn client_error(thrown: &Dynamic) -> Option<ErrorRef> {
    thrown.clone().try_cast()
}

/// What an error tells, for help; each is registered below.
pub const PROPERTIES: &[(&str, &str)] = &[
    ("kind", "What sort of failure it is, one of the kinds below."),
    ("message", "What happened: GitLab's own words where it answered."),
    ("hint", "What to do about it, if that is known."),
    ("status", "The HTTP status, if GitLab answered."),
    ("operation", "The operation's name, such as `ProjectPipeline.create`."),
    ("method", "The HTTP method of the request."),
    ("url", "The URL of the request, without secrets."),
    ("request_id", "GitLab's number for the request, which its administrators can look for in their logs."),
    ("fields", "GitLab's complaints by field, as a map of arrays."),
    ("body", "The body of GitLab's answer, as it came."),
    ("pipeline_status", "The status of the pipeline that did not succeed."),
];

pub(crate) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<ErrorRef>("Error")
        .register_get("kind", |error: &mut ErrorRef| error.0.kind().as_str().to_owned())
        .register_get("message", |error: &mut ErrorRef| error.0.message().to_owned())
        .register_get("hint", |error: &mut ErrorRef| or_unit(error.0.hint()))
        .register_get("status", |error: &mut ErrorRef| {
            error.0.status().map_or(Dynamic::UNIT, |status| i64::from(status).into())
        })
        .register_get("operation", |error: &mut ErrorRef| or_unit(error.0.operation()))
        .register_get("method", |error: &mut ErrorRef| or_unit(error.0.method()))
        .register_get("url", |error: &mut ErrorRef| or_unit(error.0.url()))
        .register_get("request_id", |error: &mut ErrorRef| or_unit(error.0.request_id()))
        .register_get("body", |error: &mut ErrorRef| or_unit(error.0.body()))
        .register_get("fields", |error: &mut ErrorRef| fields(&error.0))
        .register_get("pipeline_status", |error: &mut ErrorRef| or_unit(error.0.pipeline_status()))
        .register_fn("to_string", |error: ErrorRef| error.0.to_string())
        .register_fn("to_debug", |error: ErrorRef| error.0.to_string());
}

fn or_unit(value: Option<impl Display>) -> Dynamic {
    value.map_or(Dynamic::UNIT, |value| value.to_string().into())
}

fn fields(error: &Error) -> Map {
    let Some(fields) = error.fields() else {
        return Map::new();
    };
    fields
        .iter()
        .map(|(name, complaints)| {
            let complaints: rhai::Array = complaints.iter().map(|text| text.as_str().into()).collect();
            (name.as_str().into(), complaints.into())
        })
        .collect()
}
