//! The pipelines of the past.
//!
//! This file owns which ones there were. They run like those of the present, days before the start.

use std::sync::Arc;

use jiff::Timestamp;

use super::{COLLEAGUE, DAY, HOUR, OWNER, before};
use crate::options::Options;
use crate::plan::{JobPlan, Outcome, resolve_inputs, shared};
use crate::simulation::{NewPipeline, World};
use crate::store::Source;

/// Runs the pipelines of the past, one after the other, and lets time pass between them.
pub(super) fn run(world: &mut World, start: Timestamp, options: &Options) {
    let usual = shared(&options.pipeline);
    let usual = || usual.clone();
    start_pipeline(world, "main", Source::Push, OWNER, usual());
    world.advance_to(before(start, 2 * DAY));
    start_pipeline(world, "master", Source::Web, COLLEAGUE, usual());
    world.advance_to(before(start, DAY + 12 * HOUR));
    start_pipeline(world, "v1.0", Source::Push, OWNER, usual());
    world.advance_to(before(start, DAY + 6 * HOUR));
    start_pipeline(world, "v2.0", Source::Push, OWNER, usual());
    world.advance_to(before(start, DAY));
    start_pipeline(world, "main", Source::Push, OWNER, shared(&first_run_fails(&options.pipeline)));
}

/// Starts a pipeline of the first project. Where its configuration allows none, there was none.
fn start_pipeline(world: &mut World, name: &str, source: Source, user: i64, jobs: Vec<Arc<JobPlan>>) {
    let Some(project) = world.store.projects.get(&1) else {
        return;
    };
    let inputs = resolve_inputs(&project.inputs, &serde_json::Map::new());
    if let (Ok(git_ref), Ok(inputs)) = (project.find_ref(name), inputs) {
        let new = NewPipeline { jobs, inputs, ..NewPipeline::new(1, git_ref.clone(), source, user) };
        world.create_pipeline(new);
    }
}

/// The same jobs, but the first job of the second stage, or of the only one, fails in its first run.
fn first_run_fails(jobs: &[JobPlan]) -> Vec<JobPlan> {
    let mut jobs = jobs.to_vec();
    let first_stage = jobs.first().map(|job| job.stage.clone());
    let index = jobs.iter().position(|job| Some(&job.stage) != first_stage.as_ref()).unwrap_or(0);
    if let Some(job) = jobs.get_mut(index) {
        job.outcomes = vec![Outcome::Failure("script_failure".to_owned()), Outcome::Success];
        job.allow_failure = false;
    }
    jobs
}
