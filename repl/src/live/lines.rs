//! A change of a pipeline or a job as one line: for people who read a log, and as JSON for programs.

use jiff::Timestamp;
use serde::Serialize;

use super::state::{Change, Downstream, Job, State};
use crate::output::terminal::{escaped_json, one_line};

/// A line of JSON. The names are those of GitLab's fields.
#[derive(Debug, Serialize)]
struct Event<'a> {
    /// When it was seen.
    time: Timestamp,
    what: &'static str,
    id: i64,
    name: Option<&'a str>,
    stage: Option<&'a str>,
    status: &'a str,
    web_url: &'a str,
    /// Of pipelines.
    #[serde(skip_serializing_if = "Option::is_none")]
    project_id: Option<i64>,
    /// The pipeline that started it, of downstream pipelines.
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<i64>,
}

/// The line for people; `None` when the job is gone.
pub(super) fn plain(state: &State, change: &Change) -> Option<String> {
    let line = match change {
        Change::Pipeline => {
            let pipeline = &state.pipeline;
            match (state.ran(), pipeline.is_over()) {
                (Some(seconds), true) => {
                    format!("pipeline {} {} {}", pipeline.id, pipeline.status, whole(seconds))
                }
                _ => format!("pipeline {} {}", pipeline.id, pipeline.status),
            }
        }
        Change::Job(id) => {
            let job = state.job(*id)?;
            let line = format!("job {id} {} {}", path(job), job.words());
            match job.duration.filter(|_| !job.is_running()) {
                Some(seconds) => format!("{line} {}", whole(seconds)),
                None => line,
            }
        }
        Change::Downstream(id) => {
            let job = state.job(*id)?;
            let started = started(job.downstream.as_ref()?);
            format!("  {started}, downstream of job {id} {}", path(job))
        }
        Change::Descendant(id) => {
            let descendant = state.descendant(*id)?;
            let (started, depth) = (started(&descendant.started), descendant.depth);
            let (upstream, bridge) = (descendant.upstream, &descendant.bridge);
            format!("{:1$}{started}, downstream of pipeline {upstream} {bridge}", "", 2 * depth)
        }
    };
    Some(one_line(&line))
}

/// The line for programs; `None` when the job is gone.
pub(super) fn json(state: &State, change: &Change, time: Timestamp) -> Option<String> {
    let event = match change {
        Change::Pipeline => {
            let pipeline = &state.pipeline;
            Event {
                time,
                what: "pipeline",
                id: pipeline.id,
                name: pipeline.name.as_deref(),
                stage: None,
                status: &pipeline.status,
                web_url: &pipeline.web_url,
                project_id: pipeline.project,
                upstream: None,
            }
        }
        Change::Job(id) => {
            let job = state.job(*id)?;
            Event {
                time,
                what: "job",
                id: *id,
                name: Some(&job.name),
                stage: Some(&job.stage),
                status: &job.status,
                web_url: &job.web_url,
                project_id: None,
                upstream: None,
            }
        }
        Change::Downstream(id) => downstream(state.job(*id)?.downstream.as_ref()?, state.pipeline.id, time),
        Change::Descendant(id) => {
            let descendant = state.descendant(*id)?;
            downstream(&descendant.started, descendant.upstream, time)
        }
    };
    // Texts and numbers always have a form in JSON.
    serde_json::to_string(&event).ok().map(|json| escaped_json(&json))
}

fn downstream(started: &Downstream, upstream: i64, time: Timestamp) -> Event<'_> {
    Event {
        time,
        what: "pipeline",
        id: started.id,
        name: None,
        stage: None,
        status: &started.status,
        web_url: &started.web_url,
        project_id: started.project,
        upstream: Some(upstream),
    }
}

fn started(started: &Downstream) -> String {
    let project = started.path().map(|path| format!(" in {path}")).unwrap_or_default();
    format!("pipeline {} {}{project}", started.id, started.status)
}

fn path(job: &Job) -> String {
    format!("{}/{}", job.stage, job.name)
}

/// A span of time in whole seconds, which programs can read, too.
fn whole(seconds: f64) -> String {
    format!("{seconds:.0} s")
}
