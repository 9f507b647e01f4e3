//! CI/CD variables: those that are kept, and those that a run was given.
//!
//! This file owns the records and the search by key and scope. What values they may have is the
//! business of the behaviours.

/// How a job sees a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VariableKind {
    /// As a variable of its environment.
    #[default]
    EnvVar,
    /// As the path of a file with the value in it.
    File,
}

/// A variable of a pipeline, a schedule or a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunVariable {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) kind: VariableKind,
}

/// A variable of a project, a group or the instance.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) owner: VariableOwner,
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) kind: VariableKind,
    pub(crate) protected: bool,
    pub(crate) masked: bool,
    pub(crate) hidden: bool,
    pub(crate) raw: bool,
    /// The environments that it is for.
    pub(crate) scope: String,
    pub(crate) description: Option<String>,
}

/// Whose variable it is. A later one covers those of earlier ones with the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum VariableOwner {
    Instance,
    Group(i64),
    Project(i64),
}

/// What a job knows: a name and what stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) key: String,
    pub(crate) value: String,
    /// A text that the log shows as `[MASKED]`.
    pub(crate) secret: Option<String>,
}

impl VariableKind {
    /// The kind of this name on the wire.
    pub(crate) fn named(name: &str) -> Self {
        if name == "file" { Self::File } else { Self::EnvVar }
    }
}

impl Variable {
    /// Whether jobs for this environment get it, and how exactly its scope names that environment.
    pub(crate) fn fits(&self, environment: Option<&str>) -> Option<usize> {
        match environment {
            _ if self.scope == "*" => Some(0),
            Some(environment) if matches(&self.scope, environment) => Some(1 + self.scope.len()),
            _ => None,
        }
    }
}

/// Whether a scope, in which `*` stands for anything, covers an environment.
fn matches(scope: &str, environment: &str) -> bool {
    match scope.split_once('*') {
        None => scope == environment,
        Some((before, behind)) => environment.strip_prefix(before).is_some_and(|rest| {
            let starts = rest.char_indices().map(|(index, _)| index).chain([rest.len()]);
            starts.into_iter().any(|start| matches(behind, &rest[start..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        for (scope, environment) in [
            ("production", "production"),
            ("review/*", "review/a/b"),
            ("*/eu", "production/eu"),
            ("r*w*", "review"),
        ] {
            assert!(matches(scope, environment), "{scope} {environment}");
        }
        for (scope, environment) in [("production", "prod"), ("review/*", "review"), ("*/eu", "eu")] {
            assert!(!matches(scope, environment), "{scope} {environment}");
        }
    }
}
