//! Checks of parameters against the endpoint table, with the texts of GitLab's framework (Grape).
//!
//! This file owns the rules for missing parameters, wrong types and unknown names, and the conversion
//! of text into typed values. What a value means is the behaviours' business.

use rhailab_client::endpoint::{Encoding, Param, Place, Type};
use serde_json::{Map, Value};

use super::arguments::{Arguments, parse_time};
use super::reply::Refusal;
use super::route::Route;

/// The values of the endpoint's parameters, or the faults of all of them in one refusal.
///
/// Parameters that the endpoint does not have are ignored.
pub(crate) fn arguments(route: &Route, sent: &Map<String, Value>) -> Result<Arguments, Refusal> {
    let mut faults = Vec::new();
    let mut values = Map::new();
    for param in route.endpoint.params {
        let (label, value) = match param.place {
            Place::Path => {
                let value = route.values.iter().find(|value| value.name == param.name);
                (
                    value.map_or(param.name, |value| &value.wire_name),
                    value.map(|value| Value::from(&*value.value)),
                )
            }
            Place::Query | Place::Body => (param.wire_name(), sent.get(param.wire_name()).cloned()),
        };
        if let Some(value) = check(param, label, value, &mut faults) {
            values.insert(param.name.to_owned(), value);
        }
    }
    if faults.is_empty() { Ok(Arguments::new(values)) } else { Err(Refusal::parameters(&faults)) }
}

fn check(param: &Param, label: &str, value: Option<Value>, faults: &mut Vec<String>) -> Option<Value> {
    let Some(value) = value else {
        if param.required {
            faults.push(format!("{label} is missing"));
        }
        return None;
    };
    if value.is_null() {
        return param.nullable.then_some(value);
    }
    let value = match param.encoding {
        Encoding::Comma => convert(&param.ty, label, split_commas(value), faults),
        Encoding::Pairs => pairs(label, value, faults),
        _ => convert(&param.ty, label, value, faults),
    };
    if param.name == "per_page" && value.as_ref().and_then(Value::as_i64) == Some(0) {
        faults.push(format!("{label} has a value not allowed"));
    }
    value
}

/// The value as the type has it. Without one, either a fault was noted or nothing was meant.
fn convert(ty: &Type, label: &str, value: Value, faults: &mut Vec<String>) -> Option<Value> {
    // Grape takes blank text for nothing, except where text is meant.
    let blank = value.as_str().is_some_and(|text| text.trim().is_empty());
    if blank
        && matches!(ty, Type::Int | Type::Float | Type::Seconds | Type::Bool | Type::DateTime | Type::Date)
    {
        return None;
    }
    let converted = match ty {
        Type::String | Type::Id => scalar(&value),
        Type::Int => match &value {
            Value::String(text) => text.trim().parse::<i64>().ok().map(Value::from),
            number => number.as_i64().map(Value::from),
        },
        Type::Float | Type::Seconds => match &value {
            Value::String(text) => text.trim().parse::<f64>().ok().map(Value::from),
            number => number.as_f64().map(Value::from),
        },
        Type::Bool => scalar(&value).and_then(|value| truth(value.as_str()?)).map(Value::from),
        Type::DateTime => value.as_str().and_then(parse_time).map(|time| time.to_string().into()),
        Type::Date => {
            value.as_str().and_then(|text| text.parse::<jiff::civil::Date>().ok()).map(|_| value.clone())
        }
        Type::Enum(of) => {
            if !value.as_str().is_some_and(|name| of.values.contains(&name)) {
                faults.push(format!("{label} does not have a valid value"));
                return None;
            }
            Some(value.clone())
        }
        Type::Record(of) => value.as_object().map(|members| {
            let members = of.fields.iter().filter_map(|field| {
                let value = members.get(field.name).filter(|value| !value.is_null())?;
                let label = format!("{label}[{}]", field.name);
                Some((field.name.to_owned(), convert(&field.ty, &label, value.clone(), faults)?))
            });
            Value::Object(members.collect())
        }),
        Type::Array(of) => items(of, value).map(|items| {
            let nested = matches!(of, Type::Record(_));
            let items = items.into_iter().enumerate().filter_map(|(index, item)| {
                let label = if nested { format!("{label}[{index}]") } else { label.to_owned() };
                convert(of, &label, item, faults)
            });
            Value::Array(items.collect())
        }),
        // What the values of a map must be is told by the behaviours, with texts of their own.
        Type::Map(_) => value.is_object().then(|| value.clone()),
        _ => Some(value.clone()),
    };
    if converted.is_none() {
        faults.push(format!("{label} is invalid"));
    }
    converted
}

/// The pairs of a map that is sent as an array: each an object with a key and a value, both text.
fn pairs(label: &str, value: Value, faults: &mut Vec<String>) -> Option<Value> {
    const RECORD: Type = Type::Map(&Type::String);
    let Some(items) = items(&RECORD, value) else {
        faults.push(format!("{label} is invalid"));
        return None;
    };
    let pairs = items.into_iter().enumerate().filter_map(|(index, item)| {
        let label = format!("{label}[{index}]");
        let Value::Object(members) = item else {
            faults.push(format!("{label} is invalid"));
            return None;
        };
        let mut member = |name: &str| match members.get(name).filter(|value| !value.is_null()).map(scalar) {
            Some(Some(text)) => Some((name.to_owned(), text)),
            found => {
                let fault = if found.is_none() { "missing" } else { "invalid" };
                faults.push(format!("{label}[{name}] is {fault}"));
                None
            }
        };
        let (key, value) = (member("key"), member("value"));
        Some(Value::Object([key?, value?].into_iter().collect()))
    });
    Some(Value::Array(pairs.collect()))
}

/// The items of an array, in each of the ways in which one can be sent.
fn items(of: &Type, value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) => Some(items),
        // `variables[0][key]=…` arrives as an object whose keys are positions.
        Value::Object(members) if members.keys().all(|key| key.parse::<usize>().is_ok()) => {
            let mut items: Vec<(usize, Value)> =
                members.into_iter().filter_map(|(key, value)| Some((key.parse().ok()?, value))).collect();
            items.sort_by_key(|(position, _)| *position);
            Some(items.into_iter().map(|(_, value)| value).collect())
        }
        Value::Object(_) => None,
        _ if matches!(of, Type::Record(_) | Type::Map(_)) => None,
        single => Some(vec![single]),
    }
}

fn split_commas(value: Value) -> Value {
    match value {
        Value::String(text) => text.split(',').filter(|item| !item.is_empty()).map(Value::from).collect(),
        other => other,
    }
}

/// Text, a number or a truth value, as text.
fn scalar(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string().into()),
        _ => None,
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" | "yes" | "y" | "on" => Some(true),
        "false" | "f" | "0" | "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ::http::Method;
    use rhailab_client::table::ENDPOINTS;
    use serde_json::json;

    use super::*;
    use crate::api::route;

    fn checked(method: Method, path: &str, sent: Value) -> Result<Arguments, String> {
        let route = route::find(ENDPOINTS, &method, path).unwrap();
        let Value::Object(sent) = sent else { panic!("parameters are an object") };
        arguments(&route, &sent).map_err(|refusal| refusal.body)
    }

    fn pipelines(sent: Value) -> Result<Arguments, String> {
        checked(Method::GET, "/api/v4/projects/1/pipelines", sent)
    }

    fn jobs(sent: Value) -> Result<Arguments, String> {
        checked(Method::GET, "/api/v4/projects/1/jobs", sent)
    }

    fn create(sent: Value) -> Result<Arguments, String> {
        checked(Method::POST, "/api/v4/projects/1/pipeline", sent)
    }

    fn fault(result: Result<Arguments, String>) -> String {
        let body: Value = serde_json::from_str(&result.unwrap_err()).unwrap();
        body["error"].as_str().unwrap().to_owned()
    }

    #[test]
    fn missing_parameters_are_told_together() {
        assert_eq!(fault(create(json!({}))), "ref is missing");
        let trigger = checked(Method::POST, "/api/v4/projects/1/trigger/pipeline", json!({}));
        assert_eq!(fault(trigger), "ref is missing, token is missing");
    }

    #[test]
    fn wrong_types_are_invalid() {
        assert_eq!(fault(pipelines(json!({"per_page": "many"}))), "per_page is invalid");
        assert_eq!(fault(pipelines(json!({"page": [1]}))), "page is invalid");
        assert_eq!(fault(pipelines(json!({"yaml_errors": "perhaps"}))), "yaml_errors is invalid");
        assert_eq!(fault(pipelines(json!({"updated_after": "yesterday"}))), "updated_after is invalid");
        assert_eq!(fault(create(json!({"ref": {"a": 1}}))), "ref is invalid");
        assert_eq!(fault(create(json!({"ref": "main", "variables": {"A": "1"}}))), "variables is invalid");
        assert_eq!(fault(create(json!({"ref": "main", "inputs": "x"}))), "inputs is invalid");
        let path = checked(Method::GET, "/api/v4/projects/1/triggers/abc", json!({}));
        assert_eq!(fault(path), "trigger_id is invalid");
    }

    #[test]
    fn unknown_names_have_no_valid_value() {
        for name in ["status", "scope", "sort", "order_by", "source"] {
            assert_eq!(fault(pipelines(json!({name: "odd"}))), format!("{name} does not have a valid value"));
        }
        assert_eq!(fault(jobs(json!({"scope": ["success", "odd"]}))), "scope does not have a valid value");
        let variables =
            json!({"ref": "main", "variables": [{"key": "A", "value": "1", "variable_type": "odd"}]});
        assert_eq!(fault(create(variables)), "variables[0][variable_type] does not have a valid value");
    }

    #[test]
    fn a_page_of_no_rows_is_not_allowed() {
        assert_eq!(fault(pipelines(json!({"per_page": "0"}))), "per_page has a value not allowed");
    }

    #[test]
    fn text_becomes_typed_values() {
        let arguments =
            pipelines(json!({"per_page": "5", "yaml_errors": "1", "ref": 7, "page": ""})).unwrap();
        assert_eq!(arguments.int("per_page"), Some(5));
        assert_eq!(arguments.flag("yaml_errors"), Some(true));
        assert_eq!(arguments.text("ref"), Some("7"));
        assert_eq!(arguments.int("page"), None);
        assert_eq!(arguments.text("project_id"), Some("1"));
    }

    #[test]
    fn arrays_come_in_several_ways() {
        let expected = [json!("success")];
        for scope in [json!("success"), json!(["success"]), json!({"0": "success"})] {
            assert_eq!(jobs(json!({"scope": scope})).unwrap().items("scope"), Some(&expected[..]));
        }
        let variables = json!({"1": {"key": "B"}, "0": {"key": "A", "odd": 1}});
        let arguments = create(json!({"ref": "main", "variables": variables})).unwrap();
        assert_eq!(arguments.items("variables"), Some(&[json!({"key": "A"}), json!({"key": "B"})][..]));
    }

    #[test]
    fn pairs_have_a_key_and_a_value() {
        let read = |sent: Value| {
            let mut faults = Vec::new();
            pairs("vars", sent, &mut faults).filter(|_| faults.is_empty()).ok_or(faults.join(", "))
        };
        assert_eq!(read(json!([{"key": "A", "value": 1}])), Ok(json!([{"key": "A", "value": "1"}])));
        assert_eq!(read(json!({"0": {"key": "A", "value": ""}})), Ok(json!([{"key": "A", "value": ""}])));
        assert_eq!(read(json!([{"key": "A"}])), Err("vars[0][value] is missing".into()));
        assert_eq!(
            read(json!([{"value": []}])),
            Err("vars[0][key] is missing, vars[0][value] is invalid".into())
        );
        assert_eq!(read(json!(["A"])), Err("vars[0] is invalid".into()));
        assert_eq!(read(json!({"A": "1"})), Err("vars is invalid".into()));
    }

    #[test]
    fn what_the_endpoint_does_not_have_is_ignored() {
        assert!(pipelines(json!({"odd": 1})).unwrap().int("odd").is_none());
    }
}
