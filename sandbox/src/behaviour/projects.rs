//! Projects.
//!
//! This file owns what the endpoints of projects themselves do.

use super::visible_project;
use crate::api::{Call, Refusal, Reply};
use crate::render;
use crate::simulation::World;

/// `GET /projects/:id`
pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let project = visible_project(world, call.arguments.required_text("id"), call.caller)?;
    Reply::json(200, &render::project(world, project, call.caller))
}
