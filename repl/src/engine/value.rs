//! JSON to Rhai values and back. Knows nothing of GitLab.

use rhai::{Array, Blob, Dynamic, FnPtr, Map};
use serde_json::{Number, Value};

use super::client::ClientRef;
use super::error::client_error;
use super::files;
use super::manager::ManagerRef;
use super::object::ObjectRef;
use super::sequence::{SequenceRef, WORDS as SEQUENCE_WORDS};
use super::timeline::TimelineRef;
use super::written::WrittenRef;
use crate::output::terminal;

/// The Rhai value of JSON: null is `()`, whole numbers are integers, objects are maps.
pub(crate) fn from_json(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => from_number(number),
        Value::String(text) => text.as_str().into(),
        Value::Array(values) => values.iter().map(from_json).collect::<Array>().into(),
        Value::Object(fields) => from_object(fields).into(),
    }
}

/// The Rhai map of a JSON object.
pub(crate) fn from_object(fields: &serde_json::Map<String, Value>) -> Map {
    fields.iter().map(|(name, value)| (name.as_str().into(), from_json(value))).collect()
}

/// The JSON of a Rhai value, objects as GitLab sent them. The rows of a list are fetched for it.
///
/// # Errors
///
/// The name of the type that has no JSON, such as a function, or that GitLab's JSON cannot be read.
pub(crate) fn to_json(value: &Dynamic) -> Result<Value, String> {
    let sent = |object: &ObjectRef| {
        object.with(|object| match object.attributes() {
            Ok(fields) => Ok(fields.cloned().map_or(Value::Null, Value::Object)),
            Err(error) => Err(format!("an object that cannot be read: {error}")),
        })
    };
    let none = |value: &Dynamic| match value.is::<Blob>() {
        true => Err("a blob".to_owned()),
        false => Err(format!("a value of type {}", type_words(value))),
    };
    convert(value, &sent, &none)
}

/// The JSON of a Rhai value, with what the caller makes of objects and of values that have no JSON.
///
/// # Errors
///
/// What the caller says about such a value or about an object, or that a list's rows cannot be fetched.
pub(crate) fn convert(
    value: &Dynamic,
    of_object: &dyn Fn(&ObjectRef) -> Result<Value, String>,
    of_other: &dyn Fn(&Dynamic) -> Result<Value, String>,
) -> Result<Value, String> {
    if value.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(truth) = value.as_bool() {
        return Ok(truth.into());
    }
    if let Ok(number) = value.as_int() {
        return Ok(number.into());
    }
    if let Ok(number) = value.as_float() {
        return Number::from_f64(number).map(Value::Number).ok_or_else(|| format!("the number {number}"));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(text.as_str().into());
    }
    if let Ok(letter) = value.as_char() {
        return Ok(letter.to_string().into());
    }
    if let Ok(values) = value.as_array_ref() {
        return values.iter().map(|value| convert(value, of_object, of_other)).collect();
    }
    if let Ok(fields) = value.as_map_ref() {
        let members = fields.iter();
        return members
            .map(|(name, value)| Ok((name.to_string(), convert(value, of_object, of_other)?)))
            .collect();
    }
    if let Some(object) = value.read_lock::<ObjectRef>() {
        return of_object(&object);
    }
    if let Some(rows) = value.read_lock::<SequenceRef>() {
        let rows = rows.all_rows().map_err(|error| format!("a list that cannot be fetched: {error}"))?;
        return rows.iter().map(of_object).collect();
    }
    if let Some(timeline) = value.read_lock::<TimelineRef>() {
        return Ok(timeline.to_json());
    }
    if let Some(file) = value.read_lock::<WrittenRef>() {
        let properties = file.properties().map_err(|error| format!("a file without a hash: {error}"))?;
        return convert(&Dynamic::from_map(properties), of_object, of_other);
    }
    if let Some(error) = client_error(value) {
        return convert(&Dynamic::from_map(error.properties()), of_object, of_other);
    }
    of_other(value)
}

/// A value in words that name no type of ours: what `print` shows.
pub(crate) fn words(value: &Dynamic) -> String {
    if let Some(object) = value.read_lock::<ObjectRef>() {
        return object.with(ToString::to_string);
    }
    if let Some(manager) = value.read_lock::<ManagerRef>() {
        return manager.name();
    }
    if let Some(client) = value.read_lock::<ClientRef>() {
        return client.to_string();
    }
    if let Some(error) = client_error(value) {
        return error.error().to_string();
    }
    if let Some(timeline) = value.read_lock::<TimelineRef>() {
        return timeline.text(terminal::width(), false);
    }
    if let Some(file) = value.read_lock::<WrittenRef>() {
        return file.words();
    }
    if value.is::<SequenceRef>() {
        return SEQUENCE_WORDS.to_owned();
    }
    if let Some(words) = files::words(value) {
        return words;
    }
    if let Some(function) = value.read_lock::<FnPtr>() {
        return match function.is_anonymous() {
            true => "a closure".to_owned(),
            false => format!("the function `{}`", function.fn_name()),
        };
    }
    if let Ok(values) = value.as_array_ref() {
        let values: Vec<String> = values.iter().map(inner_words).collect();
        return format!("[{}]", values.join(", "));
    }
    if let Ok(members) = value.as_map_ref() {
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!("{name:?}: {}", inner_words(value))).collect();
        return format!("#{{{}}}", members.join(", "));
    }
    value.to_string()
}

/// A value inside of another: text in quotes, so that it is seen where it ends, and nothing as `()`.
pub(crate) fn inner_words(value: &Dynamic) -> String {
    if value.is_unit() {
        return "()".to_owned();
    }
    match value.as_immutable_string_ref() {
        Ok(text) => format!("{:?}", text.as_str()),
        Err(_) => words(value),
    }
}

/// What scripts call the type of a value.
fn type_words(value: &Dynamic) -> &'static str {
    match value {
        _ if value.is::<ManagerRef>() => "Manager",
        _ if value.is::<ClientRef>() => "Gitlab",
        _ if files::is_file(value) => "File",
        _ if files::is_chunk(value) => "Chunk",
        _ => value.type_name(),
    }
}

fn from_number(number: &Number) -> Dynamic {
    // Numbers beyond 63 bits keep their size as floats; none of GitLab's identities is that large.
    number.as_i64().map_or_else(|| number.as_f64().unwrap_or(f64::NAN).into(), Dynamic::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_survives_the_way_there_and_back() {
        let value =
            json!({"a": null, "b": [1, 2.5, "x", true], "c": {"d": -9_007_199_254_740_993_i64}, "e": "ü"});
        assert_eq!(to_json(&from_json(&value)), Ok(value));
    }

    #[test]
    fn what_is_no_json_is_named() {
        assert_eq!(to_json(&Dynamic::from(vec![1_u8])), Err("a blob".to_owned()));
        assert_eq!(to_json(&f64::NAN.into()), Err("the number NaN".to_owned()));
    }
}
