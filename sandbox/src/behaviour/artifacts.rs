//! Artifacts: of one job, of the newest successful pipeline of a ref, of a whole project.
//!
//! This file owns what the endpoints of artifacts do. How an archive is packed is known to
//! [`crate::archive`], what a range of bytes is to the API.

use ::http::header::{CONTENT_DISPOSITION, LOCATION};

use super::jobs::{answer, build};
use super::{project, project_as};
use crate::api::{Call, Content, Refusal, Reply, disposition, file as download};
use crate::archive;
use crate::simulation::World;
use crate::store::{Job, Pipeline, Role};

/// `GET /projects/:id/jobs/:job_id/artifacts`
pub(super) fn archive(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let job = build(world, project(world, call)?, call)?;
    send_archive(world, call, job)
}

/// `GET /projects/:id/jobs/:job_id/artifacts/*artifact_path`
pub(super) fn file(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let job = build(world, project(world, call)?, call)?;
    send_file(world, call, job)
}

/// `GET /projects/:id/jobs/artifacts/:ref_name/download`
pub(super) fn archive_by_ref(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let job = newest_successful_job(world, call)?;
    send_archive(world, call, job)
}

/// `GET /projects/:id/jobs/artifacts/:ref_name/raw/*artifact_path`
pub(super) fn file_by_ref(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let job = newest_successful_job(world, call)?;
    send_file(world, call, job)
}

/// `POST /projects/:id/jobs/:job_id/artifacts/keep`
pub(super) fn keep(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let job = build(world, project_as(world, call, Role::Developer)?, call)?;
    let id = job.id;
    if world.store.archive(job, world.now()).is_none() {
        // GitLab writes out the object that it was given instead of a name.
        return Err(Refusal::missing(&format!("#<Ci::Build:{id:#018x}>")));
    }
    if let Some(job) = world.store.jobs.get_mut(&id) {
        job.artifacts_expire_at = None;
    }
    answer(world, 200, id)
}

/// `DELETE /projects/:id/jobs/:job_id/artifacts`
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = build(world, project_as(world, call, Role::Maintainer)?, call)?.id;
    if let Some(output) = world.store.jobs.get_mut(&id).and_then(|job| job.output.as_mut()) {
        // The log stays.
        (output.archive, output.report) = (None, None);
    }
    Ok(Reply::empty())
}

/// `DELETE /projects/:id/artifacts`
///
/// Nothing is removed: everything expires now, but for what the newest successful pipelines left.
pub(super) fn delete_of_project(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project_as(world, call, Role::Maintainer)?.id;
    let now = world.now();
    let jobs = world.store.jobs.of(project).map(|(_, job)| job).filter(|job| job.output.is_some());
    let unlocked = jobs.filter(|job| !world.store.keeps_artifacts(job)).map(|job| job.id);
    for id in unlocked.collect::<Vec<_>>() {
        if let Some(job) = world.store.jobs.get_mut(&id) {
            job.artifacts_expire_at = Some(job.artifacts_expire_at.map_or(now, |end| end.min(now)));
        }
    }
    Ok(Reply::message(202, "202 Accepted"))
}

fn send_archive(world: &World, call: &Call<'_>, job: &Job) -> Result<Reply, Refusal> {
    world.store.archive(job, world.now()).ok_or_else(Refusal::not_found)?;
    if let Some(storage) = &world.storage {
        // Whoever follows proves by the signature alone that they may.
        let signature = world.draw.signature(job.id);
        let name = archive::FILE_NAME;
        let address = format!(
            "{storage}/artifacts/{}/{name}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=600&X-Amz-Signature={signature}",
            job.id
        );
        let text = format!("This resource has been moved temporarily to {address}.");
        return Ok(Reply::with(302, Content::Text(text)).header(LOCATION.as_str(), address));
    }
    let packed = world.last_archive.pack(job, world.draw).ok_or_else(Refusal::not_found)?;
    let (headers, media_type) = (&call.request.headers, "application/octet-stream");
    let reply = download(headers, archive::FILE_NAME, media_type, &packed.hash, packed.bytes);
    Ok(reply.header("content-transfer-encoding", "binary"))
}

fn send_file(world: &World, call: &Call<'_>, job: &Job) -> Result<Reply, Refusal> {
    world.store.archive(job, world.now()).ok_or_else(Refusal::not_found)?;
    let path = call.arguments.required_text("artifact_path");
    if path.starts_with('/') || path.split('/').any(|part| part == "..") || path.contains('\0') {
        return Err(Refusal::message(400, "400 Bad request"));
    }
    let bytes = archive::file(job, world.draw, path).ok_or_else(Refusal::not_found)?;
    let name = path.rsplit('/').next().unwrap_or(path);
    let reply = Reply::with(200, Content::Bytes(media_type(name), bytes));
    Ok(reply.header(CONTENT_DISPOSITION.as_str(), disposition(name)))
}

/// The job of this very name in the newest successful pipeline of a ref, or of its child pipelines.
fn newest_successful_job<'a>(world: &'a World, call: &Call<'_>) -> Result<&'a Job, Refusal> {
    let project = project(world, call)?;
    let name = call.arguments.required_text("ref_name");
    let git_ref = project.find_ref(name).map_err(|_| Refusal::missing_record())?;
    let pipeline = world.store.newest_success(project.id, &git_ref.name, git_ref.tag);
    let pipeline = pipeline.ok_or_else(Refusal::missing_record)?;
    let wanted = |pipeline: &Pipeline| {
        let mut jobs = world.store.latest_jobs(pipeline.id);
        jobs.find(|job| {
            job.plan.name == call.arguments.required_text("job")
                && world.store.archive(job, world.now()).is_some()
        })
    };
    let found = wanted(pipeline).or_else(|| world.store.children(pipeline.id).find_map(wanted));
    found.ok_or_else(Refusal::missing_record)
}

/// The type of a file, by the end of its name.
fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("txt" | "log") => "text/plain; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        Some("csv") => "text/csv; charset=utf-8",
        Some("xml") => "text/xml; charset=utf-8",
        Some("zip") => "application/zip",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}
