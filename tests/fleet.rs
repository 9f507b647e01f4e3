//! Many pipelines and many projects at once, over real sockets: what `wait_all` tells, and what it costs.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

mod scripted;
mod scripting;

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use scripted::{client, lines, script};

use rhailab_client::{ErrorKind, Gitlab, Wait, wait_all};
use rhailab_sandbox::{JobPlan, Options, Sandbox, When};
use rhailab_tests::{Answer, Folder, RecordingServer, Rhailab, SandboxProcess, canned, repository};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// What a process with a thousand pipelines in hand may take.
const MOST_MEMORY: u64 = 100 * 1024 * 1024;

/// Sandboxes with two projects each, in which pipelines take six minutes: some seconds of real time, so that most of them
/// still run when the last one has been started, also on a machine that has much else to do.
fn five_sandboxes(runtime: &Runtime) -> Vec<Sandbox> {
    let job = JobPlan {
        duration: Duration::from_secs(360)..=Duration::from_secs(365),
        ..JobPlan::new("build", "build")
    };
    let options = Options {
        speed: 60.0,
        pipeline: vec![job.clone()],
        downstream_pipeline: vec![job],
        inputs: Vec::new(),
        ..Options::default()
    };
    (0..5)
        .map(|seed| runtime.block_on(rhailab_sandbox::start(Options { seed, ..options.clone() })).unwrap())
        .collect()
}

/// Starts a thousand pipelines, and waits for them; `over` tells in which order they were seen to end.
const THOUSAND: &str = r#"
    let projects = [];
    for place in 0..args.len() / 2 {
        let gitlab = gitlab(args[2 * place], #{private_token: args[2 * place + 1]});
        for name in ["demo/app", "demo/downstream"] { projects.push(gitlab.projects.get(name)); }
    }
    let wanted = [];
    for round in 0..100 { wanted += projects; }
    let pipelines = par_map(wanted, |project| project.pipelines.create(#{ref: "main"}));
    debug("waiting");
    let summary = wait_all(pipelines, #{
        poll: #{first: "100ms", max: "100ms"},
        on_change: |p| if p.status == "success" { debug(`over ${p.web_url}`); },
    });
    print(`${summary.pipelines.len()} ${summary.counts} ${summary.failed.len()} ${summary.errors.len()}`);
    print(`${summary.pipelines == pipelines}`);
    sleep("1h");
"#;

#[test]
fn a_thousand_pipelines_in_ten_projects_are_awaited_with_few_requests_and_little_memory() {
    let runtime = Runtime::new().unwrap();
    let sandboxes = five_sandboxes(&runtime);
    let folder = Folder::new();
    let path = folder.write("thousand.rhai", THOUSAND);
    let mut command = Rhailab::new(RHAILAB).args(["-v", "run"]).arg(path);
    for sandbox in &sandboxes {
        command = command.arg(sandbox.url()).arg(sandbox.token());
    }
    let mut process = command.start();
    let mut lines = BufReader::new(process.take_stdout()).lines().map(Result::unwrap);
    assert_eq!(lines.next().as_deref(), Some(r#"1000 #{"success": 1000} 0 0"#));
    assert_eq!(lines.next().as_deref(), Some("true"), "in the order in which they were given");
    let memory = process.peak_memory();
    process.interrupt();
    let outcome = process.finish();
    assert_eq!(outcome.status, Some(130), "{outcome:?}");
    assert!(memory.is_none_or(|bytes| bytes < MOST_MEMORY), "{memory:?} bytes");
    let (_, waiting) = outcome.stderr.split_once("\"waiting\"\n").unwrap();
    let Cost { requests, one_by_one, over } = cost(waiting);
    eprintln!("{requests} requests instead of {one_by_one}, {} MB", memory.unwrap_or_default() / 1024 / 1024);
    assert_eq!(over, 1000);
    assert!(requests * 20 <= one_by_one, "{requests} requests against {one_by_one}");
}

/// What a wait has cost, and what it would have cost to ask for each pipeline in each of its project's rounds.
struct Cost {
    requests: usize,
    one_by_one: usize,
    over: usize,
}

/// Reads it off the lines about requests and about pipelines that were over, which come in their order.
fn cost(lines: &str) -> Cost {
    let mut cost = Cost { requests: 0, one_by_one: 0, over: 0 };
    // A round begins with the first page of a project's list. Its pipelines have pages of their own, by the project's path.
    let mut rounds: HashMap<String, usize> = HashMap::new();
    for line in lines.lines() {
        if let Some(request) = line.strip_prefix("GET ") {
            cost.requests += 1;
            let (before, query) = request.split_once("/pipelines").unwrap();
            if query.starts_with('?') && ["page=1&", "page=1 "].iter().any(|first| query.contains(first)) {
                *rounds.entry(before.replace("/api/v4/projects/", " ")).or_default() += 1;
            }
        } else if let Some((_, url)) = line.split_once("over ") {
            cost.over += 1;
            let (server, path) = url.split_once("/demo/").unwrap();
            let number = if path.starts_with("app/") { 1 } else { 2 };
            cost.one_by_one += rounds.get(&format!("{server} {number}")).copied().unwrap_or_default();
        }
    }
    cost
}

fn row(id: i64, project: i64, status: &str) -> Value {
    json!({"id": id, "project_id": project, "status": status, "updated_at": "2026-03-02T10:00:00Z",
        "web_url": format!("https://gitlab.example.test/{project}/-/pipelines/{id}")})
}

fn list(project: i64) -> String {
    format!("GET /api/v4/projects/{project}/pipelines")
}

/// Three projects: one whose pipelines end, one that nobody may see, one that fails.
fn three_projects() -> RecordingServer {
    let server = RecordingServer::start([]);
    let ends = ["running", "success"];
    for (first, second) in [("running", "running"), ("failed", "running"), ("failed", "canceled")] {
        server.add(&list(1), canned::rows(&[row(12, 1, first), row(11, 1, second)]));
    }
    server.add("GET /api/v4/projects/1/pipelines/11", Answer::json(200, &row(11, 1, "canceled")));
    server.add(&list(2), Answer::json(404, &json!({"message": "404 Project Not Found"})));
    server.add(&list(3), Answer::json(400, &json!({"error": "out of order"})));
    for status in ends {
        server.add("GET /api/v4/projects/4/pipelines/41", Answer::json(200, &row(41, 4, status)));
    }
    server
}

const SCATTERED: &str = r#"
    let pipelines = [[2, 21], [1, 11], [3, 31], [1, 12], [4, 41], [2, 22], [3, 32], [1, 11]].map(|at|
        gl.projects.get(at[0], #{lazy: true}).pipelines.get(at[1], #{lazy: true}));
"#;

#[test]
fn a_project_that_fails_does_not_stop_the_others() {
    let server = three_projects();
    let text = format!(
        r#"{SCATTERED}
        let changes = [];
        let summary = wait_all(pipelines, #{{poll: "1ms", on_change: |p| changes.push(`${{p.id}} ${{p.status}}`)}});
        let errors = summary.errors.map(|e| `${{e.pipeline.id}} ${{e.error.kind}}`);
        changes.sort();
        `${{summary.counts}} ${{summary.failed.map(|p| p.id)}} ${{errors}} ${{summary.pipelines == pipelines}} ${{pipelines[3].status}} ${{changes}}`"#
    );
    let (value, _) = script(&server, &text);
    assert_eq!(
        value.as_deref(),
        Ok(concat!(
            r##"#{"canceled": 2, "failed": 1, "success": 1} [12] "##,
            r#"["21 not_found", "31 invalid", "22 not_found", "32 invalid"] true failed "#,
            r#"["11 canceled", "11 canceled", "11 running", "11 running", "12 failed", "12 running", "41 running", "41 success"]"#,
        )),
    );
}

#[test]
fn a_check_of_many_weighs_what_happened() {
    let text = format!(r#"{SCATTERED} wait_all(pipelines, #{{poll: "1ms", check: true}})"#);
    let server = three_projects();
    let outcome = Rhailab::new(RHAILAB).server(server.url(), "glpat-test").args(["eval", &text]).run();
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    assert!(outcome.stderr.contains("3 of 8 did not succeed: 2 canceled, 1 failed"), "{outcome:?}");
    let hidden = r#"
        let hidden = gl.projects.get(2, #{lazy: true}).pipelines;
        wait_all([hidden.get(21, #{lazy: true}), hidden.get(22, #{lazy: true})], #{check: true})"#;
    let (value, _) = script(&server, hidden);
    let problem = value.unwrap_err();
    assert!(
        problem.starts_with("2 of 2 could not be waited for, ProjectPipeline 21 among them"),
        "{problem}"
    );
}

/// Three pipelines, of which one has ended.
fn two_that_go_on() -> RecordingServer {
    let server = RecordingServer::start([(
        list(1).as_str(),
        canned::rows(&[row(12, 1, "success"), row(11, 1, "running"), row(10, 1, "running")]),
    )]);
    server.add("GET /api/v4/projects/1/pipelines/11", Answer::json(200, &row(11, 1, "running")));
    server
}

#[test]
fn a_deadline_for_many_is_in_the_summary() {
    let text = r#"
        let pipelines = [12, 11, 10].map(|id| project.pipelines.get(id, #{lazy: true}));
        let summary = wait_all(pipelines, #{poll: "1ms", timeout: "30ms"});
        let errors = summary.errors.map(|e| `${e.pipeline.id} ${e.error.kind} ${e.error.pipeline_status}`);
        `${summary.counts} ${errors} ${pipelines[0].status} ${pipelines[2].status}`"#;
    let (value, _) = script(&two_that_go_on(), text);
    assert_eq!(
        value.as_deref(),
        Ok(r##"#{"success": 1} ["11 deadline running", "10 deadline running"] success running"##),
    );
}

#[test]
fn a_deadline_for_many_is_an_error_that_counts_them_where_success_is_asked_for() {
    let text = r#"
        let project = gl.projects.get(1, #{lazy: true});
        let pipelines = [12, 11, 10].map(|id| project.pipelines.get(id, #{lazy: true}));
        wait_all(pipelines, #{poll: "1ms", timeout: "30ms", check: true})"#;
    let server = two_that_go_on();
    let outcome = Rhailab::new(RHAILAB).server(server.url(), "glpat-test").args(["eval", text]).run();
    assert_eq!(outcome.status, Some(124), "{outcome:?}");
    let words = outcome.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("2 of 3 were not over: ProjectPipeline 1"), "{outcome:?}");
    assert!(words.contains("was still running after 30ms"), "{outcome:?}");
}

#[test]
fn whatever_did_not_succeed_is_listed_in_the_order_in_which_it_was_given() {
    let statuses = ["skipped", "success", "manual", "canceled", "failed"];
    let rows: Vec<Value> =
        (11..16).rev().zip(statuses.into_iter().rev()).map(|(id, status)| row(id, 1, status)).collect();
    let server = RecordingServer::start([(list(1).as_str(), canned::rows(&rows))]);
    let text = r#"
        let summary = wait_all([11, 12, 13, 14, 15].map(|id| project.pipelines.get(id, #{lazy: true})));
        `${summary.unsuccessful.map(|p| p.status)} ${summary.failed.map(|p| p.id)}`"#;
    assert_eq!(script(&server, text).0.as_deref(), Ok(r#"["skipped", "manual", "canceled", "failed"] [15]"#),);
}

#[test]
fn rows_of_lists_become_whole_where_that_is_asked_for() {
    let rows = [row(12, 1, "success"), row(11, 1, "success")];
    let whole = |id: i64| {
        let mut whole = row(id, 1, "success");
        whole["duration"] = id.into();
        Answer::json(200, &whole)
    };
    let server = RecordingServer::start([
        (list(1).as_str(), canned::rows(&rows)),
        ("GET /api/v4/projects/1/pipelines/11", whole(11)),
        ("GET /api/v4/projects/1/pipelines/12", whole(12)),
    ]);
    let text = |options: &str| {
        format!(
            "wait_all([12, 11].map(|id| project.pipelines.get(id, #{{lazy: true}})), #{{{options}}}).pipelines.map(|p| p.duration)"
        )
    };
    let problem = script(&server, &text("")).0.unwrap_err();
    assert!(problem.contains("GitLab leaves it out of lists"), "{problem}");
    assert_eq!(server.requests().len(), 1);
    assert_eq!(script(&server, &text("refresh: true")).0.as_deref(), Ok("[12, 11]"));
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn what_wait_all_cannot_wait_for_is_told_before_any_request() {
    let server = RecordingServer::start([]);
    for (call, expected) in [
        ("wait_all([project])", "a Project cannot be waited for"),
        ("wait_all([1])", "wait_all() cannot wait for item 0: 1"),
        ("wait_all(5)", "wait_all() cannot go through 5"),
        ("wait_all([], #{children: true})", "wait_all() has no option `children`"),
        ("wait_all([], #{tmeout: 1})", "Did you mean `timeout`?"),
    ] {
        let problem = script(&server, call).0.unwrap_err();
        assert!(problem.contains(expected), "{call}: {problem}");
    }
    assert_eq!(script(&server, "wait_all([]).pipelines.len()").0.as_deref(), Ok("0"));
    assert_eq!(lines(&server), [""; 0]);
}

#[test]
fn a_rehearsal_waits_for_nothing() {
    let server = RecordingServer::start([]);
    let code = r#"
        let project = gl.projects.get(1, #{lazy: true});
        let pipelines = par_map(0..3, |n| project.pipelines.create(#{ref: `branch-${n}`}));
        pipelines[0].wait(#{children: true, check: true});
        wait_all(pipelines, #{check: true}).counts"#;
    let outcome = Rhailab::new(RHAILAB)
        .server(server.url(), "glpat-test")
        .args(["--dry-run", "--output", "json", "eval", code])
        .run();
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(
        outcome.stdout.contains("\"success\": 3") || outcome.stdout.contains("\"success\":3"),
        "{outcome:?}"
    );
    assert_eq!(outcome.stderr.matches("would send POST").count(), 3, "{outcome:?}");
    assert_eq!(server.lines(), [""; 0]);
}

#[tokio::test]
async fn waiting_for_many_in_rust_sums_up() {
    let server = three_projects();
    let gl = client(&server);
    let at = |project: i64, id: i64| gl.projects().lazy(project).pipelines().lazy(id).object().clone();
    let short = Duration::from_millis(1);
    let objects = [at(2, 21), at(1, 11), at(1, 12)];
    let summary = wait_all(objects, Wait::new().poll(short, short)).unwrap().finish().await;
    assert_eq!(summary.counts(), [("canceled".to_owned(), 1), ("failed".to_owned(), 1)].into());
    assert_eq!((summary.failed(), summary.unsuccessful()), (vec![2], vec![1, 2]));
    assert_eq!(summary.errors[&0].kind(), ErrorKind::NotFound);
    assert_eq!(summary.check().unwrap_err().pipeline_status(), Some("failed"));
}

/// A server that restarts while one waits: for lists and for single pipelines.
#[tokio::test]
async fn an_outage_ends_no_wait() {
    let server = RecordingServer::start([]);
    let unavailable = || Answer::text(503, "GitLab is not responding");
    let rows = |status| canned::rows(&[row(12, 1, status), row(11, 1, status)]);
    for answer in [rows("running"), unavailable(), unavailable(), rows("success")] {
        server.add(&list(1), answer);
    }
    let single = |status| Answer::json(200, &row(41, 4, status));
    for answer in [single("running"), unavailable(), single("running"), unavailable(), single("failed")] {
        server.add("GET /api/v4/projects/4/pipelines/41", answer);
    }
    let gl = Gitlab::builder(server.url()).retries(0).build().unwrap();
    let at = |project: i64, id: i64| gl.projects().lazy(project).pipelines().lazy(id).object().clone();
    let short = Duration::from_millis(1);
    let objects = [at(1, 11), at(4, 41), at(1, 12)];
    let summary = wait_all(objects, Wait::new().poll(short, short)).unwrap().finish().await;
    assert_eq!(summary.counts(), [("failed".to_owned(), 1), ("success".to_owned(), 2)].into(), "{summary:?}");
    assert_eq!(server.requests().len(), 9);

    // What was never seen is not asked for again.
    let server = RecordingServer::start([("GET /api/v4/projects/4/pipelines/41", unavailable())]);
    let gl = Gitlab::builder(server.url()).retries(0).build().unwrap();
    let never_seen = gl.projects().lazy(4).pipelines().lazy(41).object().clone();
    let summary = wait_all([never_seen], Wait::new().poll(short, short)).unwrap().finish().await;
    assert_eq!((summary.errors[&0].kind(), server.requests().len()), (ErrorKind::Server, 1));
}

#[test]
fn the_example_triggers_and_awaits_what_it_is_given() {
    let runtime = Runtime::new().unwrap();
    let sandbox =
        runtime.block_on(rhailab_sandbox::start(Options { speed: 1000.0, ..Options::default() })).unwrap();
    let path = repository().join("examples/fleet/trigger_fleet.rhai");
    let run = |node: &str, projects: &[&str]| {
        Rhailab::new(RHAILAB)
            .server(&sandbox.url(), sandbox.token())
            .env("CI_NODE_INDEX", node)
            .env("CI_NODE_TOTAL", "2")
            .arg(&path)
            .args(projects)
            .run()
    };
    let fleet = ["demo/app", "demo/downstream", "demo/app"];
    for (node, expected) in [("1", "2 pipelines: {\"success\":2}\n"), ("2", "1 pipelines: {\"success\":1}\n")]
    {
        let outcome = run(node, &fleet);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), expected), "{outcome:?}");
    }
}

#[test]
fn the_example_awaits_what_it_started_and_tells_what_went_wrong() {
    let runtime = Runtime::new().unwrap();
    let blocked = JobPlan { when: When::Manual, ..JobPlan::new("approve", "deploy") };
    let options =
        Options { speed: 1000.0, pipeline: vec![blocked], inputs: Vec::new(), ..Options::default() };
    let sandbox = runtime.block_on(rhailab_sandbox::start(options)).unwrap();
    let run = |projects: &[&str]| {
        Rhailab::new(RHAILAB)
            .server(&sandbox.url(), sandbox.token())
            .arg(repository().join("examples/fleet/trigger_fleet.rhai"))
            .args(projects)
            .run()
    };
    // The pipeline of `demo/app` waits for somebody, that of `demo/downstream` succeeds.
    let unsuccessful = run(&["demo/downstream", "demo/app"]);
    assert_eq!(unsuccessful.status, Some(3), "{unsuccessful:?}");
    let lines: Vec<&str> = unsuccessful.stdout.lines().collect();
    let ["2 pipelines: {\"manual\":1,\"success\":1}", blocked] = lines[..] else {
        panic!("{unsuccessful:?}")
    };
    assert!(blocked.starts_with("manual: http") && blocked.contains("/demo/app/-/pipelines/"), "{blocked}");

    let missing = run(&["demo/missing", "demo/app"]);
    assert_eq!(missing.status, Some(1), "{missing:?}");
    let lines: Vec<&str> = missing.stdout.lines().collect();
    let ["1 pipelines: {\"manual\":1}", blocked, error] = lines[..] else { panic!("{missing:?}") };
    assert!(blocked.starts_with("manual: http"), "{blocked}");
    assert_eq!(error, "item 0 (\"demo/missing\"): 404 Project Not Found");
}

#[test]
fn the_example_triggers_and_awaits_five_hundred_projects() {
    let scenario = repository().join("examples/scenarios/fleet.yaml").display().to_string();
    let sandbox = SandboxProcess::with(RHAILAB, ["--scenario", scenario.as_str(), "--speed", "10000"]);
    let projects: Vec<String> = (1..=500).map(|number| format!("fleet/app-{number:03}")).collect();
    let outcome = Rhailab::new(RHAILAB)
        .server(sandbox.url(), sandbox.token())
        .arg(repository().join("examples/fleet/trigger_fleet.rhai"))
        .args(&projects)
        .run();
    // A few jobs of the scenario fail by chance.
    let mut lines = outcome.stdout.lines();
    let counts = lines.next().and_then(|line| line.strip_prefix("500 pipelines: ")).unwrap();
    let counts: HashMap<String, usize> = serde_json::from_str(counts).unwrap();
    assert_eq!(counts.values().sum::<usize>(), 500, "{counts:?}");
    let failed = counts.get("failed").copied().unwrap_or_default();
    assert_eq!(lines.count(), failed, "each that failed is named: {outcome:?}");
    assert_eq!(outcome.status, Some(if failed == 0 { 0 } else { 3 }), "{outcome:?}");
    let script = std::fs::read_to_string(repository().join("examples/fleet/trigger_fleet.rhai")).unwrap();
    let code =
        script.lines().filter(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with("#!"));
    assert!(code.count() <= 15);
}
