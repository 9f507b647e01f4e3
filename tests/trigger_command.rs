//! `rhailab trigger` and `rhailab wait` as an unattended job calls them: what they send, what they print, and the exit
//! status by which the job decides. How a wait looks on a terminal is in `live_view.rs`.

#[path = "trigger_command/ending.rs"]
mod ending;

use std::path::Path;
use std::process::Command;

use rhailab_tests::{Answer, Folder, Outcome, Recorded, RecordingServer, Rhailab, canned, run};
use serde_json::{Value, json};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const TOKEN: &str = "glpat-trigger-command-token";
const JOB_TOKEN: &str = "glcbt-64_trigger-command-job-token";
const FILE_TOKEN: &str = "glptt-eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

const PROJECT: &str = "GET /api/v4/projects/demo%2Fapp";
const TRIGGERS: &str = "GET /api/v4/projects/demo%2Fapp/triggers";
const MAKE: &str = "POST /api/v4/projects/demo%2Fapp/triggers";
const START: &str = "POST /api/v4/projects/demo%2Fapp/trigger/pipeline";
const PIPELINE: &str = "GET /api/v4/projects/demo%2Fapp/pipelines/104";
const JOBS: &str = "GET /api/v4/projects/demo%2Fapp/pipelines/104/jobs";
const BRIDGES: &str = "GET /api/v4/projects/demo%2Fapp/pipelines/104/bridges";

/// A server with the caller's own trigger, on which the pipeline is seen in these statuses.
fn server(statuses: &[&str]) -> RecordingServer {
    let server = RecordingServer::start([
        (PROJECT, canned::project()),
        (TRIGGERS, canned::rows(&[canned::trigger("rhailab")])),
        (START, Answer::json(201, &canned::pipeline("created"))),
        (JOBS, canned::no_rows()),
        (BRIDGES, canned::no_rows()),
    ]);
    for status in statuses {
        server.add(PIPELINE, Answer::json(200, &canned::pipeline(status)));
    }
    server
}

fn call(server: &RecordingServer) -> Rhailab {
    Rhailab::new(RHAILAB).server(server.url(), TOKEN)
}

fn trigger(server: &RecordingServer, args: &[&str]) -> Outcome {
    let outcome = call(server).arg("trigger").args(args).run();
    for secret in [TOKEN, canned::TRIGGER_TOKEN, FILE_TOKEN] {
        assert!(!outcome.stdout.contains(secret) && !outcome.stderr.contains(secret), "{outcome:?}");
    }
    outcome
}

/// The body of the request that started the pipeline.
fn started(server: &RecordingServer) -> Value {
    let requests = server.requests();
    let start = requests.iter().find(|request| request.line() == START);
    assert!(start.is_some(), "no pipeline was started: {:?}", server.lines());
    start.map(Recorded::json).unwrap_or_default()
}

#[test]
fn a_trigger_of_ones_own_is_found_and_those_of_others_are_not_taken() {
    let masked =
        |description: &str| json!({"id": 1, "token": "ffff", "description": description, "expires_at": null});
    let expired =
        json!({"id": 2, "token": FILE_TOKEN, "description": "rhailab", "expires_at": "2020-01-01T00:00:00Z"});
    let of_other_use = json!({"id": 3, "token": FILE_TOKEN, "description": "nightly", "expires_at": null});
    let rows = [masked("rhailab"), expired, of_other_use];
    let server_with = |own: Option<Value>| {
        let server = RecordingServer::start([
            (TRIGGERS, canned::rows(&rows.iter().cloned().chain(own).collect::<Vec<_>>())),
            (MAKE, Answer::json(201, &canned::trigger("rhailab"))),
            (START, Answer::json(201, &canned::pipeline("created"))),
        ]);
        let outcome = trigger(&server, &["demo/app", "main", "-vv"]);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert_eq!(
            outcome.stdout,
            format!("pipeline 104 created {}/demo/app/-/pipelines/104\n", server.url())
        );
        assert_eq!(started(&server)["token"], canned::TRIGGER_TOKEN);
        server
    };
    let found = server_with(Some(canned::trigger("rhailab")));
    assert_eq!(found.requests().len(), 2, "{:?}", found.lines());
    let made = server_with(None);
    assert_eq!(made.requests()[1].line(), MAKE);
    assert_eq!(made.requests()[1].json(), json!({"description": "rhailab"}));
}

#[test]
fn the_ref_is_the_one_that_is_named_or_the_default_branch() {
    for (args, branch) in [
        (&["demo/app"][..], "main"),
        (&["demo/app", "v1.0"], "v1.0"),
        (&["demo/app", "--ref", "feature/x"], "feature/x"),
    ] {
        let server = server(&[]);
        assert_eq!(trigger(&server, args).status, Some(0));
        assert_eq!(started(&server)["ref"], branch);
        assert_eq!(server.lines().iter().any(|line| line == PROJECT), branch == "main");
    }
    let empty =
        RecordingServer::start([(PROJECT, Answer::json(200, &json!({"id": 1, "default_branch": null})))]);
    let outcome = trigger(&empty, &["demo/app"]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("no default branch") && outcome.stderr.contains("--ref"), "{outcome:?}");
}

#[test]
fn variables_and_inputs_reach_gitlab_with_their_types() {
    let folder = Folder::new();
    let files = [
        folder.write("ci.env", "# zones\nZONE=eu\nVERSION=1.10\nQUOTED=\"a b\"\n"),
        folder.write("ci.json", r#"{"ZONE": "eu", "VERSION": 1.10, "QUOTED": "a b"}"#),
        folder.write("ci.yml", "ZONE: eu\nVERSION: 1.10\nQUOTED: a b\n"),
    ];
    for file in &files {
        let server = server(&[]);
        let file = file.to_str().unwrap();
        let args = [
            "demo/app",
            "main",
            "--variables-file",
            file,
            "--var",
            "ZONE=us=1",
            "--var",
            "EMPTY=",
            "--input",
            "count=3",
            "--input",
            "on=true",
            "--input",
            r#"list=["a"]"#,
            "--input",
            r#"name="3""#,
            "--input",
            "text=plain",
        ];
        let outcome = trigger(&server, &args);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        let sent = started(&server);
        assert_eq!(
            sent["variables"],
            json!({"ZONE": "us=1", "VERSION": "1.10", "QUOTED": "a b", "EMPTY": ""}),
            "{file}"
        );
        let inputs = json!({"count": 3, "on": true, "list": ["a"], "name": "3", "text": "plain"});
        assert_eq!(sent["inputs"], inputs);
    }
}

#[test]
fn slips_are_told_before_anything_is_sent() {
    let folder = Folder::new();
    let twice = folder.write("twice.env", "A=1\nA=2\n");
    let empty = folder.write("empty.token", "\n");
    let cases: [(&[&str], &str); 20] = [
        (&["trigger", "demo/app", ""], "the branch or tag is empty; is the variable set"),
        (&["trigger", "demo/app", "--ref", " "], "the branch or tag is empty; is the variable set"),
        (&["wait", "demo/app", "104", "--poll", "0s"], "a millisecond at least"),
        (&["trigger", "demo/app", "--var", "A"], "--var \"A\" has no name and value"),
        (&["trigger", "demo/app", "--var", "A=1", "--var", "A=2"], "--var A=… is there twice"),
        (&["trigger", "demo/app", "--var", "A-B=1"], "cannot be a variable's name"),
        (&["trigger", "demo/app", "--input", "=1"], "--input \"=1\" has no name and value"),
        (&["trigger", "demo/app", "--input", "a=1", "--input", "a=1"], "--input a=… is there twice"),
        (&["trigger", "demo/app", "--variables-file", twice.to_str().unwrap()], "line 2: `A` is there twice"),
        (&["trigger", "demo/app", "--variables-file", "nowhere.env"], "nowhere.env cannot be read"),
        (&["trigger", "demo/app", "--trigger-token-file", empty.to_str().unwrap()], "is empty"),
        (&["trigger", "demo/app", "main", "--ref", "main"], "cannot be used with"),
        (&["trigger", "main"], "write --ref main"),
        (&["trigger", "https://gitlab.test/demo/app"], "is a URL"),
        (&["trigger", "demo/app", "--children"], "--children says how to wait; it goes with --wait"),
        (&["trigger", "demo/app", "--wait", "--poll", "soon"], "a span of time is written"),
        (&["wait", "demo/app", "first"], "\"first\" is no pipeline"),
        (&["wait", "demo/app", "-1"], "unexpected argument"),
        (
            &["wait", "https://gitlab.test/demo/app/-/pipelines/104"],
            "is on https://gitlab.test, but the configured server is",
        ),
        (&["wait", "demo/app", "104", "--until", "never"], "[possible values: settled, final]"),
    ];
    for (args, words) in cases {
        let server = server(&[]);
        let outcome = call(&server).args(args).within(folder.path()).run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{args:?}: {outcome:?}");
        assert!(outcome.stderr.contains(words), "{args:?}: {outcome:?}");
        assert_eq!(server.lines(), [""; 0], "{args:?}");
    }
}

#[test]
fn a_trigger_token_alone_starts_a_pipeline() {
    let folder = Folder::new();
    let file = folder.write("trigger.token", &format!("{FILE_TOKEN}\n"));
    let server = server(&["running", "success"]);
    let anonymous = |args: &[&str]| {
        let call =
            Rhailab::new(RHAILAB).env("GITLAB_URL", server.url()).args(["trigger", "demo/app", "main"]);
        call.arg("--trigger-token-file").arg(&file).args(args).run()
    };
    let outcome = anonymous(&["-vv"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(!outcome.stderr.contains(FILE_TOKEN), "{outcome:?}");
    assert_eq!(server.lines(), [START]);
    assert_eq!(server.requests()[0].credentials(), [""; 0]);
    assert_eq!(started(&server)["token"], FILE_TOKEN);

    // With a token of a user, too, the pipeline can be waited for.
    let file = file.to_str().unwrap();
    let outcome =
        trigger(&server, &["demo/app", "main", "--trigger-token-file", file, "--wait", "--poll", "1ms"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let polls =
        server.requests().into_iter().filter(|request| request.line() == PIPELINE).collect::<Vec<_>>();
    assert_eq!(polls.len(), 2);
    assert!(polls.iter().all(|request| request.header("private-token") == TOKEN));

    // Without one it cannot, and that is explained.
    let private = RecordingServer::start([(START, Answer::json(201, &canned::pipeline("created")))]);
    let call = Rhailab::new(RHAILAB)
        .env("GITLAB_URL", private.url())
        .args(["trigger", "demo/app", "main", "--wait"]);
    let outcome = call.args(["--trigger-token-file", file]).run();
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.stdout.starts_with("pipeline 104 created "), "{outcome:?}");
    assert!(outcome.stderr.contains("404") && outcome.stderr.contains("GITLAB_TOKEN"), "{outcome:?}");
}

/// In a CI/CD job there is nothing but the job's own token, which starts pipelines and may not look at triggers.
#[test]
fn a_job_token_alone_starts_a_pipeline() {
    let in_job = |server: &RecordingServer, args: &[&str]| {
        let outcome = Rhailab::new(RHAILAB)
            .env("CI_SERVER_URL", server.url())
            .env("CI_JOB_TOKEN", JOB_TOKEN)
            .args(["trigger", "demo/app"])
            .args(args)
            .run();
        assert!(!format!("{outcome:?}").contains(JOB_TOKEN), "{outcome:?}");
        outcome
    };
    let server = server(&["running", "success"]);
    let outcome = in_job(&server, &["main", "-vv", "--wait", "--poll", "1ms"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(server.lines()[0], START);
    assert_eq!(started(&server)["token"], JOB_TOKEN);

    let refuse = |status: u16| Answer::json(status, &json!({"message": "no"}));
    let private = RecordingServer::start([
        (START, Answer::json(201, &canned::pipeline("created"))),
        (PIPELINE, refuse(404)),
        (PROJECT, refuse(404)),
    ]);
    let strict = RecordingServer::start([(START, refuse(404))]);
    for (server, args, words) in [
        (&private, &["main", "--wait"][..], &["Job token permissions", "GITLAB_TOKEN"][..]),
        (&private, &[], &["Name a branch or tag after the project"]),
        (&strict, &["main"], &["Job token permissions", "--trigger-token-file"]),
    ] {
        let outcome = in_job(server, args);
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        let said = outcome.stderr.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
        assert!(words.iter().all(|words| said.contains(words)), "{outcome:?}");
    }
}

#[test]
fn a_rehearsal_starts_nothing_and_read_only_refuses_to() {
    let server = RecordingServer::start([(PROJECT, canned::project()), (TRIGGERS, canned::no_rows())]);
    let outcome = trigger(&server, &["demo/app", "--wait", "--var", "ZONE=eu", "--dry-run"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), ""), "{outcome:?}");
    let plan: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(plan.len(), 2, "{outcome:?}");
    assert!(plan[0].contains("/projects/demo%2Fapp/triggers {\"description\":\"rhailab\"}"), "{outcome:?}");
    assert!(plan[1].contains("/trigger/pipeline") && plan[1].contains("\"ZONE\":\"eu\""), "{outcome:?}");
    let refused = trigger(&server, &["demo/app", "--wait", "--read-only"]);
    assert_eq!((refused.status, refused.stdout.as_str()), (Some(1), ""), "{refused:?}");
    assert!(refused.stderr.contains("would write, and this client only reads"), "{refused:?}");
    assert!(server.lines().iter().all(|line| line.starts_with("GET ")), "{:?}", server.lines());
}

#[test]
fn the_started_pipeline_is_shown_in_every_format() {
    let show = |format: &str| trigger(&server(&[]), &["demo/app", "main", "--output", format]).stdout;
    let json: Value = serde_json::from_str(&show("json")).unwrap();
    assert_eq!((json["id"].as_i64(), json["status"].as_str()), (Some(104), Some("created")));
    assert!(show("yaml").contains("\nstatus: created\n"));
    assert!(show("table").contains("web_url") && show("table").contains("/demo/app/-/pipelines/104"));
}

/// A folder that is a git repository with this remote.
fn repository(remote: &str) -> Folder {
    let folder = Folder::new();
    for args in [&["init", "--quiet"][..], &["remote", "add", "origin", remote]] {
        let outcome = run(&mut git(folder.path(), args));
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
    }
    folder
}

fn git(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(args).current_dir(directory).env("GIT_CONFIG_GLOBAL", "/dev/null");
    command
}

#[test]
fn the_project_is_guessed_from_the_git_remote() {
    let server = server(&["success"]);
    let within = |folder: &Folder, args: &[&str]| {
        call(&server).args(args).within(folder.path()).env("PATH", std::env::var_os("PATH").unwrap()).run()
    };
    let host = server.url().strip_prefix("http://").unwrap();
    let remotes = [
        "git@127.0.0.1:demo/app.git".to_owned(),
        "ssh://git@127.0.0.1:2222/demo/app.git".to_owned(),
        format!("http://mira:{TOKEN}@{host}/demo/app.git"),
    ];
    for remote in remotes {
        let folder = repository(&remote);
        let outcome = within(&folder, &["trigger", "--ref", "v1.0"]);
        assert_eq!(outcome.status, Some(0), "{remote}: {outcome:?}");
        assert_eq!(started(&server)["ref"], "v1.0");
        let outcome = within(&folder, &["wait", "104"]);
        assert_eq!(outcome.status, Some(0), "{remote}: {outcome:?}");
    }
    let sent = server.requests().len();
    let elsewhere =
        within(&repository(&format!("https://mira:{TOKEN}@gitlab.test/demo/app.git")), &["trigger"]);
    assert_eq!(elsewhere.status, Some(2), "{elsewhere:?}");
    assert!(
        elsewhere.stderr.contains("is on gitlab.test, but the configured server is http://127.0.0.1"),
        "{elsewhere:?}"
    );
    assert!(!elsewhere.stderr.contains(TOKEN), "{elsewhere:?}");
    let nowhere = within(&Folder::new(), &["trigger"]);
    assert_eq!(nowhere.status, Some(2), "{nowhere:?}");
    assert!(nowhere.stderr.contains("name the project, such as group/app"), "{nowhere:?}");
    assert_eq!(server.requests().len(), sent);
}
