//! A wait for a pipeline that is watched: after each look at the pipeline its jobs are asked for, and what changed is
//! shown, as a picture on a terminal or line by line. When to look and when it is over is decided in the client; how the
//! program ends is decided by the commands.

mod frame;
mod line;
mod lines;
pub(crate) mod screen;
mod state;
mod status;

use std::future::Future;
use std::io::IsTerminal as _;
use std::pin::pin;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rhai::Dynamic;
use rhailab_client::{
    Downstream, Error, FailedLog, ListProjectPipelineBridges, ListProjectPipelineJobs, Object,
    ProjectPipeline, Wait, WaitEvent, Waiting,
};

use crate::cli::{GlobalOptions, Progress, Status, print, say, unwritable};
use crate::engine::ObjectRef;
use crate::engine::bridge::Bridge;
use crate::engine::failed_log;
use crate::output::terminal::{neutral, one_line};
use crate::output::{self, Format, Style, WriteError};
use frame::Canvas;
use state::{Change, Descendant, Row, State};

/// How often the picture moves.
const FRAME: Duration = Duration::from_millis(100);

/// A pipeline under way, and how it is shown.
#[derive(Debug)]
pub(crate) struct Watch {
    show: Show,
    format: Format,
    color: bool,
    state: State,
    /// The pipeline at the last look, and when that was.
    seen: Option<(Object, Instant)>,
    tick: usize,
    /// What is known of downstream pipelines since the last look at the jobs, and not shown yet.
    fresh: Vec<Change>,
    logs: Vec<FailedLog>,
    jobs: Jobs,
}

/// How changes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    /// As a picture on standard error.
    Picture,
    /// A line each on standard output.
    Lines,
    /// A line of JSON each on standard output.
    Json,
    /// Not at all: standard output gets one value in the end.
    Nothing,
}

/// What is known about asking for jobs.
#[derive(Clone, Copy, Debug, Default)]
struct Jobs {
    /// The caller may not see them.
    hidden: bool,
    /// The pipeline has no bridges.
    without_bridges: bool,
    /// It was told that they could not be listed.
    told: bool,
}

/// Why a watch ended before the pipeline was seen to succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What the client says.
    Error(Error),
    /// One that was told, if it is to be told; how the program ends.
    Told(Status),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Watch {
    /// A watch that shows what the options ask for.
    pub(crate) fn new(global: &GlobalOptions) -> Self {
        let show = match global.output {
            Format::Json => Show::Json,
            Format::Table | Format::Yaml => Show::Nothing,
            Format::Auto => Show::Lines,
        };
        // The picture belongs to the person at the terminal, lines of JSON to a program.
        let show = if show != Show::Json && is_drawable(global.progress) { Show::Picture } else { show };
        Self {
            show,
            format: global.output,
            color: global.color.for_stderr(),
            state: State::default(),
            seen: None,
            tick: 0,
            fresh: Vec::new(),
            logs: Vec::new(),
            jobs: Jobs::default(),
        }
    }

    /// The pipeline, as far as it was seen.
    pub(crate) fn pipeline(&self) -> Option<&Object> {
        self.seen.as_ref().map(|(pipeline, _)| pipeline)
    }

    /// Takes in a pipeline that was just started.
    pub(crate) fn begin(&mut self, pipeline: &Object) -> Result<(), Failure> {
        self.state = State::of(&row(pipeline)?);
        self.seen = Some((pipeline.clone(), Instant::now()));
        match self.show {
            Show::Lines => {
                let change = lines::plain(&self.state, &Change::Pipeline).unwrap_or_default();
                put(&format!("{change} {}", one_line(&self.state.pipeline.web_url)))
            }
            _ => self.show(&[Change::Pipeline]),
        }
    }

    /// Waits for the pipeline to its end.
    pub(crate) async fn follow(&mut self, pipeline: &Object, wait: Wait) -> Result<(), Failure> {
        let mut waiting = Waiting::new(pipeline, wait.check().failed_logs().every_look())?;
        loop {
            match self.beside(waiting.next()).await? {
                WaitEvent::Changed(pipeline) | WaitEvent::Unchanged(pipeline) => self.look(pipeline).await?,
                WaitEvent::Downstream(seen) => self.see_downstream(&seen)?,
                WaitEvent::FailedLog(log) => self.logs.push(log),
                WaitEvent::Note(note) => say(&format!("note: {}", one_line(&note))),
                WaitEvent::Done(_) => return Ok(()),
                _ => {}
            }
        }
    }

    /// Takes the picture away.
    pub(crate) fn leave(&self) {
        screen::clear();
    }

    /// Shows what became of the pipeline: the summary or the value, then how the logs of failed jobs end.
    pub(crate) fn finish(&mut self, global: &GlobalOptions, bridge: &Bridge) -> Status {
        self.leave();
        let Some((pipeline, _)) = &self.seen else { return Status::Success };
        let text = match self.format {
            Format::Auto => frame::summary(&self.state, global.color.for_stdout()).join("\n"),
            Format::Json => String::new(),
            Format::Table | Format::Yaml => match value(pipeline, self.format, bridge) {
                Ok(text) => text,
                Err(status) => return status,
            },
        };
        let status = if text.is_empty() { Status::Success } else { print(format!("{text}\n").as_bytes()) };
        for line in self.logs.iter().flat_map(failed_log) {
            say(&line);
        }
        status
    }

    /// A look at the pipeline, and one at its jobs.
    async fn look(&mut self, pipeline: Object) -> Result<(), Failure> {
        let before = self.state.see_pipeline(&row(&pipeline)?);
        let jobs = self.beside(jobs(&pipeline, self.jobs)).await;
        let is_over = self.state.is_over();
        self.seen = Some((pipeline, Instant::now()));
        let mut of_jobs = self.see_jobs(jobs);
        of_jobs.append(&mut self.fresh);
        // A pipeline ends because its jobs have ended, and they begin because it does.
        let (first, then) =
            if is_over { (of_jobs, Vec::from_iter(before)) } else { (Vec::from_iter(before), of_jobs) };
        self.show(&[first, then].concat())
    }

    /// Takes in a downstream pipeline. The jobs themselves tell of those that they started, if they can be seen.
    fn see_downstream(&mut self, seen: &Downstream) -> Result<(), Failure> {
        if seen.depth > 1 || self.jobs.hidden {
            let descendant = Descendant {
                started: state::Downstream::read(&row(&seen.pipeline)?),
                bridge: seen.bridge.clone(),
                upstream: seen.upstream,
                depth: seen.depth,
            };
            self.fresh.extend(self.state.see_descendant(descendant, seen.is_gone));
        }
        Ok(())
    }

    fn see_jobs(&mut self, jobs: Result<Vec<Object>, Error>) -> Vec<Change> {
        jobs.and_then(|jobs| self.take_in(&jobs)).unwrap_or_else(|error| {
            self.jobs.hidden |= error.is_hidden();
            if !std::mem::replace(&mut self.jobs.told, true) {
                say(&format!("note: the jobs cannot be listed: {}", one_line(&error.to_string())));
            }
            Vec::new()
        })
    }

    fn take_in(&mut self, rows: &[Object]) -> Result<Vec<Change>, Error> {
        let fields = rows.iter().filter_map(|row| row.attributes().transpose());
        let fields: Vec<&Row> = fields.collect::<Result<_, _>>()?;
        let is_bridge = |row: &&Object| row.resource().field("downstream_pipeline").is_some();
        // A pipeline has all its jobs and bridges from the moment on in which it has any.
        self.jobs.without_bridges = !rows.is_empty() && !rows.iter().any(|row| is_bridge(&row));
        Ok(self.state.see_jobs(fields))
    }

    fn show(&mut self, changes: &[Change]) -> Result<(), Failure> {
        for change in changes {
            let line = match self.show {
                Show::Lines => lines::plain(&self.state, change),
                Show::Json => lines::json(&self.state, change, Timestamp::now()),
                Show::Picture | Show::Nothing => None,
            };
            if let Some(line) = line {
                put(&line)?;
            }
        }
        if self.show == Show::Picture {
            self.draw();
        }
        Ok(())
    }

    /// Does the work, and moves the picture beside it.
    async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        if self.show != Show::Picture {
            return work.await;
        }
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::time::sleep(FRAME) => self.draw(),
            }
        }
    }

    fn draw(&mut self) {
        let Some((_, looked)) = &self.seen else { return };
        let (width, height) = screen::room();
        let canvas = Canvas { width, height, color: self.color };
        screen::draw(frame::frame(&self.state, canvas, looked.elapsed(), self.tick));
        self.tick = self.tick.wrapping_add(1);
    }
}

/// Whether a picture can be drawn and drawn again.
fn is_drawable(progress: Progress) -> bool {
    let obeys = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    progress.is_shown() && obeys && std::io::stdout().is_terminal()
}

/// The value as the format shows it.
pub(crate) fn value(pipeline: &Object, format: Format, bridge: &Bridge) -> Result<String, Status> {
    let value = Dynamic::from(ObjectRef::new(pipeline.clone(), bridge.clone()));
    match output::text(&value, format, Style::plain()) {
        // A program that reads gets every letter; a terminal would obey some of them.
        Ok(Some(text)) if std::io::stdout().is_terminal() => Ok(neutral(&text)),
        Ok(text) => Ok(text.unwrap_or_default()),
        Err(WriteError::Data(problem)) => Err(unshown(&problem)),
        Err(WriteError::Script(thrown)) => Err(unshown(&neutral(&thrown.to_string()))),
        Err(WriteError::Output(error)) => Err(unwritable(&error)),
    }
}

fn unshown(problem: &str) -> Status {
    say(&format!("error: the pipeline cannot be shown: {problem}"));
    Status::Failure
}

/// The jobs of a pipeline, and its bridges unless it is known to have none: one request for a hundred of each.
async fn jobs(pipeline: &Object, known: Jobs) -> Result<Vec<Object>, Error> {
    if known.hidden {
        return Ok(Vec::new());
    }
    let pipeline = ProjectPipeline::lazy(pipeline.clone());
    let (jobs, bridges) = (pipeline.jobs(), pipeline.bridges());
    let jobs = jobs.list(ListProjectPipelineJobs::new()).all();
    if known.without_bridges {
        return Ok(jobs.await?.into_iter().map(|job| job.object().clone()).collect());
    }
    let (jobs, bridges) = tokio::try_join!(jobs, bridges.list(ListProjectPipelineBridges::new()).all())?;
    let jobs = jobs.into_iter().map(|job| job.object().clone());
    Ok(jobs.chain(bridges.into_iter().map(|bridge| bridge.object().clone())).collect())
}

fn row(pipeline: &Object) -> Result<Row, Error> {
    let row = pipeline.attributes()?.cloned();
    row.ok_or_else(|| Error::usage(format!("{pipeline} was not fetched")))
}

/// Writes a line to standard output.
pub(crate) fn put(line: &str) -> Result<(), Failure> {
    match print(format!("{line}\n").as_bytes()) {
        Status::Success => Ok(()),
        status => Err(Failure::Told(status)),
    }
}
