//! The example of an operation, with the variables that it needs: the spec tells how a script comes by an object
//! of each kind, and the example's own text which of them it uses.

use rhai::ParseError;
use rhailab_client::endpoint::{Endpoint, Resource, Sample};
use rhailab_client::table;

use crate::engine::free_variables;

/// Lines of a script, and the variables that they take from outside, in the order in which one needs the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The variables, the first ones first.
    pub with: Vec<Sample>,
    /// The lines themselves.
    pub code: &'static str,
}

impl Snippet {
    /// The example of an operation, if the spec has one.
    ///
    /// # Errors
    ///
    /// The first thing in the example, or in the expression of a variable, that is no Rhai.
    pub fn of(endpoint: &Endpoint) -> Result<Option<Self>, ParseError> {
        let Some(code) = endpoint.example else { return Ok(None) };
        let mut needed = free_variables(code)?;
        let mut with = Vec::new();
        // From the nearest to the one at the top: each may need those above it.
        let owners = std::iter::successors(declaring(endpoint), |resource| resource.parent);
        for sample in owners.filter_map(|resource| resource.sample) {
            if needed.contains(sample.name) {
                needed.extend(free_variables(sample.code)?);
                with.insert(0, sample);
            }
        }
        Ok(Some(Self { with, code }))
    }

    /// The statements that declare the variables.
    pub fn preamble(&self) -> impl Iterator<Item = String> {
        self.with.iter().map(|sample| format!("let {} = {};", sample.name, sample.code))
    }

    /// All of it, as a script that runs.
    #[must_use]
    pub fn script(&self) -> String {
        self.preamble().chain([self.code.to_owned()]).collect::<Vec<_>>().join("\n")
    }
}

/// The resource that an operation is declared with. Others may share it.
fn declaring(endpoint: &Endpoint) -> Option<&'static Resource> {
    let kind = endpoint.id.split('.').next()?;
    table::RESOURCES.iter().copied().find(|resource| resource.kind == kind)
}
