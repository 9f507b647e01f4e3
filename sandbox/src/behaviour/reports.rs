//! Test reports of a pipeline.
//!
//! This file owns what their endpoints do.

use super::{pipeline, project};
use crate::api::{Call, Refusal, Reply};
use crate::render;
use crate::simulation::World;

/// `GET /projects/:id/pipelines/:pipeline_id/test_report`
pub(super) fn test_report(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let pipeline = pipeline(world, project(world, call)?, call.arguments.record("id"))?;
    Reply::json(200, &render::test_report(world, pipeline))
}

/// `GET /projects/:id/pipelines/:pipeline_id/test_report_summary`
pub(super) fn test_report_summary(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let pipeline = pipeline(world, project(world, call)?, call.arguments.record("id"))?;
    Reply::json(200, &render::test_report_summary(world, pipeline))
}
