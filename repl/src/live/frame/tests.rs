//! Pictures over screens of several sizes, and what every picture keeps to whatever it shows.

use proptest::prelude::*;
use rhailab_client::table;
use serde_json::{Value, json};

use super::*;
use crate::live::state::Row as Fields;

/// Every status that GitLab has.
fn statuses() -> &'static [&'static str] {
    let known = table::ENUMS.iter().find(|known| known.name == "JobStatus");
    known.map(|known| known.values).unwrap_or_default()
}

fn fields(value: Value) -> Fields {
    value.as_object().cloned().unwrap_or_default()
}

fn pipeline(status: &str) -> State {
    let over = ["success", "failed", "canceled"].contains(&status);
    State::of(&fields(json!({
        "id": 104, "status": status, "ref": "main", "web_url": "https://gitlab.test/demo/app/-/pipelines/104",
        "started_at": "2026-03-02T10:00:00Z", "duration": over.then_some(3725),
    })))
}

fn job(id: i64, stage: &str, name: &str, status: &str, duration: Option<f64>) -> Fields {
    fields(json!({
        "id": id, "stage": stage, "name": name, "status": status, "duration": duration, "allow_failure": false,
        "web_url": format!("https://gitlab.test/demo/app/-/jobs/{id}"),
        "started_at": duration.is_some().then_some("2026-03-02T10:00:05Z"),
    }))
}

fn with(job: Fields, name: &str, value: Value) -> Fields {
    let mut job = job;
    job.insert(name.to_owned(), value);
    job
}

/// A pipeline with a bit of everything.
fn rich() -> State {
    let mut state = pipeline("running");
    let downstream =
        json!({"id": 205, "status": "running", "web_url": "https://gitlab.test/demo/deploy/-/pipelines/205"});
    state.see_jobs(&[
        job(1, "build", "compile", "success", Some(61.4)),
        job(2, "build", "docs", "success", Some(4.0)),
        job(3, "test", "unit", "running", Some(83.2)),
        job(4, "test", "日本語 🚀 the name of a job that does not end", "running", Some(12.0)),
        job(5, "test", "evil \u{1b}[31m\r\nname", "failed", Some(7.0)),
        with(job(6, "test", "lint", "failed", Some(7.0)), "allow_failure", true.into()),
        job(7, "test", "browser", "pending", None),
        with(job(8, "ship", "fleet", "success", Some(0.0)), "downstream_pipeline", downstream),
        job(9, "ship", "approve", "manual", None),
        job(10, "clean", "sweep", "created", None),
    ]);
    state
}

fn shown(state: &State, width: usize, height: usize) -> String {
    let canvas = Canvas { width, height, color: false };
    frame(state, canvas, Duration::from_secs(2), 0).join("\n")
}

#[test]
fn a_picture_uses_the_width_that_there_is() {
    insta::assert_snapshot!("40 columns", shown(&rich(), 40, 30));
    insta::assert_snapshot!("80 columns", shown(&rich(), 80, 30));
    insta::assert_snapshot!("120 columns", shown(&rich(), 120, 30));
}

#[test]
fn what_matters_least_goes_first_where_rows_are_few() {
    insta::assert_snapshot!("12 rows", shown(&rich(), 80, 12));
    insta::assert_snapshot!("6 rows", shown(&rich(), 80, 6));
    insta::assert_snapshot!("3 rows", shown(&rich(), 80, 3));
    assert_eq!(shown(&rich(), 80, 1).lines().count(), 1);
}

#[test]
fn stages_that_are_over_are_one_line_with_their_failures() {
    let mut state = pipeline("failed");
    state.see_jobs(&[
        job(1, "build", "compile", "success", Some(61.4)),
        job(2, "test", "unit", "failed", Some(7.0)),
        job(3, "test", "lint", "success", Some(7.0)),
        job(4, "deploy", "deploy", "skipped", None),
    ]);
    insta::assert_snapshot!("over", shown(&state, 80, 30));
    insta::assert_snapshot!("summary", summary(&state, false).join("\n"));
}

#[test]
fn a_retried_job_stays_in_its_stage() {
    let mut state = pipeline("running");
    state.see_jobs(&[
        job(1, "build", "compile", "failed", Some(1.0)),
        job(2, "test", "unit", "skipped", None),
    ]);
    state.see_jobs(&[
        job(2, "test", "unit", "created", None),
        job(3, "build", "compile", "running", Some(1.0)),
    ]);
    let stages: Vec<&str> = state.stages().map(|jobs| jobs[0].stage.as_str()).collect();
    assert_eq!(stages, ["build", "test"]);
}

#[test]
fn colours_and_signs_say_the_same() {
    let canvas = Canvas { width: 80, height: 30, color: true };
    let colored = frame(&rich(), canvas, Duration::from_secs(2), 0);
    let plain: Vec<String> =
        colored.iter().map(|line| console::strip_ansi_codes(line).trim_end().to_owned()).collect();
    assert_eq!(plain.join("\n"), shown(&rich(), 80, 30));
    assert!(colored.iter().any(|line| line.contains("\u{1b}[31m  ✗ ")), "{colored:?}");
    assert!(summary(&rich(), true)[0].contains("\u{1b}[34m● "));
}

#[test]
fn spinners_and_the_time_of_what_runs_move_and_nothing_else_does() {
    let canvas = Canvas { width: 80, height: 30, color: false };
    let (one, other) =
        (frame(&rich(), canvas, Duration::ZERO, 0), frame(&rich(), canvas, Duration::from_secs(5), 3));
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one == other, !one.contains('⠋'), "{one:?} {other:?}");
    }
    assert!(one[0].ends_with("1 min 28 s  main") && other[0].ends_with("1 min 33 s  main"), "{one:?}");
}

#[test]
fn times_have_as_much_precision_as_matters() {
    let cases = [
        (0.0, "0 s"),
        (59.9, "59 s"),
        (60.0, "1 min 00 s"),
        (3599.0, "59 min 59 s"),
        (3600.0, "1 h 00 min"),
        (90_000.0, "25 h 00 min"),
        (-1.0, "0 s"),
        (f64::NAN, "0 s"),
    ];
    for (seconds, words) in cases {
        assert_eq!(time(seconds), words);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_picture_is_wider_or_higher_than_its_screen(
        jobs in prop::collection::vec((0..5usize, any::<String>(), 0..statuses().len(), any::<bool>()), 0..60),
        width in 1..130usize,
        height in 1..40usize,
        color in any::<bool>(),
    ) {
        let mut state = pipeline("running");
        let rows: Vec<Fields> = jobs
            .iter()
            .enumerate()
            .map(|(place, (stage, name, status, may_fail))| {
                let row = job(place as i64, &format!("stage {stage}"), name, statuses()[*status], Some(3.0));
                with(row, "allow_failure", (*may_fail).into())
            })
            .collect();
        state.see_jobs(&rows);
        let lines = frame(&state, Canvas { width, height, color }, Duration::from_secs(1), 7);
        prop_assert!(lines.len() <= height, "{} lines: {lines:?}", lines.len());
        for line in &lines {
            let bare = console::strip_ansi_codes(line);
            prop_assert!(bare.width() <= width, "{bare:?}");
            prop_assert!(!bare.chars().any(char::is_control), "{bare:?}");
        }
        // What failed and what runs is seen as long as there is a row for each.
        let important = jobs.iter().filter(|(_, _, status, may_fail)| {
            statuses()[*status] == "running" || statuses()[*status] == "failed" && !may_fail
        });
        let important = important.count();
        if important + 2 <= height {
            let seen = rows_of(&state, width, height).iter().filter(|job| job.weight() >= IMPORTANT).count();
            prop_assert_eq!(seen, important);
        }
    }
}

fn rows_of(state: &State, width: usize, height: usize) -> Vec<&Job> {
    let rows = rows(state, Canvas { width, height, color: false });
    rows.into_iter().filter_map(|row| if let Row::Job(job) = row { Some(job) } else { None }).collect()
}
