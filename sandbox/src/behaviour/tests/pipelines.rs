//! What a pipeline is started with, and what it tells afterwards.

use super::*;

#[test]
fn the_latest_pipeline_is_that_of_the_newest_commit() {
    let mut gitlab = Gitlab::demo();
    let latest = gitlab.get("/projects/1/pipelines/latest").found();
    assert_eq!((&latest["id"], &latest["name"]), (&json!(1007), &Value::Null));
    assert_eq!(gitlab.get("/projects/1/pipelines/latest?ref=master").found()["id"], 1002);
    assert_eq!(gitlab.get("/projects/1/pipelines/latest?ref=refs/tags/v1.0").found()["id"], 1003);
    gitlab.get("/projects/1/pipelines/latest?ref=nothing").assert(403, FORBIDDEN);
    let sha = "0".repeat(40);
    gitlab.world.store.projects.get_mut(&1).unwrap().refs[1].sha = sha;
    gitlab.get("/projects/1/pipelines/latest?ref=master").assert(403, FORBIDDEN);
}

#[test]
fn variables_of_a_pipeline_are_those_that_it_was_started_with() {
    let mut gitlab = Gitlab::demo();
    let variables = json!([{"key": "A", "value": "1"}, {"key": "B", "value": "2", "variable_type": "file"}]);
    let body = json!({"ref": "main", "variables": variables});
    let id = gitlab.post("/projects/1/pipeline", body).created()["id"].clone();
    let path = format!("/projects/1/pipelines/{id}/variables");
    let expected = json!([
        {"variable_type": "env_var", "key": "A", "value": "1", "raw": false},
        {"variable_type": "file", "key": "B", "value": "2", "raw": false},
    ]);
    let answer = gitlab.get(&path);
    assert_eq!((answer.found(), answer.header("x-total")), (expected, None));
    assert_eq!(gitlab.ask(DEVELOPER, Method::GET, &path, Value::Null).status, 200);
    gitlab.ask(REPORTER, Method::GET, &path, Value::Null).assert(403, FORBIDDEN);
    gitlab.ask_with(&[], Method::GET, &path, Value::Null).assert(401, UNAUTHORIZED);
    assert_eq!(gitlab.get("/projects/1/pipelines/1001/variables").found(), json!([]));
}

#[test]
fn variables_that_no_pipeline_takes() {
    let mut gitlab = Gitlab::demo();
    for (variables, text) in [
        (json!([{"key": "A B", "value": "1"}]), "Variables key can contain only letters, digits and '_'."),
        (json!([{"value": "1"}]), "Variables key can't be blank"),
        (json!([{"key": "A", "value": "1"}, {"key": "A", "value": "2"}]), "Duplicate variable name: A"),
    ] {
        let answer = gitlab.post("/projects/1/pipeline", json!({"ref": "main", "variables": variables}));
        assert_eq!((answer.status, answer.json()), (400, json!({"message": {"base": [text]}})));
    }
}

#[test]
fn a_trigger_adds_what_it_was_told_as_a_file() {
    let mut gitlab = Gitlab::demo();
    let token = gitlab.post("/projects/1/triggers", json!({"description": "x"})).created()["token"].clone();
    let body = json!({"token": token, "ref": "main", "variables": {"A": "1"}, "inputs": {"deep": true}});
    let pipeline = gitlab.ask_with(&[], Method::POST, "/projects/1/trigger/pipeline", body).created();
    assert_eq!(pipeline["source"], "trigger");
    let variables = gitlab.get(&format!("/projects/1/pipelines/{}/variables", pipeline["id"])).found();
    assert_eq!((&variables[0]["key"], &variables[0]["value"]), (&json!("A"), &json!("1")));
    assert_eq!(
        (&variables[1]["key"], &variables[1]["variable_type"]),
        (&json!("TRIGGER_PAYLOAD"), &json!("file"))
    );
    let payload: Value = serde_json::from_str(variables[1]["value"].as_str().unwrap()).unwrap();
    let expected = json!({"id": "1", "ref": "main", "variables": {"A": "1"}, "inputs": {"deep": true}});
    assert_eq!(payload, expected);
}

#[test]
fn inputs_must_be_declared_and_reach_the_jobs() {
    let mut gitlab = Gitlab::demo();
    for (inputs, text) in [
        (json!({"odd": 1}), "unknown input arguments: odd"),
        (json!({"deep": "true"}), "`deep` input: provided value is not a boolean"),
        (
            json!({"strategy": "odd"}),
            "`strategy` input: `odd` cannot be used because it is not in the list of allowed options",
        ),
    ] {
        let answer = gitlab.post("/projects/1/pipeline", json!({"ref": "main", "inputs": inputs}));
        assert_eq!((answer.status, answer.json()), (400, json!({"message": {"base": [text]}})));
    }
    let variables = json!([{"key": "DEPLOY_ZONE", "value": "us-west1"}]);
    let body = json!({"ref": "main", "inputs": {"strategy": "canary"}, "variables": variables});
    let id = gitlab.post("/projects/1/pipeline", body).created()["id"].as_i64().unwrap();
    gitlab.settle();
    let deploy = gitlab.job(id, "deploy");
    let trace = gitlab.get(&format!("/projects/1/jobs/{deploy}/trace")).text;
    for line in [
        "Deploying main to zone 'us-west1', strategy canary\n",
        "Asking https://app.example.test with [MASKED]\n",
        "Region eu-west, mirror https://mirror.example.test\n",
    ] {
        assert!(trace.contains(line), "{line:?} in {trace:?}");
    }
}

#[test]
fn inputs_of_a_form_are_json_text() {
    let mut gitlab = Gitlab::demo();
    let query =
        "ref=main&inputs[deep]=true&inputs[replicas]=3&inputs[strategy]=canary&inputs[zones]=[\"eu\"]";
    let id =
        gitlab.post(&format!("/projects/1/pipeline?{query}"), Value::Null).created()["id"].as_i64().unwrap();
    let expected = json!({"deep": true, "replicas": 3, "strategy": "canary", "zones": ["eu"]});
    assert_eq!(Value::Object(gitlab.world.store.pipelines[&id].inputs.clone()), expected);
}

#[test]
fn a_pipeline_gets_another_name() {
    let mut gitlab = Gitlab::demo();
    let path = "/projects/1/pipelines/1001/metadata";
    assert_eq!(gitlab.put(path, json!({"name": "Nightly"})).found()["name"], "Nightly");
    assert_eq!(gitlab.get("/projects/1/pipelines?name=Nightly").column("id"), [1001]);
    gitlab.put(path, json!({})).assert(400, r#"{"error":"name is missing"}"#);
    gitlab
        .put(path, json!({"name": "x".repeat(256)}))
        .assert(400, r#"{"message":{"name":["is too long (maximum is 255 characters)"]}}"#);
    gitlab.ask(REPORTER, Method::PUT, path, json!({"name": "x"})).assert(403, FORBIDDEN);
}

#[test]
fn tests_are_reported_case_by_case_and_in_sum() {
    let mut gitlab = Gitlab::demo();
    let report = gitlab.get("/projects/1/pipelines/1007/test_report").found();
    assert_eq!((&report["total_count"], &report["failed_count"]), (&json!(3), &json!(1)));
    assert_eq!(report["test_suites"][0]["test_cases"][0]["name"], "ramp holds");
    let summary = gitlab.get("/projects/1/pipelines/1007/test_report_summary").found();
    assert_eq!(summary["total"]["count"], 3);
    assert_eq!(summary["test_suites"][0]["build_ids"], json!([gitlab.job(1007, "unit")]));
    let none = gitlab.start("master");
    let report = gitlab.get(&format!("/projects/1/pipelines/{none}/test_report")).found();
    assert_eq!((&report["total_count"], &report["test_suites"]), (&json!(0), &json!([])));
}

#[test]
fn a_configuration_without_a_job_for_the_ref_starts_nothing() {
    let only = JobPlan { only: vec!["tags".into()], ..JobPlan::new("release", "release") };
    let mut gitlab = Gitlab::running(vec![only]);
    let text = "Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline.";
    let answer = gitlab.post("/projects/1/pipeline", json!({"ref": "main"}));
    assert_eq!((answer.status, answer.json()), (400, json!({"message": {"base": [text]}})));
    gitlab.start("v1.0");
}
