//! Errors as script values: what `catch (e)` gets, with the client's facts as properties.

use std::fmt::Display;
use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Map, Position};
use rhailab_client::{Error, hint};

use super::functions::{ERROR, OptionRow, names};

/// A client's error as a script sees it.
#[derive(Clone, Debug)]
pub struct ErrorRef(Arc<Error>);

impl ErrorRef {
    /// The same error, said about something.
    pub(crate) fn about(&self, what: &str) -> Dynamic {
        Dynamic::from(Self(Arc::new(self.0.about(what))))
    }

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

/// An option that a function does not have, with the nearest that it has, or all of them.
pub(crate) fn raise_unknown_option(
    function: &str,
    name: &str,
    known: &'static [OptionRow],
) -> Box<EvalAltResult> {
    let hint = hint(name, &names(known), "It takes");
    raise_usage_with(format!("{function}() has no option `{name}`"), hint)
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

/// An error that several share, as a value.
pub(crate) fn shared(error: &Arc<Error>) -> Dynamic {
    Dynamic::from(ErrorRef(Arc::clone(error)))
}

/// What `catch` would have got of an error; what is none of ours becomes one with its words.
pub(crate) fn thrown_error(thrown: &EvalAltResult) -> Dynamic {
    match thrown.unwrap_inner() {
        EvalAltResult::ErrorRuntime(value, _) => value.clone(),
        other => shared(&Arc::new(Error::usage(other.to_string()))),
    }
}

pub(crate) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<ErrorRef>("Error");
    for property in ERROR.properties {
        engine.register_get(property.name, |error: &mut ErrorRef| error.property(property.name));
    }
    engine
        .register_indexer_get(no_property)
        .register_fn("to_string", |error: ErrorRef| error.0.to_string())
        .register_fn("to_debug", |error: ErrorRef| error.0.to_string());
}

fn no_property(_: &mut ErrorRef, name: ImmutableString) -> Result<Dynamic, Box<EvalAltResult>> {
    let known: Vec<&str> = ERROR.properties.iter().map(|property| property.name).collect();
    Err(raise_usage_with(format!("an error has no property `{name}`"), hint(&name, &known, "It has")))
}

impl ErrorRef {
    fn property(&self, name: &str) -> Dynamic {
        let error = &self.0;
        match name {
            "kind" => error.kind().as_str().into(),
            "message" => error.message().into(),
            "hint" => or_unit(error.hint()),
            "status" => error.status().map_or(Dynamic::UNIT, |status| i64::from(status).into()),
            "operation" => or_unit(error.operation()),
            "method" => or_unit(error.method()),
            "url" => or_unit(error.url()),
            "request_id" => or_unit(error.request_id()),
            "fields" => fields(error).into(),
            "body" => or_unit(error.body()),
            "pipeline_status" => or_unit(error.pipeline_status()),
            _ => Dynamic::UNIT,
        }
    }

    /// All properties, as a map.
    pub(crate) fn properties(&self) -> Map {
        let properties = ERROR.properties.iter().map(|property| property.name);
        properties.map(|name| (name.into(), self.property(name))).collect()
    }
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
