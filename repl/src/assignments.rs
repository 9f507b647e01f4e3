//! `NAME=VALUE` arguments of the command line: variables, which are text, and inputs, which may be any JSON. A mistake is
//! told with the argument's name, and never with a value that may be secret.

use rhailab_client::mask_tokens;
use serde_json::Value;

use crate::variables_file::{Variables, check_name};

/// The variables of `--var` arguments.
pub(crate) fn variables(arguments: &[String]) -> Result<Variables, String> {
    let mut variables = Variables::new();
    for (name, value) in pairs("--var", arguments)? {
        check_name(name).map_err(|problem| format!("--var {name}=…: {problem}"))?;
        variables.push((name.to_owned(), value.to_owned()));
    }
    Ok(variables)
}

/// The inputs of `--input` arguments. A number, `true`, `false`, an array or a text in double quotes is taken for JSON;
/// anything else is text.
pub(crate) fn inputs(arguments: &[String]) -> Result<Vec<(String, Value)>, String> {
    let inputs = pairs("--input", arguments)?;
    Ok(inputs.into_iter().map(|(name, value)| (name.to_owned(), typed(value))).collect())
}

fn typed(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::String(_))) => value,
        _ => text.into(),
    }
}

fn pairs<'a>(option: &str, arguments: &'a [String]) -> Result<Vec<(&'a str, &'a str)>, String> {
    let mut pairs: Vec<(&str, &str)> = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let pair = argument.split_once('=').filter(|(name, _)| !name.trim().is_empty());
        let Some((name, value)) = pair else {
            return Err(format!(
                "{option} {:?} has no name and value; write {option} NAME=VALUE",
                mask_tokens(argument)
            ));
        };
        if pairs.iter().any(|(known, _)| *known == name) {
            return Err(format!("{option} {name}=… is there twice"));
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(arguments: &[&str]) -> Vec<String> {
        arguments.iter().map(|argument| (*argument).to_owned()).collect()
    }

    #[test]
    fn inputs_keep_their_type_and_variables_are_text() {
        let arguments = texts(&[
            "count=3",
            "ratio=0.5",
            "on=true",
            r#"list=["a", 1]"#,
            r#"name="3""#,
            "text=a b",
            "empty=",
            "null=null",
            r#"map={"a": 1}"#,
            "broken=[1",
            "zip=007",
            "eq=a=b",
        ]);
        let expected = json!({
            "count": 3, "ratio": 0.5, "on": true, "list": ["a", 1], "name": "3", "text": "a b", "empty": "", "null": "null",
            "map": "{\"a\": 1}", "broken": "[1", "zip": "007", "eq": "a=b",
        });
        assert_eq!(Value::Object(inputs(&arguments).unwrap().into_iter().collect()), expected);
        assert_eq!(
            variables(&texts(&["A=3", "B="])),
            Ok(vec![("A".into(), "3".into()), ("B".into(), String::new())])
        );
    }

    #[test]
    fn mistakes_name_their_argument() {
        let cases = [
            (&["A"][..], "--var \"A\" has no name and value; write --var NAME=VALUE"),
            (&["=1"], "--var \"=1\" has no name and value; write --var NAME=VALUE"),
            (&["A=1", "B=2", "A=3"], "--var A=… is there twice"),
            (
                &["A B=secret"],
                "--var A B=…: \"A B\" cannot be a variable's name, which has only letters, digits and _",
            ),
        ];
        for (arguments, words) in cases {
            assert_eq!(variables(&texts(arguments)), Err(words.to_owned()));
        }
        assert_eq!(inputs(&texts(&["x=1", "x=2"])), Err("--input x=… is there twice".to_owned()));
    }
}
