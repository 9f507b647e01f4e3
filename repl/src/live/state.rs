//! What is known of a pipeline and its jobs, look by look, and what changed between two looks. Reads the rows that GitLab
//! sends; asks for none, and knows nothing of how they are shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rhailab_client::Progress;
use serde_json::{Map, Value};

use super::status::Look;

/// A row of a list, or an object, as GitLab sends it.
pub(super) type Row = Map<String, Value>;

/// A pipeline with its jobs.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(super) pipeline: Pipeline,
    /// In the order of stages, and of creation in each of them; bridges are jobs, too.
    pub(super) jobs: Vec<Job>,
    /// The pipelines that downstream pipelines started, parents before what they started.
    descendants: Vec<Descendant>,
    /// The stages, in the order in which they were first seen: a retried job is newer than those of later stages.
    stages: Vec<String>,
}

/// A pipeline.
#[derive(Clone, Debug, Default)]
pub(super) struct Pipeline {
    pub(super) id: i64,
    pub(super) project: Option<i64>,
    pub(super) status: String,
    pub(super) name: Option<String>,
    pub(super) git_ref: String,
    pub(super) web_url: String,
    /// Seconds, known when it has ended.
    pub(super) duration: Option<f64>,
    started_at: Option<Timestamp>,
}

/// A job, or a bridge with the pipeline that it started.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) id: i64,
    pub(super) stage: String,
    pub(super) name: String,
    pub(super) status: String,
    /// Whether the pipeline goes on when it fails.
    pub(super) may_fail: bool,
    pub(super) web_url: String,
    /// Seconds until the last look.
    pub(super) duration: Option<f64>,
    pub(super) downstream: Option<Downstream>,
    /// What that pipeline started, and so on.
    pub(super) below: Vec<Descendant>,
    started_at: Option<Timestamp>,
}

/// A pipeline that a bridge started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Downstream {
    pub(super) id: i64,
    pub(super) project: Option<i64>,
    pub(super) status: String,
    pub(super) web_url: String,
}

/// A pipeline that a bridge of a downstream pipeline started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Descendant {
    pub(super) started: Downstream,
    /// The name of the bridge, and the pipeline that it belongs to.
    pub(super) bridge: String,
    pub(super) upstream: i64,
    /// How many pipelines are above it.
    pub(super) depth: usize,
}

/// What another look found.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// The pipeline's status.
    Pipeline,
    /// The status of the job of this number, or a job that is there for the first time.
    Job(i64),
    /// The status of the pipeline that the bridge of this number started.
    Downstream(i64),
    /// The status of the pipeline of this number, farther down.
    Descendant(i64),
}

impl State {
    /// The pipeline as it answered to whoever started it.
    pub(super) fn of(pipeline: &Row) -> Self {
        Self { pipeline: Pipeline::read(pipeline), ..Self::default() }
    }

    /// Takes in another look at the pipeline; whether its status changed.
    pub(super) fn see_pipeline(&mut self, row: &Row) -> Option<Change> {
        let before = std::mem::replace(&mut self.pipeline, Pipeline::read(row));
        (before.status != self.pipeline.status).then_some(Change::Pipeline)
    }

    /// Takes in another look at the jobs, and answers what changed. That a job exists is no change: it begins when the job
    /// does something.
    pub(super) fn see_jobs<'a>(&mut self, rows: impl IntoIterator<Item = &'a Row>) -> Vec<Change> {
        let mut jobs: Vec<Job> = rows.into_iter().map(Job::read).collect();
        jobs.sort_by_key(|job| job.id);
        for job in &jobs {
            if !self.stages.contains(&job.stage) {
                self.stages.push(job.stage.clone());
            }
        }
        let place: BTreeMap<&str, usize> =
            self.stages.iter().enumerate().map(|(place, stage)| (stage.as_str(), place)).collect();
        jobs.sort_by_key(|job| place.get(job.stage.as_str()).copied());
        let mut changes = Vec::new();
        for job in &jobs {
            let before = self.jobs.iter().find(|before| before.id == job.id);
            if before.map_or("created", |before| &before.status) != job.status {
                changes.push(Change::Job(job.id));
            }
            let known = before.and_then(|before| before.downstream.as_ref());
            if let Some(downstream) = &job.downstream
                && known.map(|known| &known.status) != Some(&downstream.status)
            {
                changes.push(Change::Downstream(job.id));
            }
        }
        for job in &mut jobs {
            if let Some(started) = &job.downstream {
                below(started.id, &self.descendants, &mut job.below);
            }
        }
        self.jobs = jobs;
        changes
    }

    /// Takes in what became of a pipeline farther down than those that the jobs tell of; it shows with the next look at the
    /// jobs.
    pub(super) fn see_descendant(&mut self, seen: Descendant, is_gone: bool) -> Option<Change> {
        let id = seen.started.id;
        if is_gone {
            self.descendants.retain(|known| known.started.id != id);
            return None;
        }
        match self.descendants.iter_mut().find(|known| known.started.id == id) {
            Some(known) => *known = seen,
            None => self.descendants.push(seen),
        }
        Some(Change::Descendant(id))
    }

    pub(super) fn descendant(&self, id: i64) -> Option<&Descendant> {
        self.descendants.iter().find(|known| known.started.id == id)
    }

    /// Whether the pipeline itself has ended.
    pub(super) fn is_over(&self) -> bool {
        self.pipeline.is_over()
    }

    pub(super) fn job(&self, id: i64) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    /// The jobs, stage by stage.
    pub(super) fn stages(&self) -> impl Iterator<Item = &[Job]> {
        self.jobs.chunk_by(|one, other| one.stage == other.stage)
    }

    /// How long the pipeline had run by the last look, in seconds. The server's clock is read from what its jobs say of
    /// themselves, because the clock here may differ from it.
    pub(super) fn ran(&self) -> Option<f64> {
        if self.pipeline.is_over() || self.pipeline.started_at.is_none() {
            return self.pipeline.duration;
        }
        let started = self.pipeline.started_at?;
        let since = |job: &Job| Some(seconds_between(started, job.started_at?) + job.duration?);
        self.jobs.iter().filter_map(since).reduce(f64::max)
    }
}

impl Pipeline {
    fn read(row: &Row) -> Self {
        Self {
            id: number(row, "id"),
            project: row.get("project_id").and_then(Value::as_i64),
            status: text(row, "status"),
            name: row.get("name").and_then(Value::as_str).map(str::to_owned),
            git_ref: text(row, "ref"),
            web_url: text(row, "web_url"),
            duration: row.get("duration").and_then(Value::as_f64),
            started_at: time(row, "started_at"),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        Progress::of(&self.status) == Progress::Ended
    }
}

impl Downstream {
    /// Reads a pipeline as the bridge that started it tells of it.
    pub(super) fn read(row: &Row) -> Self {
        Self {
            id: number(row, "id"),
            project: row.get("project_id").and_then(Value::as_i64),
            status: text(row, "status"),
            web_url: text(row, "web_url"),
        }
    }

    /// The path of its project, which only the URL of its page tells; below a relative root, with that root.
    pub(super) fn path(&self) -> Option<&str> {
        let (project, _) = self.web_url.split_once("/-/")?;
        let (_, behind) = project.split_once("://")?;
        behind.split_once('/').map(|(_, path)| path)
    }

    fn is_over(&self) -> bool {
        Progress::of(&self.status) == Progress::Ended
    }
}

impl Job {
    fn read(row: &Row) -> Self {
        let downstream = row.get("downstream_pipeline").and_then(Value::as_object);
        Self {
            id: number(row, "id"),
            stage: text(row, "stage"),
            name: text(row, "name"),
            status: text(row, "status"),
            may_fail: row.get("allow_failure").and_then(Value::as_bool).unwrap_or(false),
            web_url: text(row, "web_url"),
            duration: row.get("duration").and_then(Value::as_f64),
            downstream: downstream.map(Downstream::read),
            below: Vec::new(),
            started_at: time(row, "started_at"),
        }
    }

    /// Whether nothing happens any more, here and in the pipelines that it started.
    pub(super) fn is_over(&self) -> bool {
        Progress::of(&self.status) == Progress::Ended && self.started().all(Downstream::is_over)
    }

    /// The pipeline that it started, and those that this one started, and so on.
    fn started(&self) -> impl Iterator<Item = &Downstream> {
        self.downstream.iter().chain(self.below.iter().map(|descendant| &descendant.started))
    }

    /// Whether time passes for it.
    pub(super) fn is_running(&self) -> bool {
        matches!(self.status.as_str(), "running" | "canceling")
    }

    pub(super) fn look(&self) -> Look {
        Look::of(&self.status, self.may_fail)
    }

    /// The status, with what it does not say.
    pub(super) fn words(&self) -> &str {
        if self.status == "failed" && self.may_fail { "failed (allowed)" } else { &self.status }
    }

    /// How it looks, or a pipeline that it started, whichever matters more.
    pub(super) fn heaviest(&self) -> Look {
        let started = self.started().map(|started| Look::of(&started.status, self.may_fail));
        let heaviest = started.max_by_key(|look| look.weight);
        heaviest.filter(|look| look.weight > self.look().weight).unwrap_or(self.look())
    }

    /// How much it matters.
    pub(super) fn weight(&self) -> u8 {
        self.heaviest().weight
    }
}

/// Collects what a pipeline started, each followed by what it started itself.
fn below(upstream: i64, all: &[Descendant], found: &mut Vec<Descendant>) {
    for descendant in all.iter().filter(|descendant| descendant.upstream == upstream) {
        found.push(descendant.clone());
        below(descendant.started.id, all, found);
    }
}

/// How many of these jobs are in which status, what matters most first: `1 failed, 2 success`.
pub(super) fn counts<'a>(jobs: impl IntoIterator<Item = &'a Job>) -> String {
    let mut counts: BTreeMap<(u8, &str), usize> = BTreeMap::new();
    for job in jobs {
        *counts.entry((job.look().weight, job.words())).or_default() += 1;
    }
    let words = counts.iter().rev().map(|((_, status), count)| format!("{count} {status}"));
    words.collect::<Vec<_>>().join(", ")
}

fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

fn number(row: &Row, name: &str) -> i64 {
    row.get(name).and_then(Value::as_i64).unwrap_or_default()
}

fn text(row: &Row, name: &str) -> String {
    row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn time(row: &Row, name: &str) -> Option<Timestamp> {
    row.get(name)?.as_str()?.parse().ok()
}
