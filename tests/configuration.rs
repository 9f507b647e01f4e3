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
            .args(["--timeout", "90", "--jobs", "4", "--insecure", "--output", format, "config"])
    };
    let default = |value: serde_json::Value| serde_json::json!({"value": value, "source": "default"});
    let none = serde_json::Value::Null;
    let expected = serde_json::json!({
        "url": {"value": "https://a.test/@root", "source": "environment variable GITLAB_URL"},
        "profile": default(none.clone()),
        "token": {"value": "•••• (private)", "source": "environment variable GITLAB_TOKEN"},
        "timeout": {"value": "90s", "source": "option --timeout"},
        "read_timeout": default(none.clone()),
        "jobs": {"value": 4, "source": "option --jobs"},
        "ca_file": default(none.clone()),
        "client_cert": default(none.clone()),
        "insecure": {"value": true, "source": "option --insecure"},
        "proxy": default(none),
    });
    let json: serde_json::Value = serde_json::from_str(&succeed(call("json")).stdout).unwrap();
    assert_eq!(json, expected);
    let yaml: serde_json::Value = serde_saphyr::from_str(&succeed(call("yaml")).stdout).unwrap();
    assert_eq!(yaml, expected);
}

/// Who reads these files and when the warning comes, as a person sees it: the settings are made once for each run.
#[cfg(unix)]
#[test]
fn a_file_with_a_token_that_others_can_read_is_told_with_the_command_that_helps() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;
    let (server, folder) = (gitlab(), Folder::new());
    let url = server.url();
    let token = folder.write("a token", "glpat-file");
    let profile = format!("default = \"w\"\n[profiles.w]\nurl = \"{url}\"\n");
    let direct = folder.write("direct.toml", &format!("{profile}private_token = \"glpat-file\"\n"));
    let named = folder.write("named.toml", &format!("{profile}token_file = \"a token\"\n"));
    let section = format!("[global]\ndefault = s\n[s]\nurl = {url}\n");
    let python = folder.write("python.cfg", &format!("{section}private_token = glpat-file\n"));
    let helper = folder.write("helper.cfg", &format!("{section}private_token = helper: echo glpat-file\n"));
    let by_option = || project().env("GITLAB_URL", url).arg("--token-file").arg(&token);
    let by_profile = |file: &std::path::Path| project().env("RHAILAB_CONFIG", file);
    let by_python = |file: &std::path::Path| project().env("PYTHON_GITLAB_CFG", file);
    let all_files = [&token, &direct, &named, &python, &helper];
    for (mode, is_told) in [(0o644, true), (0o640, true), (0o604, true), (0o600, false), (0o400, false)] {
        for file in all_files {
            set_permissions(file, Permissions::from_mode(mode)).unwrap();
        }
        let calls = [
            (by_option(), Some(&token)),
            (by_profile(&direct), Some(&direct)),
            (by_profile(&named), Some(&token)),
            (by_python(&python), Some(&python)),
            (by_python(&helper), None),
            // A token that is not used is nobody's business.
            (by_profile(&direct).env("GITLAB_TOKEN", "glpat-file"), None),
        ];
        for (call, file) in calls {
            let outcome = succeed(call);
            let path = file.filter(|_| is_told).map(|file| file.display().to_string());
            let expected = path.map_or(String::new(), |path| {
                let quoted = if path.contains(' ') { format!("'{path}'") } else { path.clone() };
                format!(
                    "warning: {path} holds a token, and other users of this machine may read it; \
                     `chmod 600 {quoted}` stops that\n"
                )
            });
            assert_eq!(outcome.stderr, expected, "{mode:o}");
        }
    }
    assert!(server.requests().iter().all(|request| request.header("private-token") == "glpat-file"));
}

#[test]
fn python_gitlabs_file_is_read_as_it_is() {
    let (server, home) = (gitlab(), Folder::new());
    let url = server.url();
    let text = format!(
        "[global]\ndefault = work\nssl_verify = true\ntimeout = 5\nper_page: 50\n\n[work]\nurl = {url}/\n\
         # mira's\nprivate_token = helper: cat ~/token file\nuser_agent = x\n[job]\nurl = {url}\njob_token: glpat-job\n"
    );
    home.write(".python-gitlab.cfg", &text.replace("token file", "token"));
    home.write("token", "\nglpat-helped\n");
    let call = |call: Rhailab| call.env("HOME", home.path());
    succeed(call(project()));
    assert_eq!(seen(&server), ["glpat-helped", "", ""]);
    succeed(call(project()).args(["--profile", "job"]));
    assert_eq!(server.requests().last().unwrap().header("job-token"), "glpat-job");
    let config = succeed(call(Rhailab::new(RHAILAB).arg("config"))).stdout;
    for words in ["section work of python-gitlab's configuration", "5s", "/.python-gitlab.cfg"] {
        assert!(config.contains(words), "{words}: {config}");
    }
    let error = call(project()).env("PYTHON_GITLAB_CFG", "/nowhere/python.cfg").run();
    assert_eq!(error.status, Some(2), "{error:?}");
    assert!(error.stderr.contains("PYTHON_GITLAB_CFG names /nowhere/python.cfg"), "{error:?}");
}

/// A client of the script's own takes the same settings as `gl`.
#[test]
fn a_clients_options_are_checked_before_anything_is_sent() {
    let cases = [
        ("timeout: \"soon\"", "cannot be \"soon\""),
        ("jobs: 0", "`jobs` of gitlab() must be a whole number above 0"),
        ("jobs: \"2\"", "`jobs` of gitlab() must be a whole number above 0"),
        ("ca_file: 1", "`ca_file` of gitlab() must be text"),
        ("ca_file: \"/nowhere.pem\"", "the CA file /nowhere.pem cannot be read"),
        ("client_key: \"x\"", "`client_key` of gitlab() needs `client_cert`"),
        ("insecure: 1", "`insecure` of gitlab() must be true or false"),
        ("ca_fil: \"x\"", "gitlab() has no option `ca_fil`"),
        ("private_token: \"a\", job_token: \"b\"", "more than one token"),
    ];
    for (options, words) in cases {
        let code = format!("gitlab(\"https://h.test\", #{{{options}}})");
        let outcome = Rhailab::new(RHAILAB).args(["eval", &code]).run();
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        assert!(outcome.stderr.contains(words), "{words}: {outcome:?}");
    }
    let server = gitlab();
    let code = format!(
        "gitlab(\"{}\", #{{timeout: \"30s\", jobs: 2, insecure: false}}).projects.get(\"demo/app\").id",
        server.url()
    );
    let outcome = succeed(Rhailab::new(RHAILAB).args(["eval", &code]));
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("1\n", ""));
}

/// A server that takes a connection and never says a word.
#[test]
fn a_time_limit_ends_a_call_wherever_it_was_set() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let folder = Folder::new();
    let profile = |line: &str| {
        let text = format!("default = \"w\"\n[profiles.w]\nurl = \"{url}\"\n{line}\n");
        folder.write("rhailab.toml", &text)
    };
    let kind = |client: &str| format!("try {{ {client}.projects.get(1) }} catch (e) {{ print(e.kind) }}");
    let of_script = kind(&format!("gitlab(\"{url}\", #{{timeout: \"20ms\"}})"));
    let calls = [
        Rhailab::new(RHAILAB).args(["--url", &url, "--timeout", "20ms", "eval", &kind("gl")]),
        Rhailab::new(RHAILAB)
            .env("RHAILAB_CONFIG", profile("timeout = \"20ms\""))
            .args(["eval", &kind("gl")]),
        Rhailab::new(RHAILAB).args(["eval", &of_script]),
    ];
    for call in calls {
        assert_eq!(succeed(call).stdout, "timeout\n");
    }
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
