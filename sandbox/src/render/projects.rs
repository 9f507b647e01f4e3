//! Projects on the wire.
//!
//! This file owns their fields and nothing else.

use serde::Serialize;

use super::{Stamp, groups};
use crate::simulation::World;
use crate::store::{Project, Role, Visibility};

/// A project without what depends on the viewer.
#[derive(Debug, Serialize)]
pub(super) struct ProjectEntity<'a> {
    id: i64,
    description: &'a str,
    name: &'a str,
    name_with_namespace: String,
    path: &'a str,
    path_with_namespace: &'a str,
    created_at: Stamp,
    default_branch: &'a str,
    tag_list: [&'a str; 0],
    topics: [&'a str; 0],
    ssh_url_to_repo: String,
    http_url_to_repo: String,
    web_url: String,
    readme_url: Option<&'a str>,
    forks_count: i64,
    avatar_url: Option<&'a str>,
    star_count: i64,
    last_activity_at: Stamp,
    visibility: Visibility,
    namespace: Option<Namespace<'a>>,
    empty_repo: bool,
    archived: bool,
    creator_id: i64,
    jobs_enabled: bool,
    builds_access_level: &'a str,
    public_jobs: bool,
    ci_config_path: &'a str,
    keep_latest_artifact: bool,
    ci_pipeline_variables_minimum_override_role: &'a str,
}

/// A project as one of its viewers sees it.
#[derive(Debug, Serialize)]
struct ProjectWithAccess<'a> {
    #[serde(flatten)]
    project: ProjectEntity<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<Permissions>,
}

#[derive(Debug, Serialize)]
struct Namespace<'a> {
    id: i64,
    name: &'a str,
    path: &'a str,
    kind: &'a str,
    full_path: &'a str,
    parent_id: Option<i64>,
    avatar_url: Option<&'a str>,
    web_url: String,
}

#[derive(Debug, Serialize)]
struct Permissions {
    project_access: Option<Access>,
    group_access: Option<Access>,
}

#[derive(Debug, Serialize)]
struct Access {
    access_level: i64,
    notification_level: i64,
}

/// A project, with the permissions of a viewer who has signed in.
pub(crate) fn project<'a>(
    world: &'a World,
    project: &'a Project,
    viewer: Option<i64>,
) -> impl Serialize + 'a {
    let permissions = viewer.map(|user| {
        let group = world.store.groups.get(&project.group);
        Permissions {
            project_access: project.members.get(&user).copied().map(access),
            group_access: group.and_then(|group| group.members.get(&user)).copied().map(access),
        }
    });
    ProjectWithAccess { project: entity(world, project), permissions }
}

pub(super) fn entity<'a>(world: &'a World, project: &'a Project) -> ProjectEntity<'a> {
    let group = world.store.groups.get(&project.group);
    // The part of the address between the scheme and the port stands in for the host of a real server.
    let host = world.site.split("//").nth(1).and_then(|rest| rest.split(':').next()).unwrap_or_default();
    let web_url = web_url(world, project);
    ProjectEntity {
        id: project.id,
        description: &project.description,
        name: &project.name,
        name_with_namespace: format!("{} / {}", group.map_or("", |group| &group.name), project.name),
        path: &project.path,
        path_with_namespace: &project.path_with_namespace,
        created_at: Stamp(project.created_at),
        default_branch: &project.default_branch,
        tag_list: [],
        topics: [],
        ssh_url_to_repo: format!("git@{host}:{}.git", project.path_with_namespace),
        http_url_to_repo: format!("{web_url}.git"),
        web_url,
        readme_url: None,
        forks_count: 0,
        avatar_url: None,
        star_count: 0,
        last_activity_at: Stamp(project.last_activity_at),
        visibility: project.visibility,
        namespace: group.map(|group| Namespace {
            id: group.id,
            name: &group.name,
            path: &group.path,
            kind: "group",
            full_path: &group.path,
            parent_id: None,
            avatar_url: None,
            web_url: groups::web_url(world, group),
        }),
        empty_repo: project.commits.is_empty(),
        archived: false,
        creator_id: project.creator,
        jobs_enabled: true,
        builds_access_level: "enabled",
        public_jobs: true,
        ci_config_path: "",
        keep_latest_artifact: world.store.settings.keep_latest_artifact,
        ci_pipeline_variables_minimum_override_role: "developer",
    }
}

pub(super) fn web_url(world: &World, project: &Project) -> String {
    format!("{}/{}", world.site, project.path_with_namespace)
}

fn access(role: Role) -> Access {
    Access { access_level: role as i64, notification_level: 3 }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;
    use crate::seed::{COLLEAGUE, OWNER};
    use crate::simulation::test_world;

    #[test]
    fn a_project_has_the_fields_of_gitlab() {
        let world = test_world();
        let expected = [
            "id",
            "description",
            "name",
            "name_with_namespace",
            "path",
            "path_with_namespace",
            "created_at",
            "default_branch",
            "tag_list",
            "topics",
            "ssh_url_to_repo",
            "http_url_to_repo",
            "web_url",
            "readme_url",
            "forks_count",
            "avatar_url",
            "star_count",
            "last_activity_at",
            "visibility",
            "namespace",
            "empty_repo",
            "archived",
            "creator_id",
            "jobs_enabled",
            "builds_access_level",
            "public_jobs",
            "ci_config_path",
            "keep_latest_artifact",
            "ci_pipeline_variables_minimum_override_role",
            "permissions",
        ];
        let record = &world.store.projects[&1];
        assert_eq!(keys(&project(&world, record, Some(OWNER))), expected);
        assert_eq!(keys(&project(&world, record, None)), expected[..expected.len() - 1]);
        let namespace = entity(&world, record).namespace.unwrap();
        let expected = ["id", "name", "path", "kind", "full_path", "parent_id", "avatar_url", "web_url"];
        assert_eq!(keys(&namespace), expected);
    }

    #[test]
    fn permissions_tell_where_they_come_from() {
        let world = test_world();
        let record = &world.store.projects[&1];
        let permissions =
            |user| serde_json::to_value(project(&world, record, Some(user))).unwrap()["permissions"].clone();
        assert_eq!(
            permissions(OWNER),
            serde_json::json!({"project_access": null, "group_access": {"access_level": 50, "notification_level": 3}})
        );
        assert_eq!(permissions(COLLEAGUE)["project_access"]["access_level"], 30);
    }
}
