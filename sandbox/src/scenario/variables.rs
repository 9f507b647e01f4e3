//! Variables and inputs of a scenario.
//!
//! This file owns their keys. What values they may have is told by GitLab's rules.

use super::problem::{Problems, listed};
use super::reader::{MapReader, Named, Spanned, flag, named, text, word};
use crate::behaviour::variable_faults;
use crate::plan::{InputKind, InputPlan, input_fault};
use crate::store::{RunVariable, Variable, VariableKind, VariableOwner};
use rhailab_yaml::{Node, Value};

/// Reads variables by key: a value, a map with more about it, or a list with one of these for each scope.
///
/// They belong to the instance until somebody gives them to a group or to a project.
pub(super) fn variables(node: &Node, key: Named, problems: &mut Problems<'_>) -> Option<Vec<Variable>> {
    let mut found: Vec<Variable> = Vec::new();
    for (name, node) in named(node, key, problems)? {
        let values = match &node.value {
            Value::List(items) => items.iter().collect(),
            _ => vec![node],
        };
        for node in values {
            let Some(variable) = variable(&name, node, problems) else { continue };
            if found.iter().any(|other| other.key == variable.key && other.scope == variable.scope) {
                let message = format!("`{}` has two values for the scope `{}`", variable.key, variable.scope);
                problems.add(node.span, message, "give each value an `environment_scope` of its own");
            }
            found.push(variable);
        }
    }
    Some(found)
}

fn variable(name: &Spanned<String>, node: &Node, problems: &mut Problems<'_>) -> Option<Variable> {
    let key = Named { key: "variables", owner: name.span };
    let mut variable = Variable {
        owner: VariableOwner::Instance,
        key: name.value.clone(),
        value: String::new(),
        kind: VariableKind::EnvVar,
        protected: false,
        masked: false,
        hidden: false,
        raw: false,
        scope: "*".to_owned(),
        description: None,
    };
    if let Value::Map(_) = node.value {
        let mut reader = MapReader::open(node, "a variable", name.span, problems);
        variable.value = reader.read("value", problems, text).map(|text| text.value).unwrap_or_default();
        let kinds = [("env_var", VariableKind::EnvVar), ("file", VariableKind::File)];
        variable.kind = reader.read("variable_type", problems, word(&kinds)).unwrap_or_default();
        variable.protected = reader.read("protected", problems, flag).unwrap_or(false);
        variable.masked = reader.read("masked", problems, flag).unwrap_or(false);
        variable.raw = reader.read("raw", problems, flag).unwrap_or(false);
        if let Some(scope) = reader.read("environment_scope", problems, text) {
            variable.scope = scope.value;
        }
        variable.description = reader.read("description", problems, text).map(|text| text.value);
        reader.finish(problems);
    } else {
        variable.value = text(node, key, problems)?.value;
    }
    for (field, faults) in variable_faults(&variable) {
        for fault in faults {
            let message = format!("GitLab refuses the variable `{}`: {field} {fault}", name.value);
            problems.add(
                name.span,
                message,
                "follow GitLab's rules for variables; a masked value has 8 or more characters",
            );
        }
    }
    Some(variable)
}

/// Reads the variables of a schedule: keys and values.
pub(super) fn run_variables(
    node: &Node,
    key: Named,
    problems: &mut Problems<'_>,
) -> Option<Vec<RunVariable>> {
    let found = named(node, key, problems)?.into_iter().filter_map(|(name, node)| {
        let value = text(node, Named { key: "variables", owner: name.span }, problems)?.value;
        Some(RunVariable { key: name.value, value, kind: VariableKind::EnvVar })
    });
    Some(found.collect())
}

/// Reads the inputs that a project's configuration declares.
pub(super) fn inputs(node: &Node, key: Named, problems: &mut Problems<'_>) -> Option<Vec<InputPlan>> {
    const KINDS: &[(&str, InputKind)] = &[
        ("string", InputKind::String),
        ("number", InputKind::Number),
        ("boolean", InputKind::Boolean),
        ("array", InputKind::Array),
    ];
    let mut found = Vec::new();
    for (name, node) in named(node, key, problems)? {
        let mut reader = MapReader::open(node, "an input", name.span, problems);
        let kind = reader.read("type", problems, word(KINDS)).unwrap_or(InputKind::String);
        let mut input = InputPlan::new(name.value, kind);
        input.default = reader.take("default").map(|(_, node)| node.to_json());
        if let Some((owner, node)) = reader.take("options") {
            match &node.value {
                Value::List(options) => input.options = options.iter().map(Node::to_json).collect(),
                _ => Named { key: "options", owner }.refuse(node, "a list", problems),
            }
        }
        reader.finish(problems);
        if let Some(fault) = input_fault(std::slice::from_ref(&input)) {
            let kinds: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
            let help = format!(
                "make the default one of `options`, and of `type`, which is one of {}",
                listed(&kinds)
            );
            problems.add(name.span, fault, help);
        }
        found.push(input);
    }
    Some(found)
}
