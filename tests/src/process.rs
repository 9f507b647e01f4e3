//! Child processes that cannot hang a test: whatever they do, they end, or the test fails with what they
//! wrote. Knows nothing of the programs that run in them.

use std::io::Read;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::patience::{PATIENCE, TICK};

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The exit status; `None` when a signal ended it.
    pub status: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

/// A process that runs. It is killed when it is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Option<ChildStdout>,
    stderr: Option<JoinHandle<String>>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::start_into(command, Stdio::piped())
    }

    pub(crate) fn start_into(command: &mut Command, stdout: Stdio) -> Self {
        command.stdout(stdout).stderr(Stdio::piped());
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        let stdout = child.stdout.take();
        let stderr = child.stderr.take().map(read_in_background);
        Self { child, stdout, stderr }
    }

    /// The reading end of the standard output, for a test that reads it piecewise or closes it.
    ///
    /// # Panics
    ///
    /// When it was taken before.
    pub fn take_stdout(&mut self) -> ChildStdout {
        self.stdout.take().unwrap_or_else(|| panic!("the standard output was taken before"))
    }

    /// Sends what Ctrl-C sends.
    pub fn interrupt(&self) {
        interrupt(self.child.id());
    }

    /// The most memory that the process has held so far, in bytes; `None` where the system does not tell it.
    #[must_use]
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
    }

    /// Waits until the process has ended, with all that it wrote.
    ///
    /// # Panics
    ///
    /// When it does not end.
    #[must_use]
    pub fn finish(self) -> Outcome {
        self.finish_within(PATIENCE)
    }

    fn finish_within(mut self, patience: Duration) -> Outcome {
        let stdout = self.stdout.take().map(read_in_background);
        let status = self.wait(patience);
        Outcome { status: status.code(), stdout: text(stdout), stderr: text(self.stderr.take()) }
    }

    fn wait(&mut self, patience: Duration) -> ExitStatus {
        let started = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return status,
                Ok(None) if started.elapsed() < patience => std::thread::sleep(TICK),
                Ok(None) => {
                    self.kill();
                    panic!("the process did not end; standard error: {}", text(self.stderr.take()));
                }
                Err(error) => panic!("the process cannot be waited for: {error}"),
            }
        }
    }

    fn kill(&mut self) {
        // It may have ended by itself, which is just as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Sends SIGINT to a process, as the terminal does for Ctrl-C.
fn interrupt(process: u32) {
    let sent = Command::new("kill").args(["-INT", &process.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "the process {process} cannot be interrupted");
}

/// Runs a command to its end.
#[must_use]
pub fn run(command: &mut Command) -> Outcome {
    run_within(command, PATIENCE)
}

/// Runs a command that may take this long.
pub(crate) fn run_within(command: &mut Command, patience: Duration) -> Outcome {
    Running::start(command.stdin(Stdio::null())).finish_within(patience)
}

fn read_in_background(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was written before the stream broke is all there is to see.
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn text(reader: Option<JoinHandle<String>>) -> String {
    reader.and_then(|reader| reader.join().ok()).unwrap_or_default()
}
