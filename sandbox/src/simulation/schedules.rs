//! Schedules as time passes: they run by themselves, or when somebody plays them.
//!
//! This file owns their runs. What a schedule may look like is the business of the behaviours.

use std::time::Duration;

use super::{Due, NewPipeline, World};
use crate::cron;
use crate::plan::resolve_inputs;
use crate::store::{Role, Source};

/// How long GitLab takes to start the pipeline of a schedule that somebody played.
const PLAY: Duration = Duration::from_secs(1);
/// How many runs are caught up with when a lot of time passes at once.
const MOST_RUNS: usize = 50;

impl World {
    /// Computes when a schedule runs next, after it was created or its times were changed.
    pub(crate) fn plan_schedule(&mut self, id: i64) {
        let now = self.now;
        if let Some(schedule) = self.store.schedules.get_mut(&id) {
            schedule.next_run_at = cron::next(&schedule.cron, &schedule.time_zone, now);
            schedule.changes += 1;
        }
        self.await_schedule(id);
    }

    /// Starts a pipeline of a schedule in the name of this user, a moment from now.
    pub(crate) fn play_schedule(&mut self, id: i64, user: i64) {
        self.after(PLAY, Due::Play { schedule: id, user });
    }

    /// Lets a schedule run whose time has come, unless its times have changed since.
    pub(super) fn run_schedule(&mut self, id: i64, changes: u64) {
        let Some(schedule) = self.store.schedules.get(&id).filter(|schedule| schedule.changes == changes)
        else {
            return;
        };
        self.start_scheduled(id, schedule.owner);
        self.runs += 1;
        // Nobody looked for a long time: like a GitLab that was down, leave out the rest.
        let from = if self.runs > MOST_RUNS { self.now.max(self.target) } else { self.now };
        if let Some(schedule) = self.store.schedules.get_mut(&id) {
            schedule.next_run_at = cron::next(&schedule.cron, &schedule.time_zone, from);
        }
        self.await_schedule(id);
    }

    /// Starts a pipeline of a schedule. Where its ref, its inputs or its owner's role do not allow it,
    /// nothing happens, as in GitLab.
    pub(super) fn start_scheduled(&mut self, id: i64, user: i64) -> Option<i64> {
        let schedule = self.store.schedules.get(&id)?;
        let project = self.store.projects.get(&schedule.project)?;
        if self.store.role(user, project) < Some(Role::Developer) {
            return None;
        }
        let git_ref = project.find_ref(&schedule.ref_name).ok()?.clone();
        let inputs = resolve_inputs(&project.inputs, &schedule.inputs.iter().cloned().collect()).ok()?;
        self.create_pipeline(NewPipeline {
            jobs: project.plan.clone(),
            variables: schedule.variables.clone(),
            inputs,
            schedule: Some(id),
            ..NewPipeline::new(schedule.project, git_ref, Source::Schedule, user)
        })
    }

    fn await_schedule(&mut self, id: i64) {
        let Some(schedule) = self.store.schedules.get(&id).filter(|schedule| schedule.active) else {
            return;
        };
        if let Some(time) = schedule.next_run_at {
            self.at(time, Due::Schedule { schedule: id, changes: schedule.changes });
        }
    }
}
