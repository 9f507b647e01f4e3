//! What values look like on a terminal: tables at several widths, cards, and names that would do harm or take more than
//! one column.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

mod scripting;

use jiff::Timestamp;
use rhailab::output::{Format, Style, text};
use rhailab_client::Gitlab;
use rhailab_tests::{RecordingServer, canned};
use serde_json::{Value, json};

/// A job with this name.
fn job(id: i64, status: &str, name: &str) -> Value {
    json!({
        "id": id, "status": status, "stage": "test", "name": name, "ref": "main", "tag": false,
        "duration": 12.5, "created_at": "2026-03-02T09:00:00Z", "finished_at": null,
        "artifacts": [{"file_type": "trace", "size": 10, "filename": "job.log", "file_format": null}],
    })
}

fn shown(code: &str, style: Style) -> String {
    let rows = [
        job(3, "failed", "naïve-Größe 日本語 テスト"),
        job(2, "success", "rocket 🚀 launch"),
        job(1, "running", "evil\u{1b}[31mred\u{7}\r\n\u{202e}txt"),
    ];
    let many: Vec<Value> = (1..=30).map(|id| job(id, "success", "build")).collect();
    let server = RecordingServer::start([
        ("GET /api/v4/projects/1/jobs", canned::rows(&rows)),
        ("GET /api/v4/projects/2/jobs", canned::rows(&many)),
    ]);
    let client = Gitlab::builder(server.url()).build().unwrap();
    let (value, _) = scripting::run(client, &[], code);
    text(&value.unwrap(), Format::Auto, style).unwrap().unwrap()
}

fn terminal(width: usize, color: bool) -> Style {
    let now: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
    Style::terminal(width, color, now)
}

const JOBS: &str = "gl.projects.get(1, #{lazy: true}).jobs.list()";

#[test]
fn a_table_fits_the_terminal() {
    for width in [80, 120, 200] {
        let table = shown(JOBS, terminal(width, false));
        assert!(!table.contains(['\u{1b}', '\u{7}', '\r', '\u{202e}']), "{table:?}");
        insta::with_settings!({snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(format!("table_{width}"), table);
        });
    }
}

#[test]
fn a_card_is_exact() {
    let card = shown(&format!("{JOBS}[0]"), terminal(100, false));
    insta::with_settings!({snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("card", card);
    });
}

#[test]
fn statuses_have_colours_if_they_are_wanted() {
    let table = shown(JOBS, terminal(120, true));
    assert!(table.contains("\u{1b}[38;5;9m"), "failed is red: {table:?}");
    assert!(!shown(JOBS, terminal(120, false)).contains('\u{1b}'));
}

#[test]
fn a_long_list_shows_its_beginning_and_says_so() {
    let many = "gl.projects.get(2, #{lazy: true}).jobs.list()";
    let table = shown(many, terminal(120, false));
    assert!(table.ends_with("the first 20 of 30 rows; `for` and `filter` see all of them"), "{table}");
    let all = shown(&format!("{many}.to_array()"), terminal(120, false));
    assert!(all.ends_with("the first 20 of 30 rows; `for` and `filter` see all of them"), "{all}");
    assert_eq!(shown(many, Style::plain()).matches("build").count(), 30);
}
