//! Waiting for one pipeline or job, over real sockets: what the real binary's exit status says, what is asked for and as
//! whom, what is told on the way. When a wait ends is tried in virtual time beside the client's own code.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

mod scripted;
mod scripting;

use scripted::{client, lines, script};

use rhailab_client::{ErrorKind, ListProjectPipelines, Wait, WaitEvent};
#[cfg(unix)]
use rhailab_tests::Terminal;
use rhailab_tests::{Answer, Outcome, RecordingServer, Rhailab, canned};
use serde_json::{Value, json};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const PIPELINE: &str = "GET /api/v4/projects/1/pipelines/104";
const BRIDGES: &str = "GET /api/v4/projects/1/pipelines/104/bridges";
const JOBS: &str = "GET /api/v4/projects/1/pipelines/104/jobs";
const JOB: &str = "GET /api/v4/projects/1/jobs/7";

/// A server on which the pipeline is seen in these statuses, the last again and again.
fn moving(statuses: &[&str]) -> RecordingServer {
    let server = RecordingServer::start([]);
    for status in statuses {
        server.add(PIPELINE, Answer::json(200, &canned::pipeline(status)));
    }
    server
}

/// Runs a script with the real binary, as a person would.
fn run(server: &RecordingServer, code: &str) -> Outcome {
    Rhailab::new(RHAILAB).server(server.url(), "glpat-test").args(["eval", code]).run()
}

/// The call `wait` on the pipeline, with these options beside a short pause.
fn wait(options: &str) -> String {
    format!(
        r#"gl.projects.get(1, #{{lazy: true}}).pipelines.get(104, #{{lazy: true}}).wait(#{{poll: "1ms"{options}}}).status"#
    )
}

#[test]
fn footgun_01_the_exit_status_tells_how_a_pipeline_ended() {
    let gone = "deleted";
    for (statuses, options, expected, requests) in [
        (&["created", "running", "success"][..], ", check: true", 0, 3),
        (&["running", "failed"], ", check: true", 3, 2),
        (&["running", "canceling", "canceled"], ", check: true", 4, 3),
        (&["skipped"], ", check: true", 5, 1),
        (&["running", "manual"], ", check: true", 6, 2),
        (&["manual", "running", "success"], r#", check: true, until: "final""#, 0, 3),
        (&["scheduled", "success"], ", check: true", 0, 2),
        (&["failed"], "", 0, 1),
        (&["running", gone], ", check: true", 1, 2),
    ] {
        let server = moving(&[]);
        for status in statuses {
            let answer = match *status == gone {
                true => Answer::json(404, &json!({"message": "404 Not found"})),
                false => Answer::json(200, &canned::pipeline(status)),
            };
            server.add(PIPELINE, answer);
        }
        let outcome = run(&server, &wait(options));
        assert_eq!(
            (outcome.status, server.requests().len()),
            (Some(expected), requests),
            "{statuses:?}: {outcome:?}"
        );
        if statuses.last() == Some(&gone) {
            assert!(outcome.stderr.contains("was deleted while it was waited for"), "{outcome:?}");
        }
    }
}

#[test]
fn a_deadline_has_an_exit_status_of_its_own() {
    let outcome = run(&moving(&["running"]), &wait(r#", timeout: "20ms""#));
    assert_eq!(outcome.status, Some(124), "{outcome:?}");
    assert!(outcome.stderr.contains("was still running after 20ms"), "{outcome:?}");
}

#[test]
fn a_wait_without_pauses_is_refused() {
    for (poll, words) in [
        ("0", "`poll` must be a millisecond at least"),
        (r#""1ns""#, "`poll` must be a millisecond at least"),
        (r#"#{max: 0}"#, "`poll.max` must be a millisecond at least"),
        (r#"#{first: "10s", max: "5s"}"#, "`poll.first` is longer than `poll.max`"),
    ] {
        let server = moving(&["success"]);
        let code = format!(
            "gl.projects.get(1, #{{lazy: true}}).pipelines.get(104, #{{lazy: true}}).wait(#{{poll: {poll}}})"
        );
        let outcome = run(&server, &code);
        assert!(outcome.stderr.contains(words), "{poll}: {outcome:?}");
        assert_eq!(server.requests().len(), 0, "{poll}");
    }
}

#[test]
fn a_pipeline_whose_project_moved_is_followed() {
    let server = RecordingServer::start([]);
    server.add(PIPELINE, Answer::redirect(301, "{url}/api/v4/projects/2/pipelines/104"));
    let moved = "GET /api/v4/projects/2/pipelines/104";
    for status in ["running", "success"] {
        server.add(moved, Answer::json(200, &canned::pipeline(status)));
    }
    let outcome = run(&server, &wait(", check: true"));
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "success\n"), "{outcome:?}");
    assert_eq!(server.lines(), [PIPELINE, moved].repeat(2));
    assert!(server.requests().iter().all(|request| request.header("private-token") == "glpat-test"));
}

fn bridge(name: &str, id: i64, project: i64, status: &str) -> Value {
    json!({"id": 9, "name": name, "allow_failure": false, "status": "success",
        "downstream_pipeline": {"id": id, "project_id": project, "status": status}})
}

#[test]
fn downstream_pipelines_are_waited_for_in_other_projects_and_their_failure_counts() {
    let server = moving(&["success"]);
    let children = "GET /api/v4/projects/2/pipelines/205/bridges";
    for status in ["running", "failed"] {
        server.add(BRIDGES, canned::rows(&[bridge("deploy", 205, 2, status)]));
    }
    server.add(children, canned::no_rows());
    let outcome = run(&server, &wait(", children: true, check: true"));
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    // The report breaks its lines where the terminal ends.
    let said = outcome.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("ProjectPipeline 104 succeeded, but the downstream pipeline 205 of project 2"),
        "{said}"
    );
    assert_eq!(lines(&server), [PIPELINE, BRIDGES, children, PIPELINE, BRIDGES, children]);
}

#[test]
fn a_child_that_cannot_be_seen_is_told_of() {
    let server = moving(&["success"]);
    server.add(BRIDGES, canned::rows(&[bridge("deploy", 205, 2, "success")]));
    let outcome = run(&server, &wait(", children: true, check: true"));
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "success\n"), "{outcome:?}");
    assert!(outcome.stderr.starts_with("note: the downstream pipeline 205 of project 2"), "{outcome:?}");
}

/// Starts a pipeline with a trigger token alone, and waits for it.
const ANONYMOUS: &str = r#"
    let anonymous = gitlab(gl.url).projects.get(1, #{lazy: true});
    let pipeline = anonymous.trigger_pipeline("main", "glptt-1");"#;

/// A server that starts pipelines for whoever has a trigger token, and shows them to nobody at first.
fn closed() -> RecordingServer {
    let server = RecordingServer::start([(
        "POST /api/v4/projects/1/trigger/pipeline",
        Answer::json(201, &canned::pipeline("created")),
    )]);
    server.add(PIPELINE, Answer::json(404, &json!({"message": "404 Project Not Found"})));
    server.add(PIPELINE, Answer::json(200, &canned::pipeline("success")));
    server
}

#[test]
fn a_closure_hears_of_downstream_pipelines() {
    let server = moving(&["success"]);
    for status in ["running", "success"] {
        server.add(BRIDGES, canned::rows(&[bridge("deploy", 205, 2, status)]));
    }
    server.add("GET /api/v4/projects/2/pipelines/205/bridges", canned::no_rows());
    let code = wait(", children: true, on_change: |p| print(`${p.id} of ${p.project_id} ${p.status}`)");
    let outcome = run(&server, &code);
    assert_eq!(
        outcome.stdout, "205 of 2 running\n104 of 1 success\n205 of 2 success\nsuccess\n",
        "{outcome:?}"
    );
}

#[test]
fn an_anonymous_caller_is_told_that_it_is_one() {
    let (value, _) = script(&closed(), &format!("{ANONYMOUS} pipeline.refresh()"));
    let problem = value.unwrap_err();
    assert!(problem.contains("The client has no token"), "{problem}");
    assert!(!problem.contains("no pipeline with this number"), "{problem}");
}

#[test]
fn one_credential_starts_and_another_one_waits() {
    let refused = closed();
    let (value, _) = script(&refused, &format!("{ANONYMOUS} pipeline.wait()"));
    let problem = value.unwrap_err();
    for words in ["404 Project Not Found", "The client has no token", "`read_api`", "`wait(#{client: gl})`"] {
        assert!(problem.contains(words), "{words}: {problem}");
    }
    assert!(!problem.contains("deleted"), "{problem}");

    let server = closed();
    let code = format!(
        r#"{ANONYMOUS}
        try {{ pipeline.wait(); }} catch {{ }}
        pipeline.wait(#{{client: gl}});
        let known = pipeline.status;
        try {{ pipeline.refresh(); }} catch {{ }}
        known"#
    );
    assert_eq!(script(&server, &code).0.as_deref(), Ok("success"));
    let tokens: Vec<bool> =
        server.requests().iter().map(|request| !request.credentials().is_empty()).collect();
    assert_eq!(tokens, [false, false, true, false], "only the wait speaks as somebody");

    let elsewhere = format!(r#"{ANONYMOUS} pipeline.wait(#{{client: gitlab("http://127.0.0.1:1")}})"#);
    let problem = script(&closed(), &elsewhere).0.unwrap_err();
    assert!(problem.contains("not of http://127.0.0.1:1"), "{problem}");
}

#[test]
fn the_logs_of_failed_jobs_end_the_wait() {
    let server = moving(&["running", "failed"]);
    let job = |id: i64, name: &str| json!({"id": id, "name": name, "stage": "test", "status": "failed"});
    server.add(JOBS, canned::rows(&[job(8, "lint"), job(7, "unit")]));
    let noise: String = (1..=40).map(|line| format!("line {line}\n")).collect();
    let end = "section_start:1:x\r\u{1b}[0K\u{1b}[31mboom \u{1b}]0;title\u{7} glpat-abcdefghijklmnopqrst\u{1b}[0m\n";
    server.add("GET /api/v4/projects/1/jobs/7/trace", Answer::text(200, &format!("{noise}{end}")));
    server.add("GET /api/v4/projects/1/jobs/8/trace", Answer::text(200, ""));
    let outcome = run(&server, &wait(r#", logs: "failed", check: true"#));
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    let mut lines = outcome.stderr.lines();
    assert_eq!(lines.next(), Some("job 7, test/unit, failed; its log ends:"));
    let shown: Vec<&str> = lines.by_ref().take(20).collect();
    assert_eq!(shown[0], "    line 22");
    assert_eq!(
        shown[19], "    boom ␛]0;title␇ glpat-••••••••••••••••••••",
        "no control sequence and no token"
    );
    assert_eq!(lines.next(), Some("job 8, test/lint, failed without a log"));
    let asked = |line: &String| line.starts_with(JOBS) && line.contains("scope%5B%5D=failed");
    assert!(server.lines().iter().any(asked), "{:?}", server.lines());

    let quiet = run(&moving(&["failed"]), &wait(", check: true"));
    assert!(!quiet.stderr.contains("log ends"), "{quiet:?}");
}

#[test]
fn a_job_is_waited_for_by_the_same_rules() {
    let server = RecordingServer::start([]);
    for status in ["pending", "running", "failed"] {
        server.add(
            JOB,
            Answer::json(200, &json!({"id": 7, "name": "unit", "stage": "test", "status": status})),
        );
    }
    server.add("GET /api/v4/projects/1/jobs/7/trace", Answer::text(200, "boom\n"));
    let code = r#"gl.projects.get(1, #{lazy: true}).jobs.get(7, #{lazy: true}).wait(#{poll: "1ms", check: true, logs: "failed"})"#;
    let outcome = run(&server, code);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    assert!(outcome.stderr.contains("    boom\n"), "{outcome:?}");
    assert_eq!(
        server.lines(),
        [JOB, JOB, JOB, "GET /api/v4/projects/1/jobs/7/trace"],
        "a retry is another job"
    );

    let text = "project.jobs.get(7, #{lazy: true}).wait(#{children: true})";
    let problem = script(&server, text).0.unwrap_err();
    assert!(problem.contains("a ProjectJob has no downstream pipelines"), "{problem}");
}

#[test]
fn options_that_are_none_are_told_before_any_request() {
    let server = RecordingServer::start([]);
    for (options, expected) in [
        ("chidren: true", "Did you mean `children`?"),
        ("children: 1", "`children` must be true or false"),
        ("logs: \"all\"", "`logs` must be \"failed\""),
        ("client: \"gl\"", "`client` must be a client"),
        ("until: \"never\"", "`until` must be"),
        ("on_change: 5", "`on_change` must be a function"),
        ("refresh: true", "wait() has no option `refresh`"),
    ] {
        let text = format!("project.pipelines.get(104, #{{lazy: true}}).wait(#{{{options}}})");
        let problem = script(&server, &text).0.unwrap_err();
        assert!(problem.contains(expected), "{options}: {problem}");
    }
    assert_eq!(server.lines(), [""; 0]);
}

#[tokio::test]
async fn waits_in_rust_tell_what_happens_and_answer_the_typed_object() {
    let server = moving(&["running", "running", "success"]);
    server.add(BRIDGES, canned::no_rows());
    let pipeline = client(&server).projects().lazy(1).pipelines().lazy(104);
    let options = Wait::new().poll(std::time::Duration::from_millis(1), std::time::Duration::from_millis(1));
    let mut waiting = pipeline.waiting(options.clone().children()).unwrap();
    let mut told = Vec::new();
    loop {
        match waiting.next().await.unwrap() {
            WaitEvent::Changed(object) => told.push(object.attribute("status").unwrap().to_string()),
            WaitEvent::Done(object) => break told.push(object.to_string()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(told, ["\"running\"", "\"success\"", "ProjectPipeline 104"]);
    assert_eq!(pipeline.wait(options.check()).await.unwrap().id, 104);

    let failing = moving(&["failed"]);
    let failed = client(&failing).projects().lazy(1).pipelines().lazy(104).wait(Wait::new().check()).await;
    let error = failed.unwrap_err();
    assert_eq!((error.kind(), error.pipeline_status()), (ErrorKind::Pipeline, Some("failed")));
    let rows = client(&failing).projects().lazy(1).pipelines().list(ListProjectPipelines::new()).all().await;
    assert_eq!(
        rows.unwrap_err().kind(),
        ErrorKind::NotFound,
        "the server has no list: nothing else was asked for"
    );
}

#[test]
fn footgun_15_an_action_brings_its_object_up_to_date_and_leaves_it_what_it_is() {
    let schedule = json!({"id": 3, "description": "Nightly", "ref": "refs/heads/main", "cron": "0 1 * * *", "active": true});
    let server = RecordingServer::start([
        (PIPELINE, Answer::json(200, &canned::pipeline("failed"))),
        ("POST /api/v4/projects/1/pipelines/104/retry", Answer::json(201, &canned::pipeline("running"))),
        ("POST /api/v4/projects/1/pipelines/104/cancel", Answer::json(200, &canned::pipeline("canceled"))),
        ("GET /api/v4/projects/1/pipeline_schedules/3", Answer::json(200, &schedule)),
        (
            "POST /api/v4/projects/1/pipeline_schedules/3/play",
            Answer::json(201, &json!({"message": "201 Created"})),
        ),
        (JOB, Answer::json(200, &json!({"id": 7, "name": "unit", "status": "failed"}))),
        (
            "POST /api/v4/projects/1/jobs/7/retry",
            Answer::json(201, &json!({"id": 8, "name": "unit", "status": "pending"})),
        ),
        (
            "POST /api/v4/projects/1/jobs/7/erase",
            Answer::json(
                201,
                &json!({"id": 7, "name": "unit", "status": "failed", "erased_at": "2026-03-02T10:05:00Z"}),
            ),
        ),
    ]);
    let text = r#"
        let pipeline = project.pipelines.get(104);
        let copy = pipeline;
        let seen = [pipeline.status];
        seen.push(pipeline.retry().status);
        pipeline.cancel();
        seen.push(copy.status);
        let schedule = project.pipelineschedules.get(3);
        schedule.play();
        seen.push(`${schedule.id} ${schedule.cron}`);
        let job = project.jobs.get(7);
        let again = job.retry();
        seen.push(`${job.id} ${job.status} ${again.id} ${again.status} ${job == again}`);
        job.erase();
        seen.push(`${job.kind} ${job.erased_at != ()} ${pipeline == copy && pipeline.id == 104}`);
        seen"#;
    let expected = r#"["failed", "running", "canceled", "3 0 1 * * *", "7 failed 8 pending false", "ProjectJob true true"]"#;
    assert_eq!(script(&server, text).0.as_deref(), Ok(expected));
}

#[test]
fn nobody_being_there_to_confirm_is_an_error_and_a_rehearsal_goes_on() {
    let server = RecordingServer::start([]);
    let code = r#"if confirm("Delete 3 pipelines?") { print("yes"); } else { print("no"); }"#;
    let outcome = run(&server, code);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), ""), "{outcome:?}");
    assert!(outcome.stderr.contains("nobody is there to answer: Delete 3 pipelines?"), "{outcome:?}");
    assert!(outcome.stderr.contains("--dry-run"), "{outcome:?}");
    let rehearsed =
        Rhailab::new(RHAILAB).server(server.url(), "glpat-test").args(["--dry-run", "eval", code]).run();
    assert_eq!((rehearsed.status, rehearsed.stdout.as_str()), (Some(0), "yes\n"), "{rehearsed:?}");
    assert_eq!(rehearsed.stderr, "would ask: Delete 3 pipelines? [y/N]; taken for a yes in the rehearsal\n");
}

#[cfg(unix)]
#[test]
fn a_person_at_the_terminal_confirms_declines_and_interrupts() {
    let mut terminal = Terminal::start(RHAILAB, &["--url", "http://127.0.0.1:1"]);
    for (answer, expected) in [("y", "answer: true"), ("", "answer: false"), ("no", "answer: false")] {
        terminal.enter(r#"print("answer" + ": " + confirm("Go " + "on?"))"#);
        terminal.expect("Go on? [y/N] ");
        terminal.send(&format!("{answer}\n"));
        terminal.expect(expected);
        terminal.expect("\u{1b}[?2004h");
    }
    terminal.enter(r#"confirm("Go " + "on?")"#);
    terminal.expect("Go on? [y/N] ");
    terminal.control('c');
    terminal.expect("\u{1b}[?2004h");
    terminal.enter(r#"print("still " + "here")"#);
    terminal.expect("still here");
    let (_, status) = terminal.leave();
    assert_eq!(status, 0);
}

#[cfg(unix)]
#[test]
fn calls_side_by_side_ask_one_after_the_other_and_are_interrupted_together() {
    let mut terminal = Terminal::start(RHAILAB, &["--url", "http://127.0.0.1:1"]);
    let ask = r#"print("answers" + ": " + par_map(0..3, |n| confirm("Go " + `on ${n}?`), #{jobs: 3}))"#;
    terminal.enter(ask);
    for _ in 0..3 {
        terminal.expect("Go on ");
        let number = terminal.expect("? [y/N] ");
        assert!(["0", "1", "2"].contains(&number.as_str()), "another question begins: {number:?}");
        terminal.send("y\n");
    }
    terminal.expect("answers: [true, true, true]");
    terminal.expect("\u{1b}[?2004h");
    terminal.enter(ask);
    terminal.expect("? [y/N] ");
    terminal.control('c');
    let rest = terminal.expect("\u{1b}[?2004h");
    assert!(!rest.contains("[y/N]"), "{rest:?}");
    let (_, status) = terminal.leave();
    assert_eq!(status, 0);
}

#[test]
fn a_bridge_has_a_status_that_only_its_pipeline_tells() {
    let server = RecordingServer::start([]);
    let bridge =
        json!({"id": 8, "name": "downstream", "status": "running", "downstream_pipeline": {"id": 46}});
    server.add(BRIDGES, canned::rows(&[bridge]));
    let refused = "a ProjectPipelineBridge cannot be waited for: GitLab does not tell its status by itself";
    for (call, expected) in [
        ("bridge.wait()", refused),
        ("wait_all([bridge])", refused),
        ("bridge.follow()", "a ProjectPipelineBridge cannot be followed: it has no log"),
    ] {
        let code = format!(
            "let pipeline = gl.projects.get(1, #{{lazy: true}}).pipelines.get(104, #{{lazy: true}});\n\
             let bridge = pipeline.bridges.list()[0];\n{call}"
        );
        let outcome = run(&server, &code);
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        let words = outcome.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(expected), "{outcome:?}");
        assert!(words.contains("`pipeline.wait(#{children: true})`"), "{outcome:?}");
    }
}
