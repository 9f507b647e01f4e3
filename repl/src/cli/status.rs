//! How the program ends. The numbers are what unattended jobs decide by, and never change.

use std::process::ExitCode;

/// How the program ends, as its exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Everything was done.
    Success,
    /// A script or GitLab's API failed.
    Failure,
    /// The command line or the configuration is wrong.
    Usage,
    /// The pipeline failed.
    PipelineFailed,
    /// The pipeline was canceled.
    PipelineCanceled,
    /// The pipeline was skipped.
    PipelineSkipped,
    /// The pipeline waits for a manual action.
    PipelineBlocked,
    /// The deadline passed.
    Deadline,
    /// Ctrl-C.
    Interrupted,
    /// Nobody reads the output any more.
    OutputClosed,
    /// What the script passed to `exit`.
    Script(u8),
}

impl Status {
    /// How a pipeline or a job ended, if not in success; `None` for every other status.
    #[must_use]
    pub(crate) fn of_failure(status: &str) -> Option<Self> {
        match status {
            "failed" => Some(Self::PipelineFailed),
            "canceled" => Some(Self::PipelineCanceled),
            "skipped" => Some(Self::PipelineSkipped),
            "manual" => Some(Self::PipelineBlocked),
            _ => None,
        }
    }

    /// The number that the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::PipelineFailed => 3,
            Self::PipelineCanceled => 4,
            Self::PipelineSkipped => 5,
            Self::PipelineBlocked => 6,
            Self::Deadline => 124,
            Self::Interrupted => 130,
            Self::OutputClosed => 141,
            Self::Script(code) => code,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.code())
    }
}
