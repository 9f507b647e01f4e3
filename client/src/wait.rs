//! Waiting for a pipeline: when it has ended, how long to pause between looks, when to give up. All of it
//! is decided here from statuses and times that are passed in; asking GitLab and sleeping is the caller's.

use std::time::Duration;

use crate::endpoint::Resource;
use crate::error::{Error, ErrorKind};

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

impl Wait {
    /// Without a deadline; pauses of one second that grow to 15 seconds; until it is settled.
    #[must_use]
    pub fn new() -> Self {
        Self {
            deadline: None,
            first: Duration::from_secs(1),
            most: Duration::from_secs(15),
            until: Until::Settled,
            check: false,
        }
    }

    /// Gives up after this long, with an error of kind [`ErrorKind::Deadline`].
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The first pause between two looks, and the longest. Each pause is half as long again as the one before.
    #[must_use]
    pub fn poll(mut self, first: Duration, most: Duration) -> Self {
        self.first = first;
        self.most = most.max(first);
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
    pub fn step(
        &mut self,
        pipeline: &dyn std::fmt::Display,
        status: &str,
        waited: Duration,
    ) -> Result<Step, Error> {
        let over = match Progress::of(status) {
            Progress::Ended => true,
            Progress::Blocked => self.options.until == Until::Settled,
            Progress::Moving => false,
        };
        if over {
            return match (self.options.check, status) {
                (false, _) | (true, "success") => Ok(Step::Done),
                (true, status) => Err(not_successful(pipeline, status)),
            };
        }
        let left = match self.options.deadline {
            Some(deadline) if waited >= deadline => {
                return Err(too_late(pipeline, status, deadline));
            }
            Some(deadline) => deadline - waited,
            None => Duration::MAX,
        };
        let pause = jittered(self.next).min(left);
        self.next = (self.next * 3 / 2).min(self.options.most);
        Ok(Step::Pause(pause))
    }
}

/// Whether objects of a resource can be waited for: they have a status, and can be read again.
#[must_use]
pub fn can_wait(resource: &Resource) -> bool {
    use crate::endpoint::On;
    resource.field("status").is_some() && resource.operation(On::Object, "refresh").is_some()
}

/// Up to a fifth less, so that many waits that began together do not ask together for ever.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(1.0 - 0.2 * fastrand::f64())
}

fn not_successful(pipeline: &dyn std::fmt::Display, status: &str) -> Error {
    let (what, hint) = match status {
        "manual" => ("is blocked", "It waits for a manual job: start or cancel that job."),
        "skipped" => ("was skipped", "No job ran; look at the rules of its jobs and at the commit message."),
        "canceled" => ("was canceled", "Somebody or something canceled it; `retry()` starts it again."),
        _ => ("failed", "Look at its failed jobs; `retry()` runs them again."),
    };
    Error::new(ErrorKind::Pipeline, format!("{pipeline} {what}")).with_pipeline_status(status).with_hint(hint)
}

fn too_late(pipeline: &dyn std::fmt::Display, status: &str, deadline: Duration) -> Error {
    let deadline = jiff::SignedDuration::try_from(deadline).unwrap_or(jiff::SignedDuration::MAX);
    Error::new(ErrorKind::Deadline, format!("{pipeline} was still {status} after {deadline:#}"))
        .with_pipeline_status(status)
        .with_hint("The pipeline goes on without you; wait again, with a later deadline.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(options: Wait, status: &str) -> Result<bool, ErrorKind> {
        match options.start().step(&"pipeline 1", status, Duration::ZERO) {
            Ok(Step::Done) => Ok(true),
            Ok(Step::Pause(_)) => Ok(false),
            Err(error) => Err(error.kind()),
        }
    }

    #[test]
    fn every_status_is_decided_by_itself() {
        let moving = [
            "created",
            "waiting_for_resource",
            "preparing",
            "waiting_for_callback",
            "pending",
            "running",
            "canceling",
            "scheduled",
            "a_status_of_next_year",
        ];
        for status in moving {
            assert_eq!(ends(Wait::new(), status), Ok(false), "{status}");
            assert_eq!(ends(Wait::new().until(Until::Final), status), Ok(false), "{status}");
        }
        for status in ["success", "failed", "canceled", "skipped"] {
            assert_eq!(ends(Wait::new(), status), Ok(true), "{status}");
            assert_eq!(ends(Wait::new().until(Until::Final), status), Ok(true), "{status}");
        }
        assert_eq!(ends(Wait::new(), "manual"), Ok(true));
        assert_eq!(ends(Wait::new().until(Until::Final), "manual"), Ok(false));
    }

    #[test]
    fn a_check_accepts_success_alone() {
        assert_eq!(ends(Wait::new().check(), "success"), Ok(true));
        for status in ["failed", "canceled", "skipped", "manual"] {
            assert_eq!(ends(Wait::new().check(), status), Err(ErrorKind::Pipeline), "{status}");
        }
        assert_eq!(ends(Wait::new().check(), "running"), Ok(false));
    }

    #[test]
    fn pauses_grow_to_their_limit_and_never_pass_the_deadline() {
        let (first, most) = (Duration::from_secs(1), Duration::from_secs(15));
        let mut waiter = Wait::new().poll(first, most).deadline(Duration::from_secs(100)).start();
        let mut waited = Duration::ZERO;
        let mut bound = first;
        let error = loop {
            match waiter.step(&"pipeline 1", "running", waited) {
                Ok(Step::Pause(pause)) => {
                    assert!(pause <= bound, "{pause:?} > {bound:?}");
                    assert!(waited + pause <= Duration::from_secs(100));
                    waited += pause;
                    bound = (bound * 3 / 2).min(most);
                }
                Ok(Step::Done) => unreachable!("it still runs"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::Deadline);
        assert_eq!(error.message(), "pipeline 1 was still running after 1m 40s");
        assert_eq!(error.pipeline_status(), Some("running"));
        assert_eq!(waited, Duration::from_secs(100));
    }
}
