//! Jobs, bridges among them.
//!
//! This file owns the record and what can be said about one job alone. How jobs change is the business
//! of the simulation.

use std::sync::Arc;

use jiff::Timestamp;

use super::ci::seconds_between;
use super::variables::{Known, RunVariable};
use crate::plan::{JobPlan, When};
use crate::simulation::Status;

/// One job of a pipeline.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: i64,
    pub(crate) project: i64,
    pub(crate) pipeline: i64,
    pub(crate) plan: Arc<JobPlan>,
    /// The position of its stage.
    pub(crate) stage: usize,
    pub(crate) status: Status,
    pub(crate) user: i64,
    /// How often it was retried before, as other jobs.
    pub(crate) retries: usize,
    /// Whether a retry replaced it.
    pub(crate) retried: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) queued_at: Option<Timestamp>,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) finished_at: Option<Timestamp>,
    pub(crate) erased_at: Option<Timestamp>,
    pub(crate) failure_reason: Option<String>,
    /// How often the status has changed. Something that was due for an earlier state is void.
    pub(crate) changes: u64,
    /// The variables that somebody gave to this job alone when they played it.
    pub(crate) variables: Vec<RunVariable>,
    /// What its script finds in its environment, once it has started.
    pub(crate) environment: Vec<Known>,
    /// What it left behind, once it has ended.
    pub(crate) output: Option<Output>,
    /// When its artifacts go away.
    pub(crate) artifacts_expire_at: Option<Timestamp>,
    /// The pipeline that it started, if it is a bridge.
    pub(crate) downstream: Option<i64>,
}

/// What a job left behind: sizes in bytes. The contents are made when somebody asks for them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) trace: u64,
    pub(crate) archive: Option<u64>,
    pub(crate) report: Option<u64>,
}

impl Job {
    /// A job that has had no turn yet.
    pub(crate) fn new(
        id: i64,
        project: i64,
        pipeline: i64,
        stage: usize,
        plan: Arc<JobPlan>,
        user: i64,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            project,
            pipeline,
            plan,
            stage,
            status: Status::Created,
            user,
            retries: 0,
            retried: false,
            created_at,
            queued_at: None,
            started_at: None,
            finished_at: None,
            erased_at: None,
            failure_reason: None,
            changes: 0,
            variables: Vec::new(),
            environment: Vec::new(),
            output: None,
            artifacts_expire_at: None,
            downstream: None,
        }
    }

    /// Whether it stands for a pipeline elsewhere instead of running.
    pub(crate) fn is_bridge(&self) -> bool {
        self.plan.downstream.is_some()
    }

    /// Whether a retry can replace it.
    pub(crate) fn is_retryable(&self) -> bool {
        let ended =
            matches!(self.status, Status::Success | Status::Failed | Status::Canceled | Status::Canceling);
        ended && !self.retried
    }

    /// Whether somebody can play it: one that waits to be played, or one that was played before.
    pub(crate) fn is_playable(&self) -> bool {
        let action = matches!(self.plan.when, When::Manual | When::Delayed(_));
        action && (matches!(self.status, Status::Manual | Status::Scheduled) || self.is_retryable())
    }

    /// Whether there is something that an erasure would remove.
    pub(crate) fn is_erasable(&self) -> bool {
        self.status.is_completed() && self.output.is_some() && !self.is_bridge()
    }

    /// How long it has run, in seconds.
    pub(crate) fn duration(&self, now: Timestamp) -> Option<f64> {
        Some(seconds_between(self.started_at?, self.finished_at.unwrap_or(now)))
    }

    /// How long it has waited for a runner, in seconds.
    pub(crate) fn queued_duration(&self, now: Timestamp) -> Option<f64> {
        // For one that was canceled in the queue, GitLab counts on.
        Some(seconds_between(self.queued_at?, self.started_at.unwrap_or(now)))
    }

    /// Whether its artifacts have gone away, as far as the job alone can tell.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.artifacts_expire_at.is_some_and(|end| end <= now)
    }
}
