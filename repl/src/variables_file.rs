//! Files with CI/CD variables: `NAME=VALUE` lines as in dotenv files, or a map in JSON or YAML, by the file's name. All
//! values become text, exactly as they stand there: a version `1.10` is no number, and `$NAME` is GitLab's business, which
//! is why no library that replaces it reads these files.

use std::fmt;
use std::fs;
use std::path::Path;

use rhailab_yaml::{Limits, Span, Value};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Names and values, in the file's order.
pub(crate) type Variables = Vec<(String, String)>;

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Variables, String> {
    let place = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| format!("the variables file {place} cannot be read: {error}"))?;
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let unusable = |problem: String| format!("the variables file {place} cannot be used: {problem}");
    match extension.to_ascii_lowercase().as_str() {
        "json" => of_json(&text).map_err(unusable),
        "yaml" | "yml" => of_yaml(&text).map_err(|(span, problem)| {
            let (line, column) = span.line_and_column(&text);
            format!("the variables file {place}:{line}:{column} cannot be used: {problem}")
        }),
        _ => of_lines(&text).map_err(unusable),
    }
}

/// Far more than any pipeline has variables; values of values are refused one by one.
const LIMITS: Limits = Limits { depth: 16, nodes: 100_000 };

fn of_yaml(text: &str) -> Result<Variables, (Span, String)> {
    let document = rhailab_yaml::parse(0, text, LIMITS).map_err(|fault| (fault.span, fault.to_string()))?;
    let entries = match &document.value {
        Value::Map(entries) => entries.as_slice(),
        // All variables may be commented out.
        Value::Null => &[],
        _ => {
            let found = document.kind();
            return Err((
                document.span,
                format!("expected a map of the variables' names and values, found {found}"),
            ));
        }
    };
    let mut variables = Variables::new();
    for (key, node) in entries {
        let name = match key.value {
            Value::Null => "",
            _ => key.scalar().ok_or_else(|| (key.span, format!("{} is no variable's name", key.kind())))?,
        };
        let value = node.scalar().ok_or_else(|| (node.span, no_text(name)))?;
        add(&mut variables, name.to_owned(), value.to_owned()).map_err(|problem| (key.span, problem))?;
    }
    Ok(variables)
}

fn of_json(text: &str) -> Result<Variables, String> {
    let Members(members) = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut variables = Variables::new();
    for (name, value) in members {
        let value = match value.get().as_bytes().first() {
            Some(b'"') => serde_json::from_str(value.get()).map_err(|error| format!("`{name}`: {error}"))?,
            Some(b'{' | b'[' | b'n') | None => {
                return Err(no_text(&name));
            }
            _ => value.get().to_owned(),
        };
        add(&mut variables, name, value)?;
    }
    Ok(variables)
}

/// The members of a JSON object as they stand there, each as often as it does.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with the variables' names and values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, Box<RawValue>>()? {
                    members.push(member);
                }
                Ok(Members(members))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Members, E> {
                Err(E::invalid_type(de::Unexpected::Unit, &self))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

/// `NAME=VALUE` lines: blank lines and those that begin with `#` say nothing, `export ` may stand in front. A value in
/// single quotes is taken as it is; in double quotes `\n`, `\t`, `\"`, `\\` and `\$` mean one letter; both may hold
/// newlines. What is not quoted ends at a ` #`.
fn of_lines(text: &str) -> Result<Variables, String> {
    let mut variables = Variables::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    let line_of = |rest: &str| text[..text.len() - rest.len()].matches('\n').count() + 1;
    while !rest.is_empty() {
        let number = line_of(rest);
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            rest = after;
            continue;
        }
        let at = |problem: String| format!("line {number}: {problem}");
        let start = rest.trim_start();
        let start = start.strip_prefix("export ").unwrap_or(start);
        let (name, value) = start
            .split_once('=')
            .filter(|(name, _)| !name.contains('\n'))
            .ok_or_else(|| at("it has no `=`; write NAME=VALUE".to_owned()))?;
        let value = value.trim_start_matches([' ', '\t']);
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => quoted(&value[1..], quote).map_err(at)?,
            _ => {
                let (value, after) = value.split_once('\n').unwrap_or((value, ""));
                (without_comment(value).to_owned(), after)
            }
        };
        check_name(name.trim()).map_err(at)?;
        add(&mut variables, name.trim().to_owned(), value).map_err(at)?;
        rest = after;
    }
    Ok(variables)
}

/// A value up to its closing quote, and what stands behind the end of that line.
fn quoted(text: &str, quote: char) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((place, letter)) = letters.next() {
        match letter {
            _ if letter == quote => {
                let (behind, after) = text[place + 1..].split_once('\n').unwrap_or((&text[place + 1..], ""));
                let behind = behind.trim();
                if !behind.is_empty() && !behind.starts_with('#') {
                    return Err("there is something behind the closing quote".to_owned());
                }
                return Ok((value, after));
            }
            '\\' if quote == '"' => match letters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, escaped @ ('"' | '\\' | '$'))) => value.push(escaped),
                Some((_, other)) => value.extend(['\\', other]),
                None => break,
            },
            _ => value.push(letter),
        }
    }
    Err(format!("the closing {quote} is missing"))
}

fn without_comment(value: &str) -> &str {
    let end = value.find(" #").or_else(|| value.find("\t#")).unwrap_or(value.len());
    let value = if value.starts_with('#') { "" } else { &value[..end] };
    value.trim_end()
}

fn no_text(name: &str) -> String {
    format!("`{name}` is no text; the value of a variable is text, a number, true or false")
}

fn add(variables: &mut Variables, name: String, value: String) -> Result<(), String> {
    check_name(&name)?;
    if variables.iter().any(|(known, _)| *known == name) {
        return Err(format!("`{name}` is there twice"));
    }
    variables.push((name, value));
    Ok(())
}

/// What GitLab takes for the name of a variable.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("a variable has no name".to_owned());
    }
    if name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return Ok(());
    }
    Err(format!("{name:?} cannot be a variable's name, which has only letters, digits and _"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(variables: &[(&str, &str)]) -> Variables {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn lines_are_read_as_in_a_dotenv_file() {
        let text = "\u{feff}# comment\n\nA=1\r\nexport B = two words # why\nC='single $A \\n # kept'\n\
                    D=\"a\\tb\\n\\\"c\\\" \\$A \\x\" # why\nE=\nF=#\nG=a#b\nH=\"two\nlines\"\nI=x=y";
        let expected = [
            ("A", "1"),
            ("B", "two words"),
            ("C", "single $A \\n # kept"),
            ("D", "a\tb\n\"c\" $A \\x"),
            ("E", ""),
            ("F", ""),
            ("G", "a#b"),
            ("H", "two\nlines"),
            ("I", "x=y"),
        ];
        assert_eq!(of_lines(text), Ok(pairs(&expected)));
        assert_eq!(of_lines(""), Ok(Vec::new()));
    }

    #[test]
    fn maps_keep_every_value_as_it_is_written() {
        let json = r#"{"B": "text \u00fc", "A": 1.10, "ON": true, "N": 100000000000000000000}"#;
        let expected = [("B", "text ü"), ("A", "1.10"), ("ON", "true"), ("N", "100000000000000000000")];
        assert_eq!(of_json(json), Ok(pairs(&expected)));
        let yaml = "B: text ü\nA: 1.10\nN: 007\nON: true\nQ: \"1\"\nY: yes\nM: |\n  two\n  lines\nE: \"\"\n";
        let expected = [
            ("B", "text ü"),
            ("A", "1.10"),
            ("N", "007"),
            ("ON", "true"),
            ("Q", "1"),
            ("Y", "yes"),
            ("M", "two\nlines\n"),
            ("E", ""),
        ];
        assert_eq!(of_yaml(yaml), Ok(pairs(&expected)));
        assert_eq!(of_yaml("# A: 1\n"), Ok(Vec::new()));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let lines = [
            ("A=1\nB\n", "line 2: it has no `=`"),
            ("A=1\n\nA=2\n", "line 3: `A` is there twice"),
            ("A-B=1", "line 1: \"A-B\" cannot be a variable's name"),
            ("=1", "line 1: a variable has no name"),
            ("A='x\ny", "line 1: the closing ' is missing"),
            ("A=\"x\" y", "line 1: there is something behind the closing quote"),
            ("A=1\nB='x\ny'\nC", "line 4: it has no `=`"),
        ];
        for (text, words) in lines {
            let problem = of_lines(text).unwrap_err();
            assert!(problem.contains(words), "{text:?}: {problem}");
        }
        let json = [
            (r#"{"A": 1, "A": 2}"#, "`A` is there twice"),
            (r#"{"A": {}}"#, "`A` is no text"),
            (r#"{"A": null}"#, "`A` is no text"),
            ("[1]", "an object with the variables' names and values"),
            ("{", "EOF while parsing"),
        ];
        for (text, words) in json {
            let problem = of_json(text).unwrap_err();
            assert!(problem.contains(words), "{text:?}: {problem}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v.yaml");
        let yaml = [
            ("A: 1\nB: [1]\n", "v.yaml:2:4 cannot be used: `B` is no text"),
            ("A: {B: 1}", "v.yaml:1:4 cannot be used: `A` is no text"),
            ("# none\nA:\n", "v.yaml:2:2 cannot be used: `A` is no text"),
            (
                "- 1",
                "v.yaml:1:1 cannot be used: expected a map of the variables' names and values, found a list",
            ),
            ("A: 1\n A B: 2", "v.yaml:2:"),
            ("A: 1\nB: 2\nA: 3", "v.yaml:3:1 cannot be used: `A` is there twice"),
            ("ü: 1", "v.yaml:1:1 cannot be used: \"ü\" cannot be a variable's name"),
            ("my var: 1", "v.yaml:1:1 cannot be used: \"my var\" cannot be a variable's name"),
            ("\"\": 1", "cannot be used: a variable has no name"),
            ("A: {", "v.yaml:1:"),
            ("A: 1\n---\nB: 2", "a second document begins here"),
        ];
        for (text, words) in yaml {
            fs::write(&path, text).unwrap();
            let problem = read(&path).unwrap_err();
            assert!(problem.contains(words), "{text:?}: {problem}");
        }
    }
}
