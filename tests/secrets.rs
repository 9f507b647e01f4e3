//! No secret reaches any output: the real program runs in many ways with tokens that are known to the test, everything that
//! it says is searched for them, and so is every file that it leaves behind.
//!
//! Most of these tokens do not look like GitLab's, so that only what knows a token's place can mask it. Where nothing but
//! its looks can tell a token, as in the text of a script, it looks like one.

use rhailab::settings::{Options, Settings};
use rhailab_client::Gitlab;
use rhailab_tests::{Answer, Folder, Outcome, RecordingServer, Rhailab, canned};
use serde_json::json;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const PRIVATE: &str = "kz7wq9-private-0001";
const OAUTH: &str = "kz7wq9-oauth-0002";
const JOB: &str = "kz7wq9-job-0003";
const IN_URL: &str = "kz7wq9-url-0004";
const IN_SCRIPT: &str = "glpat-kz7wq9-script-0005";
const OF_TRIGGER: &str = "kz7wq9-trigger-0006";
const OF_VARIABLE: &str = "kz7wq9-variable-0007";

/// What all of them have in common.
const MARK: &str = "kz7wq9";

fn gitlab() -> RecordingServer {
    let mut trigger = canned::trigger("release");
    trigger["token"] = OF_TRIGGER.into();
    let variable = json!({"key": "PASSWORD", "value": OF_VARIABLE, "variable_type": "env_var", "masked": true,
        "protected": false, "hidden": false, "raw": false, "environment_scope": "*", "description": null});
    let complaint =
        format!("see https://h.test/p?page=1&Private%5FToken={IN_URL} and ?JOB_TOKEN={IN_URL}&x=1");
    RecordingServer::start([
        ("GET /api/v4/projects/1", canned::project()),
        ("GET /api/v4/projects/1/triggers", canned::rows(std::slice::from_ref(&trigger))),
        ("POST /api/v4/projects/1/triggers", Answer::json(201, &trigger)),
        ("POST /api/v4/projects/1/trigger/pipeline", Answer::json(201, &canned::pipeline("created"))),
        ("GET /api/v4/projects/1/variables", canned::rows(&[variable])),
        ("GET /api/v4/projects/2", Answer::json(401, &json!({"message": "401 Unauthorized"}))),
        ("GET /api/v4/projects/3", Answer::json(400, &json!({"message": complaint}))),
        ("GET /api/v4/projects/4", Answer::html(501, &format!("<p>{complaint}</p>"))),
        (
            "GET /api/v4/projects/5",
            Answer::redirect(302, format!("{{url}}/x?private_token={IN_URL}&TOKEN={IN_URL}")),
        ),
        ("GET /api/v4/projects/6", Answer::redirect(302, format!("ftp://u:{IN_URL}@h.test/"))),
    ])
}

#[track_caller]
fn shows_none(what: &str, outcome: &Outcome) {
    let shown = format!("{outcome:?}");
    assert!(!shown.contains(MARK), "{what}: {shown}");
}

const SCRIPTS: [&str; 15] = [
    "gl",
    "debug(gl); print(gl); [gl]",
    "gl.projects.get(1)",
    "let p = gl.projects.get(1, #{lazy: true}); print(p); debug(p); p.triggers.list()",
    "let t = gl.projects.get(1).triggers.list()[0]; print(t); debug(t); print(t.to_debug()); #{a: [t]}",
    "gl.projects.get(1).triggers.create(#{description: \"release\"})",
    "let p = gl.projects.get(1); let t = p.triggers.list()[0]; p.trigger_pipeline(\"main\", t.token, #{variables: #{A: \"1\"}})",
    "gl.projects.get(1).variables.list()",
    "gl.projects.get(2)",
    "gl.projects.get(3)",
    "gl.projects.get(4)",
    "gl.projects.get(5)",
    "gl.projects.get(6)",
    "gl.http(\"GET\", \"/projects/9?a=1&Private%5Ftoken=kz7wq9-url-0004\")",
    "try { gl.projects.get(3) } catch (e) { print(e); debug(e); print(e.message); print(e.url); throw e }",
];

#[test]
fn no_script_makes_the_program_show_its_token_or_what_gitlab_calls_secret() {
    let server = gitlab();
    let mut runs = 0;
    for script in SCRIPTS {
        for options in [
            &["-v"][..],
            &["-vv"],
            &["--dry-run"],
            &["--read-only"],
            &["--output", "json"],
            &["--output", "yaml"],
        ] {
            let call = Rhailab::new(RHAILAB).server(server.url(), PRIVATE);
            let outcome = call.args(["--timeout", "10s"]).args(options).args(["eval", script]).run();
            assert!(matches!(outcome.status, Some(0 | 1)), "{script}: {outcome:?}");
            shows_none(script, &outcome);
            runs += 1;
        }
    }
    assert_eq!(runs, 90);
    // The secrets were really there.
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.header("private-token") == PRIVATE));
    let sent = requests.iter().any(|request| String::from_utf8_lossy(&request.body).contains(OF_TRIGGER));
    assert!(sent, "no request carried the trigger's token");
}

/// A token that looks like none of GitLab's.
const ECHOED: &str = "SECRETtoken1234567890";

/// What answers and errors hold of a request's token when a server or a proxy repeats it: nothing.
#[test]
fn a_token_that_a_server_repeats_is_masked_whatever_its_looks() {
    let complaint = format!("bad token {ECHOED}");
    let encoded = ECHOED.replace('t', "%74");
    let server = RecordingServer::start([
        ("GET /api/v4/projects/1", Answer::json(400, &json!({"message": complaint}))),
        ("GET /api/v4/projects/2", Answer::text(403, &complaint)),
        (
            "GET /api/v4/projects/3",
            Answer::json(400, &json!({"message": {ECHOED: [complaint]}, "echo": encoded}))
                .with_header("x-echo", ECHOED)
                .with_header("x-request-id", ECHOED),
        ),
        ("GET /api/v4/projects/4", Answer::redirect(302, format!("{{url}}/x/{ECHOED}"))),
        ("GET /api/v4/projects/5", Answer::redirect(302, format!("{{url}}/{encoded}?a={ECHOED}"))),
        ("GET /api/v4/projects/6", Answer::redirect(302, format!("ftp://{ECHOED}.test/{ECHOED}"))),
        ("GET /api/v4/projects/7", Answer::json(200, &json!([ECHOED]))),
        ("GET /api/v4/projects/8", Answer::html(501, &format!("<p>{complaint}</p>"))),
    ]);
    let facts = "${e} ${e.message} ${e.body} ${e.url} ${e.fields} ${e.request_id} ${e.hint} ${e.to_json()}";
    for project in 1..=8 {
        let code = format!("gl.projects.get({project})");
        let caught = format!("let r; try {{ {code} }} catch (e) {{ r = `{facts}` }} r");
        for (code, status) in [(code, 1), (caught, 0)] {
            for options in [&[][..], &["-v"], &["-vv"], &["--output", "json"]] {
                let call = Rhailab::new(RHAILAB).server(server.url(), ECHOED).args(options);
                let outcome = call.args(["eval", &code]).run();
                assert_eq!(outcome.status, Some(status), "{code}: {outcome:?}");
                let shown = format!("{outcome:?}");
                assert!(!shown.to_lowercase().contains("secrettoken"), "{code}: {shown}");
                assert!(shown.contains("••••••••") || project > 3, "{code}: {shown}");
            }
        }
    }
    assert!(server.requests().iter().all(|request| request.header("private-token") == ECHOED));
}

/// What GitLab sends beside what the spec knows is told by its name, or by where it stands in a URL.
#[test]
fn secrets_that_the_spec_does_not_know_are_masked_by_their_names() {
    let sent = |name: &str| format!("kz7wq9-sent-{name}");
    let mut object = json!({
        "id": 1, "name": "App", "path": "app", "path_with_namespace": "demo/app", "full_path": "demo",
        "ci_job_token_scope_enabled": true, "runner_token_expires_at": "2026-05-06", "has_password": false,
        "trigger": {"token": sent("nested"), "rows": [{"access_token": sent("row")}]},
        "import_url": format!("https://u:{}@h.test/x.git", sent("url")),
        "note": format!("glft-{}", sent("prefix")),
    });
    for name in
        ["runners_token", "feed_token", "incoming_email_token", "password", "client_secret", "ci_job_token"]
    {
        object[name] = sent(name).into();
    }
    let server = RecordingServer::start([
        ("GET /api/v4/projects/1", Answer::json(200, &object)),
        ("GET /api/v4/groups/1", Answer::json(200, &object)),
        ("POST /api/v4/applications", Answer::json(201, &object)),
    ]);
    let call = |options: &[&str], code: &str| {
        let call = Rhailab::new(RHAILAB).server(server.url(), PRIVATE).args(options);
        let outcome = call.args(["eval", code]).run();
        assert_eq!(outcome.status, Some(0), "{code}: {outcome:?}");
        outcome
    };
    let post = format!(
        "gl.http(\"POST\", \"/applications\", #{{body: #{{name: \"x\", password: \"{0}\", client_secret: \"{0}\"}}}})",
        sent("body")
    );
    for code in [
        "gl.projects.get(1)",
        "gl.projects.get(1).attributes",
        "#{a: [gl.projects.get(1)]}",
        "[gl.projects.get(1), gl.projects.get(1)]",
        "gl.groups.get(1)",
        "gl.http(\"GET\", \"/projects/1\")",
        "[gl.http(\"GET\", \"/projects/1\")]",
        &post,
    ] {
        for options in [&[][..], &["-vv"], &["--output", "json"], &["--output", "yaml"]] {
            let outcome = call(options, code);
            shows_none(code, &outcome);
            if !code.starts_with("[gl.projects") {
                for visible in ["ci_job_token_scope_enabled", "true", "2026-05-06", "has_password", "••••"]
                {
                    assert!(outcome.stdout.contains(visible), "{code}: {outcome:?}");
                }
            }
        }
    }
    // A script that reads a field itself gets it.
    for code in [
        "gl.projects.get(1).runners_token",
        "gl.groups.get(1).runners_token",
        "print(gl.projects.get(1).runners_token)",
        "gl.http(\"GET\", \"/projects/1\").runners_token",
    ] {
        assert_eq!(call(&[], code).stdout, format!("{}\n", sent("runners_token")), "{code}");
    }
    let sent_body = server
        .requests()
        .iter()
        .any(|request| String::from_utf8_lossy(&request.body).contains(&sent("body")));
    assert!(sent_body, "no request carried the password");
}

/// Variables, arguments, the header that the token travels in, and the token.
type Place<'a> = (Vec<(&'a str, String)>, Vec<String>, &'a str, &'a str);

#[test]
fn every_kind_and_place_of_a_token_is_as_silent() {
    let (server, folder) = (gitlab(), Folder::new());
    let url = server.url();
    let file = folder.write("token", PRIVATE).to_str().unwrap().to_owned();
    let python = |name: &str, line: &str| {
        let text = format!("[global]\ndefault = s\n[s]\nurl = {url}\n{line}\n");
        folder.write(name, &text).to_str().unwrap().to_owned()
    };
    let profile = |name: &str, line: &str| {
        let text = format!("default = \"w\"\n[profiles.w]\nurl = \"{url}\"\n{line}\n");
        folder.write(name, &text).to_str().unwrap().to_owned()
    };
    let places: [Place<'_>; 8] = [
        (
            vec![("GITLAB_URL", url.into()), ("GITLAB_TOKEN", PRIVATE.into())],
            vec![],
            "private-token",
            PRIVATE,
        ),
        (
            vec![("GITLAB_URL", url.into()), ("GITLAB_OAUTH_TOKEN", OAUTH.into())],
            vec![],
            "authorization",
            OAUTH,
        ),
        (vec![("CI_SERVER_URL", url.into()), ("CI_JOB_TOKEN", JOB.into())], vec![], "job-token", JOB),
        (
            vec![("GITLAB_URL", url.into())],
            vec!["--token-file".into(), file.clone()],
            "private-token",
            PRIVATE,
        ),
        (
            vec![("RHAILAB_CONFIG", profile("1", &format!("oauth_token = \"{OAUTH}\"")))],
            vec![],
            "authorization",
            OAUTH,
        ),
        (vec![("RHAILAB_CONFIG", profile("2", "token_file = \"token\""))], vec![], "private-token", PRIVATE),
        (vec![("PYTHON_GITLAB_CFG", python("3", &format!("job_token = {JOB}")))], vec![], "job-token", JOB),
        (
            vec![("PYTHON_GITLAB_CFG", python("4", &format!("private_token = helper: cat {file}")))],
            vec![],
            "private-token",
            PRIVATE,
        ),
    ];
    for (variables, args, header, token) in places {
        for command in [
            &["-vv", "eval", "gl.projects.get(1); gl.projects.get(2)"][..],
            &["config"],
            &["--output", "json", "config"],
            &["--output", "yaml", "config"],
        ] {
            let mut call = Rhailab::new(RHAILAB).args(&args).args(command);
            for (name, value) in &variables {
                call = call.env(name, value);
            }
            let outcome = call.run();
            assert!(matches!(outcome.status, Some(0 | 1)), "{outcome:?}");
            shows_none(token, &outcome);
        }
        assert!(server.requests().last().unwrap().header(header).ends_with(token), "{header}");
    }
}

#[test]
fn what_is_wrong_with_a_configuration_is_told_without_what_stands_in_it() {
    let folder = Folder::new();
    let two_words = folder.write("two", &format!("{PRIVATE} {PRIVATE}")).to_str().unwrap().to_owned();
    let url = |url: &str| vec![("GITLAB_URL".to_owned(), url.to_owned())];
    let mut number = 0;
    let mut file = |variable: &str, text: String| {
        number += 1;
        let path = folder.write(&format!("file{number}"), &text);
        vec![(variable.to_owned(), path.to_str().unwrap().to_owned())]
    };
    let profile = "default = \"w\"\n[profiles.w]\nurl = \"https://a.test\"\n";
    let section = "[global]\ndefault = s\n[s]\nurl = https://a.test\n";
    let cases = [
        url(&format!("https://oauth2:{IN_URL}@h.test")),
        url(&format!("https://{IN_URL}@h.test")),
        url(&format!("https://h.test?private_token={IN_URL}")),
        url(&format!("https://h.test/p?a=1&PRIVATE%5Ftoken={IN_URL}#x")),
        url(&format!("h.test?Access_Token={IN_URL}")),
        url(&format!("ftp://h.test?job_token={IN_URL}")),
        vec![("GITLAB_TOKEN".to_owned(), format!("{PRIVATE}\u{1b}{PRIVATE}"))],
        file("RHAILAB_CONFIG", format!("{profile}private_token = {PRIVATE}\n")),
        file("RHAILAB_CONFIG", format!("{profile}private_token = \"{PRIVATE}\n")),
        file(
            "RHAILAB_CONFIG",
            format!("{profile}private_token = \"{PRIVATE}\"\nprivate_token = \"{PRIVATE}\"\n"),
        ),
        file("RHAILAB_CONFIG", format!("{profile}private_token = [\"{PRIVATE}\"]\n")),
        file("RHAILAB_CONFIG", format!("{profile}private_token = \"{PRIVATE}\"\ntoken_file = \"x\"\n")),
        file("RHAILAB_CONFIG", format!("{profile}private_tokn = \"{PRIVATE}\"\n")),
        file("PYTHON_GITLAB_CFG", format!("{section}private_token {PRIVATE}\n")),
        file("PYTHON_GITLAB_CFG", format!("{section}private_token = {PRIVATE}\nprivate_token = {PRIVATE}\n")),
        file("PYTHON_GITLAB_CFG", format!("{section}private_token = {PRIVATE}\noauth_token = {OAUTH}\n")),
        file("PYTHON_GITLAB_CFG", format!("{section}private_token = {PRIVATE}%(x)s\n")),
        file(
            "PYTHON_GITLAB_CFG",
            format!("{section}private_token = helper: sh -c 'echo {PRIVATE}; echo {PRIVATE} >&2; exit 1'\n"),
        ),
        file("PYTHON_GITLAB_CFG", format!("{section}private_token = helper: cat {two_words}\n")),
        file("PYTHON_GITLAB_CFG", format!("{section}private_token = helper: 'cat {PRIVATE}\n")),
    ];
    for variables in cases {
        for command in [&["eval", "1"][..], &["config"], &["-vv", "--output", "json", "config"]] {
            let mut call = Rhailab::new(RHAILAB).args(command);
            for (name, value) in &variables {
                call = call.env(name, value);
            }
            let outcome = call.run();
            assert_eq!(outcome.status, Some(2), "{variables:?}: {outcome:?}");
            assert!(outcome.stderr.len() > 20, "{variables:?}: {outcome:?}");
            shows_none(&format!("{variables:?}"), &outcome);
        }
    }
    let outcome = Rhailab::new(RHAILAB).args(["--token-file", &two_words, "eval", "1"]).run();
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    shows_none("--token-file", &outcome);
}

#[test]
fn a_shown_part_of_a_script_has_its_tokens_masked() {
    let scripts = [
        format!("gitlab(\"https://h.test\", #{{private_tokn: \"{IN_SCRIPT}\"}})"),
        format!("gitlab(\"h.test\", #{{private_token: \"{IN_SCRIPT}\"}})"),
        format!("gitlab(\"http://127.0.0.1:1\", #{{private_token: \"{IN_SCRIPT}\"}}).projects.get(1)"),
        format!("gitlab(\"https://h.test?token={IN_URL}\")"),
        format!("gitlab(\"https://{IN_URL}:x@h.test\").projects.get(1)"),
        format!("throw \"{IN_SCRIPT}\""),
        format!("let x = \"{IN_SCRIPT}\"; x.y"),
        format!("let x = \"{IN_SCRIPT}\" +"),
    ];
    for script in scripts {
        for options in [&["-vv"][..], &["--output", "json"]] {
            let call = Rhailab::new(RHAILAB).args(["--timeout", "2s"]).args(options);
            let outcome = call.args(["eval", &script]).run();
            assert_eq!(outcome.status, Some(1), "{script}: {outcome:?}");
            shows_none(&script, &outcome);
        }
    }
}

#[test]
fn the_debug_form_of_a_client_and_of_its_settings_has_no_secret() {
    let folder = Folder::new();
    let file = folder.write("token", PRIVATE);
    let options = Options { token_file: Some(file), ..Options::default() };
    let settings = Settings::find(&options, |_| None).unwrap();
    assert_eq!(settings.token.as_ref().unwrap().value.secret.expose(), PRIVATE);
    let builder = Gitlab::builder("https://h.test").oauth_token(OAUTH);
    let client = builder.clone().build().unwrap();
    let error = Gitlab::builder(format!("https://{IN_URL}@h.test")).build().unwrap_err();
    for shown in [
        format!("{settings:?} {settings:#?} {options:?}"),
        format!("{builder:?} {builder:#?}"),
        format!("{client:?} {client:#?}"),
        format!("{error:?} {error:#?} {error}"),
    ] {
        assert!(!shown.contains(MARK), "{shown}");
        assert!(shown.len() > 20, "{shown}");
    }
}

#[cfg(unix)]
#[test]
fn a_session_leaves_no_secret_in_any_file() {
    let server = gitlab();
    let folder = Folder::new();
    let file = folder.write("token", PRIVATE);
    let file = file.to_str().unwrap();
    let mut shell = rhailab_tests::Terminal::start(RHAILAB, &["--url", server.url(), "--token-file", file]);
    for line in [
        "let t = gl.projects.get(1).triggers.list()[0];".to_owned(),
        "t".to_owned(),
        format!("let other = gitlab(\"{}\", #{{private_token: \"{IN_SCRIPT}\"}});", server.url()),
        format!("let third = gitlab(\"{}\", #{{oauth_token: \"{OAUTH}\"}});", server.url()),
        ":save session.rhai".to_owned(),
    ] {
        shell.enter(&line);
        shell.expect("\u{1b}[?2004h");
    }
    let (home, status) = shell.leave();
    assert_eq!(status, 0);
    let mut searched = 0;
    let mut left = vec![home.path().to_owned()];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            assert!(!text.contains(MARK), "{}: {text}", path.display());
            searched += 1;
        }
    }
    assert!(searched >= 2, "there is neither a history nor a session");
}
