//! What a server sends reaches the terminal as text: control sequences in names, messages and archives, which could move the
//! cursor, set the title or turn the direction of writing around, are shown as pictures or escapes and never obeyed.

use std::io::{Cursor, Write as _};

use rhailab_tests::{Answer, Folder, Outcome, RecordingServer, Rhailab, canned};
use serde_json::{Value, json};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// A bell, a colour, a title, a return, the second set of control characters, a turn of direction, a deletion.
const HOSTILE: &str =
    "a\u{7}\u{1b}[31mb\u{1b}]0;title\u{7}\rc\u{9b}2Jd\u{85}\u{202e}e\u{2066}f\u{7f}\u{200f}\u{2028}";

fn gitlab() -> RecordingServer {
    let mut trigger = canned::trigger(HOSTILE);
    trigger["owner"]["name"] = HOSTILE.into();
    let mut pipeline = canned::pipeline(HOSTILE);
    pipeline["ref"] = HOSTILE.into();
    pipeline[HOSTILE] = HOSTILE.into();
    let project = json!({"id": 1, "name": HOSTILE, "path_with_namespace": HOSTILE, "description": HOSTILE, HOSTILE: HOSTILE});
    let message = json!({"message": {HOSTILE: [HOSTILE, HOSTILE]}, "error": HOSTILE});
    let html = format!("<h1>{HOSTILE}</h1>");
    RecordingServer::start([
        ("GET /api/v4/projects/1", Answer::json(200, &project)),
        ("GET /api/v4/projects/1/triggers", canned::rows(&[trigger])),
        ("GET /api/v4/projects/1/pipelines", canned::rows(&[pipeline.clone()])),
        ("GET /api/v4/projects/1/pipelines/104", Answer::json(200, &pipeline)),
        ("GET /api/v4/projects/2", Answer::json(404, &json!({"message": HOSTILE}))),
        ("GET /api/v4/projects/3", Answer::json(400, &message)),
        ("GET /api/v4/projects/4", Answer::html(501, &html).with_header("x-request-id", "id\twith tab")),
        ("GET /api/v4/projects/5", Answer::text(403, HOSTILE)),
        ("GET /api/v4/projects/6", Answer::text(200, HOSTILE)),
        ("GET /api/v4/projects/7", Answer::json(200, &json!({"id": HOSTILE}))),
        ("GET /api/v4/user", Answer::json(200, &json!({"id": 1, "username": HOSTILE, "name": HOSTILE}))),
    ])
}

/// Everything that a terminal might obey, and everything that turns text around.
fn is_harmless(letter: char) -> bool {
    match letter {
        '\n' | '\t' => true,
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        other => !other.is_control(),
    }
}

#[track_caller]
fn obeys_nothing(what: &str, outcome: &Outcome) {
    for stream in [&outcome.stdout, &outcome.stderr] {
        let harmful = stream.chars().find(|letter| !is_harmless(*letter));
        assert_eq!(harmful, None, "{what}: {outcome:?}");
    }
}

const SCRIPTS: [(&str, i32); 15] = [
    ("gl.projects.get(1)", 0),
    ("gl.projects.get(1).attributes", 0),
    ("#{name: gl.projects.get(1).name}", 0),
    ("[gl.projects.get(1).name]", 0),
    ("gl.projects.get(1).triggers.list()", 0),
    ("gl.projects.get(1).triggers.list()[0]", 0),
    ("gl.projects.get(1).pipelines.list()", 0),
    (
        "let p = gl.projects.get(1); print(p); debug(p); let q = p.pipelines.get(104); print(q); debug(q); print([q]); q",
        0,
    ),
    ("debug(gl.projects.get(1).name)", 0),
    ("gl.projects.get(2)", 1),
    ("gl.projects.get(3)", 1),
    ("gl.projects.get(4)", 1),
    ("gl.projects.get(5)", 1),
    ("gl.projects.get(6)", 1),
    ("gl.projects.get(7)", 0),
];

#[test]
fn names_and_messages_are_never_obeyed() {
    let server = gitlab();
    for (script, status) in SCRIPTS {
        for options in
            [&["-v"][..], &["-vv"], &["--output", "table"], &["--output", "json"], &["--output", "yaml"]]
        {
            let call = Rhailab::new(RHAILAB).server(server.url(), "glpat-x").args(options);
            let outcome = call.args(["eval", script]).run();
            assert_eq!(outcome.status, Some(status), "{script}: {outcome:?}");
            obeys_nothing(script, &outcome);
        }
    }
}

/// A text is data for a program that reads it, and something to look at for a person.
#[cfg(unix)]
#[test]
fn a_text_is_exact_in_a_pipe_and_harmless_on_a_terminal() {
    use rhailab_tests::Terminal;
    const SHOWN: &str = "a␇␛[31mb␛]0;title␇␍c\u{fffd}2Jd";
    let (server, name) = (gitlab(), "gl.projects.get(1).name");
    let piped = Rhailab::new(RHAILAB).args(["--url", server.url(), "eval", name]).run();
    assert_eq!(piped.stdout, format!("{HOSTILE}\n"));
    let shown = Terminal::output_of(RHAILAB, &["--url", server.url(), "eval", name]);
    assert!(shown.contains(SHOWN) && !shown.contains('\u{1b}'), "{shown:?}");
    let mut shell = Terminal::start(RHAILAB, &["--url", server.url()]);
    shell.enter(name);
    shell.expect(SHOWN);
    let _ = shell.leave();

    let print = format!("print({name})");
    let piped = Rhailab::new(RHAILAB).args(["--url", server.url(), "eval", &print]).run();
    assert_eq!(piped.stdout, format!("{HOSTILE}\n"));
    let shown = Terminal::output_of(RHAILAB, &["--url", server.url(), "eval", &print]);
    assert!(shown.contains(SHOWN) && !shown.contains('\u{1b}'), "{shown:?}");
}

/// An escape in data stands for the same text: nothing is lost.
#[test]
fn data_keeps_every_letter() {
    let server = gitlab();
    let data = |format: &str| {
        let call = Rhailab::new(RHAILAB).server(server.url(), "glpat-x");
        call.args(["--output", format, "eval", "gl.projects.get(1)"]).run().stdout
    };
    let json: Value = serde_json::from_str(&data("json")).unwrap();
    let yaml: Value = serde_saphyr::from_str(&data("yaml")).unwrap();
    assert_eq!((&json["name"], &yaml["name"]), (&HOSTILE.into(), &HOSTILE.into()));
}

#[test]
fn a_login_greets_nobody_by_a_sequence() {
    let (server, folder) = (gitlab(), Folder::new());
    let config = folder.path().join("rhailab.toml");
    let call = Rhailab::new(RHAILAB).env("RHAILAB_CONFIG", config).args(["--url", server.url(), "login"]);
    let outcome = call.stdin("glpat-x\n").run();
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    obeys_nothing("login", &outcome);
}

#[test]
fn names_in_an_archive_are_never_obeyed() {
    let folder = Folder::new();
    for (file, name, status) in [("good.zip", HOSTILE.to_owned(), 0), ("bad.zip", format!("../{HOSTILE}"), 1)]
    {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(b"x").unwrap();
        std::fs::write(folder.path().join(file), archive.finish().unwrap().into_inner()).unwrap();
        for format in ["auto", "json", "yaml"] {
            let call = Rhailab::new(RHAILAB).within(folder.path()).args(["--output", format]);
            let outcome = call.args(["eval", &format!("unzip(\"{file}\", \"out\")")]).run();
            assert_eq!(outcome.status, Some(status), "{outcome:?}");
            obeys_nothing(file, &outcome);
        }
    }
}
