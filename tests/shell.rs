//! The shell as a person meets it: the real binary in a real pseudo-terminal, against its sandbox. What is typed
//! comes back mixed with the editor's own signs, so each step waits for words that only an answer has.

#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;

use rhailab_tests::{Folder, Rhailab, Terminal};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

#[test]
fn a_session_from_the_first_line_to_a_script_that_runs() {
    let mut shell = Terminal::start(RHAILAB, &["--sandbox"]);
    shell.enter("let project = gl.projects.get(\"demo/app\");");
    shell.expect("(speaking as mira.olden)");

    // Completion lists what fits, each with what it is.
    shell.send("project.pip\t");
    shell.expect("pipelines: ProjectPipelineManager");
    shell.expect("One run of a project's jobs");
    shell.control('c');
    // Whatever was typed with it is dropped as well, so the next line waits for the new prompt.
    shell.expect("\u{1b}[?2004h");
    // What fits alone is completed.
    shell.send("project.pipelines.lat\t");
    shell.expect("latest(");
    shell.enter(").id + 1000000");
    shell.expect("1001007");

    // A hint from the history, taken with the right arrow.
    shell.send("let proj");
    shell.expect("ect = gl.projects.get");
    shell.send("\u{1b}[C");
    shell.enter("");

    // Three pasted lines are one input.
    shell.send("\u{1b}[200~fn failed(project) {\n    project.pipelines.list(#{status: \"failed\"}).len()\n}\u{1b}[201~");
    shell.enter("");
    shell.enter("`${failed(project) + 41} of them`");
    shell.expect("42 of them");

    // A long wait is interrupted; what was there is still there, also for a command that is no input.
    shell.enter("project.pipelines.list(#{status: \"failed\"})");
    shell.expect("│ 1007 ┆ failed");
    shell.enter(":trace on");
    shell.enter("project.pipelines.get(1005).wait(#{\"until\": \"final\"})");
    shell.expect("/pipelines/1005 200 (");
    shell.expect("/pipelines/1005 200 (");
    shell.control('c');
    shell.expect("interrupted");
    shell.enter(":trace off");
    shell.enter(":json");
    shell.expect("\"id\": 1007");
    shell.enter("`still ${project.path_with_namespace}, ${failed(project)}`");
    shell.expect("still demo/app, 1");

    // A list is a table, its value is `_`.
    shell.enter("project.pipelines.list(#{status: \"failed\"})");
    let table = shell.expect("│ 1007 ┆ failed");
    assert!(table.contains("│ id   ┆ status ┆ ref"), "{table}");
    shell.enter("let newest = _[0]; newest.status + \"!\"");
    shell.expect("failed!");

    shell.enter("?newest");
    shell.expect("One run of a project's jobs for a commit.");
    shell.enter(":save session.rhai");
    shell.expect("inputs are in session.rhai");
    let (home, status) = shell.leave();
    assert_eq!(status, 0);

    let saved = std::fs::read_to_string(home.path().join("session.rhai")).unwrap();
    assert!(saved.contains("fn failed(project) {\n"), "{saved}");
    assert!(!saved.contains("until"), "what was interrupted is not part of it: {saved}");
    let outcome = Rhailab::new(RHAILAB).within(home.path()).args(["--sandbox", "session.rhai"]).run();
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}\n{saved}");
}

#[test]
fn the_history_lasts_and_holds_no_secret() {
    let mut shell = Terminal::start(RHAILAB, &["--sandbox"]);
    shell.enter("let kept = 20 + 1;");
    shell.enter("let token = \"glpat-abcdefghij\";");
    shell.expect("(not kept in the history: it may hold a secret)");
    shell.enter(" let hidden = 1;");
    shell.enter("`${kept * 2} in all`");
    shell.expect("42 in all");
    let (home, _) = shell.leave();

    let file = home.path().join(".local/state/rhailab/history");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let history = std::fs::read_to_string(&file).unwrap();
    assert!(history.contains("let kept = 20 + 1;"), "{history}");
    assert!(!history.contains("glpat-") && !history.contains("hidden"), "{history}");

    let mut shell = Terminal::start_in(RHAILAB, home, &["--sandbox"]);
    // Two inputs back.
    shell.send("\u{1b}[A\u{1b}[A");
    shell.expect("let kept = 20 + 1;");
    shell.enter("");
    shell.enter("`${kept + 100} now`");
    shell.expect("121 now");
    assert_eq!(shell.leave().1, 0);
}

#[test]
fn what_would_write_can_be_refused_and_rehearsed() {
    let mut shell = Terminal::start(RHAILAB, &["--sandbox"]);
    shell.enter("let project = gl.projects.get(1);");
    shell.expect("(speaking as");
    shell.enter(":readonly on");
    shell.expect("sandbox read-only> ");
    shell.enter("project.triggers.create(#{description: \"x\"})");
    shell.expect("ProjectTrigger.create would write, and this client only reads");
    shell.enter(":dry on");
    shell.expect("sandbox dry> ");
    shell.enter("let planned = project.triggers.create(#{description: \"planned\"});");
    shell.expect("would send POST http://127.0.0.1:");
    shell.expect("/projects/1/triggers {\"description\":\"planned\"}");
    shell.enter("let run = project.trigger_pipeline(\"main\", planned.token).wait(); run.status");
    shell.expect("/trigger/pipeline {");
    shell.expect("\"token\":\"••••\"");
    shell.expect("success");
    shell.enter(":dry off");
    shell.enter("`${project.triggers.list().len()} as before`");
    shell.expect("1 as before");
    // What the shell holds of a server that it has left obeys as well.
    shell.enter(":sandbox");
    shell.expect("nothing here is real");
    shell.enter(":readonly on");
    shell.expect("sandbox read-only> ");
    shell.enter("project.triggers.create(#{description: \"x\"})");
    shell.expect("ProjectTrigger.create would write, and this client only reads");
    shell.enter(":readonly off");
    shell.enter("project.triggers.create(#{description: \"of the server before\"}).kind");
    shell.expect("ProjectTrigger");
    assert_eq!(shell.leave().1, 0);
}

#[test]
fn commands_tell_and_a_wrong_one_is_told_the_right_one() {
    let mut shell = Terminal::start(RHAILAB, &["--sandbox"]);
    let steps = [
        (":hlp", "did you mean `:help`?"),
        (":help", "Ctrl-R        searches the history"),
        (":vars", "there are no variables yet"),
        ("let n = #{a: [1, ()]}; `made ${n.len()}`", "made 1"),
        (":vars", "n  "),
        ("n", "a:"),
        (":json n", "\"a\": ["),
        ("fn twice(x) { x * 2 } `${twice(4)} is 8`", "8 is 8"),
        (":fns", "twice(x)"),
        (":time gl.version.get().version", "1 requests, "),
        (":doc project.pipelines.create", "POST /projects/{project_id}/pipeline"),
        (":doc nonsense_topic", "nonsense_topic"),
        (":examples", "trigger_and_wait_short"),
        (":set pager maybe", "`:set pager` is `on` or `off`"),
        (":set output json", "> "),
        ("[n]", "\"a\": ["),
        (":set output auto", "> "),
        ("n", "a:"),
        (":save", "needs something"),
        (":run nowhere.rhai", "nowhere.rhai cannot be read"),
        ("twice(nope)", "there is no variable `nope`"),
        (":why", "there is no variable `nope`"),
        ("fn later() { missing_one } `${2 + 2} is 4`", "4 is 4"),
        ("later()", "there is no variable `missing_one`"),
        ("watch(gl.projects.get(1).pipelines.get(1001))", "ProjectPipeline 1001: success"),
    ];
    for (line, words) in steps {
        shell.enter(line);
        // The echo of the line itself is no answer: what is printed comes after the editor has let go of the line.
        shell.expect("\u{1b}[?2004l");
        shell.expect(words);
    }
    // A recipe is loaded to be edited: it stands behind the next prompt.
    shell.enter(":examples trigger_and_wait_short");
    shell.expect("sandbox> // ");
    shell.expect("trigger_pipeline");
    shell.control('c');
    shell.expect("\u{1b}[?2004h");
    shell.enter("exit(7)");
    assert_eq!(shell.end().1, 7);
}

#[test]
fn a_session_goes_from_server_to_server() {
    let home = Folder::new();
    let config = home.path().join(".config/rhailab");
    std::fs::create_dir_all(&config).unwrap();
    let profiles = "default = \"work\"\n[profiles.work]\nurl = \"http://127.0.0.1:1\"\n\
                    private_token = \"glpat-of-work\"\n[profiles.public]\nurl = \"http://127.0.0.2:1\"\n";
    std::fs::write(config.join("rhailab.toml"), profiles).unwrap();
    std::fs::write(home.path().join("lines.rhai"), "let from_file = 41;\nfn more(x) { x + from_nowhere }")
        .unwrap();
    let mut shell = Terminal::start_in(RHAILAB, home, &[]);
    shell.enter("gl.url");
    shell.expect("http://127.0.0.1:1");
    shell.enter(":profile");
    shell.expect("public          http://127.0.0.2:1");
    shell.enter(":profile public");
    shell.expect("anonymous");
    shell.expect("public> ");
    shell.enter(":profile wrok");
    shell.expect("there is no profile `wrok`");
    shell.enter(":sandbox");
    shell.expect("nothing here is real");
    shell.enter("gl.projects.get(1).path_with_namespace + \"!\"");
    shell.expect("demo/app!");
    shell.enter(":sandbox");
    shell.expect("http://127.0.0.2:1, anonymous");

    // What a file declares stays, and an error in one of its functions is shown there.
    shell.enter(":run lines.rhai");
    shell.enter("`${from_file + 1} from the file`");
    shell.expect("42 from the file");
    shell.enter("more(1)");
    shell.expect("lines.rhai:2:18");
    let fixed = "let from_file = 50;\nfn more(x) { x + 100 }";
    std::fs::write(shell.home().join("lines.rhai"), fixed).unwrap();
    shell.enter(":reload");
    shell.enter("`${more(from_file)} from the new one`");
    shell.expect("150 from the new one");

    // What a file imports stands beside the file, and is read again with it.
    std::fs::create_dir(shell.home().join("lib")).unwrap();
    std::fs::write(
        shell.home().join("lib/main.rhai"),
        "import \"part\" as part; let part_says = part::say();",
    )
    .unwrap();
    std::fs::write(shell.home().join("lib/part.rhai"), "fn say() { \"first\" }").unwrap();
    shell.enter(":run lib/main.rhai");
    shell.enter("part_says + \" words\"");
    shell.expect("first words");
    std::fs::write(shell.home().join("lib/part.rhai"), "fn say() { \"later\" }").unwrap();
    shell.enter(":reload");
    shell.enter("part_says + \" words\"");
    shell.expect("later words");
    shell.enter(":json");
    shell.expect("\"later words\"");

    // In vi mode a line is edited by commands: to its beginning, a letter away, another in.
    shell.enter(":set editing vi");
    // The new editor knows nothing of what was typed into the old one, so the keys wait for its prompt.
    shell.expect("\u{1b}[?2004l");
    shell.expect("\u{1b}[?2004h");
    shell.send("x7000 + 1\u{1b}0x");
    shell.enter("");
    shell.expect("7001");
    let (_, status) = shell.leave();
    assert_eq!(status, 0);
}

#[test]
fn long_output_goes_through_the_pager() {
    let mut shell = Terminal::start_with_rows(RHAILAB, &["--sandbox"], 10);
    // The pager of these terminals is `cat -n`, which numbers the lines.
    shell.enter("let rows = []; for n in 0..30 { rows.push(n * 7); } rows");
    shell.expect("    30\t- 203");
    shell.enter(":set pager off");
    shell.enter("rows.map(|n| n + 1)");
    let plain = shell.expect("\n- 204");
    assert!(!plain.contains('\t'), "{plain}");
    assert_eq!(shell.leave().1, 0);
}

#[test]
fn an_input_goes_on_until_it_is_complete() {
    let mut shell = Terminal::start(RHAILAB, &["--sandbox"]);
    shell.enter("let text = `first");
    shell.enter("second`;");
    shell.enter("/* open");
    shell.enter("*/ let sum = [");
    shell.enter("1, 2].reduce(|a, b| (a ?? 0) + b);");
    shell.enter("`${text.len()} ${sum} done`");
    shell.expect("12 3 done");
    assert_eq!(shell.leave().1, 0);
}
