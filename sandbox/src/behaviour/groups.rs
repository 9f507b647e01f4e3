//! Groups.
//!
//! This file owns what the endpoints of groups do.

use crate::api::{Call, Refusal, Reply};
use crate::render;
use crate::simulation::World;
use crate::store::Group;

/// `GET /groups/:id`
pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let group = visible(world, call.arguments.required_text("id"), call.caller)?;
    let with_projects = call.arguments.flag("with_projects").unwrap_or(true);
    Reply::json(200, &render::group(world, group, with_projects))
}

/// The group of this number or path, if the user may see it.
pub(super) fn visible<'a>(
    world: &'a World,
    reference: &str,
    user: Option<i64>,
) -> Result<&'a Group, Refusal> {
    let group = world.store.group(reference).filter(|group| {
        let member =
            user.is_some_and(|user| group.members.contains_key(&user) || works_in(world, user, group.id));
        member || group.visibility.admits_strangers(user.is_some())
    });
    group.ok_or_else(|| Refusal::missing("Group"))
}

/// Whether the user is a member of one of the group's projects, which lets them see the group.
fn works_in(world: &World, user: i64, group: i64) -> bool {
    world.store.projects.of(group).any(|(_, project)| project.members.contains_key(&user))
}
