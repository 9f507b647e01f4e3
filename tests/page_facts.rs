//! Every snippet of python-gitlab's page about pipelines and jobs, in Rhai and in Rust: both send what
//! python-gitlab sends for it. The snippets and the requests stand in tables, a file per section; here they are run
//! against a recording server and compared.
//!
//! Three things do not count: paging parameters, because lists are walked to their end; empty maps, because they say
//! nothing; and the key in the body of a PUT that already stands in its path.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

mod page_facts {
    pub(crate) mod artifacts;
    pub(crate) mod jobs;
    pub(crate) mod pipelines;
    pub(crate) mod row;
    pub(crate) mod schedules;
    pub(crate) mod triggers;
    pub(crate) mod variables;
    pub(crate) mod world;
}
mod scripting;

use std::fmt::Write as _;

use page_facts::row::{Fact, Given, PREAMBLE, Row};
use page_facts::{artifacts, jobs, pipelines, schedules, triggers, variables, world};
use rhailab_client::Gitlab;
use rhailab_tests::{Folder, Recorded, RecordingServer, report};
use serde_json::Value;

/// Every snippet of the page. `b` marks the form of a snippet that does not run as it stands on the page.
const SNIPPETS: [&str; 49] = [
    "P01", "P02", "P03", "P04", "P05", "P06", "P07", "T01", "T02", "T02b", "T03", "T04", "T04b", "T05",
    "T06", "T07", "S01", "S02", "S02b", "S03", "S04", "S05", "S06", "S07", "S08", "S09", "V01", "V02", "V03",
    "V04", "V05", "J01", "J01b", "J02", "J03", "J04", "J05", "J06", "J07", "J08", "J09", "J10", "J10b",
    "J11", "J12", "J13", "J14", "J15", "J16",
];

const TOKEN: &str = "glpat-page-facts";

#[test]
fn every_snippet_sends_what_python_gitlab_sends() {
    let mut table = String::new();
    let mut problems = String::new();
    for id in SNIPPETS {
        let Some(row) = rows().find(|row| row.id == id) else {
            writeln!(table, "{id:<5} missing").unwrap();
            writeln!(problems, "{id}: there is no such row").unwrap();
            continue;
        };
        let outcomes = [("Rhai", in_rhai(row)), ("Rust", in_rust(row))];
        write!(table, "{id:<5}").unwrap();
        for (language, outcome) in outcomes {
            let word = if outcome.is_ok() { "ok" } else { "WRONG" };
            write!(table, " {language} {word:<6}").unwrap();
            if let Err(problem) = outcome {
                writeln!(problems, "{id} in {language}: {}\n{problem}\n", row.page).unwrap();
            }
        }
        writeln!(table, " {}", row.page.lines().next().unwrap_or_default()).unwrap();
    }
    report(&table);
    assert!(problems.is_empty(), "\n{table}\n{problems}");
}

#[test]
fn every_row_is_a_snippet_of_the_page() {
    let strangers: Vec<_> = rows().map(|row| row.id).filter(|id| !SNIPPETS.contains(id)).collect();
    assert_eq!(strangers, [""; 0]);
    assert_eq!(rows().count(), SNIPPETS.len(), "an id stands in the tables twice");
}

/// `docs/from-python-gitlab.md` shows in its first column how each snippet begins.
#[test]
fn every_snippet_stands_in_the_document() {
    let document = rhailab_tests::repository().join("docs/from-python-gitlab.md");
    let text = std::fs::read_to_string(document).unwrap();
    let python: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("| `")?.split("` ").next()).collect();
    let begins = |row: &Row| row.page.lines().next().unwrap_or_default();
    let missing: Vec<_> = rows()
        .filter(|row| begins(row).is_empty() || !python.iter().any(|cell| cell.starts_with(begins(row))))
        .map(|row| (row.id, begins(row)))
        .collect();
    assert_eq!(missing, []);
}

/// The comparison itself must be able to fail, in each of the things that it compares.
#[test]
fn a_difference_is_seen() {
    let row = rows().find(|row| row.id == "V04").unwrap();
    assert_eq!(in_rhai(row), Ok(()));
    let wrong: [&'static [Fact]; 5] = [
        &[],
        &[("POST /api/v4/groups/10/variables/key1", r#"{"value": "new_value"}"#)],
        &[("PUT /api/v4/groups/11/variables/key1", r#"{"value": "new_value"}"#)],
        &[("PUT /api/v4/groups/10/variables/key1?filter=1", r#"{"value": "new_value"}"#)],
        &[("PUT /api/v4/groups/10/variables/key1", r#"{"value": "value1"}"#)],
    ];
    for facts in wrong {
        let row = Row { facts, ..*row };
        assert!(in_rhai(&row).is_err(), "{facts:?}");
        assert!(in_rust(&row).is_err(), "{facts:?}");
    }
    let unknown = Row { rhai: "project.nothing.list()", ..*row };
    assert!(in_rhai(&unknown).is_err());
}

/// `project.jobs.get(id, lazy=True).id` is known without a request; what only stands for a number is not.
#[test]
fn a_lazy_object_knows_what_it_was_named_by() {
    let server = world::gitlab();
    let eval = |script: &str| scripting::run(client(&server), &[], script).0;
    let project = r#"gl.projects.get("demo/app", #{lazy: true})"#;
    assert_eq!(eval(&format!("{project}.jobs.get(7, #{{lazy: true}}).id")).unwrap().as_int(), Ok(7));
    let key = eval(&format!("{project}.variables.get(\"KEY\", #{{lazy: true}}).key")).unwrap();
    assert_eq!(key.into_string().as_deref(), Ok("KEY"));
    assert_eq!(
        eval(&format!("{project}.id")).unwrap_err(),
        "Project demo/app has no `id` here: nothing was fetched yet | Call `refresh()` first."
    );
    assert_eq!(server.lines(), [""; 0]);
}

fn rows() -> impl Iterator<Item = &'static Row> {
    [pipelines::ROWS, triggers::ROWS, schedules::ROWS, variables::ROWS, jobs::ROWS, artifacts::ROWS]
        .into_iter()
        .flatten()
}

fn in_rhai(row: &Row) -> Result<(), String> {
    let (server, folder) = (world::gitlab(), Folder::new());
    let path = folder.path().to_str().unwrap();
    let script = format!("{PREAMBLE}\n{}", row.rhai);
    let (result, _) = scripting::run(client(&server), &[server.url(), path], &script);
    match result {
        Ok(_) => compare(row, &server),
        Err(problem) => Err(format!("{problem}; sent: {:?}", server.lines())),
    }
}

fn in_rust(row: &Row) -> Result<(), String> {
    let (server, folder) = (world::gitlab(), Folder::new());
    let gl = client(&server);
    let given = Given {
        project: gl.projects().lazy(1),
        group: gl.groups().lazy(10),
        gl,
        url: server.url().to_owned(),
        folder: folder.path().to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime
        .block_on((row.rust)(given))
        .map_err(|problem| format!("{problem}; sent: {:?}", server.lines()))?;
    compare(row, &server)
}

fn client(server: &RecordingServer) -> Gitlab {
    Gitlab::builder(server.url()).private_token(TOKEN).build().unwrap()
}

/// Whether the server got exactly the row's requests, in their order.
fn compare(row: &Row, server: &RecordingServer) -> Result<(), String> {
    let sent: Vec<_> = server
        .requests()
        .iter()
        .map(|request| {
            let line = without_paging(request);
            let body = what_counts(&line, request.json());
            (line, body)
        })
        .collect();
    let expected: Vec<_> = row
        .before
        .iter()
        .chain(row.facts)
        .map(|(line, body)| {
            let body = if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() };
            ((*line).to_owned(), what_counts(line, body))
        })
        .collect();
    if sent == expected { Ok(()) } else { Err(format!("sent     {sent:#?}\nexpected {expected:#?}")) }
}

/// The request's line without the parameters that only say how many rows come at a time.
fn without_paging(request: &Recorded) -> String {
    let mut request = request.clone();
    let is_paging = |pair: &&str| matches!(pair.split('=').next(), Some("page" | "per_page"));
    let kept: Vec<&str> = request.query.split('&').filter(|pair| !is_paging(pair)).collect();
    request.query = kept.join("&");
    request.line()
}

/// The body without members that are empty maps and, in a PUT, without the key that the path ends in.
fn what_counts(line: &str, body: Value) -> Value {
    let Value::Object(mut members) = body else { return body };
    members.retain(|_, value| value.as_object().is_none_or(|map| !map.is_empty()));
    if line.starts_with("PUT ") {
        let own = line.rsplit('/').next();
        members.retain(|name, value| !(name == "key" && value.as_str() == own));
    }
    Value::Object(members)
}
