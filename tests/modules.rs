//! Scripts in several files: a module is found beside the script that imports it, wherever that is run from, and an
//! error in a module is shown in the module's own text.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

use rhailab_tests::{Answer, Folder, Outcome, RecordingServer, Rhailab};
use serde_json::json;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// Runs `main.rhai` of a folder from elsewhere.
fn run(files: &[(&str, &str)]) -> Outcome {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    std::fs::create_dir(folder.path().join("lib")).unwrap();
    for (name, text) in files {
        folder.write(name, text);
    }
    let main = folder.path().join("main.rhai");
    Rhailab::new(RHAILAB).within(elsewhere.path()).args(["--url", "http://127.0.0.1:1"]).arg(main).run()
}

#[test]
fn modules_import_what_stands_beside_them() {
    let outcome = run(&[
        ("main.rhai", "import \"lib/a\" as a; print(a::twice(21)); print(a::server());"),
        ("lib/a.rhai", "import \"b\" as b; fn twice(x) { b::add(x, x) } fn server() { gl.url }"),
        ("lib/b.rhai", "\u{feff}#!/usr/bin/env rhailab\nfn add(x, y) { x + y }"),
    ]);
    assert_eq!(outcome.stdout, "42\nhttp://127.0.0.1:1\n", "{outcome:?}");
}

#[test]
fn an_error_in_a_module_is_shown_in_its_text() {
    let import = "import \"lib/c\" as c;\nc::z();";
    let cases = [
        ("fn z() {\n    nope()\n}", "c.rhai:2:5", "nope()"),
        ("fn z() { gl.nothing }", "c.rhai:1:", "the client has no property `nothing`"),
        ("fn z() { gl.projects.gett(1) }", "in `z`, called at", "Did you mean `get()`?"),
        ("let x = ;", "c.rhai:1:9", "let x = ;"),
        ("\u{feff}fn z() { nope() }", "c.rhai:1:10", "fn z() { nope() }"),
        ("fn z() { [1].map(|x| nope(x)) }", "c.rhai:1:22", "in a closure, called at"),
        ("missing;", "c.rhai:1:1", "there is no variable `missing`"),
    ];
    for (module, place, words) in cases {
        let outcome = run(&[("main.rhai", import), ("lib/c.rhai", module)]);
        assert_eq!(outcome.status, Some(1), "{module}: {outcome:?}");
        for words in [place, words] {
            assert!(outcome.stderr.contains(words), "{module}: {words}\n{}", outcome.stderr);
        }
    }
}

#[test]
fn threads_that_import_a_module_at_the_same_time_all_get_it() {
    // No answer comes before both threads read the module.
    let project = Answer::json(200, &json!({"id": 1})).together(2);
    let server = RecordingServer::start([("GET /api/v4/projects/1", project)]);
    let folder = Folder::new();
    folder.write("lib.rhai", "let project = gl.projects.get(1); export project;");
    let main = folder.write(
        "main.rhai",
        "print(par_map([1, 2], |n| { import \"lib\" as lib; lib::project.id }, #{jobs: 2}));\n\
         import \"lib\" as lib; print(lib::project.id);",
    );
    let outcome = Rhailab::new(RHAILAB).server(server.url(), "glpat-test").arg(main).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "[1, 1]\n1\n"), "{outcome:?}");
    assert_eq!(server.requests().len(), 2, "what was read is not read again: {:?}", server.lines());
}

#[test]
fn a_closure_goes_into_a_module_and_does_not_come_out() {
    let module = ("lib/a.rhai", "fn apply(f) { f.call(2) } fn give() { |x| x + 1 }");
    let into = run(&[("main.rhai", "import \"lib/a\" as a; let k = 40; print(a::apply(|x| x + k))"), module]);
    assert_eq!(into.stdout, "42\n", "{into:?}");
    let out = run(&[("main.rhai", "import \"lib/a\" as a; a::give().call(1)"), module]);
    assert_eq!(out.status, Some(1), "{out:?}");
    assert!(out.stderr.contains("A module cannot hand out a closure"), "{}", out.stderr);
    assert!(!out.stderr.contains("anon$"), "{}", out.stderr);
}

#[test]
fn a_module_that_cannot_be_had_says_why() {
    let missing = run(&[("main.rhai", "import \"lib/gone\" as g;")]);
    assert!(missing.stderr.contains("the module \"lib/gone\" cannot be read from"), "{}", missing.stderr);
    let round = run(&[("main.rhai", "import \"lib/a\" as a;"), ("lib/a.rhai", "import \"a\" as a;")]);
    assert!(round.stderr.contains("is being read already"), "{}", round.stderr);
    // A thread that works for a module is part of reading it.
    let beside = "import \"lib/a\" as a; print(a::said);";
    let module = "let said = par_map([1, 2], |n| { import \"a\" as a; }, #{jobs: 2, on_error: \"collect\"})\n\
                  .map(|row| row.error.message.contains(\"is being read already\")); export said;";
    let round = run(&[("main.rhai", beside), ("lib/a.rhai", module)]);
    assert_eq!(round.stdout, "[true, true]\n", "{round:?}");
}
