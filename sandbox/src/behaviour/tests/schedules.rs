//! Pipeline schedules and their variables.

use super::*;

const SCHEDULES: &str = "/projects/1/pipeline_schedules";

fn daily() -> Value {
    json!({"ref": "master", "description": "Daily test", "cron": "0 1 * * *"})
}

/// Creates a schedule of the owner and returns its path.
fn create(gitlab: &mut Gitlab, body: Value) -> String {
    format!("{SCHEDULES}/{}", gitlab.post(SCHEDULES, body).created()["id"])
}

#[test]
fn a_schedule_lives_from_its_creation_to_its_deletion() {
    let mut gitlab = Gitlab::demo();
    let created = gitlab.post(SCHEDULES, daily()).created();
    assert_eq!((&created["ref"], &created["active"]), (&json!("refs/heads/master"), &json!(true)));
    assert_eq!((&created["cron"], &created["cron_timezone"]), (&json!("0 1 * * *"), &json!("UTC")));
    assert_eq!(created["next_run_at"], "2026-03-03T01:00:00.000Z");
    assert_eq!(created["owner"]["username"], "mira.olden");
    assert_eq!((&created["last_pipeline"], &created["variables"]), (&Value::Null, &json!([])));
    assert_eq!(created["inputs"], json!([]));

    let path = format!("{SCHEDULES}/{}", created["id"]);
    let change = json!({"cron": "1 2 * * *", "cron_timezone": "Berlin"});
    let changed = gitlab.put(&path, change).found();
    assert_eq!(changed["next_run_at"], "2026-03-03T01:01:00.000Z");
    assert_eq!(
        (&changed["description"], &changed["cron_timezone"]),
        (&json!("Daily test"), &json!("Berlin"))
    );
    assert_eq!(gitlab.get(&path).found(), changed);

    let list = gitlab.get(SCHEDULES);
    assert_eq!(list.column("id"), [json!(1), created["id"].clone()]);
    let row = &list.found()[1];
    assert_eq!((row.get("variables"), row.get("last_pipeline")), (None, None));
    assert_eq!(gitlab.get(&format!("{SCHEDULES}?scope=active")).column("id"), [created["id"].clone()]);
    assert_eq!(gitlab.get(&format!("{SCHEDULES}?scope=inactive")).column("id"), [1]);

    gitlab.delete(&path).assert(204, "");
    gitlab.get(&path).assert(404, r#"{"message":"404 Pipeline Schedule Not Found"}"#);
}

#[test]
fn schedules_that_cannot_be_created() {
    let mut gitlab = Gitlab::demo();
    let with = |name: &str, value: Value| {
        let mut body = daily();
        body[name] = value;
        body
    };
    let cases = [
        (json!({}), r#"{"error":"description is missing, ref is missing, cron is missing"}"#),
        (with("cron", "every day".into()), r#"{"message":{"cron":[" is invalid syntax"]}}"#),
        (with("cron", "0 0 0 * * *".into()), r#"{"message":{"cron":[" is invalid syntax"]}}"#),
        (with("cron_timezone", "Mars".into()), r#"{"message":{"cron_timezone":[" is invalid syntax"]}}"#),
        (with("active", "perhaps".into()), r#"{"error":"active is invalid"}"#),
        (
            with("inputs", json!([{"name": "deep"}, {"value": 1}])),
            r#"{"error":"inputs[0][value] is missing, inputs[1][name] is missing"}"#,
        ),
    ];
    for (body, expected) in cases {
        gitlab.post(SCHEDULES, body).assert(400, expected);
    }
    for _ in 0..9 {
        create(&mut gitlab, daily());
    }
    gitlab
        .post(SCHEDULES, daily())
        .assert(400, r#"{"message":{"base":["Maximum number of pipeline schedules (10) exceeded"]}}"#);
}

#[test]
fn a_schedule_runs_by_itself_until_it_is_switched_off() {
    let mut gitlab = Gitlab::demo();
    let path = create(&mut gitlab, daily());
    gitlab.post(&format!("{path}/variables"), json!({"key": "foo", "value": "bar"})).created();
    gitlab.pass(14 * 3600);
    gitlab.pass(3600 + 600);
    let started = gitlab.get(&format!("{path}/pipelines"));
    assert_eq!(started.column("source"), ["schedule"]);
    assert_eq!(started.column("created_at"), ["2026-03-03T01:00:00.000Z"]);
    // These rows have no name, and nothing that only a whole pipeline has.
    assert_eq!((started.found()[0].get("name"), started.found()[0].get("finished_at")), (None, None));
    let schedule = gitlab.get(&path).found();
    assert_eq!(schedule["next_run_at"], "2026-03-04T01:00:00.000Z");
    assert_eq!(schedule["last_pipeline"]["id"], started.found()[0]["id"]);
    assert_eq!(schedule["last_pipeline"]["status"], "success");
    let variables = format!("/projects/1/pipelines/{}/variables", schedule["last_pipeline"]["id"]);
    assert_eq!(gitlab.get(&variables).column("value"), ["bar"]);

    gitlab.put(&path, json!({"active": false})).found();
    gitlab.pass(3 * 86_400);
    assert_eq!(gitlab.get(&format!("{path}/pipelines")).column("id").len(), 1);
    gitlab.put(&path, json!({"active": true})).found();
    gitlab.pass(2 * 86_400);
    // The oldest one comes first.
    let ids = gitlab.get(&format!("{path}/pipelines")).column("id");
    assert_eq!(ids.len(), 3);
    assert!(ids.is_sorted_by_key(|id| id.as_i64()));
}

#[test]
fn a_world_that_nobody_looked_at_does_not_make_up_for_everything() {
    let mut gitlab = Gitlab::demo();
    let path = create(&mut gitlab, json!({"ref": "main", "description": "often", "cron": "* * * * *"}));
    gitlab.pass(365 * 86_400);
    let count = gitlab.get(&format!("{path}/pipelines")).header("x-total").unwrap().parse::<u64>().unwrap();
    assert!((50..=60).contains(&count), "{count}");
    gitlab.pass(60);
    assert_eq!(gitlab.get(&format!("{path}/pipelines")).header("x-total"), Some(&*(count + 1).to_string()));
}

#[test]
fn a_played_schedule_starts_a_pipeline_a_little_later() {
    let mut gitlab = Gitlab::demo();
    let path = format!("{SCHEDULES}/1");
    gitlab.post(&format!("{path}/play"), Value::Null).assert(201, r#"{"message":"201 Created"}"#);
    assert_eq!(gitlab.get(&format!("{path}/pipelines")).column("id").len(), 0);
    gitlab.pass(2);
    let started = gitlab.get(&format!("{path}/pipelines")).found();
    assert_eq!((&started[0]["source"], &started[0]["ref"]), (&json!("schedule"), &json!("main")));
    let whole = gitlab.get(&format!("/projects/1/pipelines/{}", started[0]["id"])).found();
    assert_eq!(whole["user"]["username"], "mira.olden");
    gitlab
        .post(&format!("{SCHEDULES}/9/play"), Value::Null)
        .assert(404, r#"{"message":"404 Pipeline Schedule Not Found"}"#);
}

#[test]
fn only_its_owner_changes_a_schedule() {
    let mut gitlab = Gitlab::demo();
    let path = format!("{SCHEDULES}/1");
    let change = json!({"active": true});
    gitlab.put(&path, change.clone()).assert(403, FORBIDDEN);
    let variable = json!({"key": "A", "value": "1"});
    gitlab.post(&format!("{path}/variables"), variable).assert(403, FORBIDDEN);
    gitlab.put(&format!("{path}/variables/DEEP"), json!({"value": "2"})).assert(403, FORBIDDEN);
    let take = format!("{path}/take_ownership");
    gitlab.ask(REPORTER, Method::POST, &take, Value::Null).assert(403, FORBIDDEN);
    assert_eq!(gitlab.post(&take, Value::Null).created()["owner"]["username"], "mira.olden");
    assert_eq!(gitlab.post(&take, Value::Null).found()["owner"]["username"], "mira.olden");
    assert_eq!(gitlab.put(&path, change.clone()).found()["active"], true);
    // The one who had it before has it no more, and is no maintainer either.
    gitlab.ask(DEVELOPER, Method::PUT, &path, change).assert(403, FORBIDDEN);
    gitlab.ask(DEVELOPER, Method::POST, &take, Value::Null).assert(403, FORBIDDEN);
    gitlab.ask(DEVELOPER, Method::DELETE, &path, Value::Null).assert(403, FORBIDDEN);
    gitlab.ask(MAINTAINER, Method::DELETE, &path, Value::Null).assert(204, "");
    gitlab.ask(REPORTER, Method::POST, SCHEDULES, daily()).assert(403, FORBIDDEN);
}

#[test]
fn variables_of_a_schedule_have_no_get_and_their_deletion_tells_them() {
    let mut gitlab = Gitlab::demo();
    let path = create(&mut gitlab, daily());
    let variables = format!("{path}/variables");
    let expected = json!({"variable_type": "env_var", "key": "foo", "value": "bar", "raw": false});
    assert_eq!(gitlab.post(&variables, json!({"key": "foo", "value": "bar"})).created(), expected);
    gitlab.post(&variables, json!({})).assert(400, r#"{"error":"key is missing, value is missing"}"#);
    let odd = json!({"key": "f-o", "value": "x"});
    gitlab
        .post(&variables, odd)
        .assert(400, r#"{"message":{"key":["can contain only letters, digits and '_'."]}}"#);
    assert_eq!(gitlab.post(&variables, json!({"key": "foo", "value": "x"})).status, 400);
    let one = format!("{variables}/foo");
    let changed = gitlab.put(&one, json!({"value": "new", "variable_type": "file"})).found();
    assert_eq!((&changed["value"], &changed["variable_type"]), (&json!("new"), &json!("file")));
    assert_eq!(gitlab.get(&path).found()["variables"], json!([changed]));
    gitlab.get(&one).assert(404, r#"{"error":"404 Not Found"}"#);
    let deleted = gitlab.delete(&one);
    assert_eq!((deleted.status, deleted.json()), (202, changed));
    let gone = r#"{"message":"404 Pipeline Schedule Variable Not Found"}"#;
    gitlab.delete(&one).assert(404, gone);
    gitlab.put(&one, json!({"value": "x"})).assert(404, gone);
}

#[test]
fn inputs_are_a_list_that_destroys() {
    let mut gitlab = Gitlab::demo();
    let mut body = daily();
    body["inputs"] = json!([{"name": "replicas", "value": 3}, {"name": "deep", "value": true}]);
    let path = create(&mut gitlab, body);
    assert_eq!(
        gitlab.get(&path).found()["inputs"],
        json!([{"name": "replicas", "value": 3}, {"name": "deep", "value": true}])
    );
    let change = json!({"inputs": [{"name": "deep", "destroy": true}, {"name": "replicas", "value": 5}]});
    assert_eq!(gitlab.put(&path, change).found()["inputs"], json!([{"name": "replicas", "value": 5}]));
    gitlab.post(&format!("{path}/play"), Value::Null).created();
    gitlab.pass(2);
    let pipeline = gitlab.get(&path).found()["last_pipeline"]["id"].as_i64().unwrap();
    assert_eq!(gitlab.world.store.pipelines[&pipeline].inputs["replicas"], 5);
}

#[test]
fn a_ref_that_does_not_exist_is_kept_and_starts_nothing() {
    let mut gitlab = Gitlab::demo();
    let path = create(&mut gitlab, json!({"ref": "later", "description": "x", "cron": "0 1 * * *"}));
    assert_eq!(gitlab.get(&path).found()["ref"], "later");
    gitlab.pass(2 * 86_400);
    assert_eq!(gitlab.get(&path).found()["last_pipeline"], Value::Null);
    let tag = create(&mut gitlab, json!({"ref": "v1.0", "description": "x", "cron": "0 1 * * *"}));
    assert_eq!(gitlab.get(&tag).found()["ref"], "refs/tags/v1.0");
}
