//! What the check found: where a request or a response departs from the document.

use std::fmt;

/// Which half of an operation is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Request,
    Response,
}

/// A departure of one operation from the document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub operation: &'static str,
    pub side: Side,
    /// What is wrong, in a word that overrides can name: `status 200`, `query scope[]`, `body $.inputs`.
    pub place: String,
    pub problem: String,
}

/// A place in a JSON value, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub place: String,
    pub problem: String,
}

/// The findings of one side, each place of an operation once.
#[derive(Debug)]
pub struct Findings {
    side: Side,
    list: Vec<Finding>,
}

impl Findings {
    pub fn new(side: Side) -> Self {
        Self { side, list: Vec::new() }
    }

    pub fn add(&mut self, operation: &'static str, place: impl Into<String>, problem: impl Into<String>) {
        let finding = Finding { operation, side: self.side, place: place.into(), problem: problem.into() };
        let known = |other: &Finding| other.operation == finding.operation && other.place == finding.place;
        if !self.list.iter().any(known) {
            self.list.push(finding);
        }
    }

    pub fn into_list(self) -> Vec<Finding> {
        self.list
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.side == Side::Request { "request" } else { "response" };
        write!(f, "{} {side}: {}: {}", self.operation, self.place, self.problem)
    }
}
