//! The scripts in `examples/`, each run by the real binary against a sandbox in a process of its own. A
//! script that is added without a test here fails the first of these tests.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

use std::collections::BTreeSet;
use std::path::Path;

use rhailab_tests::{Folder, Outcome, Rhailab, SandboxProcess, example, repository, without_pauses};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// Fast enough that a pipeline ends within milliseconds: its jobs take some three minutes of virtual time.
const SPEED: u32 = 1_000_000;

/// Each of these has a test below.
const RUN: [&str; 10] = [
    "anonymous_trigger.rhai",
    "artifacts.rhai",
    "jobs.rhai",
    "pipelines.rhai",
    "schedules.rhai",
    "slowest_jobs.rhai",
    "trigger_and_wait.rhai",
    "trigger_and_wait_short.rhai",
    "triggers.rhai",
    "variables.rhai",
];

#[test]
fn every_example_has_a_test() {
    let found: BTreeSet<String> = std::fs::read_dir(repository().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        // Folders hold examples of more than one file, which have tests of their own.
        .filter(|name| name.ends_with(".rhai"))
        .collect();
    let known = RUN.map(str::to_owned).into();
    assert_eq!(found, known);
}

#[test]
fn every_example_can_be_read() {
    let outcome = Rhailab::new(RHAILAB).within(&repository().join("examples")).arg("check").args(RUN).run();
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
}

#[test]
fn trigger_and_wait() {
    let sandbox = SandboxProcess::start(RHAILAB, SPEED);
    let folder = Folder::new();
    let script = folder.write("trigger_and_wait.rhai", &without_pauses(&example("trigger_and_wait.rhai")));
    let first = run(&sandbox, &script, &["demo/app", "master"]);
    // The second run finds the trigger that the first one created, and falls back to the same project and branch.
    let second = run(&sandbox, &script, &[]);
    let (first, second) = (pipeline(first.stdout.trim_end()), pipeline(second.stdout.trim_end()));
    assert_eq!([first.1, second.1], ["success"; 2]);
    assert!(first.0 < second.0, "{first:?} {second:?}");
    let triggers =
        r#"gl.projects.get("demo/app").triggers.list().filter(|t| t.description == "my_trigger_id").len()"#;
    let count = Rhailab::new(RHAILAB).server(sandbox.url(), sandbox.token()).args(["eval", triggers]).run();
    assert_eq!(count.stdout, "1\n", "{count:?}");
}

#[test]
fn trigger_and_wait_short() {
    let sandbox = SandboxProcess::start(RHAILAB, SPEED);
    let outcome = run(&sandbox, &repository().join("examples/trigger_and_wait_short.rhai"), &[]);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    // Whether the pipeline is seen while it still runs depends on the machine; how it ends does not.
    let [.., last_change, took] = lines[..] else { panic!("{outcome:?}") };
    assert_eq!(pipeline(last_change).1, "success", "{outcome:?}");
    let seconds = took.strip_prefix("took ").and_then(|rest| rest.strip_suffix(" seconds")).unwrap();
    assert!(seconds.parse::<u32>().unwrap() > 0, "{outcome:?}");
}

#[test]
fn anonymous_trigger() {
    let sandbox = SandboxProcess::start(RHAILAB, SPEED);
    let outcome = run(&sandbox, &repository().join("examples/anonymous_trigger.rhai"), &["demo/app", "main"]);
    assert_eq!(pipeline(outcome.stdout.trim_end()).1, "created", "{outcome:?}");
}

#[test]
fn triggers() {
    shows(
        "triggers.rhai",
        "ProjectTrigger 1: nightly build, of jo.fern\nmytrigger\ntrue\nmy trigger\nsuccess\ntrigger\nfalse\n",
    );
}

#[test]
fn pipelines() {
    shows(
        "pipelines.rhai",
        "there are some: true\nfailed for main\ncreated a pipeline for master from api\nZONE=eu\n\
         after cancel: canceled\nafter retry: success\nlatest is the same: true, with 3 tests\ndeleted: not_found\n",
    );
}

#[test]
fn schedules() {
    shows(
        "schedules.rhai",
        "Daily test for refs/heads/master: 0 1 * * *\ntrue\n1 2 * * *\n[\"foo=bar\"]\nnew_value\n\
         started by: schedule\nfalse\n",
    );
}

#[test]
fn variables() {
    shows(
        "variables.rhai",
        "[\"DEPLOY_TOKEN\", \"ENDPOINT\", \"ENDPOINT\", \"key1\"]\n[\"REGION\", \"key1\"]\nvalue1\nvalue1\n\
         new_value\n[\"*=everywhere\", \"production=live2\"]\n12\n4\n",
    );
}

#[test]
fn jobs() {
    shows(
        "jobs.rhai",
        "the newest job of the project: deploy\nfailed before: 1\ndeploy/deploy: success\ntest/lint: success\n\
         test/unit: success\nbuild/compile: success\ndeploy took its time: true\ntrue\n\
         another job: true, of the same name: true\ncanceled or about to be: true\n\
         erased: true, its log: 0 bytes\n",
    );
}

#[test]
fn artifacts() {
    shows(
        "artifacts.rhai",
        "the archive has its announced size: true\nunpacked 6 files\none file has content: true\nby branch: true\n\
         the archive by branch: true\nexpires: true\ndeleted: not_found\n",
    );
}

#[test]
fn slowest_jobs() {
    // Its pipelines are of the past, so that nothing moves while the script looks.
    let sandbox = SandboxProcess::start(RHAILAB, 1);
    let script = repository().join("examples/slowest_jobs.rhai");
    let all = run(&sandbox, &script, &[]).stdout;
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(lines[0], "demo/app: 5 jobs in the last 5 pipelines");
    assert_eq!(lines[1], "job       runs     mean  longest  failed  flaky");
    let names = |lines: &[&str]| -> Vec<String> {
        lines.iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
    };
    let slowest_first = ["unit", "compile", "deploy", "lint", "announce"];
    assert_eq!(names(&lines[2..7]), slowest_first, "{all}");
    // The job that failed on a commit on which it had succeeded before is the only flaky one.
    let counts =
        |line: &str| -> Vec<String> { line.split_whitespace().rev().take(2).map(str::to_owned).collect() };
    assert_eq!(
        lines[2..7].iter().map(|line| counts(line).concat()).collect::<Vec<_>>(),
        ["11", "00", "00", "00", "00"]
    );
    assert_eq!(lines[8], "mean duration");
    assert_eq!(names(&lines[9..14]), slowest_first, "{all}");
    let bars: Vec<usize> = lines[9..14].iter().map(|line| line.matches('█').count()).collect();
    assert!(bars[0] == 40 && bars.is_sorted_by(|left, right| left > right), "{bars:?}\n{all}");
    assert_eq!(lines[15..], ["flaky", "unit     ▒ 1 of 5 runs"]);
    // Of the last pipeline alone, nothing can be said about luck.
    let last = run(&sandbox, &script, &["demo/app", "1"]).stdout;
    assert!(
        last.starts_with("demo/app: 3 jobs in the last 1 pipelines\n") && last.ends_with("\nno flaky jobs\n"),
        "{last}"
    );
}

/// Runs an example, its pauses shortened, in a folder of its own; compares what it prints.
fn shows(name: &str, expected: &str) {
    // A pipeline's three minutes are a third of a second: long enough to cancel it on the way.
    let sandbox = SandboxProcess::start(RHAILAB, 500);
    let folder = Folder::new();
    let text = example(name);
    let has_pauses = text.contains("sleep(1)") || text.contains("wait(");
    let script = folder.write(name, &if has_pauses { without_pauses(&text) } else { text });
    let outcome =
        Rhailab::new(RHAILAB).server(sandbox.url(), sandbox.token()).within(folder.path()).arg(script).run();
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    assert_eq!(outcome.stdout, expected);
}

/// Runs a script that must succeed without a word on standard error.
fn run(sandbox: &SandboxProcess, script: &Path, args: &[&str]) -> Outcome {
    let outcome = Rhailab::new(RHAILAB).server(sandbox.url(), sandbox.token()).arg(script).args(args).run();
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    outcome
}

/// Number and status in `pipeline NUMBER: STATUS`.
fn pipeline(line: &str) -> (u32, &str) {
    let (number, status) = line.strip_prefix("pipeline ").and_then(|rest| rest.split_once(": ")).unwrap();
    (number.parse().unwrap(), status)
}
