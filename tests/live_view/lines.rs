//! The lines where there is no terminal: what is told, in which form, and what it costs.

use rhailab_tests::{Answer, Outcome, RecordingServer, Rhailab, canned};
use serde_json::{Value, json};

use super::{
    BRIDGES, JOBS, PIPELINE, RHAILAB, TOKEN, bridge, job, running, server, succeed, then, with_grandchild,
};

fn piped(server: &RecordingServer, options: &[&str]) -> Outcome {
    Rhailab::new(RHAILAB)
        .server(server.url(), TOKEN)
        .args(["wait", "demo/app", "104", "--poll", "1ms"])
        .args(options)
        .run()
}

#[test]
fn where_there_is_no_terminal_each_change_is_a_line() {
    let server = running();
    let jobs = [
        job(11, "deploy", "deploy", "created", None),
        job(10, "test", "日本語 🚀", "failed", Some(6.0)),
        job(9, "test", "unit", "running", Some(13.0)),
        job(8, "build", "compile", "success", Some(8.0)),
    ];
    // Nothing changes between the second of these looks and the third, so nothing is told.
    for _ in 0..2 {
        then(&server, "running", &jobs, &[bridge("success", "running")]);
    }
    succeed(&server);
    let outcome = piped(&server, &[]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    insta::assert_snapshot!("piped", outcome.stdout.replace(server.url(), "{url}"));
}

#[test]
fn json_has_a_line_for_each_change() {
    let server = running();
    succeed(&server);
    let outcome = piped(&server, &["--output", "json"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    let mut shown = String::new();
    for line in outcome.stdout.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let time = event["time"].as_str().unwrap();
        assert!(time.parse::<rhailab_client::Timestamp>().is_ok(), "{line}");
        shown.push_str(&line.replace(time, "{time}").replace(server.url(), "{url}"));
        shown.push('\n');
    }
    insta::assert_snapshot!("piped as json", shown);
}

#[test]
fn pipelines_of_any_depth_are_told_while_they_run() {
    let outcome = piped(&with_grandchild(&["running", "running", "success"]), &["--children"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    let lines: Vec<&str> =
        outcome.stdout.lines().filter(|line| line.trim().starts_with("pipeline ")).collect();
    assert_eq!(
        lines,
        [
            "  pipeline 205 success in demo/downstream, downstream of job 12 deploy/fleet",
            "    pipeline 306 running in acme/last, downstream of pipeline 205 deeper",
            "pipeline 104 success 179 s",
            "    pipeline 306 success in acme/last, downstream of pipeline 205 deeper",
        ],
        "{outcome:?}"
    );

    let outcome = piped(
        &with_grandchild(&["running", "success"]),
        &["--children", "--output", "json", "--progress", "never"],
    );
    let events: Vec<Value> = outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let facts =
        |event: &Value| (event["status"].clone(), event["project_id"].clone(), event["upstream"].clone());
    let of_grandchild: Vec<_> = events.iter().filter(|event| event["id"] == 306).map(facts).collect();
    assert_eq!(
        of_grandchild,
        [(json!("running"), json!(3), json!(205)), (json!("success"), json!(3), json!(205))],
        "{outcome:?}"
    );
}

#[test]
fn the_value_in_the_end_has_the_form_that_was_asked_for() {
    for (format, words) in [("yaml", "status: success\n"), ("table", "status ")] {
        let server = running();
        succeed(&server);
        let outcome = piped(&server, &["--output", format]);
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
        assert!(
            outcome.stdout.contains(words) && !outcome.stdout.contains("pipeline 104 running"),
            "{outcome:?}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_told_once_and_ends_it() {
    for format in ["auto", "json"] {
        let outcome = Rhailab::new(RHAILAB)
            .server(running().url(), TOKEN)
            .args(["wait", "demo/app", "104", "--poll", "1ms", "--output", format])
            .stdout_into("/dev/full")
            .run();
        let words = "error: standard output cannot be written: No space left on device (os error 28)\n";
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(1), words), "{format}");
    }
}

#[test]
fn a_look_costs_one_request_for_a_hundred_jobs_and_one_for_bridges_while_there_may_be_any() {
    let server = server("running", &[job(8, "build", "compile", "running", Some(1.0))], &[]);
    then(&server, "running", &[job(8, "build", "compile", "running", Some(1.0))], &[]);
    then(&server, "success", &[job(8, "build", "compile", "success", Some(1.0))], &[]);
    assert_eq!(piped(&server, &[]).status, Some(0));
    let lines = server.lines();
    let of = |route: &str| lines.iter().filter(|line| line.split('?').next() == Some(route)).count();
    assert_eq!((of(PIPELINE), of(JOBS), of(BRIDGES), lines.len()), (3, 3, 1, 7), "{lines:?}");
    assert!(
        lines.iter().filter(|line| line.contains("/jobs?")).all(|line| line.contains("per_page=100")),
        "{lines:?}"
    );
}

#[test]
fn jobs_that_the_caller_may_not_see_are_asked_for_once() {
    let server = RecordingServer::start([]);
    for status in ["running", "running", "success"] {
        server.add(PIPELINE, Answer::json(200, &canned::pipeline(status)));
    }
    server.add(JOBS, Answer::json(403, &json!({"message": "403 Forbidden"})));
    server.add(BRIDGES, Answer::json(403, &json!({"message": "403 Forbidden"})));
    let outcome = piped(&server, &[]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(outcome.stderr.matches("note: the jobs cannot be listed").count(), 1, "{outcome:?}");
    assert_eq!(
        server.lines().iter().filter(|line| line.contains("/jobs")).count(),
        1,
        "{:?}",
        server.lines()
    );
}
