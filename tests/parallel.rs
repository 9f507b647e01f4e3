//! Calls side by side: `par_map` within the client's one limit, and `shard`, which shares a list among nodes.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

mod scripted;
mod scripting;

use scripted::{lines, script};

use rhailab_tests::{Answer, RecordingServer, Rhailab, canned};
use serde_json::json;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// The project with each of these numbers, as far as there are some.
fn projects(count: i64, answer: impl Fn(i64) -> Answer) -> RecordingServer {
    let server = RecordingServer::start([]);
    for id in 0..count {
        server.add(&format!("GET /api/v4/projects/{id}"), answer(id));
    }
    server
}

fn project(id: i64) -> Answer {
    Answer::json(200, &json!({"id": id, "name": format!("app {id}")}))
}

#[test]
fn footgun_23_calls_run_side_by_side_within_one_limit_and_in_order() {
    // No answer comes before four requests are under way together; more than four never are, whoever asks.
    for code in [
        "par_map(0..40, |id| gl.projects.get(id).id, #{jobs: 16}) == par_map(0..40, |n| n)",
        "par_map(0..4, |n| par_map(0..10, |id| gl.projects.get(10 * n + id).id), #{jobs: 16}).len() == 4",
    ] {
        let server = projects(40, |id| project(id).together(4));
        let outcome = Rhailab::new(RHAILAB)
            .server(server.url(), "glpat-test")
            .args(["--jobs", "4", "eval", code])
            .run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "true\n"), "{code}: {outcome:?}");
        assert_eq!((server.requests().len(), server.most_under_way()), (40, 4), "{code}");
    }
}

#[test]
fn closures_use_what_they_captured_on_every_thread() {
    let server = projects(32, project);
    let text = r#"
        let names = #{nested: [project, |x| x + 1]};
        let offset = 20;
        let count = 0;
        fn double(x) { 2 * x }
        let inner = |x| x + offset;
        let found = par_map([3, 1, 2], |n| {
            count += 1;
            let id = double(inner.call(n) - offset);
            `${gl.projects.get(id).name} of ${names.nested[0].id}, ${names.nested[1].call(n)}, ${count}`
        }, #{jobs: 8});
        `${found} ${count}`"#;
    assert_eq!(
        script(&server, text).0.as_deref(),
        Ok(r#"["app 6 of 1, 4, 1", "app 2 of 1, 2, 1", "app 4 of 1, 3, 1"] 0"#),
        "each call has its own copies"
    );
    let over = |list: &str| script(&server, &format!("par_map({list}, |x| x, #{{jobs: 3}})")).0;
    assert_eq!(over("5..8").as_deref(), Ok("[5, 6, 7]"));
    assert_eq!(over("5..=7").as_deref(), Ok("[5, 6, 7]"));
    assert_eq!(over("[]").as_deref(), Ok("[]"));
    server.add("GET /api/v4/projects/1/jobs", canned::rows(&[json!({"id": 2}), json!({"id": 3})]));
    let listed = script(&server, "par_map(project.jobs.list(), |job| job.id)").0;
    assert_eq!(listed.as_deref(), Ok("[2, 3]"));
}

#[test]
fn what_one_call_brings_does_not_undo_what_another_brought_meanwhile() {
    const SCHEDULE: &str = "/api/v4/projects/1/pipeline_schedules/5";
    let schedule = |description: &str| json!({"id": 5, "description": description, "ref": "main", "cron": "0 1 * * *", "active": true});
    for slow in ["play", "take_ownership", "refresh", "save"] {
        let server = projects(5, |id| match id {
            // The first waits until the slow call is under way; the last two let it end.
            2 => project(id).together(2),
            3 | 4 => project(id).together(3),
            _ => project(id),
        });
        let route =
            |verb: &str, path: &str, answer: Answer| server.add(&format!("{verb} {SCHEDULE}{path}"), answer);
        let get = |description: &str| Answer::json(200, &schedule(description));
        route("GET", "", get("old"));
        let answer = |description| get(description).together(3);
        match slow {
            "refresh" => route("GET", "", answer("slow")),
            _ => route("GET", "", get("fresh")),
        }
        route("POST", "/play", Answer::json(201, &json!({"message": "201 Created"})).together(3));
        route("POST", "/take_ownership", answer("slow"));
        route("PUT", "", answer("slow"));
        let refresh = if slow == "play" { "s.refresh();" } else { "" };
        let text = format!(
            r#"let s = project.pipelineschedules.get(5);
            s.active = false;
            par_map([0, 1], |n| {{
                if n == 0 {{ s.{slow}(); return; }}
                gl.projects.get(2);
                {refresh}
                s.cron = "5 5 * * *";
                par_map([3, 4], |id| gl.projects.get(id), #{{jobs: 2}});
            }}, #{{jobs: 2}});
            `${{s.description}} ${{s.cron}} ${{s.active}}`"#
        );
        let expected = match slow {
            "play" => "fresh 5 5 * * * true",
            "take_ownership" => "slow 5 5 * * * false",
            _ => "slow 5 5 * * * true",
        };
        assert_eq!(script(&server, &text).0.as_deref(), Ok(expected), "{slow}");
    }
}

#[test]
fn the_first_error_stops_the_hand_out_and_names_its_item() {
    let server = projects(3, project);
    let text = r#"par_map(0..1000, |id| gl.projects.get(id).name, #{jobs: 2})"#;
    let outcome = Rhailab::new(RHAILAB).server(server.url(), "glpat-test").args(["eval", text]).run();
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains("item 3 (3): 404 Not Found"), "{outcome:?}");
    assert!(server.requests().len() <= 6, "{:?}", server.lines());
    let caught = r#"
        let said = ();
        try { par_map([7, 8], |id| gl.projects.get(id), #{jobs: 1}); } catch (e) { said = `${e.kind} ${e.status} ${e.message}`; }
        said"#;
    assert_eq!(
        script(&server, caught).0.as_deref(),
        Ok("not_found 404 item 0 (7): 404 Not Found"),
        "it stays what it is"
    );
    let thrown =
        r#"let said = (); try { par_map(["a"], |x| throw "no " + x); } catch (e) { said = e; } said"#;
    assert_eq!(script(&server, thrown).0.as_deref(), Ok(r#"item 0 ("a"): no a"#));
    let own = Rhailab::new(RHAILAB).args(["eval", "par_map([[1], []], |x| x[0])"]).run();
    assert!(own.stderr.contains("item 1 ([])"), "{own:?}");
}

#[test]
fn errors_are_collected_beside_values() {
    let server = projects(2, project);
    let text = r#"
        par_map([0, 5, 1], |id| gl.projects.get(id).name, #{on_error: "collect"})
            .map(|row| `${row.item} ${row.value} ${if row.error == () { "fine" } else { row.error.kind }}`)"#;
    assert_eq!(script(&server, text).0.as_deref(), Ok(r#"["0 app 0 fine", "5  not_found", "1 app 1 fine"]"#));
    let own = r#"par_map([1], |x| x.nothing(), #{on_error: "collect"})[0].error.message"#;
    assert!(script(&server, own).0.unwrap().contains("nothing"));
    server.add(
        "GET /api/v4/projects/1/jobs",
        Answer::json(200, &json!([{"id": 2}])).with_header("x-next-page", "2"),
    );
    server.add("GET /api/v4/projects/1/jobs", Answer::json(403, &json!({"message": "403 Forbidden"})));
    let cut = r#"par_map(project.jobs.list(), |job| job.id, #{jobs: 1, on_error: "collect"})"#;
    let problem = script(&server, cut).0.unwrap_err();
    assert!(problem.contains("403 Forbidden"), "a list that breaks off is no shorter list: {problem}");
    let exit =
        Rhailab::new(RHAILAB).args(["eval", r#"par_map([1, 2], |x| exit(7), #{on_error: "collect"})"#]).run();
    assert_eq!(exit.status, Some(7), "{exit:?}");
}

#[test]
fn options_of_par_map_are_checked() {
    let server = RecordingServer::start([]);
    for (options, expected) in [
        ("jobs: 0", "`jobs` must be a number from 1 to 256, not 0"),
        ("jobs: \"many\"", "not \"many\""),
        ("jobs: 257", "not 257"),
        ("on_error: \"ignore\"", "`on_error` must be \"stop\" or \"collect\""),
        ("job: 3", "Did you mean `jobs`?"),
    ] {
        let problem = script(&server, &format!("par_map([1], |x| x, #{{{options}}})")).0.unwrap_err();
        assert!(problem.contains(expected), "{options}: {problem}");
    }
    let problem = script(&server, "par_map(\"abc\", |x| x)").0.unwrap_err();
    assert!(problem.contains("par_map() cannot go through \"abc\""), "{problem}");
    assert_eq!(lines(&server), [""; 0]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_all_workers_at_once() {
    // Of these requests, no answer ever comes: they wait for more than there are.
    let server = projects(8, |id| project(id).together(1000));
    let text =
        "try { par_map(0..8, |id| gl.projects.get(id), #{jobs: 8, on_error: \"collect\"}) } catch { 1 }";
    let process = Rhailab::new(RHAILAB).server(server.url(), "glpat-test").args(["eval", text]).start();
    server.wait_for(8);
    process.interrupt();
    let outcome = process.finish();
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(130), "interrupted\n"), "{outcome:?}");
}

#[test]
fn each_node_takes_its_share() {
    let node = |index: &str, total: &str| {
        Rhailab::new(RHAILAB)
            .env("CI_NODE_INDEX", index)
            .env("CI_NODE_TOTAL", total)
            .args(["eval", "print(shard(0..5)); print(shard([]));"])
            .run()
    };
    assert_eq!(node("1", "2").stdout, "[0, 2, 4]\n[]\n");
    assert_eq!(node("2", "2").stdout, "[1, 3]\n[]\n");
    let elsewhere = || Rhailab::new(RHAILAB).args(["eval", "print(shard(0..5));"]);
    for outcome in [elsewhere().run(), elsewhere().env("CI_NODE_TOTAL", "1").run()] {
        assert_eq!(outcome.stdout, "[0, 1, 2, 3, 4]\n", "{outcome:?}");
    }
    let wrong = node("3", "2");
    assert_eq!(wrong.status, Some(1), "{wrong:?}");
    assert!(wrong.stderr.contains("CI_NODE_INDEX is 3, and there are 2 nodes"), "{wrong:?}");
}
