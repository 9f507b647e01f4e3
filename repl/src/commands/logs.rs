//! `rhailab logs`: prints a job's log, and ends with what became of the job.

use std::str::FromStr;
use std::time::Duration;

use rhailab_client::{Error, Gitlab, Id, ListProjectPipelineBridges, ListProjectPipelineJobs, nearest};

use super::project;
use crate::cli::{GlobalOptions, LogsOptions, Status, complain, end};
use crate::engine::ObjectRef;
use crate::engine::bridge::Bridge;
use crate::engine::error::raise;
use crate::engine::follow::{PAUSE, STARTS_PIPELINE, print_log};
use crate::output::Format;
use crate::output::terminal::Standard;
use crate::report::{self, Script, Sources};
use crate::server;

/// Which job is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JobName {
    /// The job with this number.
    Number(i64),
    /// The latest job of this name in a pipeline.
    InPipeline(i64, String),
}

impl FromStr for JobName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| digits.parse().ok().filter(|number| *number > 0);
        let job = match text.split_once(':') {
            None => number(text).map(Self::Number),
            Some((_, "")) => None,
            Some((pipeline, name)) => {
                number(pipeline).map(|pipeline| Self::InPipeline(pipeline, name.to_owned()))
            }
        };
        job.ok_or_else(|| "it is the number of a job, or PIPELINE:NAME, such as 45:rspec".to_owned())
    }
}

/// Prints the log, and follows it if that is wanted.
pub(crate) fn print(global: &GlobalOptions, options: &LogsOptions) -> Status {
    if global.output != Format::Auto {
        return complain(
            "a log is text: --output has no other form of it; `job.trace()` answers it to a script",
        );
    }
    let color = global.color.for_stderr();
    // The deadline is the whole command's, and no single request's.
    let bridge = Bridge::default().limited(global.timeout);
    let global = &GlobalOptions { timeout: None, ..global.clone() };
    // A sandbox lives as long as this name.
    let (_server, client) = match server::open(global, &bridge) {
        Ok(opened) => opened,
        Err(status) => return status,
    };
    let project = match project::of(Some(&options.project), client.url()) {
        Ok(project) => project,
        Err(problem) => return complain(&problem),
    };
    let pause = options.follow.then(|| options.poll.unwrap_or(PAUSE));
    match read(&client, &bridge, project, &options.job, &Standard::new(global.color.for_stdout()), pause) {
        Ok(status) => Status::of_failure(&status).unwrap_or(Status::Success),
        Err(thrown) => {
            // There is no script that anything could be shown in.
            let nowhere = Sources::of(Script { name: String::new(), text: String::new() });
            end(report::ending(&nowhere, &thrown, color))
        }
    }
}

fn read(
    client: &Gitlab,
    bridge: &Bridge,
    project: Id,
    job: &JobName,
    print: &Standard,
    pause: Option<Duration>,
) -> Result<String, Box<rhai::EvalAltResult>> {
    let number = match job {
        JobName::Number(number) => *number,
        JobName::InPipeline(pipeline, name) => {
            bridge.wait(find(client, project.clone(), *pipeline, name))?.map_err(raise)?
        }
    };
    let job = client.projects().lazy(project).jobs().lazy(number);
    print_log(&ObjectRef::new(job.object().clone(), bridge.clone()), bridge, print, pause)
}

/// The number of the job of this name. Of one that was retried, the latest is listed alone.
async fn find(client: &Gitlab, project: Id, pipeline: i64, name: &str) -> Result<i64, Error> {
    let owner = client.projects().lazy(project).pipelines().lazy(pipeline);
    let jobs = owner.jobs().list(ListProjectPipelineJobs::new()).all().await?;
    if let Some(job) = jobs.iter().find(|job| job.name.as_deref() == Some(name)) {
        return Ok(job.id);
    }
    let bridges = owner.bridges().list(ListProjectPipelineBridges::new()).all().await?;
    if let Some(bridge) = bridges.iter().find(|bridge| bridge.name.as_deref() == Some(name)) {
        let started =
            bridge.downstream_pipeline.as_ref().map(|started| format!(" That is pipeline {}.", started.id));
        return Err(Error::usage(format!("`{name}` of the pipeline {pipeline} is a bridge, and has no log"))
            .with_hint(format!("{STARTS_PIPELINE}{}", started.unwrap_or_default())));
    }
    let names = jobs.iter().filter_map(|job| job.name.as_deref());
    let error = Error::usage(format!("the pipeline {pipeline} has no job `{name}`"));
    Err(match nearest(name, names.clone()) {
        Some(near) => error.with_hint(format!("Did you mean `{pipeline}:{near}`?")),
        None if jobs.is_empty() => error.with_hint("It has no jobs at all."),
        None => error.with_hint(format!("It has {}.", names.collect::<Vec<_>>().join(", "))),
    })
}
