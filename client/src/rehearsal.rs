//! Rehearsing writes: what would be sent is announced, and a placeholder stands for GitLab's answer, so that a script
//! goes on. A placeholder has what was asked for, a negative number as its identity, and the state that lets a
//! script finish: it has ended, with success. Reading a placeholder again answers a placeholder.

use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::arguments::Arguments;
use crate::endpoint::{Endpoint, Field, Outcome, Place, Resource, Type};
use crate::object::Object;
use crate::redact;

/// Announces a request that is not sent.
pub(crate) fn announce(endpoint: &'static Endpoint, request: &http::Request<Bytes>, url: &str) {
    tracing::info!(
        target: "rhailab_client::rehearsal",
        method = endpoint.method.as_str(),
        url,
        body = redact::body(endpoint, request.body()),
        "rehearsed"
    );
}

/// Whether a path names a placeholder, of which the server knows nothing.
pub(crate) fn names_placeholder(endpoint: &Endpoint, arguments: &Arguments) -> bool {
    endpoint
        .params_in(Place::Path)
        .any(|param| arguments.get(param.name).and_then(Value::as_i64).is_some_and(|number| number < 0))
}

/// A body that stands for the answer. What `SameObject` answers is known to the caller alone: see [`object`].
pub(crate) fn answer(endpoint: &Endpoint, arguments: &Arguments) -> Value {
    match endpoint.outcome {
        Outcome::Object(resource) => object(resource, None, arguments),
        Outcome::List(_) => Value::Array(Vec::new()),
        Outcome::Record(record) => Value::Object(fields(record.fields, "", arguments)),
        Outcome::SameObject | Outcome::AnotherObject | Outcome::Json => Value::Object(Map::new()),
        Outcome::Nothing | Outcome::Text | Outcome::Bytes => Value::Null,
    }
}

/// A placeholder for an object: what is known of it, if it is the called one, then what was asked for, then what is
/// plausible.
pub(crate) fn object(resource: &'static Resource, same: Option<&Object>, arguments: &Arguments) -> Value {
    let mut members = fields(resource.fields, resource.identity, arguments);
    if let Some(same) = same {
        // Without a member for it, the object keeps the identity that it has.
        members.remove(resource.identity);
        for (name, value) in same.attributes().into_iter().flatten() {
            if arguments.get(name).is_none() {
                members.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(members)
}

fn fields(known: &'static [Field], identity: &str, arguments: &Arguments) -> Map<String, Value> {
    let mut members = Map::new();
    for field in known {
        let value = match arguments.get(field.name) {
            Some(asked) if fits(asked, field.ty) => asked.clone(),
            _ if field.name == identity => match field.ty {
                Type::Int => next_number().into(),
                _ => "placeholder".into(),
            },
            _ => plausible(field),
        };
        members.insert(field.name.to_owned(), value);
    }
    members
}

/// Whether an argument can stand in the field of its name: `variables` of a trigger, say, are a map here and rows there.
fn fits(asked: &Value, ty: Type) -> bool {
    match ty {
        Type::Array(_) => asked.is_array(),
        Type::Record(_) | Type::Map(_) => asked.is_object(),
        Type::Int | Type::Float | Type::Seconds => asked.is_number(),
        Type::Bool => asked.is_boolean(),
        Type::Id | Type::Json => true,
        Type::String | Type::DateTime | Type::Date | Type::Enum(_) => asked.is_string(),
    }
}

fn plausible(field: &Field) -> Value {
    match field.ty {
        Type::DateTime => Timestamp::now().to_string().into(),
        Type::Enum(of) => ended(of.values).into(),
        // A secret is there to be passed on.
        _ if field.nullable && !field.secret || !field.required && matches!(field.ty, Type::Json) => {
            Value::Null
        }
        Type::Date => Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string().into(),
        Type::String | Type::Id | Type::Json => "placeholder".into(),
        Type::Int | Type::Float | Type::Seconds => 0.into(),
        Type::Bool => false.into(),
        Type::Array(_) => Value::Array(Vec::new()),
        Type::Map(_) => Value::Object(Map::new()),
        Type::Record(record) => Value::Object(fields(record.fields, "", &Arguments::new())),
    }
}

/// The value with which nothing more is to be waited for, if there is one.
fn ended(values: &'static [&'static str]) -> &'static str {
    values
        .iter()
        .copied()
        .find(|value| *value == "success")
        .or(values.first().copied())
        .unwrap_or("placeholder")
}

fn next_number() -> i64 {
    static LAST: AtomicI64 = AtomicI64::new(0);
    LAST.fetch_sub(1, Ordering::Relaxed) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::ENDPOINTS;

    /// Every operation's placeholder must be readable as what the operation answers.
    #[test]
    fn every_placeholder_of_an_object_has_its_fields() {
        for endpoint in ENDPOINTS {
            let placeholder = answer(endpoint, &Arguments::new());
            if let Outcome::Object(resource) = endpoint.outcome {
                for field in resource.fields.iter().filter(|field| field.required) {
                    assert!(!placeholder[field.name].is_null(), "{}: {}", endpoint.id, field.name);
                }
            }
        }
    }

    #[test]
    fn what_was_asked_for_stands_in_the_placeholder() {
        let create = ENDPOINTS.iter().find(|endpoint| endpoint.id == "ProjectTrigger.create").unwrap();
        let first = answer(create, &Arguments::new().with("description", "nightly"));
        assert_eq!(first["description"], "nightly");
        assert!(first["token"].is_null() || first["token"].is_string());
        let second = answer(create, &Arguments::new());
        let number = |value: &Value| value["id"].as_i64().unwrap();
        assert!(number(&first) < 0 && number(&second) < number(&first));
    }
}
