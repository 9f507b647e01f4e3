//! The picture on a terminal: drawn in place, after the terminal's size, and gone when the wait is over. The screen is a
//! terminal emulator's.

use rhailab_tests::{Answer, RecordingServer, Screen, canned};

use super::{RHAILAB, TOKEN, job, running, server, succeed, then, with_grandchild};

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
