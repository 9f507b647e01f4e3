//! The pipeline of a scenario's project: `stages` and `jobs`.
//!
//! This file owns the keys of a job. What they do is the business of the simulation.

use std::time::Duration;

use super::problem::{Problems, listed, suggestion};
use super::reader::{MapReader, Named, Spanned, count, flag, named, scalar, text, texts, word};
use super::value::{chance, duration, durations, outcomes, size};
use crate::plan::{
    ArtifactFile, Artifacts, Downstream, DownstreamTarget, FileContent, JobPlan, LONGEST, MILLION, Outcome,
    TestCase, TestStatus, When,
};
use rhailab_yaml::{Node, Span, Value};

/// Takes `stages` and `jobs`: the jobs in the order of their stages; nothing where there is no `jobs`.
///
/// Projects that bridges name are added to `triggered`.
pub(super) fn jobs(
    reader: &mut MapReader<'_>,
    triggered: &mut Vec<Spanned<String>>,
    problems: &mut Problems<'_>,
) -> Option<Vec<JobPlan>> {
    let stages = reader.read("stages", problems, texts);
    let (owner, node) = reader.take("jobs")?;
    let mut jobs = Vec::new();
    for (name, node) in named(node, Named { key: "jobs", owner }, problems)? {
        let (stage, job) = job(node, &name, triggered, problems);
        if let Some(stages) = &stages
            && !stages.iter().any(|known| known.value == job.stage)
        {
            let known: Vec<&str> = stages.iter().map(|stage| stage.value.as_str()).collect();
            match stage {
                Some(place) => {
                    let help = suggestion(&job.stage, &known, "`stages` lists");
                    problems.add(place, format!("`{}` is none of the stages", job.stage), help);
                }
                None => {
                    let message =
                        format!("`{}` has no `stage`, and `{USUAL_STAGE}` is none of the stages", job.name);
                    problems.add(name.span, message, format!("add `stage:` with one of {}", listed(&known)));
                }
            }
        }
        jobs.push(job);
    }
    if jobs.is_empty() {
        problems.add(owner, "`jobs` has no job", "add a job such as `build:`, or remove the key");
    }
    if let Some(stages) = stages {
        jobs.sort_by_key(|job| stages.iter().position(|stage| stage.value == job.stage));
    }
    Some(jobs)
}

/// The stage of a job that tells none, as in GitLab.
const USUAL_STAGE: &str = "test";

/// Reads a job, and says where its stage is told, if it is.
fn job(
    node: &Node,
    name: &Spanned<String>,
    triggered: &mut Vec<Spanned<String>>,
    problems: &mut Problems<'_>,
) -> (Option<Span>, JobPlan) {
    let mut reader = MapReader::open(node, "a job", name.span, problems);
    let stage = reader.read("stage", problems, text);
    let place = stage.as_ref().map(|stage| stage.span);
    let stage = stage.map_or_else(|| USUAL_STAGE.to_owned(), |stage| stage.value);
    if stage.is_empty() {
        problems.add(place.unwrap_or(name.span), "a stage without a name", "write the stage's name");
    }
    let mut job = JobPlan::new(&name.value, stage);
    let when = reader.read("when", problems, word(WHEN)).unwrap_or(Start::Now(When::OnSuccess));
    let delay = reader.take("start_in").map(|(owner, node)| {
        (owner, duration(node, Named { key: "start_in", owner }, problems).map(|delay| (delay, node.span)))
    });
    job.when = match (when, delay) {
        (Start::Delayed, Some((_, delay))) => {
            let delay = delay.map_or(Duration::ZERO, |(delay, place)| short(delay, place, problems));
            When::Delayed(delay)
        }
        (Start::Delayed, None) => {
            problems.add(name.span, "a delayed job needs `start_in`", "add `start_in: 5 minutes`");
            When::OnSuccess
        }
        (Start::Now(when), None) => when,
        (Start::Now(when), Some((owner, _))) => {
            problems.add(
                owner,
                "`start_in` is for delayed jobs",
                "add `when: delayed`, or remove `start_in`",
            );
            when
        }
    };
    // As in GitLab, a manual job blocks its pipeline only if it is told so.
    let may_fail = reader.read("allow_failure", problems, flag);
    job.allow_failure = may_fail.unwrap_or(job.when == When::Manual);
    job.only = reader.read("only", problems, texts).map(plain).unwrap_or_default();
    if let Some((owner, node)) = reader.take("trigger") {
        job.downstream = downstream(node, owner, triggered, problems);
        let why = "such a job starts a pipeline elsewhere and runs nothing itself; remove the key";
        reader.misplaced(RUNNING, "a job with `trigger`", why, problems);
    } else {
        running(&mut job, &mut reader, problems);
    }
    reader.finish(problems);
    (place, job)
}

/// The keys of jobs that run.
const RUNNING: &[&str] = &[
    "duration",
    "outcome",
    "fails",
    "retry",
    "coverage",
    "tags",
    "environment",
    "log",
    "artifacts",
    "tests",
];

fn running(job: &mut JobPlan, reader: &mut MapReader<'_>, problems: &mut Problems<'_>) {
    if let Some((owner, node)) = reader.take("duration")
        && let Some(range) = durations(node, Named { key: "duration", owner }, problems)
    {
        let end = short(*range.end(), node.span, problems);
        job.duration = (*range.start()).min(end)..=end;
    }
    if let Some(outcomes) = reader.read("outcome", problems, outcomes) {
        job.outcomes = outcomes;
    }
    if let Some((owner, node)) = reader.take("fails") {
        if !job.outcomes.is_empty() {
            problems.add(owner, "`fails` and `outcome` say the same", "remove one of them");
        }
        if let Some(chance) = chance(node, Named { key: "fails", owner }, problems) {
            job.outcomes = vec![match u64::from(chance.per_million()) {
                MILLION => Outcome::Failure("script_failure".to_owned()),
                _ => Outcome::Drawn(vec![(chance.per_million(), "script_failure".to_owned())]),
            }];
        }
    }
    job.retry = reader.read("retry", problems, count(0..=2)).unwrap_or_default();
    job.coverage = reader.read("coverage", problems, coverage);
    job.tags = reader.read("tags", problems, texts).map(plain).unwrap_or_default();
    job.environment = reader.read("environment", problems, text).map(|name| name.value);
    job.log = reader
        .read("log", problems, |node, key, problems| log(node, &job.name, key, problems))
        .unwrap_or_default();
    job.artifacts = reader.read("artifacts", problems, artifacts);
    job.tests = reader.read("tests", problems, tests).unwrap_or_default();
}

/// When a job starts; the delay stands at a key of its own.
#[derive(Clone, Copy)]
enum Start {
    Now(When),
    Delayed,
}

const WHEN: &[(&str, Start)] = &[
    ("on_success", Start::Now(When::OnSuccess)),
    ("on_failure", Start::Now(When::OnFailure)),
    ("always", Start::Now(When::Always)),
    ("manual", Start::Now(When::Manual)),
    ("delayed", Start::Delayed),
];

/// A span of time that a job may take or wait.
fn short(span: Duration, place: Span, problems: &mut Problems<'_>) -> Duration {
    if span > LONGEST {
        problems.add(place, "a job takes or waits at most 30 days", "write a shorter span");
    }
    span.min(LONGEST)
}

/// Reads what a bridge starts.
fn downstream(
    node: &Node,
    owner: Span,
    triggered: &mut Vec<Spanned<String>>,
    problems: &mut Problems<'_>,
) -> Option<Downstream> {
    if matches!(node.value, Value::Text(_)) {
        let project = text(node, Named { key: "trigger", owner }, problems)?;
        triggered.push(project.clone());
        return Some(Downstream::project(project.value));
    }
    let mut reader = MapReader::open(node, "a trigger", owner, problems);
    let depend = reader.read("strategy", problems, word(&[("depend", true)])).unwrap_or(false);
    let project = reader.read("project", problems, text);
    let child = jobs(&mut reader, triggered, problems);
    reader.finish(problems);
    let target = match (project, child) {
        (Some(project), None) => {
            triggered.push(project.clone());
            DownstreamTarget::Project(project.value)
        }
        (None, Some(jobs)) => DownstreamTarget::Child(jobs),
        (both, _) => {
            let found =
                if both.is_some() { "both `project` and `jobs`" } else { "neither `project` nor `jobs`" };
            let help = "write `project: GROUP/PROJECT` for a pipeline there, or `jobs:` for a child pipeline";
            problems.add(owner, format!("`trigger` has {found}"), help);
            return None;
        }
    };
    Some(Downstream { target, depend })
}

fn coverage(node: &Node, named: Named, problems: &mut Problems<'_>) -> Option<f64> {
    let number = scalar(node).and_then(|text| text.trim_end_matches('%').trim_end().parse::<f64>().ok());
    let found = number.filter(|number| (0.0..=100.0).contains(number));
    if found.is_none() {
        named.refuse(node, "a percentage from 0 to 100", problems);
    }
    found
}

/// Reads what a job's script prints: a text, lines, or how many lines.
fn log(node: &Node, job: &str, key: Named, problems: &mut Problems<'_>) -> Option<Vec<String>> {
    match &node.value {
        Value::Map(_) => {
            let mut reader = MapReader::open(node, "a log", key.owner, problems);
            let lines = reader.read("lines", problems, count(1..=MOST_LINES));
            reader.finish(problems);
            Some(
                (1..=lines?)
                    .map(|line| format!("{job}: line {line} of {}", lines.unwrap_or_default()))
                    .collect(),
            )
        }
        Value::Text(text) => Some(text.lines().map(str::to_owned).collect()),
        _ => texts(node, key, problems).map(plain),
    }
}

/// The most lines that a log is told to have.
const MOST_LINES: usize = 100_000;

fn artifacts(node: &Node, key: Named, problems: &mut Problems<'_>) -> Option<Artifacts> {
    let mut reader = MapReader::open(node, "artifacts", key.owner, problems);
    let expire_in = match reader.take("expire_in") {
        Some((_, node)) if scalar(node) == Some("never") => None,
        Some((owner, node)) => duration(node, Named { key: "expire_in", owner }, problems),
        None => Some(Artifacts::DEFAULT_STAY),
    };
    let found = reader.read("files", problems, |node, key, problems| {
        let files = named(node, key, problems)?.into_iter();
        Some(files.filter_map(|(path, node)| file(path, node, problems)).collect::<Vec<_>>())
    });
    reader.finish(problems);
    let files = found.unwrap_or_default();
    if files.is_empty() {
        problems.add(key.owner, "artifacts without files", "add `files:` with a path and its content");
    }
    Some(Artifacts { expire_in, files })
}

/// Reads a file of an archive: its text, or how large it is.
fn file(path: Spanned<String>, node: &Node, problems: &mut Problems<'_>) -> Option<ArtifactFile> {
    let key = Named { key: "files", owner: path.span };
    let content = match &node.value {
        Value::Map(_) => {
            let mut reader = MapReader::open(node, "a file", path.span, problems);
            let size = reader.read("size", problems, size);
            reader.finish(problems);
            FileContent::Drawn(size?)
        }
        _ => FileContent::Text(text(node, key, problems)?.value),
    };
    let file = ArtifactFile::new(path.value, content);
    if !file.stays_inside() {
        let message = format!("the path `{}` leaves the archive", file.path);
        problems.add(path.span, message, "write a relative path without `.` and `..`, with slashes");
    }
    Some(file)
}

/// Reads the tests of a job's report: names, or names with what comes out of them.
fn tests(node: &Node, key: Named, problems: &mut Problems<'_>) -> Option<Vec<TestCase>> {
    const STATUSES: &[(&str, TestStatus)] = &[
        ("success", TestStatus::Success),
        ("failed", TestStatus::Failed),
        ("skipped", TestStatus::Skipped),
        ("error", TestStatus::Error),
    ];
    if !matches!(node.value, Value::Map(_)) {
        let names = texts(node, key, problems)?.into_iter();
        return Some(names.map(|name| TestCase::new(name.value, SUITE)).collect());
    }
    let mut tests = Vec::new();
    for (name, node) in named(node, key, problems)? {
        let key = Named { key: "tests", owner: name.span };
        let status = word(STATUSES)(node, key, problems).unwrap_or(TestStatus::Success);
        tests.push(TestCase { status, ..TestCase::new(name.value, SUITE) });
    }
    Some(tests)
}

/// The class that the tests of scenarios are in.
const SUITE: &str = "scenario.Tests";

/// The texts without their places.
pub(super) fn plain(texts: Vec<Spanned<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}
