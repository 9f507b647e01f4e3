//! What became of a job, as a chart tells it: a letter, a name and a colour. The letter alone is enough, so nothing is
//! lost where there are no colours.

use anstyle::AnsiColor;

use super::Job;

/// What became of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It succeeded.
    Success,
    /// It failed.
    Failed,
    /// It failed, and the pipeline goes on without it.
    Allowed,
    /// Somebody or something canceled it.
    Canceled,
    /// Another job has taken its place.
    Retried,
    /// It runs.
    Running,
    /// It has not begun to run.
    NotStarted,
}

/// How a mark looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// A letter, which no other mark has.
    pub(super) letter: char,
    /// What the letter means, for a legend.
    pub(super) meaning: &'static str,
    pub(super) color: AnsiColor,
    /// The class of its bars in a picture.
    pub(super) class: &'static str,
}

impl Mark {
    /// Every mark, in the order of a legend.
    pub const ALL: [Self; 7] = [
        Self::Success,
        Self::Failed,
        Self::Allowed,
        Self::Canceled,
        Self::Retried,
        Self::Running,
        Self::NotStarted,
    ];

    pub(super) fn of(job: &Job, is_retried: bool) -> Self {
        match job.status.as_str() {
            _ if is_retried => Self::Retried,
            "success" => Self::Success,
            "failed" if job.allow_failure => Self::Allowed,
            "failed" => Self::Failed,
            "canceled" | "canceling" => Self::Canceled,
            _ if job.started_at.is_some() => Self::Running,
            _ => Self::NotStarted,
        }
    }

    /// GitLab's status with what it does not say.
    pub(super) fn words(self, status: &str) -> String {
        match self {
            Self::Allowed => format!("{status}, allowed"),
            Self::Retried => format!("{status}, retried"),
            _ => status.to_owned(),
        }
    }

    pub(super) const fn look(self) -> Look {
        let (letter, meaning, color, class) = match self {
            Self::Success => (' ', "success", AnsiColor::Green, "success"),
            Self::Failed => ('F', "failed", AnsiColor::Red, "failed"),
            Self::Allowed => ('A', "failed, allowed", AnsiColor::Yellow, "allowed"),
            Self::Canceled => ('C', "canceled", AnsiColor::BrightBlack, "canceled"),
            Self::Retried => ('R', "retried", AnsiColor::Magenta, "retried"),
            Self::Running => ('>', "running", AnsiColor::Blue, "running"),
            Self::NotStarted => ('-', "not started", AnsiColor::BrightBlack, "waiting"),
        };
        Look { letter, meaning, color, class }
    }
}
