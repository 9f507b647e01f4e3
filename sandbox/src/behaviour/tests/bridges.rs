//! Bridges and the pipelines that they start.

use super::*;
use crate::plan::{Downstream, Outcome};

/// A job of exactly ten seconds.
fn ten(name: &str) -> JobPlan {
    let duration = Duration::from_secs(10)..=Duration::from_secs(10);
    JobPlan { duration, ..JobPlan::new(name, "test") }
}

fn bridge(downstream: Downstream) -> JobPlan {
    JobPlan { downstream: Some(downstream), ..JobPlan::new("bridge", "deploy") }
}

fn bridges(gitlab: &mut Gitlab, pipeline: i64) -> Value {
    gitlab.get(&format!("/projects/1/pipelines/{pipeline}/bridges")).found()
}

fn status(gitlab: &mut Gitlab, pipeline: i64) -> Value {
    gitlab.get(&format!("/projects/1/pipelines/{pipeline}")).found()["status"].clone()
}

#[test]
fn the_demo_starts_a_pipeline_of_the_other_project() {
    let mut gitlab = Gitlab::demo();
    let found = bridges(&mut gitlab, 1003);
    assert_eq!((&found[0]["name"], &found[0]["status"]), (&json!("downstream"), &json!("success")));
    let downstream = &found[0]["downstream_pipeline"];
    assert_eq!((&downstream["project_id"], &downstream["source"]), (&json!(2), &json!("pipeline")));
    assert_eq!(downstream["web_url"], "http://gitlab.test/demo/downstream/-/pipelines/1004");
    let jobs = gitlab.get("/projects/2/pipelines/1004/jobs");
    assert_eq!(jobs.column("name"), ["check", "fetch"]);
    // Bridges are no jobs: neither in lists nor by number.
    let names = gitlab.get("/projects/1/pipelines/1003/jobs").column("name");
    assert!(!names.contains(&json!("downstream")), "{names:?}");
    gitlab.get(&format!("/projects/1/jobs/{}", found[0]["id"])).assert(404, NOT_FOUND);
    let path = "/projects/1/pipelines/1003/bridges";
    assert_eq!(gitlab.get(&format!("{path}?scope=failed")).column("id").len(), 0);
    assert_eq!(gitlab.get(&format!("{path}?scope[]=success&scope[]=failed")).column("id").len(), 1);
    gitlab.get(&format!("{path}?scope=odd")).assert(400, r#"{"error":"scope does not have a valid value"}"#);
    assert_eq!(gitlab.get("/projects/1/pipelines/1001/bridges").column("id").len(), 0);
}

#[test]
fn a_bridge_that_depends_ends_like_its_pipeline() {
    for (outcome, expected) in
        [(Outcome::Success, "success"), (Outcome::Failure("script_failure".into()), "failed")]
    {
        let child = JobPlan { outcomes: vec![outcome], ..ten("child") };
        let mut gitlab = Gitlab::running(vec![bridge(Downstream::child(vec![child]))]);
        let pipeline = gitlab.start("main");
        gitlab.pass(5);
        let found = bridges(&mut gitlab, pipeline);
        assert_eq!(found[0]["status"], "running");
        assert_eq!(found[0]["downstream_pipeline"]["source"], "parent_pipeline");
        assert_eq!(found[0]["downstream_pipeline"]["project_id"], 1);
        assert_eq!(status(&mut gitlab, pipeline), "running");
        gitlab.settle();
        assert_eq!(bridges(&mut gitlab, pipeline)[0]["status"], expected);
        assert_eq!(status(&mut gitlab, pipeline), expected);
    }
}

#[test]
fn child_pipelines_show_only_to_those_who_ask() {
    let mut gitlab = Gitlab::running(vec![bridge(Downstream::child(vec![ten("child")]))]);
    let pipeline = gitlab.start("main");
    gitlab.settle();
    let child = bridges(&mut gitlab, pipeline)[0]["downstream_pipeline"]["id"].clone();
    let shown = gitlab.get("/projects/1/pipelines?per_page=100").column("id");
    assert!(shown.contains(&json!(pipeline)) && !shown.contains(&child));
    let asked = gitlab.get("/projects/1/pipelines?source=parent_pipeline&per_page=100").column("id");
    assert!(asked.contains(&child) && !asked.contains(&json!(pipeline)));
    assert_eq!(gitlab.get(&format!("/projects/1/pipelines/{child}")).status, 200);
    assert_eq!(gitlab.get("/projects/1/pipelines/latest").found()["id"], pipeline);
    gitlab.delete(&format!("/projects/1/pipelines/{pipeline}")).assert(204, "");
    gitlab.get(&format!("/projects/1/pipelines/{child}")).assert(404, NOT_FOUND);
}

#[test]
fn a_cancel_reaches_child_pipelines_a_little_later() {
    let mut gitlab = Gitlab::running(vec![bridge(Downstream::child(vec![ten("child")]))]);
    let pipeline = gitlab.start("main");
    gitlab.pass(6);
    let child = bridges(&mut gitlab, pipeline)[0]["downstream_pipeline"]["id"].as_i64().unwrap();
    gitlab.post(&format!("/projects/1/pipelines/{pipeline}/cancel"), Value::Null).found();
    assert_eq!(status(&mut gitlab, pipeline), "canceled");
    assert_eq!(status(&mut gitlab, child), "running");
    gitlab.settle();
    assert_eq!(status(&mut gitlab, child), "canceled");
}

#[test]
fn a_bridge_to_nowhere_fails_with_a_reason() {
    let mut gitlab = Gitlab::running(vec![bridge(Downstream::project("demo/nowhere"))]);
    let pipeline = gitlab.start("main");
    gitlab.settle();
    let found = bridges(&mut gitlab, pipeline);
    assert_eq!(found[0]["failure_reason"], "downstream_bridge_project_not_found");
    assert_eq!((&found[0]["status"], &found[0]["downstream_pipeline"]), (&json!("failed"), &Value::Null));
    // A bridge is retried like a job, and the answer is a bridge.
    let path = format!("/projects/1/jobs/{}/retry", found[0]["id"]);
    let again = gitlab.post(&path, Value::Null).created();
    assert_eq!((&again["name"], &again["downstream_pipeline"]), (&json!("bridge"), &Value::Null));
    assert_eq!(again.get("runner"), None);
    let path = format!("/projects/1/jobs/{}/cancel", again["id"]);
    assert_eq!(gitlab.post(&path, Value::Null).created()["status"], "canceled");
}

#[test]
fn pipelines_that_start_each_other_come_to_an_end() {
    let upstream = vec![bridge(Downstream::project("demo/downstream"))];
    let downstream_pipeline = vec![bridge(Downstream::project("demo/app"))];
    let mut gitlab = Gitlab::with(Options { pipeline: upstream, downstream_pipeline, ..Default::default() });
    gitlab.start("main");
    gitlab.settle();
    let jobs = gitlab.world.store.jobs.values();
    let last = jobs.last().unwrap();
    assert_eq!(last.failure_reason.as_deref(), Some("reached_max_pipeline_hierarchy_size"));
}
