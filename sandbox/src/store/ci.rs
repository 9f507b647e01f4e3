//! Triggers and pipelines.
//!
//! This file owns these records and what can be said about one of them alone. How they change is the
//! business of the simulation.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::variables::RunVariable;
use crate::simulation::Status;

/// A token that starts pipelines.
#[derive(Debug)]
pub(crate) struct Trigger {
    pub(crate) id: i64,
    pub(crate) project: i64,
    pub(crate) token: String,
    pub(crate) description: Option<String>,
    pub(crate) owner: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) last_used: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
}

/// One run of a project's jobs.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) id: i64,
    pub(crate) iid: i64,
    pub(crate) project: i64,
    pub(crate) sha: String,
    pub(crate) before_sha: Option<String>,
    pub(crate) ref_name: String,
    pub(crate) tag: bool,
    pub(crate) status: Status,
    pub(crate) source: Source,
    pub(crate) name: Option<String>,
    pub(crate) user: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) finished_at: Option<Timestamp>,
    pub(crate) duration: Option<i64>,
    /// The variables that it was started with.
    pub(crate) variables: Vec<RunVariable>,
    /// The values of the inputs that its configuration declares.
    pub(crate) inputs: Map<String, Value>,
    /// The schedule that started it.
    pub(crate) schedule: Option<i64>,
    /// The bridge that started it.
    pub(crate) bridge: Option<i64>,
    /// Its jobs and bridges, the retried ones included, in the order of their numbers.
    pub(crate) jobs: Vec<i64>,
}

/// What started a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    Api,
    ParentPipeline,
    Pipeline,
    Push,
    Schedule,
    Trigger,
    Web,
}

impl Source {
    /// The name on the wire.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::ParentPipeline => "parent_pipeline",
            Self::Pipeline => "pipeline",
            Self::Push => "push",
            Self::Schedule => "schedule",
            Self::Trigger => "trigger",
            Self::Web => "web",
        }
    }
}

impl Pipeline {
    /// How long it waited for its first runner, in whole seconds; nothing when that was no second.
    pub(crate) fn queued_duration(&self) -> Option<i64> {
        let waited = seconds_between(self.created_at, self.started_at?) as i64;
        (waited > 0).then_some(waited)
    }
}

/// The seconds from one time to a later one, with milliseconds.
pub(crate) fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    (to.as_millisecond() - from.as_millisecond()) as f64 / 1000.0
}
