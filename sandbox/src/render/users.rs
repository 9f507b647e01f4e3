//! Users on the wire: the short form that stands in other objects, and the public profile.
//!
//! This file owns their fields and nothing else.

use serde::Serialize;

use super::Stamp;
use crate::simulation::World;
use crate::store::User;

/// What other objects tell of a user.
#[derive(Debug, Serialize)]
pub(super) struct UserBasic<'a> {
    id: i64,
    username: &'a str,
    public_email: &'a str,
    name: &'a str,
    state: &'a str,
    locked: bool,
    avatar_url: Option<&'a str>,
    web_url: String,
}

/// What jobs tell of a user.
#[derive(Debug, Serialize)]
pub(super) struct UserProfile<'a> {
    #[serde(flatten)]
    basic: UserBasic<'a>,
    created_at: Stamp,
    bio: &'a str,
    location: Option<&'a str>,
    linkedin: &'a str,
    twitter: &'a str,
    discord: &'a str,
    website_url: &'a str,
    github: &'a str,
    job_title: &'a str,
    pronouns: Option<&'a str>,
    organization: Option<&'a str>,
    bot: bool,
    work_information: Option<&'a str>,
    followers: i64,
    following: i64,
    local_time: Option<&'a str>,
}

pub(super) fn basic(world: &World, id: i64) -> Option<UserBasic<'_>> {
    world.store.users.get(&id).map(|user| basic_of(world, user))
}

pub(super) fn profile(world: &World, id: i64) -> Option<UserProfile<'_>> {
    world.store.users.get(&id).map(|user| UserProfile {
        basic: basic_of(world, user),
        created_at: Stamp(user.created_at),
        bio: "",
        location: None,
        linkedin: "",
        twitter: "",
        discord: "",
        website_url: "",
        github: "",
        job_title: "",
        pronouns: None,
        organization: None,
        bot: false,
        work_information: None,
        followers: 0,
        following: 0,
        local_time: None,
    })
}

fn basic_of<'a>(world: &'a World, user: &'a User) -> UserBasic<'a> {
    UserBasic {
        id: user.id,
        username: &user.username,
        public_email: "",
        name: &user.name,
        state: "active",
        locked: false,
        avatar_url: None,
        web_url: format!("{}/{}", world.site, user.username),
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;
    use crate::simulation::test_world;

    #[test]
    fn a_profile_has_the_fields_of_gitlab() {
        let world = test_world();
        let basic_keys =
            ["id", "username", "public_email", "name", "state", "locked", "avatar_url", "web_url"];
        assert_eq!(keys(&basic(&world, 1).unwrap()), basic_keys);
        let rest = [
            "created_at",
            "bio",
            "location",
            "linkedin",
            "twitter",
            "discord",
            "website_url",
            "github",
            "job_title",
            "pronouns",
            "organization",
            "bot",
            "work_information",
            "followers",
            "following",
            "local_time",
        ];
        assert_eq!(keys(&profile(&world, 1).unwrap()), [&basic_keys[..], &rest[..]].concat());
    }
}
