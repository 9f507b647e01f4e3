//! Pipelines.
//!
//! This file owns what the endpoints of pipelines do, and how a pipeline is started, which triggers
//! share. How a pipeline moves afterwards is the simulation's business.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{need, pipeline, project, project_as};
use crate::api::{Arguments, Call, Refusal, Reply, offset};
use crate::plan::resolve_inputs;
use crate::render;
use crate::simulation::{NewPipeline, Status, World};
use crate::store::{Pipeline, Project, RefError, Role, RunVariable, Source, VariableKind};

/// `GET /projects/:id/pipelines`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project(world, call)?;
    let pipelines = world.store.pipelines_of(project.id);
    let mut rows: Vec<&Pipeline> =
        pipelines.filter(|pipeline| matches(world, &call.arguments, pipeline)).collect();
    if let Some(scope @ ("branches" | "tags")) = call.arguments.text("scope") {
        let newest = newest_of_each_ref(world, project, scope == "tags");
        rows.retain(|pipeline| newest.contains(&pipeline.id));
    }
    let order_by = call.arguments.text("order_by").unwrap_or("id");
    rows.sort_by(|a, b| {
        let order = match order_by {
            "status" => a.status.as_str().cmp(b.status.as_str()),
            "ref" => a.ref_name.cmp(&b.ref_name),
            "updated_at" => a.updated_at.cmp(&b.updated_at),
            "user_id" => a.user.cmp(&b.user),
            _ => a.id.cmp(&b.id),
        };
        order.then(a.id.cmp(&b.id))
    });
    if call.arguments.text("sort") != Some("asc") {
        rows.reverse();
    }
    Reply::page(offset(&world.site, call, rows), |pipeline| render::pipeline_row(world, pipeline))
}

/// `GET /projects/:id/pipelines/:pipeline_id`
pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project(world, call)?;
    let pipeline = pipeline(world, project, call.arguments.record("id"))?;
    Reply::json(200, &render::pipeline_with_name(world, pipeline))
}

/// `GET /projects/:id/pipelines/latest`
pub(super) fn latest(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project(world, call)?;
    let name = call.arguments.text("ref").unwrap_or(&project.default_branch);
    // GitLab asks whether the caller may read a pipeline that is not there, and hears no.
    let git_ref = project.find_ref(name).map_err(|_| Refusal::forbidden())?;
    let mut newest_first = world.store.pipelines_of(project.id).rev();
    let latest = newest_first.find(|pipeline| {
        (pipeline.ref_name == git_ref.name && pipeline.tag == git_ref.tag)
            && pipeline.sha == git_ref.sha
            && pipeline.source != Source::ParentPipeline
    });
    Reply::json(200, &render::pipeline_with_name(world, latest.ok_or_else(Refusal::forbidden)?))
}

/// `GET /projects/:id/pipelines/:pipeline_id/variables`
pub(super) fn variables(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project(world, call)?;
    let pipeline = pipeline(world, project, call.arguments.record("pipeline_id"))?;
    if call.caller != Some(pipeline.user) {
        need(world, call.caller, project, Role::Developer)?;
    }
    Reply::rows(pipeline.variables.iter(), render::run_variable)
}

/// `POST /projects/:id/pipeline`
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = project_as(world, call, Role::Developer)?.id;
    let variables = run_variables(call.arguments.items("variables").unwrap_or_default())?;
    let start = Start { project, user: call.user()?, source: Source::Api, variables };
    let id = start_pipeline(world, call, start)?;
    answer(world, 201, id)
}

/// `PUT /projects/:id/pipelines/:pipeline_id/metadata`
pub(super) fn rename(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = pipeline(world, project_as(world, call, Role::Developer)?, call.arguments.record("id"))?.id;
    let name = call.arguments.required_text("name");
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::field("name", &format!("is too long (maximum is {LONGEST_NAME} characters)")));
    }
    let now = world.now();
    let pipeline = world.store.pipelines.get_mut(&id).ok_or_else(Refusal::missing_record)?;
    pipeline.name = Some(name.to_owned());
    pipeline.updated_at = now;
    get(world, call)
}

/// `POST /projects/:id/pipelines/:pipeline_id/retry`
pub(super) fn retry(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = pipeline(world, project_as(world, call, Role::Developer)?, call.arguments.record("id"))?.id;
    world.retry_pipeline(id, call.user()?);
    answer(world, 201, id)
}

/// `POST /projects/:id/pipelines/:pipeline_id/cancel`
pub(super) fn cancel(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = pipeline(world, project_as(world, call, Role::Developer)?, call.arguments.record("id"))?.id;
    world.cancel_pipeline(id);
    answer(world, 200, id)
}

/// `DELETE /projects/:id/pipelines/:pipeline_id`
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let pipeline = pipeline(world, project_as(world, call, Role::Owner)?, call.arguments.record("id"))?;
    call.check_unmodified(pipeline.updated_at)?;
    let id = pipeline.id;
    world.store.remove_pipeline(id);
    Ok(Reply::empty())
}

/// A pipeline that somebody asks for; the ref and the inputs stand in the call.
pub(super) struct Start {
    pub(super) project: i64,
    pub(super) user: i64,
    pub(super) source: Source,
    pub(super) variables: Vec<RunVariable>,
}

/// Starts a pipeline with the project's own jobs.
pub(super) fn start_pipeline(world: &mut World, call: &Call<'_>, start: Start) -> Result<i64, Refusal> {
    let project = world.store.projects.get(&start.project).ok_or_else(Refusal::not_found)?;
    let git_ref = project.find_ref(call.arguments.required_text("ref")).map_err(|error| match error {
        RefError::Unknown => Refusal::base("Reference not found"),
        RefError::Ambiguous => Refusal::base("Ref is ambiguous"),
    })?;
    let inputs = resolve_inputs(&project.inputs, &given_inputs(call)).map_err(|text| Refusal::base(&text))?;
    let new = NewPipeline {
        jobs: project.plan.clone(),
        variables: start.variables,
        inputs,
        ..NewPipeline::new(project.id, git_ref.clone(), start.source, start.user)
    };
    world.create_pipeline(new).ok_or_else(|| {
        Refusal::base(
            "Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline.",
        )
    })
}

/// The pipeline as GitLab answers a change of it.
pub(super) fn answer(world: &World, status: u16, id: i64) -> Result<Reply, Refusal> {
    let pipeline = world.store.pipelines.get(&id).ok_or_else(Refusal::missing_record)?;
    Reply::json(status, &render::pipeline(world, pipeline))
}

/// Whether the filters of a list let the pipeline through. The scopes of refs are not among them.
fn matches(world: &World, arguments: &Arguments, pipeline: &Pipeline) -> bool {
    let is = |name: &str, value: &str| arguments.text(name).is_none_or(|wanted| wanted == value);
    let user = world.store.users.get(&pipeline.user).map_or("", |user| &user.username);
    let in_scope = match arguments.text("scope") {
        Some("running") => pipeline.status == Status::Running,
        Some("pending") => pipeline.status == Status::Pending,
        Some("finished") => pipeline.status.is_finished(),
        _ => true,
    };
    // Child pipelines show only to those who ask for them.
    let shows = pipeline.source != Source::ParentPipeline
        || arguments.text("source") == Some(Source::ParentPipeline.as_str());
    in_scope
        && shows
        && is("status", pipeline.status.as_str())
        && is("source", pipeline.source.as_str())
        && is("ref", &pipeline.ref_name)
        && is("sha", &pipeline.sha)
        && is("username", user)
        && arguments.text("name").is_none_or(|name| pipeline.name.as_deref() == Some(name))
        // The simulated configuration never has an error.
        && arguments.flag("yaml_errors") != Some(true)
        && arguments.time("updated_before").is_none_or(|time| pipeline.updated_at <= time)
        && arguments.time("updated_after").is_none_or(|time| pipeline.updated_at >= time)
        && arguments.time("created_before").is_none_or(|time| pipeline.created_at <= time)
        && arguments.time("created_after").is_none_or(|time| pipeline.created_at >= time)
}

/// The newest pipeline of each branch, or of each tag, that still exists.
fn newest_of_each_ref(world: &World, project: &Project, tags: bool) -> BTreeSet<i64> {
    let refs = project.refs.iter().filter(|git_ref| git_ref.tag == tags);
    let newest = refs.filter_map(|git_ref| {
        let mut pipelines = world.store.pipelines_of(project.id).rev();
        let newest = pipelines.find(|pipeline| pipeline.tag == tags && pipeline.ref_name == git_ref.name)?;
        Some(newest.id)
    });
    newest.collect()
}

/// The variables of a request, each with a key, a value and perhaps a type.
pub(super) fn run_variables(sent: &[Value]) -> Result<Vec<RunVariable>, Refusal> {
    let text = |variable: &Value, name: &str| variable[name].as_str().unwrap_or_default().to_owned();
    let variables = sent.iter().map(|variable| RunVariable {
        key: text(variable, "key"),
        value: text(variable, "value"),
        kind: VariableKind::named(&text(variable, "variable_type")),
    });
    let variables: Vec<RunVariable> = variables.collect();
    check_variable_names(variables.iter().map(|variable| variable.key.as_str()))?;
    Ok(variables)
}

/// Refuses names that no variable can have, and names that two variables have.
pub(super) fn check_variable_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for name in names {
        if name.is_empty() {
            return Err(Refusal::base("Variables key can't be blank"));
        }
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(Refusal::base("Variables key can contain only letters, digits and '_'."));
        }
        if !seen.insert(name) {
            return Err(Refusal::base(&format!("Duplicate variable name: {name}")));
        }
    }
    Ok(())
}

/// The inputs of a request. A form has only text: a value of another type is sent as its JSON.
fn given_inputs(call: &Call<'_>) -> Map<String, Value> {
    let mut inputs = call.arguments.members("inputs").cloned().unwrap_or_default();
    if !call.request.is_json() {
        for value in inputs.values_mut() {
            let written = value.as_str().and_then(|text| serde_json::from_str(text).ok());
            // Text that happens to be no JSON is meant as text.
            *value = written.filter(|value: &Value| !value.is_null()).unwrap_or_else(|| value.take());
        }
    }
    inputs
}

/// How long the name of a pipeline may be.
const LONGEST_NAME: usize = 255;
