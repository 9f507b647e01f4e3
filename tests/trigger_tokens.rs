//! Triggers that are named by their token: GitLab knows them by number alone, so the token is looked up, and what
//! cannot be told for certain names nothing.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

mod scripted;
mod scripting;

use rhailab_client::{Error, ErrorKind, UpdateProjectTrigger};
use rhailab_tests::canned::{self, TRIGGER_TOKEN};
use rhailab_tests::{Answer, RecordingServer, Rhailab};
use serde_json::json;

use scripted::{client, lines, script};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const TRIGGERS: &str = "GET /api/v4/projects/1/triggers";

/// A project with a trigger of somebody else's, of whose token GitLab shows four letters.
fn masked() -> RecordingServer {
    let rows = [json!({"id": 3, "token": "0b5e"}), json!({"id": 4, "token": "ffff"})];
    RecordingServer::start([(TRIGGERS, canned::rows(&rows))])
}

#[tokio::test]
async fn footgun_16_a_token_that_gitlab_hides_is_explained() {
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
