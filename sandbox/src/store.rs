//! The records of the world, and how they are found.
//!
//! This folder owns what is kept. It knows neither HTTP nor JSON, it decides nothing, and it never looks
//! at a clock: times are told from outside.

mod ci;
mod jobs;
mod projects;
mod schedules;
mod table;
mod variables;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::simulation::Status;

pub(crate) use ci::{Pipeline, Source, Trigger, seconds_between};
pub(crate) use jobs::{Job, Output};
pub use projects::Visibility;
pub(crate) use projects::{AccessToken, Commit, GitRef, Group, Project, RefError, Role, TokenState, User};
pub(crate) use schedules::Schedule;
use table::Table;
pub(crate) use variables::{Known, RunVariable, Variable, VariableKind, VariableOwner};

/// Everything that exists, by number.
#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) users: BTreeMap<i64, User>,
    pub(crate) tokens: Vec<AccessToken>,
    pub(crate) groups: BTreeMap<i64, Group>,
    pub(crate) projects: Table<Project>,
    pub(crate) triggers: Table<Trigger>,
    pub(crate) pipelines: Table<Pipeline>,
    pub(crate) jobs: Table<Job>,
    pub(crate) schedules: Table<Schedule>,
    pub(crate) variables: Table<Variable>,
    /// The job that each token was given to when it started.
    pub(crate) job_tokens: BTreeMap<String, i64>,
    /// The numbers of the projects, by full path in lower case.
    paths: BTreeMap<String, i64>,
    /// What holds for the whole instance.
    pub(crate) settings: Settings,
    pub(crate) ids: Ids,
}

/// What holds for the whole instance.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    /// Whether the newest successful pipeline of a ref keeps its artifacts beyond their time.
    pub(crate) keep_latest_artifact: bool,
    /// Whether groups have variables of different scopes.
    pub(crate) premium: bool,
    /// When the world ceased to be the past.
    pub(crate) started_at: Timestamp,
}

/// The numbers that were given out. A number is never given out twice, not even after a deletion.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    trigger: i64,
    pipeline: i64,
    job: i64,
    schedule: i64,
    variable: i64,
}

impl Store {
    /// The project with this number or this full path.
    pub(crate) fn project(&self, reference: &str) -> Option<&Project> {
        match reference.parse() {
            Ok(id) => self.projects.get(&id),
            Err(_) => self.projects.get(self.paths.get(&reference.to_ascii_lowercase())?),
        }
    }

    /// Keeps a new project, to be found by number and by path.
    pub(crate) fn add_project(&mut self, project: Project) {
        self.paths.insert(project.path_with_namespace.to_ascii_lowercase(), project.id);
        self.projects.insert(project.id, project);
    }

    /// The group with this number or this full path.
    pub(crate) fn group(&self, reference: &str) -> Option<&Group> {
        match reference.parse() {
            Ok(id) => self.groups.get(&id),
            Err(_) => self.groups.values().find(|group| group.path.eq_ignore_ascii_case(reference)),
        }
    }

    /// What the user is in the project, through the project itself or through its group.
    pub(crate) fn role(&self, user: i64, project: &Project) -> Option<Role> {
        let through_group = self.groups.get(&project.group).and_then(|group| group.members.get(&user));
        project.members.get(&user).max(through_group).copied()
    }

    /// All jobs of a pipeline, in the order of their numbers.
    pub(crate) fn all_jobs(&self, pipeline: i64) -> impl DoubleEndedIterator<Item = &Job> {
        let jobs = self.pipelines.get(&pipeline).map(|pipeline| pipeline.jobs.as_slice()).unwrap_or_default();
        jobs.iter().filter_map(|job| self.jobs.get(job))
    }

    /// The jobs of a pipeline that no retry has replaced.
    pub(crate) fn latest_jobs(&self, pipeline: i64) -> impl DoubleEndedIterator<Item = &Job> {
        self.all_jobs(pipeline).filter(|job| !job.retried)
    }

    /// The child pipelines that the bridges of a pipeline started.
    pub(crate) fn children(&self, pipeline: i64) -> impl Iterator<Item = &Pipeline> {
        let downstream = self.all_jobs(pipeline).filter_map(|job| self.pipelines.get(&job.downstream?));
        downstream.filter(|pipeline| pipeline.source == Source::ParentPipeline)
    }

    /// The pipelines of a project, the oldest first.
    pub(crate) fn pipelines_of(&self, project: i64) -> impl DoubleEndedIterator<Item = &Pipeline> {
        self.pipelines.of(project).map(|(_, pipeline)| pipeline)
    }

    /// The newest successful pipeline of a branch or tag.
    pub(crate) fn newest_success(&self, project: i64, ref_name: &str, tag: bool) -> Option<&Pipeline> {
        self.pipelines_of(project).rev().find(|pipeline| {
            pipeline.ref_name == ref_name
                && pipeline.tag == tag
                && pipeline.status == Status::Success
                && pipeline.source != Source::ParentPipeline
        })
    }

    /// The size of the archive that can be had from a job now.
    pub(crate) fn archive(&self, job: &Job, now: Timestamp) -> Option<u64> {
        job.output?.archive.filter(|_| !job.has_expired(now) || self.keeps_artifacts(job))
    }

    /// Whether the job's artifacts stay because there are none that are newer.
    pub(crate) fn keeps_artifacts(&self, job: &Job) -> bool {
        let Some(pipeline) = self.pipelines.get(&job.pipeline).filter(|_| self.settings.keep_latest_artifact)
        else {
            return false;
        };
        let newest = self.newest_success(pipeline.project, &pipeline.ref_name, pipeline.tag);
        newest.is_some_and(|newest| newest.id == pipeline.id)
    }

    /// The variables of one owner, in the order of their creation.
    pub(crate) fn variables_of(&self, owner: VariableOwner) -> impl Iterator<Item = (i64, &Variable)> {
        self.variables.of(owner)
    }

    /// The newest pipeline that a schedule started.
    pub(crate) fn last_run(&self, schedule: i64) -> Option<&Pipeline> {
        let project = self.schedules.get(&schedule)?.project;
        self.pipelines_of(project).rev().find(|pipeline| pipeline.schedule == Some(schedule))
    }

    /// Removes a pipeline with its jobs and its child pipelines.
    pub(crate) fn remove_pipeline(&mut self, id: i64) {
        for child in self.children(id).map(|child| child.id).collect::<Vec<_>>() {
            self.remove_pipeline(child);
        }
        for job in self.pipelines.remove(&id).map(|pipeline| pipeline.jobs).unwrap_or_default() {
            self.jobs.remove(&job);
        }
    }
}

impl Ids {
    /// A number for a new trigger.
    pub(crate) fn trigger(&mut self) -> i64 {
        self.trigger += 1;
        self.trigger
    }

    /// A number for a new pipeline. It is unlike the project's own count (`iid`), so that a client
    /// that mixes them up is found out.
    pub(crate) fn pipeline(&mut self) -> i64 {
        self.pipeline += 1;
        1000 + self.pipeline
    }

    /// A number for a new job.
    pub(crate) fn job(&mut self) -> i64 {
        self.job += 1;
        5000 + self.job
    }

    /// A number for a new schedule.
    pub(crate) fn schedule(&mut self) -> i64 {
        self.schedule += 1;
        self.schedule
    }

    /// A number for a new variable. No answer shows it: it only keeps the order.
    pub(crate) fn variable(&mut self) -> i64 {
        self.variable += 1;
        self.variable
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::test_world;

    #[test]
    fn projects_are_found_by_number_and_by_path() {
        let world = test_world();
        assert_eq!(world.store.project("1").unwrap().id, 1);
        assert_eq!(world.store.project("demo/app").unwrap().id, 1);
        assert_eq!(world.store.group("demo").unwrap().id, 1);
        for unknown in ["9", "app", "demo", ""] {
            assert!(world.store.project(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn the_better_of_two_roles_counts() {
        let mut world = test_world();
        let project = world.store.projects.get_mut(&1).unwrap();
        project.members.insert(1, Role::Developer);
        assert_eq!(world.store.role(1, &world.store.projects[&1]), Some(Role::Owner));
        assert_eq!(world.store.role(99, &world.store.projects[&1]), None);
    }
}
