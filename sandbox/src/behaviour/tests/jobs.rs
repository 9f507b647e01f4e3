//! What can be done to a job.

use super::*;
use crate::plan::{Outcome, When};

fn act(gitlab: &mut Gitlab, user: i64, job: i64, action: &str, body: Value) -> Answer {
    gitlab.ask(user, Method::POST, &format!("/projects/1/jobs/{job}/{action}"), body)
}

/// A job of exactly ten seconds.
fn ten(name: &str, stage: &str) -> JobPlan {
    let duration = Duration::from_secs(10)..=Duration::from_secs(10);
    JobPlan { duration, ..JobPlan::new(name, stage) }
}

fn failing(plan: JobPlan) -> JobPlan {
    let outcomes = vec![Outcome::Failure("script_failure".into()), Outcome::Success];
    JobPlan { outcomes, ..plan }
}

#[test]
fn a_running_job_is_canceled_gracefully_or_by_force() {
    let mut gitlab = Gitlab::demo();
    let pipeline = gitlab.start("main");
    gitlab.pass(10);
    let job = gitlab.job(pipeline, "compile");
    // Force is for maintainers, and only for what is canceling.
    act(&mut gitlab, DEVELOPER, job, "cancel", json!({"force": true})).assert(403, FORBIDDEN);
    assert_eq!(act(&mut gitlab, OWNER, job, "cancel", json!({"force": true})).created()["status"], "running");
    assert_eq!(act(&mut gitlab, DEVELOPER, job, "cancel", Value::Null).created()["status"], "canceling");
    assert_eq!(act(&mut gitlab, DEVELOPER, job, "cancel", Value::Null).created()["status"], "canceling");
    let forced = act(&mut gitlab, MAINTAINER, job, "cancel", json!({"force": true})).created();
    assert_eq!(forced["status"], "canceled");
    assert!(forced["finished_at"].is_string() && forced.get("failure_reason").is_none());
    // One that has ended stays as it is.
    assert_eq!(act(&mut gitlab, OWNER, 5001, "cancel", Value::Null).created()["status"], "success");
    act(&mut gitlab, REPORTER, job, "cancel", Value::Null).assert(403, FORBIDDEN);
    act(&mut gitlab, OWNER, 99, "cancel", Value::Null).assert(404, NOT_FOUND);
}

#[test]
fn a_job_that_never_ran_has_no_duration_when_it_is_canceled() {
    let mut gitlab = Gitlab::demo();
    let pipeline = gitlab.start("main");
    let job = gitlab.job(pipeline, "unit");
    let canceled = act(&mut gitlab, OWNER, job, "cancel", Value::Null).created();
    assert_eq!(canceled["status"], "canceled");
    assert!(canceled["finished_at"].is_string());
    assert_eq!((&canceled["started_at"], &canceled["duration"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_retry_is_a_new_job_and_gives_skipped_ones_another_turn() {
    let mut gitlab = Gitlab::running(vec![failing(ten("unit", "test")), ten("deploy", "deploy")]);
    let pipeline = gitlab.start("main");
    gitlab.settle();
    let (old, deploy) = (gitlab.job(pipeline, "unit"), gitlab.job(pipeline, "deploy"));
    assert_eq!((gitlab.status(old), gitlab.status(deploy)), ("failed", "skipped"));
    let new = act(&mut gitlab, DEVELOPER, old, "retry", Value::Null).created();
    assert!(new["id"].as_i64().unwrap() > deploy);
    assert_eq!((&new["name"], &new["status"]), (&json!("unit"), &json!("pending")));
    assert_eq!(new["user"]["username"], "jo.fern");
    // The old one keeps its number, and is not retried again.
    assert_eq!(gitlab.get(&format!("/projects/1/jobs/{old}")).found()["status"], "failed");
    act(&mut gitlab, OWNER, old, "retry", Value::Null)
        .assert(403, r#"{"message":"403 Forbidden - Job is not retryable"}"#);
    let names = gitlab.get(&format!("/projects/1/pipelines/{pipeline}/jobs")).column("id");
    assert!(!names.contains(&json!(old)));
    gitlab.settle();
    assert_eq!(gitlab.status(deploy), "success");
    assert_eq!(gitlab.world.store.jobs[&deploy].user, DEVELOPER);
    assert_eq!(gitlab.get(&format!("/projects/1/pipelines/{pipeline}")).found()["status"], "success");
}

#[test]
fn a_manual_job_waits_until_somebody_plays_it() {
    let approve = JobPlan { when: When::Manual, log: vec!["to $ZONE".into()], ..ten("approve", "approval") };
    let mut gitlab = Gitlab::running(vec![ten("unit", "test"), approve, ten("deploy", "deploy")]);
    let pipeline = gitlab.start("main");
    let (unit, job) = (gitlab.job(pipeline, "unit"), gitlab.job(pipeline, "approve"));
    let unplayable = r#"{"message":"400 Bad request - Unplayable Job"}"#;
    act(&mut gitlab, OWNER, job, "play", Value::Null).assert(400, unplayable);
    gitlab.settle();
    let path = format!("/projects/1/pipelines/{pipeline}");
    let blocked = gitlab.get(&path).found();
    assert_eq!((&blocked["status"], &blocked["finished_at"]), (&json!("manual"), &Value::Null));
    assert_eq!(blocked["detailed_status"]["label"], "waiting for manual action");
    act(&mut gitlab, OWNER, unit, "play", Value::Null).assert(400, unplayable);
    act(&mut gitlab, REPORTER, job, "play", Value::Null).assert(403, FORBIDDEN);
    let missing = json!({"job_variables_attributes": [{"key": "ZONE"}]});
    act(&mut gitlab, OWNER, job, "play", missing)
        .assert(400, r#"{"error":"job_variables_attributes[0][value] is missing"}"#);

    let variables = json!({"job_variables_attributes": [{"key": "ZONE", "value": "eu"}]});
    let played = act(&mut gitlab, DEVELOPER, job, "play", variables).found();
    assert_eq!((&played["id"], &played["status"]), (&json!(job), &json!("pending")));
    assert_eq!(played["user"]["username"], "jo.fern");
    gitlab.settle();
    assert_eq!(gitlab.get(&path).found()["status"], "success");
    let trace = gitlab.get(&format!("/projects/1/jobs/{job}/trace"));
    assert!(trace.text.contains("to eu\n"), "{}", trace.text);
    // One that has run is played as a new job, which keeps the variables.
    let again = act(&mut gitlab, OWNER, job, "play", Value::Null).found();
    assert!(again["id"].as_i64().unwrap() > job);
    assert_eq!(again["status"], "pending");
    gitlab.settle();
    let trace = gitlab.get(&format!("/projects/1/jobs/{}/trace", again["id"]));
    assert!(trace.text.contains("to eu\n"), "{}", trace.text);
}

#[test]
fn a_delayed_job_can_be_played_before_its_time() {
    let later = JobPlan { when: When::Delayed(Duration::from_secs(600)), ..ten("later", "test") };
    let mut gitlab = Gitlab::running(vec![later]);
    let pipeline = gitlab.start("main");
    gitlab.pass(1);
    let job = gitlab.job(pipeline, "later");
    assert_eq!(gitlab.status(job), "scheduled");
    assert_eq!(act(&mut gitlab, OWNER, job, "play", Value::Null).found()["status"], "pending");
    gitlab.settle();
    assert_eq!(gitlab.status(job), "success");
}

#[test]
fn an_erased_job_keeps_its_status_and_nothing_else() {
    let mut gitlab = Gitlab::demo();
    let erased = act(&mut gitlab, OWNER, 5001, "erase", Value::Null).created();
    assert_eq!((&erased["status"], &erased["artifacts"]), (&json!("success"), &json!([])));
    assert_eq!((erased.get("artifacts_file"), &erased["artifacts_expire_at"]), (None, &Value::Null));
    assert_eq!(erased["erased_at"], "2026-03-02T10:00:00.000Z");
    gitlab.get("/projects/1/jobs/5001/trace").assert(200, "");
    gitlab.get("/projects/1/jobs/5001/artifacts").assert(404, r#"{"message":"404 Not Found"}"#);
    let refused = r#"{"message":"403 Forbidden - Job is not erasable!"}"#;
    act(&mut gitlab, OWNER, 5001, "erase", Value::Null).assert(403, refused);
    let pipeline = gitlab.start("main");
    gitlab.pass(10);
    let running = gitlab.job(pipeline, "compile");
    act(&mut gitlab, OWNER, running, "erase", Value::Null).assert(403, refused);
    // A developer erases their own jobs of a ref that is not protected.
    act(&mut gitlab, DEVELOPER, 5002, "erase", Value::Null).assert(403, FORBIDDEN);
    assert_eq!(act(&mut gitlab, DEVELOPER, 5005, "erase", Value::Null).status, 201);
    assert_eq!(act(&mut gitlab, MAINTAINER, 5006, "erase", Value::Null).status, 201);
}

#[test]
fn a_log_is_text_and_grows() {
    let mut gitlab = Gitlab::demo();
    let pipeline = gitlab.start("main");
    let path = format!("/projects/1/jobs/{}/trace", gitlab.job(pipeline, "compile"));
    let nothing = gitlab.get(&path);
    nothing.assert(200, "");
    let mut seen = String::new();
    for _ in 0..4 {
        gitlab.pass(12);
        let trace = gitlab.get(&path);
        assert!(trace.text.starts_with(&seen) && trace.text.len() > seen.len());
        seen = trace.text;
    }
    let name = format!("infile; filename=\"{}.log\"", gitlab.job(pipeline, "compile"));
    assert_eq!(nothing.header("content-disposition"), Some(name.as_str()));
    assert_eq!(gitlab.ask(REPORTER, Method::GET, &path, Value::Null).status, 200);
}

#[test]
fn a_job_that_retries_itself_needs_nobody() {
    let mut gitlab = Gitlab::running(vec![JobPlan { retry: 1, ..failing(ten("flaky", "test")) }]);
    let pipeline = gitlab.start("main");
    gitlab.settle();
    let jobs = format!("/projects/1/pipelines/{pipeline}/jobs?include_retried=true");
    assert_eq!(gitlab.get(&jobs).column("status"), ["success", "failed"]);
    assert_eq!(gitlab.get(&format!("/projects/1/pipelines/{pipeline}")).found()["status"], "success");
}
