//! How long the program takes to start, against importing python-gitlab, and how much sooner many calls are done side by
//! side: `cargo bench -p rhailab --bench start` prints the ratios. Python is compared where `python3`, or the program that
//! `PYTHON` names, can `import gitlab`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and may stop where it is")]

mod measure;

use std::process::{Command, Stdio};
use std::time::Duration;

use measure::{median, python, timed};
use rhailab_tests::SandboxProcess;

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");
const RUNS: usize = 31;
const CALLS: usize = 320;

fn main() {
    let own = median(RUNS, || run(Command::new(RHAILAB).args(["eval", "1"])));
    println!("rhailab eval 1                      {:>8.1} ms", milliseconds(own));
    if let Some(python) = python() {
        let theirs = median(RUNS, || run(Command::new(python.as_str()).args(["-c", "import gitlab"])));
        let ratio = theirs.as_secs_f64() / own.as_secs_f64();
        println!("python -c 'import gitlab'           {:>8.1} ms  ratio {ratio:.1}", milliseconds(theirs));
    }
    let sandbox = SandboxProcess::with(RHAILAB, ["--latency", "50ms"]);
    let calls = |jobs: usize| {
        let code = format!("par_map(0..{CALLS}, |i| gl.projects.get(1).id, #{{jobs: {jobs}}}).len()");
        let mut command = Command::new(RHAILAB);
        command.args(["eval", &code]).env("GITLAB_URL", sandbox.url()).env("GITLAB_TOKEN", sandbox.token());
        timed(|| assert_eq!(command.output().unwrap().stdout, format!("{CALLS}\n").as_bytes()))
    };
    let (one, many) = (calls(1), calls(16));
    println!("{CALLS} calls of 50 ms, one by one      {:>8.1} ms", milliseconds(one));
    let ratio = one.as_secs_f64() / many.as_secs_f64();
    println!("the same, 16 side by side           {:>8.1} ms  ratio {ratio:.1}", milliseconds(many));
}

fn run(command: &mut Command) -> Duration {
    timed(|| {
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
        assert!(status.success(), "{status}");
    })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
