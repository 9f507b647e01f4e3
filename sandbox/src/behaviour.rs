//! What the endpoints do, one file an area.
//!
//! This file owns the table from endpoints to functions, and the checks that all areas share: which
//! project is meant, whether the caller sees it, what the caller may do. Behaviours know neither
//! sockets nor paths; how a record looks on the wire is known to [`crate::render`].

mod artifacts;
mod groups;
mod instance;
mod jobs;
mod pipelines;
mod projects;
mod reports;
mod schedule_variables;
mod schedules;
mod triggers;
mod variable_rules;
mod variables;

use crate::api::{Call, Refusal, Reply, Route};
use crate::simulation::World;
use crate::store::{Pipeline, Project, Role};

pub(crate) use variable_rules::faults as variable_faults;

/// What an endpoint does.
pub(crate) struct Handler {
    /// The endpoint's id in the endpoint table.
    pub(crate) id: &'static str,
    pub(crate) access: Access,
    /// Whether a job may call it with its own token.
    pub(crate) job_tokens: bool,
    pub(crate) run: fn(&mut World, &Call<'_>) -> Result<Reply, Refusal>,
}

/// Who gets past the first check.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Access {
    /// Everybody; what is hidden from the caller is as if it did not exist.
    Anyone,
    /// Only who has signed in.
    Users,
    /// Only who has signed in and passes this check, which comes before that of the parameters.
    Checked(Check),
    /// Everybody. Whom the call speaks for is told by a token among its parameters.
    OwnToken,
}

/// A check of a caller before anything but the path is known.
pub(crate) type Check = fn(&World, &Route, Option<i64>) -> Result<(), Refusal>;

/// One handler for each endpoint of the endpoint table.
pub(crate) const HANDLERS: &[Handler] = &[
    handler("CurrentJob.get", Access::Users, jobs::current).or_job(),
    handler("CurrentUser.get", Access::Users, instance::user),
    handler("Group.get", Access::Anyone, groups::get),
    handler("GroupVariable.create", Access::Checked(variables::may_change_group), variables::create),
    handler("GroupVariable.delete", Access::Checked(variables::may_change_group), variables::delete),
    handler("GroupVariable.get", Access::Checked(variables::may_change_group), variables::get),
    handler("GroupVariable.list", Access::Checked(variables::may_change_group), variables::list),
    handler("GroupVariable.update", Access::Checked(variables::may_change_group), variables::update),
    handler("Metadata.get", Access::Users, instance::metadata),
    handler("Project.artifact", Access::Anyone, artifacts::file_by_ref).or_job(),
    handler("Project.get", Access::Anyone, projects::get),
    handler("Project.trigger_build", Access::OwnToken, triggers::trigger_pipeline),
    handler("Project.trigger_pipeline", Access::OwnToken, triggers::trigger_pipeline),
    handler("ProjectArtifact.delete", Access::Users, artifacts::delete_of_project),
    handler("ProjectArtifact.download", Access::Anyone, artifacts::archive_by_ref).or_job(),
    handler("ProjectArtifact.raw", Access::Anyone, artifacts::file_by_ref).or_job(),
    handler("ProjectJob.artifact", Access::Anyone, artifacts::file).or_job(),
    handler("ProjectJob.artifacts", Access::Anyone, artifacts::archive).or_job(),
    handler("ProjectJob.cancel", Access::Users, jobs::cancel),
    handler("ProjectJob.delete_artifacts", Access::Users, artifacts::delete),
    handler("ProjectJob.erase", Access::Users, jobs::erase),
    handler("ProjectJob.get", Access::Users, jobs::get),
    handler("ProjectJob.keep_artifacts", Access::Users, artifacts::keep),
    handler("ProjectJob.list", Access::Users, jobs::list).or_job(),
    handler("ProjectJob.play", Access::Users, jobs::play),
    handler("ProjectJob.retry", Access::Users, jobs::retry),
    handler("ProjectJob.trace", Access::Users, jobs::trace),
    handler("ProjectPipeline.cancel", Access::Users, pipelines::cancel),
    handler("ProjectPipeline.create", Access::Users, pipelines::create),
    handler("ProjectPipeline.delete", Access::Users, pipelines::delete),
    handler("ProjectPipeline.get", Access::Anyone, pipelines::get).or_job(),
    handler("ProjectPipeline.latest", Access::Anyone, pipelines::latest),
    handler("ProjectPipeline.list", Access::Anyone, pipelines::list).or_job(),
    handler("ProjectPipeline.retry", Access::Users, pipelines::retry),
    handler("ProjectPipeline.test_report", Access::Anyone, reports::test_report),
    handler("ProjectPipeline.test_report_summary", Access::Anyone, reports::test_report_summary),
    handler("ProjectPipeline.update", Access::Users, pipelines::rename).or_job(),
    handler("ProjectPipelineBridge.list", Access::Users, jobs::bridges).or_job(),
    handler("ProjectPipelineJob.list", Access::Users, jobs::list_of_pipeline).or_job(),
    handler("ProjectPipelineSchedule.create", Access::Users, schedules::create),
    handler("ProjectPipelineSchedule.delete", Access::Users, schedules::delete),
    handler("ProjectPipelineSchedule.get", Access::Users, schedules::get),
    handler("ProjectPipelineSchedule.list", Access::Users, schedules::list),
    handler("ProjectPipelineSchedule.play", Access::Users, schedules::play),
    handler("ProjectPipelineSchedule.take_ownership", Access::Users, schedules::take_ownership),
    handler("ProjectPipelineSchedule.update", Access::Users, schedules::update),
    handler("ProjectPipelineSchedulePipeline.list", Access::Users, schedules::pipelines),
    handler("ProjectPipelineScheduleVariable.create", Access::Users, schedule_variables::create),
    handler("ProjectPipelineScheduleVariable.delete", Access::Users, schedule_variables::delete),
    handler("ProjectPipelineScheduleVariable.update", Access::Users, schedule_variables::update),
    handler("ProjectPipelineVariable.list", Access::Users, pipelines::variables),
    handler("ProjectTrigger.create", Access::Users, triggers::create),
    handler("ProjectTrigger.delete", Access::Users, triggers::delete),
    handler("ProjectTrigger.get", Access::Users, triggers::get),
    handler("ProjectTrigger.list", Access::Users, triggers::list),
    handler("ProjectTrigger.update", Access::Users, triggers::update),
    handler("ProjectVariable.create", Access::Checked(variables::may_change_project), variables::create),
    handler("ProjectVariable.delete", Access::Checked(variables::may_change_project), variables::delete),
    handler("ProjectVariable.get", Access::Checked(variables::may_change_project), variables::get),
    handler("ProjectVariable.list", Access::Checked(variables::may_change_project), variables::list),
    handler("ProjectVariable.update", Access::Checked(variables::may_change_project), variables::update),
    handler("Variable.create", Access::Checked(variables::may_change_instance), variables::create),
    handler("Variable.delete", Access::Checked(variables::may_change_instance), variables::delete),
    handler("Variable.get", Access::Checked(variables::may_change_instance), variables::get),
    handler("Variable.list", Access::Checked(variables::may_change_instance), variables::list),
    handler("Variable.update", Access::Checked(variables::may_change_instance), variables::update),
    handler("Version.get", Access::Users, instance::version),
];

const fn handler(
    id: &'static str,
    access: Access,
    run: fn(&mut World, &Call<'_>) -> Result<Reply, Refusal>,
) -> Handler {
    Handler { id, access, job_tokens: false, run }
}

impl Handler {
    /// The same, for jobs as well.
    const fn or_job(self) -> Self {
        Self { job_tokens: true, ..self }
    }
}

/// The project that the call is about.
///
/// One that the caller may not see does not exist for them.
fn project<'a>(world: &'a World, call: &Call<'_>) -> Result<&'a Project, Refusal> {
    visible_project(world, call.arguments.required_text("project_id"), call.caller)
}

/// The project of this number or path, if the user may see it.
fn visible_project<'a>(world: &'a World, reference: &str, user: Option<i64>) -> Result<&'a Project, Refusal> {
    let project = world.store.project(reference);
    project.filter(|project| sees(world, user, project)).ok_or_else(|| Refusal::missing("Project"))
}

/// The project that the call is about, for a caller who needs a role in it.
fn project_as<'a>(world: &'a World, call: &Call<'_>, role: Role) -> Result<&'a Project, Refusal> {
    let project = project(world, call)?;
    need(world, call.caller, project, role)?;
    Ok(project)
}

/// Refuses a caller whose role in a project is too low.
fn need(world: &World, user: Option<i64>, project: &Project, role: Role) -> Result<(), Refusal> {
    let found = user.and_then(|user| world.store.role(user, project));
    if found >= Some(role) { Ok(()) } else { Err(Refusal::forbidden()) }
}

/// The pipeline of a project with this number.
fn pipeline<'a>(world: &'a World, project: &Project, id: i64) -> Result<&'a Pipeline, Refusal> {
    let pipeline = world.store.pipelines.get(&id);
    pipeline.filter(|pipeline| pipeline.project == project.id).ok_or_else(Refusal::missing_record)
}

/// Whether the user, or somebody who has not signed in, sees the project.
fn sees(world: &World, user: Option<i64>, project: &Project) -> bool {
    let member = user.is_some_and(|user| world.store.role(user, project).is_some());
    member || project.visibility.admits_strangers(user.is_some())
}

#[cfg(test)]
mod tests;
