//! Times in which GitLab cannot be asked: it restarts, a new version is rolled out, the network is down. A wait that has
//! seen what it waits for outlives them. Knows errors and the clock; sends nothing.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, ErrorKind};

/// How long looks may fail in a row before a wait gives up; rolling out a GitLab takes a few minutes.
const LONGEST: Duration = Duration::from_secs(300);

/// Whether looks fail at present, and since when.
#[derive(Debug, Default)]
pub(super) struct Outage {
    since: Option<Instant>,
}

impl Outage {
    /// Takes a failed look in. Whether it is worth looking again: what failed passes by itself, and has not lasted too long.
    pub(super) fn may_pass(&mut self, error: &Error) -> bool {
        passes(error.kind()) && self.since.get_or_insert_with(Instant::now).elapsed() < LONGEST
    }

    /// Whether the last look failed, too.
    pub(super) fn is_known(&self) -> bool {
        self.since.is_some()
    }

    /// A look was answered.
    pub(super) fn end(&mut self) {
        self.since = None;
    }
}

fn passes(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Server | ErrorKind::RateLimited)
}
