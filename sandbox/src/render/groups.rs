//! Groups on the wire.
//!
//! This file owns their fields and nothing else.

use serde::Serialize;
use serde_json::Value;

use super::Stamp;
use super::projects::{self, ProjectEntity};
use crate::simulation::World;
use crate::store::{Group, Visibility};

#[derive(Debug, Serialize)]
struct GroupEntity<'a> {
    id: i64,
    web_url: String,
    name: &'a str,
    path: &'a str,
    description: &'a str,
    visibility: Visibility,
    full_name: &'a str,
    full_path: &'a str,
    created_at: Stamp,
    parent_id: Option<i64>,
    avatar_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    projects: Option<Vec<ProjectEntity<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_projects: Option<[Value; 0]>,
    shared_with_groups: [Value; 0],
}

/// A group, with or without its projects.
pub(crate) fn group<'a>(world: &'a World, group: &'a Group, with_projects: bool) -> impl Serialize + 'a {
    let projects = || world.store.projects.of(group.id).map(|(_, project)| project).take(MOST_PROJECTS);
    GroupEntity {
        id: group.id,
        web_url: web_url(world, group),
        name: &group.name,
        path: &group.path,
        description: "",
        visibility: group.visibility,
        full_name: &group.name,
        full_path: &group.path,
        created_at: Stamp(group.created_at),
        parent_id: None,
        avatar_url: None,
        projects: with_projects.then(|| projects().map(|project| projects::entity(world, project)).collect()),
        shared_projects: with_projects.then_some([]),
        shared_with_groups: [],
    }
}

/// GitLab shows no more projects with a group.
const MOST_PROJECTS: usize = 100;

pub(super) fn web_url(world: &World, group: &Group) -> String {
    format!("{}/groups/{}", world.site, group.path)
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;
    use crate::simulation::test_world;

    #[test]
    fn a_group_has_the_fields_of_gitlab() {
        let world = test_world();
        let expected = [
            "id",
            "web_url",
            "name",
            "path",
            "description",
            "visibility",
            "full_name",
            "full_path",
            "created_at",
            "parent_id",
            "avatar_url",
            "projects",
            "shared_projects",
            "shared_with_groups",
        ];
        assert_eq!(keys(&group(&world, &world.store.groups[&1], true)), expected);
        let without = keys(&group(&world, &world.store.groups[&1], false));
        assert!(!without.contains(&"projects".to_owned()));
    }
}
