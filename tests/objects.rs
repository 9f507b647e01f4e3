//! Objects and lists of the Rust client over a real socket: what is sent when, what stays known, what errors say.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

use std::time::Duration;

use rhailab_client::endpoint::On;
use rhailab_client::{
    Arguments, Error, ErrorKind, Gitlab, ListProjectPipelines, ListProjectTriggers, Project, ProjectPipeline,
    ProjectTrigger, UpdateProjectTrigger, Wait, Waiting, wait_all,
};
use rhailab_tests::{Answer, RecordingServer, canned};
use serde_json::{Value, json};

fn client(server: &RecordingServer) -> Gitlab {
    let pauses = Duration::from_millis(1);
    Gitlab::builder(server.url()).private_token("glpat-test").backoff(pauses, pauses).build().unwrap()
}

fn trigger(description: &str) -> Value {
    json!({"id": 7, "description": description, "token": "glptt-secret", "owner": {"id": 1, "username": "mira"}})
}

fn pipeline(status: &str) -> Answer {
    Answer::json(200, &json!({"id": 45, "status": status, "ref": "main"}))
}

#[tokio::test]
async fn footgun_20_only_what_was_assigned_is_saved() {
    let server = RecordingServer::start([
        ("GET /api/v4/projects/1/triggers/7", Answer::json(200, &trigger("old"))),
        ("PUT /api/v4/projects/1/triggers/7", Answer::json(200, &trigger("new"))),
    ]);
    let project = client(&server).projects().lazy(1);
    let typed = project.triggers().get(7).await.unwrap();
    let mut object = typed.object().clone();
    object.save().await.unwrap();
    assert_eq!(server.requests().len(), 1, "reading made nothing to save");

    object.assign("description", "new".into()).unwrap();
    assert_eq!(object.attribute("description").unwrap(), "new");
    object.save().await.unwrap();
    let request = server.requests().pop().unwrap();
    assert_eq!(
        (request.line().as_str(), request.json()),
        ("PUT /api/v4/projects/1/triggers/7", json!({"description": "new"}))
    );
    assert_eq!(object.changes().count(), 0);
    object.save().await.unwrap();
    assert_eq!(server.requests().len(), 2, "what was saved is not saved again");

    let updated: ProjectTrigger = typed.update(UpdateProjectTrigger::new().description("new")).await.unwrap();
    assert_eq!(updated.description.as_deref(), Some("new"));
    assert_eq!(typed.description.as_deref(), Some("old"), "a typed object is a snapshot");
    assert_eq!(typed.token.as_ref().unwrap().expose(), "glptt-secret");
    assert!(!format!("{typed:?}").contains("glptt-secret"));
}

const SCHEDULE: &str = "/api/v4/projects/1/pipeline_schedules/5";

fn schedule(description: &str) -> Answer {
    Answer::json(
        200,
        &json!({"id": 5, "description": description, "ref": "main", "cron": "0 1 * * *", "active": true}),
    )
}

/// GitLab lets only the owner of a schedule change it, so whoever is told so takes it over and saves.
fn ownable() -> RecordingServer {
    let server = RecordingServer::start([]);
    for (verb, path) in [("GET", ""), ("PUT", ""), ("POST", "/take_ownership")] {
        server.add(&format!("{verb} {SCHEDULE}{path}"), schedule("old"));
    }
    server
}

#[tokio::test]
async fn an_action_keeps_what_was_assigned_and_not_saved() {
    let server = ownable();
    let schedules = client(&server).projects().lazy(1).pipelineschedules();
    let mut object = schedules.get(5).await.unwrap().object().clone();
    let take_ownership = object.resource().operation(On::Object, "take_ownership").unwrap();
    object.assign("description", "new".into()).unwrap();
    object.call(take_ownership, Arguments::new()).await.unwrap();
    object.save().await.unwrap();
    let request = server.requests().pop().unwrap();
    let saved = (request.line(), request.json());
    assert_eq!(saved, (format!("PUT {SCHEDULE}"), json!({"description": "new"})));
    assert_eq!(object.changes().count(), 0);
    object.assign("description", "newer".into()).unwrap();
    object.refresh().await.unwrap();
    assert_eq!(object.attribute("description").unwrap(), "old", "reading it again drops what was assigned");
}

#[test]
fn an_action_in_a_script_keeps_what_was_assigned_and_not_saved() {
    let server = ownable();
    let code = "let s = gl.projects.get(1, #{lazy: true}).pipelineschedules.get(5); s.description = \"new\"; \
                s.take_ownership(); s.save();";
    let outcome = rhailab_tests::Rhailab::new(env!("CARGO_BIN_EXE_rhailab"))
        .server(server.url(), "glpat-1")
        .args(["eval", code])
        .run();
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let request = server.requests().pop().unwrap();
    let saved = (request.line(), request.json());
    assert_eq!(saved, (format!("PUT {SCHEDULE}"), json!({"description": "new"})));
}

#[tokio::test]
async fn footgun_18_what_cannot_be_assigned_is_refused_before_any_request() {
    let server = RecordingServer::start([]);
    let project = client(&server).projects().lazy(1);
    let mut object = project.triggers().lazy(7).object().clone();
    let refused = |error: Error| {
        (error.kind(), error.message().to_owned(), error.hint().unwrap_or_default().to_owned())
    };
    let cases = [
        (
            "descripton",
            json!("x"),
            "a ProjectTrigger has no field `descripton`",
            "Did you mean `description`?",
        ),
        ("id", json!(8), "`id` of a ProjectTrigger cannot be changed", "What can be changed is description."),
        ("description", json!(5), "`description` must be text, not the number 5", ""),
    ];
    for (name, value, message, hint) in cases {
        let error = object.assign(name, value).unwrap_err();
        assert_eq!(refused(error), (ErrorKind::Usage, message.to_owned(), hint.to_owned()));
    }
    let mut job = project.jobs().lazy(7).object().clone();
    let error = job.assign("name", json!("x")).unwrap_err();
    assert_eq!(
        error.message(),
        "`name` of a ProjectJob cannot be assigned: GitLab's API does not change objects of this kind"
    );
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_project_by_path_goes_on_by_its_number() {
    let server = RecordingServer::start([
        (
            "GET /api/v4/projects/demo%2Fapp",
            Answer::json(200, &json!({"id": 1, "path_with_namespace": "demo/app"})),
        ),
        ("GET /api/v4/projects/1/triggers", Answer::json(200, &json!([trigger("a")]))),
        ("GET /api/v4/projects/demo%2Fapp/triggers", Answer::json(200, &json!([]))),
    ]);
    let project: Project = client(&server).projects().get("demo/app").await.unwrap();
    assert_eq!(project.triggers().list(ListProjectTriggers::new()).all().await.unwrap().len(), 1);
    let lazy = client(&server).projects().lazy("demo/app");
    assert_eq!(lazy.triggers().list(ListProjectTriggers::new()).all().await.unwrap().len(), 0);
    let known = lazy.refresh().await.unwrap();
    assert_eq!(known.object(), project.object(), "kind, owners and identity make two objects the same");
}

#[tokio::test]
async fn a_missing_field_says_why() {
    let server = RecordingServer::start([
        ("GET /api/v4/projects/1/pipelines", Answer::json(200, &json!([{"id": 45, "status": "success"}]))),
        ("GET /api/v4/projects/1/pipelines/45", pipeline("success")),
    ]);
    let project = client(&server).projects().lazy(1);
    let row: ProjectPipeline =
        project.pipelines().list(ListProjectPipelines::new()).first().await.unwrap().unwrap();
    let why = |error: &Error| format!("{} | {}", error.message(), error.hint().unwrap_or_default());
    assert_eq!(
        why(&row.object().attribute("finished_at").unwrap_err()),
        "ProjectPipeline 45 has no `finished_at` here: GitLab leaves it out of lists | \
         Call `refresh()`, or `get(45)` instead of using the row."
    );
    let whole = row.refresh().await.unwrap();
    assert!(why(&whole.object().attribute("coverage").unwrap_err()).contains("GitLab did not send it"));
    assert!(why(&whole.object().attribute("stauts").unwrap_err()).ends_with("Did you mean `status`?"));
    let lazy = project.pipelines().lazy(45);
    assert!(why(&lazy.object().attribute("status").unwrap_err()).ends_with("Call `refresh()` first."));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_names_the_operation_and_the_place() {
    let server = RecordingServer::start([
        (
            "GET /api/v4/projects/1/pipelines/45",
            Answer::json(200, &json!({"id": 45, "created_at": "yesterday"})),
        ),
        ("GET /api/v4/projects/1/pipelines/46", Answer::html(200, "<html>Sign in</html>")),
        ("GET /api/v4/projects/1/pipelines/47", Answer::html(502, "<html>Bad Gateway</html>")),
        ("GET /api/v4/projects/1/pipelines/48", Answer::json(200, &json!({"status": "success"}))),
    ]);
    let pipelines = client(&server).projects().lazy(1).pipelines();
    let kind_and_words = |error: Error| (error.kind(), error.status(), error.to_string());
    let (kind, _, words) = kind_and_words(pipelines.get(45).await.unwrap_err());
    assert_eq!(kind, ErrorKind::Decode);
    assert!(words.contains("created_at"), "{words}");
    let (kind, _, words) = kind_and_words(pipelines.get(46).await.unwrap_err());
    assert_eq!(kind, ErrorKind::Decode);
    assert!(words.starts_with("the answer is an HTML page, not GitLab's (GET http://127.0.0.1:"), "{words}");
    let (kind, status, words) = kind_and_words(pipelines.get(47).await.unwrap_err());
    assert_eq!((kind, status), (ErrorKind::Server, Some(502)));
    assert!(words.starts_with("GitLab answered 502: Bad Gateway"), "{words}");
    // Who it is was known from the call, but the spec says that every answer has the field.
    let (kind, _, words) = kind_and_words(pipelines.get(48).await.unwrap_err());
    assert_eq!(kind, ErrorKind::Decode);
    assert!(words.contains("missing field `id`"), "{words}");
}

/// A role helps nobody whose token has too narrow a scope, though the spec explains the same status by the role.
#[tokio::test]
async fn a_token_with_too_narrow_a_scope_is_told_the_scope_that_gitlab_names() {
    const RETRY: &str = "POST /api/v4/projects/1/pipelines/45/retry";
    let narrow = json!({
        "error": "insufficient_scope",
        "error_description": "The request requires higher privileges than provided by the access token.",
        "scope": "api admin_mode",
    });
    let server = RecordingServer::start([
        (RETRY, Answer::json(403, &narrow)),
        (RETRY, Answer::json(403, &json!({"message": "403 Forbidden"}))),
    ]);
    let pipeline = client(&server).projects().lazy(1).pipelines().lazy(45);
    let hint = |error: Error| (error.kind(), error.hint().unwrap().to_owned());
    let scope = "The token's scope does not allow this; it takes a token with the scope `api admin_mode`.";
    assert_eq!(hint(pipeline.retry().await.unwrap_err()), (ErrorKind::Forbidden, scope.to_owned()));
    let role = "Retrying needs the Developer role.";
    assert_eq!(hint(pipeline.retry().await.unwrap_err()), (ErrorKind::Forbidden, role.to_owned()));
}

/// Who was asked for is known from the call, which makes no object of an answer that is none.
#[tokio::test]
async fn json_that_is_no_object_is_none() {
    for (answer, words) in [
        (json!([1, 2]), "an array"),
        (json!("x"), "a text"),
        (json!(7), "a number"),
        (json!(true), "true or false"),
        (Value::Null, "null"),
    ] {
        let server = RecordingServer::start([
            ("GET /api/v4/projects/7", Answer::json(200, &answer)),
            ("GET /api/v4/projects/1/pipelines", canned::rows(&[json!({"id": 1}), answer.clone()])),
        ]);
        let expected = format!("the answer is {words}, not a Project");
        let read = client(&server).projects().get(7).await.unwrap_err();
        assert_eq!((read.kind(), read.message()), (ErrorKind::Decode, expected.as_str()), "{answer}");
        let pipelines = client(&server).projects().lazy(1).pipelines();
        let listed = pipelines.list(ListProjectPipelines::new()).all().await.unwrap_err();
        let expected =
            format!("row 2 of the page cannot be read: the answer is {words}, not a ProjectPipeline");
        assert_eq!((listed.kind(), listed.message()), (ErrorKind::Decode, expected.as_str()), "{answer}");
        let outcome = rhailab_tests::Rhailab::new(env!("CARGO_BIN_EXE_rhailab"))
            .server(server.url(), "glpat-1")
            .args(["eval", "try { gl.projects.get(7); } catch (e) { print(e.kind); }"])
            .run();
        assert_eq!(outcome.stdout, "decode\n", "{outcome:?}");
    }
}

/// JSON that has the form and cannot be decoded: half of a letter, and an array that is nested too deeply.
fn undecodable() -> [(String, &'static str); 2] {
    let pipeline = |member: &str| format!(r#"{{"id": 45, "status": "success", "name": {member}}}"#);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    [
        (pipeline(r#""\ud800""#), "ProjectPipeline 45 cannot be read: name: unexpected end of hex escape"),
        (pipeline(&deep), "ProjectPipeline 45 cannot be read: name[0][0]"),
    ]
}

#[tokio::test]
async fn json_that_cannot_be_decoded_is_an_error_wherever_the_object_is_looked_at() {
    for (json, words) in undecodable() {
        let answer = |json: String| Answer::bytes(200, json).with_header("content-type", "application/json");
        let server = RecordingServer::start([
            ("GET /api/v4/projects/1/pipelines/45", answer(json.clone())),
            ("GET /api/v4/projects/1/pipelines", answer(format!("[{json}, {{\"id\": 44}}]"))),
        ]);
        let pipelines = client(&server).projects().lazy(1).pipelines();
        let check = |what: &str, error: &Error| {
            assert_eq!(error.kind(), ErrorKind::Decode, "{what}: {error}");
            assert!(error.message().starts_with(words), "{what}: {error}");
            assert!(error.message().len() < 300, "{what}: {error}");
        };
        let mut object = pipelines.lazy(45).object().clone();
        object.refresh().await.unwrap();
        check("a field", &object.attribute("status").unwrap_err());
        check("all fields", &object.attributes().unwrap_err());
        // A wait that took this for a status of its own would go on until its deadline.
        let quick = Wait::new()
            .poll(Duration::from_millis(1), Duration::from_millis(1))
            .deadline(Duration::from_millis(50));
        check("a wait", &Waiting::new(&object, quick.clone()).unwrap().finish().await.unwrap_err());
        for places in [vec![45], vec![45, 44]] {
            let objects = places.iter().map(|id| pipelines.lazy(*id).object().clone());
            let summary = wait_all(objects, quick.clone()).unwrap().finish().await;
            check("a wait for many", &summary.errors[&0]);
        }
        for code in ["p.status", "p.attributes", "p", "[p]", "#{p: p}.to_json()", "p.wait()"] {
            let code = format!("let p = gl.projects.get(1, #{{lazy: true}}).pipelines.get(45); {code}");
            let outcome = rhailab_tests::Rhailab::new(env!("CARGO_BIN_EXE_rhailab"))
                .server(server.url(), "glpat-1")
                .args(["eval", &code])
                .run();
            assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), ""), "{code}: {outcome:?}");
            assert!(
                outcome.stderr.contains("ProjectPipeline 45 cannot be read: name"),
                "{code}: {outcome:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_wait_looks_until_the_status_says_that_it_is_over() {
    let server = RecordingServer::start([
        ("GET /api/v4/projects/1/pipelines/45", pipeline("pending")),
        ("GET /api/v4/projects/1/pipelines/45", pipeline("running")),
        ("GET /api/v4/projects/1/pipelines/45", pipeline("skipped")),
    ]);
    let pipeline = client(&server).projects().lazy(1).pipelines().lazy(45);
    let quick = Wait::new().poll(Duration::from_millis(1), Duration::from_millis(2));
    let done = pipeline.wait(quick.clone()).await.unwrap();
    assert_eq!(done.status.as_ref().map(rhailab_client::CiStatus::as_str), Some("skipped"));
    assert_eq!(server.requests().len(), 3);
    let error = pipeline.wait(quick.check()).await.unwrap_err();
    assert_eq!((error.kind(), error.pipeline_status()), (ErrorKind::Pipeline, Some("skipped")));
}

#[tokio::test]
async fn pages_end_where_the_server_says_so_and_never_go_round() {
    let row = |id: u32| json!([{"id": id}]);
    let server = RecordingServer::start([
        (
            "GET /api/v4/projects/1/pipelines?page=1&per_page=100",
            Answer::json(200, &row(3)).with_header("x-next-page", "2"),
        ),
        // A page that names itself as the next.
        ("GET /api/v4/projects/1/pipelines", Answer::json(200, &row(2)).with_header("x-next-page", "2")),
        // No header at all and a page that is not full.
        ("GET /api/v4/projects/2/pipelines", Answer::json(200, &row(1))),
        // No header at all and full pages.
        ("GET /api/v4/projects/3/pipelines?page=1&per_page=1", Answer::json(200, &row(2))),
        ("GET /api/v4/projects/3/pipelines", Answer::json(200, &json!([]))),
        // A link instead of a number.
        (
            "GET /api/v4/projects/4/pipelines",
            Answer::json(200, &row(2))
                .with_header("link", r#"<{url}/api/v4/projects/4/pipelines?cursor=abc>; rel="next""#),
        ),
        ("GET /api/v4/projects/4/pipelines", Answer::json(200, &row(1)).with_header("link", "")),
    ]);
    let cases = [
        (1, None, 2, vec!["page=1&per_page=100", "page=2&per_page=100"]),
        (2, None, 1, vec!["page=1&per_page=100"]),
        (3, Some(1), 1, vec!["page=1&per_page=1", "page=2&per_page=1"]),
        (4, None, 2, vec!["page=1&per_page=100", "cursor=abc"]),
    ];
    for (project, per_page, rows, queries) in cases {
        let before = server.requests().len();
        let mut request = ListProjectPipelines::new();
        if let Some(per_page) = per_page {
            request = request.per_page(per_page);
        }
        let all = client(&server).projects().lazy(project).pipelines().list(request).all().await.unwrap();
        assert_eq!(all.len(), rows, "project {project}");
        let seen: Vec<String> =
            server.requests()[before..].iter().map(|request| request.query.clone()).collect();
        // Without totals a page behind the last may be asked for ahead.
        assert!(
            queries.iter().all(|query| seen.iter().any(|seen| seen == query)),
            "project {project}: {seen:?}"
        );
        assert!(seen.len() <= queries.len() + 1, "project {project}: {seen:?}");
    }
}

#[tokio::test]
async fn one_page_is_one_page_and_the_first_row_costs_one_request() {
    let full = Answer::json(200, &json!([{"id": 9}, {"id": 8}]))
        .with_header("x-next-page", "3")
        .with_header("x-total", "40");
    let server = RecordingServer::start([("GET /api/v4/projects/1/pipelines", full)]);
    let pipelines = client(&server).projects().lazy(1).pipelines();
    assert_eq!(pipelines.list(ListProjectPipelines::new().page(2).per_page(2)).all().await.unwrap().len(), 2);
    assert_eq!(server.requests().len(), 1);
    let page = pipelines.list(ListProjectPipelines::new()).page().await.unwrap();
    assert_eq!((page.rows.len(), page.total), (2, Some(40)));
    let first = pipelines.list(ListProjectPipelines::new()).first().await.unwrap();
    assert_eq!(first.map(|row| row.id), Some(9));
    assert_eq!(server.requests().len(), 3);
}

/// What a retry makes is of the kind that was retried: a bridge stands under its pipeline, and no job has its number.
#[test]
fn a_retried_bridge_is_a_bridge() {
    let code = "let bridge = gl.projects.get(1).pipelines.get(1003).bridges.list()[0]; let again = bridge.retry(); \
                `${again.kind} ${again.id != bridge.id} ${again.downstream_pipeline == ()}`";
    let outcome =
        rhailab_tests::Rhailab::new(env!("CARGO_BIN_EXE_rhailab")).args(["--sandbox", "eval", code]).run();
    assert_eq!(outcome.stdout, "ProjectPipelineBridge true true\n", "{outcome:?}");
    let code =
        "let again = gl.projects.get(1).pipelines.get(1003).bridges.list()[0].retry(); again.refresh();";
    let outcome =
        rhailab_tests::Rhailab::new(env!("CARGO_BIN_EXE_rhailab")).args(["--sandbox", "eval", code]).run();
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains("a ProjectPipelineBridge has no method `refresh`"), "{outcome:?}");
}

/// A bridge has no path of its own to be read from; what retries a job of a pipeline can be read again.
#[test]
fn a_retried_job_of_a_pipeline_can_be_refreshed() {
    let code = "let job = gl.projects.get(1).pipelines.get(1003).jobs.list()[0]; let again = job.retry(); \
                again.refresh(); `${again.id != job.id} ${again.pipeline.id}`";
    let outcome =
        rhailab_tests::Rhailab::new(env!("CARGO_BIN_EXE_rhailab")).args(["--sandbox", "eval", code]).run();
    assert_eq!(outcome.stdout, "true 1003\n", "{outcome:?}");
}
