//! The scenarios in `examples/scenarios`, each with what it promises; what scenarios tell in general; and the options
//! of `rhailab sandbox`.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop where it is; clippy's own exception does not reach the functions around tests"
)]

#[path = "scenarios/command.rs"]
mod command;
#[path = "scenarios/gitlab.rs"]
mod gitlab;
#[path = "scenarios/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Method;
use rhailab_sandbox::{Faults, Options, Scenario};
use rhailab_tests::repository;
use serde_json::{Value, json};

use gitlab::{named, serve, serve_with};

/// The scenarios that the tests below drive.
const DRIVEN: [&str; 10] = [
    "delayed.yaml",
    "downstream.yaml",
    "flaky.yaml",
    "fleet.yaml",
    "large.yaml",
    "manual_gate.yaml",
    "rate_limited.yaml",
    "skipped.yaml",
    "trigger_and_wait.yaml",
    "unreliable.yaml",
];

fn file(name: &str) -> PathBuf {
    repository().join("examples/scenarios").join(name)
}

#[test]
fn every_scenario_can_be_read_and_is_driven_by_a_test() {
    let entries = std::fs::read_dir(file("")).unwrap();
    let found: BTreeSet<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, DRIVEN.map(str::to_owned).into());
    for name in found {
        if let Err(error) = Scenario::read(&file(&name)) {
            panic!("{error}");
        }
    }
}

#[test]
fn the_documentation_names_each_scenario_and_its_own_can_be_read() {
    let text = std::fs::read_to_string(repository().join("docs/sandbox.md")).unwrap();
    for name in DRIVEN {
        assert!(text.contains(&format!("(../examples/scenarios/{name})")), "{name}");
    }
    let blocks: Vec<&str> =
        text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 2, "{blocks:?}");
    for block in blocks {
        if let Err(error) = Scenario::parse("docs/sandbox.md", block) {
            panic!("{error}\n{block}");
        }
    }
}

#[tokio::test]
async fn trigger_and_wait_ends_in_failure() {
    let gitlab = serve("trigger_and_wait.yaml").await;
    let project = "acme%2Fshop";
    let triggers = gitlab.rows(&format!("{project}/triggers"), &["description", "token"]).await;
    assert_eq!(triggers[0][0], "my_trigger_id");
    let body = json!({ "token": triggers[0][1], "ref": "main", "variables": { "DEPLOY_ZONE": "us-west1" } });
    let pipeline = gitlab.json(Method::POST, &format!("{project}/trigger/pipeline"), Some(body)).await;
    let id = pipeline["id"].as_i64().unwrap();
    gitlab.wait(project, id, "failed").await;
    let expected = [("compile", "success"), ("unit", "failed"), ("lint", "failed"), ("deploy", "skipped")];
    assert_eq!(gitlab.jobs(project, id).await, named(&expected));
    let unit = gitlab.job(project, id, "unit").await;
    let log = gitlab.text(&format!("{project}/jobs/{unit}/trace")).await;
    assert!(log.contains("survives_zero ... FAILED\n"), "{log}");
    // The demo is there as well, with its own numbers.
    assert_eq!(gitlab.get("demo%2Fapp/pipelines/1001").await["status"], "success");
}

#[tokio::test]
async fn flaky_jobs_heal_by_themselves_or_by_hand() {
    let gitlab = serve("flaky.yaml").await;
    let healing = gitlab.start("flaky%2Fhealing").await;
    gitlab.wait("flaky%2Fhealing", healing, "success").await;
    let expected = named(&[("browser", "failed"), ("browser", "success")]);
    assert_eq!(gitlab.jobs("flaky%2Fhealing", healing).await, expected);

    let stubborn = gitlab.start("flaky%2Fstubborn").await;
    gitlab.wait("flaky%2Fstubborn", stubborn, "failed").await;
    gitlab.post(&format!("flaky%2Fstubborn/pipelines/{stubborn}/retry")).await;
    gitlab.wait("flaky%2Fstubborn", stubborn, "success").await;

    let past = gitlab.rows("flaky%2Fdice/pipelines?per_page=100", &["status"]).await.concat();
    let statuses: BTreeSet<&str> = past.iter().map(String::as_str).collect();
    assert_eq!((past.len(), statuses), (30, ["failed", "success"].into()));
}

#[tokio::test]
async fn a_gate_blocks_until_somebody_approves() {
    let gitlab = serve("manual_gate.yaml").await;
    let id = gitlab.start("acme%2Fgate").await;
    let blocked = gitlab.wait("acme%2Fgate", id, "manual").await;
    assert_eq!(blocked["finished_at"], Value::Null);
    let approve = gitlab.job("acme%2Fgate", id, "approve").await;
    gitlab.post(&format!("acme%2Fgate/jobs/{approve}/play")).await;
    gitlab.wait("acme%2Fgate", id, "success").await;
    let expected =
        [("build", "success"), ("cleanup", "manual"), ("approve", "success"), ("deploy", "success")];
    assert_eq!(gitlab.jobs("acme%2Fgate", id).await, named(&expected));
}

#[tokio::test]
async fn downstream_pipelines_decide_how_their_upstream_ends() {
    let gitlab = serve("downstream.yaml").await;
    let id = gitlab.start("acme%2Fapp").await;
    gitlab.wait("acme%2Fapp", id, "failed").await;
    let bridges = gitlab.get(&format!("acme%2Fapp/pipelines/{id}/bridges")).await;
    let found: BTreeSet<(&str, &str)> = bridges
        .as_array()
        .unwrap()
        .iter()
        .map(|bridge| {
            (bridge["name"].as_str().unwrap(), bridge["downstream_pipeline"]["status"].as_str().unwrap())
        })
        .collect();
    assert_eq!(found, [("children", "success"), ("depot", "failed")].into());

    let careless = gitlab.start("acme%2Fcareless").await;
    gitlab.wait("acme%2Fcareless", careless, "success").await;
    let bridges = gitlab.get(&format!("acme%2Fcareless/pipelines/{careless}/bridges")).await;
    let child = bridges[0]["downstream_pipeline"]["id"].as_i64().unwrap();
    gitlab.wait("acme%2Fcareless", child, "failed").await;
}

#[tokio::test]
async fn nothing_runs_in_a_skipped_pipeline() {
    let gitlab = serve("skipped.yaml").await;
    let id = gitlab.start("acme%2Fidle").await;
    let skipped = gitlab.wait("acme%2Fidle", id, "skipped").await;
    assert_eq!((&skipped["started_at"], &skipped["finished_at"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_delayed_job_goes_on_by_itself() {
    let gitlab = serve("delayed.yaml").await;
    let id = gitlab.start("acme%2Frollout").await;
    gitlab.wait("acme%2Frollout", id, "success").await;
    let times = format!("acme%2Frollout/pipelines/{id}/jobs");
    let times = gitlab.rows(&times, &["name", "status", "started_at", "finished_at"]).await;
    let time = |row: usize, column: usize| times[row][column].parse::<jiff::Timestamp>().unwrap();
    assert_eq!((times[0][0].as_str(), times[1][0].as_str()), ("everywhere", "canary"));
    assert!(time(0, 2).duration_since(time(1, 3)) >= jiff::SignedDuration::from_mins(30), "{times:?}");
}

#[tokio::test]
async fn large_logs_and_archives_come_whole_and_in_parts() {
    let gitlab = serve("large.yaml").await;
    let project = "acme%2Flarge";
    let id = gitlab.start(project).await;
    gitlab.wait(project, id, "success").await;
    let job = gitlab.job(project, id, "build").await;
    let log = gitlab.text(&format!("{project}/jobs/{job}/trace")).await;
    assert!(log.contains("build: line 1 of 50000\n") && log.contains("build: line 50000 of 50000\n"));

    let path = format!("{project}/jobs/{job}/artifacts");
    let whole = gitlab.send(Method::GET, &path, None).await.unwrap();
    let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
    // Only a strong tag lets a client go on with a part of the same archive.
    assert!(tag.starts_with('"'), "{tag}");
    let whole = whole.bytes().await.unwrap();
    assert!(whole.len() > 8_000_000);
    let url = format!("{}/api/v4/projects/{path}", gitlab.sandbox.url());
    let rest = |tag: &str| {
        let request = gitlab.client.get(&url).header("PRIVATE-TOKEN", gitlab.sandbox.token());
        request.header("Range", "bytes=8000000-").header("If-Range", tag).send()
    };
    let part = rest(&tag).await.unwrap();
    let range = format!("bytes 8000000-{}/{}", whole.len() - 1, whole.len());
    assert_eq!(
        (part.status().as_u16(), part.headers()["content-range"].to_str().unwrap()),
        (206, range.as_str())
    );
    assert_eq!(part.bytes().await.unwrap(), whole.slice(8_000_000..));
    assert_eq!(rest("\"another\"").await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_fleet_has_500_projects_with_a_past() {
    let gitlab = serve("fleet.yaml").await;
    for path in ["fleet%2Fapp-001", "fleet%2Fapp-500"] {
        let past = gitlab.rows(&format!("{path}/pipelines"), &["status"]).await;
        assert_eq!(past.len(), 4, "{past:?}");
    }
    let missing = gitlab.send(Method::GET, "fleet%2Fapp-501", None).await.unwrap();
    assert_eq!(missing.status(), 404);
    // As on GitLab, a group is shown with no more than 100 of its projects.
    let group = gitlab.get("../groups/fleet").await;
    assert_eq!((&group["name"], group["projects"].as_array().unwrap().len()), (&json!("Fleet"), 100));
    // The first two numbers are those of the demo's projects.
    assert_eq!(gitlab.get("fleet%2Fapp-001").await["id"], 3);
    let id = gitlab.start("fleet%2Fapp-250").await;
    for _ in 0..20_000 {
        let pipeline = gitlab.get(&format!("fleet%2Fapp-250/pipelines/{id}")).await;
        if matches!(pipeline["status"].as_str(), Some("success" | "failed")) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("pipeline {id} never ended");
}

#[tokio::test]
async fn a_rate_limited_server_refuses_some_requests_and_forgets_none() {
    let gitlab = serve("rate_limited.yaml").await;
    let (mut refused, mut rows) = (0, Vec::new());
    for page in 1..=6 {
        loop {
            let path = format!("acme%2Fbusy-1/pipelines?per_page=5&page={page}");
            let answer = gitlab.send(Method::GET, &path, None).await.unwrap();
            if answer.status() == 200 {
                let page: Vec<Value> = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
                rows.extend(page.iter().map(|row| row["id"].as_i64().unwrap()).collect::<Vec<_>>());
                break;
            }
            assert_eq!(answer.status(), 429);
            refused += 1;
        }
    }
    let distinct: BTreeSet<i64> = rows.iter().copied().collect();
    assert_eq!((rows.len(), distinct.len()), (30, 30));
    assert!(refused > 0);
}

#[tokio::test]
async fn an_unreliable_server_fails_in_several_ways_and_answers_in_between() {
    let scenario = Scenario::read(&file("unreliable.yaml")).unwrap().options();
    assert_eq!(scenario.faults.stall, Duration::from_secs(3));
    let faults = Faults { stall: Duration::from_millis(5), ..scenario.faults.clone() };
    let gitlab = serve_with(Options { faults, ..scenario }).await;
    let mut seen = BTreeSet::new();
    for _ in 0..300 {
        let path = "acme%2Fshaky/pipelines?per_page=2";
        seen.insert(match gitlab.send(Method::GET, path, None).await {
            Ok(answer) => {
                let (status, text) = (answer.status().as_u16(), answer.text().await);
                let is_json = |text: &str| serde_json::from_str::<Vec<Value>>(text).is_ok();
                match text {
                    Ok(text) if status == 200 && is_json(&text) => "answered".to_owned(),
                    Ok(_) if status == 200 => "a page".to_owned(),
                    Ok(_) => status.to_string(),
                    Err(_) => "cut".to_owned(),
                }
            }
            Err(_) => "reset".to_owned(),
        });
    }
    let expected = ["500", "502", "503", "a page", "answered", "cut", "reset"];
    assert_eq!(seen, expected.map(str::to_owned).into());
}
