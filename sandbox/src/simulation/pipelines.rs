//! What happens to a pipeline as a whole: it is created, retried, canceled, and it changes its status.
//!
//! This file owns those four. How a single job moves is the business of the file above.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::transition::Event;
use super::{CREATION, Due, Status, World, composite};
use crate::plan::{JobPlan, stages};
use crate::store::{GitRef, Job, Pipeline, RunVariable, Source, seconds_between};

/// A pipeline to be created.
#[derive(Debug)]
pub(crate) struct NewPipeline {
    pub(crate) project: i64,
    pub(crate) git_ref: GitRef,
    pub(crate) source: Source,
    pub(crate) user: i64,
    /// The jobs of the configuration. Those that are not for this ref are left out.
    pub(crate) jobs: Vec<Arc<JobPlan>>,
    pub(crate) variables: Vec<RunVariable>,
    pub(crate) inputs: Map<String, Value>,
    pub(crate) schedule: Option<i64>,
}

impl NewPipeline {
    /// A pipeline without jobs, variables and inputs.
    pub(crate) fn new(project: i64, git_ref: GitRef, source: Source, user: i64) -> Self {
        Self {
            project,
            git_ref,
            source,
            user,
            jobs: Vec::new(),
            variables: Vec::new(),
            inputs: Map::new(),
            schedule: None,
        }
    }
}

impl World {
    /// Creates a pipeline with its jobs. They begin to move a moment later.
    ///
    /// When no job is for this ref, there is no pipeline.
    pub(crate) fn create_pipeline(&mut self, mut new: NewPipeline) -> Option<i64> {
        let now = self.now;
        new.jobs.retain(|job| job.runs_for(&new.git_ref.name, new.git_ref.tag));
        if new.jobs.is_empty() {
            return None;
        }
        let id = self.store.ids.pipeline();
        let (mut iid, mut before_sha) = (1, None);
        if let Some(project) = self.store.projects.get_mut(&new.project) {
            project.pipelines += 1;
            project.last_activity_at = now;
            iid = project.pipelines;
            before_sha = project.commit(&new.git_ref.sha).and_then(|commit| commit.parent.clone());
        }
        let stages = stages(&new.jobs);
        let mut jobs = Vec::new();
        for (stage, name) in stages.iter().enumerate() {
            for plan in new.jobs.iter().filter(|plan| plan.stage == *name) {
                let job = self.store.ids.job();
                let record = Job::new(job, new.project, id, stage, plan.clone(), new.user, now);
                self.store.jobs.insert(job, record);
                jobs.push(job);
            }
        }
        let pipeline = Pipeline {
            id,
            iid,
            project: new.project,
            sha: new.git_ref.sha,
            before_sha,
            ref_name: new.git_ref.name,
            tag: new.git_ref.tag,
            status: Status::Created,
            source: new.source,
            name: None,
            user: new.user,
            created_at: now,
            updated_at: now,
            started_at: None,
            finished_at: None,
            duration: None,
            variables: new.variables,
            inputs: new.inputs,
            schedule: new.schedule,
            bridge: None,
            jobs,
        };
        self.store.pipelines.insert(id, pipeline);
        self.after(CREATION, Due::Process { pipeline: id });
        Some(id)
    }

    /// Replaces each failed or canceled job by a new one and gives each skipped job another turn.
    pub(crate) fn retry_pipeline(&mut self, id: i64, user: i64) {
        let latest: Vec<(i64, Status)> = self.store.latest_jobs(id).map(|job| (job.id, job.status)).collect();
        for (job, status) in latest {
            match status {
                Status::Failed | Status::Canceled => {
                    self.replace_job(job, user);
                }
                Status::Skipped => self.revive(job, user),
                _ => {}
            }
        }
        self.process(id);
    }

    /// Cancels each job that has not ended. Running ones take a moment to stop, and child pipelines
    /// follow a little later.
    pub(crate) fn cancel_pipeline(&mut self, id: i64) {
        let jobs = self.store.latest_jobs(id).filter(|job| job.status.is_cancelable());
        for job in jobs.map(|job| job.id).collect::<Vec<_>>() {
            self.fire(job, Event::Cancel);
        }
        for child in self.store.children(id).map(|child| child.id).collect::<Vec<_>>() {
            self.after(CHILDREN, Due::Cancel { pipeline: child });
        }
        self.process(id);
    }

    /// The average coverage of a pipeline's jobs, in per cent, if any of them reported one.
    pub(crate) fn coverage(&self, id: i64) -> Option<f64> {
        let successful = self.store.latest_jobs(id).filter(|job| job.status == Status::Success);
        let values: Vec<f64> = successful.filter_map(|job| job.plan.coverage).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    }

    /// Notes what the jobs of a pipeline add up to, with the times that belong to the change.
    pub(super) fn refresh_status(&mut self, id: i64) {
        let Some(status) =
            composite(self.store.latest_jobs(id).map(|job| (job.status, job.plan.allow_failure)))
        else {
            return;
        };
        let (now, duration) = (self.now, self.running_time(id));
        let Some(pipeline) = self.store.pipelines.get_mut(&id) else {
            return;
        };
        if pipeline.status == status {
            return;
        }
        pipeline.status = status;
        pipeline.updated_at = now;
        if status == Status::Running {
            // The first start stays, through retries.
            pipeline.started_at.get_or_insert(now);
        }
        if status.is_finished() {
            pipeline.finished_at = Some(now);
        }
        if (status.is_finished() || status == Status::Manual) && pipeline.started_at.is_some() {
            pipeline.duration = Some(duration);
        }
        if let Some(bridge) = pipeline.bridge {
            self.follow_downstream(bridge, status);
        }
    }

    /// For how many whole seconds at least one of the pipeline's jobs was running.
    fn running_time(&self, id: i64) -> i64 {
        let runs = self
            .store
            .latest_jobs(id)
            .filter_map(|job| Some((job.started_at?, job.finished_at.unwrap_or(self.now))));
        let mut runs: Vec<(Timestamp, Timestamp)> = runs.collect();
        runs.sort_unstable();
        let (mut total, mut covered) = (0.0, Timestamp::MIN);
        for (start, end) in runs {
            if end > covered {
                total += seconds_between(start.max(covered), end);
                covered = end;
            }
        }
        total as i64
    }
}

/// How long it takes until the cancellation of a pipeline reaches its children.
const CHILDREN: Duration = Duration::from_secs(1);
