//! The seven mistakes that people make first, as they see them: a script's error names what went wrong,
//! where in the script, what GitLab said and what to do. The texts are snapshots in `snapshots/`; read one
//! as its user would before accepting a change.

use std::net::Ipv4Addr;

use rhailab_tests::{Answer, Folder, RecordingServer, Rhailab, SandboxProcess, canned};
use tokio::net::TcpSocket;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// Stands in for the user's token. No output may hold it.
const TOKEN: &str = "glpat-errors-access-token";

#[test]
fn closed_port() {
    // Bound and not listened on, the port stays closed: no other test can be given it meanwhile.
    let closed = TcpSocket::new_v4().unwrap();
    closed.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    let script = r#"
let project = gl.projects.get("demo/app");
print(project.name);
"#;
    check("closed_port", script, &url, TOKEN);
}

#[test]
fn wrong_token() {
    let sandbox = SandboxProcess::start(RHAILAB, 1000);
    let script = r#"
let project = gl.projects.get("demo/app");
print(project.name);
"#;
    check("wrong_token", script, sandbox.url(), TOKEN);
}

#[test]
fn unknown_project() {
    let sandbox = SandboxProcess::start(RHAILAB, 1000);
    let script = r#"
fn newest(path) {
    let project = gl.projects.get(path);
    project.pipelines.list().first()
}

print(newest("demo/ap"));
"#;
    check("unknown_project", script, sandbox.url(), sandbox.token());
}

#[test]
fn missing_ref() {
    let sandbox = SandboxProcess::start(RHAILAB, 1000);
    let script = r#"
let project = gl.projects.get("demo/app");
let pipeline = project.pipelines.create(#{ref: "mian"});
print(pipeline.status);
"#;
    check("missing_ref", script, sandbox.url(), sandbox.token());
}

#[test]
fn typo_in_a_property() {
    let script = r#"
let project = gl.projects.get(1, #{lazy: true});
let pipeline = project.pipelines.get(104);
while pipeline.finnished_at == () {
    pipeline.refresh();
}
"#;
    let server = gitlab();
    check("typo_in_a_property", script, server.url(), TOKEN);
    assert_eq!(server.lines(), ["GET /api/v4/projects/1/pipelines/104"]);
}

#[test]
fn typo_in_a_method() {
    let script = r#"
let project = gl.projects.get(1, #{lazy: true});
let pipeline = project.pipelines.get(104, #{lazy: true});
if pipeline.retri().status == "success" {
    print("done");
}
"#;
    let server = gitlab();
    check("typo_in_a_method", script, server.url(), TOKEN);
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn typo_in_a_parameter() {
    let script = r#"
let project = gl.projects.get(1, #{lazy: true});
for pipeline in project.pipelines.list(#{ref: "main", statuss: "failed"}) {
    print(pipeline.id);
}
"#;
    let server = gitlab();
    check("typo_in_a_parameter", script, server.url(), TOKEN);
    assert_eq!(server.lines(), [""; 0]);
}

/// A token that a script passes where none belongs must not be repeated by the message that says so.
#[test]
fn a_token_in_the_wrong_place_is_not_shown() {
    const MISPLACED: &str = "glpat-abcdefghij0123456789";
    let server = gitlab();
    for code in [
        "gl.projects.get(1, TOKEN)",
        "gl.projects.get(1, #{lazy: true}).pipelines.list(#{per_page: TOKEN})",
        "gl.projects.get(1, #{lazy: true}).pipelines.list(#{status: TOKEN})",
        "try { gl.projects.get(TOKEN + \"/..\") } catch (e) { print(e); print(e.message); throw e }",
        "throw \"no \" + TOKEN",
    ] {
        let code = code.replace("TOKEN", &format!("\"{MISPLACED}\""));
        let outcome = Rhailab::new(RHAILAB).server(server.url(), TOKEN).args(["eval", &code]).run();
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        let output = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(output.contains("glpat-••••"), "{code}: {output}");
        assert!(!output.contains("abcdefghij"), "{code}: {output}");
    }
}

/// Runs a script that fails, and compares what its user sees with the snapshot of this name.
fn check(name: &str, script: &str, url: &str, token: &str) {
    let folder = Folder::new();
    let file = format!("{name}.rhai");
    folder.write(&file, script.trim_start());
    let outcome = Rhailab::new(RHAILAB).server(url, token).within(folder.path()).arg(&file).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), ""), "{outcome:?}");
    assert!(!outcome.stderr.contains(token), "{outcome:?}");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT");
    settings.add_filter(r"os error \d+", "os error NUMBER");
    settings.bind(|| insta::assert_snapshot!(name, outcome.stderr));
}

fn gitlab() -> RecordingServer {
    RecordingServer::start([(
        "GET /api/v4/projects/1/pipelines/104",
        Answer::json(200, &canned::pipeline("running")),
    )])
}

#[test]
fn a_closure_with_the_wrong_number_of_parameters_is_told_apart_from_one_of_a_module() {
    let server = RecordingServer::start([(
        "GET /api/v4/projects/1/pipelines/104",
        Answer::json(200, &canned::pipeline("success")),
    )]);
    let wait = |closure: &str| {
        format!(
            "let p = gl.projects.get(1, #{{lazy: true}}).pipelines.get(104, #{{lazy: true}});\n\
             p.wait(#{{on_change: {closure}}})"
        )
    };
    for (script, expected) in [
        (wait("|| print(1)"), "the closure takes 0 parameters, and is called with 1"),
        (wait("|p, q| print(p)"), "the closure takes 2 parameters, and is called with 1"),
        ("par_map([1, 2, 3], |x, y| x)".to_owned(), "the closure takes 2 parameters, and is called with 1"),
        ("par_map([1, 2, 3], || 1)".to_owned(), "the closure takes 0 parameters, and is called with 1"),
        // What a closure captures is none of its parameters.
        (
            "let a = 1; par_map([1, 2, 3], |x, y| x + a)".to_owned(),
            "the closure takes 2 parameters, and is called with 1",
        ),
        ("let one = |x| x; one.call(1, 2)".to_owned(), "the closure takes 1 parameter, and is called with 2"),
    ] {
        let outcome = Rhailab::new(RHAILAB).server(server.url(), TOKEN).args(["eval", &script]).run();
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        assert!(outcome.stderr.contains(expected), "{script}\n{}", outcome.stderr);
        assert!(!outcome.stderr.contains("module"), "{script}\n{}", outcome.stderr);
    }
}
