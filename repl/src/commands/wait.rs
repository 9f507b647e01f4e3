//! `rhailab wait`: waits for a pipeline that is under way. Here is also what it shares with `rhailab trigger --wait`: the
//! options of a wait, the deadline of the whole command, and how the command ends.

use std::time::Duration;

use clap::{Args, ValueEnum};
use rhailab_client::{ErrorKind, Gitlab, Id, Wait};

use super::project;
use crate::cli::{GlobalOptions, Status, complain, pause, say, start};
use crate::engine::bridge::Bridge;
use crate::live::{Failure, Watch};
use crate::output::terminal::one_line;
use crate::server::{self, Given, Server};
use crate::{pipeline_url, report};

/// Which pipeline, and how to wait for it.
#[derive(Debug, Args)]
pub(crate) struct WaitOptions {
    /// The project's full path or number; without it the project of the git remote `origin`
    pub(crate) project: Option<String>,
    /// The pipeline's number, or the URL of its page
    pub(crate) pipeline: String,
    #[command(flatten)]
    pub(crate) how: How,
}

/// How to wait.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// Wait for downstream pipelines, too, in any project and to any depth
    #[arg(long)]
    pub(crate) children: bool,
    /// What to wait for
    #[arg(long, value_name = "STATE")]
    pub(crate) until: Option<Until>,
    /// The first pause between two looks, such as 5s; pauses grow up to 15 seconds
    #[arg(long, value_name = "DURATION", value_parser = pause)]
    pub(crate) poll: Option<Duration>,
}

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Until {
    /// Until nothing moves any more by itself: a pipeline that is blocked by a manual job is not waited for
    Settled,
    /// Until it has ended: a blocked pipeline is waited for, too
    Final,
}

impl How {
    /// The wait that the options describe.
    pub(crate) fn wait(&self) -> Wait {
        let mut wait = Wait::new();
        if self.children {
            wait = wait.children();
        }
        if let Some(first) = self.poll {
            wait = wait.poll(first, Wait::LONGEST_PAUSE);
        }
        match self.until {
            Some(Until::Final) => wait.until(rhailab_client::Until::Final),
            Some(Until::Settled) | None => wait,
        }
    }

    /// The name of an option that was given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let end = self.end().into_iter().map(|(name, _)| name).next();
        end.or(self.poll.is_some().then_some("--poll"))
    }

    /// The options that say when the wait is over, as they are written.
    pub(crate) fn end(&self) -> Vec<Given> {
        let until = self.until.and_then(|until| until.to_possible_value());
        let rows = [
            ("--children", self.children.then_some(None)),
            ("--until", until.map(|until| Some(until.get_name().to_owned()))),
        ];
        rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// Waits for the pipeline.
pub(crate) fn run(global: &GlobalOptions, options: &WaitOptions) -> Status {
    within(global, |_, client| {
        let (project, pipeline) = target(options, client.url())?;
        let object = client.projects().lazy(project.clone()).pipelines().lazy(pipeline).object().clone();
        let wait = options.how.wait();
        let work = async move |watch: &mut Watch| watch.follow(&object, wait).await;
        Ok(Task { project, pipeline: Some(pipeline), end: options.how.end(), work })
    })
}

/// What a command does, and what it is about.
pub(crate) struct Task<W> {
    pub(crate) project: Id,
    /// The pipeline, where one is under way already.
    pub(crate) pipeline: Option<i64>,
    /// The options that say when a wait for it is over.
    pub(crate) end: Vec<Given>,
    pub(crate) work: W,
}

/// Runs a command against the configured server, within the deadline that `--timeout` is. Mistakes in the call are told
/// before anything is sent.
pub(crate) fn within<W>(
    global: &GlobalOptions,
    prepare: impl FnOnce(&Server, &Gitlab) -> Result<Task<W>, String>,
) -> Status
where
    W: AsyncFnOnce(&mut Watch) -> Result<(), Failure>,
{
    let bridge = Bridge::default();
    // A sandbox lives as long as this name. The deadline is the whole command's, and no single request's.
    let options = GlobalOptions { timeout: None, ..global.clone() };
    let (server, client) = match server::open(&options, &bridge) {
        Ok(opened) => opened,
        Err(status) => return status,
    };
    let Task { project, pipeline, end, work } = match prepare(&server, &client) {
        Ok(task) => task,
        Err(problem) => return complain(&problem),
    };
    if let Err(status) = start(&bridge) {
        return status;
    }
    let mut watch = Watch::new(global);
    let ended = bridge.wait(async {
        match global.timeout {
            Some(deadline) => tokio::time::timeout(deadline, work(&mut watch)).await.ok(),
            None => Some(work(&mut watch).await),
        }
    });
    let shown = match &ended {
        // Where nothing can be written, nothing more is.
        Ok(Some(Err(Failure::Told(status)))) => {
            watch.leave();
            *status
        }
        _ => watch.finish(global, &bridge),
    };
    let again = global.sandbox.is_none().then(|| [end, server::chosen(global)].concat());
    let subject = subject(&watch, &project, pipeline, again);
    let color = global.color.for_stderr();
    match ended {
        Ok(Some(Ok(()) | Err(Failure::Told(_)))) => shown,
        Ok(Some(Err(Failure::Error(error)))) => {
            say(&report::client_failure(&error, color));
            if error.kind() == ErrorKind::Usage { Status::Usage } else { report::status_of_client(&error) }
        }
        Ok(None) => {
            let (title, help) = too_late(&subject, global.timeout.unwrap_or_default());
            say(&report::problem(title, help, color));
            Status::Deadline
        }
        Err(_) => {
            say(&interrupted(&subject));
            Status::Interrupted
        }
    }
}

/// The project and the pipeline that the arguments name.
fn target(options: &WaitOptions, server: &str) -> Result<(Id, i64), String> {
    let WaitOptions { project, pipeline, .. } = options;
    if pipeline.contains("://") {
        let (of_page, id) = pipeline_url::read(pipeline, server)?;
        return match project {
            Some(project) => Err(format!("{pipeline:?} names its project; leave {project:?} out")),
            None => Ok((of_page.into(), id)),
        };
    }
    let id = pipeline.parse().ok().filter(|id| *id > 0).ok_or_else(|| {
        format!("{pipeline:?} is no pipeline; write its number, such as 104, or the URL of its page")
    })?;
    Ok((project::of(project.as_deref(), server)?, id))
}

/// The pipeline that a command was about when it was cut short.
enum Subject {
    /// It may not even have been started.
    Unknown,
    Pipeline {
        id: i64,
        /// The last one that was seen.
        status: Option<String>,
        /// The call that waits for it again; none, where it lives no longer than the command.
        again: Option<String>,
    },
}

fn subject(watch: &Watch, project: &Id, pipeline: Option<i64>, options: Option<Vec<Given>>) -> Subject {
    let seen = watch.pipeline();
    let id = seen.and_then(|seen| seen.attribute("id").ok()).and_then(serde_json::Value::as_i64).or(pipeline);
    let Some(id) = id else { return Subject::Unknown };
    let status = seen.and_then(|seen| seen.text("status").ok());
    Subject::Pipeline {
        id,
        status: status.map(one_line),
        again: options.map(|options| {
            let given = options.into_iter().flat_map(|(name, value)| [Some(name.to_owned()), value]);
            let words = [Some(project.to_string()), Some(id.to_string())].into_iter().chain(given).flatten();
            let words: Vec<String> = words.map(|word| quoted(&word)).collect();
            format!("rhailab wait {}", words.join(" "))
        }),
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    // What cannot be quoted has a null in it, and no argument of a program has.
    one_line(&shlex::try_quote(word).unwrap_or(word.into()))
}

/// What to say when the deadline passed, and what to do.
fn too_late(subject: &Subject, deadline: Duration) -> (String, String) {
    let deadline = jiff::SignedDuration::try_from(deadline).unwrap_or(jiff::SignedDuration::MAX);
    let silent = format!("GitLab did not answer within {deadline:#}");
    match subject {
        Subject::Unknown => (
            silent,
            "Whether a pipeline was started is not known: look before you start another one.".to_owned(),
        ),
        Subject::Pipeline { id, status, again } => (
            status
                .as_ref()
                .map_or(silent, |status| format!("pipeline {id} was still {status} after {deadline:#}")),
            match again {
                Some(again) => format!("It goes on without you; `{again}` waits again."),
                None => "It ended with its sandbox.".to_owned(),
            },
        ),
    }
}

/// What to say after Ctrl-C.
fn interrupted(subject: &Subject) -> String {
    match subject {
        Subject::Unknown => "interrupted; whether a pipeline was started is not known".to_owned(),
        Subject::Pipeline { id, again: Some(again), .. } => {
            format!("interrupted; pipeline {id} goes on, and `{again}` waits again")
        }
        Subject::Pipeline { id, again: None, .. } => {
            format!("interrupted; pipeline {id} ended with its sandbox")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_tells_what_was_seen_last_and_what_to_do() {
        let seen = |status: Option<&str>| Subject::Pipeline {
            id: 104,
            status: status.map(str::to_owned),
            again: Some("rhailab wait demo/app 104".to_owned()),
        };
        let goes_on = "It goes on without you; `rhailab wait demo/app 104` waits again.";
        let unknown = "Whether a pipeline was started is not known: look before you start another one.";
        let cases = [
            (seen(Some("running")), 200, "pipeline 104 was still running after 200ms", goes_on),
            (seen(Some("created")), 90_000, "pipeline 104 was still created after 1m 30s", goes_on),
            (seen(None), 5_000, "GitLab did not answer within 5s", goes_on),
            (Subject::Unknown, 5_000, "GitLab did not answer within 5s", unknown),
        ];
        for (subject, milliseconds, title, help) in cases {
            let said = too_late(&subject, Duration::from_millis(milliseconds));
            assert_eq!(said, (title.to_owned(), help.to_owned()));
        }
    }
}
