//! Names in text, and what stands for them: `$NAME`, `${NAME}`, `$[[ inputs.NAME ]]`.
//!
//! This file owns the replacement, and the hiding of secrets. It knows no job.

use crate::store::Known;

/// The text with all names replaced. Like in a shell, a name that nobody knows is empty.
pub(crate) fn expand(text: &str, known: &[Known]) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        expanded.push_str(before);
        if let Some((name, behind)) = name(behind) {
            expanded.push_str(value(name, known));
            rest = behind;
        } else {
            expanded.push('$');
            rest = behind;
        }
    }
    expanded + rest
}

/// The text without the secrets in it.
pub(crate) fn mask(text: &str, known: &[Known]) -> String {
    let secrets =
        known.iter().filter_map(|known| known.secret.as_deref()).filter(|secret| !secret.is_empty());
    secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "[MASKED]"))
}

/// The value that covers all earlier ones of this name.
fn value<'a>(name: &str, known: &'a [Known]) -> &'a str {
    known.iter().rev().find(|known| known.key == name).map_or("", |known| &known.value)
}

/// The name behind a `$`, and what follows it.
fn name(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix("[[") {
        return rest.split_once("]]").map(|(name, behind)| (name.trim(), behind));
    }
    if let Some(rest) = text.strip_prefix('{') {
        return rest.split_once('}');
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts_well.then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(key: &str, value: &str, secret: bool) -> Known {
        Known { key: key.into(), value: value.into(), secret: secret.then(|| value.into()) }
    }

    #[test]
    fn names_are_replaced_and_the_last_value_counts() {
        let known = [known("A", "1", false), known("A", "2", false), known("inputs.b", "x", false)];
        for (text, expected) in [
            ("$A-${A}$[[ inputs.b ]]", "2-2x"),
            ("$A_ $B.", " ."),
            ("5$ $1 ${", "5$ $1 ${"),
            ("\u{2603}$A\u{2603}", "\u{2603}2\u{2603}"),
        ] {
            assert_eq!(expand(text, &known), expected, "{text}");
        }
    }

    #[test]
    fn secrets_are_hidden() {
        let known = [known("TOKEN", "s3cr3t", true), known("EMPTY", "", true), known("OPEN", "open", false)];
        assert_eq!(mask("s3cr3t is open, s3cr3ts", &known), "[MASKED] is open, [MASKED]s");
    }
}
