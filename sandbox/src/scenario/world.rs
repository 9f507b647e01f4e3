//! The top of a scenario: settings, faults, groups, and what only all of it together can tell.
//!
//! This file owns the keys at the top.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Scenario;
use super::problem::{Problems, suggestion};
use super::project::{ProjectPlan, VISIBILITIES, is_path, project};
use super::reader::{MapReader, Named, Spanned, count, flag, named, scalar, text, word};
use super::value::{chance, duration};
use super::variables::variables;
use crate::faults::{Fault, Faults, KINDS};
use crate::options::{self, SLOWEST};
use crate::store::{Variable, Visibility};
use rhailab_yaml::{Node, Value};

/// A group, of which projects need not say anything.
#[derive(Clone, Debug)]
pub(crate) struct GroupPlan {
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) visibility: Visibility,
    pub(crate) variables: Vec<Variable>,
}

impl GroupPlan {
    /// A group of which nothing is told but its path.
    pub(crate) fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            name: path.to_owned(),
            visibility: Visibility::default(),
            variables: Vec::new(),
        }
    }
}

/// The most projects, and the most pipelines of the past.
const MOST_PROJECTS: usize = 10_000;
const MOST_PIPELINES: usize = 100_000;

/// Reads a scenario. What cannot be read is reported, and stands for its default.
pub(super) fn scenario(node: &Node, problems: &mut Problems<'_>) -> Scenario {
    let mut reader = MapReader::open(node, "a scenario", node.span, problems);
    reader.read("description", problems, text);
    let seed = reader.read("seed", problems, count(0..=usize::MAX));
    let speed = reader.read("speed", problems, speed);
    let latency = reader.read("latency", problems, latency);
    let faults = reader.read("faults", problems, faults).unwrap_or_default();
    let switch =
        |reader: &mut MapReader<'_>, key, problems: &mut Problems<'_>| reader.read(key, problems, flag);
    let object_storage = switch(&mut reader, "object_storage", problems).unwrap_or(false);
    let premium = switch(&mut reader, "premium", problems).unwrap_or(false);
    let keep_latest_artifact = switch(&mut reader, "keep_latest_artifact", problems).unwrap_or(true);
    let variables = reader.read("variables", problems, variables).unwrap_or_default();
    let groups = reader.read("groups", problems, groups).unwrap_or_default();
    let mut triggered = Vec::new();
    let mut projects = Vec::new();
    if let Some((owner, node)) = reader.take("projects") {
        let found = named(node, Named { key: "projects", owner }, problems).unwrap_or_default();
        for (path, node) in found {
            if let Some(project) = project(&path, node, &mut triggered, problems) {
                projects.push((path, project));
            }
        }
    }
    reader.finish(problems);
    check_together(&projects, &triggered, problems);
    let projects: Vec<ProjectPlan> = projects.into_iter().map(|(_, project)| project).collect();
    Scenario {
        seed: seed.map(|seed| seed as u64),
        speed,
        latency,
        faults,
        object_storage,
        premium,
        keep_latest_artifact,
        variables,
        groups,
        projects,
    }
}

fn speed(node: &Node, key: Named, problems: &mut Problems<'_>) -> Option<f64> {
    let found = scalar(node).and_then(|text| text.parse().ok()).filter(|speed| options::is_speed(*speed));
    if found.is_none() {
        key.refuse(node, "a number above 0 and up to 1000000", problems);
    }
    found
}

fn latency(node: &Node, key: Named, problems: &mut Problems<'_>) -> Option<Duration> {
    let latency = duration(node, key, problems)?;
    if latency > SLOWEST {
        key.refuse(node, "at most one minute", problems);
        return None;
    }
    Some(latency)
}

/// Reads the chances of faults by kind, and the two spans of time that belong to them.
fn faults(node: &Node, key: Named, problems: &mut Problems<'_>) -> Option<Faults> {
    let mut reader = MapReader::open(node, "faults", key.owner, problems);
    let mut faults = Faults::default();
    for (name, kind) in KINDS {
        if let Some(chance) = reader.read(name, problems, chance) {
            faults.list.push(Fault { kind, chance });
        }
    }
    if let Some(stall) = reader.read("stall", problems, latency) {
        faults.stall = stall;
    }
    if let Some(retry_after) = reader.read("retry_after", problems, latency) {
        faults.retry_after = retry_after;
    }
    reader.finish(problems);
    if faults.exceed_certainty() {
        problems.add(key.owner, "the chances add up to more than 100%", "at most one fault meets a request");
    }
    Some(faults)
}

fn groups(node: &Node, key: Named, problems: &mut Problems<'_>) -> Option<Vec<GroupPlan>> {
    let mut groups = Vec::new();
    for (path, node) in named(node, key, problems)? {
        let mut reader = MapReader::open(node, "a group", path.span, problems);
        let name = reader.read("name", problems, text);
        let visibility = reader.read("visibility", problems, word(VISIBILITIES));
        let variables = reader.read("variables", problems, variables).unwrap_or_default();
        reader.finish(problems);
        if !is_path(&path.value) {
            let help = "write letters, digits, `-`, `_` and `.`; there are no groups in groups";
            problems.add(path.span, format!("`{}` is no path of a group", path.value), help);
        }
        let mut group = GroupPlan::new(&path.value);
        if let Some(name) = name {
            group.name = name.value;
        }
        groups.push(GroupPlan { visibility: visibility.unwrap_or_default(), variables, ..group });
    }
    Some(groups)
}

/// Reports paths that two projects have, projects that bridges name and that do not exist, and too much of
/// everything.
fn check_together(
    projects: &[(Spanned<String>, ProjectPlan)],
    triggered: &[Spanned<String>],
    problems: &mut Problems<'_>,
) {
    let (mut number, mut pipelines) = (0, 0);
    let mut paths = BTreeMap::new();
    for (name, project) in projects {
        let count = project.count.unwrap_or(1);
        number += count;
        pipelines += count * project.history;
        if number > MOST_PROJECTS {
            let message = format!("there are more than {MOST_PROJECTS} projects");
            problems.add(name.span, message, "lower `count`");
            return;
        }
        if pipelines > MOST_PIPELINES {
            let message = format!("there are more than {MOST_PIPELINES} pipelines of the past");
            problems.add(name.span, message, "lower `history`");
            return;
        }
        for path in project.paths() {
            let path = format!("{}/{path}", project.group);
            if paths.insert(path.to_ascii_lowercase(), path.clone()).is_some() {
                problems.add(name.span, format!("two projects have the path `{path}`"), "rename one of them");
            }
        }
    }
    for path in ["demo/app", "demo/downstream"] {
        paths.entry(path.to_owned()).or_insert_with(|| path.to_owned());
    }
    for name in triggered {
        if !paths.contains_key(&name.value.to_ascii_lowercase()) {
            let known: Vec<&str> = paths.values().map(String::as_str).take(50).collect();
            let help = suggestion(&name.value, &known, "the projects are");
            problems.add(name.span, format!("there is no project `{}`", name.value), help);
        }
    }
}

/// Whether the document says nothing at all.
pub(super) fn is_empty(node: &Node) -> bool {
    matches!(node.value, Value::Null)
}
