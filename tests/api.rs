//! Any path of the API: `gl.http(…)` in scripts and `rhailab api` in a terminal, over a real socket.

use rhailab_tests::{Answer, Folder, Outcome, RecordingServer, Rhailab};
use serde_json::{Value, json};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");
const TOKEN: &str = "glpat-api-access-token";

fn server() -> RecordingServer {
    RecordingServer::start([
        ("GET /api/v4/projects/1/labels", Answer::json(200, &json!([{"id": 3, "name": "bug"}]))),
        ("POST /api/v4/projects/1/labels", Answer::json(201, &json!({"id": 4, "name": "idea"}))),
        ("DELETE /api/v4/projects/1/labels/4", Answer::bytes(204, "")),
        ("GET /api/v4/text", Answer::text(200, "plain")),
    ])
}

fn run(server: &RecordingServer, args: &[&str]) -> Outcome {
    Rhailab::new(RHAILAB).args(args).server(server.url(), TOKEN).run()
}

#[test]
fn a_script_reaches_any_path() {
    let server = server();
    let code = r##"
        let labels = gl.http("GET", "/projects/1/labels", #{query: #{search: "b&g", scope: ["a", "b"]}});
        let made = gl.http("post", "/projects/1/labels", #{body: #{name: "idea", color: "#fff", priority: ()}});
        print(`${labels[0].name} ${made.id} ${gl.http("DELETE", "/projects/1/labels/4") == ()} ${gl.http("GET", "text")}`);
    "##;
    let outcome = run(&server, &["eval", code]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "bug 4 true plain\n"), "{outcome:?}");
    let requests = server.requests();
    assert_eq!(requests[0].query, "scope%5B%5D=a&scope%5B%5D=b&search=b%26g");
    assert_eq!(requests[1].json(), json!({"name": "idea", "color": "#fff", "priority": null}));
    assert!(requests.iter().all(|request| request.header("private-token") == TOKEN));
}

#[test]
fn slips_are_told_before_any_request() {
    let server = server();
    for (code, words) in [
        (r#"gl.http("FETCH", "/version")"#, "\"FETCH\" is no method"),
        (r#"gl.http("GET", "https://evil.test/x")"#, "it names a server"),
        (r#"gl.http("GET", "/projects/../admin")"#, "it has . or .. in it"),
        (r#"gl.http("GET", "/version", #{quary: #{}})"#, "Did you mean `query`?"),
        (r#"gl.http("GET", "/version", #{query: 1})"#, "`query` must be a map"),
    ] {
        let outcome = run(&server, &["eval", code]);
        assert_eq!(outcome.status, Some(1), "{code}: {outcome:?}");
        assert!(outcome.stderr.contains(words), "{code}: {}", outcome.stderr);
    }
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn the_command_prints_json() {
    let server = server();
    let outcome = run(&server, &["api", "get", "/projects/1/labels", "-f", "search=bug"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(serde_json::from_str::<Value>(&outcome.stdout).unwrap(), json!([{"id": 3, "name": "bug"}]));
    let outcome =
        run(&server, &["api", "POST", "projects/1/labels", "--field", "name=idea", "-f", "color=#fff"]);
    assert_eq!(serde_json::from_str::<Value>(&outcome.stdout).unwrap()["id"], 4);
    let lists = ["-f", "scope[]=failed", "-f", "scope[]=a&b"];
    run(&server, &[&["api", "GET", "/projects/1/labels"], &lists[..]].concat());
    run(&server, &[&["api", "POST", "/projects/1/labels"], &lists[..]].concat());
    let outcome = run(&server, &["--output", "yaml", "api", "GET", "/projects/1/labels"]);
    assert_eq!(outcome.stdout, "- id: 3\n  name: bug\n");
    let outcome = run(&server, &["api", "DELETE", "/projects/1/labels/4"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), ""));
    let requests = server.requests();
    assert_eq!(requests[0].query, "search=bug");
    assert_eq!(requests[1].json(), json!({"name": "idea", "color": "#fff"}));
    assert_eq!(requests[2].query, "scope%5B%5D=failed&scope%5B%5D=a%26b");
    assert_eq!(requests[3].json(), json!({"scope": ["failed", "a&b"]}));
}

/// Who sends the request may look over somebody's shoulder, or into the log of a job; a program says that it wants them.
#[test]
fn secrets_of_the_answer_are_printed_on_request_only() {
    let variable =
        json!({"key": "K", "value": "swordfish", "masked": true, "note": "glpat-abcdefghijklmnopqrst"});
    let server = RecordingServer::start([
        ("GET /api/v4/projects/1/variables", Answer::json(200, &json!([variable]))),
        ("GET /api/v4/projects/1/triggers/5", Answer::json(200, &json!({"id": 5, "token": "swordfish"}))),
    ]);
    for (path, secret) in [("/projects/1/variables", "/0/value"), ("/projects/1/triggers/5", "/token")] {
        for (options, expected) in [(&[][..], "••••"), (&["--show-secrets"], "swordfish")] {
            let outcome = run(&server, &[&["api", "GET", path], options].concat());
            let answer: Value = serde_json::from_str(&outcome.stdout).unwrap();
            assert_eq!(answer.pointer(secret), Some(&expected.into()), "{outcome:?}");
            assert_eq!(outcome.stdout.contains("glpat-abc"), path.ends_with("s") && !options.is_empty());
        }
    }
}

#[test]
fn a_body_comes_from_a_file_or_from_standard_input() {
    let (server, folder) = (server(), Folder::new());
    let body = json!({"name": "idea", "variables": [{"key": "A"}]});
    let file = folder.write("body.json", &body.to_string());
    let path = file.to_str().unwrap();
    assert_eq!(run(&server, &["api", "POST", "/projects/1/labels", "--input", path]).status, Some(0));
    let piped =
        Rhailab::new(RHAILAB).args(["api", "POST", "/projects/1/labels", "--input", "-", "-f", "x=1"]);
    assert_eq!(piped.server(server.url(), TOKEN).stdin(&body.to_string()).run().status, Some(0));
    let requests = server.requests();
    assert_eq!([requests[0].json(), requests[1].json()], [body.clone(), body]);
    assert_eq!(requests[1].query, "x=1");
}

#[test]
fn a_wrong_call_is_told_and_sends_nothing() {
    let (server, folder) = (server(), Folder::new());
    let broken = folder.write("broken.json", "{");
    let labels = "/projects/1/labels";
    for (args, words) in [
        (vec!["api", "FETCH", labels], "It has GET, POST, PUT, PATCH, DELETE."),
        (vec!["api", "POST", labels, "-f", "name"], "write -f NAME=VALUE"),
        (vec!["api", "POST", labels, "-f", "a=1", "-f", "a=2"], "a list is written -f 'a[]=VALUE'"),
        (vec!["api", "POST", labels, "-f", "a=1", "-f", "a[]=2"], "is a value and a list"),
        (vec!["api", "GET", "../admin"], "it has . or .. in it"),
        (vec!["api", "GET", labels, "--input", "x.json"], "this method has none"),
        (vec!["api", "POST", labels, "--input", "nowhere.json"], "nowhere.json cannot be read"),
        (vec!["api", "POST", labels, "--input", broken.to_str().unwrap()], "broken.json is not JSON"),
    ] {
        let outcome = run(&server, &args);
        assert_eq!(outcome.status, Some(2), "{args:?}: {outcome:?}");
        assert!(outcome.stderr.contains(words), "{args:?}: {}", outcome.stderr);
    }
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn what_would_write_is_refused_or_rehearsed() {
    let server = server();
    let post = ["api", "POST", "/projects/1/labels", "-f", "name=idea", "-f", "token=glpat-secret"];
    let refused = run(&server, &[&["--read-only"], &post[..]].concat());
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("only reads"), "{}", refused.stderr);
    let rehearsed = run(&server, &[&["--dry-run"], &post[..]].concat());
    assert_eq!((rehearsed.status, rehearsed.stdout.as_str()), (Some(0), ""), "{rehearsed:?}");
    let told = format!("would send POST {}/api/v4/projects/1/labels", server.url());
    assert!(rehearsed.stderr.contains(&told) && rehearsed.stderr.contains("idea"), "{}", rehearsed.stderr);
    assert!(!rehearsed.stderr.contains("secret"), "{}", rehearsed.stderr);
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn a_refusal_shows_gitlabs_words() {
    let outcome = run(&server(), &["api", "GET", "/nothing"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), ""), "{outcome:?}");
    assert!(outcome.stderr.contains("GitLab answered 404: 404 Not Found"), "{}", outcome.stderr);
}

/// A script may make clients of its own; what is refused or rehearsed is so for all of them.
#[test]
fn clients_that_a_script_makes_obey_the_same_switch() {
    let server = server();
    let code = format!(
        "let own = gitlab({:?}, #{{private_token: \"{TOKEN}\"}}); own.http(\"POST\", \"/projects/1/labels\", #{{body: #{{}}}})",
        server.url()
    );
    let refused = run(&server, &["--read-only", "eval", &code]);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("only reads"), "{}", refused.stderr);
    let rehearsed = run(&server, &["--dry-run", "eval", &code]);
    assert_eq!(rehearsed.status, Some(0), "{rehearsed:?}");
    assert!(rehearsed.stderr.contains("would send POST"), "{}", rehearsed.stderr);
    assert_eq!(server.lines(), [""; 0]);
}
