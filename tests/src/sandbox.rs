//! `rhailab sandbox` in a process of its own, as any client finds it.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Lines};
use std::process::ChildStdout;
use std::sync::mpsc;

use crate::patience::PATIENCE;
use crate::process::Running;
use crate::rhailab::Rhailab;

/// A simulated GitLab that runs. It is stopped when it is dropped.
#[derive(Debug)]
pub struct SandboxProcess {
    url: String,
    token: String,
    process: Running,
}

impl SandboxProcess {
    /// Starts one in which this many virtual seconds pass in a real one.
    ///
    /// # Panics
    ///
    /// When it does not say where it listens, in the two lines that a shell can evaluate.
    #[must_use]
    pub fn start(binary: &str, speed: u32) -> Self {
        Self::with(binary, ["--speed", &speed.to_string()])
    }

    /// Starts one with these options of `rhailab sandbox`.
    ///
    /// # Panics
    ///
    /// When it does not say where it listens, in the two lines that a shell can evaluate.
    #[must_use]
    pub fn with<A: AsRef<OsStr>>(binary: &str, options: impl IntoIterator<Item = A>) -> Self {
        let mut process = Rhailab::new(binary).arg("sandbox").args(options).start();
        let mut lines = BufReader::new(process.take_stdout()).lines();
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            // Nobody listens any more when the test has given up.
            let _ = send.send((value(&mut lines, "GITLAB_URL"), value(&mut lines, "GITLAB_TOKEN"), lines));
        });
        match receive.recv_timeout(PATIENCE) {
            Ok((Some(url), Some(token), _)) => Self { url, token, process },
            said => panic!("the sandbox did not say where it listens: {said:?}"),
        }
    }

    /// Where it answers, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The token of the user who owns everything in it.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The process itself.
    #[must_use]
    pub fn into_process(self) -> Running {
        self.process
    }
}

/// The value in the next line, `export NAME=VALUE`.
fn value(lines: &mut Lines<BufReader<ChildStdout>>, name: &str) -> Option<String> {
    let line = lines.next()?.ok()?;
    Some(line.strip_prefix(&format!("export {name}="))?.to_owned())
}
