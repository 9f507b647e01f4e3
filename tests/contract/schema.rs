//! The subset of JSON Schema that GitLab's document uses, judged over `serde_json`: `$ref`, `anyOf`, `type`,
//! `nullable`, `enum`, `format`, `properties`, `required`, `items` and `minLength`. A validator crate would bring
//! many others with it, and could tell neither of the two things that this check needs beyond validity:
//! members that the document does not know, and members of the document that never occur.

use rhailab_client::{Date, Timestamp};
use serde_json::Value;

use crate::document::Document;
use crate::finding::Fault;

/// What makes a value invalid, or is unknown to its schema.
pub fn faults(document: &Document, schema: &Value, value: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    judge(document, schema, value, "$", &mut faults);
    faults
}

/// Members and enum values of a schema that occur in none of the values.
pub fn unused(document: &Document, schema: &Value, values: &[&Value]) -> Vec<String> {
    let mut unused = Vec::new();
    search(document, schema, values, "$", &mut unused);
    unused
}

fn judge(document: &Document, schema: &Value, value: &Value, place: &str, faults: &mut Vec<Fault>) {
    let schema = document.resolve(schema);
    if let Some(choices) = schema["anyOf"].as_array() {
        let mut least: Option<Vec<Fault>> = None;
        for choice in choices {
            let mut found = Vec::new();
            judge(document, choice, value, place, &mut found);
            if least.as_ref().is_none_or(|least| found.len() < least.len()) {
                least = Some(found);
            }
        }
        faults.extend(least.unwrap_or_default());
        return;
    }
    let mut fault = |problem: String| faults.push(Fault { place: place.to_owned(), problem });
    if value.is_null() && schema["nullable"] == true {
        return;
    }
    if let Some(expected) = schema["type"].as_str()
        && !has_type(value, expected)
    {
        fault(format!("{value} is no {expected}"));
        return;
    }
    if let Some(names) = schema["enum"].as_array()
        && !names.contains(value)
    {
        fault(format!("{value} is not in the enum"));
    }
    if let (Some(format), Some(text)) = (schema["format"].as_str(), value.as_str())
        && !has_format(text, format)
    {
        fault(format!("{value} is no {format}"));
    }
    if let (Some(least), Some(text)) = (schema["minLength"].as_u64(), value.as_str())
        && (text.chars().count() as u64) < least
    {
        fault(format!("{value} is too short"));
    }
    if let Some(members) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                fault(format!("`{name}` is missing"));
            }
        }
        // An object without any properties in its schema is a map, of anything.
        let Some(properties) = schema["properties"].as_object().filter(|properties| !properties.is_empty())
        else {
            return;
        };
        for (name, member) in members {
            let place = format!("{place}.{name}");
            match properties.get(name) {
                Some(schema) => judge(document, schema, member, &place, faults),
                None => {
                    let problem = "the document does not know it".to_owned();
                    faults.push(Fault { place, problem });
                }
            }
        }
    }
    for row in value.as_array().into_iter().flatten() {
        judge(document, &schema["items"], row, &format!("{place}[]"), faults);
    }
}

fn search(document: &Document, schema: &Value, values: &[&Value], place: &str, unused: &mut Vec<String>) {
    let schema = document.resolve(schema);
    for name in schema["enum"].as_array().into_iter().flatten() {
        if !values.contains(&name) {
            unused.push(format!("{place}={}", name.as_str().map_or_else(|| name.to_string(), str::to_owned)));
        }
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let inner: Vec<&Value> = values.iter().filter_map(|value| value.get(name)).collect();
        let place = format!("{place}.{name}");
        if inner.is_empty() {
            unused.push(place);
        } else {
            search(document, member, &inner, &place, unused);
        }
    }
    if schema.get("items").is_some() {
        let rows: Vec<&Value> = values.iter().filter_map(|value| value.as_array()).flatten().collect();
        search(document, &schema["items"], &rows, &format!("{place}[]"), unused);
    }
}

fn has_type(value: &Value, expected: &str) -> bool {
    match expected {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn has_format(text: &str, format: &str) -> bool {
    match format {
        "date-time" => text.parse::<Timestamp>().is_ok(),
        "date" => text.len() == "2026-03-02".len() && text.parse::<Date>().is_ok(),
        _ => true,
    }
}
