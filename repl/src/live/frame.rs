//! One picture of a pipeline under way, and the words about it in the end. Pure functions: of what is known, of the size
//! of the screen, and of the time that went by since it was known.

use std::time::Duration;

use anstyle::{Effects, Style};
use unicode_width::UnicodeWidthStr as _;

use super::line::Line;
use super::state::{Descendant, Downstream, Job, State, counts};
use super::status::{IMPORTANT, Look};
use crate::output::columns::padded;
use crate::output::terminal::one_line;

const STRONG: Style = Style::new().effects(Effects::BOLD);
const FAINT: Style = Style::new().effects(Effects::DIMMED);

/// Below so many columns, words give way to signs.
const NARROW: usize = 60;

/// The fewest columns that a name gets.
const SHORTEST: usize = 8;

/// What a picture is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Canvas {
    /// Columns.
    pub(super) width: usize,
    /// Rows.
    pub(super) height: usize,
    pub(super) color: bool,
}

/// A row of the picture.
#[derive(Debug)]
enum Row<'a> {
    Head,
    Url,
    /// A stage, and whether all its jobs stand below it.
    Stage(&'a [Job], bool),
    Job(&'a Job),
    /// A pipeline below the one that a job started, and whether it may fail.
    Below(&'a Descendant, bool),
    /// Jobs for which there is no room.
    Hidden(Vec<&'a Job>),
}

/// The picture, never higher or wider than the canvas. `since` is the time since the last look; the tick moves the
/// spinners.
pub(super) fn frame(state: &State, canvas: Canvas, since: Duration, tick: usize) -> Vec<String> {
    let rows = rows(state, canvas);
    let mut pen = Pen { canvas, since, tick, name: 0, status: 0 };
    let jobs = || rows.iter().filter_map(|row| if let Row::Job(job) = row { Some(*job) } else { None });
    pen.status = jobs().map(|job| pen.words(job).width()).max().unwrap_or_default();
    let rest = jobs().map(|job| pen.time(job).width() + downstream(job).width()).max().unwrap_or_default();
    let longest = jobs().map(|job| one_line(&job.name).width()).max().unwrap_or_default();
    let room = canvas.width.saturating_sub(4 + 2 + pen.status + rest);
    pen.name = longest.min(room.max(SHORTEST));
    rows.iter().map(|row| pen.draw(state, row)).collect()
}

/// What became of the pipeline: its status, its time, its URL, and its jobs by status.
pub(super) fn summary(state: &State, color: bool) -> Vec<String> {
    let pipeline = &state.pipeline;
    let look = Look::of(&pipeline.status, false);
    let status = one_line(&pipeline.status);
    let head = Line::new(usize::MAX, color)
        .push(&format!("{} ", look.sign), look.style())
        .push(&format!("pipeline {} ", pipeline.id), STRONG)
        .push(&status, look.style());
    let head = match state.ran() {
        Some(seconds) => head.plain(&format!(" after {}", time(seconds))),
        None => head,
    };
    let mut lines = vec![head.finish()];
    if !state.jobs.is_empty() {
        let jobs = if state.jobs.len() == 1 { "job" } else { "jobs" };
        lines.push(format!("  {} {jobs}: {}", state.jobs.len(), one_line(&counts(&state.jobs))));
    }
    lines.push(format!("  {}", one_line(&pipeline.web_url)));
    lines
}

/// A span of time with as much precision as matters. It is a clock that runs: unlike the lengths on a timeline, it shows no
/// second that has not passed, and keeps its second unit, so that rows do not jump.
fn time(seconds: f64) -> String {
    // What GitLab sends may be anything; a time that is none is nothing.
    let seconds = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min {:02} s", seconds % 60),
        _ => format!("{hours} h {:02} min", minutes % 60),
    }
}

/// The rows that there is room for. Stages that are over are one row each, with their failed jobs. Then goes what matters
/// least; jobs that run or failed go last.
fn rows(state: &State, canvas: Canvas) -> Vec<Row<'_>> {
    let has_url = state.pipeline.web_url.width() + 2 <= canvas.width;
    let head = || [Row::Head].into_iter().chain(has_url.then_some(Row::Url));
    for least in 0..=IMPORTANT {
        let stages = state.stages().flat_map(|jobs| stage(jobs, least));
        let rows: Vec<Row<'_>> = head().chain(stages).collect();
        if rows.len() <= canvas.height {
            return rows;
        }
    }
    // Even the stages are too many: only what matters is left, failed jobs first, and the rest in one row.
    let mut jobs: Vec<&Job> = state.jobs.iter().collect();
    jobs.sort_by_key(|job| std::cmp::Reverse(job.weight()));
    let room = canvas.height.saturating_sub(2);
    let important = jobs.iter().take_while(|job| job.weight() >= IMPORTANT).count();
    let hidden = jobs.split_off(important.min(room));
    let mut rows: Vec<Row<'_>> = [Row::Head].into_iter().chain(jobs.into_iter().map(Row::Job)).collect();
    if !hidden.is_empty() {
        rows.push(Row::Hidden(hidden));
    }
    rows.truncate(canvas.height);
    rows
}

/// The rows of a stage, with the jobs of this weight and more.
fn stage(jobs: &[Job], least: u8) -> Vec<Row<'_>> {
    let is_over = jobs.iter().all(Job::is_over);
    let is_shown = |job: &&Job| match is_over {
        true => job.status == "failed" && job.weight() >= least,
        false => job.weight() >= least,
    };
    let shown: Vec<&Job> = jobs.iter().filter(is_shown).collect();
    let is_whole = shown.len() == jobs.len();
    let shown = shown.into_iter().flat_map(|job| {
        let look = |descendant: &Descendant| Look::of(&descendant.started.status, job.may_fail);
        let below = job.below.iter().filter(|descendant| !is_over && look(descendant).weight >= least);
        let below: Vec<Row<'_>> = below.map(|descendant| Row::Below(descendant, job.may_fail)).collect();
        [Row::Job(job)].into_iter().chain(below)
    });
    [Row::Stage(jobs, is_whole)].into_iter().chain(shown).collect()
}

/// The pipeline that a job started.
fn downstream(job: &Job) -> String {
    job.downstream.as_ref().map(|started| format!("  {}", arrow(started))).unwrap_or_default()
}

fn arrow(started: &Downstream) -> String {
    one_line(&format!("→ pipeline {} {}", started.id, started.status))
}

/// The project of a downstream pipeline, with a gap before it; nothing takes room for it.
fn project(started: &Downstream) -> String {
    started.path().map(|path| format!("  {}", one_line(path))).unwrap_or_default()
}

struct Pen {
    canvas: Canvas,
    since: Duration,
    tick: usize,
    /// The columns of names and of statuses.
    name: usize,
    status: usize,
}

impl Pen {
    fn draw(&self, state: &State, row: &Row<'_>) -> String {
        match row {
            Row::Head => self.head(state),
            Row::Url => self.line().push(&format!("  {}", one_line(&state.pipeline.web_url)), FAINT).finish(),
            Row::Stage(jobs, is_whole) => self.stage(jobs, *is_whole),
            Row::Job(job) => self.job(job),
            Row::Below(descendant, may_fail) => {
                let style = Look::of(&descendant.started.status, *may_fail).style();
                let indent = " ".repeat(2 * descendant.depth);
                self.line()
                    .push(&format!("{indent}{}", arrow(&descendant.started)), style)
                    .push(&project(&descendant.started), FAINT)
                    .finish()
            }
            Row::Hidden(jobs) => {
                let more = format!("  … {} more: {}", jobs.len(), one_line(&counts(jobs.iter().copied())));
                self.line().push(&more, FAINT).finish()
            }
        }
    }

    fn head(&self, state: &State) -> String {
        let pipeline = &state.pipeline;
        let look = Look::of(&pipeline.status, false);
        let since = if pipeline.is_over() { 0.0 } else { self.since.as_secs_f64() };
        let time = state.ran().map(|seconds| format!("  {}", time(seconds + since))).unwrap_or_default();
        self.line()
            .push(&format!("{} ", look.sign_at(self.tick)), look.style())
            .push(&format!("pipeline {}", pipeline.id), STRONG)
            .push(&format!(" {}", one_line(&pipeline.status)), look.style())
            .plain(&time)
            .push(&format!("  {}", one_line(&pipeline.git_ref)), FAINT)
            .finish()
    }

    fn stage(&self, jobs: &[Job], is_whole: bool) -> String {
        let heaviest = jobs.iter().map(Job::heaviest).max_by_key(|look| look.weight);
        let (Some(first), Some(look)) = (jobs.first(), heaviest) else { return String::new() };
        let counts = if is_whole { String::new() } else { format!("  {}", one_line(&counts(jobs))) };
        self.line()
            .push(&format!("{} ", look.sign_at(self.tick)), look.style())
            .push(&one_line(&first.stage), STRONG)
            .plain(&counts)
            .finish()
    }

    fn job(&self, job: &Job) -> String {
        let look = job.look();
        let line = self
            .line()
            .push(&format!("  {} ", look.sign_at(self.tick)), look.style())
            .plain(&padded(&one_line(&job.name), self.name))
            .push(&format!("  {}", padded(&self.words(job), self.status)), look.style())
            .plain(&self.time(job));
        let style = job.downstream.as_ref().map(|started| Look::of(&started.status, job.may_fail).style());
        let project = job.downstream.as_ref().map(project).unwrap_or_default();
        line.push(&downstream(job), style.unwrap_or_default()).push(&project, FAINT).finish()
    }

    /// A job's status. Where columns are few, its sign alone tells that a failure is allowed.
    fn words(&self, job: &Job) -> String {
        one_line(if self.canvas.width < NARROW { &job.status } else { job.words() })
    }

    /// How long a job has run, with a gap before it.
    fn time(&self, job: &Job) -> String {
        let since = if job.is_running() { self.since.as_secs_f64() } else { 0.0 };
        job.duration.map(|seconds| format!("  {}", time(seconds + since))).unwrap_or_default()
    }

    fn line(&self) -> Line {
        Line::new(self.canvas.width, self.canvas.color)
    }
}

#[cfg(test)]
mod tests;
