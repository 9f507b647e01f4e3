//! Calls that are more than one request, or more than what was asked for: a log is followed to its end, a variable
//! remembers its scope, a trigger's token is looked up, an old name says so once.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

mod scripting;

use std::sync::Arc;

use rhailab_client::{
    Error, ErrorKind, Gitlab, GroupVariable, ListGroupVariables, ListProjectVariables, PlayProjectJob,
    ProjectVariable, UpdateProjectTrigger, UpdateProjectVariable,
};
use rhailab_tests::canned::{self, TRIGGER_TOKEN};
use rhailab_tests::{Answer, Folder, RecordingServer, Rhailab};
use serde_json::{Value, json};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const JOB: &str = "GET /api/v4/projects/1/jobs/7";
const TRACE: &str = "GET /api/v4/projects/1/jobs/7/trace";
const VARIABLES: &str = "GET /api/v4/projects/1/variables";
const VARIABLE: &str = "/api/v4/projects/1/variables/KEY";
const TRIGGERS: &str = "GET /api/v4/projects/1/triggers";

fn client(server: &RecordingServer) -> Gitlab {
    Gitlab::builder(server.url()).private_token("glpat-test").build().unwrap()
}

/// Runs a script that finds a `project`; answers its value as text, or what was wrong.
fn script(server: &RecordingServer, text: &str) -> (Result<String, String>, Arc<scripting::Printed>) {
    let text = format!("let project = gl.projects.get(1, #{{lazy: true}});\n{text}");
    let (value, printed) = scripting::run(client(server), &[], &text);
    (value.map(|value| value.to_string()), printed)
}

/// The lines of all requests, without the paging of lists.
fn lines(server: &RecordingServer) -> Vec<String> {
    server.lines().iter().map(|line| line.replace("?page=1&per_page=100", "")).collect()
}

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
    assert_eq!(printed.output(), ["$ make\n", "cc a.c", "\ndone\n"], "the last line is ended");
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
fn a_variable_of_one_environment_is_read_saved_and_deleted_in_its_scope() {
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

/// A project with a trigger of somebody else's, of whose token GitLab shows four letters.
fn masked() -> RecordingServer {
    let rows = [json!({"id": 3, "token": "0b5e"}), json!({"id": 4, "token": "ffff"})];
    RecordingServer::start([(TRIGGERS, canned::rows(&rows))])
}

#[tokio::test]
async fn a_token_that_gitlab_hides_is_explained() {
    let server = masked();
    let triggers = client(&server).projects().lazy(1).triggers();
    let words = |error: &Error| (error.kind(), error.message().to_owned(), error.hint().unwrap().to_owned());
    let unseen = "no ProjectTrigger that you may see has this token";
    let hidden = "GitLab shows a token to its owner alone, and its first letters to others; this may be number 4. Use the number.";
    let error = triggers.get(TRIGGER_TOKEN).await.unwrap_err();
    assert_eq!(words(&error), (ErrorKind::NotFound, unseen.to_owned(), hidden.to_owned()));
    assert!(!format!("{error} {error:?}").contains(TRIGGER_TOKEN), "the token itself is not shown");

    let error = triggers.delete("glptt-unknown").await.unwrap_err();
    let number = "Use its number: `list()` shows each ProjectTrigger with its number.";
    assert_eq!(words(&error), (ErrorKind::NotFound, unseen.to_owned(), number.to_owned()));
    assert_eq!(lines(&server), [TRIGGERS; 2], "nothing is read or deleted on a guess");
}

/// A text is never a trigger's number, and what GitLab shows of a token is none.
#[tokio::test]
async fn digits_and_the_shown_part_of_a_token_name_no_trigger_in_rust() {
    let rows = [
        json!({"id": 1234, "token": TRIGGER_TOKEN}),
        json!({"id": 3, "token": "6679"}),
        json!({"id": 4, "token": "6679"}),
    ];
    let server = RecordingServer::start([(TRIGGERS, canned::rows(&rows))]);
    let triggers = client(&server).projects().lazy(1).triggers();
    let unseen = "no ProjectTrigger that you may see has this token";
    assert_eq!(triggers.delete("1234").await.unwrap_err().message(), unseen);
    assert_eq!(triggers.lazy("1234").delete().await.unwrap_err().message(), unseen);
    assert_eq!(triggers.get("3").await.unwrap_err().message(), unseen);
    let masked = [
        triggers.delete("6679").await.unwrap_err(),
        triggers.get("6679").await.unwrap_err(),
        triggers.lazy("6679").delete().await.unwrap_err(),
        triggers.lazy("6679").update(UpdateProjectTrigger::new().description("x")).await.unwrap_err(),
    ];
    for error in masked {
        assert_eq!(
            (error.kind(), error.message(), error.hint()),
            (
                ErrorKind::NotFound,
                "this is only the beginning of a token, which GitLab shows instead of somebody else's",
                Some("It may be the ProjectTrigger with the number 3 or 4. Use the number.")
            )
        );
        assert!(!format!("{error} {error:?}").contains("6679"), "{error:?}");
    }
    assert_eq!(lines(&server), [TRIGGERS; 7], "nothing is read, changed or deleted on a guess");
}

#[tokio::test]
async fn a_number_is_a_triggers_number_and_a_token_of_digits_is_found() {
    const DIGITS: &str = "1234567890";
    let server = RecordingServer::start([
        (TRIGGERS, canned::rows(&[json!({"id": 5, "token": DIGITS})])),
        ("DELETE /api/v4/projects/1/triggers/5", Answer::bytes(204, "")),
        ("DELETE /api/v4/projects/1/triggers/1234", Answer::bytes(204, "")),
    ]);
    let triggers = client(&server).projects().lazy(1).triggers();
    triggers.delete(1234).await.unwrap();
    triggers.delete(DIGITS).await.unwrap();
    let number = "DELETE /api/v4/projects/1/triggers/1234";
    assert_eq!(lines(&server), [number, TRIGGERS, "DELETE /api/v4/projects/1/triggers/5"]);
}

#[test]
fn a_number_is_a_triggers_number_in_scripts() {
    let number = "DELETE /api/v4/projects/1/triggers/1234";
    let server = RecordingServer::start([(number, Answer::bytes(204, ""))]);
    script(&server, "project.triggers.delete(1234); project.triggers.get(1234, #{lazy: true}).delete();")
        .0
        .unwrap();
    assert_eq!(lines(&server), [number; 2]);
}

/// What has no secret to be named by takes its number as text, too.
#[test]
fn a_number_in_quotes_names_what_has_no_secret() {
    let server = RecordingServer::start([
        ("GET /api/v4/projects/1", canned::project()),
        ("GET /api/v4/projects/1/pipelines/45", Answer::json(200, &canned::pipeline("success"))),
    ]);
    let (value, _) = script(&server, r#"gl.projects.get("1").pipelines.get("45").status"#);
    assert_eq!(value.as_deref(), Ok("success"));
    assert_eq!(lines(&server), ["GET /api/v4/projects/1", "GET /api/v4/projects/1/pipelines/45"]);
}

#[test]
fn a_script_can_catch_a_token_that_gitlab_hides() {
    let server = masked();
    let text =
        format!(r#"try {{ project.triggers.delete("{TRIGGER_TOKEN}"); }} catch (e) {{ return e.kind; }}"#);
    assert_eq!(script(&server, &text).0.as_deref(), Ok("not_found"));
    // A text is a token even if it is all digits, and what GitLab shows of one is none.
    for text in ["1234", "4", "ffff", "0b5e"] {
        let text = format!("try {{ project.triggers.delete(\"{text}\"); }} catch (e) {{ return e.kind; }}");
        assert_eq!(script(&server, &text).0.as_deref(), Ok("not_found"), "{text}");
    }
    assert_eq!(lines(&server), [TRIGGERS; 5], "nothing is deleted on a guess");
}

#[test]
fn a_token_that_stands_for_a_number_is_not_printed() {
    let server = masked();
    let trigger = client(&server).projects().lazy(1).triggers().lazy(TRIGGER_TOKEN);
    assert!(!format!("{trigger:?}").contains(TRIGGER_TOKEN), "{trigger:?}");
    let text = format!(
        r#"
            let trigger = project.triggers.get("{TRIGGER_TOKEN}", #{{lazy: true}});
            print(trigger);
            debug(trigger);
            trigger.description"#
    );
    let (problem, printed) = script(&server, &text);
    assert_eq!(printed.output(), ["ProjectTrigger ••••\n"]);
    let problem = problem.unwrap_err();
    assert!(problem.starts_with("ProjectTrigger •••• has no `description` here"), "{problem}");
    assert!(!printed.notes().concat().contains(TRIGGER_TOKEN), "{:?}", printed.notes());
    let (_, printed) = script(&server, "print(project.triggers.get(4, #{lazy: true}))");
    assert_eq!(printed.output(), ["ProjectTrigger 4\n"]);
    for form in ["table", "json", "yaml"] {
        let shown = "gl.projects.get(1, #{lazy: true}).triggers.get(env(\"TOKEN\"), #{lazy: true})";
        let outcome = Rhailab::new(RHAILAB)
            .server(server.url(), "glpat-1")
            .env("TOKEN", TRIGGER_TOKEN)
            .args(["--output", form, "eval", shown])
            .run();
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert!(
            outcome.stdout.contains("••••") && !format!("{outcome:?}").contains(TRIGGER_TOKEN),
            "{outcome:?}"
        );
    }
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
