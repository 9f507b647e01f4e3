//! The variables that a schedule's pipelines run with.
//!
//! This file owns what their endpoints do. GitLab has none to read them: they stand in the schedule.

use super::project_as;
use super::schedules::{find, own, own_or_maintained};
use super::variable_rules::key_faults;
use crate::api::{Call, Refusal, Reply};
use crate::render;
use crate::simulation::World;
use crate::store::{Role, RunVariable, Schedule, VariableKind};

/// `POST /projects/:id/pipeline_schedules/:pipeline_schedule_id/variables`
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = own_schedule(world, call)?.id;
    let schedule = world.store.schedules.get_mut(&id).ok_or_else(no_schedule)?;
    let key = call.arguments.required_text("key").trim().to_owned();
    if let [fault, ..] = key_faults(&key).as_slice() {
        return Err(Refusal::field("key", fault));
    }
    if schedule.variables.iter().any(|variable| variable.key == key) {
        // Schedules check their variables as a list, so that the message names no key.
        return Err(Refusal::field("key", "has already been taken"));
    }
    let value = call.arguments.required_text("value").to_owned();
    let kind = VariableKind::named(call.arguments.required_text("variable_type"));
    let variable = RunVariable { key, value, kind };
    schedule.variables.push(variable.clone());
    Reply::json(201, &render::run_variable(&variable))
}

/// `PUT /projects/:id/pipeline_schedules/:pipeline_schedule_id/variables/:key`
pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = own_schedule(world, call)?.id;
    let schedule = world.store.schedules.get_mut(&id).ok_or_else(no_schedule)?;
    let position = position(schedule, call)?;
    let variable = schedule.variables.get_mut(position).ok_or_else(no_variable)?;
    if let Some(value) = call.arguments.text("value") {
        value.clone_into(&mut variable.value);
    }
    if let Some(kind) = call.arguments.text("variable_type") {
        variable.kind = VariableKind::named(kind);
    }
    Reply::json(200, &render::run_variable(variable))
}

/// `DELETE /projects/:id/pipeline_schedules/:pipeline_schedule_id/variables/:key`
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project_as(world, call, Role::Developer)?;
    let schedule = find(world, project, call.arguments.record("pipeline_schedule_id"))?;
    own_or_maintained(world, call, project, schedule)?;
    let (id, position) = (schedule.id, position(schedule, call)?);
    let schedule = world.store.schedules.get_mut(&id).ok_or_else(no_schedule)?;
    let removed = schedule.variables.remove(position);
    Reply::json(202, &render::run_variable(&removed))
}

/// The schedule that the call is about, if it is the caller's.
fn own_schedule<'a>(world: &'a World, call: &Call<'_>) -> Result<&'a Schedule, Refusal> {
    let project = project_as(world, call, Role::Developer)?;
    own(find(world, project, call.arguments.record("pipeline_schedule_id"))?, call)
}

fn position(schedule: &Schedule, call: &Call<'_>) -> Result<usize, Refusal> {
    let key = call.arguments.required_text("key");
    schedule.variables.iter().position(|variable| variable.key == key).ok_or_else(no_variable)
}

fn no_schedule() -> Refusal {
    Refusal::missing("Pipeline Schedule")
}

fn no_variable() -> Refusal {
    Refusal::missing("Pipeline Schedule Variable")
}
