//! The check itself must be able to fail: each of its judgments is shown a mistake, by a document of its own.

use rhailab_client::endpoint::Endpoint;
use rhailab_client::table::ENDPOINTS;
use serde_json::{Value, json};

use crate::caller::Exchange;
use crate::document::Document;
use crate::finding::{Finding, Findings, Side};
use crate::overrides::{Override, apply};
use crate::{document, requests, responses, schema};

fn document() -> Document {
    Document::parse(
        &json!({
            "paths": {
                "/api/v4/things/{id}": {"get": {}, "put": {}},
                "/api/v4/things/newest": {"get": {}},
                "/api/v4/things/{id}/files/{artifact_path}": {"get": {}},
            },
            "components": {"schemas": {"Thing": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "integer"},
                    "kind": {"type": "string", "enum": ["one", "two"]},
                    "made_at": {"type": "string", "format": "date-time", "nullable": true},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                    "whole": {"anyOf": [
                        {"$ref": "#/components/schemas/Thing"},
                        {"type": "object", "nullable": true, "enum": [null]},
                    ]},
                },
            }}},
        })
        .to_string(),
    )
}

fn places(value: &Value) -> Vec<String> {
    let schema = json!({"$ref": "#/components/schemas/Thing"});
    schema::faults(&document(), &schema, value).into_iter().map(|fault| fault.place).collect()
}

#[test]
fn a_value_is_judged_in_all_its_parts() {
    let good = json!({"id": 1, "kind": "two", "made_at": null, "parts": [{"id": 2}], "whole": null});
    assert_eq!(places(&good), [""; 0]);
    let time = "2026-03-02T10:00:00.114Z";
    assert_eq!(places(&json!({"id": 1, "made_at": time, "whole": {"id": 2}})), [""; 0]);
    for (wrong, place) in [
        (json!([]), "$"),
        (json!({"kind": "one"}), "$"),
        (json!({"id": "1"}), "$.id"),
        (json!({"id": 1.5}), "$.id"),
        (json!({"id": null}), "$.id"),
        (json!({"id": 1, "kind": "three"}), "$.kind"),
        (json!({"id": 1, "made_at": "yesterday"}), "$.made_at"),
        (json!({"id": 1, "parts": [{"id": 2, "new": 3}]}), "$.parts[].new"),
        (json!({"id": 1, "whole": {"id": false}}), "$.whole.id"),
    ] {
        assert_eq!(places(&wrong), [place], "{wrong}");
    }
}

#[test]
fn what_never_occurs_is_told() {
    let schema = json!({"type": "object", "properties": {
        "kind": {"type": "string", "enum": ["one", "two"]},
        "rows": {"type": "array", "items": {"type": "object", "properties": {"a": {}, "b": {}}}},
    }});
    let unused = |values: &[&Value]| schema::unused(&document(), &schema, values);
    let first = json!({"kind": "one", "rows": [{"a": 1}]});
    assert_eq!(unused(&[&first]), ["$.kind=two", "$.rows[].b"]);
    assert_eq!(unused(&[&first, &json!({"kind": "two", "rows": [{"b": 1}]})]), [""; 0]);
    assert_eq!(unused(&[&json!({"kind": "one"})]), ["$.kind=two", "$.rows"]);
}

#[test]
fn an_operation_is_found_by_the_path_of_a_request() {
    let document = document();
    let name = |method: &str, path: &str| document.find(method, path).map(document::Operation::name);
    let found = |template: &str| Some(format!("GET /api/v4/things/{template}"));
    assert_eq!(name("GET", "/api/v4/things/7"), found("{id}"));
    assert_eq!(name("GET", "/api/v4/things/newest"), found("newest"));
    assert_eq!(name("GET", "/api/v4/things/7/files/a/b.txt"), found("{id}/files/{artifact_path}"));
    assert_eq!(name("DELETE", "/api/v4/things/7"), None);
    assert_eq!(name("GET", "/api/v4/things/7/parts"), None);
}

#[test]
fn an_override_covers_its_own_place_and_is_stale_without_use() {
    const TABLE: &[Override] = &[Override {
        operations: &["Thing.get"],
        side: Side::Response,
        places: &["$.name", "status 200"],
        why: "a test",
    }];
    let finding = |operation, side, place: &str| Finding {
        operation,
        side,
        place: place.to_owned(),
        problem: String::new(),
    };
    let covered = finding("Thing.get", Side::Response, "$.name");
    let elsewhere = finding("Thing.get", Side::Request, "$.name");
    let other = finding("Thing.list", Side::Response, "$.name");
    let judged = apply(TABLE, vec![covered.clone(), elsewhere.clone(), other.clone()]);
    assert_eq!(judged.overridden, [covered]);
    assert_eq!(judged.left, [elsewhere, other]);
    assert_eq!(judged.stale, ["Thing.get Response status 200: a test"]);
}

#[tokio::test]
async fn a_request_is_judged_by_its_parameters() {
    let endpoint = endpoint("ProjectTrigger.create");
    let sent = requests::sent(endpoint).await;
    let judged = |properties: Value, required: Value| {
        let schema = json!({"type": "object", "properties": properties, "required": required});
        let body = json!({"content": {"application/json": {"schema": schema}}});
        let id = json!({"name": "id", "in": "path", "schema": {"type": "string"}});
        let operation = json!({"parameters": [id], "requestBody": body});
        let paths = json!({"/api/v4/projects/{id}/triggers": {"post": operation}});
        let document = Document::parse(&json!({"paths": paths}).to_string());
        let mut findings = Findings::new(Side::Request);
        requests::compare(&document, endpoint, &sent, &mut findings);
        findings.into_list().into_iter().map(|finding| finding.place).collect::<Vec<_>>()
    };
    let (text, time) = (json!({"type": "string"}), json!({"type": "string", "format": "date-time"}));
    let good = json!({"description": text, "expires_at": time});
    assert_eq!(judged(good.clone(), json!(["description"])), [""; 0]);
    assert_eq!(judged(good, json!([])), ["required description"]);
    let wrong = json!({"description": {"type": "integer"}, "rights": text});
    let places = ["body $.description", "body $.expires_at", "body $.rights"];
    assert_eq!(judged(wrong, json!(["description"])), places);
}

#[test]
fn an_answer_is_judged_by_status_schema_and_fields() {
    let member = |kind: &str| json!({"type": kind});
    let schema =
        json!({"type": "object", "properties": {"version": member("string"), "revision": member("string")}});
    let answer = json!({"content": {"application/json": {"schema": schema}}});
    let paths = json!({"/api/v4/version": {"get": {"responses": {"200": answer, "401": {}}}}});
    let document = Document::parse(&json!({"paths": paths}).to_string());
    let judged = |status: u16, body: Value| {
        let exchange = Exchange {
            endpoint: endpoint("Version.get"),
            status,
            content_type: "application/json".to_owned(),
            body: body.to_string().into_bytes(),
        };
        let mut findings = Findings::new(Side::Response);
        responses::compare(&document, &[exchange], &mut findings);
        let findings = findings.into_list().into_iter();
        let own = findings.filter(|finding| finding.operation == "Version.get");
        own.map(|finding| finding.place).collect::<Vec<_>>()
    };
    assert_eq!(judged(200, json!({"version": "18.2.1", "revision": "9f1b2c3"})), [""; 0]);
    assert_eq!(judged(200, json!({"version": "18.2.1"})), ["$.revision"]);
    assert_eq!(judged(200, json!({"version": 18.2, "revision": "9f1b2c3"})), ["$.version"]);
    assert_eq!(judged(200, json!({"version": "18.2.1", "revision": "9f1b2c3", "more": 1})), ["$.more"]);
    assert_eq!(judged(404, json!({"error": "404 Not Found"})), ["answer", "version"]);
}

fn endpoint(id: &str) -> &'static Endpoint {
    ENDPOINTS.iter().find(|endpoint| endpoint.id == id).unwrap()
}
