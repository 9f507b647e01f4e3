//! Variables of projects, of groups and of the instance.

use super::*;

const PROJECT: &str = "/projects/1/variables";
const GROUP: &str = "/groups/demo/variables";
const INSTANCE: &str = "/admin/ci/variables";

#[test]
fn a_variable_lives_from_its_creation_to_its_deletion() {
    let mut gitlab = Gitlab::demo();
    let created = gitlab.post(PROJECT, json!({"key": "key1", "value": "value1"})).created();
    let expected = json!({
        "variable_type": "env_var", "key": "key1", "value": "value1", "hidden": false, "protected": false,
        "masked": false, "raw": false, "environment_scope": "*", "description": null,
    });
    assert_eq!(created, expected);
    assert_eq!(gitlab.get(&format!("{PROJECT}/key1")).found(), expected);
    let change = json!({"value": "new", "protected": true, "variable_type": "file", "description": "why"});
    let changed = gitlab.put(&format!("{PROJECT}/key1"), change).found();
    let expected = json!({
        "variable_type": "file", "key": "key1", "value": "new", "hidden": false, "protected": true,
        "masked": false, "raw": false, "environment_scope": "*", "description": "why",
    });
    assert_eq!(changed, expected);
    // A null takes a description away, leaving it out does not.
    assert_eq!(gitlab.put(&format!("{PROJECT}/key1"), json!({"raw": true})).found()["description"], "why");
    let changed = gitlab.put(&format!("{PROJECT}/key1"), json!({"description": null})).found();
    assert_eq!((&changed["description"], &changed["raw"]), (&Value::Null, &json!(true)));
    gitlab.delete(&format!("{PROJECT}/key1")).assert(204, "");
    let gone = r#"{"message":"404 Variable Not Found"}"#;
    gitlab.get(&format!("{PROJECT}/key1")).assert(404, gone);
    gitlab.delete(&format!("{PROJECT}/key1")).assert(404, gone);
}

#[test]
fn lists_come_in_the_order_of_creation() {
    let mut gitlab = Gitlab::demo();
    gitlab.post(PROJECT, json!({"key": "A", "value": "1"})).created();
    let list = gitlab.get(PROJECT);
    assert_eq!(list.column("key"), ["DEPLOY_TOKEN", "ENDPOINT", "ENDPOINT", "A"]);
    assert_eq!(list.column("environment_scope"), ["*", "staging", "production", "*"]);
    assert_eq!(list.header("x-total"), Some("4"));
    assert_eq!(gitlab.get(GROUP).column("key"), ["REGION"]);
    let instance = gitlab.get(INSTANCE);
    assert_eq!(instance.column("key"), ["MIRROR"]);
    assert_eq!(instance.found()[0].get("environment_scope"), None);
}

#[test]
fn one_of_several_scopes_must_be_named() {
    let mut gitlab = Gitlab::demo();
    let several = r#"{"message":"There are multiple variables with provided parameters. Please use 'filter[environment_scope]'"}"#;
    let path = format!("{PROJECT}/ENDPOINT");
    gitlab.get(&path).assert(409, several);
    gitlab.put(&path, json!({"value": "x"})).assert(409, several);
    gitlab.delete(&path).assert(409, several);
    let staging = format!("{path}?filter[environment_scope]=staging");
    assert_eq!(gitlab.get(&staging).found()["value"], "https://staging.example.test");
    // In a PUT, the scope in the body is the new one; the filter can stand in the body, too.
    let moved = gitlab.put(&staging, json!({"environment_scope": "review/*"})).found();
    assert_eq!(moved["environment_scope"], "review/*");
    let body = json!({"filter": {"environment_scope": "review/*"}, "value": "y"});
    assert_eq!(gitlab.put(&path, body).found()["value"], "y");
    gitlab.get(&staging).assert(404, r#"{"message":"404 Variable Not Found"}"#);
    gitlab.delete(&format!("{path}?filter[environment_scope]=review/*")).assert(204, "");
    // What is left is the only one: no filter is needed, but a wrong one finds nothing.
    assert_eq!(gitlab.get(&path).found()["environment_scope"], "production");
    assert_eq!(gitlab.get(&staging).status, 404);
}

#[test]
fn what_gitlab_does_not_take() {
    let mut gitlab = Gitlab::demo();
    let cases = [
        (json!({}), r#"{"error":"key is missing, value is missing"}"#),
        (
            json!({"key": "A", "value": "1", "variable_type": "odd"}),
            r#"{"error":"variable_type does not have a valid value"}"#,
        ),
        (json!({"key": "A", "value": "1", "masked": "perhaps"}), r#"{"error":"masked is invalid"}"#),
        (
            json!({"key": "DEPLOY_TOKEN", "value": "1"}),
            r#"{"message":{"key":["(DEPLOY_TOKEN) has already been taken"]}}"#,
        ),
        (
            json!({"key": "A-B", "value": "1"}),
            r#"{"message":{"key":["can contain only letters, digits and '_'."]}}"#,
        ),
        (json!({"key": "A", "value": "short", "masked": true}), r#"{"message":{"value":["is invalid"]}}"#),
        (
            json!({"key": "A", "value": "with space", "masked_and_hidden": true}),
            r#"{"message":{"value":["is invalid"]}}"#,
        ),
        (
            json!({"key": "A", "value": "v".repeat(10_001)}),
            r#"{"message":{"value":["The value of the provided variable exceeds the 10000 character limit"]}}"#,
        ),
    ];
    for (body, expected) in cases {
        gitlab.post(PROJECT, body).assert(400, expected);
    }
    assert_eq!(gitlab.get(PROJECT).column("key").len(), 3);
    // The same key is free in another scope.
    let other = json!({"key": "DEPLOY_TOKEN", "value": "1", "environment_scope": "staging"});
    gitlab.post(PROJECT, other.clone()).created();
    assert_eq!(gitlab.post(PROJECT, other).status, 400);
    // Keys are stripped, and a raw value may hold what a shell would expand.
    let raw = json!({"key": " RAW ", "value": "dollar$in", "masked": true, "raw": true});
    assert_eq!(gitlab.post(PROJECT, raw).created()["key"], "RAW");
}

#[test]
fn what_is_hidden_stays_hidden() {
    let mut gitlab = Gitlab::demo();
    let body = json!({"key": "SECRET", "value": "s3cr3t-value", "masked_and_hidden": true});
    let created = gitlab.post(PROJECT, body).created();
    assert_eq!(
        (&created["value"], &created["hidden"], &created["masked"]),
        (&Value::Null, &json!(true), &json!(true))
    );
    let path = format!("{PROJECT}/SECRET");
    assert_eq!(gitlab.get(&path).found()["value"], Value::Null);
    assert_eq!(
        gitlab.put(&path, json!({"value": "n3w-s3cr3t", "masked": true})).found()["value"],
        Value::Null
    );
    let refused = r#"{"message":{"base":["The visibility setting cannot be changed for masked and hidden variables."]}}"#;
    gitlab.put(&path, json!({"masked": false})).assert(400, refused);
    // The rule of masking holds for what is masked later, too.
    gitlab.post(PROJECT, json!({"key": "OPEN", "value": "short"})).created();
    gitlab
        .put(&format!("{PROJECT}/OPEN"), json!({"masked": true}))
        .assert(400, r#"{"message":{"value":["is invalid"]}}"#);
}

#[test]
fn groups_have_scopes_with_a_licence_only() {
    let body = json!({"key": "A", "value": "1", "environment_scope": "staging"});
    let mut gitlab = Gitlab::demo();
    assert_eq!(gitlab.post(GROUP, body.clone()).created()["environment_scope"], "*");
    gitlab.post(GROUP, body.clone()).assert(400, r#"{"message":{"key":["(A) has already been taken"]}}"#);
    let mut gitlab = Gitlab::with(Options { premium: true, ..Default::default() });
    assert_eq!(gitlab.post(GROUP, body).created()["environment_scope"], "staging");
    gitlab.post(GROUP, json!({"key": "A", "value": "2"})).created();
    assert_eq!(gitlab.get(&format!("{GROUP}/A")).status, 409);
    let path = format!("{GROUP}/A?filter[environment_scope]=staging");
    assert_eq!(gitlab.get(&path).found()["value"], "1");
    assert_eq!(gitlab.get("/metadata").found()["enterprise"], true);
}

#[test]
fn the_instance_has_its_own_words_and_limits() {
    let mut gitlab = Gitlab::demo();
    let created = gitlab.post(INSTANCE, json!({"key": "A", "value": "1", "description": "x"})).created();
    let expected = json!({
        "variable_type": "env_var", "key": "A", "value": "1", "protected": false, "masked": false,
        "raw": false, "description": "x",
    });
    assert_eq!(created, expected);
    gitlab.get(&format!("{INSTANCE}/B")).assert(404, r#"{"message":"404 InstanceVariable Not Found"}"#);
    for number in 0..23 {
        gitlab.post(INSTANCE, json!({"key": format!("V{number}"), "value": "1"})).created();
    }
    gitlab.post(INSTANCE, json!({"key": "MORE", "value": "1"})).assert(
        400,
        r#"{"message":{"base":["Maximum number of ci instance level variables (25) exceeded"]}}"#,
    );
}

#[test]
fn who_may_see_variables_is_checked_before_anything_else() {
    let mut gitlab = Gitlab::demo();
    for (user, path, status, body) in [
        (DEVELOPER, PROJECT, 403, FORBIDDEN),
        (REPORTER, PROJECT, 403, FORBIDDEN),
        (MAINTAINER, GROUP, 403, FORBIDDEN),
        (MAINTAINER, INSTANCE, 403, FORBIDDEN),
        (MAINTAINER, "/projects/9/variables", 404, r#"{"message":"404 Project Not Found"}"#),
        (REPORTER, "/projects/2/variables", 404, r#"{"message":"404 Project Not Found"}"#),
        (OWNER, "/groups/9/variables", 404, r#"{"message":"404 Group Not Found"}"#),
    ] {
        for method in [Method::GET, Method::POST] {
            // A developer who sends nothing at all hears of their role, not of the parameters.
            gitlab.ask(user, method, path, json!({})).assert(status, body);
        }
    }
    for path in [PROJECT, GROUP, INSTANCE] {
        gitlab.ask_with(&[], Method::GET, path, Value::Null).assert(401, UNAUTHORIZED);
        gitlab.ask_with(&[], Method::POST, path, json!({})).assert(401, UNAUTHORIZED);
    }
    assert_eq!(gitlab.ask(MAINTAINER, Method::GET, PROJECT, Value::Null).status, 200);
}
