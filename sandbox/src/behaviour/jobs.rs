//! Jobs and bridges, of a project and of one pipeline.
//!
//! This file owns what the endpoints of jobs do. Their artifacts have a file of their own; how a job
//! moves is the simulation's business.

use ::http::header::CONTENT_DISPOSITION;
use serde_json::Value;

use super::pipelines::run_variables;
use super::{need, pipeline, project, project_as};
use crate::api::{Call, Content, Refusal, Reply, keyset, offset};
use crate::render;
use crate::simulation::World;
use crate::store::{Job, Project, Role, RunVariable};
use crate::trace;

/// `GET /projects/:id/jobs`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project(world, call)?.id;
    let newest_first = world.store.jobs.of(project).rev().map(|(_, job)| job);
    let jobs = newest_first.filter(|job| !job.is_bridge() && in_scope(call, job));
    let page = keyset(&world.site, call, "Ci::Build", jobs.collect(), |job: &&Job| job.id)?;
    Reply::page(page, |job| render::job(world, job))
}

/// `GET /projects/:id/jobs/:job_id`
pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let job = build(world, project(world, call)?, call)?;
    Reply::json(200, &render::job(world, job))
}

/// `GET /projects/:id/pipelines/:pipeline_id/jobs`
pub(super) fn list_of_pipeline(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let retried = call.arguments.flag("include_retried").unwrap_or(false);
    let rows = rows_of_pipeline(world, call, |job| !job.is_bridge() && (retried || !job.retried))?;
    Reply::page(offset(&world.site, call, rows), |job| render::job(world, job))
}

/// `GET /projects/:id/pipelines/:pipeline_id/bridges`
pub(super) fn bridges(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let rows = rows_of_pipeline(world, call, |job| job.is_bridge() && !job.retried)?;
    Reply::page(offset(&world.site, call, rows), |job| render::bridge(world, job))
}

/// `GET /job`
pub(super) fn current(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let job = call.job.and_then(|job| world.store.jobs.get(&job)).ok_or_else(|| Refusal::missing("Job"))?;
    Reply::json(200, &render::job(world, job))
}

/// `GET /projects/:id/jobs/:job_id/trace`
pub(super) fn trace(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let job = build(world, project(world, call)?, call)?;
    let text = trace::trace(job, world.draw, world.now());
    let name = format!("infile; filename=\"{}.log\"", job.id);
    // An answer without a log is an empty text, not an answer without a body.
    Ok(Reply::with(200, Content::Text(text)).header(CONTENT_DISPOSITION.as_str(), name))
}

/// `POST /projects/:id/jobs/:job_id/cancel`
pub(super) fn cancel(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let force = call.arguments.flag("force").unwrap_or(false);
    let role = if force { Role::Maintainer } else { Role::Developer };
    let id = processable(world, project_as(world, call, role)?, call)?.id;
    world.cancel_job(id, force);
    answer(world, 201, id)
}

/// `POST /projects/:id/jobs/:job_id/retry`
pub(super) fn retry(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = processable(world, project_as(world, call, Role::Developer)?, call)?.id;
    let new = world.retry_job(id, call.user()?);
    answer(world, 201, new.ok_or_else(|| Refusal::forbidden_because("Job is not retryable"))?)
}

/// `POST /projects/:id/jobs/:job_id/play`
pub(super) fn play(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = processable(world, project_as(world, call, Role::Developer)?, call)?.id;
    let variables = given_variables(call)?;
    let played = world.play_job(id, call.user()?, variables);
    answer(world, 200, played.ok_or_else(|| Refusal::message(400, "400 Bad request - Unplayable Job"))?)
}

/// `POST /projects/:id/jobs/:job_id/erase`
pub(super) fn erase(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project_as(world, call, Role::Developer)?;
    let job = build(world, project, call)?;
    let own = call.caller == Some(job.user) && !runs_for_protected_ref(world, project, job);
    if !own {
        need(world, call.caller, project, Role::Maintainer)?;
    }
    if !job.is_erasable() {
        return Err(Refusal::forbidden_because("Job is not erasable!"));
    }
    let id = job.id;
    world.erase_job(id);
    answer(world, 201, id)
}

/// The job of a project that the call is about. Bridges are none.
pub(super) fn build<'a>(world: &'a World, project: &Project, call: &Call<'_>) -> Result<&'a Job, Refusal> {
    let job = processable(world, project, call)?;
    if job.is_bridge() { Err(Refusal::missing_record()) } else { Ok(job) }
}

/// The job or bridge as GitLab answers a change of it.
pub(super) fn answer(world: &World, status: u16, id: i64) -> Result<Reply, Refusal> {
    let job = world.store.jobs.get(&id).ok_or_else(Refusal::missing_record)?;
    if job.is_bridge() {
        Reply::json(status, &render::bridge(world, job))
    } else {
        Reply::json(status, &render::job(world, job))
    }
}

/// The job or bridge of a project that the call is about.
fn processable<'a>(world: &'a World, project: &Project, call: &Call<'_>) -> Result<&'a Job, Refusal> {
    let job = world.store.jobs.get(&call.arguments.record("id"));
    job.filter(|job| job.project == project.id).ok_or_else(Refusal::missing_record)
}

fn rows_of_pipeline<'a>(
    world: &'a World,
    call: &Call<'_>,
    wanted: impl Fn(&Job) -> bool,
) -> Result<Vec<&'a Job>, Refusal> {
    let pipeline = pipeline(world, project(world, call)?, call.arguments.record("pipeline_id"))?;
    let newest_first = world.store.all_jobs(pipeline.id).rev();
    Ok(newest_first.filter(|job| wanted(job) && in_scope(call, job)).collect())
}

/// Whether the job has one of the statuses that the call asks for.
fn in_scope(call: &Call<'_>, job: &Job) -> bool {
    let scope = call.arguments.items("scope").unwrap_or_default();
    scope.is_empty() || scope.iter().filter_map(Value::as_str).any(|status| status == job.status.as_str())
}

fn runs_for_protected_ref(world: &World, project: &Project, job: &Job) -> bool {
    world.store.pipelines.get(&job.pipeline).is_some_and(|pipeline| {
        project.refs.iter().any(|git_ref| {
            git_ref.protected && git_ref.name == pipeline.ref_name && git_ref.tag == pipeline.tag
        })
    })
}

/// The variables that somebody plays a job with.
fn given_variables(call: &Call<'_>) -> Result<Vec<RunVariable>, Refusal> {
    run_variables(call.arguments.items("variables").unwrap_or_default())
}
