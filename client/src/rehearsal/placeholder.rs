//! What stands for GitLab's answer in a rehearsal. A placeholder has what was asked for, a negative number as its identity, and
//! the state that lets a script finish: it has ended, with success.

use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::endpoint::{Endpoint, Field, Outcome, Resource, Segment, Type};

/// The text of a placeholder, where it needs one.
pub(super) const TEXT: &str = "placeholder";

/// What stands for an answer that is no object of a resource.
pub(super) fn answer(outcome: Outcome, asked: &Map<String, Value>) -> Value {
    match outcome {
        Outcome::Object(resource) => Value::Object(object(resource, asked)),
        // What the owner is made up for is made up, too: a script that looks for a row finds one.
        Outcome::List(resource) => Value::Array(vec![Value::Object(object(resource, asked))]),
        Outcome::Record(record) => Value::Object(fields(record.fields, "", asked)),
        Outcome::SameObject | Outcome::AnotherObject | Outcome::Json => Value::Object(Map::new()),
        Outcome::Nothing | Outcome::Text | Outcome::Bytes => Value::Null,
    }
}

/// An object that nobody knew before: what was asked for, then what is plausible.
pub(super) fn object(resource: &'static Resource, asked: &Map<String, Value>) -> Map<String, Value> {
    fields(resource.fields, resource.identity, asked)
}

/// An object of which something is known already, with what was asked for it.
pub(super) fn known_object(
    resource: &'static Resource,
    known: &Map<String, Value>,
    asked: &Map<String, Value>,
) -> Map<String, Value> {
    let mut members = object(resource, asked);
    let kept = known.iter().filter(|(name, _)| !asked.contains_key(*name));
    members.extend(kept.map(|(name, value)| (name.clone(), value.clone())));
    members
}

/// What of that was asked for fits the fields of a resource, and changes them.
pub(super) fn changes(resource: &'static Resource, asked: &Map<String, Value>) -> Map<String, Value> {
    let fits = |name: &String, value: &Value| resource.field(name).is_some_and(|field| fits(value, field.ty));
    asked
        .iter()
        .filter(|(name, value)| fits(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The bytes that stand for an answer of bytes: an archive with one empty file in it, so that a script can unpack it.
pub(super) fn bytes(endpoint: &Endpoint) -> Bytes {
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

fn fields(known: &'static [Field], identity: &str, asked: &Map<String, Value>) -> Map<String, Value> {
    let mut members = Map::new();
    for field in known {
        let value = match asked.get(field.name) {
            Some(value) if fits(value, field.ty) => value.clone(),
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
fn fits(value: &Value, ty: Type) -> bool {
    match ty {
        Type::Array(_) => value.is_array(),
        Type::Record(_) | Type::Map(_) => value.is_object(),
        Type::Int | Type::Float | Type::Seconds => value.is_number(),
        Type::Bool => value.is_boolean(),
        Type::Id | Type::Json => true,
        Type::String | Type::DateTime | Type::Date | Type::Enum(_) => value.is_string(),
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
        Type::Record(record) => Value::Object(fields(record.fields, "", &Map::new())),
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
            if let Outcome::Object(resource) = endpoint.outcome {
                let placeholder = object(resource, &Map::new());
                for field in resource.fields.iter().filter(|field| field.required) {
                    assert!(!placeholder[field.name].is_null(), "{}: {}", endpoint.id, field.name);
                }
            }
        }
    }

    #[test]
    fn what_was_asked_for_stands_in_the_placeholder() {
        let create = ENDPOINTS.iter().find(|endpoint| endpoint.id == "ProjectTrigger.create").unwrap();
        let asked = Map::from_iter([("description".to_owned(), "nightly".into())]);
        let first = answer(create.outcome, &asked);
        assert_eq!(first["description"], "nightly");
        assert!(first["token"].is_null() || first["token"].is_string());
        let second = answer(create.outcome, &Map::new());
        let number = |value: &Value| value["id"].as_i64().unwrap();
        assert!(number(&first) < 0 && number(&second) < number(&first));
    }
}
