//! What somebody can do to a single job: cancel, retry, play, erase; and what its end leaves behind.
//!
//! This file owns these changes. Who may ask for them is the business of the behaviours.

use super::transition::Event;
use super::{Status, World};
use crate::archive;
use crate::store::{Job, Output, RunVariable};
use crate::trace::trace;

impl World {
    /// Cancels a job. One that has ended stays as it is.
    ///
    /// With force, only a job that is canceling already is touched: it does not wait for its runner.
    pub(crate) fn cancel_job(&mut self, id: i64, force: bool) {
        let Some(job) = self.store.jobs.get(&id) else {
            return;
        };
        let (pipeline, canceling) = (job.pipeline, job.status == Status::Canceling);
        let event = match (force, canceling) {
            (true, true) => Event::Drop,
            (false, false) => Event::Cancel,
            _ => return,
        };
        self.fire(id, event);
        self.process(pipeline);
    }

    /// Replaces a job by a new one, which has its turn when the stages before it have ended.
    ///
    /// Jobs behind it that were skipped have another turn.
    pub(crate) fn retry_job(&mut self, id: i64, user: i64) -> Option<i64> {
        self.store.jobs.get(&id).filter(|job| job.is_retryable())?;
        let new = self.replace_job(id, user)?;
        self.revive_skipped(new, user);
        self.process(self.store.jobs.get(&new)?.pipeline);
        Some(new)
    }

    /// Starts a job that waits for somebody. One that was played before is replaced by a new one.
    pub(crate) fn play_job(&mut self, id: i64, user: i64, variables: Vec<RunVariable>) -> Option<i64> {
        let job = self.store.jobs.get(&id).filter(|job| job.is_playable())?;
        let played = if job.is_retryable() { self.replace_job(id, user)? } else { id };
        let job = self.store.jobs.get_mut(&played)?;
        job.user = user;
        if !variables.is_empty() {
            job.variables = variables;
        }
        let pipeline = job.pipeline;
        self.fire(played, Event::Enqueue);
        self.revive_skipped(played, user);
        self.process(pipeline);
        Some(played)
    }

    /// Removes a job's log and artifacts.
    pub(crate) fn erase_job(&mut self, id: i64) {
        let now = self.now;
        if let Some(job) = self.store.jobs.get_mut(&id) {
            job.output = None;
            job.artifacts_expire_at = None;
            job.erased_at = Some(now);
        }
    }

    /// Puts a new job in the place of an old one.
    pub(super) fn replace_job(&mut self, old: i64, user: i64) -> Option<i64> {
        let now = self.now;
        let old = self.store.jobs.get_mut(&old)?;
        let id = self.store.ids.job();
        old.retried = true;
        let fresh = Job::new(id, old.project, old.pipeline, old.stage, old.plan.clone(), user, now);
        let new = Job { retries: old.retries + 1, variables: old.variables.clone(), ..fresh };
        if let Some(pipeline) = self.store.pipelines.get_mut(&new.pipeline) {
            pipeline.jobs.push(id);
        }
        self.store.jobs.insert(id, new);
        Some(id)
    }

    /// Gives another turn to a job that was skipped, in the name of this user.
    pub(super) fn revive(&mut self, id: i64, user: i64) {
        if self.fire(id, Event::Process)
            && let Some(job) = self.store.jobs.get_mut(&id)
        {
            job.user = user;
        }
    }

    /// Notes what a run of a job leaves behind.
    pub(super) fn leave_output(&mut self, id: i64) {
        let (now, draw) = (self.now, self.draw);
        let Some(job) = self.store.jobs.get_mut(&id) else {
            return;
        };
        let succeeded = job.status == Status::Success;
        let archive = succeeded.then(|| archive::pack(job, draw)).flatten();
        let archive = archive.and_then(|bytes| u64::try_from(bytes.len()).ok());
        // A report of failed tests is the reason to look at a failed job: it comes in any case.
        let tested = !job.plan.tests.is_empty() && job.status != Status::Canceled;
        let report = tested.then(|| draw.number("report size", id, 400..=900));
        let log = u64::try_from(trace(job, draw, now).len()).unwrap_or_default();
        job.output = Some(Output { trace: log, archive, report });
        let stay = job.plan.artifacts.as_ref().and_then(|artifacts| artifacts.expire_in);
        if let (Some(_), Some(stay)) = (archive, stay) {
            job.artifacts_expire_at = now.checked_add(stay).ok();
        }
    }

    /// Gives another turn to each skipped job in the stages behind this one.
    fn revive_skipped(&mut self, id: i64, user: i64) {
        let Some(job) = self.store.jobs.get(&id) else {
            return;
        };
        let behind = self.store.latest_jobs(job.pipeline);
        let behind = behind.filter(|other| other.stage > job.stage && other.status == Status::Skipped);
        for skipped in behind.map(|other| other.id).collect::<Vec<_>>() {
            self.revive(skipped, user);
        }
    }
}
