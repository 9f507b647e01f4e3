//! How a call that waits ends: the exit status, what is said when it ends too early, and how to go on.

use std::net::TcpListener;

use rhailab_tests::{Answer, RecordingServer, Rhailab, SandboxProcess, canned};
use serde_json::json;

use super::{BRIDGES, JOBS, PIPELINE, RHAILAB, TOKEN, call, server, trigger};

#[test]
fn a_pipeline_that_is_not_there_may_be_a_wrong_number() {
    let server = RecordingServer::start([]);
    let outcome = call(&server).args(["wait", "demo/app", "999999"]).run();
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(
        outcome.stderr.contains("The project has no ProjectPipeline 999999, or the token"),
        "{outcome:?}"
    );
    assert!(!outcome.stderr.contains("trigger token"), "{outcome:?}");
}

#[test]
fn the_exit_status_tells_how_the_pipeline_ended() {
    for (statuses, options, expected) in [
        (&["created", "running", "success"][..], &[][..], 0),
        (&["running", "failed"], &[], 3),
        (&["running", "canceling", "canceled"], &[], 4),
        (&["skipped"], &[], 5),
        (&["running", "manual"], &[], 6),
        (&["manual", "running", "success"], &["--until", "final"], 0),
        (&["manual", "success"], &["--until", "settled"], 6),
        (&["running"], &["--timeout", "50ms"], 124),
        (&[], &[], 1),
    ] {
        let options = [&["--poll", "1ms"], options].concat();
        let started = server(statuses);
        let outcome = trigger(&started, &[&["demo/app", "main", "--wait"], &options[..]].concat());
        assert_eq!(outcome.status, Some(expected), "{statuses:?}: {outcome:?}");
        let running = server(statuses);
        let outcome = call(&running).args(["wait", "demo/app", "104"]).args(&options).run();
        assert_eq!(outcome.status, Some(expected), "{statuses:?}: {outcome:?}");
        assert!(running.lines().iter().all(|line| line.starts_with("GET ")), "{:?}", running.lines());
    }
}

#[test]
fn the_deadline_holds_even_when_a_request_never_ends() {
    // The system takes the connection, and nobody ever answers.
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    for (args, hint) in [
        (&["wait", "demo/app", "104"][..], "`rhailab wait demo/app 104` waits again"),
        (&["trigger", "demo/app", "main", "--wait"], "look before you start another one"),
    ] {
        let outcome = Rhailab::new(RHAILAB).server(&url, TOKEN).args(args).args(["--timeout", "100ms"]).run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(124), ""), "{outcome:?}");
        assert!(outcome.stderr.contains("GitLab did not answer within 100ms"), "{outcome:?}");
        assert!(outcome.stderr.contains(hint), "{outcome:?}");
    }
}

#[test]
fn a_deadline_that_passes_between_two_looks_tells_what_was_seen() {
    // How long a pipeline takes to be started and seen depends on the machine, so the deadline grows until it is enough.
    let mut last = None;
    for (timeout, words) in [("200ms", "200ms"), ("5s", "5s"), ("60s", "1m")] {
        let server = server(&["running"]);
        // The second look is never answered.
        server.add(PIPELINE, Answer::json(200, &canned::pipeline("success")).held());
        let call = ["demo/app", "main", "--wait", "--poll", "1ms", "--timeout", timeout];
        let outcome = trigger(&server, &call);
        assert_eq!(outcome.status, Some(124), "{outcome:?}");
        if outcome.stderr.contains(&format!("pipeline 104 was still running after {words}")) {
            assert!(outcome.stderr.contains("`rhailab wait demo/app 104` waits again"), "{outcome:?}");
            return;
        }
        last = Some(outcome);
    }
    assert!(last.is_none(), "a minute was too short for one look: {last:?}");
}

#[test]
fn an_interrupted_wait_says_how_to_go_on() {
    let server = server(&["running"]);
    let running = call(&server).args(["wait", "demo/app", "104", "--poll", "1ms"]).start();
    server.wait_for(4);
    running.interrupt();
    let outcome = running.finish();
    assert_eq!(outcome.status, Some(130), "{outcome:?}");
    assert!(outcome.stdout.starts_with("pipeline 104 running\n"), "{outcome:?}");
    let words = "interrupted; pipeline 104 goes on, and `rhailab wait demo/app 104` waits again\n";
    assert_eq!(outcome.stderr, words);
}

#[test]
fn the_call_that_waits_again_names_the_same_server_and_the_same_end() {
    let server = server(&["running"]);
    let call = |args: &[&str]| Rhailab::new(RHAILAB).env("GITLAB_TOKEN", TOKEN).args(args).run();
    let options = ["--until", "final", "--children", "--poll", "5ms", "--timeout", "100ms"];
    server.add("GET /api/v4/projects/1/pipelines/104/bridges", canned::no_rows());
    let outcome = call(&[&["wait", "demo/app", "104", "--url", server.url()], &options[..]].concat());
    assert_eq!(outcome.status, Some(124), "{outcome:?}");
    let said = outcome.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    let again =
        format!("`rhailab wait demo/app 104 --children --until final --url {}` waits again", server.url());
    assert!(said.contains(&again), "{outcome:?}");
}

#[test]
fn children_are_waited_for_where_that_is_asked_for() {
    let bridge = |status: &str| {
        json!({"id": 9, "name": "fleet", "stage": "deploy", "allow_failure": false, "status": "success",
            "downstream_pipeline": {"id": 205, "project_id": 2, "status": status, "web_url": "{url}/x"}})
    };
    let server = |statuses: &[&str]| {
        let server = RecordingServer::start([
            (PIPELINE, Answer::json(200, &canned::pipeline("success"))),
            (JOBS, canned::no_rows()),
            ("GET /api/v4/projects/2/pipelines/205/bridges", canned::no_rows()),
        ]);
        for status in statuses {
            server.add(BRIDGES, canned::rows(&[bridge(status)]));
            // The same list by the project's number, which the pipeline tells.
            server.add("GET /api/v4/projects/1/pipelines/104/bridges", canned::rows(&[bridge(status)]));
        }
        server
    };
    let wait = |server: &RecordingServer, options: &[&str]| {
        call(server).args(["wait", "demo/app", "104", "--poll", "1ms"]).args(options).run()
    };
    assert_eq!(wait(&server(&["running"]), &[]).status, Some(0));
    let outcome = wait(&server(&["running", "running", "failed"]), &["--children"]);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    assert!(
        outcome.stdout.contains("pipeline 205 running, downstream of job 9 deploy/fleet\n"),
        "{outcome:?}"
    );
}

#[test]
fn a_pipeline_is_named_by_the_url_of_its_page_below_any_root() {
    for root in ["", "/gitlab"] {
        let server = RecordingServer::start([]);
        for (path, answer) in [
            ("", Answer::json(200, &canned::pipeline("success"))),
            ("/jobs", canned::no_rows()),
            ("/bridges", canned::no_rows()),
        ] {
            server.add(&format!("GET {root}/api/v4/projects/demo%2Fapp/pipelines/104{path}"), answer);
        }
        let url = format!("{}{root}", server.url());
        let page = format!("{url}/demo/app/-/pipelines/104");
        let outcome = Rhailab::new(RHAILAB).server(&url, TOKEN).args(["wait", &page]).run();
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        let both = Rhailab::new(RHAILAB).server(&url, TOKEN).args(["wait", "demo/app", &page]).run();
        assert_eq!(both.status, Some(2), "{both:?}");
    }
}

#[test]
fn a_pipeline_of_the_sandbox_is_started_and_waited_for() {
    let sandbox = SandboxProcess::start(RHAILAB, 10_000);
    let call = |args: &[&str]| Rhailab::new(RHAILAB).server(sandbox.url(), sandbox.token()).args(args).run();
    let first = call(&["trigger", "demo/app", "--wait", "--poll", "10ms", "-vv"]);
    assert_eq!(first.status, Some(0), "{first:?}");
    assert!(first.stdout.contains("  4 jobs: 4 success\n"), "{first:?}");
    // The second call finds the trigger that the first one made.
    let second = call(&["trigger", "1", "main", "--verbose"]);
    assert_eq!(second.status, Some(0), "{second:?}");
    let said = |words: &str| (first.stderr.contains(words), second.stderr.contains(words));
    assert_eq!(said("/triggers 201"), (true, false), "{first:?}\n{second:?}");
    assert_eq!(said("/trigger/pipeline 201"), (true, true), "{first:?}\n{second:?}");
    for outcome in [&first, &second] {
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(!said.contains(sandbox.token()) && !has_token(&said), "{said}");
    }
    // One that waits for somebody is blocked.
    let blocked = call(&["trigger", "demo/app", "v2.0", "--wait", "--poll", "10ms"]);
    assert_eq!(blocked.status, Some(6), "{blocked:?}");
}

/// Whether there is something that looks like a trigger token and is not masked.
fn has_token(said: &str) -> bool {
    said.match_indices("glptt-").any(|(at, prefix)| !said[at + prefix.len()..].starts_with('•'))
}
