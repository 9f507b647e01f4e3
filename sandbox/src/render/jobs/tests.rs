//! The fields of jobs, with literal expectations.

use serde_json::json;

use super::super::keys;
use super::*;
use crate::plan::{JobPlan, When};
use crate::simulation::{test_world, test_world_with};

/// The fields of a job that ended well, without the optional ones.
const ALWAYS: [&str; 25] = [
    "id",
    "status",
    "stage",
    "name",
    "ref",
    "tag",
    "coverage",
    "allow_failure",
    "created_at",
    "started_at",
    "finished_at",
    "erased_at",
    "duration",
    "queued_duration",
    "user",
    "commit",
    "pipeline",
    "web_url",
    "project",
    "artifacts",
    "runner",
    "runner_manager",
    "artifacts_expire_at",
    "archived",
    "tag_list",
];

fn with(extra: &str) -> Vec<&str> {
    let at =
        ALWAYS.iter().position(|key| *key == if extra == "failure_reason" { "web_url" } else { "artifacts" });
    let mut keys = ALWAYS.to_vec();
    keys.insert(at.unwrap(), extra);
    keys
}

fn find<'a>(world: &'a World, name: &str, status: Status) -> &'a Job {
    world.store.jobs.values().find(|job| job.plan.name == name && job.status == status).unwrap()
}

#[test]
fn some_fields_are_there_in_some_statuses_only() {
    let world = test_world();
    assert_eq!(keys(&job(&world, find(&world, "lint", Status::Success))), ALWAYS);
    assert_eq!(keys(&job(&world, find(&world, "unit", Status::Failed))), with("failure_reason"));
    assert_eq!(keys(&job(&world, find(&world, "compile", Status::Success))), with("artifacts_file"));
    assert_eq!(keys(&job(&world, find(&world, "deploy", Status::Skipped))), ALWAYS);
}

#[test]
fn commits_runners_and_artifacts_have_the_fields_of_gitlab() {
    let world = test_world();
    let compile = find(&world, "compile", Status::Success);
    let value = entity(&world, compile);
    let commit = [
        "id",
        "short_id",
        "created_at",
        "parent_ids",
        "title",
        "message",
        "author_name",
        "author_email",
        "authored_date",
        "committer_name",
        "committer_email",
        "committed_date",
        "trailers",
        "extended_trailers",
        "web_url",
    ];
    assert_eq!(keys(value.head.commit.as_ref().unwrap()), commit);
    assert_eq!(keys(value.artifacts_file.as_ref().unwrap()), ["filename", "size"]);
    for artifact in &value.artifacts {
        assert_eq!(keys(artifact), ["file_type", "size", "filename", "file_format"]);
    }
    let runner = [
        "id",
        "description",
        "ip_address",
        "active",
        "paused",
        "is_shared",
        "runner_type",
        "name",
        "online",
        "created_by",
        "created_at",
        "status",
        "job_execution_status",
    ];
    assert_eq!(keys(value.runner.as_ref().unwrap()), runner);
    let manager = [
        "id",
        "system_id",
        "version",
        "revision",
        "platform",
        "architecture",
        "created_at",
        "contacted_at",
        "ip_address",
        "status",
        "job_execution_status",
    ];
    assert_eq!(keys(value.runner_manager.as_ref().unwrap()), manager);
}

#[test]
fn a_job_that_has_not_run_tells_nothing_about_a_run() {
    let manual = JobPlan { when: When::Manual, coverage: Some(50.0), ..JobPlan::new("release", "release") };
    let world = test_world_with(vec![manual]);
    let value = serde_json::to_value(job(&world, find(&world, "release", Status::Manual))).unwrap();
    for field in
        ["started_at", "finished_at", "duration", "queued_duration", "runner", "runner_manager", "coverage"]
    {
        assert_eq!(value[field], Value::Null, "{field}");
    }
    assert_eq!(value["artifacts"], json!([]));
}

#[test]
fn durations_are_fractions_and_coverage_is_a_number() {
    let world = test_world();
    let value = serde_json::to_value(job(&world, find(&world, "unit", Status::Success))).unwrap();
    assert!(value["duration"].is_f64() && value["queued_duration"].is_f64());
    assert_eq!(value["coverage"], 83.5);
    assert_eq!(value["pipeline"].get("finished_at"), None);
    assert_eq!(value["pipeline"].get("name"), None);
}
