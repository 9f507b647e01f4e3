//! Waiting for pipelines and jobs: when one has ended, how long to pause between looks, when to give up. This file
//! decides from statuses and times that are passed in. `wait/family.rs` decides in the same way about downstream
//! pipelines, `wait/group.rs` about many pipelines of one project; `wait/waiting.rs` and `wait/together.rs` ask GitLab
//! and sleep.

mod asker;
mod failed_logs;
mod family;
mod group;
mod outage;
#[cfg(test)]
mod status_tests;
mod summary;
mod together;
mod waiting;

use std::fmt::Display;
use std::time::Duration;

use tokio::time::Instant;

use crate::client::Gitlab;
use crate::endpoint::Resource;
use crate::error::{Error, ErrorKind};

pub use failed_logs::FailedLog;
pub use summary::Summary;
pub use together::{Change, WaitingAll, wait_all};
pub use waiting::{Downstream, WaitEvent, Waiting};

/// How to wait for a pipeline.
///
/// ```
/// use rhailab_client::{Until, Wait};
/// use std::time::Duration;
///
/// let patient = Wait::new().deadline(Duration::from_secs(1800)).until(Until::Final).check();
/// # let _ = patient;
/// ```
#[derive(Clone, Debug)]
pub struct Wait {
    deadline: Option<Duration>,
    first: Duration,
    most: Duration,
    until: Until,
    check: bool,
    children: bool,
    failed_logs: bool,
    refresh: bool,
    every_look: bool,
    client: Option<Gitlab>,
}

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Nothing moves any more by itself: success, failed, canceled, skipped, or manual.
    Settled,
    /// It has ended: a pipeline that is blocked by a manual job is waited for, too.
    Final,
}

/// What a status means for whoever waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It goes on.
    Moving,
    /// It waits for somebody's action.
    Blocked,
    /// It ended in this status.
    Ended,
}

/// What a [`Waiter`] does next.
#[derive(Debug)]
pub enum Step {
    /// Look again after this pause.
    Pause(Duration),
    /// The wait is over.
    Done,
}

/// A wait that is under way: it is told each status, and says what comes next.
#[derive(Debug)]
pub struct Waiter {
    options: Wait,
    next: Duration,
}

/// Every status of a pipeline or job, and what it means. A status that is not in the list is waited for:
/// a newer GitLab may have added one, and the deadline still holds.
const PROGRESS: [(&str, Progress); 13] = [
    ("created", Progress::Moving),
    ("waiting_for_resource", Progress::Moving),
    ("preparing", Progress::Moving),
    ("waiting_for_callback", Progress::Moving),
    ("pending", Progress::Moving),
    ("running", Progress::Moving),
    ("canceling", Progress::Moving),
    ("scheduled", Progress::Moving),
    ("manual", Progress::Blocked),
    ("success", Progress::Ended),
    ("failed", Progress::Ended),
    ("canceled", Progress::Ended),
    ("skipped", Progress::Ended),
];

/// The shortest pause: without any, a server would be asked as fast as it answers.
const SHORTEST: Duration = Duration::from_millis(1);

/// How long a look may take that is under way when the deadline passes. The last one begins just then.
const LAST_LOOK: Duration = Duration::from_secs(5);

impl Wait {
    /// The pause behind the first look, unless [`Wait::poll`] says otherwise: one second.
    pub const FIRST_PAUSE: Duration = Duration::from_secs(1);

    /// What pauses grow to, unless [`Wait::poll`] says otherwise: 15 seconds.
    pub const LONGEST_PAUSE: Duration = Duration::from_secs(15);

    /// Without a deadline; pauses of one second that grow to 15 seconds; until it is settled.
    #[must_use]
    pub fn new() -> Self {
        Self {
            deadline: None,
            first: Self::FIRST_PAUSE,
            most: Self::LONGEST_PAUSE,
            until: Until::Settled,
            check: false,
            children: false,
            failed_logs: false,
            refresh: false,
            every_look: false,
            client: None,
        }
    }

    /// Gives up after this long, with an error of kind [`ErrorKind::Deadline`], which [`wait_all`] notes in its [`Summary`] as
    /// it does all errors. A look that is under way then may take five seconds more.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The first pause between two looks, and the longest. Each pause is half as long again as the one before; none is shorter
    /// than a millisecond.
    #[must_use]
    pub fn poll(mut self, first: Duration, most: Duration) -> Self {
        self.first = first.max(SHORTEST);
        self.most = most.max(self.first);
        self
    }

    /// What to wait for. Default: [`Until::Settled`].
    #[must_use]
    pub fn until(mut self, until: Until) -> Self {
        self.until = until;
        self
    }

    /// Makes every end but success an error of kind [`ErrorKind::Pipeline`].
    #[must_use]
    pub fn check(mut self) -> Self {
        self.check = true;
        self
    }

    /// Waits for the pipelines, too, that bridges of the pipeline start, in this project and in others, to any depth; with
    /// [`Wait::check`], one of them that does not succeed is an error, unless its bridge is allowed to fail.
    #[must_use]
    pub fn children(mut self) -> Self {
        self.children = true;
        self
    }

    /// Reads the last lines of the log of each failed job when the wait is over without success: see
    /// [`WaitEvent::FailedLog`].
    #[must_use]
    pub fn failed_logs(mut self) -> Self {
        self.failed_logs = true;
        self
    }

    /// Reads each pipeline once more by itself when it is over. [`wait_all`] learns most statuses from lists, whose rows
    /// lack `finished_at`, `duration` and a few more; a wait for a single pipeline needs this not.
    #[must_use]
    pub fn refresh(mut self) -> Self {
        self.refresh = true;
        self
    }

    /// Tells of every look, and not only of those that found another status: see [`WaitEvent::Unchanged`].
    #[must_use]
    pub fn every_look(mut self) -> Self {
        self.every_look = true;
        self
    }

    /// Asks through this client, for an object that came from one that may start a pipeline and not read it: a trigger
    /// token suffices to start one. What is answered still belongs to the object's own client.
    #[must_use]
    pub fn through(mut self, client: &Gitlab) -> Self {
        self.client = Some(client.clone());
        self
    }

    /// Begins the wait.
    #[must_use]
    pub fn start(self) -> Waiter {
        Waiter { next: self.first, options: self }
    }
}

impl Default for Wait {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress {
    /// What a status means.
    #[must_use]
    pub fn of(status: &str) -> Self {
        PROGRESS.iter().find(|(name, _)| *name == status).map_or(Self::Moving, |(_, progress)| *progress)
    }
}

impl Waiter {
    /// Decides what comes next. `waited` is the time since the wait began.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Deadline`] when the deadline has passed; with [`Wait::check`], [`ErrorKind::Pipeline`] when it
    /// ended other than in success.
    pub fn step(&mut self, pipeline: &dyn Display, status: &str, waited: Duration) -> Result<Step, Error> {
        if self.is_over(status) {
            return self.check(pipeline, status).map(|()| Step::Done);
        }
        self.pause(pipeline, status, waited).map(Step::Pause)
    }

    /// Whether nothing more is to be waited for in this status.
    #[must_use]
    pub fn is_over(&self, status: &str) -> bool {
        self.options.until.is_over(status)
    }

    /// What a status means in which the wait ended.
    pub(crate) fn check(&self, pipeline: &dyn Display, status: &str) -> Result<(), Error> {
        match (self.options.check, status) {
            (false, _) | (true, "success") => Ok(()),
            (true, status) => Err(not_successful(pipeline, status)),
        }
    }

    /// How long to pause before the next look. `what` is said to be still in `status` when the deadline has passed.
    pub(crate) fn pause(
        &mut self,
        what: &dyn Display,
        status: &str,
        waited: Duration,
    ) -> Result<Duration, Error> {
        let left = match self.options.deadline {
            Some(deadline) if waited >= deadline => return Err(too_late(what, Some(status), deadline)),
            Some(deadline) => deadline - waited,
            None => Duration::MAX,
        };
        let pause = jittered(self.next).min(left);
        self.next = self.next.saturating_add(self.next / 2).min(self.options.most);
        Ok(pause)
    }
}

impl Until {
    /// Whether nothing more is to be waited for in this status.
    fn is_over(self, status: &str) -> bool {
        match Progress::of(status) {
            Progress::Ended => true,
            Progress::Blocked => self == Self::Settled,
            Progress::Moving => false,
        }
    }
}

/// Whether objects of a resource can be waited for: they have a status, and can be read again.
#[must_use]
pub fn can_wait(resource: &Resource) -> bool {
    use crate::endpoint::On;
    resource.field("status").is_some() && resource.operation(On::Object, "refresh").is_some()
}

/// Why an object of a resource cannot be waited for.
fn not_awaitable(resource: &Resource) -> Error {
    let kind = resource.kind;
    match resource.field("status") {
        None => Error::usage(format!("a {kind} cannot be waited for: it has no status")),
        Some(_) => Error::usage(format!(
            "a {kind} cannot be waited for: GitLab does not tell its status by itself"
        ))
        .with_hint(
            "Wait for its pipeline, and for those that it starts: `pipeline.wait(#{children: true})`.",
        ),
    }
}

/// Does a look of a wait that began at this time; answers the deadline when that cuts the look short.
async fn in_time<T>(
    deadline: Option<Duration>,
    started: Instant,
    look: impl Future<Output = T>,
) -> Result<T, Duration> {
    let deadline = deadline.unwrap_or(Duration::MAX);
    match started.checked_add(deadline.saturating_add(LAST_LOOK)) {
        Some(end) => tokio::time::timeout_at(end, look).await.map_err(|_| deadline),
        None => Ok(look.await),
    }
}

/// Up to a fifth less, so that many waits that began together do not ask together for ever.
fn jittered(pause: Duration) -> Duration {
    pause - pause.mul_f64(0.2 * fastrand::f64())
}

fn not_successful(pipeline: &dyn Display, status: &str) -> Error {
    let (what, hint) = match status {
        "manual" => ("is blocked", "It waits for a manual job: start or cancel that job."),
        "skipped" => ("was skipped", "No job ran; look at the rules of its jobs and at the commit message."),
        "canceled" => ("was canceled", "Somebody or something canceled it; `retry()` starts it again."),
        _ => ("failed", "Look at its failed jobs; `retry()` runs them again."),
    };
    Error::new(ErrorKind::Pipeline, format!("{pipeline} {what}")).with_pipeline_status(status).with_hint(hint)
}

/// The deadline passed; the status is missing where nothing was seen before.
fn too_late(pipeline: &dyn Display, status: Option<&str>, deadline: Duration) -> Error {
    let deadline = jiff::SignedDuration::try_from(deadline).unwrap_or(jiff::SignedDuration::MAX);
    let Some(status) = status else {
        return Error::new(ErrorKind::Deadline, format!("{pipeline} was not seen within {deadline:#}"))
            .with_hint("GitLab did not answer in time; wait again, with a later deadline.");
    };
    Error::new(ErrorKind::Deadline, format!("{pipeline} was still {status} after {deadline:#}"))
        .with_pipeline_status(status)
        .with_hint("The pipeline goes on without you; wait again, with a later deadline.")
}
