//! What a chart says, and how it looks on a terminal.

use rhailab::timeline::{Bar, Job, Row, Timeline, now_of, svg, terminal};
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use super::runs::{after, chart, ended, idle, moving, ran, with};

fn row(timeline: &Timeline, id: i64) -> &Row {
    timeline.stages.iter().flat_map(|stage| &stage.rows).find(|row| row.id == id).unwrap()
}

#[test]
fn charts_for_the_terminal() {
    let runs = [("ended", ended()), ("moving", moving())];
    for (name, timeline) in &runs {
        for width in [80, 120] {
            let text = terminal::draw(timeline, width, false);
            insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
                insta::assert_snapshot!(format!("timeline_{name}_{width}"), text);
            });
        }
    }
}

#[test]
fn no_line_is_wider_than_the_terminal_and_bars_stand_below_each_other() {
    for timeline in [ended(), moving()] {
        for width in 40..160 {
            let text = terminal::draw(&timeline, width, false);
            assert!(text.lines().all(|line| line.width() <= width), "{width}:\n{text}");
            assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{text:?}");
            let times = text.lines().filter(|line| line.ends_with(['s', 'm']) && line.contains('█'));
            let ends: Vec<usize> = times.map(|line| line.width()).collect();
            assert!(ends.iter().all(|end| *end == width), "{width}: {ends:?}\n{text}");
        }
    }
}

#[test]
fn colours_add_nothing_but_colours() {
    let (plain, colored) = (terminal::draw(&ended(), 100, false), terminal::draw(&ended(), 100, true));
    assert!(colored.contains("\u{1b}[31m"), "what failed is red: {colored:?}");
    let mut stripped = String::new();
    for (index, part) in colored.split('\u{1b}').enumerate() {
        stripped.push_str(if index == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    let trimmed = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(trimmed(&stripped), trimmed(&plain));
}

#[test]
fn stages_and_jobs_stand_in_the_order_in_which_they_ran() {
    let names = |timeline: &Timeline| -> Vec<(String, Vec<i64>)> {
        let stages = timeline.stages.iter();
        stages.map(|stage| (stage.name.clone(), stage.rows.iter().map(|row| row.id).collect())).collect()
    };
    let expected = [("build", vec![2, 1]), ("test", vec![3, 5, 4, 8, 6]), ("deploy", vec![11, 10, 7])];
    assert_eq!(names(&ended()), expected.map(|(name, ids)| (name.to_owned(), ids)));
}

#[test]
fn waiting_and_running_are_told_apart() {
    let bar = |timeline: &Timeline, id| row(timeline, id).bar;
    assert_eq!(bar(&ended(), 1), Some(Bar { queued: 0.0, started: Some(6.0), ended: 70.0 }));
    assert_eq!(bar(&ended(), 7), None, "what never started has no bar");
    assert_eq!(bar(&moving(), 2), Some(Bar { queued: 60.0, started: Some(70.0), ended: 300.0 }));
    assert_eq!(bar(&moving(), 3), Some(Bar { queued: 60.0, started: None, ended: 300.0 }));
    assert_eq!(bar(&moving(), 4), None);
    assert_eq!((moving().now, ended().now), (Some(300.0), None));
    let canceled = with(idle(1, "canceled", "test", "unit"), "queued_duration", 10.0);
    assert_eq!(bar(&chart("canceled", &[canceled]), 1), None, "nobody knows when it waited");
}

#[test]
fn what_became_of_a_job_is_told_in_words() {
    let status = |id| row(&ended(), id).status.clone();
    let told = [1, 3, 4, 5, 6, 7, 10].map(status);
    let expected =
        ["success", "failed, retried", "failed, allowed", "canceled", "skipped", "manual", "failed"];
    assert_eq!(told, expected);
    assert_eq!(row(&ended(), 11).downstream.as_deref(), Some("pipeline 1006: success"));
}

#[test]
fn the_critical_path_goes_back_from_the_last_end() {
    assert_eq!(ended().critical_path, [1, 3, 8, 10]);
    assert_eq!(moving().critical_path, [1, 2]);
    let json = ended().to_json();
    let critical: Vec<&Value> = json["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|job| job["critical"] == true)
        .map(|job| &job["id"])
        .collect();
    assert_eq!(critical, [1, 3, 8, 10]);
}

#[test]
fn a_pipeline_without_jobs_or_runs_is_no_empty_chart() {
    let text = terminal::draw(&chart("skipped", &[]), 80, false);
    assert_eq!(text, "Pipeline 1007 of main: skipped\nIt has no jobs.");
    let text = terminal::draw(&chart("manual", &[idle(1, "manual", "test", "unit")]), 80, false);
    let expected = "Pipeline 1007 of main: manual\nNo job has run.\ntest\n  unit - (manual)\n\n- not started";
    assert_eq!(text, expected);
    assert!(svg::draw(&chart("skipped", &[])).contains("It has no jobs."));
}

#[test]
fn absurd_times_are_drawn_without_harm() {
    let backwards = ran(1, "success", "test", "backwards", [50, 40, 10]);
    let endless = with(ran(2, "running", "test", "endless", [0, 1, 2]), "queued_duration", 1e300);
    let short = ran(3, "success", "test", "short", [5, 5, 5]);
    let unknown = ran(4, "a_status_of_next_year", "test", "unknown", [5, 6, 7]);
    let timeline = chart("running", &[backwards, endless, short, unknown]);
    assert!(timeline.span.is_finite() && timeline.span > 0.0, "{timeline:?}");
    for row in timeline.stages.iter().flat_map(|stage| &stage.rows) {
        let bar = row.bar.unwrap();
        assert!(bar.waited() >= 0.0 && bar.ran().unwrap() >= 0.0 && bar.ended <= timeline.span, "{row:?}");
    }
    assert!(terminal::draw(&timeline, 80, false).lines().all(|line| line.width() <= 80));
    let picture = svg::draw(&timeline);
    assert!(!picture.contains("NaN") && !picture.contains("inf"), "{picture}");
}

#[test]
fn the_present_is_the_servers_where_a_job_tells_it() {
    let job = |job: Value| -> Job { serde_json::from_value(job).unwrap() };
    let clock = after(0).parse().unwrap();
    let running = job(with(ran(1, "running", "test", "unit", [100, 100, 0]), "duration", 23.0));
    assert_eq!(now_of(&[running], clock).to_string(), after(123));
    assert_eq!(now_of(&[job(idle(1, "created", "test", "unit"))], clock), clock);
    let ended = job(ran(1, "success", "test", "unit", [100, 100, 200]));
    assert_eq!(now_of(&[ended], clock).to_string(), after(200), "a clock that is slow is not believed");
}

#[test]
fn a_picture_loads_and_runs_nothing_and_escapes_names() {
    let picture = svg::draw(&ended());
    for never in ["<script", "href", "url(", "@import", "<b>", "\u{1b}", "\u{202e}"] {
        assert!(!picture.contains(never), "{never}: {picture}");
    }
    assert!(picture.contains("evil␛[31m&lt;b&gt;&amp;&quot;"), "{picture}");
    // The address is the name of the format, and nothing is fetched from there.
    assert_eq!(picture.matches("http").count(), 1, "{picture}");
    for part in ["role=\"img\"", "<title id=", "<desc id=", "prefers-color-scheme: dark", "viewBox="] {
        assert!(picture.contains(part), "{part}: {picture}");
    }
    let count = |class: &str| picture.matches(&format!("class=\"{class}")).count();
    assert_eq!((count("row"), count("critical outline"), count("critical link")), (10, 4, 3), "{picture}");
    assert_eq!((count("bar success"), count("bar failed"), count("bar retried")), (4, 1, 1), "{picture}");
    assert_eq!((count("bar queued"), count("bar allowed"), count("bar canceled")), (7, 1, 1), "{picture}");
}
