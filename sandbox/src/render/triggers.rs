//! Triggers on the wire.
//!
//! This file owns their fields, and which part of a token strangers see.

use serde::Serialize;

use super::Stamp;
use super::users::{self, UserBasic};
use crate::simulation::World;
use crate::store::Trigger;

#[derive(Debug, Serialize)]
struct TriggerEntity<'a> {
    id: i64,
    token: &'a str,
    description: Option<&'a str>,
    created_at: Stamp,
    updated_at: Stamp,
    last_used: Option<Stamp>,
    expires_at: Option<Stamp>,
    owner: Option<UserBasic<'a>>,
}

/// A trigger, as this user sees it: the whole token only of their own.
pub(crate) fn trigger<'a>(
    world: &'a World,
    trigger: &'a Trigger,
    viewer: Option<i64>,
) -> impl Serialize + 'a {
    let token = trigger.token.as_str();
    let masked = || token.strip_prefix("glptt-").unwrap_or(token).get(..4).unwrap_or_default();
    TriggerEntity {
        id: trigger.id,
        token: if viewer == Some(trigger.owner) { token } else { masked() },
        description: trigger.description.as_deref(),
        created_at: Stamp(trigger.created_at),
        updated_at: Stamp(trigger.updated_at),
        last_used: trigger.last_used.map(Stamp),
        expires_at: trigger.expires_at.map(Stamp),
        owner: users::basic(world, trigger.owner),
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;
    use crate::seed::{COLLEAGUE, OWNER};
    use crate::simulation::test_world;

    #[test]
    fn only_the_owner_sees_the_whole_token() {
        let world = test_world();
        let record = &world.store.triggers[&1];
        let seen = |viewer| serde_json::to_value(trigger(&world, record, viewer)).unwrap()["token"].clone();
        assert_eq!(seen(Some(COLLEAGUE)), record.token);
        assert_eq!(seen(Some(OWNER)), record.token[6..10]);
    }

    #[test]
    fn a_trigger_has_the_fields_of_gitlab() {
        let world = test_world();
        let expected =
            ["id", "token", "description", "created_at", "updated_at", "last_used", "expires_at", "owner"];
        assert_eq!(keys(&trigger(&world, &world.store.triggers[&1], None)), expected);
    }
}
