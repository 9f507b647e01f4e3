//! The Rust example of the client, built from the very file that is shown to users, run as a program
//! against a sandbox.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

use std::process::{Command, Output};

use rhailab_sandbox::{Options, start};

/// Fast enough that a pipeline has mostly ended when it is looked at for the first time, and no pause is needed.
const SPEED: f64 = 1_000_000.0;

#[tokio::test(flavor = "multi_thread")]
async fn trigger_and_wait() {
    let options = Options { speed: SPEED, ..Options::default() };
    let sandbox = start(options).await.unwrap();
    // The second run finds the trigger that the first one created, and falls back to the same project and branch.
    for args in [&["demo/app", "master"][..], &[]] {
        let outcome = run(&sandbox.url(), sandbox.token(), args);
        let shown = String::from_utf8_lossy(&outcome.stdout);
        assert!(outcome.status.success() && outcome.stderr.is_empty(), "{outcome:?}");
        assert!(shown.starts_with("pipeline ") && shown.ends_with(": success\n"), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_shows_no_token() {
    let sandbox = start(Options::default()).await.unwrap();
    let outcome = run(&sandbox.url(), "glpat-not-the-token", &[]);
    let shown = String::from_utf8_lossy(&outcome.stderr);
    assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
    assert!(shown.contains("401") && !shown.contains("glpat-"), "{shown}");
}

fn run(url: &str, token: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rust-example"))
        .env_clear()
        .envs([("GITLAB_URL", url), ("GITLAB_TOKEN", token)])
        .args(args)
        .output()
        .unwrap()
}
