//! The command line as its users meet it: what each way of running code prints, what is a mistake in the
//! call, and the exit status that an unattended job decides by. Where the settings come from is in
//! `configuration.rs`.

use std::io::{BufRead as _, BufReader};

use rhailab_tests::{Answer, Folder, Outcome, RecordingServer, Rhailab, SandboxProcess, canned};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const TOKEN: &str = "glpat-command-line-access-token";

#[test]
fn eval_prints_values_in_every_format() {
    let map = "#{b: [true, (), 1.5], a: \"x: y\"}";
    let cases = [
        ("auto", "1 + 1", "2\n"),
        ("auto", "()", ""),
        ("json", "()", ""),
        ("auto", "\"two\\nlines\"", "two\nlines\n"),
        ("json", "\"two\\nlines\"", "\"two\\nlines\"\n"),
        ("auto", "[1, 2]", "- 1\n- 2\n"),
        ("json", map, "{\n  \"a\": \"x: y\",\n  \"b\": [\n    true,\n    null,\n    1.5\n  ]\n}\n"),
        ("yaml", map, "a: \"x: y\"\nb:\n- true\n- null\n- 1.5\n"),
        ("auto", "print(\"first\"); \"second\"", "first\nsecond\n"),
    ];
    for (format, code, shown) in cases {
        let outcome = rhailab(&["--output", format, "eval", code]);
        assert_eq!(outcome, succeeded(shown), "{format} {code}");
    }
}

#[test]
fn a_time_limit_that_leaves_no_time_is_refused() {
    for limit in ["0", "0s", "0.0"] {
        let outcome = rhailab(&["--timeout", limit, "eval", "1"]);
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains("it must be longer than 0"), "{outcome:?}");
    }
    for code in ["gitlab(\"http://h.test\", #{timeout: 0})", "gl.projects.get(1, #{timeout: \"0s\"})"] {
        let outcome = rhailab(&["--url", "http://127.0.0.1:1", "eval", code]);
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        assert!(outcome.stderr.contains("`timeout` must be longer than 0"), "{outcome:?}");
    }
}

#[test]
fn a_script_comes_from_a_file_from_standard_input_or_from_a_pipe() {
    let folder = Folder::new();
    let script = folder.write("hello.rhai", "print(`hello ${args}`); 1");
    let file = script.to_str().unwrap();
    assert_eq!(rhailab(&[file, "a"]), succeeded("hello [\"a\"]\n"));
    assert_eq!(rhailab(&["run", file, "a"]), succeeded("hello [\"a\"]\n"));
    let text = "print(`hello ${args}`);";
    assert_eq!(call(&["run", "-", "a"]).stdin(text).run(), succeeded("hello [\"a\"]\n"));
    assert_eq!(call(&[]).stdin(text).run(), succeeded("hello []\n"));
    let broken = call(&[]).stdin("print(1);\nprint(nope);").run();
    assert_eq!((broken.status, broken.stdout.as_str()), (Some(1), "1\n"));
    assert!(broken.stderr.contains("<stdin>:2:7"), "{broken:?}");
}

#[test]
fn what_follows_the_script_belongs_to_the_script() {
    let folder = Folder::new();
    let script = folder.write("args.rhai", "print(to_json(args))");
    let file = script.to_str().unwrap();
    let args = ["--wait", "-v", "--url", "http://x.test", "-", "--", "run", "--help", "ü"];
    let shown = "[\"--wait\",\"-v\",\"--url\",\"http://x.test\",\"-\",\"--\",\"run\",\"--help\",\"ü\"]\n";
    assert_eq!(rhailab(&[&[file], &args[..]].concat()), succeeded(shown));
    assert_eq!(rhailab(&[&["run", file], &args[..]].concat()), succeeded(shown));
}

#[test]
fn a_shebang_is_no_code_and_moves_no_line() {
    let folder = Folder::new();
    let good = folder.write("good.rhai", "#!/usr/bin/env rhailab\nprint(\"ran\");");
    assert_eq!(rhailab(&[good.to_str().unwrap()]), succeeded("ran\n"));
    folder.write("bad.rhai", "#!/usr/bin/env rhailab\nprint(nope);");
    let bad = call(&["bad.rhai"]).within(folder.path()).run();
    assert_eq!(bad.status, Some(1));
    assert!(bad.stderr.contains("bad.rhai:2:7"), "{bad:?}");
    folder.write("marked.rhai", "\u{feff}#!/usr/bin/env rhailab\nprint(\"ran\");");
    assert_eq!(call(&["marked.rhai"]).within(folder.path()).run(), succeeded("ran\n"));
}

#[test]
fn check_finds_mistakes_without_running_anything() {
    let folder = Folder::new();
    folder.write("good.rhai", "print(\"must not run\"); gl.projects.get(1);");
    folder.write("bad.rhai", "let x = 1;\nlet y = x +;\n");
    folder.write("worse.rhai", "let default = 1;");
    let check = |files: &[&str]| call(&["check"]).args(files).within(folder.path()).run();
    assert_eq!(check(&["good.rhai"]), succeeded(""));
    let found = check(&["bad.rhai", "good.rhai", "worse.rhai"]);
    assert_eq!((found.status, found.stdout.as_str()), (Some(1), ""));
    for words in ["bad.rhai:2:12", "worse.rhai:1:5", "`default` is a word of Rhai's own"] {
        assert!(found.stderr.contains(words), "{words}: {}", found.stderr);
    }
    let missing = check(&["nowhere.rhai"]);
    assert_eq!(missing.status, Some(1), "{missing:?}");
}

#[test]
fn a_wrong_call_is_status_2_and_says_what_was_meant() {
    let cases: [(&[&str], &str); 10] = [
        (&["evall", "1"], "did you mean `eval`?"),
        (&["sandbix"], "did you mean `sandbox`?"),
        (
            &["frobnicate"],
            "the commands are run, eval, check, trigger, wait, api, sandbox, config, login, logs, doc, completions, definitions, man, help",
        ),
        (&["--urll", "http://x.test", "eval", "1"], "'--url'"),
        (&["--output", "jsn", "eval", "1"], "'json'"),
        (&["nowhere.rhai"], "nowhere.rhai cannot be read"),
        (&["eval"], "<CODE>"),
        (&["check"], "<FILES>"),
        (&["--url", "gitlab.example.test", "eval", "1"], "it lacks https://"),
        (&["sandbox", "--speed", "0"], "the speed must be above 0"),
    ];
    for (args, words) in cases {
        let outcome = rhailab(args);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{args:?}");
        assert!(outcome.stderr.contains(words), "{args:?}: {}", outcome.stderr);
    }
}

#[test]
fn exit_sets_the_status_and_is_no_error() {
    let cases = [
        ("exit(7)", 7),
        ("exit()", 0),
        ("fn stop() { exit(4) } stop(); print(\"not reached\")", 4),
        ("try { exit(5) } catch { exit(6) }", 5),
        ("[1].map(|x| exit(255))", 255),
    ];
    for (code, status) in cases {
        let expected = Outcome { status: Some(status), ..succeeded("") };
        assert_eq!(rhailab(&["eval", code]), expected, "{code}");
    }
    for status in ["256", "-1", "\"a\"", "()", "1.5", "[1, \"a\"]"] {
        let impossible = rhailab(&["eval", &format!("exit({status})")]);
        assert_eq!((impossible.status, impossible.stdout.as_str()), (Some(1), ""), "{impossible:?}");
        assert!(impossible.stderr.contains(&format!("exit({status}) is not possible")), "{impossible:?}");
    }
}

#[test]
fn the_status_tells_how_a_checked_pipeline_ended() {
    for (pipeline, status) in [("success", 0), ("failed", 3), ("canceled", 4), ("skipped", 5), ("manual", 6)]
    {
        let server = gitlab(pipeline);
        let checked = wait(&server, "#{check: true}").run();
        assert_eq!(checked.status, Some(status), "{pipeline}: {checked:?}");
        assert_eq!(checked.stderr.is_empty(), status == 0, "{pipeline}: {checked:?}");
        assert_eq!(server.lines().len(), 1, "{pipeline}");
        // Whoever does not ask for the check decides for themselves.
        let unchecked = wait(&server, "#{}").run();
        assert_eq!(unchecked, succeeded(&format!("{pipeline}\n")), "{pipeline}");
    }
}

#[test]
fn a_deadline_that_passes_is_status_124() {
    let server = gitlab("running");
    let outcome = wait(&server, "#{timeout: 0.02, poll: 0.005}").run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(124), ""), "{outcome:?}");
    assert!(outcome.stderr.contains("ProjectPipeline 104 was still running"), "{outcome:?}");
}

#[test]
fn ctrl_c_ends_whatever_a_script_does() {
    let waits = "pipeline.wait(#{poll: \"1h\"})";
    let sleeps = "pipeline.refresh(); sleep(\"1h\")";
    let spins = "pipeline.refresh(); loop { }";
    for busy in [waits, sleeps, spins] {
        let server = gitlab("running");
        // Nothing that a script can write keeps it alive.
        let code = format!("{PIPELINE} loop {{ try {{ {busy} }} catch {{ print(\"caught\") }} }}");
        let running = call(&["eval", &code]).server(server.url(), TOKEN).start();
        server.wait_for(1);
        running.interrupt();
        let outcome = running.finish();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(130), ""), "{busy}: {outcome:?}");
        assert_eq!(server.lines().len(), 1, "{busy}");
    }
}

#[test]
fn ctrl_c_stops_the_sandbox_as_it_should_stop() {
    let sandbox = SandboxProcess::start(RHAILAB, 1000);
    let url = sandbox.url().to_owned();
    let process = sandbox.into_process();
    process.interrupt();
    assert_eq!(process.finish().status, Some(0));
    let gone = call(&["eval", "gl.projects.get(1)"]).server(&url, TOKEN).run();
    assert!(gone.stderr.contains("cannot connect"), "{gone:?}");
}

#[test]
fn output_that_nobody_reads_any_more_ends_the_script_quietly() {
    for code in [
        "loop { print(\"line\") }",
        "let rows = []; rows.pad(1000000, 1); rows",
        "loop { try { print(1) } catch { } }",
    ] {
        let mut running = call(&["eval", code]).start();
        let mut reader = BufReader::new(running.take_stdout());
        if code.contains("print") {
            reader.read_line(&mut String::new()).unwrap();
        }
        drop(reader);
        let outcome = running.finish();
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(141), ""), "{code}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_told() {
    let folder = Folder::new();
    let script = folder.write("script.rhai", "print(1); throw \"it went on\"");
    let calls: [&[&str]; 9] = [
        &["eval", "1"],
        &["eval", "1", "--output", "json"],
        &["eval", "loop { try { print(1) } catch { } }"],
        &["run", script.to_str().unwrap()],
        &["config"],
        &["config", "--output", "yaml"],
        &["doc"],
        &["completions", "bash"],
        &["--help"],
    ];
    for args in calls {
        let outcome = call(args).stdout_into("/dev/full").run();
        assert_eq!(outcome.status, Some(1), "{args:?}: {outcome:?}");
        assert_eq!(
            outcome.stderr,
            "error: standard output cannot be written: No space left on device (os error 28)\n",
            "{args:?}"
        );
    }
}

#[test]
fn a_sandbox_for_one_run_needs_nothing_else() {
    let outcome = call(&["--sandbox", "eval", "gl.projects.get(\"demo/app\").id"])
        // What the environment says about another server does not count, and gets no request.
        .server("http://127.0.0.1:1", TOKEN)
        .run();
    assert_eq!(outcome, succeeded("1\n"));
}

const PIPELINE: &str = "let pipeline = gl.projects.get(1, #{lazy: true}).pipelines.get(104, #{lazy: true});";

/// A GitLab with a pipeline that stays in one status.
fn gitlab(status: &str) -> RecordingServer {
    RecordingServer::start([(
        "GET /api/v4/projects/1/pipelines/104",
        Answer::json(200, &canned::pipeline(status)),
    )])
}

/// Waits for the pipeline and prints its status.
fn wait(server: &RecordingServer, options: &str) -> Rhailab {
    let code = format!("{PIPELINE} print(pipeline.wait({options}).status)");
    call(&["eval", &code]).server(server.url(), TOKEN)
}

fn call(args: &[&str]) -> Rhailab {
    Rhailab::new(RHAILAB).args(args)
}

fn rhailab(args: &[&str]) -> Outcome {
    call(args).run()
}

fn succeeded(stdout: &str) -> Outcome {
    Outcome { status: Some(0), stdout: stdout.to_owned(), stderr: String::new() }
}
