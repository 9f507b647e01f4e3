//! What measurements share: the time that something takes, and the Python to compare with.

use std::process::Command;
use std::time::{Duration, Instant};

/// The program that can `import gitlab`, if there is one.
pub(crate) fn python() -> Option<String> {
    let program = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let code =
        "import gitlab, sys; print('python-gitlab', gitlab.__version__, 'on Python', sys.version.split()[0])";
    match Command::new(&program).args(["-c", code]).output() {
        Ok(output) if output.status.success() => {
            println!("{}", String::from_utf8_lossy(&output.stdout).trim());
            Some(program)
        }
        _ => {
            println!("{program} cannot import gitlab: python-gitlab is not compared");
            None
        }
    }
}

/// How long something takes.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

/// The time in the middle of so many.
pub(crate) fn median(runs: usize, measure: impl Fn() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..runs).map(|_| measure()).collect();
    times.sort_unstable();
    times[runs / 2]
}
