//! Calls that are more than one request, or more than what was asked for: a log is followed to its end, a variable
//! remembers its scope, an old name says so once.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

mod scripted;
mod scripting;

use scripted::{client, lines, script};

use rhailab_client::{
    GroupVariable, ListGroupVariables, ListProjectVariables, PlayProjectJob, ProjectVariable,
    UpdateProjectVariable,
};
use rhailab_tests::canned;
use rhailab_tests::{Answer, Folder, RecordingServer, Rhailab};
use serde_json::{Value, json};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const JOB: &str = "GET /api/v4/projects/1/jobs/7";
const TRACE: &str = "GET /api/v4/projects/1/jobs/7/trace";
const VARIABLES: &str = "GET /api/v4/projects/1/variables";
const VARIABLE: &str = "/api/v4/projects/1/variables/KEY";

fn job(status: &str) -> Answer {
    Answer::json(200, &json!({"id": 7, "name": "build", "status": status}))
}

/// A job that is looked at once per status and log.
fn growing(looks: &[(&str, &'static [u8])]) -> RecordingServer {
    let server = RecordingServer::start([]);
    for (status, log) in looks {
        server.add(JOB, job(status));
        server.add(TRACE, Answer::bytes(200, *log));
    }
    server
}

const FOLLOW: &str = r#"project.jobs.get(7, #{lazy: true}).follow(#{poll: "1ms"}).status"#;

#[test]
fn only_what_is_new_of_a_log_is_printed_until_the_job_ends() {
    let server = growing(&[
        ("pending", b""),
        ("running", b"$ make\n"),
        ("running", b"$ make\n"),
        ("running", b"$ make\ncc a.c"),
        ("success", b"$ make\ncc a.c\ndone"),
        ("success", b"never asked for"),
    ]);
    let (status, printed) = script(&server, FOLLOW);
    assert_eq!(status.as_deref(), Ok("success"));
    assert_eq!(
        printed.output(),
        ["$ make\n", "cc a.c\n", "done\n"],
        "lines come whole, and the last one is ended"
    );
    assert_eq!(printed.notes(), [""; 0]);
    assert_eq!(lines(&server), [JOB, TRACE].repeat(5));
}

#[test]
fn every_end_of_a_job_ends_following() {
    for status in ["success", "failed", "canceled", "skipped", "manual"] {
        let server = growing(&[("canceling", b"a\n"), (status, b"a\nb\n")]);
        let (last, printed) = script(&server, FOLLOW);
        assert_eq!(last.as_deref(), Ok(status));
        assert_eq!(printed.output(), ["a\n", "b\n"], "{status}");
    }
}

#[test]
fn a_log_that_is_seen_in_the_middle_of_a_letter_comes_out_whole() {
    let server = growing(&[
        ("running", b"gr\xc3"),
        ("running", b"gr\xc3\xbc\xc3\x9f"),
        ("running", b"gr\xc3\xbc\xc3\x9fe \xf0\x9f"),
        ("success", b"gr\xc3\xbc\xc3\x9fe \xf0\x9f\x98\x80\xff\n"),
    ]);
    let (_, printed) = script(&server, FOLLOW);
    assert_eq!(
        printed.output().concat(),
        "grüße 😀\u{fffd}\n",
        "what is no letter is replaced, nothing else"
    );
}

#[test]
fn a_log_that_began_anew_is_printed_from_its_beginning() {
    let server = growing(&[("running", b"first try\n"), ("running", b"2nd\n"), ("success", b"2nd\nfine\n")]);
    let (_, printed) = script(&server, FOLLOW);
    assert_eq!(printed.output(), ["first try\n", "2nd\n", "fine\n"]);
}

#[test]
fn a_job_of_a_pipeline_is_followed_like_any_job() {
    let server = growing(&[("running", b"a\n"), ("success", b"a\nb\n")]);
    let rows = [json!({"id": 7, "name": "build", "status": "running"})];
    server.add("GET /api/v4/projects/1/pipelines/45/jobs", canned::rows(&rows));
    let text = r#"
        let job = project.pipelines.get(45, #{lazy: true}).jobs.list()[0];
        job.follow(#{poll: "1ms"});
        `${job.kind} ${job.status}`"#;
    let (value, printed) = script(&server, text);
    assert_eq!(value.as_deref(), Ok("ProjectPipelineJob success"), "the job itself knows how it ended");
    assert_eq!(printed.output(), ["a\n", "b\n"]);
}

#[test]
fn what_has_no_log_and_what_is_no_option_is_told_before_any_request() {
    let server = RecordingServer::start([]);
    let cases = [
        ("project.pipelines.get(45, #{lazy: true}).follow()", "a ProjectPipeline cannot be followed"),
        ("project.jobs.get(7, #{lazy: true}).follow(#{pol: 1})", "follow() has no option `pol`"),
        ("project.jobs.get(7, #{lazy: true}).follow(#{poll: \"soon\"})", "`poll` cannot be \"soon\""),
    ];
    for (text, expected) in cases {
        let problem = script(&server, text).0.unwrap_err();
        assert!(problem.contains(expected), "{text}: {problem}");
    }
    assert_eq!(server.lines(), [""; 0]);
}

fn variable(value: &str, scope: &str) -> Value {
    json!({"key": "KEY", "value": value, "variable_type": "env_var", "environment_scope": scope})
}

fn with_filter(method: &str, scope: &str) -> String {
    format!("{method} {VARIABLE}?filter%5Benvironment_scope%5D={scope}")
}

/// A project in which the variable stands for one environment and for all of them.
fn scoped() -> RecordingServer {
    let server = RecordingServer::start([(
        VARIABLES,
        canned::rows(&[variable("live", "production"), variable("other", "*")]),
    )]);
    server.add(&format!("PUT {VARIABLE}"), Answer::json(200, &variable("new", "production")));
    server.add(&format!("GET {VARIABLE}"), Answer::json(200, &variable("new", "production")));
    server.add(&format!("DELETE {VARIABLE}"), Answer::bytes(204, ""));
    server
}

#[test]
fn footgun_06_a_variable_of_one_environment_is_read_saved_and_deleted_in_its_scope() {
    let expected = [
        VARIABLES.to_owned(),
        with_filter("PUT", "production"),
        with_filter("GET", "production"),
        with_filter("DELETE", "production"),
    ];
    let server = scoped();
    let text = r#"
        let v = project.variables.list().find(|v| v.environment_scope == "production");
        v.value = "new";
        v.save();
        v.refresh();
        v.delete();"#;
    script(&server, text).0.unwrap();
    assert_eq!(lines(&server), expected);
    assert_eq!(server.requests()[1].json(), json!({"value": "new"}));
}

#[tokio::test]
async fn a_variable_of_one_environment_remembers_its_scope_in_rust() {
    let server = scoped();
    let variables = client(&server).projects().lazy(1).variables();
    let known: Vec<ProjectVariable> = variables.list(ListProjectVariables::new()).all().await.unwrap();
    let variable = known[0].update(UpdateProjectVariable::new().value("new")).await.unwrap();
    variable.refresh().await.unwrap().delete().await.unwrap();
    assert_eq!(
        lines(&server),
        [
            VARIABLES.to_owned(),
            with_filter("PUT", "production"),
            with_filter("GET", "production"),
            with_filter("DELETE", "production"),
        ]
    );
}

#[test]
fn a_new_scope_is_sent_with_the_old_one_as_filter_and_then_remembered() {
    let server = RecordingServer::start([(VARIABLES, canned::rows(&[variable("live", "production")]))]);
    server.add(&format!("PUT {VARIABLE}"), Answer::json(200, &variable("live", "staging/*")));
    let text = r#"
        let v = project.variables.list()[0];
        v.environment_scope = "staging/*";
        v.save();
        v.value = "new";
        v.save();"#;
    script(&server, text).0.unwrap();
    assert_eq!(lines(&server)[1..], [with_filter("PUT", "production"), with_filter("PUT", "staging%2F%2A")]);
    assert_eq!(server.requests()[1].json(), json!({"environment_scope": "staging/*"}));
    assert_eq!(server.requests()[2].json(), json!({"value": "new"}));
}

#[test]
fn the_usual_scope_is_sent_only_when_gitlab_cannot_tell_which_one_is_meant() {
    let put = format!("PUT {VARIABLE}");
    let list = || (VARIABLES, canned::rows(&[variable("other", "*")]));
    let text = r#"let v = project.variables.list()[0]; v.value = "new"; v.save();"#;

    let alone = RecordingServer::start([list(), (put.as_str(), Answer::json(200, &variable("new", "*")))]);
    script(&alone, text).0.unwrap();
    assert_eq!(lines(&alone)[1..], [put.as_str()]);

    let several =
        Answer::json(409, &json!({"message": "There are multiple variables with provided parameters."}));
    let shared = RecordingServer::start([
        list(),
        (put.as_str(), several.clone()),
        (put.as_str(), Answer::json(200, &variable("new", "*"))),
    ]);
    script(&shared, text).0.unwrap();
    assert_eq!(lines(&shared)[1..], [put.clone(), with_filter("PUT", "%2A")]);
    assert_eq!(shared.requests()[2].json(), json!({"value": "new"}), "the change is sent again");

    let stubborn = RecordingServer::start([list(), (put.as_str(), several)]);
    let problem = script(&stubborn, text).0.unwrap_err();
    assert!(problem.starts_with("There are multiple variables with provided parameters."), "{problem}");
    assert_eq!(lines(&stubborn).len(), 3, "it is tried once more and not again: {:?}", stubborn.lines());
}

#[test]
fn a_key_alone_stands_for_no_scope() {
    let get = format!("GET {VARIABLE}");
    let several =
        Answer::json(409, &json!({"message": "There are multiple variables with provided parameters."}));
    let server = RecordingServer::start([(get.as_str(), several)]);
    let problem = script(&server, r#"project.variables.get("KEY")"#).0.unwrap_err();
    assert!(problem.contains("filter"), "what to do is said: {problem}");
    assert_eq!(lines(&server), [get], "nobody knows the scope, so nothing is tried again");
    let chosen = r#"project.variables.get("KEY", #{filter: #{environment_scope: "*"}})"#;
    let _ = script(&server, chosen);
    assert_eq!(lines(&server)[1], with_filter("GET", "%2A"), "what the caller says is sent");
}

#[tokio::test]
async fn variables_of_groups_remember_their_scope_too() {
    let server = RecordingServer::start([
        ("GET /api/v4/groups/10/variables", canned::rows(&[variable("live", "production")])),
        ("DELETE /api/v4/groups/10/variables/KEY", Answer::bytes(204, "")),
    ]);
    let variables = client(&server).groups().lazy(10).variables();
    let known: Vec<GroupVariable> = variables.list(ListGroupVariables::new()).all().await.unwrap();
    known[0].delete().await.unwrap();
    assert_eq!(
        lines(&server)[1],
        "DELETE /api/v4/groups/10/variables/KEY?filter%5Benvironment_scope%5D=production"
    );
}

const PLAY: &str = "POST /api/v4/projects/1/jobs/7/play";

/// Whether one request went out, with two variables as GitLab takes them.
fn plays_with_pairs(server: &RecordingServer) {
    let requests = server.requests();
    let mut body = requests[0].json();
    body["job_variables_attributes"].as_array_mut().unwrap().sort_by_key(ToString::to_string);
    let pairs = json!([{"key": "DEBUG", "value": "1"}, {"key": "ZONE", "value": "eu"}]);
    assert_eq!(body, json!({"job_variables_attributes": pairs}));
    assert_eq!(server.lines(), [PLAY]);
}

#[test]
fn variables_of_a_manual_job_are_sent_as_pairs() {
    let server = RecordingServer::start([(PLAY, job("pending"))]);
    let text = r#"project.jobs.get(7, #{lazy: true}).play(#{variables: #{ZONE: "eu", DEBUG: "1"}}).status"#;
    assert_eq!(script(&server, text).0.as_deref(), Ok("pending"));
    plays_with_pairs(&server);
    let wrong = "project.jobs.get(7, #{lazy: true}).play(#{variables: #{ZONE: 5}})";
    let problem = script(&server, wrong).0.unwrap_err();
    assert!(problem.contains("must be text"), "{problem}");
    plays_with_pairs(&server);
}

#[tokio::test]
async fn variables_of_a_manual_job_are_sent_as_pairs_from_rust() {
    let server = RecordingServer::start([(PLAY, job("pending"))]);
    let variables = PlayProjectJob::new().variables([("ZONE", "eu"), ("DEBUG", "1")]);
    client(&server).projects().lazy(1).jobs().lazy(7).play_with(variables).await.unwrap();
    plays_with_pairs(&server);
}

#[test]
fn the_old_name_of_trigger_pipeline_says_so_once() {
    const NOTE: &str = "note: Project.trigger_build is deprecated: Use `trigger_pipeline`.";
    let server = RecordingServer::start([(
        "POST /api/v4/projects/1/trigger/pipeline",
        Answer::json(201, &canned::pipeline("created")),
    )]);
    let folder = Folder::new();
    let path = folder.write(
        "old.rhai",
        r#"
            let project = gl.projects.get(1, #{lazy: true});
            for n in 0..3 { print(project.trigger_build("master", "glptt-1", #{n: `${n}`}).status); }"#,
    );
    let outcome = Rhailab::new(RHAILAB).server(server.url(), "glpat-1").arg(path).run();
    assert_eq!(
        (outcome.status, outcome.stdout.as_str()),
        (Some(0), "created\ncreated\ncreated\n"),
        "{outcome:?}"
    );
    assert_eq!(outcome.stderr.matches(NOTE).count(), 1, "{}", outcome.stderr);
    assert_eq!(server.requests().len(), 3);
    let text = r#"project.trigger_pipeline("master", "glptt-1")"#;
    assert_eq!(script(&server, text).1.notes(), [""; 0], "the new name has nothing to say");
}
