//! Artifacts: archives, files, their end.

use super::*;
use crate::plan::{ArtifactFile, Artifacts, FileContent};

const NONE: &str = r#"{"message":"404 Not Found"}"#;

fn with_artifacts(expire_in: Option<Duration>) -> Vec<JobPlan> {
    let files = vec![ArtifactFile::new("a.txt", FileContent::Text("a".into()))];
    vec![JobPlan { artifacts: Some(Artifacts { expire_in, files }), ..JobPlan::new("compile", "build") }]
}

#[test]
fn an_archive_has_the_size_that_its_job_tells() {
    let mut gitlab = Gitlab::demo();
    let job = gitlab.get("/projects/1/jobs/5001").found();
    let archive = gitlab.get("/projects/1/jobs/5001/artifacts");
    assert_eq!(archive.status, 200);
    assert_eq!(job["artifacts_file"], json!({"filename": "artifacts.zip", "size": archive.bytes.len()}));
    assert!(archive.bytes.starts_with(b"PK") && archive.bytes.len() > 200_000);
    let disposition = archive.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; filename=\"artifacts.zip\""), "{disposition}");
    assert_eq!(archive.header("content-transfer-encoding"), Some("binary"));
    let tag = archive.header("etag").unwrap().to_owned();
    assert!(tag.len() == 66 && tag.starts_with('"'), "{tag}");
    let token = gitlab.world.store.tokens[0].token.clone();
    let known = [("private-token", token.as_str()), ("if-none-match", tag.as_str())];
    let again = gitlab.ask_with(&known, Method::GET, "/projects/1/jobs/5001/artifacts", Value::Null);
    assert_eq!((again.status, again.bytes.len()), (304, 0));
}

#[test]
fn jobs_without_an_archive_have_nothing_to_download() {
    let mut gitlab = Gitlab::demo();
    // The unit tests leave a report behind, which is no archive.
    let unit = gitlab.get("/projects/1/jobs/5002").found();
    assert_eq!(
        (unit["artifacts"][1]["file_type"].clone(), unit.get("artifacts_file")),
        (json!("junit"), None)
    );
    gitlab.get("/projects/1/jobs/5002/artifacts").assert(404, NONE);
    gitlab.get("/projects/1/jobs/5002/artifacts/a.txt").assert(404, NONE);
    gitlab.get("/projects/1/jobs/99/artifacts").assert(404, NOT_FOUND);
    let keep = gitlab.post("/projects/1/jobs/5002/artifacts/keep", Value::Null);
    assert_eq!(keep.status, 404);
    assert!(keep.text.contains("404 #<Ci::Build:0x"), "{}", keep.text);
}

#[test]
fn one_file_comes_out_of_the_archive() {
    let mut gitlab = Gitlab::demo();
    let path = "/projects/1/jobs/5001/artifacts";
    gitlab.get(&format!("{path}/build/version.txt")).assert(200, "1.0.0\n");
    gitlab.get(&format!("{path}/build%2Fversion.txt")).assert(200, "1.0.0\n");
    let odd = gitlab.get(&format!("{path}/reports/size%20%26%20speed%20100%25.csv"));
    assert_eq!((odd.status, odd.text.as_str()), (200, "what,value\nsize,200000\nspeed,12\n"));
    assert_eq!(gitlab.get(&format!("{path}/build/app.bin")).bytes.len(), 200_000);
    gitlab.get(&format!("{path}/build/missing")).assert(404, NONE);
    gitlab.get(&format!("{path}/build")).assert(404, NONE);
    for wrong in ["%2Fbuild%2Fversion.txt", "build%2F..%2Fbuild%2Fversion.txt", "..%2Fx", "build/%2E%2E/x"] {
        gitlab.get(&format!("{path}/{wrong}")).assert(400, r#"{"message":"400 Bad request"}"#);
    }
}

#[test]
fn a_ref_leads_to_its_newest_successful_pipeline() {
    let mut gitlab = Gitlab::demo();
    let newest = gitlab.get("/projects/1/jobs/5001/artifacts").bytes;
    // The pipeline after that one failed.
    let download = "/projects/1/jobs/artifacts/main/download";
    assert_eq!(gitlab.get(&format!("{download}?job=compile")).bytes, newest);
    gitlab.get(download).assert(400, r#"{"error":"job is missing"}"#);
    gitlab.get(&format!("{download}?job=comp")).assert(404, NOT_FOUND);
    gitlab.get(&format!("{download}?job=lint")).assert(404, NOT_FOUND);
    for wrong in ["HEAD", "nothing", &gitlab.world.store.projects[&1].refs[0].sha.clone()] {
        let path = format!("/projects/1/jobs/artifacts/{wrong}/download?job=compile");
        gitlab.get(&path).assert(404, NOT_FOUND);
    }
    let raw = "/projects/1/jobs/artifacts/v1.0/raw/build/manifest.json?job=compile";
    assert_eq!(gitlab.get(raw).found()["pipeline"], 1003);
    let wrong = "/projects/1/jobs/artifacts/main/raw/..%2Fx?job=compile";
    gitlab.get(wrong).assert(400, r#"{"message":"400 Bad request"}"#);
}

#[test]
fn artifacts_go_away_when_their_time_is_over_unless_they_are_kept() {
    let pipeline = with_artifacts(Some(Duration::from_secs(3600)));
    let mut gitlab = Gitlab::with(Options { pipeline, keep_latest_artifact: false, ..Default::default() });
    let (first, second) = (gitlab.start("main"), gitlab.start("main"));
    gitlab.settle();
    let (expiring, kept) = (gitlab.job(first, "compile"), gitlab.job(second, "compile"));
    let path = |job| format!("/projects/1/jobs/{job}");
    assert!(gitlab.get(&path(kept)).found()["artifacts_expire_at"].is_string());
    let keep = gitlab.post(&format!("{}/artifacts/keep", path(kept)), Value::Null).found();
    assert_eq!(keep["artifacts_expire_at"], Value::Null);
    gitlab.pass(3601);
    let expired = gitlab.get(&path(expiring)).found();
    assert_eq!((expired.get("artifacts_file"), expired["artifacts"].as_array().unwrap().len()), (None, 1));
    gitlab.get(&format!("{}/artifacts", path(expiring))).assert(404, NONE);
    assert_eq!(gitlab.get(&format!("{}/artifacts", path(kept))).status, 200);
    assert_eq!(gitlab.get("/projects/1").found()["keep_latest_artifact"], false);
}

#[test]
fn the_newest_success_of_a_ref_keeps_its_artifacts() {
    let mut gitlab = Gitlab::running(with_artifacts(Some(Duration::from_secs(3600))));
    let (first, second) = (gitlab.start("main"), gitlab.start("main"));
    gitlab.settle();
    gitlab.pass(3601);
    for (pipeline, status) in [(first, 404), (second, 200)] {
        let job = gitlab.job(pipeline, "compile");
        assert_eq!(gitlab.get(&format!("/projects/1/jobs/{job}/artifacts")).status, status);
    }
}

#[test]
fn deleted_artifacts_leave_the_log() {
    let mut gitlab = Gitlab::demo();
    let path = "/projects/1/jobs/5001/artifacts";
    gitlab.ask(DEVELOPER, Method::DELETE, path, Value::Null).assert(403, FORBIDDEN);
    gitlab.ask(MAINTAINER, Method::DELETE, path, Value::Null).assert(204, "");
    gitlab.get(path).assert(404, NONE);
    let job = gitlab.get("/projects/1/jobs/5001").found();
    assert_eq!(job["artifacts"].as_array().unwrap().len(), 1);
    assert!(!gitlab.get("/projects/1/jobs/5001/trace").text.is_empty());
    gitlab.delete(path).assert(204, "");
}

#[test]
fn all_of_a_project_expires_but_for_the_newest() {
    let mut gitlab = Gitlab::demo();
    let again = gitlab.start("main");
    gitlab.settle();
    gitlab.ask(DEVELOPER, Method::DELETE, "/projects/1/artifacts", Value::Null).assert(403, FORBIDDEN);
    gitlab.delete("/projects/1/artifacts").assert(202, r#"{"message":"202 Accepted"}"#);
    gitlab.get("/projects/1/jobs/5001/artifacts").assert(404, NONE);
    let newest = gitlab.job(again, "compile");
    assert_eq!(gitlab.get(&format!("/projects/1/jobs/{newest}/artifacts")).status, 200);
    assert_eq!(gitlab.get("/projects/1/jobs/5005/artifacts").status, 200);
}
