//! The options of `rhailab sandbox` and of `--sandbox`.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use rhailab_tests::{Folder, Outcome, Rhailab, SandboxProcess};

use super::file;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

#[test]
fn the_command_serves_a_scenario() {
    let process = SandboxProcess::with(RHAILAB, ["--scenario".as_ref(), file("skipped.yaml").as_os_str()]);
    let code = "gl.projects.get(\"acme/idle\").path_with_namespace";
    let outcome = Rhailab::new(RHAILAB).args(["eval", code]).server(process.url(), process.token()).run();
    assert_eq!(outcome.stdout, "acme/idle\n", "{outcome:?}");
}

#[test]
fn one_run_can_have_a_scenario_of_its_own() {
    let option = format!("--sandbox={}", file("skipped.yaml").display());
    let code = "gl.projects.get(\"acme/idle\").pipelines.create(#{ref: \"main\"}).wait().status";
    let outcome = Rhailab::new(RHAILAB).args([&option, "eval", code]).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "skipped\n"), "{outcome:?}");
}

#[test]
fn mistakes_in_a_scenario_are_told_with_their_places() {
    let folder = Folder::new();
    let path =
        folder.write("world.yaml", "projects:\n  a/b:\n    jobs:\n      x: { durration: 5s }\n  c: {}\n");
    let path = path.display();
    let expected = format!(
        "error: the scenario {path} cannot be used\n{path}:4:12: a job has no key `durration`\n  help: did you mean `duration`?\n{path}:5:3: `c` is no path of a project\n  help: "
    );
    let outcome = Rhailab::new(RHAILAB).args(["sandbox", "--scenario", &path.to_string()]).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""));
    assert!(outcome.stderr.starts_with(&expected), "{}", outcome.stderr);
    let outcome = Rhailab::new(RHAILAB).args([&format!("--sandbox={path}"), "eval", "1; gl.version()"]).run();
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains("4:12: a job has no key `durration`"), "{}", outcome.stderr);
    std::fs::write(folder.path().join("latin.yaml"), b"projects: {} # \xe9").unwrap();
    let latin =
        Rhailab::new(RHAILAB).within(folder.path()).args(["sandbox", "--scenario", "latin.yaml"]).run();
    assert_eq!(latin.status, Some(2));
    assert!(latin.stderr.contains("latin.yaml:1:16: this is no text in UTF-8\n  help: "), "{}", latin.stderr);
    let missing = Rhailab::new(RHAILAB).args(["sandbox", "--scenario", "nowhere.yaml"]).run();
    assert_eq!(missing.status, Some(2));
    assert!(missing.stderr.contains("the scenario nowhere.yaml cannot be read"), "{}", missing.stderr);
}

#[test]
fn options_without_effect_are_refused() {
    let world = format!("--sandbox={}", file("skipped.yaml").display());
    let cases: [(&[&str], &str); 5] = [
        (&[&world], "--sandbox is for commands that speak to a server"),
        (&["--read-only"], "--read-only is for"),
        (&["--dry-run"], "--dry-run is for"),
        (&["--url", "https://gitlab.test"], "--url is for"),
        (&["--timeout", "5s"], "--timeout is for"),
    ];
    for (args, words) in cases {
        let outcome = Rhailab::new(RHAILAB).arg("sandbox").args(args).run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{args:?}: {outcome:?}");
        assert!(outcome.stderr.contains(words) && outcome.stderr.contains("--scenario FILE"), "{outcome:?}");
    }
    let twice = Rhailab::new(RHAILAB).args(["sandbox", "--fault", "429:50%", "--fault", "429:10%"]).run();
    assert_eq!(twice.status, Some(2), "{twice:?}");
    assert!(twice.stderr.contains("--fault 429:… is there twice"), "{twice:?}");
}

#[test]
fn equal_seeds_have_equal_tokens() {
    let token = |seed: &str| SandboxProcess::with(RHAILAB, ["--seed", seed]).token().to_owned();
    assert_eq!(token("7"), token("7"));
    assert_ne!(token("7"), token("8"));
}

#[test]
fn the_speed_can_be_chosen() {
    let status = |speed: &str, code: &str| {
        let process = SandboxProcess::with(RHAILAB, ["--speed", speed]);
        Rhailab::new(RHAILAB).args(["eval", code]).server(process.url(), process.token()).run().stdout
    };
    // Time hardly passes in the one, and races in the other.
    let created = "gl.projects.get(1).pipelines.create(#{ref: \"main\"})";
    assert_eq!(status("0.0001", &format!("{created}.refresh().status")), "created\n");
    assert_eq!(status("1000000", &format!("{created}.wait().status")), "success\n");
}

#[test]
fn the_address_to_listen_on_can_be_chosen() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let outcome = Rhailab::new(RHAILAB).args(["sandbox", "--listen", &address]).run();
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains(&format!("cannot listen on {address}")), "{}", outcome.stderr);
    drop(taken);
    let process = SandboxProcess::with(RHAILAB, ["--listen", &address]);
    assert_eq!(process.url(), format!("http://{address}"));
}

#[test]
fn an_answer_is_held_back_by_the_latency() {
    let answer = |latency: &str, patience: Duration| {
        let process = SandboxProcess::with(RHAILAB, ["--latency", latency]);
        let address = process.url().strip_prefix("http://").unwrap().to_owned();
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(patience)).unwrap();
        stream.write_all(b"GET /api/v4/version HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut begin = [0; 8];
        stream.read_exact(&mut begin).map(|()| begin).map_err(|error| error.kind())
    };
    assert_eq!(answer("0s", Duration::from_secs(60)), Ok(*b"HTTP/1.1"));
    let held_back = answer("60s", Duration::from_millis(100));
    assert!(matches!(held_back, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{held_back:?}");
    let refused = Rhailab::new(RHAILAB).args(["sandbox", "--latency", "61s"]).run();
    assert_eq!(refused.status, Some(2));
    assert!(refused.stderr.contains("the latency must be at most 60 seconds"), "{}", refused.stderr);
}

#[test]
fn listening_for_other_machines_is_warned_of() {
    let warned = |listen: &str| -> Outcome {
        let process = SandboxProcess::with(RHAILAB, ["--listen", listen]).into_process();
        process.interrupt();
        process.finish()
    };
    let outcome = warned("0.0.0.0:0");
    assert!(
        outcome.stderr.starts_with("warning: 0.0.0.0:0 can be reached from other machines"),
        "{}",
        outcome.stderr
    );
    assert!(!warned("127.0.0.1:0").stderr.contains("warning"));
}
