//! Jobs on the wire, with the commit, the runner and the artifacts inside them.
//!
//! This file owns their fields and which of them are there in which status.

use serde::Serialize;
use serde_json::{Map, Value};

use super::pipelines::{self, PipelineReference};
use super::runners::{self, Runner, RunnerManager};
use super::users::{self, UserProfile};
use super::{CommitStamp, Stamp, projects};
use crate::archive;
use crate::simulation::{Status, World};
use crate::store::{Commit, Job, Project};

/// What jobs and bridges have in common.
#[derive(Debug, Serialize)]
pub(super) struct JobHead<'a> {
    id: i64,
    status: Status,
    stage: &'a str,
    name: &'a str,
    #[serde(rename = "ref")]
    ref_name: &'a str,
    tag: bool,
    coverage: Option<f64>,
    allow_failure: bool,
    created_at: Stamp,
    started_at: Option<Stamp>,
    finished_at: Option<Stamp>,
    erased_at: Option<Stamp>,
    duration: Option<f64>,
    queued_duration: Option<f64>,
    user: Option<UserProfile<'a>>,
    commit: Option<CommitEntity<'a>>,
    pipeline: Option<PipelineReference<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<&'a str>,
    web_url: String,
    project: JobProject,
}

#[derive(Debug, Serialize)]
struct JobEntity<'a> {
    #[serde(flatten)]
    head: JobHead<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifacts_file: Option<ArtifactsFile>,
    artifacts: Vec<Artifact>,
    runner: Option<Runner<'a>>,
    runner_manager: Option<RunnerManager>,
    artifacts_expire_at: Option<Stamp>,
    archived: bool,
    tag_list: &'a [String],
}

#[derive(Debug, Serialize)]
struct CommitEntity<'a> {
    id: &'a str,
    short_id: &'a str,
    created_at: CommitStamp,
    parent_ids: Vec<&'a str>,
    title: &'a str,
    message: String,
    author_name: &'a str,
    author_email: &'a str,
    authored_date: CommitStamp,
    committer_name: &'a str,
    committer_email: &'a str,
    committed_date: CommitStamp,
    trailers: Map<String, Value>,
    extended_trailers: Map<String, Value>,
    web_url: String,
}

#[derive(Debug, Serialize)]
struct JobProject {
    ci_job_token_scope_enabled: bool,
}

#[derive(Debug, Serialize)]
struct ArtifactsFile {
    filename: &'static str,
    size: u64,
}

#[derive(Debug, Serialize)]
struct Artifact {
    file_type: &'static str,
    size: u64,
    filename: &'static str,
    file_format: &'static str,
}

/// A job, in lists as well as alone.
pub(crate) fn job<'a>(world: &'a World, job: &'a Job) -> impl Serialize + 'a {
    entity(world, job)
}

fn entity<'a>(world: &'a World, job: &'a Job) -> JobEntity<'a> {
    let archive = world.store.archive(job, world.now());
    JobEntity {
        head: head(world, job),
        artifacts_file: archive.map(|size| ArtifactsFile { filename: archive::FILE_NAME, size }),
        artifacts: artifacts(world, job),
        runner: job.started_at.map(|_| runners::runner(world)),
        runner_manager: job.started_at.map(|_| runners::manager(world, job)),
        artifacts_expire_at: job.artifacts_expire_at.map(Stamp),
        archived: false,
        tag_list: &job.plan.tags,
    }
}

pub(super) fn head<'a>(world: &'a World, job: &'a Job) -> JobHead<'a> {
    let now = world.now();
    let pipeline = world.store.pipelines.get(&job.pipeline);
    let project = world.store.projects.get(&job.project);
    let commit = project.zip(pipeline).and_then(|(project, pipeline)| {
        project.commit(&pipeline.sha).map(|commit| commit_entity(world, project, commit))
    });
    let project_url = project.map(|project| projects::web_url(world, project)).unwrap_or_default();
    JobHead {
        id: job.id,
        status: job.status,
        stage: &job.plan.stage,
        name: &job.plan.name,
        ref_name: pipeline.map_or("", |pipeline| &pipeline.ref_name),
        tag: pipeline.is_some_and(|pipeline| pipeline.tag),
        coverage: job.plan.coverage.filter(|_| job.status == Status::Success),
        allow_failure: job.plan.allow_failure,
        created_at: Stamp(job.created_at),
        started_at: job.started_at.map(Stamp),
        finished_at: job.finished_at.map(Stamp),
        erased_at: job.erased_at.map(Stamp),
        duration: job.duration(now),
        queued_duration: job.queued_duration(now),
        user: users::profile(world, job.user),
        commit,
        pipeline: pipeline.map(|pipeline| pipelines::reference(world, pipeline)),
        failure_reason: job.failure_reason.as_deref().filter(|_| job.status == Status::Failed),
        web_url: format!("{project_url}/-/jobs/{}", job.id),
        project: JobProject { ci_job_token_scope_enabled: false },
    }
}

fn commit_entity<'a>(world: &'a World, project: &'a Project, commit: &'a Commit) -> CommitEntity<'a> {
    let author = world.store.users.get(&commit.author);
    let (name, email) = author.map_or(("", ""), |user| (&*user.name, &*user.email));
    let created_at = CommitStamp(commit.created_at);
    CommitEntity {
        id: &commit.sha,
        short_id: commit.sha.get(..8).unwrap_or_default(),
        created_at,
        parent_ids: commit.parent.as_deref().into_iter().collect(),
        title: &commit.title,
        message: format!("{}\n", commit.title),
        author_name: name,
        author_email: email,
        authored_date: created_at,
        committer_name: name,
        committer_email: email,
        committed_date: created_at,
        trailers: Map::new(),
        extended_trailers: Map::new(),
        web_url: format!("{}/-/commit/{}", projects::web_url(world, project), commit.sha),
    }
}

/// The files that a job left behind. All but the log go away when their time is over.
fn artifacts(world: &World, job: &Job) -> Vec<Artifact> {
    let Some(output) = job.output else {
        return Vec::new();
    };
    let file = |file_type, size, filename, file_format| Artifact { file_type, size, filename, file_format };
    let there = !job.has_expired(world.now()) || world.store.keeps_artifacts(job);
    let archive = output.archive.filter(|_| there).map(|size| {
        [file("archive", size, archive::FILE_NAME, "zip"), file("metadata", METADATA, "metadata.gz", "gzip")]
    });
    let report = output.report.filter(|_| there).map(|size| file("junit", size, "junit.xml.gz", "gzip"));
    let trace = file("trace", output.trace, "job.log", "raw");
    archive.into_iter().flatten().chain([trace]).chain(report).collect()
}

/// The size of the list of an archive's files, which GitLab keeps beside it.
const METADATA: u64 = 212;

#[cfg(test)]
mod tests;
