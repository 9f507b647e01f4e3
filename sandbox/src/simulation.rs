//! The world and its time: what is due when, and how jobs and pipelines move.
//!
//! This file owns the virtual now, the queue of what is due, and each change of a job's status. It
//! knows no HTTP and no JSON. Time passes only when somebody says so: the server before it answers a
//! request, a test by hand. Equal seeds and equal calls at equal times make equal worlds.

mod bridges;
mod jobs;
mod knowledge;
mod pipelines;
mod schedules;
mod status;
mod transition;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::archive;
use crate::draw::Draw;
#[cfg(test)]
use crate::plan::JobPlan;
use crate::plan::{MILLION, When};
use crate::store::{Job, Store};

pub(crate) use pipelines::NewPipeline;
pub(crate) use status::Status;
use status::composite;
use transition::{Event, Traits, transition};

/// The records, the time, and what is yet to happen.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) draw: Draw,
    /// Where the server answers, such as `http://127.0.0.1:8080`; links begin with it.
    pub(crate) site: String,
    /// Where archives of artifacts are kept, if that is elsewhere.
    pub(crate) storage: Option<String>,
    pub(crate) last_archive: archive::Last,
    now: Timestamp,
    due: BTreeMap<(Timestamp, u64), Due>,
    scheduled: u64,
    /// Where time is running to, and how many schedules have run on the way.
    target: Timestamp,
    runs: usize,
}

/// Something that happens later.
#[derive(Debug, Clone, Copy)]
enum Due {
    /// GitLab looks for jobs of the pipeline whose turn has come.
    Process { pipeline: i64 },
    /// A job takes a step, unless its status has changed since.
    Step { job: i64, event: Event, changes: u64 },
    /// A pipeline is canceled because the one that started it was.
    Cancel { pipeline: i64 },
    /// A schedule runs, unless its times have changed since.
    Schedule { schedule: i64, changes: u64 },
    /// A schedule runs because somebody played it.
    Play { schedule: i64, user: i64 },
}

/// How long GitLab takes to look at a new pipeline.
const CREATION: Duration = Duration::from_millis(200);
/// How long a runner needs to stop a job.
const STOPPING: Duration = Duration::from_secs(3);
/// How long a bridge needs to start a pipeline.
const BRIDGING: Duration = Duration::from_millis(800);
/// How long a job waits for a runner.
const QUEUE: std::ops::RangeInclusive<Duration> = Duration::from_millis(500)..=Duration::from_millis(2500);

impl World {
    /// A world without any record, at this time.
    pub(crate) fn new(site: String, seed: u64, now: Timestamp) -> Self {
        let draw = Draw::new(seed);
        Self {
            store: Store::default(),
            draw,
            site,
            storage: None,
            last_archive: archive::Last::default(),
            now,
            due: BTreeMap::new(),
            scheduled: 0,
            target: now,
            runs: 0,
        }
    }

    /// The virtual time.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Lets time pass: everything that is due until then happens, in order, each at its own time.
    ///
    /// Time never runs backwards.
    pub(crate) fn advance_to(&mut self, now: Timestamp) {
        (self.target, self.runs) = (now, 0);
        while self.next_due().is_some_and(|time| time <= now)
            && let Some(((time, _), due)) = self.due.pop_first()
        {
            self.now = self.now.max(time);
            self.happen(due);
        }
        self.now = self.now.max(now);
    }

    /// When the next thing is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.due.first_key_value().map(|((time, _), _)| *time)
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Process { pipeline } => self.process(pipeline),
            Due::Step { job, event, changes } => {
                let Some(record) = self.store.jobs.get(&job).filter(|job| job.changes == changes) else {
                    return;
                };
                let pipeline = record.pipeline;
                if record.is_bridge() && event == Event::Run {
                    self.start_downstream(job);
                } else {
                    self.fire(job, event);
                }
                self.process(pipeline);
            }
            Due::Cancel { pipeline } => self.cancel_pipeline(pipeline),
            Due::Schedule { schedule, changes } => self.run_schedule(schedule, changes),
            Due::Play { schedule, user } => {
                self.start_scheduled(schedule, user);
            }
        }
    }

    /// Gives each job its turn that can have it, and notes what the jobs add up to.
    fn process(&mut self, pipeline: i64) {
        // A job that is skipped at once opens the way for later stages: look until nothing moves.
        while let Some((job, event)) = self.next_turn(pipeline) {
            if !self.fire(job, event) {
                break;
            }
        }
        self.refresh_status(pipeline);
    }

    /// The first job whose turn has come, and what becomes of it.
    fn next_turn(&self, pipeline: i64) -> Option<(i64, Event)> {
        let jobs: Vec<&Job> = self.store.latest_jobs(pipeline).collect();
        jobs.iter().filter(|job| job.status == Status::Created).find_map(|job| {
            let before = jobs.iter().filter(|other| other.stage < job.stage);
            let before = composite(before.map(|other| (other.status, other.plan.allow_failure)));
            turn(job.plan.when, before.unwrap_or(Status::Success)).map(|event| (job.id, event))
        })
    }

    /// Lets a job take a step, with all that belongs to it. A step that does not exist is refused.
    fn fire(&mut self, id: i64, event: Event) -> bool {
        let now = self.now;
        let Some(job) = self.store.jobs.get_mut(&id) else {
            return false;
        };
        // The simulated runners are recent ones: they stop a job gracefully. No runner has a bridge.
        let traits = Traits { graceful_cancel: !job.is_bridge(), ..Traits::default() };
        let Some(status) = transition(event, job.status, traits) else {
            return false;
        };
        job.status = status;
        job.changes += 1;
        match status {
            Status::Pending => job.queued_at = Some(now),
            Status::Running => job.started_at = Some(now),
            Status::Success | Status::Failed | Status::Canceled => job.finished_at = Some(now),
            _ => {}
        }
        if status == Status::Failed {
            let reason = failure(job, self.draw).unwrap_or("unknown_failure").to_owned();
            job.failure_reason.get_or_insert(reason);
        }
        let (bridge, ran, user) = (job.is_bridge(), job.started_at.is_some(), job.user);
        let retries_itself = status == Status::Failed && job.retries < job.plan.retry;
        if status == Status::Running && !bridge {
            let known = self.knowledge(id);
            self.store.job_tokens.insert(self.draw.job_token(id), id);
            if let Some(job) = self.store.jobs.get_mut(&id) {
                job.environment = known;
            }
        }
        if status.is_finished() && ran && !bridge {
            self.leave_output(id);
        }
        if retries_itself {
            self.replace_job(id, user);
        }
        self.plan_next(id);
        true
    }

    /// Plans the next step of a job, if it takes one by itself.
    fn plan_next(&mut self, id: i64) {
        let Some(job) = self.store.jobs.get(&id) else {
            return;
        };
        let draw = self.draw;
        let next = match (job.status, job.plan.when) {
            (Status::Pending, _) if job.is_bridge() => Some((BRIDGING, Event::Run)),
            // A bridge that runs waits for its pipeline, not for a time.
            (Status::Running, _) if job.is_bridge() => None,
            (Status::Pending, _) => Some((draw.duration("queue", id, &QUEUE), Event::Run)),
            (Status::Running, _) => Some((draw.duration("run", id, &job.plan.duration), end(job, draw))),
            (Status::Canceling, _) => Some((STOPPING, Event::Drop)),
            (Status::Scheduled, When::Delayed(delay)) => Some((delay, Event::Enqueue)),
            _ => None,
        };
        if let Some((delay, event)) = next {
            self.after(delay, Due::Step { job: id, event, changes: job.changes });
        }
    }

    fn after(&mut self, delay: Duration, due: Due) {
        // A time after the last one that exists is never reached.
        if let Ok(time) = self.now.checked_add(delay) {
            self.at(time, due);
        }
    }

    fn at(&mut self, time: Timestamp, due: Due) {
        self.scheduled += 1;
        self.due.insert((time, self.scheduled), due);
    }
}

/// What becomes of a job when the stages before it add up to this status; nothing while they go on.
fn turn(when: When, before: Status) -> Option<Event> {
    if !before.is_completed() {
        return None;
    }
    let has_turn = match when {
        When::OnSuccess | When::Manual | When::Delayed(_) => {
            matches!(before, Status::Success | Status::Skipped)
        }
        When::OnFailure => before == Status::Failed,
        When::Always => before != Status::Canceled,
    };
    Some(match when {
        _ if !has_turn => Event::Skip,
        When::Manual => Event::Actionize,
        When::Delayed(_) => Event::Schedule,
        When::OnSuccess | When::OnFailure | When::Always => Event::Enqueue,
    })
}

/// How the run of a job ends.
fn end(job: &Job, draw: Draw) -> Event {
    match failure(job, draw) {
        Some(_) => Event::Drop,
        None => Event::Success,
    }
}

/// Why the run of a job fails, if it does.
fn failure(job: &Job, draw: Draw) -> Option<&str> {
    job.plan.outcome(job.retries).failure(|| draw.number("outcome", job.id, 0..=MILLION - 1))
}

/// A world for tests: the demo at a fixed time.
#[cfg(test)]
pub(crate) fn test_world() -> World {
    test_world_with(JobPlan::demo())
}

/// A world for tests whose pipelines have these jobs.
#[cfg(test)]
pub(crate) fn test_world_with(pipeline: Vec<JobPlan>) -> World {
    let start = "2026-03-02T10:00:00Z".parse().unwrap();
    let options = crate::Options { pipeline, ..Default::default() };
    crate::seed::world("http://gitlab.test".to_owned(), start, &options)
}

#[cfg(test)]
mod tests;
