//! What a scenario tells, as clients find it.

use reqwest::Method;
use rhailab_sandbox::{Options, Scenario};
use serde_json::json;

use super::gitlab::{named, serve_with};

const WORLD: &str = r#"
variables: { MIRROR: https://mirror.example.test }
groups:
  acme: { name: Acme Inc., visibility: public, variables: { REGION: eu-west } }
projects:
  acme/shop:
    description: Sells things
    visibility: internal
    default_branch: trunk
    branches: [trunk, feature/x]
    tags: [v1.0]
    protected: [trunk]
    history: 3
    triggers: [nightly, manual]
    variables:
      CODE: { value: s3cr3t-value, masked: true, protected: true }
      ENDPOINT:
        - { value: near, environment_scope: production }
        - { value: far, environment_scope: staging }
    schedules:
      Nightly: { cron: "15 2 * * *", cron_timezone: Europe/Berlin, ref: v1.0, variables: { DEEP: 1 } }
    inputs: { zone: { default: eu, options: [eu, us] } }
    jobs:
      deploy:
        environment: production
        tags: [docker]
        coverage: 83.5
        log: "$MIRROR $REGION $ENDPOINT $CODE $[[ inputs.zone ]]"
        artifacts: { files: { notes/a.txt: "Job $CI_JOB_NAME\n" } }
        tests: { holds: success, waits: skipped }
      tagged: { only: [tags] }
  demo/app:
    jobs: { only: }
"#;

#[tokio::test]
async fn what_a_scenario_tells_is_there() {
    let options = Scenario::parse("world.yaml", WORLD).unwrap().options();
    let gitlab = serve_with(Options { speed: 20_000.0, ..options }).await;
    let shop = "acme%2Fshop";
    let project = gitlab.get(shop).await;
    for (field, value) in [
        ("id", json!(3)),
        ("path_with_namespace", json!("acme/shop")),
        ("description", json!("Sells things")),
        ("visibility", json!("internal")),
        ("default_branch", json!("trunk")),
    ] {
        assert_eq!(project[field], value, "{field}");
    }
    let group = gitlab.get("../groups/acme").await;
    assert_eq!((&group["name"], &group["visibility"]), (&json!("Acme Inc."), &json!("public")));
    let past = gitlab.rows(&format!("{shop}/pipelines"), &["ref", "status"]).await;
    assert_eq!(past.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["trunk", "feature/x", "trunk"]);
    assert!(past.iter().all(|row| row[1] == "success"), "{past:?}");
    let triggers = gitlab.rows(&format!("{shop}/triggers"), &["description"]).await;
    assert_eq!(triggers.concat(), ["nightly", "manual"]);
    let variables = gitlab.rows(&format!("{shop}/variables"), &["key", "environment_scope", "masked"]).await;
    let expected =
        [["CODE", "*", "true"], ["ENDPOINT", "production", "false"], ["ENDPOINT", "staging", "false"]];
    assert_eq!(variables, expected);
    let fields = ["description", "ref", "cron_timezone", "active"];
    let schedules = gitlab.rows(&format!("{shop}/pipeline_schedules"), &fields).await;
    assert_eq!(schedules, [["Nightly", "refs/tags/v1.0", "Europe/Berlin", "true"]]);

    let id = gitlab.start(shop).await;
    gitlab.wait(shop, id, "success").await;
    assert_eq!(gitlab.jobs(shop, id).await, named(&[("deploy", "success")]));
    let job = gitlab.job(shop, id, "deploy").await;
    let record = gitlab.get(&format!("{shop}/jobs/{job}")).await;
    assert_eq!((&record["coverage"], &record["tag_list"]), (&json!(83.5), &json!(["docker"])));
    let log = gitlab.text(&format!("{shop}/jobs/{job}/trace")).await;
    assert!(log.contains("https://mirror.example.test eu-west near [MASKED] eu\n"), "{log}");
    assert_eq!(gitlab.text(&format!("{shop}/jobs/{job}/artifacts/notes/a.txt")).await, "Job deploy\n");
    let report = gitlab.get(&format!("{shop}/pipelines/{id}/test_report")).await;
    assert_eq!((&report["total_count"], &report["skipped_count"]), (&json!(2), &json!(1)));
    let body = json!({ "ref": "trunk", "inputs": { "zone": "mars" } });
    let refused = gitlab.send(Method::POST, &format!("{shop}/pipeline"), Some(body)).await.unwrap();
    assert_eq!(refused.status(), 400);
}

#[tokio::test]
async fn a_scenario_may_describe_the_demo_itself() {
    let options = Scenario::parse("world.yaml", WORLD).unwrap().options();
    let gitlab = serve_with(Options { speed: 20_000.0, ..options }).await;
    assert_eq!(gitlab.get("demo%2Fapp").await["id"], 1);
    assert_eq!(gitlab.get("demo%2Fdownstream").await["id"], 2);
    // A group of which the scenario says nothing stays as it is.
    assert_eq!(gitlab.get("../groups/demo").await["name"], "Demo");
    // The demo's own past, triggers and variables went with its description.
    for list in ["pipelines", "triggers", "variables", "pipeline_schedules"] {
        assert_eq!(gitlab.get(&format!("1/{list}")).await, json!([]), "{list}");
    }
    let id = gitlab.start("1").await;
    gitlab.wait("1", id, "success").await;
    assert_eq!(gitlab.jobs("1", id).await, named(&[("only", "success")]));
}
