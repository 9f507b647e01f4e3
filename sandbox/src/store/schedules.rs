//! Pipeline schedules.
//!
//! This file owns the record. When a schedule runs is the business of the simulation.

use jiff::Timestamp;
use serde_json::Value;

use super::variables::RunVariable;

/// A pipeline that starts again and again at set times.
#[derive(Debug)]
pub(crate) struct Schedule {
    pub(crate) id: i64,
    pub(crate) project: i64,
    pub(crate) description: String,
    /// In full, such as `refs/heads/main`, where it is known.
    pub(crate) ref_name: String,
    pub(crate) cron: String,
    pub(crate) time_zone: String,
    pub(crate) next_run_at: Option<Timestamp>,
    pub(crate) active: bool,
    pub(crate) owner: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) inputs: Vec<(String, Value)>,
    pub(crate) variables: Vec<RunVariable>,
    /// How often its times have changed. A run that was due for earlier ones is void.
    pub(crate) changes: u64,
}
