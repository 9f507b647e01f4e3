//! `--dry-run`: each example runs to its end, reads what it wants to read, writes nothing, and tells what it would have
//! written. The requests are counted on the wire.

use std::path::Path;

use rhailab_tests::{Folder, Outcome, RecordingProxy, Rhailab, SandboxProcess, repository};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

fn rehearse(proxy: &RecordingProxy, token: &str, example: &Path, folder: &Folder) -> Outcome {
    Rhailab::new(RHAILAB).within(folder.path()).arg("--dry-run").arg(example).server(proxy.url(), token).run()
}

#[test]
fn no_example_writes_anything_under_dry_run_and_each_tells_its_plan() {
    let sandbox = SandboxProcess::start(RHAILAB, 1_000_000);
    let mut examples: Vec<_> = std::fs::read_dir(repository().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rhai"))
        .collect();
    examples.sort();
    assert!(examples.len() >= 10, "{examples:?}");
    for example in examples {
        let (proxy, folder) = (RecordingProxy::start(sandbox.url()), Folder::new());
        let outcome = rehearse(&proxy, sandbox.token(), &example, &folder);
        let name = example.file_name().unwrap().to_str().unwrap();
        let lines = proxy.lines();
        let written: Vec<&String> = lines.iter().filter(|line| !line.starts_with("GET ")).collect();
        assert!(written.is_empty(), "{name} wrote {written:?}");
        assert_eq!(outcome.status, Some(0), "{name}: {outcome:?}");
        let plan: Vec<&str> =
            outcome.stderr.lines().filter_map(|line| line.strip_prefix("would send ")).collect();
        let only_reads = ["slowest_jobs.rhai"].contains(&name);
        assert_eq!(plan.is_empty(), only_reads, "{name}: {}", outcome.stderr);
        for line in plan {
            let (method, rest) = line.split_once(' ').unwrap();
            assert!(["POST", "PUT", "DELETE", "PATCH"].contains(&method), "{name}: {line}");
            assert!(rest.starts_with(&format!("{}/api/v4/", proxy.url())), "{name}: {line}");
        }
        assert!(!outcome.stderr.contains(sandbox.token()), "{name}");
    }
}

#[test]
fn a_plan_tells_method_address_and_body() {
    let sandbox = SandboxProcess::start(RHAILAB, 1_000_000);
    let (proxy, folder) = (RecordingProxy::start(sandbox.url()), Folder::new());
    let example = repository().join("examples/trigger_and_wait_short.rhai");
    let outcome = rehearse(&proxy, sandbox.token(), &example, &folder);
    let plan = outcome.stderr.replace(proxy.url(), "URL");
    let plan: Vec<&str> = plan.lines().filter(|line| line.starts_with("would send ")).collect();
    let [create, trigger] = plan[..] else { panic!("{outcome:?}") };
    assert!(
        create.starts_with("would send POST URL/api/v4/projects/1/triggers {\"description\":"),
        "{create}"
    );
    assert!(trigger.starts_with("would send POST URL/api/v4/projects/1/trigger/pipeline {"), "{trigger}");
    assert!(trigger.contains("\"token\":\"••••\""), "{trigger}");
}
