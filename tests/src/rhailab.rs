//! The real `rhailab` binary, in an environment that has none of the caller's settings: no GitLab server,
//! no token, no proxy, no home directory.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::process::{Outcome, Running};

/// A call of the binary.
#[derive(Debug)]
pub struct Rhailab {
    command: Command,
    stdin: Option<String>,
    stdout: Stdio,
}

impl Rhailab {
    /// A call of the binary at this path, which a test gets from `env!("CARGO_BIN_EXE_rhailab")`.
    #[must_use]
    pub fn new(binary: &str) -> Self {
        let mut command = Command::new(binary);
        command.env_clear().env("NO_COLOR", "1");
        Self { command, stdin: None, stdout: Stdio::piped() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Configures the server and a private token as a person would, by the environment.
    #[must_use]
    pub fn server(self, url: &str, token: &str) -> Self {
        self.env("GITLAB_URL", url).env("GITLAB_TOKEN", token)
    }

    /// Runs in this directory.
    #[must_use]
    pub fn within(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Feeds this to the standard input, which is empty otherwise.
    #[must_use]
    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = Some(text.to_owned());
        self
    }

    /// Sends the standard output into this file or device, which is there already, instead of keeping it.
    ///
    /// # Panics
    ///
    /// When it cannot be written.
    #[must_use]
    pub fn stdout_into(mut self, path: &str) -> Self {
        let file = OpenOptions::new().write(true).open(path);
        self.stdout = file.unwrap_or_else(|error| panic!("{path} cannot be opened: {error}")).into();
        self
    }

    /// Runs it to its end.
    #[must_use]
    pub fn run(self) -> Outcome {
        self.start().finish()
    }

    /// Starts it.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    #[must_use]
    pub fn start(mut self) -> Running {
        let Some(text) = self.stdin else {
            return Running::start_into(self.command.stdin(Stdio::null()), self.stdout);
        };
        let (reader, mut writer) =
            std::io::pipe().unwrap_or_else(|error| panic!("a pipe cannot be made: {error}"));
        let running = Running::start_into(self.command.stdin(reader), self.stdout);
        // Dropping the command closes our own copy of the reading end, and the writing end ends the input.
        drop(self.command);
        if let Err(error) = writer.write_all(text.as_bytes()) {
            panic!("the standard input cannot be written: {error}");
        }
        running
    }
}
