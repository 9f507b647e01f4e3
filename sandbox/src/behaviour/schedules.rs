//! Pipeline schedules.
//!
//! This file owns what their endpoints do. When they run is the simulation's business; their variables
//! have a file of their own.

use serde_json::{Map, Value};

use super::{need, project, project_as};
use crate::api::{Call, Refusal, Reply, offset};
use crate::cron;
use crate::render;
use crate::simulation::World;
use crate::store::{Pipeline, Project, RefError, Role, Schedule};

/// `GET /projects/:id/pipeline_schedules`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project_as(world, call, Role::Reporter)?;
    let wanted = call.arguments.text("scope").map(|scope| scope == "active");
    let schedules = world.store.schedules.of(project.id).map(|(_, schedule)| schedule);
    let rows: Vec<&Schedule> =
        schedules.filter(|schedule| wanted.is_none_or(|active| schedule.active == active)).collect();
    Reply::page(offset(&world.site, call, rows), |schedule| render::schedule_row(world, schedule))
}

/// `GET /projects/:id/pipeline_schedules/:pipeline_schedule_id`
pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = find(world, project_as(world, call, Role::Reporter)?, call.arguments.record("id"))?.id;
    show(world, 200, id)
}

/// `POST /projects/:id/pipeline_schedules`
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project_as(world, call, Role::Developer)?;
    let (project_id, owner, now) = (project.id, call.user()?, world.now());
    let text = |name: &str, default: &str| call.arguments.text(name).unwrap_or(default).to_owned();
    let new = Schedule {
        // The number is given out when everything is in order.
        id: 0,
        project: project_id,
        description: text("description", ""),
        ref_name: full_ref(project, call.arguments.required_text("ref"))?,
        cron: text("cron", ""),
        time_zone: text("cron_timezone", "UTC"),
        next_run_at: None,
        active: call.arguments.flag("active").unwrap_or(true),
        owner,
        created_at: now,
        updated_at: now,
        inputs: inputs(call, &[])?,
        variables: Vec::new(),
        changes: 0,
    };
    check(&new)?;
    let count = world.store.schedules.of(project_id).count();
    if count >= MOST {
        return Err(Refusal::base(&format!("Maximum number of pipeline schedules ({MOST}) exceeded")));
    }
    let id = world.store.ids.schedule();
    world.store.schedules.insert(id, Schedule { id, ..new });
    world.plan_schedule(id);
    show(world, 201, id)
}

/// `PUT /projects/:id/pipeline_schedules/:pipeline_schedule_id`
pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project_as(world, call, Role::Developer)?;
    let old = own(find(world, project, call.arguments.record("id"))?, call)?;
    let text = |name: &str, old: &str| call.arguments.text(name).unwrap_or(old).to_owned();
    let ref_name = match call.arguments.text("ref") {
        Some(name) => full_ref(project, name)?,
        None => old.ref_name.clone(),
    };
    let new = Schedule {
        description: text("description", &old.description),
        ref_name,
        cron: text("cron", &old.cron),
        time_zone: text("cron_timezone", &old.time_zone),
        active: call.arguments.flag("active").unwrap_or(old.active),
        updated_at: world.now(),
        inputs: inputs(call, &old.inputs)?,
        variables: old.variables.clone(),
        ..*old
    };
    check(&new)?;
    let id = new.id;
    world.store.schedules.insert(id, new);
    world.plan_schedule(id);
    show(world, 200, id)
}

/// `DELETE /projects/:id/pipeline_schedules/:pipeline_schedule_id`
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project_as(world, call, Role::Developer)?;
    let schedule = find(world, project, call.arguments.record("id"))?;
    own_or_maintained(world, call, project, schedule)?;
    call.check_unmodified(schedule.updated_at)?;
    let id = schedule.id;
    world.store.schedules.remove(&id);
    Ok(Reply::empty())
}

/// `POST /projects/:id/pipeline_schedules/:pipeline_schedule_id/play`
pub(super) fn play(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = find(world, project_as(world, call, Role::Developer)?, call.arguments.record("id"))?.id;
    world.play_schedule(id, call.user()?);
    Ok(Reply::message(201, "201 Created"))
}

/// `POST /projects/:id/pipeline_schedules/:pipeline_schedule_id/take_ownership`
pub(super) fn take_ownership(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project_as(world, call, Role::Developer)?;
    let (schedule, user, now) =
        (find(world, project, call.arguments.record("id"))?, call.user()?, world.now());
    let id = schedule.id;
    if schedule.owner == user {
        return show(world, 200, id);
    }
    need(world, call.caller, project, Role::Maintainer)?;
    if let Some(schedule) = world.store.schedules.get_mut(&id) {
        (schedule.owner, schedule.updated_at) = (user, now);
    }
    show(world, 201, id)
}

/// `GET /projects/:id/pipeline_schedules/:pipeline_schedule_id/pipelines`
pub(super) fn pipelines(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project(world, call)?;
    let schedule = find(world, project, call.arguments.record("pipeline_schedule_id"))?.id;
    let started = world.store.pipelines_of(project.id).filter(|pipeline| pipeline.schedule == Some(schedule));
    let rows: Vec<&Pipeline> = started.collect();
    Reply::page(offset(&world.site, call, rows), |pipeline| render::pipeline_reference(world, pipeline))
}

/// The schedule of a project with this number.
pub(super) fn find<'a>(world: &'a World, project: &Project, id: i64) -> Result<&'a Schedule, Refusal> {
    let schedule = world.store.schedules.get(&id).filter(|schedule| schedule.project == project.id);
    schedule.ok_or_else(|| Refusal::missing("Pipeline Schedule"))
}

/// Refuses a caller who is not the schedule's owner, whatever their role.
pub(super) fn own<'a>(schedule: &'a Schedule, call: &Call<'_>) -> Result<&'a Schedule, Refusal> {
    if call.caller == Some(schedule.owner) { Ok(schedule) } else { Err(Refusal::forbidden()) }
}

/// Refuses a caller who is neither the schedule's owner nor a maintainer of the project.
pub(super) fn own_or_maintained(
    world: &World,
    call: &Call<'_>,
    project: &Project,
    schedule: &Schedule,
) -> Result<(), Refusal> {
    own(schedule, call).map(|_| ()).or_else(|_| need(world, call.caller, project, Role::Maintainer))
}

fn show(world: &World, status: u16, id: i64) -> Result<Reply, Refusal> {
    let schedule = world.store.schedules.get(&id).ok_or_else(|| Refusal::missing("Pipeline Schedule"))?;
    Reply::json(status, &render::schedule(world, schedule))
}

/// The name of a ref in full. One that does not exist stays as it is, as in GitLab.
fn full_ref(project: &Project, name: &str) -> Result<String, Refusal> {
    match project.find_ref(name) {
        Ok(git_ref) => Ok(git_ref.full_name()),
        Err(RefError::Unknown) => Ok(name.to_owned()),
        Err(RefError::Ambiguous) => Err(Refusal::field("ref", "is ambiguous")),
    }
}

/// Refuses times that cannot be read.
fn check(schedule: &Schedule) -> Result<(), Refusal> {
    if !cron::is_valid(&schedule.cron) {
        return Err(Refusal::field("cron", " is invalid syntax"));
    }
    if !cron::is_time_zone(&schedule.time_zone) {
        return Err(Refusal::field("cron_timezone", " is invalid syntax"));
    }
    Ok(())
}

/// The inputs after the call: the old ones, with those that it sets, without those that it destroys.
fn inputs(call: &Call<'_>, old: &[(String, Value)]) -> Result<Vec<(String, Value)>, Refusal> {
    let mut inputs = old.to_vec();
    let mut faults = Vec::new();
    for (index, sent) in call.arguments.items("inputs").unwrap_or_default().iter().enumerate() {
        let none = Map::new();
        let sent = sent.as_object().unwrap_or(&none);
        let destroyed = sent.get("destroy").and_then(Value::as_bool).unwrap_or(false);
        let name = sent.get("name").and_then(Value::as_str);
        if name.is_none() {
            faults.push(format!("inputs[{index}][name] is missing"));
        }
        if !destroyed && !sent.contains_key("value") {
            faults.push(format!("inputs[{index}][value] is missing"));
        }
        let Some(name) = name else { continue };
        let known = inputs.iter().position(|(known, _)| known == name);
        match (known, sent.get("value")) {
            (Some(position), _) if destroyed => {
                inputs.remove(position);
            }
            (Some(position), Some(value)) => {
                if let Some((_, old)) = inputs.get_mut(position) {
                    *old = value.clone();
                }
            }
            (None, Some(value)) if !destroyed => inputs.push((name.to_owned(), value.clone())),
            _ => {}
        }
    }
    if faults.is_empty() { Ok(inputs) } else { Err(Refusal::parameters(&faults)) }
}

/// How many schedules a project may have.
const MOST: usize = 10;
