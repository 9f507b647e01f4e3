//! Measures what a request costs in a world of hundreds of projects, beside one of the demo alone.
//!
//! ```sh
//! cargo run --release -p rhailab-sandbox --example fleet_cost
//! ```
//!
//! It starts two pipelines in each of 500 projects, lets them run, and asks for one of them, for the pipelines
//! of a project, and for a project by its path, one request after the other over one connection.

use std::error::Error;
use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder};
use rhailab_sandbox::{Options, Sandbox, Scenario, start};
use serde_json::{Value, json};

const FLEET: &str = "
speed: 2
projects:
  fleet/app:
    count: 500
    history: 4
    stages: [build, test, deploy]
    jobs:
      build: { stage: build }
      unit: { fails: 3% }
      lint: { fails: 10%, allow_failure: true }
      deploy: { stage: deploy }
";

/// How often each request is sent.
const TIMES: u32 = 500;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let options = Scenario::parse("fleet", FLEET)?.options();
    let fleet = start(options).await?;
    report(&format!("a world of 500 projects with 2,000 pipelines begins in {:?}", began.elapsed()))?;
    let demo = start(Options { speed: 2.0, ..Options::default() }).await?;
    let client = rhailab_tests::http_client().build()?;

    let began = Instant::now();
    let mut newest = 0;
    for number in 1..=500 {
        for _ in 0..2 {
            newest = create(&client, &fleet, &format!("fleet%2Fapp-{number:03}")).await?;
        }
    }
    report(&format!("1,000 pipelines are started in {:?}", began.elapsed()))?;
    let own = create(&client, &demo, "demo%2Fapp").await?;

    for (what, alone, among) in [
        (
            "one pipeline",
            format!("demo%2Fapp/pipelines/{own}"),
            format!("fleet%2Fapp-500/pipelines/{newest}"),
        ),
        ("pipelines of a project", "demo%2Fapp/pipelines".into(), "fleet%2Fapp-500/pipelines".into()),
        ("jobs of a project", "demo%2Fapp/jobs".into(), "fleet%2Fapp-500/jobs".into()),
        ("a project by path", "demo%2Fapp".into(), "fleet%2Fapp-500".into()),
    ] {
        let (alone, among) = (cost(&client, &demo, &alone).await?, cost(&client, &fleet, &among).await?);
        report(&format!("{what}: {alone:?} alone, {among:?} among 500 projects"))?;
    }
    let text = request(&client, &fleet, Method::GET, &format!("fleet%2Fapp-500/pipelines/{newest}"));
    let pipeline: Value = serde_json::from_str(&text.send().await?.text().await?)?;
    report(&format!("the pipeline that was started last is {}", pipeline["status"]))
}

fn request(client: &Client, sandbox: &Sandbox, method: Method, path: &str) -> RequestBuilder {
    let url = format!("{}/api/v4/projects/{path}", sandbox.url());
    client.request(method, url).header("PRIVATE-TOKEN", sandbox.token())
}

async fn create(client: &Client, sandbox: &Sandbox, project: &str) -> Result<i64, Box<dyn Error>> {
    let request = request(client, sandbox, Method::POST, &format!("{project}/pipeline"));
    let answer = request.json(&json!({ "ref": "main" })).send().await?.error_for_status()?;
    answer.json::<Value>().await?["id"].as_i64().ok_or_else(|| "a pipeline has no number".into())
}

/// The mean time of a request.
async fn cost(client: &Client, sandbox: &Sandbox, path: &str) -> Result<Duration, Box<dyn Error>> {
    let began = Instant::now();
    for _ in 0..TIMES {
        request(client, sandbox, Method::GET, path).send().await?.error_for_status()?.bytes().await?;
    }
    Ok(began.elapsed() / TIMES)
}

fn report(line: &str) -> Result<(), Box<dyn Error>> {
    use std::io::Write as _;
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
