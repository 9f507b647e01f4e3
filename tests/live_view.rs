//! A wait as it is seen: the picture on a terminal, which is drawn in place, follows the terminal's size and leaves
//! nothing behind, and the lines where there is no terminal. The screen is a terminal emulator's; what GitLab says comes
//! from a table, so that each moment of a pipeline lasts as long as the test wants.

#![cfg(unix)]

use std::process::Command;

use rhailab_tests::{Answer, Folder, Outcome, RecordingServer, Rhailab, Screen, canned, run};
use serde_json::{Value, json};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const TOKEN: &str = "glpat-live-view-access-token";

const PIPELINE: &str = "GET /api/v4/projects/demo%2Fapp/pipelines/104";
const JOBS: &str = "GET /api/v4/projects/demo%2Fapp/pipelines/104/jobs";
const BRIDGES: &str = "GET /api/v4/projects/demo%2Fapp/pipelines/104/bridges";

fn job(id: i64, stage: &str, name: &str, status: &str, duration: Option<f64>) -> Value {
    json!({
        "id": id, "stage": stage, "name": name, "status": status, "duration": duration, "allow_failure": false,
        "web_url": format!("{{url}}/demo/app/-/jobs/{id}"),
        "started_at": duration.is_some().then_some("2026-03-02T10:00:02.000Z"),
    })
}

fn bridge(status: &str, downstream: &str) -> Value {
    let mut bridge = job(12, "deploy", "fleet", status, None);
    bridge["downstream_pipeline"] = json!({
        "id": 205, "project_id": 2, "status": downstream, "web_url": "{url}/demo/downstream/-/pipelines/205",
    });
    bridge
}

/// A server on which the pipeline is in this moment.
fn server(status: &str, jobs: &[Value], bridges: &[Value]) -> RecordingServer {
    let server = RecordingServer::start([]);
    then(&server, status, jobs, bridges);
    server
}

/// The pipeline's next moment. The status comes last, because the client asks for it first.
fn then(server: &RecordingServer, status: &str, jobs: &[Value], bridges: &[Value]) {
    server.add(JOBS, canned::rows(jobs));
    server.add(BRIDGES, canned::rows(bridges));
    server.add(PIPELINE, Answer::json(200, &canned::pipeline(status)));
}

/// A pipeline in the middle of its life.
fn running() -> RecordingServer {
    let jobs = [
        job(11, "deploy", "deploy", "created", None),
        job(10, "test", "日本語 🚀", "running", Some(5.0)),
        job(9, "test", "unit", "running", Some(12.5)),
        job(8, "build", "compile", "success", Some(8.0)),
    ];
    server("running", &jobs, &[bridge("created", "pending")])
}

fn succeed(server: &RecordingServer) {
    let jobs = [
        job(11, "deploy", "deploy", "success", Some(30.0)),
        job(10, "test", "日本語 🚀", "success", Some(15.0)),
        job(9, "test", "unit", "success", Some(70.0)),
        job(8, "build", "compile", "success", Some(8.0)),
    ];
    then(server, "success", &jobs, &[bridge("success", "success")]);
}

fn screen(server: &RecordingServer, options: &[&str], size: (u16, u16)) -> Screen {
    let args = [&["wait", "demo/app", "104", "--poll", "10ms"][..], options].concat();
    Screen::start(RHAILAB, &args, &[("GITLAB_URL", server.url()), ("GITLAB_TOKEN", TOKEN)], size)
}

/// The rows with what changes by itself made equal: spinners, times of what runs, and the server's port.
fn still(rows: &[String], server: &RecordingServer) -> Vec<String> {
    rows.iter()
        .map(|row| {
            let row: String =
                row.chars().map(|letter| if is_spinner(letter) { '⠋' } else { letter }).collect();
            let row = row.replace(server.url(), "{url}");
            match row
                .contains('⠋')
                .then(|| row.split_once(" s").map(|(before, after)| (before.to_owned(), after.to_owned())))
            {
                Some(Some((before, after))) => {
                    let before = before.trim_end_matches(|letter: char| letter.is_ascii_digit());
                    format!("{before}N s{after}")
                }
                _ => row,
            }
        })
        .collect()
}

fn is_spinner(letter: char) -> bool {
    ('\u{2801}'..='\u{28ff}').contains(&letter)
}

fn piped(server: &RecordingServer, options: &[&str]) -> Outcome {
    Rhailab::new(RHAILAB)
        .server(server.url(), TOKEN)
        .args(["wait", "demo/app", "104", "--poll", "1ms"])
        .args(options)
        .run()
}

const PICTURE: [&str; 10] = [
    "above",
    "⠋ pipeline 104 running  N s  master",
    "  {url}/demo/app/-/pipelines/104",
    "✓ build  1 success",
    "⠋ test",
    "  ⠋ unit       running  N s",
    "  ⠋ 日本語 🚀  running  N s",
    "… deploy",
    "  · deploy     created",
    "  · fleet      created  → pipeline 205 pending  demo/downstream",
];

#[test]
fn the_picture_is_drawn_in_place_and_gives_way_to_the_summary() {
    let server = running();
    let screen = screen(&server, &[], (24, 80));
    let rows = screen.wait_for(|rows| rows.len() == PICTURE.len());
    assert_eq!(still(&rows, &server), PICTURE);
    // The spinners move, and nothing is added below.
    let sign = rows[1].chars().next();
    let later = screen.wait_for(|rows| rows.get(1).is_some_and(|row| row.chars().next() != sign));
    assert_eq!(still(&later, &server), PICTURE);

    succeed(&server);
    let ended = screen.end();
    let url = format!("  {}/demo/app/-/pipelines/104", server.url());
    assert_eq!(
        ended.rows,
        ["above", "✓ pipeline 104 success after 2 min 59 s", "  5 jobs: 5 success", &url],
        "{}",
        ended.written
    );
    assert_eq!((ended.status, ended.cursor, ended.has_cursor), (Some(0), (4, 0), true));
    assert!(!ended.written.contains(TOKEN));
}

/// From the top left corner, some terminals take an erasure of all that is below for a cleared screen, and keep a copy.
#[test]
fn the_picture_is_drawn_over_itself_line_by_line() {
    let server = running();
    let screen = screen(&server, &["-v"], (24, 80));
    let rows = screen.wait_for(|rows| rows.iter().any(|row| row.starts_with("⠋ pipeline 104 running")));
    let sign = |rows: &[String]| rows.iter().find(|row| row.contains(" pipeline 104")).cloned();
    screen.wait_for(|later| sign(later) != sign(&rows));
    succeed(&server);
    let ended = screen.end();
    assert_eq!(ended.status, Some(0), "{:?}", ended.rows);
    for erasure in ["\u{1b}[J", "\u{1b}[0J", "\u{1b}[2J"] {
        assert!(!ended.written.contains(erasure), "{erasure:?} is in {:?}", ended.written);
    }
}

#[test]
fn a_picture_in_which_nothing_moves_is_drawn_once() {
    let server = server("pending", &[job(8, "build", "compile", "pending", None)], &[]);
    let screen = screen(&server, &[], (24, 80));
    screen.wait_for(|rows| rows.iter().any(|row| row.contains("compile")));
    // Each look would draw, and so would each moment between them.
    server.wait_for(20);
    succeed(&server);
    let ended = screen.end();
    assert_eq!(ended.written.matches("compile").count(), 1, "{:?}", ended.written);
}

#[test]
fn tmux_keeps_no_copies_of_the_picture() {
    if Command::new("tmux").arg("-V").output().is_err() {
        println!("skipped: there is no tmux here");
        return;
    }
    let server = running();
    let tmux = Tmux::start(&[
        "env",
        "-i",
        "TERM=screen",
        &format!("GITLAB_URL={}", server.url()),
        &format!("GITLAB_TOKEN={TOKEN}"),
        RHAILAB,
        "wait",
        "demo/app",
        "104",
        "--poll",
        "10ms",
    ]);
    let mut pictures = Vec::new();
    while pictures.len() < 5 {
        let shown = tmux.says(&["capture-pane", "-p"]);
        let sign = shown.lines().find(|row| row.contains("pipeline 104 running")).map(str::to_owned);
        pictures.extend(sign);
        pictures.dedup();
        std::thread::yield_now();
    }
    assert_eq!(tmux.says(&["display-message", "-p", "#{history_size}"]), "0\n");
}

/// A terminal of tmux's own, with a server that ends with it.
struct Tmux(Folder);

impl Tmux {
    fn start(command: &[&str]) -> Self {
        let tmux = Self(Folder::new());
        tmux.says(
            &[&["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "--"], command].concat(),
        );
        tmux
    }

    fn says(&self, args: &[&str]) -> String {
        let outcome = run(Command::new("tmux").arg("-S").arg(self.0.path().join("tmux")).args(args));
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        outcome.stdout
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.says(&["kill-server"]);
    }
}

#[test]
fn the_picture_follows_the_size_of_the_terminal() {
    let server = running();
    let screen = screen(&server, &[], (24, 80));
    screen.wait_for(|rows| rows.len() == PICTURE.len());

    // Too narrow for what stood there, and too low: the whole screen is drawn again.
    screen.resize(8, 30);
    let rows = screen.wait_for(|rows| rows.first().is_some_and(|row| row.contains("pipeline 104")));
    let rows = match rows.len() {
        7 => rows,
        _ => screen.wait_for(|rows| rows.len() == 7),
    };
    assert_eq!(
        still(&rows, &server),
        [
            "⠋ pipeline 104 running  N s…",
            "✓ build  1 success",
            "⠋ test",
            "  ⠋ unit      running  N s",
            "  ⠋ 日本語 …  running  N s",
            "… deploy  2 created",
            "  · fleet     created  → pip…",
        ]
    );

    screen.resize(30, 120);
    let rows = screen.wait_for(|rows| rows.len() == PICTURE.len() - 1);
    assert_eq!(still(&rows, &server), PICTURE[1..]);
    succeed(&server);
    let ended = screen.end();
    assert_eq!((ended.status, ended.rows.len()), (Some(0), 3), "{:?}", ended.rows);
}

#[test]
fn ctrl_c_leaves_a_clean_terminal_and_says_how_to_go_on() {
    let server = running();
    let screen = screen(&server, &[], (24, 80));
    screen.wait_for(|rows| rows.len() == PICTURE.len());
    screen.send("\u{3}");
    let ended = screen.end();
    let url = format!("  {}/demo/app/-/pipelines/104", server.url());
    assert_eq!(
        still(&ended.rows, &server)[..2],
        ["above", "● pipeline 104 running after 13 s"],
        "{:?}",
        ended.rows
    );
    assert_eq!(
        ended.rows[2..],
        [
            "  5 jobs: 2 running, 2 created, 1 success",
            &url,
            "interrupted; pipeline 104 goes on, and `rhailab wait demo/app 104` waits again",
        ]
    );
    assert_eq!((ended.status, ended.cursor, ended.has_cursor), (Some(130), (5, 0), true));
}

#[test]
fn a_pipeline_that_ends_with_its_sandbox_cannot_be_waited_for_again() {
    let args = ["--sandbox", "trigger", "demo/app", "v2.0", "--wait", "--until", "final"];
    let screen = Screen::start(RHAILAB, &args, &[], (24, 80));
    screen.wait_for(|rows| rows.iter().any(|row| row.contains(" pipeline ")));
    screen.send("\u{3}");
    let ended = screen.end();
    assert_eq!(ended.status, Some(130), "{:?}", ended.rows);
    assert!(ended.rows.iter().any(|row| row.ends_with(" ended with its sandbox")), "{:?}", ended.rows);
    assert!(!ended.written.contains("waits again"), "{:?}", ended.rows);
}

#[test]
fn what_is_told_meanwhile_stands_above_the_picture() {
    let server = running();
    let screen = screen(&server, &["-v"], (24, 80));
    let rows = screen.wait_for(|rows| {
        rows.iter().filter(|row| row.contains("GET http")).count() > 4
            && rows.last().is_some_and(|row| row.contains("fleet"))
    });
    let picture = rows.iter().position(|row| row.contains("pipeline 104 running")).unwrap();
    assert!(rows[picture + 1..].iter().all(|row| !row.contains("GET http")), "{rows:?}");
    assert_eq!(rows.iter().filter(|row| row.contains("pipeline 104 running")).count(), 1, "{rows:?}");
    succeed(&server);
    assert_eq!(screen.end().status, Some(0));
}

#[test]
fn a_failure_ends_with_the_logs_of_what_failed() {
    let failed = job(9, "test", "unit", "failed", Some(12.0));
    let server = server("failed", std::slice::from_ref(&failed), &[]);
    server.add("GET /api/v4/projects/demo%2Fapp/jobs/9/trace", Answer::text(200, "one\nassertion failed\n"));
    server.add("GET /api/v4/projects/1/jobs/9/trace", Answer::text(200, "one\nassertion failed\n"));
    let screen = screen(&server, &["--color", "always"], (24, 80));
    let ended = screen.end();
    assert_eq!(ended.status, Some(3), "{:?}", ended.rows);
    assert_eq!(
        ended.rows[1..7],
        [
            "✗ pipeline 104 failed after 2 min 59 s",
            "  1 job: 1 failed",
            &format!("  {}/demo/app/-/pipelines/104", server.url()),
            "job 9, test/unit, failed; its log ends:",
            "    one",
            "    assertion failed",
        ],
        "{:?}",
        ended.rows
    );
    assert!(ended.written.contains("\u{1b}[31m✗ \u{1b}[0m"), "{:?}", ended.written);
}

#[test]
fn without_progress_a_terminal_gets_lines() {
    for options in [&["--progress", "never", "--color", "never"][..], &["--output", "json"]] {
        let server = running();
        succeed(&server);
        let ended = screen(&server, options, (40, 200)).end();
        assert_eq!(ended.status, Some(0), "{:?}", ended.rows);
        assert!(!ended.written.contains('\u{1b}'), "{:?}", ended.written);
        assert!(ended.written.contains("104"), "{:?}", ended.written);
    }
}

#[test]
fn where_there_is_no_terminal_each_change_is_a_line() {
    let server = running();
    let jobs = [
        job(11, "deploy", "deploy", "created", None),
        job(10, "test", "日本語 🚀", "failed", Some(6.0)),
        job(9, "test", "unit", "running", Some(13.0)),
        job(8, "build", "compile", "success", Some(8.0)),
    ];
    // Nothing changes between the second of these looks and the third, so nothing is told.
    for _ in 0..2 {
        then(&server, "running", &jobs, &[bridge("success", "running")]);
    }
    succeed(&server);
    let outcome = piped(&server, &[]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    insta::assert_snapshot!("piped", outcome.stdout.replace(server.url(), "{url}"));
}

#[test]
fn json_has_a_line_for_each_change() {
    let server = running();
    succeed(&server);
    let outcome = piped(&server, &["--output", "json"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    let mut shown = String::new();
    for line in outcome.stdout.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let time = event["time"].as_str().unwrap();
        assert!(time.parse::<rhailab_client::Timestamp>().is_ok(), "{line}");
        shown.push_str(&line.replace(time, "{time}").replace(server.url(), "{url}"));
        shown.push('\n');
    }
    insta::assert_snapshot!("piped as json", shown);
}

/// A pipeline that has succeeded, with a child that has, too, and a grandchild that is still in these statuses.
fn with_grandchild(statuses: &[&str]) -> RecordingServer {
    let server = server("success", &[], &[bridge("success", "success")]);
    server.add("GET /api/v4/projects/1/pipelines/104/bridges", canned::rows(&[bridge("success", "success")]));
    for status in statuses {
        let mut deeper = job(21, "ship", "deeper", "success", None);
        deeper["downstream_pipeline"] = json!({
            "id": 306, "project_id": 3, "status": status, "web_url": "{url}/acme/last/-/pipelines/306",
        });
        server.add("GET /api/v4/projects/2/pipelines/205/bridges", canned::rows(&[deeper]));
    }
    server.add("GET /api/v4/projects/3/pipelines/306/bridges", canned::no_rows());
    server
}

#[test]
fn pipelines_of_any_depth_are_told_while_they_run() {
    let outcome = piped(&with_grandchild(&["running", "running", "success"]), &["--children"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    let lines: Vec<&str> =
        outcome.stdout.lines().filter(|line| line.trim().starts_with("pipeline ")).collect();
    assert_eq!(
        lines,
        [
            "  pipeline 205 success in demo/downstream, downstream of job 12 deploy/fleet",
            "    pipeline 306 running in acme/last, downstream of pipeline 205 deeper",
            "pipeline 104 success 179 s",
            "    pipeline 306 success in acme/last, downstream of pipeline 205 deeper",
        ],
        "{outcome:?}"
    );

    let outcome = piped(
        &with_grandchild(&["running", "success"]),
        &["--children", "--output", "json", "--progress", "never"],
    );
    let events: Vec<Value> = outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let facts =
        |event: &Value| (event["status"].clone(), event["project_id"].clone(), event["upstream"].clone());
    let of_grandchild: Vec<_> = events.iter().filter(|event| event["id"] == 306).map(facts).collect();
    assert_eq!(
        of_grandchild,
        [(json!("running"), json!(3), json!(205)), (json!("success"), json!(3), json!(205))],
        "{outcome:?}"
    );
}

#[test]
fn the_picture_shows_pipelines_of_any_depth() {
    let server = with_grandchild(&["running"]);
    let screen = screen(&server, &["--children"], (24, 80));
    let rows = screen.wait_for(|rows| rows.iter().any(|row| row.contains("306")));
    assert_eq!(
        rows[4..],
        [
            "  ✓ fleet  success  → pipeline 205 success  demo/downstream",
            "    → pipeline 306 running  acme/last"
        ]
    );
    server.add("GET /api/v4/projects/2/pipelines/205/bridges", canned::rows(&[]));
    let ended = screen.end();
    assert_eq!(ended.status, Some(0), "{:?}", ended.rows);
}

#[test]
fn the_value_in_the_end_has_the_form_that_was_asked_for() {
    for (format, words) in [("yaml", "status: success\n"), ("table", "status ")] {
        let server = running();
        succeed(&server);
        let outcome = piped(&server, &["--output", format]);
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
        assert!(
            outcome.stdout.contains(words) && !outcome.stdout.contains("pipeline 104 running"),
            "{outcome:?}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_told_once_and_ends_it() {
    for format in ["auto", "json"] {
        let outcome = Rhailab::new(RHAILAB)
            .server(running().url(), TOKEN)
            .args(["wait", "demo/app", "104", "--poll", "1ms", "--output", format])
            .stdout_into("/dev/full")
            .run();
        let words = "error: standard output cannot be written: No space left on device (os error 28)\n";
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(1), words), "{format}");
    }
}

#[test]
fn a_look_costs_one_request_for_a_hundred_jobs_and_one_for_bridges_while_there_may_be_any() {
    let server = server("running", &[job(8, "build", "compile", "running", Some(1.0))], &[]);
    then(&server, "running", &[job(8, "build", "compile", "running", Some(1.0))], &[]);
    then(&server, "success", &[job(8, "build", "compile", "success", Some(1.0))], &[]);
    assert_eq!(piped(&server, &[]).status, Some(0));
    let lines = server.lines();
    let of = |route: &str| lines.iter().filter(|line| line.split('?').next() == Some(route)).count();
    assert_eq!((of(PIPELINE), of(JOBS), of(BRIDGES), lines.len()), (3, 3, 1, 7), "{lines:?}");
    assert!(
        lines.iter().filter(|line| line.contains("/jobs?")).all(|line| line.contains("per_page=100")),
        "{lines:?}"
    );
}

#[test]
fn jobs_that_the_caller_may_not_see_are_asked_for_once() {
    let server = RecordingServer::start([]);
    for status in ["running", "running", "success"] {
        server.add(PIPELINE, Answer::json(200, &canned::pipeline(status)));
    }
    server.add(JOBS, Answer::json(403, &json!({"message": "403 Forbidden"})));
    server.add(BRIDGES, Answer::json(403, &json!({"message": "403 Forbidden"})));
    let outcome = piped(&server, &[]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(outcome.stderr.matches("note: the jobs cannot be listed").count(), 1, "{outcome:?}");
    assert_eq!(
        server.lines().iter().filter(|line| line.contains("/jobs")).count(),
        1,
        "{:?}",
        server.lines()
    );
}

#[test]
fn nothing_that_a_server_says_steers_the_terminal() {
    let evil = "evil\u{1b}[2J\u{7}\r\n\u{9b}31m";
    let server = server("running", &[job(8, evil, evil, "running", Some(1.0))], &[]);
    let live = screen(&server, &[], (24, 80));
    let rows =
        live.wait_for(|rows| rows.iter().any(|row| row.contains("  ⠋ evil") || row.contains(" evil␛[2J␇␍␊")));
    assert_eq!(rows[0], "above", "{rows:?}");
    then(&server, "success", &[job(8, evil, evil, "success", Some(1.0))], &[]);
    let ended = live.end();
    assert!(!ended.written.contains("\u{1b}[2J") && !ended.written.contains('\u{7}'), "{:?}", ended.written);
}
