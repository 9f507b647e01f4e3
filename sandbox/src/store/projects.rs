//! Users, groups and projects with their branches and commits.
//!
//! This file owns these records and what can be said about one of them alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::plan::{InputPlan, JobPlan};

/// A person.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) username: String,
    pub(crate) name: String,
    pub(crate) email: String,
    /// Whether they may change the instance itself.
    pub(crate) admin: bool,
    pub(crate) created_at: Timestamp,
}

/// A personal access token.
#[derive(Debug)]
pub(crate) struct AccessToken {
    pub(crate) token: String,
    pub(crate) user: i64,
    pub(crate) state: TokenState,
}

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenState {
    /// Everything that its user may do (scope `api`).
    Active,
    /// Reading (scope `read_api`).
    ReadOnly,
    /// Nothing: its time is over.
    Expired,
    /// Nothing: somebody took it back.
    Revoked,
}

/// A group, at the root.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) visibility: Visibility,
    pub(crate) created_at: Timestamp,
    pub(crate) members: BTreeMap<i64, Role>,
}

/// A project of a group.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) id: i64,
    pub(crate) group: i64,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) path_with_namespace: String,
    pub(crate) description: String,
    pub(crate) default_branch: String,
    pub(crate) visibility: Visibility,
    pub(crate) creator: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) last_activity_at: Timestamp,
    pub(crate) members: BTreeMap<i64, Role>,
    pub(crate) refs: Vec<GitRef>,
    pub(crate) commits: Vec<Commit>,
    /// The jobs of its CI/CD configuration.
    pub(crate) plan: Vec<Arc<JobPlan>>,
    /// The inputs that its CI/CD configuration declares.
    pub(crate) inputs: Vec<InputPlan>,
    /// How many pipelines it has had.
    pub(crate) pipelines: i64,
}

/// Who can see a project or a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Its members.
    #[default]
    Private,
    /// Everybody who has signed in.
    Internal,
    /// Everybody.
    Public,
}

/// What a member may do. The values are GitLab's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Reporter = 20,
    Developer = 30,
    Maintainer = 40,
    Owner = 50,
}

/// A branch or a tag.
#[derive(Debug, Clone)]
pub(crate) struct GitRef {
    pub(crate) name: String,
    pub(crate) tag: bool,
    pub(crate) sha: String,
    /// Whether only some may change it, and protected variables are for its pipelines.
    pub(crate) protected: bool,
}

/// A commit.
#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) sha: String,
    pub(crate) parent: Option<String>,
    pub(crate) title: String,
    pub(crate) author: i64,
    pub(crate) created_at: Timestamp,
}

impl GitRef {
    /// The name that cannot be mistaken, such as `refs/heads/main`.
    pub(crate) fn full_name(&self) -> String {
        format!("refs/{}/{}", if self.tag { "tags" } else { "heads" }, self.name)
    }
}

impl Project {
    /// The branch or tag of this short or full name.
    ///
    /// A short name that is both a branch and a tag is ambiguous.
    pub(crate) fn find_ref(&self, name: &str) -> Result<&GitRef, RefError> {
        let find =
            |name: &str, tag| self.refs.iter().find(|git_ref| git_ref.name == name && git_ref.tag == tag);
        let found = if let Some(branch) = name.strip_prefix("refs/heads/") {
            find(branch, false)
        } else if let Some(tag) = name.strip_prefix("refs/tags/") {
            find(tag, true)
        } else {
            match (find(name, false), find(name, true)) {
                (Some(_), Some(_)) => return Err(RefError::Ambiguous),
                (branch, tag) => branch.or(tag),
            }
        };
        found.ok_or(RefError::Unknown)
    }

    /// The commit with this hash.
    pub(crate) fn commit(&self, sha: &str) -> Option<&Commit> {
        self.commits.iter().find(|commit| commit.sha == sha)
    }
}

/// Why a name stands for no branch or tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefError {
    Unknown,
    Ambiguous,
}

impl Visibility {
    /// Whether somebody who is no member sees it.
    pub(crate) fn admits_strangers(self, signed_in: bool) -> bool {
        match self {
            Self::Private => false,
            Self::Internal => signed_in,
            Self::Public => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::test_world;

    #[test]
    fn refs_have_short_and_full_names() {
        let mut world = test_world();
        let project = world.store.projects.get_mut(&1).unwrap();
        let branch = project.refs[0].clone();
        assert_eq!(project.find_ref("refs/heads/main").unwrap().name, "main");
        assert_eq!(project.find_ref("refs/tags/main").unwrap_err(), RefError::Unknown);
        assert_eq!(project.find_ref("missing").unwrap_err(), RefError::Unknown);
        project.refs.push(GitRef { tag: true, ..branch });
        assert_eq!(project.find_ref("main").unwrap_err(), RefError::Ambiguous);
        assert!(project.find_ref("refs/tags/main").unwrap().tag);
    }

    #[test]
    fn strangers_see_what_is_not_private() {
        assert!(!Visibility::Private.admits_strangers(true));
        assert!(Visibility::Internal.admits_strangers(true) && !Visibility::Internal.admits_strangers(false));
        assert!(Visibility::Public.admits_strangers(false));
    }
}
