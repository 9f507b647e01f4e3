//! Pipelines on the wire: the reference inside other objects, the row of a list, the whole.
//!
//! This file owns their fields, and the words and icons of a status.

use serde::Serialize;
use serde_json::Value;

use super::users::{self, UserBasic};
use super::{Stamp, projects};
use crate::simulation::{Status, World};
use crate::store::{Pipeline, Source};

/// What other objects tell of a pipeline.
#[derive(Debug, Serialize)]
pub(super) struct PipelineReference<'a> {
    id: i64,
    iid: i64,
    project_id: i64,
    sha: &'a str,
    #[serde(rename = "ref")]
    ref_name: &'a str,
    status: Status,
    source: Source,
    created_at: Stamp,
    updated_at: Stamp,
    web_url: String,
}

#[derive(Debug, Serialize)]
struct PipelineRow<'a> {
    #[serde(flatten)]
    reference: PipelineReference<'a>,
    name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct PipelineEntity<'a> {
    #[serde(flatten)]
    reference: PipelineReference<'a>,
    before_sha: &'a str,
    tag: bool,
    yaml_errors: Option<&'a str>,
    user: Option<UserBasic<'a>>,
    started_at: Option<Stamp>,
    finished_at: Option<Stamp>,
    committed_at: Option<Stamp>,
    duration: Option<i64>,
    queued_duration: Option<i64>,
    coverage: Option<String>,
    detailed_status: DetailedStatus,
}

#[derive(Debug, Serialize)]
struct PipelineWithName<'a> {
    #[serde(flatten)]
    pipeline: PipelineEntity<'a>,
    name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct DetailedStatus {
    icon: String,
    text: &'static str,
    label: &'static str,
    group: &'static str,
    tooltip: &'static str,
    has_details: bool,
    details_path: String,
    illustration: Option<Value>,
    favicon: String,
}

/// What other objects tell of a pipeline. A schedule tells no more of those that it started.
pub(crate) fn pipeline_reference<'a>(world: &'a World, pipeline: &'a Pipeline) -> impl Serialize + 'a {
    reference(world, pipeline)
}

/// A row of a list.
pub(crate) fn pipeline_row<'a>(world: &'a World, pipeline: &'a Pipeline) -> impl Serialize + 'a {
    PipelineRow { reference: reference(world, pipeline), name: pipeline.name.as_deref() }
}

/// The whole pipeline, as GitLab answers a change of it.
pub(crate) fn pipeline<'a>(world: &'a World, pipeline: &'a Pipeline) -> impl Serialize + 'a {
    entity(world, pipeline)
}

/// The whole pipeline, as GitLab answers when it is asked for it.
pub(crate) fn pipeline_with_name<'a>(world: &'a World, pipeline: &'a Pipeline) -> impl Serialize + 'a {
    PipelineWithName { pipeline: entity(world, pipeline), name: pipeline.name.as_deref() }
}

pub(super) fn reference<'a>(world: &'a World, pipeline: &'a Pipeline) -> PipelineReference<'a> {
    PipelineReference {
        id: pipeline.id,
        iid: pipeline.iid,
        project_id: pipeline.project,
        sha: &pipeline.sha,
        ref_name: &pipeline.ref_name,
        status: pipeline.status,
        source: pipeline.source,
        created_at: Stamp(pipeline.created_at),
        updated_at: Stamp(pipeline.updated_at),
        web_url: format!("{}{}", world.site, path(world, pipeline)),
    }
}

fn entity<'a>(world: &'a World, pipeline: &'a Pipeline) -> PipelineEntity<'a> {
    PipelineEntity {
        reference: reference(world, pipeline),
        before_sha: pipeline.before_sha.as_deref().unwrap_or("0000000000000000000000000000000000000000"),
        tag: pipeline.tag,
        yaml_errors: None,
        user: users::basic(world, pipeline.user),
        started_at: pipeline.started_at.map(Stamp),
        finished_at: pipeline.finished_at.map(Stamp),
        committed_at: None,
        duration: pipeline.duration,
        queued_duration: pipeline.queued_duration(),
        coverage: world.coverage(pipeline.id).map(|coverage| format!("{coverage:.2}")),
        detailed_status: detailed_status(world, pipeline),
    }
}

/// The path below the site.
fn path(world: &World, pipeline: &Pipeline) -> String {
    let project = world.store.projects.get(&pipeline.project);
    let url = project.map(|project| projects::web_url(world, project)).unwrap_or_default();
    format!("{}/-/pipelines/{}", url.strip_prefix(&world.site).unwrap_or_default(), pipeline.id)
}

fn detailed_status(world: &World, pipeline: &Pipeline) -> DetailedStatus {
    let warned = pipeline.status == Status::Success
        && world
            .store
            .latest_jobs(pipeline.id)
            .any(|job| matches!(job.status, Status::Failed | Status::Canceled));
    let Look { icon, text, label, group } = if warned { WARNING } else { look(pipeline.status) };
    DetailedStatus {
        icon: format!("status_{icon}"),
        text,
        label,
        group,
        tooltip: label,
        has_details: true,
        details_path: path(world, pipeline),
        illustration: None,
        favicon: format!("/assets/ci_favicons/favicon_status_{}.png", if warned { "success" } else { icon }),
    }
}

/// The words and the icon of a status.
struct Look {
    icon: &'static str,
    text: &'static str,
    label: &'static str,
    group: &'static str,
}

const WARNING: Look =
    Look { icon: "warning", text: "Warning", label: "passed with warnings", group: "success-with-warnings" };

fn look(status: Status) -> Look {
    let (icon, text, label, group) = match status {
        Status::Created => ("created", "Created", "created", "created"),
        Status::WaitingForResource => ("pending", "Waiting", "waiting for resource", "waiting-for-resource"),
        Status::Preparing => ("preparing", "Preparing", "preparing", "preparing"),
        Status::WaitingForCallback => ("pending", "Waiting", "waiting for callback", "waiting-for-callback"),
        Status::Pending => ("pending", "Pending", "pending", "pending"),
        Status::Running => ("running", "Running", "running", "running"),
        Status::Success => ("success", "Passed", "passed", "success"),
        Status::Failed => ("failed", "Failed", "failed", "failed"),
        Status::Canceling => ("canceled", "Canceling", "canceling", "canceling"),
        Status::Canceled => ("canceled", "Canceled", "canceled", "canceled"),
        Status::Skipped => ("skipped", "Skipped", "skipped", "skipped"),
        Status::Manual => ("manual", "Manual", "waiting for manual action", "manual"),
        Status::Scheduled => ("scheduled", "Scheduled", "scheduled", "scheduled"),
    };
    Look { icon, text, label, group }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;
    use crate::plan::{JobPlan, Outcome};
    use crate::simulation::{test_world, test_world_with};

    const REFERENCE: [&str; 10] =
        ["id", "iid", "project_id", "sha", "ref", "status", "source", "created_at", "updated_at", "web_url"];
    const REST: [&str; 11] = [
        "before_sha",
        "tag",
        "yaml_errors",
        "user",
        "started_at",
        "finished_at",
        "committed_at",
        "duration",
        "queued_duration",
        "coverage",
        "detailed_status",
    ];

    #[test]
    fn rows_references_and_whole_pipelines_differ() {
        let world = test_world();
        let record = &world.store.pipelines[&1001];
        assert_eq!(keys(&reference(&world, record)), REFERENCE);
        assert_eq!(keys(&pipeline_row(&world, record)), [&REFERENCE[..], &["name"]].concat());
        assert_eq!(keys(&pipeline(&world, record)), [&REFERENCE[..], &REST].concat());
        assert_eq!(keys(&pipeline_with_name(&world, record)), [&REFERENCE[..], &REST, &["name"]].concat());
        let expected = [
            "icon",
            "text",
            "label",
            "group",
            "tooltip",
            "has_details",
            "details_path",
            "illustration",
            "favicon",
        ];
        assert_eq!(keys(&detailed_status(&world, record)), expected);
    }

    #[test]
    fn a_finished_pipeline_tells_its_times_and_its_coverage() {
        let world = test_world();
        let value = serde_json::to_value(pipeline(&world, &world.store.pipelines[&1001])).unwrap();
        assert_eq!((&value["status"], &value["coverage"]), (&"success".into(), &"83.50".into()));
        assert_eq!(value["detailed_status"]["text"], "Passed");
        assert_eq!(value["detailed_status"]["details_path"], "/demo/app/-/pipelines/1001");
        assert_eq!(value["web_url"], "http://gitlab.test/demo/app/-/pipelines/1001");
        assert!(value["duration"].is_i64() && value["finished_at"].is_string());
        assert_eq!(value["committed_at"], Value::Null);
    }

    #[test]
    fn a_first_commit_has_zeros_before_it() {
        let world = test_world();
        let record = world.store.pipelines.values().find(|pipeline| pipeline.ref_name == "master").unwrap();
        let value = serde_json::to_value(pipeline(&world, record)).unwrap();
        assert_eq!(value["before_sha"], "0".repeat(40));
    }

    #[test]
    fn a_success_in_spite_of_failures_is_a_warning() {
        let failure = vec![Outcome::Failure("script_failure".into())];
        let world = test_world_with(vec![
            JobPlan { allow_failure: true, outcomes: failure, ..JobPlan::new("lint", "test") },
            JobPlan::new("unit", "test"),
        ]);
        let value = serde_json::to_value(pipeline(&world, &world.store.pipelines[&1001])).unwrap();
        assert_eq!(value["detailed_status"]["group"], "success-with-warnings");
    }
}
