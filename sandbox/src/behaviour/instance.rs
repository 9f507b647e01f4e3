//! The instance, and who calls it.
//!
//! This file owns what the endpoints do that belong to no project and no group.

use crate::api::{Call, Refusal, Reply};
use crate::render;
use crate::simulation::World;

/// `GET /version`
pub(super) fn version(_world: &mut World, _call: &Call<'_>) -> Result<Reply, Refusal> {
    Reply::json(200, &render::version())
}

/// `GET /metadata`
pub(super) fn metadata(world: &mut World, _call: &Call<'_>) -> Result<Reply, Refusal> {
    Reply::json(200, &render::metadata(world))
}

/// `GET /user`
pub(super) fn user(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let user = world.store.users.get(&call.user()?).ok_or_else(Refusal::unauthorized)?;
    Reply::json(200, &render::current_user(world, user))
}
