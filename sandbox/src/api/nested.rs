//! Parameters of queries and forms, with the brackets that Rack reads: `a[]=1`, `a[k]=1`, `a[][k]=1`.
//!
//! This file owns the way from flat pairs to JSON and back. It knows no parameter by name.

use serde_json::{Map, Value};

/// Adds one pair to the parameters.
///
/// Where pairs contradict each other in shape, the later one wins.
pub(crate) fn insert(parameters: &mut Map<String, Value>, key: &str, value: String) {
    let (name, rest) = key.split_at(key.find('[').unwrap_or(key.len()));
    let steps: Vec<&str> =
        rest.split_terminator(']').map(|step| step.strip_prefix('[').unwrap_or(step)).collect();
    if name.is_empty() || steps.len() > DEEPEST {
        return;
    }
    put(parameters.entry(name).or_insert(Value::Null), &steps, value);
}

/// The parameters as pairs, each key with its brackets.
pub(crate) fn flatten(parameters: &Map<String, Value>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in parameters {
        spread(name, value, &mut pairs);
    }
    pairs
}

/// How many brackets a key may have, as in Rack.
const DEEPEST: usize = 32;

fn put(slot: &mut Value, steps: &[&str], value: String) {
    let Some((step, rest)) = steps.split_first() else {
        *slot = Value::String(value);
        return;
    };
    if !step.is_empty() {
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        if let Value::Object(members) = slot {
            put(members.entry(*step).or_insert(Value::Null), rest, value);
        }
        return;
    }
    if !slot.is_array() {
        *slot = Value::Array(Vec::new());
    }
    let Value::Array(items) = slot else { return };
    // `a[][k]=1&a[][l]=2` fills one object; a key that the object has already begins the next one.
    let goes_on = match (rest.first(), items.last()) {
        (Some(key), Some(Value::Object(last))) => !last.contains_key(*key),
        _ => false,
    };
    if !goes_on {
        items.push(Value::Null);
    }
    if let Some(last) = items.last_mut() {
        put(last, rest, value);
    }
}

fn spread(key: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, value)| spread(&format!("{key}[{name}]"), value, pairs))
        }
        Value::Array(items) => items.iter().for_each(|item| spread(&format!("{key}[]"), item, pairs)),
        Value::String(text) => pairs.push((key.to_owned(), text.clone())),
        Value::Null => pairs.push((key.to_owned(), String::new())),
        Value::Bool(_) | Value::Number(_) => pairs.push((key.to_owned(), value.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(pairs: &[(&str, &str)]) -> Value {
        let mut parameters = Map::new();
        for (key, value) in pairs {
            insert(&mut parameters, key, (*value).to_owned());
        }
        Value::Object(parameters)
    }

    #[test]
    fn brackets_make_arrays_and_objects() {
        assert_eq!(parsed(&[("a", "1"), ("b", "2")]), json!({"a": "1", "b": "2"}));
        assert_eq!(parsed(&[("a[]", "1"), ("a[]", "2")]), json!({"a": ["1", "2"]}));
        assert_eq!(parsed(&[("a[k]", "1"), ("a[l]", "2")]), json!({"a": {"k": "1", "l": "2"}}));
        assert_eq!(
            parsed(&[("a[][k]", "1"), ("a[][l]", "2"), ("a[][k]", "3")]),
            json!({"a": [{"k": "1", "l": "2"}, {"k": "3"}]})
        );
        assert_eq!(parsed(&[("a[0][k]", "1")]), json!({"a": {"0": {"k": "1"}}}));
    }

    #[test]
    fn odd_keys_do_no_harm() {
        assert_eq!(parsed(&[("a", "1"), ("a[k]", "2")]), json!({"a": {"k": "2"}}));
        assert_eq!(parsed(&[("a[k]", "1"), ("a[]", "2")]), json!({"a": ["2"]}));
        assert_eq!(parsed(&[("[]", "1"), ("", "2")]), json!({}));
        assert_eq!(parsed(&[("a[", "1")]), json!({"a": ["1"]}));
        assert_eq!(parsed(&[(&format!("a{}", "[k]".repeat(10_000)), "1")]), json!({}));
    }

    #[test]
    fn pairs_come_back_as_they_were() {
        let pairs = [("a[]", "1"), ("a[]", "2"), ("b[k]", "3"), ("c", "")];
        let Value::Object(parameters) = parsed(&pairs) else { panic!("parameters are an object") };
        let pairs: Vec<_> =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        assert_eq!(flatten(&parameters), pairs);
    }
}
