//! A chart as a page: the picture, and a table of the same jobs for whoever reads rather than looks. It loads nothing and
//! runs nothing, and forbids the browser to.

use super::markup::Markup;
use super::{Row, Stage, Timeline, duration, svg};

/// What a page may do: show itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = "
:root { color-scheme: light dark; }
body { margin: 24px auto; max-width: 1032px; padding: 0 24px; font: 14px system-ui, sans-serif;
       color: #1f2328; background: #ffffff; }
h1 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.picture { overflow-x: auto; margin: 0 -24px; }
table { border-collapse: collapse; width: 100%; margin: 24px 0; }
caption { text-align: left; font-size: 16px; font-weight: 600; padding: 8px 0; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid #d1d9e0; vertical-align: top; }
td.name { font-family: ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
td.time { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th.time { text-align: right; }
tr.on-path td.name { font-weight: 700; }
@media (prefers-color-scheme: dark) {
body { color: #f0f6fc; background: #0d1117; }
th, td { border-color: #3d444d; }
}
";

const HEADINGS: [(&str, &str); 7] = [
    ("", "Stage"),
    ("", "Job"),
    ("", "Status"),
    ("time", "Queued"),
    ("time", "Ran"),
    ("", "Critical path"),
    ("", "Downstream"),
];

/// Draws a chart.
#[must_use]
pub fn draw(timeline: &Timeline) -> String {
    let mut markup = Markup::after("<!DOCTYPE html>\n");
    markup.open("html", &[("lang", &"en")]);
    markup.open("head", &[]);
    markup.empty("meta", &[("charset", &"utf-8")]);
    markup.empty("meta", &[("http-equiv", &"Content-Security-Policy"), ("content", &POLICY)]);
    markup.empty("meta", &[("name", &"viewport"), ("content", &"width=device-width, initial-scale=1")]);
    markup.leaf("title", &[], &timeline.title);
    markup.leaf("style", &[], STYLE);
    markup.close();
    markup.open("body", &[]);
    markup.open("main", &[]);
    // Whoever looks reads the title in the picture.
    markup.leaf("h1", &[], &timeline.title);
    markup.open("figure", &[("class", &"picture")]);
    svg::write(&mut markup, timeline);
    markup.close();
    table(&mut markup, timeline);
    markup.finish()
}

fn table(markup: &mut Markup, timeline: &Timeline) {
    markup.open("table", &[]);
    markup.leaf("caption", &[], "Jobs");
    markup.open("thead", &[]);
    markup.open("tr", &[]);
    for (class, heading) in HEADINGS {
        markup.leaf("th", &[("scope", &"col"), ("class", &class)], heading);
    }
    markup.close();
    markup.close();
    markup.open("tbody", &[]);
    for stage in &timeline.stages {
        for row in &stage.rows {
            line(markup, stage, row);
        }
    }
    markup.close();
    markup.close();
}

fn line(markup: &mut Markup, stage: &Stage, row: &Row) {
    let waited = row.bar.map(|bar| duration(bar.waited())).unwrap_or_default();
    let ran = row.bar.and_then(|bar| bar.ran()).map(duration).unwrap_or_default();
    let status = match &row.failure {
        Some(failure) => format!("{} ({failure})", row.status),
        None => row.status.clone(),
    };
    markup.open("tr", &[("class", &if row.is_critical { "on-path" } else { "" })]);
    markup.leaf("td", &[], &stage.name);
    markup.leaf("td", &[("class", &"name")], &row.name);
    markup.leaf("td", &[], &status);
    markup.leaf("td", &[("class", &"time")], &waited);
    markup.leaf("td", &[("class", &"time")], &ran);
    markup.leaf("td", &[], if row.is_critical { "yes" } else { "" });
    markup.leaf("td", &[], row.downstream.as_deref().unwrap_or_default());
    markup.close();
}
