//! The inputs that a pipeline's configuration declares.
//!
//! This file owns the declarations and what GitLab says about values that do not fit them. It knows no
//! request: values come as JSON.

use serde_json::{Map, Value};

/// An input that a pipeline's configuration declares (`spec:inputs`).
#[derive(Clone, Debug, PartialEq)]
pub struct InputPlan {
    /// The name.
    pub name: String,
    /// The values that it takes.
    pub kind: InputKind,
    /// The value without one from the caller. An input without a default must be given.
    pub default: Option<Value>,
    /// The only values that it takes; all of its kind if there are none.
    pub options: Vec<Value>,
}

/// The type of an input's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// Text.
    String,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// An array of anything.
    Array,
}

impl InputPlan {
    /// An input that must be given.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: InputKind) -> Self {
        Self { name: name.into(), kind, default: None, options: Vec::new() }
    }

    /// The inputs of the demo, all of which have defaults.
    #[must_use]
    pub fn demo() -> Vec<Self> {
        let input =
            |name: &str, kind, default: Value| Self { default: Some(default), ..Self::new(name, kind) };
        vec![
            Self {
                options: ["rolling", "canary", "blue-green"].map(Value::from).to_vec(),
                ..input("strategy", InputKind::String, "rolling".into())
            },
            input("replicas", InputKind::Number, 1.into()),
            input("deep", InputKind::Boolean, false.into()),
            input("zones", InputKind::Array, Value::Array(Vec::new())),
        ]
    }
}

impl InputKind {
    fn admits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
        }
    }

    const fn with_article(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Array => "an array",
        }
    }
}

/// The values of all declared inputs, the given ones and defaults for the others.
///
/// The error is GitLab's text about the first value that does not fit.
pub(crate) fn resolve(
    declared: &[InputPlan],
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    if given.len() > MOST {
        return Err(format!("There cannot be more than {MOST} inputs"));
    }
    let unknown: Vec<&str> = given
        .keys()
        .map(String::as_str)
        .filter(|name| !declared.iter().any(|input| input.name == *name))
        .collect();
    if !unknown.is_empty() {
        return Err(format!("unknown input arguments: {}", unknown.join(", ")));
    }
    let values = declared.iter().map(|input| {
        let value = given.get(&input.name).or(input.default.as_ref());
        Ok((input.name.clone(), check(input, value)?.clone()))
    });
    values.collect()
}

/// What is wrong with the declarations, if anything is.
pub(crate) fn fault(declared: &[InputPlan]) -> Option<String> {
    let twice = declared
        .iter()
        .enumerate()
        .find(|(index, input)| declared.iter().take(*index).any(|other| other.name == input.name));
    if let Some((_, input)) = twice {
        return Some(format!("two are named `{}`", input.name));
    }
    declared
        .iter()
        .filter(|input| input.default.is_some())
        .find_map(|input| check(input, input.default.as_ref()).err())
}

fn check<'a>(input: &InputPlan, value: Option<&'a Value>) -> Result<&'a Value, String> {
    let name = &input.name;
    let value = value.ok_or_else(|| format!("`{name}` input: required value has not been provided"))?;
    if !input.kind.admits(value) {
        return Err(format!("`{name}` input: provided value is not {}", input.kind.with_article()));
    }
    if !input.options.is_empty() && !input.options.contains(value) {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        return Err(format!(
            "`{name}` input: `{shown}` cannot be used because it is not in the list of allowed options"
        ));
    }
    Ok(value)
}

/// The most inputs that a pipeline takes.
const MOST: usize = 20;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resolved(given: Value) -> Result<Value, String> {
        let Value::Object(given) = given else { panic!("inputs are an object") };
        resolve(&InputPlan::demo(), &given).map(Value::Object)
    }

    #[test]
    fn defaults_stand_in_for_what_was_not_given() {
        let expected = json!({"strategy": "canary", "replicas": 1, "deep": false, "zones": []});
        assert_eq!(resolved(json!({"strategy": "canary"})), Ok(expected));
    }

    #[test]
    fn values_that_do_not_fit_are_told_in_the_words_of_gitlab() {
        let cases = [
            (json!({"odd": 1, "other": 2}), "unknown input arguments: odd, other"),
            (json!({"deep": "yes"}), "`deep` input: provided value is not a boolean"),
            (json!({"replicas": "3"}), "`replicas` input: provided value is not a number"),
            (json!({"zones": "eu"}), "`zones` input: provided value is not an array"),
            (
                json!({"strategy": "none"}),
                "`strategy` input: `none` cannot be used because it is not in the list of allowed options",
            ),
        ];
        for (given, text) in cases {
            assert_eq!(resolved(given), Err(text.to_owned()));
        }
        let required = [InputPlan::new("region", InputKind::String)];
        let text = "`region` input: required value has not been provided";
        assert_eq!(resolve(&required, &Map::new()), Err(text.to_owned()));
    }

    #[test]
    fn declarations_must_agree_with_themselves() {
        assert_eq!(fault(&InputPlan::demo()), None);
        let input = InputPlan::new("a", InputKind::Number);
        assert_eq!(fault(&[input.clone(), input.clone()]), Some("two are named `a`".to_owned()));
        let wrong = InputPlan { default: Some("x".into()), ..input };
        assert_eq!(fault(&[wrong]), Some("`a` input: provided value is not a number".to_owned()));
    }

    #[test]
    fn there_are_not_many_inputs() {
        let given: Map<String, Value> = (0..21).map(|number| (format!("i{number}"), number.into())).collect();
        assert_eq!(resolve(&[], &given), Err("There cannot be more than 20 inputs".to_owned()));
    }
}
