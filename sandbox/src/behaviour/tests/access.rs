//! Who may do what: roles, tokens of jobs, tokens that are good for less.

use super::*;

/// A world in which a job of the first project runs, and that job.
fn with_running_job() -> (Gitlab, i64, String) {
    let mut gitlab = Gitlab::demo();
    let pipeline = gitlab.start("main");
    gitlab.pass(10);
    let job = gitlab.job(pipeline, "compile");
    let token = gitlab.world.draw.job_token(job);
    (gitlab, job, token)
}

#[test]
fn a_job_knows_itself_by_its_token() {
    let (mut gitlab, job, token) = with_running_job();
    for headers in [vec![("job-token", token.clone())], vec![("authorization", format!("Bearer {token}"))]] {
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(gitlab.ask_with(&headers, Method::GET, "/job", Value::Null).found()["id"], job);
    }
    let found = gitlab.ask_with(&[], Method::GET, &format!("/job?job_token={token}"), Value::Null);
    assert_eq!((&found.found()["id"], &found.found()["status"]), (&json!(job), &json!("running")));
    gitlab.ask_with(&[], Method::GET, "/job", Value::Null).assert(401, UNAUTHORIZED);
    gitlab.get("/job").assert(404, r#"{"message":"404 Job Not Found"}"#);
    // The token ends with its job.
    gitlab.settle();
    gitlab.ask_with(&[("job-token", &token)], Method::GET, "/job", Value::Null).assert(401, UNAUTHORIZED);
}

#[test]
fn a_job_may_call_some_endpoints() {
    let (mut gitlab, job, token) = with_running_job();
    let headers = [("job-token", token.as_str())];
    for (method, path, body, status) in [
        (Method::GET, "/projects/1/jobs", Value::Null, 200),
        (Method::GET, "/projects/1/pipelines", Value::Null, 200),
        (Method::GET, "/projects/1/pipelines/1001", Value::Null, 200),
        (Method::GET, "/projects/1/pipelines/1001/jobs", Value::Null, 200),
        (Method::GET, "/projects/1/pipelines/1001/bridges", Value::Null, 200),
        (Method::PUT, "/projects/1/pipelines/1001/metadata", json!({"name": "x"}), 200),
        (Method::GET, "/projects/1/jobs/5001/artifacts", Value::Null, 200),
        (Method::GET, "/projects/1/jobs/5001/artifacts/README.txt", Value::Null, 200),
        (Method::GET, "/projects/1/jobs/artifacts/main/download?job=compile", Value::Null, 200),
        (Method::GET, "/projects/1/jobs/artifacts/main/raw/README.txt?job=compile", Value::Null, 200),
        (Method::GET, "/projects/1/jobs/5001", Value::Null, 401),
        (Method::GET, "/projects/1/jobs/5001/trace", Value::Null, 401),
        (Method::POST, "/projects/1/jobs/5001/retry", Value::Null, 401),
        (Method::POST, "/projects/1/pipeline", json!({"ref": "main"}), 401),
        (Method::GET, "/projects/1/variables", Value::Null, 401),
        (Method::GET, "/user", Value::Null, 401),
        // Where nobody needs a token, an overlooked one leaves a stranger.
        (Method::GET, "/projects/1", Value::Null, 404),
    ] {
        let answer = gitlab.ask_with(&headers, method, path, body);
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
    let body = json!({"token": token, "ref": "main"});
    let pipeline = gitlab.ask_with(&[], Method::POST, "/projects/2/trigger/pipeline", body.clone()).created();
    assert_eq!(pipeline["source"], "pipeline");
    assert_eq!(pipeline["user"]["id"], gitlab.world.store.jobs[&job].user);
    gitlab.settle();
    gitlab.ask_with(&[], Method::POST, "/projects/2/trigger/pipeline", body).assert(401, UNAUTHORIZED);
}

#[test]
fn roles_are_steps_of_a_ladder() {
    let mut gitlab = Gitlab::demo();
    let pipeline = json!({"ref": "main"});
    for (method, path, body, reporter, developer, maintainer) in [
        (Method::GET, "/projects/1/jobs", Value::Null, 200, 200, 200),
        (Method::GET, "/projects/1/jobs/5001/trace", Value::Null, 200, 200, 200),
        (Method::GET, "/projects/1/jobs/5001/artifacts", Value::Null, 200, 200, 200),
        (Method::GET, "/projects/1/pipeline_schedules", Value::Null, 200, 200, 200),
        (Method::POST, "/projects/1/pipeline", pipeline, 403, 201, 201),
        (Method::POST, "/projects/1/pipelines/1001/retry", Value::Null, 403, 201, 201),
        (Method::POST, "/projects/1/pipelines/1001/cancel", Value::Null, 403, 200, 200),
        (Method::POST, "/projects/1/jobs/5001/artifacts/keep", Value::Null, 403, 200, 200),
        (Method::GET, "/projects/1/variables", Value::Null, 403, 403, 200),
        (Method::GET, "/projects/1/triggers", Value::Null, 403, 403, 200),
        (Method::DELETE, "/projects/1/pipelines/1001", Value::Null, 403, 403, 403),
        (Method::GET, "/groups/demo", Value::Null, 200, 200, 200),
        (Method::GET, "/groups/demo/variables", Value::Null, 403, 403, 403),
        (Method::GET, "/projects/2", Value::Null, 404, 200, 200),
    ] {
        for (user, status) in [(REPORTER, reporter), (DEVELOPER, developer), (MAINTAINER, maintainer)] {
            let answer = gitlab.ask(user, method.clone(), path, body.clone());
            assert_eq!(answer.status, status, "{user} {path}: {}", answer.text);
        }
    }
}

#[test]
fn strangers_download_what_is_public() {
    let visibility = crate::store::Visibility::Public;
    let mut gitlab = Gitlab::with(Options { visibility, ..Default::default() });
    for (path, status) in [
        ("/projects/1/jobs/5001/artifacts", 200),
        ("/projects/1/jobs/5001/artifacts/README.txt", 200),
        ("/projects/1/pipelines/latest", 200),
        ("/projects/1/pipelines/1001/test_report", 200),
        ("/projects/1/jobs/5001", 401),
        ("/projects/1/jobs/5001/trace", 401),
        ("/projects/1/pipeline_schedules", 401),
        ("/version", 401),
        ("/metadata", 401),
        ("/user", 401),
    ] {
        let answer = gitlab.ask_with(&[], Method::GET, path, Value::Null);
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
}

#[test]
fn the_instance_tells_who_it_is_and_who_calls() {
    let mut gitlab = Gitlab::demo();
    assert_eq!(gitlab.get("/version").found(), json!({"version": "18.2.1", "revision": "9f1b2c3d4e5"}));
    assert_eq!(gitlab.get("/metadata").found()["kas"]["externalUrl"], "wss://kas.example.test");
    assert_eq!(gitlab.get("/user").found()["username"], "mira.olden");
    assert_eq!(
        gitlab.ask(REPORTER, Method::GET, "/user", Value::Null).found()["email"],
        "rex.moss@example.test"
    );
}
