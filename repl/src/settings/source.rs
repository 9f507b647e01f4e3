//! Where a setting came from, for people.

use std::fmt;
use std::path::PathBuf;

/// A value with where it came from.
#[derive(Debug, Clone)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub source: Source,
}

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An option of the command line.
    Option(&'static str),
    /// A variable of the environment.
    Environment(&'static str),
    /// A profile of the configuration file.
    Profile(String),
    /// A section of python-gitlab's configuration.
    PythonGitlab(String),
    /// A file as a whole.
    File(PathBuf),
    /// What the operating system is set to.
    System,
    /// The simulated GitLab of this run.
    Sandbox,
    /// Nothing else was said.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) => write!(f, "option {name}"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::PythonGitlab(section) => write!(f, "section {section} of python-gitlab's configuration"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::System => f.write_str("the system's settings"),
            Self::Sandbox => f.write_str("the sandbox of this run"),
            Self::Default => f.write_str("default"),
        }
    }
}
