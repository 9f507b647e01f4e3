//! A pipeline's run as a Gantt chart. This file makes the layout, which is plain data: stages, rows, bars in seconds
//! from the first one, the critical path, the marks that need explaining. Each renderer in `timeline/` draws
//! that layout in one form and knows nothing of GitLab; neither of them sends anything.

mod axis;
mod critical_path;
mod data;
pub mod html;
mod job;
mod mark;
mod markup;
pub mod svg;
pub mod terminal;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use job::{Downstream, Job, Pipeline, now_of};
pub use mark::Mark;

use crate::output::terminal::one_line;
use axis::duration;
use critical_path::{Run, critical_path};

/// A chart of a pipeline's jobs, ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// What it shows: `Pipeline 1007 of main: failed`.
    pub title: String,
    /// When it began, how long it took, and the critical path in words.
    pub facts: Vec<String>,
    /// The stages in the pipeline's order.
    pub stages: Vec<Stage>,
    /// How many seconds the chart covers, from the first bar's begin to the last one's end; 0 without bars.
    pub span: f64,
    /// Where the present is, in seconds from the first bar's begin, if a bar goes on.
    pub now: Option<f64>,
    /// The identities of the rows on the critical path, in the order in which they ran.
    pub critical_path: Vec<i64>,
    /// The marks that rows have, in the order of a legend.
    pub marks: Vec<Mark>,
    /// Whether some job waited for a runner long enough to show.
    pub has_queued: bool,
}

/// A stage with its jobs, in the order in which they started; those that wait follow, then those that never ran.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its name, on one line.
    pub name: String,
    /// Its jobs.
    pub rows: Vec<Row>,
}

/// A job or a bridge in the chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The job's number.
    pub id: i64,
    /// The job's name, on one line.
    pub name: String,
    /// What became of it.
    pub mark: Mark,
    /// The same in words: `failed, allowed`, `failed, retried`.
    pub status: String,
    /// Whether the pipeline would have ended sooner if this job had been faster.
    pub is_critical: bool,
    /// When it waited and ran; `None` when it did neither.
    pub bar: Option<Bar>,
    /// The pipeline that a bridge started: `pipeline 1006: success`.
    pub downstream: Option<String>,
    /// Why it failed, where GitLab says it.
    pub failure: Option<String>,
}

/// A stretch of time, in seconds from the first bar's begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// When it began to wait for a runner.
    pub queued: f64,
    /// When it began to run; `None` while it waits.
    pub started: Option<f64>,
    /// When it ended, or the present.
    pub ended: f64,
}

impl Bar {
    /// How many seconds it waited for a runner.
    #[must_use]
    pub fn waited(&self) -> f64 {
        self.started.unwrap_or(self.ended) - self.queued
    }

    /// How many seconds it ran; `None` when it has not begun.
    #[must_use]
    pub fn ran(&self) -> Option<f64> {
        self.started.map(|started| self.ended - started)
    }
}

impl Row {
    /// How long it ran, and without having run how long it waited: `1m 12s`; empty when it did neither.
    fn time(&self) -> String {
        self.bar.map_or_else(String::new, |bar| duration(bar.ran().unwrap_or_else(|| bar.waited())))
    }

    /// Everything about it, one fact a line, for whoever points at its bar.
    fn details(&self, stage: &str) -> Vec<String> {
        let waited = self.bar.map(|bar| format!("queued {}", duration(bar.waited())));
        let ran = self.bar.and_then(|bar| bar.ran()).map(|ran| format!("ran {}", duration(ran)));
        let began = self.bar.and_then(|bar| bar.started).filter(|started| *started > 0.0);
        let began = began.map(|began| format!("started after {}", duration(began)));
        let facts = [
            Some(format!("{} ({stage}), job {}", self.name, self.id)),
            Some(self.status.clone()),
            self.failure.clone(),
            waited,
            ran,
            began,
            self.downstream.clone(),
            self.is_critical.then(|| "on the critical path".to_owned()),
        ];
        facts.into_iter().flatten().collect()
    }
}

impl Timeline {
    /// The chart of these jobs and bridges of a pipeline. Bars that go on end at `now`.
    #[must_use]
    pub fn new(pipeline: &Pipeline, jobs: &[Job], now: Timestamp) -> Self {
        let stages = stages(jobs);
        let bars: Vec<Option<Bar>> = jobs.iter().map(|job| job.bar(now)).collect();
        let runs: Vec<Run<'_>> = jobs.iter().zip(&bars).map(|(job, bar)| run(job, *bar, &stages)).collect();
        let path = critical_path(&runs);
        let begin = bars.iter().flatten().map(|bar| bar.queued).fold(f64::INFINITY, f64::min);
        let end = bars.iter().flatten().map(|bar| bar.ended).fold(begin, f64::max);
        let span = if begin.is_finite() { end - begin } else { 0.0 };
        let mut rows: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
        for (index, (job, bar)) in jobs.iter().zip(&bars).enumerate() {
            let mark = Mark::of(job, is_retried(job, jobs));
            let row = Row {
                id: job.id,
                name: one_line(&job.name),
                mark,
                status: mark.words(&one_line(&job.status)),
                is_critical: path.contains(&index),
                bar: bar.map(|bar| bar.from(begin)),
                downstream: job.downstream_pipeline.as_ref().map(Downstream::words),
                failure: job.failure_reason.as_deref().map(one_line),
            };
            rows.entry(stage_of(job, &stages)).or_default().push(row);
        }
        rows.values_mut().for_each(|rows| rows.sort_by(in_order));
        let all = || rows.values().flatten();
        let marks = Mark::ALL.into_iter().filter(|mark| all().any(|row| row.mark == *mark)).collect();
        let has_queued = all().filter_map(|row| row.bar).any(|bar| bar.waited() > 0.0);
        let is_moving = jobs.iter().zip(&bars).any(|(job, bar)| bar.is_some() && job.is_moving());
        Self {
            title: pipeline.title(),
            facts: facts(begin, span, &path, jobs, &runs),
            now: is_moving.then(|| job::seconds(now) - begin),
            critical_path: path.iter().filter_map(|index| jobs.get(*index)).map(|job| job.id).collect(),
            stages: rows
                .into_iter()
                .map(|(stage, rows)| Stage { name: one_line(stages.get(stage).unwrap_or(&"")), rows })
                .collect(),
            span,
            marks,
            has_queued,
        }
    }

    /// Whether there is a bar to draw.
    fn has_bars(&self) -> bool {
        self.rows().any(|row| row.bar.is_some())
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.stages.iter().flat_map(|stage| &stage.rows)
    }
}

impl Bar {
    fn from(self, begin: f64) -> Self {
        Self {
            queued: self.queued - begin,
            started: self.started.map(|started| started - begin),
            ended: self.ended - begin,
        }
    }
}

/// The names of the stages, in the pipeline's order: GitLab makes the jobs of a pipeline stage by stage, so that the
/// first job of an earlier stage has a smaller number. Jobs that replace others come later and change nothing.
fn stages(jobs: &[Job]) -> Vec<&str> {
    let mut first: BTreeMap<&str, i64> = BTreeMap::new();
    for job in jobs {
        let number = first.entry(&job.stage).or_insert(job.id);
        *number = job.id.min(*number);
    }
    let mut stages: Vec<(i64, &str)> = first.into_iter().map(|(stage, number)| (number, stage)).collect();
    stages.sort_unstable();
    stages.into_iter().map(|(_, stage)| stage).collect()
}

fn stage_of(job: &Job, stages: &[&str]) -> usize {
    stages.iter().position(|stage| *stage == job.stage).unwrap_or_default()
}

fn run<'a>(job: &'a Job, bar: Option<Bar>, stages: &[&str]) -> Run<'a> {
    Run {
        id: job.id,
        name: &job.name,
        stage: stage_of(job, stages),
        bar: bar.filter(|bar| bar.started.is_some()),
    }
}

/// Whether a newer job of the same name has taken its place.
fn is_retried(job: &Job, jobs: &[Job]) -> bool {
    jobs.iter().any(|other| other.name == job.name && other.id > job.id)
}

/// By start, then by number; what waits comes after what has started, and what does neither comes last.
fn in_order(left: &Row, right: &Row) -> std::cmp::Ordering {
    let started = |row: &Row| row.bar.and_then(|bar| bar.started).unwrap_or(f64::INFINITY);
    let queued = |row: &Row| row.bar.map_or(f64::INFINITY, |bar| bar.queued);
    started(left)
        .total_cmp(&started(right))
        .then(queued(left).total_cmp(&queued(right)))
        .then(left.id.cmp(&right.id))
}

fn facts(begin: f64, span: f64, path: &[usize], jobs: &[Job], runs: &[Run<'_>]) -> Vec<String> {
    if !begin.is_finite() {
        return vec![if jobs.is_empty() { "It has no jobs." } else { "No job has run." }.to_owned()];
    }
    let began = job::timestamp(begin)
        .map_or_else(String::new, |began| format!("Began {}, ", began.strftime("%Y-%m-%d %H:%M:%S UTC")));
    let mut facts = vec![format!("{began}covers {}.", duration(span))];
    let names: Vec<String> =
        path.iter().filter_map(|index| jobs.get(*index)).map(|job| one_line(&job.name)).collect();
    let bars = || path.iter().filter_map(|index| runs.get(*index)?.bar);
    if !names.is_empty() {
        let ran: f64 = bars().filter_map(|bar| bar.ran()).sum();
        let waited: f64 = bars().map(|bar| bar.waited()).sum();
        facts.push(format!(
            "Critical path: {} (ran {}, queued {}).",
            names.join(" → "),
            duration(ran),
            duration(waited)
        ));
    }
    facts
}
