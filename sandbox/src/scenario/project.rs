//! The projects of a scenario.
//!
//! This file owns the keys of a project. Jobs, variables and inputs have files of their own.

use std::sync::Arc;

use super::job::{self, plain};
use super::problem::{Problems, suggestion};
use super::reader::{MapReader, Named, Spanned, count, flag, named, scalar, text, texts, word};
use super::variables::{inputs, run_variables, variables};
use crate::cron;
use crate::plan::{InputPlan, JobPlan, shared};
use crate::store::{RunVariable, Variable, Visibility};
use rhailab_yaml::{Node, Span};

/// Some equal projects, or one.
#[derive(Clone, Debug)]
pub(crate) struct ProjectPlan {
    pub(crate) group: String,
    /// The path within the group, which the copies' numbers follow.
    pub(crate) path: String,
    /// How many copies there are; without a value, there is one project and it has no number.
    pub(crate) count: Option<usize>,
    pub(crate) description: String,
    /// Without a value, as that of the group.
    pub(crate) visibility: Option<Visibility>,
    pub(crate) default_branch: String,
    pub(crate) branches: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) protected: Vec<String>,
    pub(crate) variables: Vec<Variable>,
    /// The descriptions of the triggers.
    pub(crate) triggers: Vec<String>,
    pub(crate) schedules: Vec<SchedulePlan>,
    /// How many pipelines of the past there are.
    pub(crate) history: usize,
    pub(crate) inputs: Vec<InputPlan>,
    pub(crate) jobs: Vec<Arc<JobPlan>>,
}

/// A schedule of a project.
#[derive(Clone, Debug)]
pub(crate) struct SchedulePlan {
    pub(crate) description: String,
    pub(crate) ref_name: String,
    pub(crate) cron: String,
    pub(crate) time_zone: String,
    pub(crate) active: bool,
    pub(crate) variables: Vec<RunVariable>,
}

impl ProjectPlan {
    /// The paths within the group: `app`, or `app-001` and so on.
    pub(crate) fn paths(&self) -> Vec<String> {
        let Some(count) = self.count else {
            return vec![self.path.clone()];
        };
        let width = count.to_string().len();
        (1..=count).map(|number| format!("{}-{number:0width$}", self.path)).collect()
    }
}

/// Who can see a project or a group, by its word.
pub(super) const VISIBILITIES: &[(&str, Visibility)] =
    &[("private", Visibility::Private), ("internal", Visibility::Internal), ("public", Visibility::Public)];

/// The most copies of a project, and the most pipelines of the past of one.
const MOST: usize = 10_000;

/// Reads a project. Projects that its bridges name are added to `triggered`.
pub(super) fn project(
    path: &Spanned<String>,
    node: &Node,
    triggered: &mut Vec<Spanned<String>>,
    problems: &mut Problems<'_>,
) -> Option<ProjectPlan> {
    let mut reader = MapReader::open(node, "a project", path.span, problems);
    let count = reader.read("count", problems, count(1..=MOST));
    let description = reader.read("description", problems, text).map(|text| text.value).unwrap_or_default();
    let visibility = reader.read("visibility", problems, word(VISIBILITIES));
    let branches = reader.read("branches", problems, texts);
    let default = reader.read("default_branch", problems, text);
    let (default_branch, branches) = branches_of(default, branches, problems);
    let tags = reader.read("tags", problems, texts);
    let tags = names_of(tags.unwrap_or_default(), problems);
    let protected = reader.read("protected", problems, texts);
    let protected = match protected {
        Some(names) => known_refs(names, &[&branches, &tags], problems),
        None => vec![default_branch.clone()],
    };
    let variables = reader.read("variables", problems, variables).unwrap_or_default();
    let triggers = reader.read("triggers", problems, texts).map(plain).unwrap_or_default();
    let schedules = reader.read("schedules", problems, |node, key, problems| {
        let found = named(node, key, problems)?.into_iter();
        Some(
            found
                .filter_map(|(name, node)| schedule(name, node, &branches, &tags, &default_branch, problems))
                .collect(),
        )
    });
    let history = reader.read("history", problems, self::count(0..=MOST)).unwrap_or_default();
    let inputs = reader.read("inputs", problems, inputs).unwrap_or_default();
    let jobs = job::jobs(&mut reader, triggered, problems);
    reader.finish(problems);
    let (group, path) = full_path(path, problems)?;
    Some(ProjectPlan {
        group,
        path,
        count,
        description,
        visibility,
        default_branch,
        branches,
        tags,
        protected,
        variables,
        triggers,
        schedules: schedules.unwrap_or_default(),
        history,
        inputs,
        jobs: shared(&jobs.unwrap_or_else(usual_jobs)),
    })
}

/// The jobs of a project that lists none.
fn usual_jobs() -> Vec<JobPlan> {
    vec![JobPlan::new("build", "build"), JobPlan::new("test", "test")]
}

/// The group and the path within it.
fn full_path(path: &Spanned<String>, problems: &mut Problems<'_>) -> Option<(String, String)> {
    match path.value.split_once('/') {
        Some((group, name)) if is_path(group) && is_path(name) => Some((group.to_owned(), name.to_owned())),
        _ => {
            let help =
                "write GROUP/PROJECT with letters, digits, `-`, `_` and `.`; there are no groups in groups";
            problems.add(path.span, format!("`{}` is no path of a project", path.value), help);
            None
        }
    }
}

/// Whether GitLab takes this as the path of a group or of a project. A number alone would be taken for an id.
pub(super) fn is_path(path: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    path.len() <= 200
        && path.bytes().all(allowed)
        && path.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && path.parse::<i64>().is_err()
}

fn branches_of(
    default: Option<Spanned<String>>,
    branches: Option<Vec<Spanned<String>>>,
    problems: &mut Problems<'_>,
) -> (String, Vec<String>) {
    let listed = branches.is_some();
    let mut branches = names_of(branches.unwrap_or_default(), problems);
    let Some(default) = default else {
        let first = branches.first().cloned().unwrap_or_else(|| "main".to_owned());
        let default = if branches.iter().any(|name| name == "main") { "main".to_owned() } else { first };
        if branches.is_empty() {
            branches.push(default.clone());
        }
        return (default, branches);
    };
    if listed && !branches.contains(&default.value) {
        let known: Vec<&str> = branches.iter().map(String::as_str).collect();
        let help = match known.is_empty() {
            true => format!("`branches` lists none: add `{}` there, or leave the key out", default.value),
            false => suggestion(&default.value, &known, "`branches` lists"),
        };
        problems.add(default.span, format!("`{}` is none of the branches", default.value), help);
    } else if !listed {
        branches = names_of(vec![default.clone()], problems);
    }
    (default.value, branches)
}

/// The names of branches or of tags, of which each must be one and stands once.
fn names_of(names: Vec<Spanned<String>>, problems: &mut Problems<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        let valid = !name.value.is_empty()
            && !name.value.contains(|c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c))
            && !name.value.contains("..")
            && !name.value.starts_with(['/', '-'])
            && !name.value.ends_with('/');
        if !valid {
            problems.add(
                name.span,
                format!("git takes no ref `{}`", name.value),
                "write a name such as `feature/x`",
            );
        } else if found.contains(&name.value) {
            problems.add(name.span, format!("`{}` stands here twice", name.value), "remove one of the two");
        } else {
            found.push(name.value);
        }
    }
    found
}

fn known_refs(
    names: Vec<Spanned<String>>,
    refs: &[&Vec<String>],
    problems: &mut Problems<'_>,
) -> Vec<String> {
    for name in &names {
        ref_exists(&name.value, name.span, refs, problems);
    }
    plain(names)
}

fn ref_exists(name: &str, place: Span, refs: &[&Vec<String>], problems: &mut Problems<'_>) {
    let known: Vec<&str> = refs.iter().flat_map(|refs| refs.iter().map(String::as_str)).collect();
    if !known.contains(&name) {
        let help = suggestion(name, &known, "the project has");
        problems.add(place, format!("the project has no branch or tag `{name}`"), help);
    }
}

fn schedule(
    name: Spanned<String>,
    node: &Node,
    branches: &Vec<String>,
    tags: &Vec<String>,
    default_branch: &str,
    problems: &mut Problems<'_>,
) -> Option<SchedulePlan> {
    let mut reader = MapReader::open(node, "a schedule", name.span, problems);
    let cron = match reader.take("cron") {
        Some((owner, node)) => {
            let key = Named { key: "cron", owner };
            valid(node, key, problems, cron::is_valid, "five fields such as `15 2 * * *`")
        }
        None => {
            problems.add(name.span, "a schedule needs `cron`", "add `cron: \"15 2 * * *\"`");
            None
        }
    };
    let time_zone = reader.read("cron_timezone", problems, |node, key, problems| {
        valid(node, key, problems, cron::is_time_zone, "a time zone such as `Europe/Berlin`")
    });
    let wanted = reader.read("ref", problems, text);
    if let Some(wanted) = &wanted {
        ref_exists(&wanted.value, wanted.span, &[branches, tags], problems);
    }
    let short = wanted.map_or_else(|| default_branch.to_owned(), |wanted| wanted.value);
    let kind = if branches.contains(&short) { "heads" } else { "tags" };
    let active = reader.read("active", problems, flag).unwrap_or(true);
    let variables = reader.read("variables", problems, run_variables).unwrap_or_default();
    reader.finish(problems);
    Some(SchedulePlan {
        description: name.value,
        ref_name: format!("refs/{kind}/{short}"),
        cron: cron?,
        time_zone: time_zone.unwrap_or_else(|| "UTC".to_owned()),
        active,
        variables,
    })
}

fn valid(
    node: &Node,
    key: Named,
    problems: &mut Problems<'_>,
    is_valid: fn(&str) -> bool,
    expected: &str,
) -> Option<String> {
    let found = scalar(node).filter(|text| is_valid(text)).map(str::to_owned);
    if found.is_none() {
        key.refuse(node, expected, problems);
    }
    found
}
