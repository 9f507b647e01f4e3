//! The thirteen statuses, and the status that the jobs of a pipeline add up to.
//!
//! This file owns GitLab's composite rule. It knows no job and no pipeline, only statuses.

use std::fmt;

/// Where a pipeline or a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Created,
    WaitingForResource,
    Preparing,
    WaitingForCallback,
    Pending,
    Running,
    Success,
    Failed,
    Canceling,
    Canceled,
    Skipped,
    Manual,
    Scheduled,
}

/// The status that jobs add up to, each given as its status and whether it may fail.
///
/// Nothing adds up to nothing.
pub(crate) fn composite(jobs: impl IntoIterator<Item = (Status, bool)>) -> Option<Status> {
    use Mark::{As, Ignored, Warn};
    use Status::*;

    let marks: Vec<Mark> =
        jobs.into_iter().map(|(status, allow_failure)| mark(status, allow_failure)).collect();
    if marks.is_empty() {
        return None;
    }
    let only = |allowed: &[Mark]| marks.iter().all(|mark| allowed.contains(mark));
    let any = |status: Status| marks.contains(&As(status));

    // The order is the rule: each line decides only what the lines before it left open.
    Some(if only(&[As(Skipped), Ignored]) {
        Skipped
    } else if only(&[As(Success), As(Skipped), Warn, Ignored]) {
        Success
    } else if only(&[As(Created), Warn, Ignored]) {
        Created
    } else if only(&[As(Preparing), Warn, Ignored]) {
        Preparing
    } else if only(&[As(Canceled), As(Success), As(Skipped), Warn, Ignored]) {
        Canceled
    } else if only(&[As(Pending), As(Created), As(Skipped), Warn, Ignored]) {
        Pending
    } else if any(Running) || any(Pending) {
        Running
    } else if any(WaitingForResource) {
        WaitingForResource
    } else if any(WaitingForCallback) {
        WaitingForCallback
    } else if any(Manual) {
        Manual
    } else if any(Scheduled) {
        Scheduled
    } else if any(Preparing) {
        Preparing
    } else if any(Created) {
        Running
    } else if any(Canceling) {
        Canceling
    } else {
        Failed
    })
}

/// What a job counts as in the composite rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// It failed or was canceled, and may.
    Warn,
    /// It waits for somebody to play it, and need not be played.
    Ignored,
    /// It counts as its status.
    As(Status),
}

fn mark(status: Status, allow_failure: bool) -> Mark {
    match status {
        Status::Failed | Status::Canceled if allow_failure => Mark::Warn,
        Status::Manual if allow_failure => Mark::Ignored,
        _ => Mark::As(status),
    }
}

impl Status {
    /// The name on the wire.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::WaitingForResource => "waiting_for_resource",
            Self::Preparing => "preparing",
            Self::WaitingForCallback => "waiting_for_callback",
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Canceling => "canceling",
            Self::Canceled => "canceled",
            Self::Skipped => "skipped",
            Self::Manual => "manual",
            Self::Scheduled => "scheduled",
        }
    }

    /// Whether it has ended. Only a retry goes on from here.
    pub(crate) const fn is_completed(self) -> bool {
        matches!(self, Self::Success | Self::Failed | Self::Canceled | Self::Skipped)
    }

    /// Whether it ended by running or by being stopped, which is when GitLab notes the time.
    pub(crate) const fn is_finished(self) -> bool {
        matches!(self, Self::Success | Self::Failed | Self::Canceled)
    }

    /// Whether canceling the pipeline reaches a job in this status.
    pub(crate) const fn is_cancelable(self) -> bool {
        matches!(
            self,
            Self::Created
                | Self::WaitingForResource
                | Self::Preparing
                | Self::WaitingForCallback
                | Self::Pending
                | Self::Running
                | Self::Scheduled
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Status::*;
    use super::*;

    /// A job that must not fail.
    fn must(status: Status) -> (Status, bool) {
        (status, false)
    }

    /// A job that may fail.
    fn may(status: Status) -> (Status, bool) {
        (status, true)
    }

    #[test]
    fn every_line_of_the_composite_rule() {
        let cases: &[(&[(Status, bool)], Status)] = &[
            // 1: only skipped or ignored
            (&[must(Skipped)], Skipped),
            (&[must(Skipped), may(Manual)], Skipped),
            (&[may(Manual)], Skipped),
            // 2: only success, skipped, warn or ignored
            (&[must(Success)], Success),
            (&[must(Success), must(Skipped), may(Failed), may(Canceled), may(Manual)], Success),
            (&[may(Failed)], Success),
            // 3: only created, warn or ignored
            (&[must(Created), may(Failed), may(Manual)], Created),
            // 4: only preparing, warn or ignored
            (&[must(Preparing), may(Canceled), may(Manual)], Preparing),
            // 5: only canceled, success, skipped, warn or ignored
            (&[must(Canceled)], Canceled),
            (&[must(Canceled), must(Success), must(Skipped), may(Failed), may(Manual)], Canceled),
            // 6: only pending, created, skipped, warn or ignored
            (&[must(Pending), must(Created), must(Skipped), may(Failed), may(Manual)], Pending),
            (&[must(Created), must(Skipped)], Pending),
            // 7: any running or pending
            (&[must(Running), must(Failed), must(Manual)], Running),
            (&[must(Pending), must(Success)], Running),
            // 8: any waiting for a resource
            (&[must(WaitingForResource), must(WaitingForCallback), must(Manual)], WaitingForResource),
            // 9: any waiting for a callback
            (&[must(WaitingForCallback), must(Manual), must(Created)], WaitingForCallback),
            // 10: any manual
            (&[must(Success), must(Manual), must(Created)], Manual),
            (&[must(Manual), must(Scheduled)], Manual),
            // 11: any scheduled
            (&[must(Success), must(Scheduled), must(Preparing)], Scheduled),
            // 12: any preparing
            (&[must(Success), must(Preparing), must(Created)], Preparing),
            // 13: any created
            (&[must(Success), must(Created)], Running),
            (&[must(Canceling), must(Created)], Running),
            // 14: any canceling
            (&[must(Canceling), must(Success), must(Failed)], Canceling),
            // 15: otherwise failed
            (&[must(Failed), must(Success), must(Skipped)], Failed),
            (&[must(Failed), must(Canceled)], Failed),
        ];
        for (jobs, expected) in cases {
            assert_eq!(composite(jobs.iter().copied()), Some(*expected), "{jobs:?}");
        }
        assert_eq!(composite([]), None);
    }

    #[test]
    fn the_order_of_the_jobs_does_not_matter() {
        let jobs = [must(Failed), may(Manual), must(Created), must(Pending), must(Success)];
        let expected = composite(jobs);
        for shift in 0..jobs.len() {
            let mut turned = jobs;
            turned.rotate_left(shift);
            assert_eq!(composite(turned), expected);
        }
    }
}
