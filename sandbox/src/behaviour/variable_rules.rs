//! Which keys, values and scopes a variable may have.
//!
//! This file owns GitLab's rules and its words for what breaks them. It changes nothing.

use std::collections::BTreeMap;

use crate::api::Refusal;
use crate::store::{Store, Variable, VariableOwner};

/// Refuses a variable that breaks a rule. `id` is its number if it is there already.
pub(super) fn check(store: &Store, variable: &Variable, id: Option<i64>) -> Result<(), Refusal> {
    let mut faults = faults(variable);
    let mut fault = |field, text: String| faults.entry(field).or_default().push(text);
    let others = || store.variables_of(variable.owner).filter(|(other, _)| Some(*other) != id);
    if others().any(|(_, other)| other.key == variable.key && other.scope == variable.scope) {
        fault("key", format!("({}) has already been taken", variable.key));
    }
    let (limit, name) = limit(variable.owner);
    if id.is_none() && others().count() >= limit {
        fault("base", format!("Maximum number of {name} ({limit}) exceeded"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::fields(&faults)) }
}

/// What is wrong with a variable by itself, field by field.
pub(crate) fn faults(variable: &Variable) -> BTreeMap<&'static str, Vec<String>> {
    let mut faults: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut fault = |field, text: String| faults.entry(field).or_default().push(text);
    for text in key_faults(&variable.key) {
        fault("key", text);
    }
    if variable.value.chars().count() > LONGEST_VALUE {
        fault(
            "value",
            format!("The value of the provided variable exceeds the {LONGEST_VALUE} character limit"),
        );
    }
    if variable.masked && !can_be_masked(&variable.value, variable.raw) {
        fault("value", "is invalid".to_owned());
    }
    if !is_scope(&variable.scope) {
        fault(
            "environment_scope",
            "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'".to_owned(),
        );
    }
    faults
}

/// What is wrong with the key of a variable.
pub(super) fn key_faults(key: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if key.is_empty() {
        faults.push("can't be blank".to_owned());
    }
    if key.len() > LONGEST_KEY {
        faults.push(format!("is too long (maximum is {LONGEST_KEY} characters)"));
    }
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        faults.push("can contain only letters, digits and '_'.".to_owned());
    }
    faults
}

/// Whether a log can hide the value: a short one would hide half of the log, too.
fn can_be_masked(value: &str, raw: bool) -> bool {
    let allowed = |c: char| {
        if raw { !c.is_whitespace() } else { c.is_ascii_alphanumeric() || "_+=/@:.~-".contains(c) }
    };
    value.chars().count() >= SHORTEST_MASKED && value.chars().all(allowed)
}

fn is_scope(scope: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_/${}. *".contains(c);
    !scope.is_empty()
        && scope.len() <= LONGEST_KEY
        && scope.chars().all(allowed)
        && !scope.starts_with('/')
        && !scope.ends_with('/')
}

/// How many variables an owner may have, and GitLab's name for them.
const fn limit(owner: VariableOwner) -> (usize, &'static str) {
    match owner {
        VariableOwner::Instance => (25, "ci instance level variables"),
        VariableOwner::Group(_) => (30_000, "group ci variables"),
        VariableOwner::Project(_) => (8_000, "project ci variables"),
    }
}

const LONGEST_KEY: usize = 255;
const LONGEST_VALUE: usize = 10_000;
const SHORTEST_MASKED: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_letters_digits_and_underlines() {
        for good in ["A", "a_1", &"k".repeat(255)] {
            assert!(key_faults(good).is_empty(), "{good}");
        }
        assert_eq!(key_faults("A-B"), ["can contain only letters, digits and '_'."]);
        assert_eq!(key_faults(&"k".repeat(256)), ["is too long (maximum is 255 characters)"]);
        assert_eq!(key_faults(""), ["can't be blank", "can contain only letters, digits and '_'."]);
    }

    #[test]
    fn what_cannot_be_masked() {
        for (value, raw, expected) in [
            ("s3cr3t-value", false, true),
            ("a+=/@:.~", false, true),
            ("1234567", false, false),
            ("with space", false, false),
            ("dollar$in", false, false),
            ("dollar$in", true, true),
            ("two\nlines!", true, false),
            ("", true, false),
        ] {
            assert_eq!(can_be_masked(value, raw), expected, "{value:?} {raw}");
        }
    }

    #[test]
    fn scopes_name_environments() {
        for good in ["*", "production", "review/*", "a b.c"] {
            assert!(is_scope(good), "{good}");
        }
        for bad in ["", "/a", "a/", "a&b"] {
            assert!(!is_scope(bad), "{bad}");
        }
    }
}
