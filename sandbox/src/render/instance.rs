//! The instance on the wire, and the user who calls it.
//!
//! This file owns their fields and nothing else.

use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;

use super::Stamp;
use super::users::{self, UserProfile};
use crate::simulation::World;
use crate::store::User;

const VERSION: &str = "18.2.1";
const REVISION: &str = "9f1b2c3d4e5";

#[derive(Debug, Serialize)]
struct Version {
    version: &'static str,
    revision: &'static str,
}

#[derive(Debug, Serialize)]
struct Metadata {
    version: &'static str,
    revision: &'static str,
    kas: AgentServer,
    enterprise: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AgentServer {
    enabled: bool,
    external_url: &'static str,
    external_k8s_proxy_url: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct CurrentUser<'a> {
    #[serde(flatten)]
    profile: Option<UserProfile<'a>>,
    last_sign_in_at: Stamp,
    confirmed_at: Stamp,
    last_activity_on: String,
    email: &'a str,
    theme_id: i64,
    color_scheme_id: i64,
    projects_limit: i64,
    current_sign_in_at: Stamp,
    identities: [Value; 0],
    can_create_group: bool,
    can_create_project: bool,
    two_factor_enabled: bool,
    external: bool,
    private_profile: bool,
    commit_email: &'a str,
}

/// The release that the instance claims to run.
pub(crate) fn version() -> impl Serialize {
    Version { version: VERSION, revision: REVISION }
}

/// What the instance tells of itself.
pub(crate) fn metadata(world: &World) -> impl Serialize {
    Metadata {
        version: VERSION,
        revision: REVISION,
        kas: AgentServer {
            enabled: true,
            external_url: "wss://kas.example.test",
            external_k8s_proxy_url: "https://kas.example.test/k8s-proxy",
            version: VERSION,
        },
        enterprise: world.store.settings.premium,
    }
}

/// The user whose token came with the request.
pub(crate) fn current_user<'a>(world: &'a World, user: &'a User) -> impl Serialize + 'a {
    let signed_in = Stamp(world.store.settings.started_at);
    CurrentUser {
        profile: users::profile(world, user.id),
        last_sign_in_at: signed_in,
        confirmed_at: Stamp(user.created_at),
        last_activity_on: world.now().to_zoned(TimeZone::UTC).date().to_string(),
        email: &user.email,
        theme_id: 3,
        color_scheme_id: 1,
        projects_limit: 100_000,
        current_sign_in_at: signed_in,
        identities: [],
        can_create_group: true,
        can_create_project: true,
        two_factor_enabled: false,
        external: false,
        private_profile: false,
        commit_email: &user.email,
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;
    use crate::simulation::test_world;

    #[test]
    fn the_instance_has_the_fields_of_gitlab() {
        assert_eq!(keys(&version()), ["version", "revision"]);
        let world = test_world();
        assert_eq!(keys(&metadata(&world)), ["version", "revision", "kas", "enterprise"]);
        let value = serde_json::to_value(metadata(&world)).unwrap();
        for key in ["enabled", "externalUrl", "externalK8sProxyUrl", "version"] {
            assert!(value["kas"].get(key).is_some(), "{key}");
        }
    }

    #[test]
    fn the_caller_has_the_fields_of_gitlab() {
        let world = test_world();
        let expected = [
            "id",
            "username",
            "public_email",
            "name",
            "state",
            "locked",
            "avatar_url",
            "web_url",
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
            "last_sign_in_at",
            "confirmed_at",
            "last_activity_on",
            "email",
            "theme_id",
            "color_scheme_id",
            "projects_limit",
            "current_sign_in_at",
            "identities",
            "can_create_group",
            "can_create_project",
            "two_factor_enabled",
            "external",
            "private_profile",
            "commit_email",
        ];
        assert_eq!(keys(&current_user(&world, &world.store.users[&1])), expected);
    }
}
