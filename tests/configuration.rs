//! Which server is asked, and as whom: what a recording server sees for each way to configure the program,
//! what `config` says about it, and that no token ever reaches an output.

use rhailab_tests::{Answer, Folder, Outcome, RecordingServer, Rhailab, canned};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// The credential headers, in the order in which [`seen`] tells them.
const HEADERS: [&str; 3] = ["private-token", "authorization", "job-token"];

#[test]
fn the_token_that_is_sent_is_the_first_that_is_configured() {
    let folder = Folder::new();
    let file = folder.write("token", "glpat-file\n");
    let all = [
        ("GITLAB_TOKEN", "glpat-one"),
        ("GITLAB_PRIVATE_TOKEN", "glpat-two"),
        ("GITLAB_OAUTH_TOKEN", "glpat-three"),
        ("CI_JOB_TOKEN", "glpat-four"),
    ];
    let sent: [[&str; 3]; 5] = [
        ["glpat-one", "", ""],
        ["glpat-two", "", ""],
        ["", "Bearer glpat-three", ""],
        ["", "", "glpat-four"],
        ["", "", ""],
    ];
    for (from, expected) in sent.iter().enumerate() {
        let server = gitlab();
        // A job's token is sent to the job's own server only, which this variable names.
        let mut call = project().env("CI_SERVER_URL", server.url());
        for (name, token) in &all[from..] {
            call = call.env(name, token);
        }
        succeed(call);
        assert_eq!(seen(&server), *expected, "{:?}", &all[from..]);
    }
    let server = gitlab();
    let call = project().server(server.url(), "glpat-one").arg("--token-file").arg(file);
    succeed(call);
    assert_eq!(seen(&server), ["glpat-file", "", ""]);
}

#[test]
fn a_jobs_token_stays_with_its_own_server() {
    let (own, other) = (gitlab(), gitlab());
    let call = project()
        .env("CI_SERVER_URL", own.url())
        .env("CI_JOB_TOKEN", "glpat-job")
        .args(["--url", other.url()]);
    succeed(call);
    assert_eq!(seen(&other), [""; 3]);
    assert_eq!(own.lines(), [""; 0]);
}

#[test]
fn the_server_that_is_asked_is_the_first_that_is_configured() {
    let servers = [gitlab(), gitlab(), gitlab(), gitlab()];
    let names = ["GITLAB_URL", "GITLAB_HOST", "CI_SERVER_URL"];
    for asked in 0..servers.len() {
        let mut call = project();
        if asked == 0 {
            call = call.args(["--url", servers[0].url()]);
        }
        for place in asked.max(1)..servers.len() {
            // The API's own path at the end does no harm.
            call = call.env(names[place - 1], format!("{}/api/v4/", servers[place].url()));
        }
        succeed(call);
        let counts = servers.each_ref().map(|server| server.lines().len());
        let expected = [0, 1, 2, 3].map(|place| usize::from(place <= asked));
        assert_eq!(counts, expected);
    }
}

/// Arguments, variables of the environment, and words that the output must have.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn config_tells_each_value_and_its_source_and_no_token() {
    let folder = Folder::new();
    let file = folder.write("token", "glpat-never-shown\n");
    let file = file.display().to_string();
    let cases: [Case<'_>; 5] = [
        (&[], &[], &["https://gitlab.com", "# default", "(none: requests are anonymous)"]),
        (
            &[],
            &[("GITLAB_URL", "https://a.test"), ("GITLAB_TOKEN", "glpat-never-shown")],
            &["https://a.test", "variable GITLAB_URL", "•••• (private)", "variable GITLAB_TOKEN"],
        ),
        (
            &["--url", "https://b.test", "--token-file", &file],
            &[("GITLAB_URL", "https://a.test"), ("GITLAB_TOKEN", "glpat-never-shown-either")],
            &["https://b.test", "option --url", "•••• (private)", "option --token-file"],
        ),
        (
            &[],
            &[("CI_SERVER_URL", "https://c.test"), ("CI_JOB_TOKEN", "glpat-never-shown")],
            &["https://c.test", "variable CI_SERVER_URL", "•••• (job)", "variable CI_JOB_TOKEN"],
        ),
        (&["--sandbox"], &[("GITLAB_TOKEN", "glpat-never-shown")], &["the sandbox of this run"]),
    ];
    for (args, variables, words) in cases {
        let mut call = Rhailab::new(RHAILAB).args(args).arg("config");
        for (name, value) in variables {
            call = call.env(name, value);
        }
        let outcome = succeed(call);
        for word in words {
            assert!(outcome.stdout.contains(word), "{word}: {}", outcome.stdout);
        }
        assert!(!format!("{outcome:?}").contains("glpat-"), "{outcome:?}");
    }
}

/// A URL with a password is refused, and shown without it by `config` and by whoever else needs the URL.
#[test]
fn a_password_in_the_url_is_never_shown() {
    let urls = [
        ("http://mira:kz7wq9@h.test/", "http://••••@h.test/"),
        ("http://mira:kz7@wq9@h.test/", "http://••••@h.test/"),
        ("http://mira:kz7/wq9@h.test/", "http://••••@h.test/"),
        ("ftp://mira:kz7wq9@h.test/", "ftp://••••@h.test/"),
        ("mira:kz7wq9@h.test", "••••@h.test"),
    ];
    for (url, shown) in urls {
        for format in ["auto", "table", "json", "yaml"] {
            let outcome =
                Rhailab::new(RHAILAB).env("GITLAB_URL", url).args(["--output", format, "config"]).run();
            assert_eq!(outcome.status, Some(2), "{outcome:?}");
            assert!(outcome.stdout.contains(shown), "{outcome:?}");
            shows_no_password(&outcome);
        }
        let outcome = project().env("GITLAB_URL", url).run();
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        shows_no_password(&outcome);
    }
}

fn shows_no_password(outcome: &Outcome) {
    let shown = format!("{outcome:?}");
    assert!(!["mira", "kz7", "wq9"].iter().any(|part| shown.contains(part)), "{shown}");
}

#[test]
fn config_is_data_where_data_is_asked_for() {
    let call = |format| {
        Rhailab::new(RHAILAB)
            .env("GITLAB_URL", "https://a.test/@root")
            .env("GITLAB_TOKEN", "glpat-never-shown")
            .args(["--output", format, "config"])
    };
    let expected = serde_json::json!({
        "url": {"value": "https://a.test/@root", "source": "environment variable GITLAB_URL"},
        "token": {"value": "•••• (private)", "source": "environment variable GITLAB_TOKEN"},
    });
    let json: serde_json::Value = serde_json::from_str(&succeed(call("json")).stdout).unwrap();
    assert_eq!(json, expected);
    let yaml: serde_json::Value = serde_saphyr::from_str(&succeed(call("yaml")).stdout).unwrap();
    assert_eq!(yaml, expected);
}

#[test]
fn a_token_that_cannot_be_used_is_refused_and_not_shown() {
    let folder = Folder::new();
    let long = folder.write("long", "glpat-secret and more");
    let empty = folder.write("empty", "\n");
    let missing = folder.path().join("missing");
    let server = gitlab();
    for (file, words) in [(long, "more than one word"), (empty, "is empty"), (missing, "cannot be read")] {
        let outcome = project().server(server.url(), "glpat-other").arg("--token-file").arg(file).run();
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(words), "{outcome:?}");
        assert!(!outcome.stderr.contains("glpat-"), "{outcome:?}");
    }
    let outcome = project().server(server.url(), "glpat-with\u{1b}escape").run();
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    assert!(!outcome.stderr.contains("glpat-"), "{outcome:?}");
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn verbose_shows_a_line_for_each_request_and_no_token() {
    let server = gitlab();
    let code = r#"
        let project = gl.projects.get("demo/app");
        let trigger = project.triggers.create(#{description: "release"});
        project.trigger_pipeline("main", trigger.token);
        gl.projects.get(2);
    "#;
    let outcome =
        Rhailab::new(RHAILAB).server(server.url(), "glpat-never-shown").args(["-v", "eval", code]).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), ""), "{outcome:?}");
    let url = server.url();
    let expected = [
        format!("GET {url}/api/v4/projects/demo%2Fapp 200 ("),
        format!("POST {url}/api/v4/projects/1/triggers 201 ("),
        format!("POST {url}/api/v4/projects/1/trigger/pipeline 201 ("),
        format!("GET {url}/api/v4/projects/2 404 ("),
    ];
    let lines: Vec<&str> = outcome.stderr.lines().take(expected.len()).collect();
    for (line, expected) in lines.iter().zip(&expected) {
        assert!(line.starts_with(expected) && line.ends_with(" ms)"), "{expected}: {}", outcome.stderr);
    }
    for secret in ["glpat-", canned::TRIGGER_TOKEN] {
        assert!(!outcome.stderr.contains(secret), "{}", outcome.stderr);
    }
    let quiet = succeed(project().server(server.url(), "glpat-never-shown"));
    assert_eq!(quiet.stderr, "");
}

#[test]
fn a_secret_is_masked_in_every_format_and_readable_by_name() {
    let create = r#"gl.projects.get(1, #{lazy: true}).triggers.create(#{description: "release"})"#;
    let list = "gl.projects.get(1, #{lazy: true}).triggers.list()";
    for format in ["auto", "table", "json", "yaml"] {
        for code in [create.to_owned(), list.to_owned(), format!("[{create}]"), format!("print({create})")] {
            let server = gitlab();
            let call = Rhailab::new(RHAILAB).server(server.url(), "glpat-one");
            let outcome = succeed(call.args(["--output", format, "eval", &code]));
            assert!(outcome.stdout.contains('7'), "{format} {code}: {}", outcome.stdout);
            assert!(!outcome.stdout.contains("glptt-"), "{format} {code}: {}", outcome.stdout);
        }
    }
    let server = gitlab();
    let card = succeed(Rhailab::new(RHAILAB).server(server.url(), "glpat-one").args(["eval", create]));
    assert!(card.stdout.contains("••••"), "{}", card.stdout);
    let code = format!("{create}.token");
    let named = succeed(Rhailab::new(RHAILAB).server(server.url(), "glpat-one").args(["eval", &code]));
    assert_eq!(named.stdout, format!("{}\n", canned::TRIGGER_TOKEN));
}

/// A call that asks the configured server for one project.
fn project() -> Rhailab {
    Rhailab::new(RHAILAB).args(["eval", "gl.projects.get(\"demo/app\").id"])
}

fn gitlab() -> RecordingServer {
    let trigger = canned::trigger("release");
    RecordingServer::start([
        ("GET /api/v4/projects/demo%2Fapp", canned::project()),
        ("GET /api/v4/projects/1/triggers", canned::rows(std::slice::from_ref(&trigger))),
        ("POST /api/v4/projects/1/triggers", Answer::json(201, &trigger)),
        ("POST /api/v4/projects/1/trigger/pipeline", Answer::json(201, &canned::pipeline("created"))),
    ])
}

/// The credential headers of the only request that a server got.
fn seen(server: &RecordingServer) -> [String; 3] {
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{:?}", server.lines());
    HEADERS.map(|name| requests[0].header(name).to_owned())
}

fn succeed(call: Rhailab) -> Outcome {
    let outcome = call.run();
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    outcome
}
