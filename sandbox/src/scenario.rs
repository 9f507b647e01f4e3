//! Scenarios: worlds that are told in YAML.
//!
//! This folder owns the language and what is said about mistakes in it. It knows neither the store nor
//! HTTP: the seed makes a world of what a file tells. `docs/sandbox.md` explains each key.

mod job;
mod load;
mod problem;
mod project;
mod reader;
mod value;
mod variables;
mod world;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use rhailab_yaml::Span;

use crate::faults::Faults;
use crate::options::Options;
use crate::store::Variable;

pub use problem::Problem;
pub(crate) use project::ProjectPlan;
pub(crate) use world::GroupPlan;

/// A world that was told in YAML, and how to serve it.
///
/// ```
/// use rhailab_sandbox::Scenario;
///
/// let told = "projects: { fleet/app: { count: 3, jobs: { unit: { fails: 10% } } } }";
/// let options = Scenario::parse("fleet.yaml", told)?.options();
/// assert!(Scenario::parse("fleet.yaml", "projets: {}").is_err());
/// # Ok::<(), rhailab_sandbox::ScenarioError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scenario {
    seed: Option<u64>,
    speed: Option<f64>,
    latency: Option<Duration>,
    faults: Faults,
    object_storage: bool,
    premium: bool,
    keep_latest_artifact: bool,
    /// The variables of the instance.
    pub(crate) variables: Vec<Variable>,
    pub(crate) groups: Vec<GroupPlan>,
    pub(crate) projects: Vec<ProjectPlan>,
}

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("the scenario {name} cannot be read: {source}")]
    Unreadable {
        /// The file's name.
        name: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Some of it is wrong.
    #[error("the scenario {name} cannot be used\n{}", Listed(.name, .problems))]
    Wrong {
        /// The file's name.
        name: String,
        /// Everything that is wrong, in the order of the file.
        problems: Vec<Problem>,
    },
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or tells no scenario: with everything that is wrong.
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        let name = path.display().to_string();
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(source) => return Err(ScenarioError::Unreadable { name, source }),
        };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Self::parse(&name, text),
            Err(error) => {
                let before = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
                let mut problems = problem::Problems::new(&before);
                let end = Span { file: 0, start: before.len(), end: before.len() };
                problems.add(end, "this is no text in UTF-8", "save the file in the encoding UTF-8");
                Err(ScenarioError::Wrong { name, problems: problems.into_list() })
            }
        }
    }

    /// Reads the text of a file; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// When it tells no scenario: with everything that is wrong.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        let mut problems = problem::Problems::new(text);
        if let Some(node) = load::parse(text, &mut problems) {
            if world::is_empty(&node) {
                problems.add(node.span, "the file says nothing", "begin with `projects:`");
            }
            let scenario = world::scenario(&node, &mut problems);
            if problems.is_empty() {
                return Ok(scenario);
            }
        }
        Err(ScenarioError::Wrong { name: name.to_owned(), problems: problems.into_list() })
    }

    /// The options that serve it. What the file leaves open has its default.
    #[must_use]
    pub fn options(self) -> Options {
        let usual = Options::default();
        Options {
            seed: self.seed.unwrap_or(usual.seed),
            speed: self.speed.unwrap_or(usual.speed),
            latency: self.latency.unwrap_or(usual.latency),
            faults: self.faults.clone(),
            object_storage: self.object_storage,
            premium: self.premium,
            keep_latest_artifact: self.keep_latest_artifact,
            scenario: Some(self),
            ..usual
        }
    }
}

/// The problems of a file, one below the other.
struct Listed<'a>(&'a str, &'a [Problem]);

/// How many problems are told at once.
const SHOWN: usize = 20;

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> =
            self.1.iter().take(SHOWN).map(|problem| format!("{}:{problem}", self.0)).collect();
        f.write_str(&lines.join("\n"))?;
        match self.1.len().checked_sub(SHOWN) {
            Some(more @ 1..) => write!(f, "\nand {more} more"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
