//! Rehearsing writes: what would be sent is announced, and a placeholder stands for GitLab's answer, so that a script
//! goes on. A placeholder has what was asked for, a negative number as its identity, and the state that lets a
//! script finish: it has ended, with success. Reading a placeholder again answers a placeholder.

mod objects;

use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::arguments::Arguments;
use crate::client::Gitlab;
use crate::endpoint::{Endpoint, Field, Outcome, Place, Resource, Segment, Type};
use crate::redact;
use crate::writes::Writes;

pub(crate) use objects::Objects;

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

/// The text of a placeholder, where it needs one.
const TEXT: &str = "placeholder";

/// Whether a read names a placeholder, of which the server knows nothing: by its number, by its name, by a path in its archive.
pub(crate) fn names_placeholder(endpoint: &Endpoint, arguments: &Arguments) -> bool {
    let is_placeholder = |value: &Value| match value {
        Value::Number(number) => number.as_i64().is_some_and(|number| number < 0),
        Value::String(text) => text == TEXT,
        _ => false,
    };
    let params = endpoint.params.iter().filter(|param| param.place != Place::Body);
    params.filter_map(|param| arguments.get(param.name)).any(is_placeholder)
}

/// A number for what a client that rehearses names by a secret that was made up.
pub(crate) fn number_of(client: &Gitlab, secret: &str) -> Option<i64> {
    (client.writes() == Writes::Rehearsed && secret == TEXT).then(next_number)
}

/// A body that stands for the answer. What `SameObject` answers is known to the caller alone: see [`object`].
pub(crate) fn answer(endpoint: &Endpoint, arguments: &Arguments) -> Value {
    match endpoint.outcome {
        Outcome::Object(resource) => object(resource, None, arguments),
        // What the owner is made up for is made up, too: a script that looks for a row finds one.
        Outcome::List(resource) => Value::Array(vec![object(resource, None, arguments)]),
        Outcome::Record(record) => Value::Object(fields(record.fields, "", arguments)),
        Outcome::SameObject | Outcome::AnotherObject | Outcome::Json => Value::Object(Map::new()),
        Outcome::Nothing | Outcome::Text | Outcome::Bytes => Value::Null,
    }
}

/// The bytes that stand for an answer of bytes: an archive with one empty file in it, so that a script can unpack it.
pub(crate) fn bytes(endpoint: &Endpoint) -> Bytes {
    match endpoint.outcome {
        Outcome::Bytes if !endpoint.path.iter().any(|segment| matches!(segment, Segment::Rest(_))) => {
            Bytes::from_static(ARCHIVE)
        }
        _ => Bytes::new(),
    }
}

/// A ZIP archive: the file's own header, its entry in the directory, the directory's end.
const ARCHIVE: &[u8] = b"PK\x03\x04\x0a\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x0b\0\0\0placeholder\
    PK\x01\x02\x0a\0\x0a\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x0b\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0placeholder\
    PK\x05\x06\0\0\0\0\x01\0\x01\09\0\0\0)\0\0\0\0\0";

/// A placeholder for an object: what is known of it, if it is the called one, then what was asked for, then what is
/// plausible.
pub(crate) fn object(
    resource: &'static Resource,
    same: Option<Map<String, Value>>,
    arguments: &Arguments,
) -> Value {
    let mut members = fields(resource.fields, resource.identity, arguments);
    if let Some(same) = same {
        // Without a member for it, the object keeps the identity that it has.
        members.remove(resource.identity);
        members.extend(same.into_iter().filter(|(name, _)| arguments.get(name).is_none()));
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
                _ => TEXT.into(),
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
        // What has a number is an object of its own, which nobody made.
        Type::Record(record) if field.nullable && record.fields.iter().any(|field| field.name == "id") => {
            Value::Null
        }
        Type::Record(record) => Value::Object(fields(record.fields, "", &Arguments::new())),
        Type::Array(_) => Value::Array(Vec::new()),
        // A secret is there to be passed on.
        _ if field.nullable && !field.secret || !field.required && matches!(field.ty, Type::Json) => {
            Value::Null
        }
        Type::Date => Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string().into(),
        Type::String | Type::Id | Type::Json => TEXT.into(),
        Type::Int | Type::Float | Type::Seconds => 0.into(),
        Type::Bool => false.into(),
        Type::Map(_) => Value::Object(Map::new()),
    }
}

/// The value with which nothing more is to be waited for, if there is one.
fn ended(values: &'static [&'static str]) -> &'static str {
    values.iter().copied().find(|value| *value == "success").or(values.first().copied()).unwrap_or(TEXT)
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
