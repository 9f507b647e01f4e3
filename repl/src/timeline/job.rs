//! What a chart needs of a pipeline, its jobs and its bridges, as GitLab sends it, and the times that follow from it.

use jiff::Timestamp;
use rhailab_client::Progress;
use serde::Deserialize;

use super::Bar;
use crate::output::terminal::one_line;

/// A pipeline, as far as a chart's title tells of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Pipeline {
    /// Its number.
    pub id: i64,
    /// The branch or tag that it runs for.
    #[serde(rename = "ref")]
    pub git_ref: Option<String>,
    /// Where it is in its life.
    pub status: String,
}

/// A job or a bridge of a pipeline.
#[derive(Clone, Debug, Deserialize)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// Its name in the configuration.
    pub name: String,
    /// The stage that it belongs to.
    pub stage: String,
    /// Where it is in its life.
    pub status: String,
    /// Whether the pipeline succeeds without it.
    #[serde(default)]
    pub allow_failure: bool,
    /// When it was made, which is not when it began to wait for a runner.
    pub created_at: Option<Timestamp>,
    /// When it began to run.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How many seconds it ran so far.
    pub duration: Option<f64>,
    /// How many seconds it waited for a runner so far.
    pub queued_duration: Option<f64>,
    /// Why it failed.
    pub failure_reason: Option<String>,
    /// The pipeline that a bridge started.
    pub downstream_pipeline: Option<Downstream>,
}

/// The pipeline that a bridge started.
#[derive(Clone, Debug, Deserialize)]
pub struct Downstream {
    /// Its number.
    pub id: i64,
    /// Where it is in its life.
    pub status: String,
}

/// The server's present, at the time of its answer: a job that runs says when it started and for how long it has been
/// running. Without such a job it is `clock`, this machine's time, or the last time that the server told.
#[must_use]
pub fn now_of(jobs: &[Job], clock: Timestamp) -> Timestamp {
    let running = |job: &Job| Some(seconds(job.started_at?) + length(job.duration?));
    let told = jobs.iter().filter(|job| job.is_moving()).filter_map(running);
    if let Some(now) = told.max_by(f64::total_cmp).and_then(timestamp) {
        return now;
    }
    let times = jobs.iter().flat_map(|job| [job.created_at, job.started_at, job.finished_at]);
    times.flatten().fold(clock, Timestamp::max)
}

impl Pipeline {
    pub(super) fn title(&self) -> String {
        let of = self.git_ref.as_ref().map_or_else(String::new, |name| format!(" of {}", one_line(name)));
        format!("Pipeline {}{of}: {}", self.id, one_line(&self.status))
    }
}

impl Downstream {
    pub(super) fn words(&self) -> String {
        format!("pipeline {}: {}", self.id, one_line(&self.status))
    }
}

impl Job {
    /// When it waited and ran, in seconds of Unix time. One that was canceled or skipped while it waited has none:
    /// GitLab does not tell when it began to wait.
    pub(super) fn bar(&self, now: Timestamp) -> Option<Bar> {
        let now = seconds(now);
        let waited = length(self.queued_duration.unwrap_or_default());
        let Some(started) = self.started_at.map(seconds) else {
            let created = self.created_at.map_or(f64::NEG_INFINITY, seconds);
            return (self.is_moving() && waited > 0.0).then(|| Bar {
                queued: (now - waited).max(created).min(now),
                started: None,
                ended: now,
            });
        };
        let known = self.finished_at.map(seconds).filter(|_| !self.is_moving());
        let ended =
            known.or_else(|| self.duration.filter(|_| !self.is_moving()).map(|ran| started + length(ran)));
        Some(Bar {
            queued: started - waited,
            started: Some(started),
            ended: ended.unwrap_or(now).max(started),
        })
    }

    /// Whether it goes on by itself.
    pub(super) fn is_moving(&self) -> bool {
        Progress::of(&self.status) == Progress::Moving
    }
}

/// A number of seconds, none of them negative and not more than a century of them.
fn length(seconds: f64) -> f64 {
    const CENTURY: f64 = 100.0 * 366.0 * 86_400.0;
    if seconds.is_finite() { seconds.clamp(0.0, CENTURY) } else { 0.0 }
}

/// Unix time with a fraction.
pub(super) fn seconds(time: Timestamp) -> f64 {
    time.as_duration().as_secs_f64()
}

/// The time at these seconds of Unix time, to the millisecond.
pub(super) fn timestamp(seconds: f64) -> Option<Timestamp> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what does not fit is clamped, and refused by the next call"
    )]
    let milliseconds = (seconds * 1000.0).round() as i64;
    Timestamp::from_millisecond(milliseconds).ok()
}
