//! Variables on the wire: those that are kept, and those that a run was given.
//!
//! This file owns their fields, and that the value of a hidden one is never told.

use serde::Serialize;

use crate::store::{RunVariable, Variable, VariableKind, VariableOwner};

#[derive(Debug, Serialize)]
struct VariableEntity<'a> {
    variable_type: VariableKind,
    key: &'a str,
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<bool>,
    protected: bool,
    masked: bool,
    raw: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment_scope: Option<&'a str>,
    description: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct RunVariableEntity<'a> {
    variable_type: VariableKind,
    key: &'a str,
    value: &'a str,
    raw: bool,
}

/// A variable of a project, a group or the instance.
pub(crate) fn variable(variable: &Variable) -> impl Serialize + '_ {
    // Those of the instance can neither be hidden nor have a scope.
    let scoped = variable.owner != VariableOwner::Instance;
    VariableEntity {
        variable_type: variable.kind,
        key: &variable.key,
        value: (!variable.hidden).then_some(&variable.value),
        hidden: scoped.then_some(variable.hidden),
        protected: variable.protected,
        masked: variable.masked,
        raw: variable.raw,
        environment_scope: scoped.then_some(&variable.scope),
        description: variable.description.as_deref(),
    }
}

/// A variable of a pipeline or of a schedule.
pub(crate) fn run_variable(variable: &RunVariable) -> impl Serialize + '_ {
    RunVariableEntity { variable_type: variable.kind, key: &variable.key, value: &variable.value, raw: false }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;

    fn of(owner: VariableOwner, hidden: bool) -> Variable {
        Variable {
            owner,
            key: "KEY".into(),
            value: "value".into(),
            kind: VariableKind::EnvVar,
            protected: false,
            masked: hidden,
            hidden,
            raw: false,
            scope: "*".into(),
            description: None,
        }
    }

    #[test]
    fn variables_have_the_fields_of_gitlab() {
        let expected = [
            "variable_type",
            "key",
            "value",
            "hidden",
            "protected",
            "masked",
            "raw",
            "environment_scope",
            "description",
        ];
        assert_eq!(keys(&variable(&of(VariableOwner::Project(1), false))), expected);
        assert_eq!(keys(&variable(&of(VariableOwner::Group(1), false))), expected);
        let expected = ["variable_type", "key", "value", "protected", "masked", "raw", "description"];
        assert_eq!(keys(&variable(&of(VariableOwner::Instance, false))), expected);
        let given = RunVariable { key: "A".into(), value: "1".into(), kind: VariableKind::File };
        assert_eq!(keys(&run_variable(&given)), ["variable_type", "key", "value", "raw"]);
        assert_eq!(serde_json::to_value(run_variable(&given)).unwrap()["variable_type"], "file");
    }

    #[test]
    fn a_hidden_value_is_null() {
        let shown = |hidden| {
            serde_json::to_value(variable(&of(VariableOwner::Project(1), hidden))).unwrap()["value"].clone()
        };
        assert_eq!((shown(false), shown(true)), ("value".into(), serde_json::Value::Null));
    }
}
