//! Jobs of a project and of a pipeline.

use reqwest::Method;
use serde_json::{Value, json};

use super::{fast, send, slow};

/// The numbers of the first project's jobs, bridges aside, the newest first.
pub(super) fn jobs_of_the_past() -> Vec<i64> {
    let jobs = (5001..=5014).chain(5018..=5023).chain(5025..=5026).chain(5029..=5032);
    jobs.rev().collect()
}

#[tokio::test]
async fn the_newest_job_comes_first_in_both_lists() {
    let gitlab = slow().await;
    let jobs = gitlab.get("/projects/1/jobs?per_page=100").await.column("id");
    assert_eq!(jobs, jobs_of_the_past().into_iter().map(Value::from).collect::<Vec<_>>());
    let jobs = gitlab.get("/projects/1/pipelines/1002/jobs").await;
    assert_eq!(jobs.column("id"), [5008, 5007, 5006, 5005]);
    assert_eq!(jobs.column("stage"), ["deploy", "test", "test", "build"]);
}

#[tokio::test]
async fn a_scope_is_one_status_or_several() {
    let gitlab = slow().await;
    for query in ["scope=failed", "scope[]=failed"] {
        let jobs = gitlab.get(&format!("/projects/1/jobs?{query}")).await;
        assert_eq!(jobs.column("failure_reason"), ["script_failure"], "{query}");
    }
    let jobs = gitlab.get("/projects/1/jobs?scope[]=failed&scope[]=skipped").await;
    assert_eq!(jobs.column("status"), ["skipped", "failed"]);
    assert_eq!(gitlab.get("/projects/1/pipelines/1001/jobs?scope=failed").await.rows().len(), 0);
    for path in ["/projects/1/jobs?scope=odd", "/projects/1/pipelines/1001/jobs?scope[]=odd"] {
        gitlab.get(path).await.assert(400, r#"{"error":"scope does not have a valid value"}"#);
    }
}

#[tokio::test]
async fn a_job_is_the_same_alone_and_in_a_list() {
    let gitlab = slow().await;
    let row = gitlab.get("/projects/1/jobs?scope=failed").await.rows().remove(0);
    let alone = gitlab.get(&format!("/projects/1/jobs/{}", row["id"])).await;
    assert_eq!((alone.status, alone.json()), (200, row.clone()));
    assert_eq!(row["pipeline"]["status"], "failed");
    assert_eq!(row["pipeline"].get("finished_at"), None);
    assert_eq!(row["user"]["username"], "mira.olden");
    assert_eq!(row["commit"]["short_id"].as_str().unwrap().len(), 8);
    assert!(row["runner"]["id"].is_i64());
}

#[tokio::test]
async fn a_job_that_waits_has_no_run_to_tell_of() {
    let gitlab = slow().await;
    let id = gitlab.start_pipeline().await;
    for job in gitlab.get(&format!("/projects/1/pipelines/{id}/jobs")).await.rows() {
        assert_eq!(job["status"], "created");
        for field in ["started_at", "finished_at", "duration", "queued_duration", "runner", "coverage"] {
            assert_eq!(job[field], Value::Null, "{field}");
        }
        assert_eq!((job.get("failure_reason"), job.get("artifacts_file")), (None, None));
        assert_eq!(job["artifacts"], json!([]));
    }
}

#[tokio::test]
async fn a_finished_job_tells_what_it_left_behind() {
    let gitlab = fast().await;
    let id = gitlab.start_pipeline().await;
    gitlab.wait(id, &["success"]).await;
    let jobs = gitlab.get(&format!("/projects/1/pipelines/{id}/jobs")).await.rows();
    let compile = jobs.iter().find(|job| job["name"] == "compile").unwrap();
    assert_eq!(compile["artifacts_file"]["filename"], "artifacts.zip");
    let types: Vec<&Value> =
        compile["artifacts"].as_array().unwrap().iter().map(|file| &file["file_type"]).collect();
    assert_eq!(types, ["archive", "metadata", "trace"]);
    assert!(compile["artifacts_expire_at"].is_string());
    let unit = jobs.iter().find(|job| job["name"] == "unit").unwrap();
    assert_eq!((&unit["coverage"], unit.get("artifacts_file")), (&json!(83.5), None));
    assert!(unit["duration"].is_f64() && unit["queued_duration"].is_f64());
}

#[tokio::test]
async fn nested_parameters_come_in_forms_too() {
    let gitlab = slow().await;
    // The tag's pipeline of the past has a manual job that nobody has played.
    let jobs = gitlab.get("/projects/1/pipelines/1003/jobs").await.rows();
    let publish = jobs.iter().find(|job| job["name"] == "publish").unwrap();
    assert_eq!(publish["status"], "manual");
    let path = format!("/projects/1/jobs/{}/play", publish["id"]);
    let form = [
        ("job_variables_attributes[][key]", "CHANNEL"),
        ("job_variables_attributes[][value]", "stable"),
        ("job_variables_attributes[][key]", "OTHER"),
    ];
    let missing = r#"{"error":"job_variables_attributes[1][value] is missing"}"#;
    send(gitlab.request(Method::POST, &path).form(&form)).await.assert(400, missing);
    let played = send(gitlab.request(Method::POST, &path).form(&form[..2])).await;
    assert_eq!((played.status, &played.json()["status"]), (200, &json!("pending")));
    let deleted = send(gitlab.request(Method::DELETE, "/projects/1/pipeline_schedules/1")).await;
    assert_eq!((deleted.status, deleted.header("content-type")), (204, None));
    let play = gitlab.post("/projects/1/pipeline_schedules/1/play", Value::Null).await;
    assert_eq!(play.status, 404);
}
