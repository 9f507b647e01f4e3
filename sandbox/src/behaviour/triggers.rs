//! Triggers, and the pipelines that they start.
//!
//! This file owns what the endpoints of triggers do.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::pipelines::{Start, answer, check_variable_names, start_pipeline};
use super::project_as;
use crate::api::{Call, Refusal, Reply, job_of, offset, was_of_a_job};
use crate::render;
use crate::simulation::World;
use crate::store::{Role, RunVariable, Source, Trigger, VariableKind};

/// `GET /projects/:id/triggers`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project_as(world, call, Role::Maintainer)?;
    let rows: Vec<&Trigger> = world.store.triggers.of(project.id).map(|(_, trigger)| trigger).collect();
    Reply::page(offset(&world.site, call, rows), |trigger| render::trigger(world, trigger, call.caller))
}

/// `GET /projects/:id/triggers/:trigger_id`
pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = find(world, call)?;
    show(world, call, 200, id)
}

/// `POST /projects/:id/triggers`
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project_as(world, call, Role::Maintainer)?.id;
    let owner = call.caller.ok_or_else(Refusal::unauthorized)?;
    let now = world.now();
    let expires_at = call.arguments.time("expires_at");
    check_expiry(now, expires_at)?;
    let id = world.store.ids.trigger();
    let trigger = Trigger {
        id,
        project,
        token: world.draw.trigger_token(id),
        description: call.arguments.text("description").map(str::to_owned),
        owner,
        created_at: now,
        updated_at: now,
        last_used: None,
        expires_at,
    };
    world.store.triggers.insert(id, trigger);
    show(world, call, 201, id)
}

/// `PUT /projects/:id/triggers/:trigger_id`
pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = find(world, call)?;
    let now = world.now();
    if let Some(trigger) = world.store.triggers.get_mut(&id)
        && let Some(description) = call.arguments.text("description")
        && trigger.description.as_deref() != Some(description)
    {
        trigger.description = Some(description.to_owned());
        trigger.updated_at = now;
    }
    show(world, call, 200, id)
}

/// `DELETE /projects/:id/triggers/:trigger_id`
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = find(world, call)?;
    if let Some(trigger) = world.store.triggers.get(&id) {
        call.check_unmodified(trigger.updated_at)?;
    }
    world.store.triggers.remove(&id);
    Ok(Reply::empty())
}

/// `POST /projects/:id/trigger/pipeline`
///
/// The order of the checks is GitLab's: parameters before the project, the token behind both.
pub(super) fn trigger_pipeline(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let git_ref = call.arguments.required_text("ref");
    if git_ref.trim().is_empty() {
        return Err(Refusal::parameters(&["ref is empty".to_owned()]));
    }
    // A pipeline's own web hook must not start the next pipeline, and so on without end.
    if call.request.header("x-gitlab-event") == Some("Pipeline Hook") {
        return Err(Refusal::forbidden());
    }
    let variables = call.arguments.members("variables");
    if variables.is_some_and(|variables| !variables.values().all(Value::is_string)) {
        // An object of text: creating a pipeline, in contrast, takes an array.
        return Err(Refusal::message(400, "variables needs to be a map of key-valued strings"));
    }
    let project = world.store.project(call.arguments.required_text("id")).ok_or_else(Refusal::not_found)?.id;
    let token = call.arguments.required_text("token");
    let starter = starter(world, project, token)?;
    let variables = given_variables(call, variables)?;
    let (user, source) = (starter.user, starter.source);
    let pipeline = start_pipeline(world, call, Start { project, user, source, variables })?;
    let now = world.now();
    if let Some(trigger) = starter.trigger.and_then(|id| world.store.triggers.get_mut(&id)) {
        trigger.last_used = Some(now);
    }
    answer(world, 201, pipeline)
}

/// Whom a token speaks for.
struct Starter {
    user: i64,
    source: Source,
    trigger: Option<i64>,
}

/// Whom the token of a trigger, or of a running job, speaks for in a project.
fn starter(world: &World, project: i64, token: &str) -> Result<Starter, Refusal> {
    let now = world.now();
    let trigger = world
        .store
        .triggers
        .of(project)
        .map(|(_, trigger)| trigger)
        .find(|trigger| trigger.token == token && trigger.expires_at.is_none_or(|end| end > now));
    if let Some(trigger) = trigger {
        return Ok(Starter { user: trigger.owner, source: Source::Trigger, trigger: Some(trigger.id) });
    }
    if was_of_a_job(world, token) {
        return Err(Refusal::unauthorized());
    }
    let job = job_of(world, token).ok_or_else(Refusal::not_found)?;
    let project = world.store.projects.get(&project).ok_or_else(Refusal::not_found)?;
    if world.store.role(job.user, project) < Some(Role::Developer) {
        return Err(Refusal::not_found());
    }
    Ok(Starter { user: job.user, source: Source::Pipeline, trigger: None })
}

/// The variables of the request, and a file with all that it said but for the token.
fn given_variables(call: &Call<'_>, sent: Option<&Map<String, Value>>) -> Result<Vec<RunVariable>, Refusal> {
    check_variable_names(sent.into_iter().flatten().map(|(name, _)| name.as_str()))?;
    let mut payload = call.sent.clone();
    payload.remove("token");
    let given = sent.into_iter().flatten().map(|(key, value)| RunVariable {
        key: key.clone(),
        value: value.as_str().unwrap_or_default().to_owned(),
        kind: VariableKind::EnvVar,
    });
    let payload = RunVariable {
        key: "TRIGGER_PAYLOAD".to_owned(),
        value: Value::Object(payload).to_string(),
        kind: VariableKind::File,
    };
    Ok(given.chain([payload]).collect())
}

/// The number of the trigger that the call is about.
fn find(world: &World, call: &Call<'_>) -> Result<i64, Refusal> {
    let project = project_as(world, call, Role::Maintainer)?;
    let trigger = world.store.triggers.get(&call.arguments.record("id"));
    let trigger = trigger.filter(|trigger| trigger.project == project.id);
    trigger.map(|trigger| trigger.id).ok_or_else(Refusal::missing_record)
}

fn show(world: &World, call: &Call<'_>, status: u16, id: i64) -> Result<Reply, Refusal> {
    let trigger = world.store.triggers.get(&id).ok_or_else(Refusal::missing_record)?;
    Reply::json(status, &render::trigger(world, trigger, call.caller))
}

/// How long a token may live.
const LONGEST_LIFE: Duration = Duration::from_secs(365 * 24 * 3600);

fn check_expiry(now: Timestamp, expires_at: Option<Timestamp>) -> Result<(), Refusal> {
    match (expires_at, now.checked_add(LONGEST_LIFE)) {
        (Some(expires_at), Ok(latest)) if expires_at > latest => {
            let day = latest.to_zoned(TimeZone::UTC).date();
            Err(Refusal::field("expires_at", &format!("must be before {day}")))
        }
        _ => Ok(()),
    }
}
