//! `(endpoint, arguments) -> request`, without any I/O. Everything about the wire format is here: how
//! names and values are written in the path, the query and the body. Sending belongs to the transport.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use url::Url;

use crate::arguments::Arguments;
use crate::endpoint::{Encoding, Endpoint, Method, Outcome, Param, Place, Segment, Type};
use crate::error::Error;
use crate::suggestion::hint;
use crate::value::{check, describe};

/// All that RFC 3986 does not call unreserved is encoded, in a path segment and in a query alike.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Builds the request of one call. `api` is the API's root, such as `https://gitlab.com/api/v4`.
///
/// # Errors
///
/// [`crate::ErrorKind::Usage`] when an argument is unknown, missing or of the wrong type, or cannot stand in a path.
pub(crate) fn build(
    api: &Url,
    endpoint: &Endpoint,
    arguments: &Arguments,
) -> Result<http::Request<Bytes>, Error> {
    refuse_unknown(endpoint, arguments)?;
    let mut url = format!("{}{}", api.as_str().trim_end_matches('/'), path(endpoint, arguments)?);
    let mut query = Vec::new();
    let mut body = Map::new();
    for param in endpoint.params.iter().filter(|param| param.place != Place::Path) {
        let Some(value) = value_of(endpoint, param, arguments)? else {
            continue;
        };
        match param.place {
            Place::Query => write_query(&mut query, param.wire_name(), param.encoding, &value),
            _ => {
                body.insert(param.wire_name().to_owned(), value);
            }
        }
    }
    let has_body = !matches!(endpoint.method, Method::Get | Method::Delete);
    for (name, value) in arguments.extra() {
        if has_body {
            body.insert(name.clone(), value.clone());
        } else {
            write_query(&mut query, name, Encoding::Brackets, value);
        }
    }
    if !query.is_empty() {
        url.push('?');
        url.push_str(&query.join("&"));
    }
    let accept = match endpoint.outcome {
        Outcome::Text | Outcome::Bytes => "*/*",
        _ => "application/json",
    };
    let mut request =
        http::Request::builder().method(endpoint.method.as_str()).uri(url).header(ACCEPT, accept);
    let mut bytes = Bytes::new();
    if has_body {
        request = request.header(CONTENT_TYPE, "application/json");
        bytes = Bytes::from(Value::Object(body).to_string());
    }
    request.body(bytes).map_err(|error| {
        Error::usage(format!("{} cannot be written as a request: {error}", endpoint.id)).with_source(error)
    })
}

/// The value to send for a parameter: the caller's, or the one that is sent without it.
fn value_of(endpoint: &Endpoint, param: &Param, arguments: &Arguments) -> Result<Option<Value>, Error> {
    if let Some(value) = arguments.get(param.name) {
        let value = check(param, value)?;
        return Ok(Some(if param.encoding == Encoding::Pairs { pairs(value) } else { value }));
    }
    if param.required {
        return Err(missing(endpoint, param));
    }
    // The generator checked that the text is JSON.
    Ok(param.fallback.and_then(|json| serde_json::from_str(json).ok()))
}

/// A map as GitLab takes it in some places: `[{"key": …, "value": …}]`.
fn pairs(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            map.into_iter().map(|(key, value)| serde_json::json!({"key": key, "value": value})).collect()
        }
        other => other,
    }
}

fn missing(endpoint: &Endpoint, param: &Param) -> Error {
    Error::usage(format!("{} needs `{}`", endpoint.id, param.name))
        .with_hint(format!("`{}` is {}: {}", param.name, param.ty, param.doc))
}

fn refuse_unknown(endpoint: &Endpoint, arguments: &Arguments) -> Result<(), Error> {
    let Some((name, _)) = arguments.iter().find(|(name, _)| endpoint.param(name).is_none()) else {
        return Ok(());
    };
    let known: Vec<&str> =
        endpoint.params.iter().filter(|param| param.place != Place::Path).map(|param| param.name).collect();
    let hint = match known.is_empty() {
        true => "It takes no parameters.".to_owned(),
        false => hint(name, &known, "It takes"),
    };
    Err(Error::usage(format!("{} has no parameter `{name}`", endpoint.id)).with_hint(hint))
}

/// The path below the API's root, each segment encoded on its own.
fn path(endpoint: &Endpoint, arguments: &Arguments) -> Result<String, Error> {
    let mut path = String::new();
    for segment in endpoint.path {
        path.push('/');
        match segment {
            Segment::Literal(text) => path.push_str(text),
            Segment::Param(name) => path.push_str(&segment_of(endpoint, name, arguments)?),
            Segment::Rest(name) => path.push_str(&rest_of(endpoint, name, arguments)?),
        }
    }
    Ok(path)
}

fn segment_of(endpoint: &Endpoint, name: &str, arguments: &Arguments) -> Result<String, Error> {
    let text = path_text(endpoint, name, arguments)?;
    // `a/../b` as one encoded segment would be taken apart again by servers that decode too early.
    if text == "." || text.split('/').any(|part| part == "..") {
        return Err(unfit_for_path(name, &text));
    }
    Ok(utf8_percent_encode(&text, ENCODED).to_string())
}

/// Several segments from one value: `path/to/file`.
fn rest_of(endpoint: &Endpoint, name: &str, arguments: &Arguments) -> Result<String, Error> {
    let text = path_text(endpoint, name, arguments)?;
    if text.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(unfit_for_path(name, &text));
    }
    let parts: Vec<String> =
        text.split('/').map(|part| utf8_percent_encode(part, ENCODED).to_string()).collect();
    Ok(parts.join("/"))
}

fn path_text(endpoint: &Endpoint, name: &str, arguments: &Arguments) -> Result<String, Error> {
    let param = endpoint
        .param(name)
        .ok_or_else(|| Error::usage(format!("{} does not describe `{name}`", endpoint.id)))?;
    let value = arguments.get(name).ok_or_else(|| missing(endpoint, param))?;
    // Numbers reach a program as text: from its arguments, from a file. In a path they are text again.
    if matches!(param.ty, Type::Int)
        && let Some(digits) = value.as_str().filter(|text| text.parse::<i64>().is_ok())
    {
        return Ok(digits.to_owned());
    }
    let text = match check(param, value)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        other => return Err(Error::usage(format!("`{name}` cannot be {} in a path", describe(&other)))),
    };
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(unfit_for_path(name, &text));
    }
    Ok(text)
}

fn unfit_for_path(name: &str, text: &str) -> Error {
    Error::usage(format!("`{name}` cannot be {text:?}")).with_hint(
        "It names something in the URL's path; it cannot be empty, and no part of it \".\" or \"..\" or with control characters.",
    )
}

pub(crate) fn write_query(query: &mut Vec<String>, name: &str, encoding: Encoding, value: &Value) {
    match (value, encoding) {
        (Value::Object(members), _) => {
            for (key, value) in members {
                write_query(query, &format!("{name}[{key}]"), encoding, value);
            }
        }
        (Value::Array(values), Encoding::Comma) => {
            let joined: Vec<String> = values.iter().map(query_text).collect();
            query.push(pair(name, &joined.join(",")));
        }
        (Value::Array(values), encoding) => {
            let name = if encoding == Encoding::Brackets { format!("{name}[]") } else { name.to_owned() };
            query.extend(values.iter().map(|value| pair(&name, &query_text(value))));
        }
        (value, _) => query.push(pair(name, &query_text(value))),
    }
}

fn pair(name: &str, value: &str) -> String {
    format!("{}={}", utf8_percent_encode(name, ENCODED), utf8_percent_encode(value, ENCODED))
}

fn query_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
