//! The options that every command takes, and what they say together.

use std::io::IsTerminal as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use rhailab_client::Writes;

use super::span::time_limit;
use crate::output::Format;

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct GlobalOptions {
    /// The GitLab server, such as https://gitlab.example.com
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// A file that holds an access token and nothing else
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Speak to a simulated GitLab that lives as long as the command; the scenario tells of its projects
    #[arg(
        long,
        global = true,
        value_name = "SCENARIO",
        num_args = 0..=1,
        require_equals = true,
        conflicts_with_all = ["url", "token_file", "profile"]
    )]
    pub(crate) sandbox: Option<Option<PathBuf>>,
    /// The profile of the configuration that names server and token
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Trust the certificate authorities in this PEM file, beside those of the system
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Show the certificate in this PEM file to the server
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) client_cert: Option<PathBuf>,
    /// The PEM file of that certificate's key, if it is another one
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) client_key: Option<PathBuf>,
    /// Take any certificate for the server's; whoever sits between can read the token
    #[arg(long, global = true)]
    pub(crate) insecure: bool,
    /// Refuse everything that would write
    #[arg(long, global = true, conflicts_with = "dry_run")]
    pub(crate) read_only: bool,
    /// Show what would be written, and send none of it
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// How long a call of GitLab's API may take in all, such as 30s or 5m, a download until it
    /// begins; for `trigger`, `wait` and `logs`, the whole command
    #[arg(long, global = true, value_name = "DURATION", value_parser = time_limit)]
    pub(crate) timeout: Option<Duration>,
    /// How many requests may be under way at once
    #[arg(long, global = true, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// When to show progress
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: Progress,
    /// How values are shown
    #[arg(long, global = true, value_name = "FORMAT", default_value = "auto")]
    pub(crate) output: Format,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Show each request on standard error; twice, its headers and bodies, too
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

impl GlobalOptions {
    /// What becomes of requests that write.
    pub(crate) fn writes(&self) -> Writes {
        match (self.read_only, self.dry_run) {
            (true, _) => Writes::Refused,
            (_, true) => Writes::Rehearsed,
            _ => Writes::Sent,
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether to colour what goes to standard error.
    pub(crate) fn for_stderr(self) -> bool {
        self.on(std::io::stderr().is_terminal())
    }

    /// Whether to colour what goes to standard output.
    pub(crate) fn for_stdout(self) -> bool {
        self.on(std::io::stdout().is_terminal())
    }

    fn on(self, is_terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
}

/// When to show the progress of what takes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Progress {
    /// When standard error is a terminal
    Auto,
    /// Never
    Never,
}

impl Progress {
    /// Whether to show progress on standard error.
    pub(crate) fn is_shown(self) -> bool {
        self == Self::Auto && std::io::stderr().is_terminal()
    }
}
