//! `rhailab logs`: which log is meant, what of it is printed, and how the program ends.

use rhailab_tests::{Answer, FileServer, Outcome, RecordingServer, Rhailab, SandboxProcess, Serving, canned};
use serde_json::json;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const JOB: &str = "GET /api/v4/projects/1/jobs/7";
const TRACE: &str = "GET /api/v4/projects/1/jobs/7/trace";
const JOBS: &str = "GET /api/v4/projects/1/pipelines/45/jobs";
const BRIDGES: &str = "GET /api/v4/projects/1/pipelines/45/bridges";

fn logs(server: &RecordingServer, args: &[&str]) -> Outcome {
    Rhailab::new(RHAILAB).server(server.url(), "glpat-logs").arg("logs").args(args).run()
}

fn job(status: &str) -> Answer {
    Answer::json(200, &json!({"id": 7, "name": "build", "status": status}))
}

/// A job that is looked at once per status and log.
fn looks(looks: &[(&str, &'static str)]) -> RecordingServer {
    let server = RecordingServer::start([]);
    for (status, log) in looks {
        server.add(JOB, job(status));
        server.add(TRACE, Answer::bytes(200, *log));
    }
    server
}

const FOLLOW: [&str; 5] = ["1", "7", "--follow", "--poll", "1ms"];

#[test]
fn the_exit_status_tells_what_became_of_the_job() {
    let ends = [
        ("success", 0),
        ("failed", 3),
        ("canceled", 4),
        ("skipped", 5),
        ("manual", 6),
        ("running", 0),
        ("pending", 0),
    ];
    for (status, code) in ends {
        let server = looks(&[(status, "$ make\n")]);
        let ended = logs(&server, &["1", "7"]);
        assert_eq!(
            (ended.status, ended.stdout.as_str(), ended.stderr.as_str()),
            (Some(code), "$ make\n", ""),
            "{status}"
        );
        assert_eq!(server.lines(), [JOB, TRACE], "{status}");
    }
}

#[test]
fn the_time_limit_is_that_of_all_looks_together() {
    let server = looks(&[("running", "$ make\n")]);
    let ended = logs(&server, &[&FOLLOW[..], &["--timeout", "100ms"]].concat());
    assert_eq!(ended.status, Some(124), "{}", ended.stderr);
    assert!(ended.stderr.contains("took longer than 100ms"), "{}", ended.stderr);

    let code = r#"
        let job = gl.projects.get(1, #{lazy: true}).jobs.get(7, #{lazy: true});
        try { job.follow(#{poll: "1ms", timeout: "100ms"}); } catch (e) { print(e.kind); }"#;
    let ended = Rhailab::new(RHAILAB).server(server.url(), "glpat-logs").args(["eval", code]).run();
    assert!(ended.stdout.ends_with("deadline\n"), "{ended:?}");
}

#[test]
fn a_log_has_no_other_form_than_text() {
    let server = looks(&[("success", "$ make\n")]);
    let refused = logs(&server, &["1", "7", "--output", "json"]);
    assert_eq!((refused.status, refused.stdout.as_str()), (Some(2), ""), "{}", refused.stderr);
    assert!(refused.stderr.contains("a log is text"), "{}", refused.stderr);
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn following_prints_what_is_new_until_the_job_ends() {
    let server = looks(&[
        ("pending", ""),
        ("running", "$ make\ncc"),
        ("running", "$ make\ncc a.c\n"),
        ("canceling", "$ make\ncc a.c\n"),
        ("canceled", "$ make\ncc a.c\nstopped"),
    ]);
    let ended = logs(&server, &FOLLOW);
    assert_eq!(
        (ended.status, ended.stdout.as_str()),
        (Some(4), "$ make\ncc a.c\nstopped\n"),
        "{}",
        ended.stderr
    );
    assert_eq!(server.lines(), [JOB, TRACE].repeat(5));
    let ranges: Vec<String> = server
        .requests()
        .iter()
        .skip(1)
        .step_by(2)
        .map(|request| request.header("range").to_owned())
        .collect();
    assert_eq!(
        ranges,
        ["", "", "bytes=8-", "bytes=13-", "bytes=13-"],
        "a part is asked for, whatever the server does"
    );
}

#[test]
fn a_server_that_has_parts_sends_no_more_than_them() {
    let server = RecordingServer::start([
        (JOB, job("running")),
        (TRACE, Answer::bytes(200, "$ make\n")),
        (JOB, job("running")),
        (TRACE, Answer::bytes(206, "\n").with_header("content-range", "bytes 6-6/7")),
        (JOB, job("success")),
        (TRACE, Answer::bytes(206, "\ndone\n").with_header("content-range", "bytes 6-11/12")),
    ]);
    let ended = logs(&server, &FOLLOW);
    assert_eq!((ended.status, ended.stdout.as_str()), (Some(0), "$ make\ndone\n"), "{}", ended.stderr);
}

#[test]
fn a_log_that_was_erased_begins_again_and_nothing_is_printed_twice() {
    let server = looks(&[
        ("running", "one\ntwo\nthree\n"),
        ("running", "one\n"),
        ("running", ""),
        ("running", "one\ntwo\nthree\nfour\n"),
        ("running", "Job has been erased\n"),
        ("success", "Job has been erased\nagain\n"),
    ]);
    let ended = logs(&server, &FOLLOW);
    assert_eq!(ended.stdout, "one\ntwo\nthree\nfour\nJob has been erased\nagain\n");
}

#[test]
fn a_look_that_breaks_off_is_repeated_and_goes_on_where_it_was() {
    let server = RecordingServer::start([
        (JOB, job("running")),
        (TRACE, Answer::bytes(200, "one\ntw").announcing(20)),
        (JOB, job("success")),
        (TRACE, Answer::bytes(200, "one\ntwo\n")),
    ]);
    let ended = logs(&server, &FOLLOW);
    assert_eq!((ended.status, ended.stdout.as_str()), (Some(0), "one\ntwo\n"), "{}", ended.stderr);
}

const DRAWN: &str = "\u{1b}[0Ksection_start:1:build_script\r\u{1b}[0K\u{1b}[36;1mBuilding\u{1b}[0;m\n10%\r100%\n\u{1b}]0;owned\u{7}\u{1b}[2Jdone\nsection_end:2:build_script\r\u{1b}[0K\n";

#[test]
fn a_log_in_a_pipe_has_headings_and_no_escapes_unless_colours_are_wanted() {
    let server = looks(&[("success", DRAWN)]);
    assert_eq!(logs(&server, &["1", "7"]).stdout, "▸ Building\n100%\ndone\n");
    let always = logs(&server, &["1", "7", "--color", "always"]);
    assert_eq!(always.stdout, "▸ \u{1b}[36;1mBuilding\u{1b}[0;m\n100%\ndone\n");
}

#[test]
fn a_job_is_found_by_the_name_that_it_has_in_a_pipeline() {
    let rows = [
        json!({"id": 9, "name": "deploy: [eu]", "status": "manual"}),
        json!({"id": 7, "name": "build:linux", "status": "success"}),
    ];
    let server = looks(&[("success", "built\n")]);
    server.add(JOBS, canned::rows(&rows));
    let bridge =
        json!({"id": 8, "name": "downstream", "status": "success", "downstream_pipeline": {"id": 46}});
    server.add(BRIDGES, canned::rows(&[bridge]));
    let ended = logs(&server, &["1", "45:build:linux"]);
    assert_eq!((ended.status, ended.stdout.as_str()), (Some(0), "built\n"), "{}", ended.stderr);

    let misspelt = logs(&server, &["1", "45:build:linus"]);
    assert_eq!(misspelt.status, Some(1));
    assert!(misspelt.stderr.contains("the pipeline 45 has no job `build:linus`"), "{}", misspelt.stderr);
    assert!(misspelt.stderr.contains("Did you mean `45:build:linux`?"), "{}", misspelt.stderr);
    let unknown = logs(&server, &["1", "45:x"]);
    assert!(unknown.stderr.contains("It has deploy: [eu], build:linux."), "{}", unknown.stderr);

    let bridge = logs(&server, &["1", "45:downstream"]);
    assert_eq!(bridge.status, Some(1));
    let words = bridge.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("`downstream` of the pipeline 45 is a bridge, and has no log"), "{words}");
    assert!(words.contains("starts another pipeline, whose jobs have logs. That is pipeline 46."), "{words}");
}

#[test]
fn the_project_is_a_number_or_a_path() {
    let server = RecordingServer::start([
        ("GET /api/v4/projects/demo%2Fapp/jobs/7", job("success")),
        ("GET /api/v4/projects/demo%2Fapp/jobs/7/trace", Answer::bytes(200, "fine\n")),
    ]);
    let ended = logs(&server, &["demo/app", "7"]);
    assert_eq!((ended.status, ended.stdout.as_str()), (Some(0), "fine\n"), "{}", ended.stderr);
    let gone = logs(&server, &["demo/gone", "7"]);
    assert_eq!((gone.status, gone.stdout.as_str()), (Some(1), ""));
    assert!(gone.stderr.contains("404") && gone.stderr.contains("demo%2Fgone"), "{}", gone.stderr);
}

#[test]
fn what_is_no_job_is_told_before_anything_is_sent() {
    let server = RecordingServer::start([]);
    for job in ["build", "0", "-1", "45:", ":build", "4x:build", ""] {
        let ended = logs(&server, &["1", "--", job]);
        assert_eq!(ended.status, Some(2), "{job:?}");
        assert!(ended.stderr.contains("the number of a job, or PIPELINE:NAME"), "{job:?}: {}", ended.stderr);
    }
    assert_eq!(
        logs(&server, &["1", "7", "--poll", "1s"]).status,
        Some(2),
        "without --follow there is no pause"
    );
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn ctrl_c_ends_following() {
    let server = FileServer::start([Serving::file(r#"{"id": 7, "status": "running"}"#)]);
    let running =
        Rhailab::new(RHAILAB).server(server.url(), "glpat-logs").args(["logs", "1", "7", "--follow"]).start();
    server.wait_for(2);
    running.interrupt();
    let ended = running.finish();
    assert_eq!((ended.status, ended.stderr.as_str()), (Some(130), "interrupted\n"));
}

#[test]
fn whoever_reads_no_more_ends_it() {
    let server = looks(&[("running", "one\n"), ("running", "one\ntwo\n")]);
    let mut running =
        Rhailab::new(RHAILAB).server(server.url(), "glpat-logs").arg("logs").args(FOLLOW).start();
    drop(running.take_stdout());
    assert_eq!(running.finish().status, Some(141));
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_ends_it_with_an_error() {
    let server = looks(&[("running", "one\n"), ("running", "one\ntwo\n")]);
    let ended = Rhailab::new(RHAILAB)
        .server(server.url(), "glpat-logs")
        .arg("logs")
        .args(FOLLOW)
        .stdout_into("/dev/full")
        .run();
    let words = "error: standard output cannot be written: No space left on device (os error 28)\n";
    assert_eq!((ended.status, ended.stderr.as_str()), (Some(1), words));
}

#[test]
fn a_job_of_the_sandbox_is_followed_to_its_end() {
    let sandbox = SandboxProcess::start(RHAILAB, 1000);
    let code = r#"let p = gl.projects.get("demo/app").pipelines.create(#{ref: "main"}); p.id"#;
    let created = Rhailab::new(RHAILAB).server(sandbox.url(), sandbox.token()).args(["eval", code]).run();
    let pipeline = created.stdout.trim().to_owned();
    let ended = Rhailab::new(RHAILAB)
        .server(sandbox.url(), sandbox.token())
        .args(["logs", "demo/app", &format!("{pipeline}:unit"), "--follow", "--poll", "5ms"])
        .run();
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);
    let whole = format!(
        r#"gl.projects.get("demo/app").pipelines.get({pipeline}).jobs.list().find(|job| job.name == "unit").id"#
    );
    let id = Rhailab::new(RHAILAB).server(sandbox.url(), sandbox.token()).args(["eval", &whole]).run();
    let again = Rhailab::new(RHAILAB)
        .server(sandbox.url(), sandbox.token())
        .args(["logs", "demo/app", id.stdout.trim()])
        .run();
    assert_eq!(ended.stdout, again.stdout, "followed or at once, it is the same log");
    assert!(ended.stdout.contains("▸ ") && ended.stdout.ends_with("Job succeeded\n"), "{}", ended.stdout);
    assert!(!ended.stdout.contains('\u{1b}') && !ended.stdout.contains("section_"), "{}", ended.stdout);
}
