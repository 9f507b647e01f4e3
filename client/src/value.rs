//! Local checks of values against the endpoint table's types, before anything is sent. A value that
//! passes is written the way GitLab reads it. This module must not know about requests.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::endpoint::{Param, Record, Type};
use crate::error::Error;
use crate::suggestion::{hint, nearest};

/// Checks a value against a parameter and answers what to send.
pub(crate) fn check(param: &Param, value: &Value) -> Result<Value, Error> {
    if value.is_null() {
        return if param.nullable {
            Ok(Value::Null)
        } else if param.required {
            Err(Error::usage(format!("`{}` is required and cannot be null", param.name))
                .with_hint(format!("`{}` is {}: {}", param.name, param.ty, param.doc)))
        } else {
            Err(Error::usage(format!("`{}` cannot be null; leave it out instead", param.name)))
        };
    }
    fit(param.ty, value).map_err(|problem| {
        if param.secret {
            // The message must not repeat the value, even a wrong one.
            return Error::usage(format!("`{}` must be {}", param.name, noun(param.ty)));
        }
        let error = Error::usage(format!("`{}`{}", param.name, problem.text));
        match problem.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    })
}

/// What a value is, in the words that messages use: `text "main"`, `the number 5`.
///
/// ```
/// assert_eq!(rhailab_client::describe(&serde_json::json!("main")), "the text \"main\"");
/// assert_eq!(rhailab_client::describe(&serde_json::json!([1])), "an array");
/// ```
#[must_use]
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) if text.chars().count() <= 40 => format!("the text {text:?}"),
        Value::String(_) => "a long text".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "a map".to_owned(),
    }
}

/// What is wrong with a value; the text continues the parameter's name (`[0] must be …`).
struct Problem {
    text: String,
    hint: Option<String>,
}

fn fit(ty: Type, value: &Value) -> Result<Value, Problem> {
    let fits = match ty {
        Type::String => value.is_string(),
        Type::Int => value.as_i64().is_some(),
        Type::Float | Type::Seconds => value.is_number(),
        Type::Bool => value.is_boolean(),
        Type::Id => value.as_i64().is_some() || value.is_string(),
        Type::DateTime => value.as_str().is_some_and(is_time),
        Type::Date => value.as_str().is_some_and(|text| text.parse::<Date>().is_ok()),
        Type::Json => true,
        Type::Enum(of) => {
            let Some(text) = value.as_str() else {
                return Err(mismatch(&format!("one of {}", of.values.join(", ")), value));
            };
            if !of.values.contains(&text) {
                return Err(unknown_name(text, of.values));
            }
            true
        }
        Type::Record(of) => return fit_record(of, value),
        Type::Array(of) => return fit_array(*of, value),
        Type::Map(of) => return fit_map(*of, value),
    };
    if fits { Ok(value.clone()) } else { Err(mismatch(noun(ty), value)) }
}

/// GitLab reads any ISO 8601 time; a plain date is the start of that day.
fn is_time(text: &str) -> bool {
    text.parse::<Timestamp>().is_ok() || text.parse::<Date>().is_ok()
}

fn fit_array(of: Type, value: &Value) -> Result<Value, Problem> {
    let Value::Array(values) = value else {
        return Err(mismatch("an array", value));
    };
    values
        .iter()
        .enumerate()
        .map(|(index, value)| fit(of, value).map_err(|problem| problem.under(&format!("[{index}]"))))
        .collect()
}

fn fit_map(of: Type, value: &Value) -> Result<Value, Problem> {
    let Value::Object(values) = value else {
        return Err(mismatch("a map", value));
    };
    values
        .iter()
        .map(|(key, value)| match fit(of, value) {
            Ok(value) => Ok((key.clone(), value)),
            Err(problem) => Err(problem.under(&format!(".{key}"))),
        })
        .collect()
}

fn fit_record(of: &Record, value: &Value) -> Result<Value, Problem> {
    let Value::Object(values) = value else {
        let fields: Vec<&str> = of.fields.iter().map(|field| field.name).collect();
        return Err(mismatch(&format!("a map with {}", fields.join(", ")), value));
    };
    // What is missing is often there, under a name with a slip in it.
    if let Some(stranger) = values.keys().find(|key| of.fields.iter().all(|field| field.name != *key)) {
        return Err(unknown_key(stranger, of));
    }
    if let Some(missing) = of.fields.iter().find(|field| field.required && !values.contains_key(field.name)) {
        return Err(Problem { text: format!(" lacks `{}`", missing.name), hint: None });
    }
    let mut fitted = Map::new();
    for field in of.fields {
        if let Some(value) = values.get(field.name) {
            let value = fit(field.ty, value).map_err(|problem| problem.under(&format!(".{}", field.name)))?;
            fitted.insert(field.name.to_owned(), value);
        }
    }
    Ok(Value::Object(fitted))
}

impl Problem {
    fn under(self, place: &str) -> Self {
        Self { text: format!("{place}{}", self.text), hint: self.hint }
    }
}

fn mismatch(wanted: &str, value: &Value) -> Problem {
    Problem { text: format!(" must be {wanted}, not {}", describe(value)), hint: None }
}

fn unknown_key(key: &str, of: &Record) -> Problem {
    let names: Vec<&str> = of.fields.iter().map(|field| field.name).collect();
    Problem { text: format!(" has no `{key}`"), hint: Some(hint(key, &names, "It takes")) }
}

fn unknown_name(text: &str, values: &[&str]) -> Problem {
    let hint = match nearest(text, values.iter().copied()) {
        Some(name) => format!("Did you mean \"{name}\"? The values are {}.", values.join(", ")),
        None => format!("The values are {}.", values.join(", ")),
    };
    Problem { text: format!(" cannot be {text:?}"), hint: Some(hint) }
}

fn noun(ty: Type) -> &'static str {
    match ty {
        Type::String | Type::Enum(_) => "text",
        Type::Int => "a whole number",
        Type::Float => "a number",
        Type::Seconds => "a number of seconds",
        Type::Bool => "true or false",
        Type::DateTime => "a time such as \"2026-03-02T10:00:00Z\"",
        Type::Date => "a date such as \"2026-03-02\"",
        Type::Id => "a number or a path such as \"group/project\"",
        Type::Json => "JSON",
        Type::Array(_) => "an array",
        Type::Record(_) | Type::Map(_) => "a map",
    }
}
