//! One story in a sandbox that brings an answer of every operation: who am I, variables at three levels, triggers,
//! a pipeline with all its jobs from start to erasure, a schedule. No step asserts anything: an operation that is
//! refused, or not served at all, is found out when the answers are judged.

use std::time::Duration;

use rhailab_sandbox::{Account, Downstream, JobPlan, Options, Outcome, Sandbox, When, start};
use serde_json::{Value, json};

use crate::caller::{Caller, Exchange};

/// Pipelines of minutes pass in milliseconds.
const SPEED: f64 = 5_000.0;

/// Every answer, in the order of the story.
pub async fn exchanges() -> Vec<Exchange> {
    let start_at = "2026-03-02T10:00:00Z".parse().unwrap();
    let options = Options { speed: SPEED, start: Some(start_at), pipeline: jobs(), ..Options::default() };
    // Archives come from a storage of their own, as on GitLab.com: the document names that redirect, too.
    let sandbox = start(Options { object_storage: true, ..options }).await.unwrap();
    let mut caller = Caller::new(sandbox.url(), sandbox.token());
    instance(&mut caller).await;
    variables(&mut caller, "ProjectVariable", json!({"project_id": 1}), true).await;
    variables(&mut caller, "GroupVariable", json!({"group_id": 1}), true).await;
    variables(&mut caller, "Variable", json!({}), false).await;
    triggers(&mut caller).await;
    current_job(&mut caller, &sandbox).await;
    let pipeline = pipelines(&mut caller).await;
    jobs_of(&mut caller, &pipeline).await;
    schedules(&mut caller, sandbox.token_of(Account::Maintainer)).await;
    caller.call("ProjectPipeline.delete", json!({"project_id": 1, "id": pipeline})).await;
    let exchanges = std::mem::take(&mut caller.exchanges);
    sandbox.shutdown().await;
    exchanges
}

/// The demo's jobs and some more: one that fails first, one that waits for being played, one that starts a
/// pipeline elsewhere, and one that still runs since the pipeline of a tag in the past.
fn jobs() -> Vec<JobPlan> {
    let outcomes = vec![Outcome::Failure("script_failure".into()), Outcome::Success];
    let long = Duration::from_secs(30 * 86_400);
    let more = [
        JobPlan { outcomes, allow_failure: true, ..JobPlan::new("flaky", "test") },
        JobPlan { when: When::Manual, allow_failure: true, ..JobPlan::new("ship", "deploy") },
        JobPlan {
            downstream: Some(Downstream::project("demo/downstream")),
            ..JobPlan::new("other", "deploy")
        },
        JobPlan { duration: long..=long, only: vec!["v1.0".into()], ..JobPlan::new("watch", "build") },
    ];
    [JobPlan::demo(), more.to_vec()].concat()
}

async fn instance(caller: &mut Caller) {
    caller.call("Version.get", json!({})).await;
    caller.call("Metadata.get", json!({})).await;
    caller.call("CurrentUser.get", json!({})).await;
    caller.call("Group.get", json!({"id": 1, "with_custom_attributes": true, "with_projects": true})).await;
    caller.call("Project.get", json!({"id": "demo/app"})).await;
}

/// The life of a variable, the same at each level.
async fn variables(caller: &mut Caller, kind: &str, owner: Value, scoped: bool) {
    let verb = |verb: &str| format!("{kind}.{verb}");
    let named = with(&owner, &json!({"key": "CONTRACT_TOKEN"}));
    let value = json!({"value": "s3cr3t-value", "masked": true, "protected": true, "description": "shared"});
    caller.call(&verb("create"), with(&named, &value)).await;
    if scoped {
        let hidden = json!({"key": "CONTRACT_HIDDEN", "value": "s3cr3t-value", "masked_and_hidden": true});
        caller.call(&verb("create"), with(&owner, &hidden)).await;
    }
    caller.call(&verb("list"), owner).await;
    caller.call(&verb("get"), named.clone()).await;
    caller.call(&verb("update"), with(&named, &json!({"value": "another-value", "raw": true}))).await;
    caller.call(&verb("delete"), named).await;
}

async fn triggers(caller: &mut Caller) {
    let project = json!({"project_id": 1});
    let expiry = json!({"description": "contract", "expires_at": "2026-12-01T00:00:00Z"});
    let created = caller.call("ProjectTrigger.create", with(&project, &expiry)).await;
    // The colleague's trigger stands in this list, too: its token is cut short.
    caller.call("ProjectTrigger.list", project.clone()).await;
    let named = with(&project, &json!({"id": created["id"]}));
    caller.call("ProjectTrigger.get", named.clone()).await;
    caller.call("ProjectTrigger.update", with(&named, &json!({"description": "renamed"}))).await;
    let run = json!({"id": 1, "ref": "main", "token": created["token"], "variables": {"ZONE": "eu"}});
    caller.call("Project.trigger_pipeline", run.clone()).await;
    caller.call("Project.trigger_build", run).await;
    caller.call("ProjectTrigger.delete", named).await;
}

/// What a job's own token is good for, which is valid while the job runs.
async fn current_job(caller: &mut Caller, sandbox: &Sandbox) {
    let running = json!({"project_id": 1, "scope": ["running"]});
    let rows = caller.call("ProjectJob.list", running).await;
    let job_token = sandbox.job_token(number(&rows, "watch").as_i64().unwrap_or_default());
    caller.call_as(("JOB-TOKEN", job_token), "CurrentJob.get", json!({})).await;
}

/// Runs a pipeline to its end and looks at it from all sides; answers its number.
async fn pipelines(caller: &mut Caller) -> Value {
    let project = json!({"project_id": 1});
    let new =
        json!({"ref": "main", "variables": [{"key": "ZONE", "value": "eu", "variable_type": "env_var"}]});
    let created = caller.call("ProjectPipeline.create", with(&project, &new)).await;
    let named = with(&project, &json!({"id": created["id"]}));
    let ended = |pipeline: &Value| !pipeline["finished_at"].is_null();
    caller.call_until("ProjectPipeline.get", named.clone(), ended).await;
    caller.call("ProjectPipeline.list", project.clone()).await;
    caller.call("ProjectPipeline.latest", with(&project, &json!({"ref": "main"}))).await;
    caller.call("ProjectPipeline.update", with(&named, &json!({"name": "Nightly"}))).await;
    caller.call("ProjectPipeline.test_report", named.clone()).await;
    caller.call("ProjectPipeline.test_report_summary", named.clone()).await;
    let inside = with(&project, &json!({"pipeline_id": created["id"]}));
    caller.call("ProjectPipelineVariable.list", inside.clone()).await;
    caller.call("ProjectPipelineBridge.list", inside.clone()).await;
    caller.call("ProjectPipelineJob.list", with(&inside, &json!({"include_retried": true}))).await;
    caller.call("ProjectPipeline.retry", named.clone()).await;
    caller.call_until("ProjectPipeline.get", named, |pipeline| pipeline["status"] == "success").await;

    let other = caller.call("ProjectPipeline.create", with(&project, &new)).await;
    caller.call("ProjectPipeline.cancel", with(&project, &json!({"id": other["id"]}))).await;
    created["id"].clone()
}

/// Everything that can be done with a job: with the one that left artifacts, and with the one that waits.
async fn jobs_of(caller: &mut Caller, pipeline: &Value) {
    let project = json!({"project_id": 1});
    caller.call("ProjectJob.list", project.clone()).await;
    let rows = json!({"project_id": 1, "pipeline_id": pipeline});
    let rows = caller.call("ProjectPipelineJob.list", rows).await;
    let numbered = |name: &str| json!({"project_id": 1, "id": number(&rows, name)});
    let (compile, ship) = (numbered("compile"), numbered("ship"));

    caller.call("ProjectJob.get", compile.clone()).await;
    caller.call("ProjectJob.trace", compile.clone()).await;
    caller.call("ProjectJob.artifacts", compile.clone()).await;
    let file = json!({"artifact_path": FILE});
    caller.call("ProjectJob.artifact", with(&compile, &file)).await;
    let by_ref = json!({"ref_name": "main", "job": "compile"});
    caller.call("ProjectArtifact.download", with(&project, &by_ref)).await;
    caller.call("ProjectArtifact.raw", with(&with(&project, &by_ref), &file)).await;
    caller.call("Project.artifact", with(&with(&json!({"id": 1}), &by_ref), &file)).await;
    caller.call("ProjectJob.keep_artifacts", compile.clone()).await;

    let variables = json!({"variables": [{"key": "ZONE", "value": "eu"}]});
    caller.call("ProjectJob.play", with(&ship, &variables)).await;
    caller.call("ProjectJob.cancel", ship).await;
    let again = caller.call("ProjectJob.retry", compile.clone()).await;
    caller.call("ProjectJob.delete_artifacts", compile.clone()).await;
    caller.call("ProjectJob.erase", compile).await;
    let again = json!({"project_id": 1, "id": again["id"]});
    caller.call_until("ProjectJob.get", again, |job| job["status"] == "success").await;
    caller.call("ProjectArtifact.delete", project).await;
}

/// The life of a schedule. A colleague makes it, because taking it over means more than keeping it.
async fn schedules(caller: &mut Caller, colleague: String) {
    let project = json!({"project_id": 1});
    let new = json!({
        "description": "Nightly", "ref": "main", "cron": "15 2 * * *", "cron_timezone": "UTC", "active": true,
        "inputs": [{"name": "strategy", "value": "canary"}],
    });
    let colleague = ("PRIVATE-TOKEN", colleague);
    let created = caller.call_as(colleague, "ProjectPipelineSchedule.create", with(&project, &new)).await;
    let named = with(&project, &json!({"id": created["id"]}));
    let inside = with(&project, &json!({"pipeline_schedule_id": created["id"]}));
    for _ in ["taken", "had already"] {
        caller.call("ProjectPipelineSchedule.take_ownership", named.clone()).await;
    }
    let variable = with(&inside, &json!({"key": "DEEP"}));
    let value = with(&variable, &json!({"value": "1"}));
    caller.call("ProjectPipelineScheduleVariable.create", value.clone()).await;
    caller.call("ProjectPipelineScheduleVariable.update", value).await;
    caller.call("ProjectPipelineSchedule.list", project).await;
    caller
        .call("ProjectPipelineSchedule.update", with(&named, &json!({"description": "Nightly build"})))
        .await;
    caller.call("ProjectPipelineSchedule.play", named.clone()).await;
    let begun = |rows: &Value| rows.as_array().is_some_and(|rows| !rows.is_empty());
    caller.call_until("ProjectPipelineSchedulePipeline.list", inside, begun).await;
    caller.call("ProjectPipelineSchedule.get", named.clone()).await;
    caller.call("ProjectPipelineScheduleVariable.delete", variable).await;
    caller.call("ProjectPipelineSchedule.delete", named).await;
}

/// A file that the artifacts of the demo's first job hold.
const FILE: &str = "build/app.bin";

/// The number of the job of this name, null where there is none.
fn number(rows: &Value, name: &str) -> Value {
    let row = rows.as_array().into_iter().flatten().find(|row| row["name"] == name);
    row.map_or(Value::Null, |row| row["id"].clone())
}

/// Two JSON objects in one.
fn with(first: &Value, second: &Value) -> Value {
    let members = [first, second].into_iter().filter_map(Value::as_object).flatten();
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}
