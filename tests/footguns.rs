//! What hurts users of other clients, each turned into a guarantee. The table in `docs/guarantees.md` names the tests of all
//! of them; here are those that no other file is about, and the check that the table is true.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rhailab_tests::{Answer, Folder, Outcome, RecordingServer, Rhailab, canned, repository};
use serde_json::json;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");
const TOKEN: &str = "glpat-footguns-access-token";

fn eval(server: &RecordingServer, code: &str) -> Outcome {
    Rhailab::new(RHAILAB).args(["eval", code]).server(server.url(), TOKEN).run()
}

#[track_caller]
fn prints(server: &RecordingServer, code: &str, expected: &str) {
    let outcome = eval(server, code);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), expected), "{outcome:?}");
}

#[test]
fn footgun_14_jobs_of_a_pipeline_can_do_what_any_job_can() {
    let code = "let pipeline = gl.projects.get(1).pipelines.get(1001); let job = pipeline.jobs.list()[0]; \
                let log = job.trace().len > 0; let again = job.retry(); again.cancel(); \
                `${log} ${again.id != job.id} ${again.status}`";
    let outcome = Rhailab::new(RHAILAB).args(["--sandbox", "eval", code]).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "true true canceled\n"), "{outcome:?}");
}

#[test]
fn footgun_15_an_action_answers_the_new_state_and_keeps_the_identity() {
    let server = RecordingServer::start([
        ("POST /api/v4/projects/1/pipelines/104/cancel", Answer::json(200, &canned::pipeline("canceled"))),
        (
            "POST /api/v4/projects/1/pipeline_schedules/5/play",
            Answer::json(201, &json!({"message": "201 Created"})),
        ),
    ]);
    let project = "let project = gl.projects.get(1, #{lazy: true});";
    let pipeline = "let p = project.pipelines.get(104, #{lazy: true}); let same = p; let after = p.cancel();";
    prints(
        &server,
        &format!("{project} {pipeline} `${{after.status}} ${{same.status}} ${{after == p}}`"),
        "canceled canceled true\n",
    );
    let schedule = "let s = project.pipelineschedules.get(5, #{lazy: true}); s.play(); s.id";
    prints(&server, &format!("{project} {schedule}"), "5\n");
}

/// Waits read the object again and again; what a script has assigned meanwhile is its own.
#[test]
fn footgun_20_what_was_assigned_outlives_a_wait() {
    const PIPELINE: &str = "GET /api/v4/projects/1/pipelines/104";
    for wait in ["p.wait()", "wait_all([p])"] {
        let server = RecordingServer::start([
            (PIPELINE, Answer::json(200, &canned::pipeline("running"))),
            (PIPELINE, Answer::json(200, &canned::pipeline("success"))),
            ("GET /api/v4/projects/1/pipelines", canned::rows(&[canned::pipeline("success")])),
            (
                "PUT /api/v4/projects/1/pipelines/104/metadata",
                Answer::json(200, &canned::pipeline("success")),
            ),
        ]);
        let code = format!(
            "let p = gl.projects.get(1, #{{lazy: true}}).pipelines.get(104); \
             p.name = \"nightly\"; {wait}; let seen = p.status; p.save(); seen"
        );
        prints(&server, &code, "success\n");
        let sent = server.requests().pop().unwrap();
        assert_eq!(sent.json(), json!({"name": "nightly"}), "{wait}");
    }
}

#[test]
fn footgun_17_an_anonymous_client_is_anonymous() {
    let home = Folder::new();
    let server = RecordingServer::start([("GET /api/v4/projects/1", canned::project())]);
    let host = server.url().trim_start_matches("http://").split(':').next().unwrap().to_owned();
    let netrc = home.write(".netrc", &format!("machine {host} login mira password swordfish\n"));
    let outcome = Rhailab::new(RHAILAB)
        .args(["eval", "gl.projects.get(1).name"])
        .env("HOME", home.path())
        .env("NETRC", &netrc)
        .env("GITLAB_URL", server.url())
        .run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "App\n"), "{outcome:?}");
    assert_eq!(server.requests()[0].credentials(), [""; 0]);
}

#[test]
fn footgun_19_data_and_managers_of_one_name_are_both_reachable() {
    let job = json!({"id": 8, "status": "success", "artifacts": [{"file_type": "trace", "size": 3}]});
    let schedule = json!({"id": 5, "description": "nightly", "variables": [{"key": "A", "value": "1"}]});
    let server = RecordingServer::start([
        ("GET /api/v4/projects/1/jobs/8", Answer::json(200, &job)),
        ("GET /api/v4/projects/1/jobs/8/artifacts", Answer::bytes(200, "zip")),
        ("GET /api/v4/projects/1/pipeline_schedules/5", Answer::json(200, &schedule)),
    ]);
    let project = "let project = gl.projects.get(1, #{lazy: true});";
    let job =
        "let job = project.jobs.get(8); `${job.attributes.artifacts[0].file_type} ${job.artifacts().len}`";
    prints(&server, &format!("{project} {job}"), "trace 3\n");
    let schedule =
        "let s = project.pipelineschedules.get(5); `${s.attributes.variables[0].key} ${s.variables}`";
    let outcome = eval(&server, &format!("{project} {schedule}"));
    assert!(outcome.stdout.starts_with("A ProjectPipelineScheduleVariableManager"), "{outcome:?}");
}

#[test]
fn footgun_21_objects_are_equal_by_kind_owners_and_identity() {
    let server = RecordingServer::start([]);
    let code = "let one = gl.projects.get(1, #{lazy: true}); let two = gl.projects.get(2, #{lazy: true}); \
                let job = one.jobs.get(7, #{lazy: true}); let same = one.jobs.get(7, #{lazy: true}); \
                let pipeline = one.pipelines.get(7, #{lazy: true}); let other = two.jobs.get(7, #{lazy: true}); \
                `${job == same} ${job == pipeline} ${job == other} ${job != pipeline}`";
    prints(&server, code, "true false false true\n");
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn footgun_22_values_in_a_query_are_written_as_gitlab_reads_them() {
    let server = RecordingServer::start([
        ("GET /api/v4/projects/1/jobs", canned::no_rows()),
        ("GET /api/v4/projects/1/pipelines", canned::no_rows()),
        ("GET /api/v4/projects/1/pipelines/45/jobs", canned::no_rows()),
    ]);
    let project = "let project = gl.projects.get(1, #{lazy: true});";
    for call in [
        "project.jobs.list(#{scope: [\"failed\", \"success\"]}).len()",
        "project.pipelines.list(#{updated_after: \"2026-03-02T10:00:00+02:00\", yaml_errors: true}).len()",
        "project.pipelines.get(45, #{lazy: true}).jobs.list(#{include_retried: true}).len()",
    ] {
        prints(&server, &format!("{project} {call}"), "0\n");
    }
    let queries: Vec<String> = server.requests().into_iter().map(|request| request.query).collect();
    for (query, part) in queries.iter().zip([
        "scope%5B%5D=failed&scope%5B%5D=success",
        "updated_after=2026-03-02T10%3A00%3A00%2B02%3A00",
        "include_retried=true",
    ]) {
        assert!(query.contains(part), "{query} lacks {part}");
    }
    assert!(queries[1].contains("yaml_errors=true"), "{}", queries[1]);
}

#[test]
fn footgun_24_an_error_tells_all_there_is_whatever_the_body() {
    let expired =
        json!({"error": "invalid_token", "error_description": "Token is expired. You can re-authenticate."});
    let server = RecordingServer::start([
        ("GET /api/v4/projects/1", Answer::json(401, &expired).with_header("x-request-id", "01ABC")),
        ("GET /api/v4/projects/2", Answer::html(404, "<html><title>Not here</title></html>")),
        ("GET /api/v4/projects/3", Answer::bytes(403, vec![0xff, 0xfe, 0x00])),
    ]);
    let code = |id| {
        format!(
            "try {{ gl.projects.get({id}) }} catch (e) {{ \
             print(`${{e.kind}} ${{e.status}} ${{e.method}} ${{e.operation}} ${{e.request_id}} ${{e.message}}`) }}"
        )
    };
    let first = eval(&server, &code(1)).stdout;
    assert!(first.starts_with("auth 401 GET Project.get 01ABC "), "{first}");
    assert!(first.contains("Token is expired. You can re-authenticate."), "{first}");
    assert!(eval(&server, &code(2)).stdout.starts_with("not_found 404 GET Project.get"));
    assert!(eval(&server, &code(3)).stdout.starts_with("forbidden 403 GET Project.get"));
}

/// An option that no test uses may do nothing, and nobody would know.
#[test]
fn footgun_25_every_option_is_used_by_a_test() {
    let mut sources = String::new();
    for file in files(&repository().join("tests")) {
        sources.push_str(&fs::read_to_string(file).unwrap());
    }
    let commands = [
        "",
        "run",
        "eval",
        "check",
        "sandbox",
        "config",
        "login",
        "doc",
        "completions",
        "definitions",
        "man",
    ];
    let mut options = BTreeSet::new();
    for command in commands.iter().copied().chain(["trigger", "wait", "logs", "api"]) {
        let help = Rhailab::new(RHAILAB).args(command.split_terminator(' ')).arg("--help").run();
        let words = help.stdout.lines().filter_map(|line| line.trim_start().split_once("--"));
        // Options stand at the beginning of a line, after a short form at most.
        let long = words.filter(|(before, _)| before.len() <= 4).map(|(_, rest)| rest);
        options
            .extend(long.filter_map(|rest| rest.split([' ', '=', '[', ',', '.']).next()).map(str::to_owned));
    }
    assert!(options.contains("token-file") && options.contains("latency"), "{options:?}");
    for option in options.iter().filter(|option| !matches!(option.as_str(), "help" | "version")) {
        let is_used = [format!("\"--{option}\""), format!("\"--{option}="), format!("\"--{option} ")];
        assert!(is_used.iter().any(|use_| sources.contains(use_)), "no test uses --{option}");
    }
}

#[test]
fn the_table_of_guarantees_names_tests_that_exist() {
    let table = fs::read_to_string(repository().join("docs/guarantees.md")).unwrap();
    let mut numbers = Vec::new();
    for row in table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let Ok(number) = cells[0].parse::<usize>() else { continue };
        numbers.push(number);
        let tests: Vec<&str> = cells[3].split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "{row}");
        for test in tests {
            let (file, name) = test.split_once("::").unwrap_or_else(|| panic!("{test} names no file"));
            let source = fs::read_to_string(repository().join("tests").join(file))
                .or_else(|_| fs::read_to_string(repository().join(file)))
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(source.contains(&format!("fn {name}(")), "{file} has no {name}");
        }
    }
    assert_eq!(numbers, (1..=25).collect::<Vec<_>>());
}

fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if path.is_dir() => files.extend(self::files(&path)),
            Some("rs") => files.push(path),
            _ => {}
        }
    }
    files
}
