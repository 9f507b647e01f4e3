//! What Rhai does that a host must know: each trap that the engine steps around, in a test of its own. Scripts
//! run in the engine as a library, against a recording server.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may stop where it is")]

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, EvalAltResult};
use rhailab::engine::bridge::{Bridge, Interrupt};
use rhailab::engine::error::client_error;
use rhailab::engine::{ExitStatus, ObjectRef, Printer, ScriptEngine, SequenceRef, World};
use rhailab_client::{Error, Gitlab, table};
use rhailab_tests::{Answer, RecordingServer};
use serde_json::json;

/// Keeps what a script prints.
#[derive(Debug, Default)]
struct Printed(Mutex<Vec<String>>);

impl Printer for Printed {
    fn print(&self, line: &str) -> std::io::Result<()> {
        self.0.lock().unwrap().push(line.to_owned());
        Ok(())
    }

    fn write(&self, text: &str) -> std::io::Result<()> {
        self.print(text)
    }

    fn note(&self, line: &str) -> std::io::Result<()> {
        self.print(line)
    }
}

/// A server with a project, its pipelines over three pages of two rows, and one trigger.
fn server() -> RecordingServer {
    let rows = |ids: [u32; 2], next: &str| {
        let rows = json!([{"id": ids[0], "status": "failed"}, {"id": ids[1], "status": "success"}]);
        Answer::json(200, &rows).with_header("x-next-page", next)
    };
    let refused = Answer::json(403, &json!({"message": "403 Forbidden"}));
    let project = json!({"id": 1, "name": "app", "default_branch": "main", "protected": true});
    let trigger = json!({"id": 7, "description": "d", "token": "glptt-1"});
    RecordingServer::start([
        ("GET /api/v4/projects/1", Answer::json(200, &project)),
        ("GET /api/v4/projects/1/pipelines?page=1&per_page=100", rows([6, 5], "2")),
        ("GET /api/v4/projects/1/pipelines?page=2&per_page=100", refused),
        ("GET /api/v4/projects/1/pipelines?page=2&per_page=100", rows([4, 3], "3")),
        ("GET /api/v4/projects/1/pipelines?page=3&per_page=100", rows([2, 1], "")),
        ("GET /api/v4/projects/1/triggers", Answer::json(200, &json!([trigger]))),
        ("PUT /api/v4/projects/1/triggers/7", Answer::json(200, &json!({"id": 7, "description": "e"}))),
        ("POST /api/v4/projects/1/triggers", Answer::json(400, &json!({"error": "description is empty"}))),
    ])
}

struct Run {
    engine: ScriptEngine,
    world: World,
    printed: Arc<Printed>,
}

fn engine(server: &RecordingServer) -> Run {
    let printed = Arc::new(Printed::default());
    let world = World {
        client: Gitlab::builder(server.url()).private_token("glpat-test").retries(0).build().unwrap(),
        args: vec!["first".to_owned()],
        bridge: Bridge::default(),
        print: Arc::clone(&printed) as Arc<dyn Printer>,
    };
    Run { engine: ScriptEngine::new(&world), world, printed }
}

impl Run {
    fn eval(&mut self, script: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        let program = self.engine.compile(script)?;
        self.engine.run(&program)
    }

    fn value<T: Clone + Send + Sync + 'static>(&mut self, script: &str) -> T {
        let value = self.eval(script).unwrap_or_else(|error| panic!("{script}\n{error}"));
        value.try_cast().unwrap_or_else(|| panic!("{script} has another type"))
    }

    fn error(&mut self, script: &str) -> (Error, rhai::Position) {
        let thrown = self.eval(script).expect_err(script);
        let EvalAltResult::ErrorRuntime(value, position) = thrown.unwrap_inner() else {
            panic!("{script} threw {thrown}")
        };
        let message = client_error(value).unwrap_or_else(|| panic!("{script} threw {thrown}"));
        let copy =
            Error::usage(message.error().message()).with_hint(message.error().hint().unwrap_or_default());
        (copy, *position)
    }
}

#[test]
fn trap_1_a_call_on_a_property_writes_nothing_back() {
    let server = server();
    let mut run = engine(&server);
    let script = r#"
        const project = gl.projects.get(1);
        const rows = project.triggers.list();
        const trigger = rows[0];
        project.triggers.list().first().description
    "#;
    assert_eq!(run.value::<String>(script), "d");
    assert!(server.requests().iter().all(|request| request.method == "GET"), "nothing was written");
    // A method that could change its receiver makes Rhai assign every property on the way to it again.
    for (chain, value) in [
        ("gl.projects.get(1).triggers.list().to_array().len()", 1),
        (r#"gl.projects.get(1).name.split("p").len()"#, 3),
        ("gl.projects.get(1).attributes.keys().len()", 4),
        (r#"gl.projects.get(1).kind.split("j").len()"#, 2),
    ] {
        assert_eq!(run.value::<i64>(chain), value, "{chain}");
    }
    let changed = run.error("gl.projects.get(1).attributes.set(\"name\", 1)").0;
    assert!(changed.message().contains("cannot be assigned"), "{changed}");
}

#[test]
fn trap_2_functions_see_the_client_and_the_arguments() {
    let server = server();
    let mut run = engine(&server);
    assert_eq!(run.value::<String>("fn name() { gl.projects.get(1).name + args[0] } name()"), "appfirst");
    assert_eq!(run.value::<i64>("let gl = 5; gl"), 5, "a variable of the script's own hides ours");
    assert_eq!(run.value::<i64>("fn own(args) { args } own(3)"), 3);
}

#[test]
fn trap_3_every_name_of_the_spec_can_follow_a_dot() {
    let server = server();
    let mut run = engine(&server);
    let mut names = 0;
    for resource in table::RESOURCES {
        let fields = resource.fields.iter().map(|field| field.name);
        for name in fields.chain(resource.accessors.iter().copied()) {
            run.engine
                .compile(&format!("let x = #{{}}; x.{name}; x.{name} = 1;"))
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            names += 1;
        }
        for verb in resource.operations {
            run.engine
                .compile(&format!("gl.{}()", verb.name))
                .unwrap_or_else(|error| panic!("{}: {error}", verb.name));
            names += 1;
        }
    }
    assert!(names > 100, "only {names} names were tried");
    assert!(run.value::<bool>("gl.projects.get(1).protected"), "a reserved word as a field");
}

#[test]
fn trap_4_an_error_inside_a_known_verb_stays_what_it_is() {
    let server = server();
    let mut run = engine(&server);
    let (refused, _) = run.error(r#"gl.projects.get(1).triggers.create(#{description: ""})"#);
    assert_eq!(refused.message(), "description is empty");
    let (unknown, position) = run.error("gl.projects\n    .gett(1)");
    assert_eq!(unknown.message(), "a ProjectManager has no method `gett`");
    assert_eq!(unknown.hint(), Some("Did you mean `get()`?"));
    assert_eq!(position.line(), Some(2));
    // A script that our engine did not read before it ran.
    let (evaluated, _) = run.error(r#"let p = gl.projects.get(1); eval("p.refrsh()")"#);
    assert_eq!(evaluated.hint(), Some("Did you mean `refresh()`?"));
    for (code, message, hint) in [
        ("gl.projects()", "`projects` of the client is not a method", "Leave the parentheses out"),
        ("eval(\"gl.projects()\")", "`projects` of the client is not a method", "Leave the parentheses out"),
        ("gl.projcts(1)", "the client has no method `projcts`", "Did you mean `.projects`?"),
        (
            "gl.projects.get(1).triggers.list().length",
            "a list has no property `length`",
            "Did you mean `len()`?",
        ),
        ("gl.projects.get(1).triggers.list().totl", "a list has no property `totl`", "Did you mean `total`?"),
        (
            "gl.projects.get(1).triggers.list().nothing",
            "a list has no property `nothing`",
            "It has total, len()",
        ),
        (
            "try { gl.nope } catch (e) { e.mesage }",
            "an error has no property `mesage`",
            "Did you mean `message`?",
        ),
        ("try { gl.nope } catch (e) { e.xyz }", "an error has no property `xyz`", "It has kind, message"),
    ] {
        let (error, _) = run.error(code);
        assert_eq!(error.message(), message, "{code}");
        assert!(error.hint().is_some_and(|words| words.starts_with(hint)), "{code}: {:?}", error.hint());
    }
    let clients = "fn host(c) { c.url } fn own() { this.url } fn all(x) { [gl].map(host)[0] == x.own() && [gl].map(|c| c.url) == [gl.own()] } let x = #{host: 1}; x.host; all(gl)";
    assert!(run.value::<bool>(clients), "a script's own functions can be called on a client");
    let mapped = "fn title(p) { p.name } let x = #{title: 1}; x.title; [gl.projects.get(1)].map(title)[0]";
    assert_eq!(run.value::<String>(mapped), "app", "also where its name stands behind a dot");
    let own = run.value::<i64>(
        "fn deploy(n) { n + 1 } fn twice() { this.name.len() * 2 } gl.projects.get(1).twice() + deploy(1)",
    );
    assert_eq!(own, 8, "a script's own functions come first");
    // `map` of an array tries its function as a method of each element before it passes the element.
    let mapped = r#"
        fn name_of(p) { p.name }
        let projects = [gl.projects.get(1)];
        `${projects.map(|p| p.name)} ${projects.map(name_of)} ${projects.filter(|p| p.id == 1).len()}`
    "#;
    assert_eq!(run.value::<String>(mapped), r#"["app"] ["app"] 1"#);
}

#[test]
fn trap_5_an_error_in_the_middle_of_a_loop_reaches_the_script_and_nothing_is_lost() {
    let server = server();
    let mut run = engine(&server);
    let script = r#"
        let rows = gl.projects.get(1, #{lazy: true}).pipelines.list();
        let seen = [];
        let kinds = [];
        try { for p in rows { seen.push(p.id); } } catch (e) { kinds.push(`${e.kind} ${e.status}`); }
        let again = [];
        for p in rows { again.push(p.id); }
        `${seen} ${kinds} ${again} ${rows.len()} ${rows[-1].id}`
    "#;
    assert_eq!(run.value::<String>(script), r#"[6, 5] ["forbidden 403"] [6, 5, 4, 3, 2, 1] 6 1"#);
    let mut pages: Vec<_> = server.requests().iter().map(|request| request.query.clone()).collect();
    pages.sort();
    // A page behind the last one may be asked for before the last one has come.
    pages.retain(|page| !page.starts_with("page=4"));
    // Page 3 came ahead and was kept.
    assert_eq!(
        pages,
        ["page=1&per_page=100", "page=2&per_page=100", "page=2&per_page=100", "page=3&per_page=100"]
    );
}

#[test]
fn trap_6_our_own_functions_stand_in_for_rhais() {
    let server = server();
    let mut run = engine(&server);
    assert!(run.eval("nope; 1").is_err(), "a statement that only names something is still looked at");
    let _ = run
        .eval("let p = gl.projects.get(1); print(p); print(p.triggers); print(`${p}`); debug(p.name);")
        .unwrap();
    let printed = run.printed.0.lock().unwrap().clone();
    assert_eq!(printed[..3], ["Project 1", "ProjectTriggerManager", "Project 1"]);
    assert!(run.value::<bool>("gl.projects.get(1) == gl.projects.get(1, #{lazy: true})"));
    assert!(run.value::<bool>("gl.projects.get(1) != gl.projects.get(2, #{lazy: true})"));
    assert!(run.value::<bool>(
        "let p = gl.projects.get(1, #{lazy: true}); p.pipelines.get(7, #{lazy: true}) != p.jobs.get(7, #{lazy: true})"
    ));
    assert!(run.value::<String>("gl.projects.get(1).to_json()").contains(r#""name":"app""#));
    assert_eq!(run.value::<String>("to_json(#{a: [1, ()]})"), r#"{"a":[1,null]}"#);
    let exit = run.eval("try { exit(7) } catch { 1 }").unwrap_err();
    let EvalAltResult::ErrorTerminated(token, _) = exit.unwrap_inner() else { panic!("{exit}") };
    assert_eq!(token.clone().try_cast::<ExitStatus>().map(|status| status.0), Some(7));
    assert!(run.error("exit(300)").0.message().contains("exit(300)"));
    assert_eq!(run.value::<()>(r#"env("RHAILAB_TEST_NOT_SET")"#), ());
}

/// Rhai takes an error of the closure for "equal", and every answer that is no whole number.
#[test]
fn sorting_stops_at_an_error_and_understands_fractions() {
    let server = server();
    let mut run = engine(&server);
    let sorted = |run: &mut Run, script: &str| run.value::<String>(&format!("{script}; values.to_json()"));
    assert_eq!(
        sorted(&mut run, "let values = [0.75, 0.25, 0.5]; values.sort(|a, b| a - b)"),
        "[0.25,0.5,0.75]"
    );
    let pairs = "let values = [[2, 1], [1, 2], [2, 3], [1, 4], [0, 5]]; values.sort(|a, b| a[0] - b[0])";
    assert_eq!(sorted(&mut run, pairs), "[[0,5],[1,2],[1,4],[2,1],[2,3]]", "equal ones stay as they stood");
    // An order that contradicts itself gives some order, and no panic.
    let all = run.value::<i64>(
        "let values = []; for n in 0..100 { values.push(n); } values.sort(|a, b| 1); values.len()",
    );
    assert_eq!(all, 100);
    for (script, message) in [
        ("[2, 1].sort(|a, b| a < b)", "the order answers bool, not a number"),
        ("let p = gl.projects.get(1); [p, p].sort(|a, b| a.nam - b.nam)", "a Project has no field `nam`"),
    ] {
        assert_eq!(run.error(script).0.message(), message, "{script}");
    }
    let exit = run.eval("try { [2, 1].sort(|a, b| exit(7)) } catch { 1 }").unwrap_err();
    assert!(matches!(exit.unwrap_inner(), EvalAltResult::ErrorTerminated(..)), "{exit}");
}

/// Rhai's own reader of JSON takes maps alone, and code for JSON.
#[test]
fn any_json_can_be_read_and_nothing_else() {
    let server = server();
    let mut run = engine(&server);
    for json in ["[1,2.5,null]", "5", "null", r#""a/b""#, r#"{"a":[true]}"#] {
        let script = format!("to_json(parse_json({json:?}))");
        assert_eq!(run.value::<String>(&script), json);
    }
    assert_eq!(run.value::<String>(r#"parse_json("\"a\\/b\"")"#), "a/b");
    for wrong in ["not json", "{\"a\": 1 + 1}", ""] {
        let (error, _) = run.error(&format!("parse_json({wrong:?})"));
        assert!(error.message().starts_with("the text is not JSON: "), "{wrong}: {error}");
    }
}

#[test]
fn what_was_taken_from_a_list_can_be_used_like_the_list() {
    let server = server();
    let mut run = engine(&server);
    let kept = "let kept = gl.projects.get(1).triggers.list().filter(|row| true);";
    for script in [
        "kept.first().description == \"d\"",
        "kept.any(|row| row.description == \"d\") && !kept.any(|row| false) && kept.all(|row| true)",
        "kept.take(1).len() == 1 && kept.take(0).first() == () && [1, 2, 3].take(2) == [1, 2]",
        "kept.to_array().len() == kept.len()",
        "let taken = take(kept); taken.len() == 1 && kept == ()",
    ] {
        assert!(run.value::<bool>(&format!("{kept} {script}")), "{script}");
    }
    for (script, message) in [
        ("[1].any(|x| x)", "the test answers i64, not true or false"),
        ("[1].take(-1)", "take() cannot take fewer than no values"),
    ] {
        assert_eq!(run.error(script).0.message(), message, "{script}");
    }
}

#[test]
fn trap_7_values_and_closures_can_go_to_other_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<ObjectRef>();
    is_shared::<SequenceRef>();
    is_shared::<World>();
    is_shared::<ScriptEngine>();
    let server = server();
    let mut run = engine(&server);
    let script = r#"
        let project = gl.projects.get(1);
        let wanted = ["d"];
        let found = project.triggers.list().filter(|t| wanted.contains(t.description));
        let names = project.triggers.list().map(|t| project.name + "/" + t.description);
        `${found.len()} ${names} ${project.triggers.list().any(|t| t.id == 7)}`
    "#;
    assert_eq!(run.value::<String>(script), r#"1 ["app/d"] true"#);
    let captured = r#"
        let trigger = gl.projects.get(1).triggers.list()[0];
        let rows = gl.projects.get(1).triggers.list();
        let count = || rows.len();
        let same = rows.filter(|t| t == trigger && rows.len() == 1);
        trigger.description = "e";
        trigger.save();
        let other = trigger;
        trigger = 5;
        `${same.len()} ${count.call()} ${other.description} ${trigger}`
    "#;
    assert_eq!(
        run.value::<String>(captured),
        "1 1 e 5",
        "a captured object can be used, changed and replaced"
    );
    let (not_a_test, _) = run.error("gl.projects.get(1).triggers.list().filter(|t| t.id)");
    assert_eq!(not_a_test.message(), "the test answers i64, not true or false");
}

#[test]
fn trap_8_errors_are_objects_and_interrupts_cannot_be_caught() {
    let server = server();
    let mut run = engine(&server);
    let script = r#"
        let seen = "";
        try { gl.projects.get(1).triggers.create(#{description: ""}) }
        catch (e) { seen = `${e.kind}|${e.status}|${e.message}|${e.method}|${e.operation}|${e.fields}|${e.body}|${e.request_id}`; }
        seen
    "#;
    assert_eq!(
        run.value::<String>(script),
        r#"invalid|400|description is empty|POST|ProjectTrigger.create|#{}|{"error":"description is empty"}|"#
    );
    let (rethrown, _) = run.error(r#"try { gl.projects.gett(1) } catch (e) { throw e }"#);
    assert_eq!(rethrown.message(), "a ProjectManager has no method `gett`");

    let bridge = run.world.bridge.clone();
    let script = r#"
        fn stop_me() { try { print("asleep"); sleep("1h"); } catch { 1 } }
        stop_me();
        2
    "#;
    let program = run.engine.compile(script).unwrap();
    let thrown = std::thread::scope(|scope| {
        let sleeper = scope.spawn(|| run.engine.run(&program));
        // An interrupt that came before would be seen without any sleep.
        while !sleeper.is_finished()
            && run.printed.0.lock().unwrap().last().is_none_or(|line| line != "asleep")
        {
            std::thread::yield_now();
        }
        bridge.stop(Interrupt::Signal);
        sleeper.join().unwrap().unwrap_err()
    });
    assert!(matches!(thrown.unwrap_inner(), EvalAltResult::ErrorTerminated(..)), "{thrown}");
}
