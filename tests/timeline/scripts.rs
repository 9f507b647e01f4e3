//! `pipeline.timeline()` in scripts: against a sandbox, and what a server gets of it.

use std::fs;

use rhailab::output::{Format, Style, text};
use rhailab_client::Gitlab;
use rhailab_tests::{Answer, Folder, Outcome, RecordingServer, Rhailab, SandboxProcess, canned, repository};
use serde_json::{Value, json};

use super::runs::ran;
use crate::scripting::run;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

fn eval(sandbox: &SandboxProcess, folder: &Folder, code: &str) -> Outcome {
    let call = Rhailab::new(RHAILAB).server(sandbox.url(), sandbox.token()).within(folder.path());
    let outcome = call.args(["eval", code]).run();
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    outcome
}

#[test]
fn a_pipeline_of_the_sandbox_is_drawn() {
    // At real speed nothing in it moves by itself: its pipelines are of the past.
    let (sandbox, folder) = (SandboxProcess::start(RHAILAB, 1), Folder::new());
    let drawn = eval(&sandbox, &folder, "gl.projects.get(1).pipelines.get(1003).timeline()").stdout;
    // The manual shows this very chart; only the day is another.
    let manual = fs::read_to_string(repository().join("docs/timeline.md")).unwrap();
    let shown = manual.split_once("```text\n").and_then(|(_, rest)| rest.split_once("```")).unwrap().0;
    let same = |text: &str| {
        text.lines().filter(|line| !line.starts_with("Began ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(same(&drawn), same(shown), "{drawn}");
    assert!(drawn.lines().nth(1).unwrap().ends_with(" UTC, covers 8m 21s."), "{drawn}");
    // `print` and text show the same.
    let printed =
        eval(&sandbox, &folder, "print(`${gl.projects.get(1).pipelines.get(1003).timeline()}`)").stdout;
    assert_eq!(printed, drawn);
}

#[test]
fn a_retried_job_is_shown_with_what_replaced_it() {
    let (sandbox, folder) = (SandboxProcess::start(RHAILAB, 1_000_000), Folder::new());
    let code = "let pipeline = gl.projects.get(1).pipelines.get(1007);
        pipeline.retry().wait(#{poll: \"10ms\"});
        parse_json(pipeline.timeline().to_json()).jobs.filter(|job| job.stage == \"test\").map(|job| job.status).to_json()";
    let mut statuses: Vec<String> = serde_json::from_str(&eval(&sandbox, &folder, code).stdout).unwrap();
    statuses.sort();
    assert_eq!(statuses, ["failed, retried", "success", "success"]);
}

#[test]
fn pictures_are_written_whole_and_answered_like_downloads() {
    let (sandbox, folder) = (SandboxProcess::start(RHAILAB, 1), Folder::new());
    for (name, begin) in [("run.svg", "<?xml"), ("RUN.HTML", "<!DOCTYPE html>")] {
        folder.write(name, "what was there before");
        let code = format!("gl.projects.get(1).pipelines.get(1003).timeline(#{{to: {name:?}}}).to_json()");
        let answer: Value = serde_json::from_str(&eval(&sandbox, &folder, &code).stdout).unwrap();
        let written = fs::read_to_string(folder.path().join(name)).unwrap();
        let hash = answer["sha256"].as_str().unwrap();
        assert_eq!(answer, json!({"path": name, "size": written.len(), "sha256": hash}));
        assert_eq!(hash.len(), 64, "{hash}");
        assert!(
            written.starts_with(begin) && written.contains("Pipeline 1003 of v1.0: success"),
            "{written}"
        );
    }
    let files: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files.len(), 2, "nothing is left behind: {files:?}");
}

/// A server with a pipeline of two jobs on two pages and a bridge.
fn server() -> RecordingServer {
    let first = json!([ran(2, "success", "test", "unit", [30, 31, 60])]);
    let first = Answer::json(200, &first).with_header("x-next-page", "2").with_header("x-total-pages", "2");
    let mut bridge = ran(3, "success", "deploy", "downstream", [60, 60, 90]);
    bridge["downstream_pipeline"] = json!({"id": 9, "status": "failed"});
    RecordingServer::start([
        ("GET /api/v4/projects/1/pipelines/104", Answer::json(200, &canned::pipeline("success"))),
        ("GET /api/v4/projects/1/pipelines/104/jobs", first),
        (
            "GET /api/v4/projects/1/pipelines/104/jobs",
            Answer::json(200, &json!([ran(1, "success", "build", "compile", [0, 1, 30])]))
                .with_header("x-page", "2")
                .with_header("x-next-page", ""),
        ),
        ("GET /api/v4/projects/1/pipelines/104/bridges", canned::rows(&[bridge])),
    ])
}

const PIPELINE: &str = "gl.projects.get(1, #{lazy: true}).pipelines.get(104, #{lazy: true})";

#[test]
fn all_jobs_are_fetched_retried_ones_too_and_nothing_is_written() {
    let server = server();
    let client = Gitlab::builder(server.url()).build().unwrap();
    let (value, printed) = run(client, &[], &format!("{PIPELINE}.timeline()"));
    let style = Style::terminal(100, false, jiff::Timestamp::UNIX_EPOCH);
    let drawn = text(&value.unwrap(), Format::Auto, style).unwrap().unwrap();
    for name in ["compile", "unit", "downstream", "    → pipeline 9: failed"] {
        assert!(drawn.contains(name), "{drawn}");
    }
    assert_eq!(drawn.lines().map(|line| line.chars().count()).max(), Some(100), "{drawn}");
    assert_eq!(
        server.lines(),
        [
            "GET /api/v4/projects/1/pipelines/104",
            "GET /api/v4/projects/1/pipelines/104/jobs?include_retried=true&page=1&per_page=100",
            "GET /api/v4/projects/1/pipelines/104/jobs?include_retried=true&page=2&per_page=100",
            "GET /api/v4/projects/1/pipelines/104/bridges?page=1&per_page=100",
        ]
    );
    assert_eq!(printed.notes(), Vec::<String>::new());
}

#[test]
fn a_chart_is_data_for_programs() {
    let server = server();
    let client = Gitlab::builder(server.url()).build().unwrap();
    let (value, _) = run(client, &[], &format!("{PIPELINE}.timeline()"));
    let json = text(&value.unwrap(), Format::Json, Style::plain()).unwrap().unwrap();
    let data: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(data["critical_path"], json!([1, 2, 3]));
    assert_eq!((&data["jobs"][1]["name"], &data["jobs"][1]["queued_at"]), (&json!("unit"), &json!(30.0)));
}

#[test]
fn a_wrong_call_is_refused_before_anything_is_sent_or_written() {
    let (server, folder) = (RecordingServer::start([]), Folder::new());
    let kept = folder.write("run.png", "kept");
    let ending = "is an .svg or an .html file | Let the name end in .svg or in .html";
    let png = format!("{PIPELINE}.timeline(#{{to: {:?}}})", kept.display().to_string());
    let cases = [
        (png, ending),
        (format!("{PIPELINE}.timeline(#{{to: \"svg\"}})"), ending),
        (format!("{PIPELINE}.timeline(#{{to: 7}})"), "`to` must be the name of a file, not i64"),
        (
            format!("{PIPELINE}.timeline(#{{too: \"a.svg\"}})"),
            "timeline() has no option `too` | Did you mean `to`?",
        ),
        (
            "gl.projects.get(1, #{lazy: true}).timeline()".to_owned(),
            "a Project has no timeline: it has no jobs",
        ),
    ];
    for (code, expected) in cases {
        let client = Gitlab::builder(server.url()).build().unwrap();
        let error = run(client, &[], &code).0.unwrap_err();
        assert!(error.contains(expected), "{code}: {error}");
    }
    assert_eq!(server.lines(), Vec::<String>::new());
    assert_eq!(fs::read_to_string(kept).unwrap(), "kept");
}

#[test]
fn a_file_that_cannot_be_written_and_an_answer_that_cannot_be_read_are_told() {
    let (server, folder) = (server(), Folder::new());
    let nowhere = folder.path().join("no/such/run.svg").display().to_string();
    let client = || Gitlab::builder(server.url()).build().unwrap();
    let error = run(client(), &[], &format!("{PIPELINE}.timeline(#{{to: {nowhere:?}}})")).0.unwrap_err();
    assert!(error.contains("run.svg cannot be written: No such file"), "{error}");
    let mut job = ran(1, "success", "build", "compile", [0, 1, 30]);
    job["started_at"] = "yesterday".into();
    let server = RecordingServer::start([
        ("GET /api/v4/projects/1/pipelines/104", Answer::json(200, &canned::pipeline("success"))),
        ("GET /api/v4/projects/1/pipelines/104/jobs", canned::rows(&[job])),
    ]);
    let client = Gitlab::builder(server.url()).build().unwrap();
    let error = run(client, &[], &format!("{PIPELINE}.timeline()")).0.unwrap_err();
    assert!(error.contains("ProjectPipelineJob 1 cannot be drawn: "), "{error}");
}
