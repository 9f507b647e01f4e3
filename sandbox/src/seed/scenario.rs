//! The groups and projects of a scenario.
//!
//! This file owns the records that a scenario stands for. Numbers are given out in the order of the file.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{COLLEAGUE, DAY, HOUR, MAINTAINER, OWNER, REPORTER, before};
use crate::plan::resolve_inputs;
use crate::scenario::{GroupPlan, ProjectPlan, Scenario};
use crate::simulation::{NewPipeline, World};
use crate::store::{
    Commit, GitRef, Group, Project, Role, Schedule, Source, Trigger, Variable, VariableOwner,
};

/// A project of a scenario: its number, and what it was made from.
pub(super) type Made<'a> = (i64, &'a ProjectPlan);

/// The numbers that the demo's own projects have, whoever describes them.
const RESERVED: [(&str, i64); 2] = [("demo/app", 1), ("demo/downstream", 2)];

/// Adds the scenario's groups and projects, with variables and triggers.
pub(super) fn add<'a>(world: &mut World, start: Timestamp, scenario: &'a Scenario) -> Vec<Made<'a>> {
    add_variables(world, VariableOwner::Instance, &scenario.variables);
    for group in &scenario.groups {
        add_group(world, start, group);
    }
    let mut made = Vec::new();
    let mut next = RESERVED.len() as i64 + 1;
    for plan in &scenario.projects {
        if world.store.group(&plan.group).is_none() {
            add_group(world, start, &GroupPlan::new(&plan.group));
        }
        for path in plan.paths() {
            let full_path = format!("{}/{path}", plan.group);
            let reserved = RESERVED.iter().find(|(known, _)| full_path.eq_ignore_ascii_case(known));
            let id = reserved.map_or(next, |(_, id)| *id);
            if reserved.is_none() {
                next += 1;
            }
            let project = project(world, start, plan, id, path, full_path);
            world.store.add_project(project);
            add_variables(world, VariableOwner::Project(id), &plan.variables);
            add_triggers(world, start, plan, id);
            made.push((id, plan));
        }
    }
    made
}

/// Runs the pipelines of the past, spread evenly over the hours before the start.
pub(super) fn run_history(world: &mut World, start: Timestamp, made: &[Made<'_>]) {
    let span = SPAN.as_secs();
    let mut runs: Vec<(u64, usize, i64, &ProjectPlan)> = Vec::new();
    for (id, plan) in made {
        let history = plan.history as u64;
        let ages = (0..history).map(|run| span - span * run / history);
        runs.extend(ages.enumerate().map(|(run, age)| (age, run, *id, *plan)));
    }
    runs.sort_by_key(|(age, run, id, _)| (std::cmp::Reverse(*age), *run, *id));
    for (age, run, id, plan) in runs {
        world.advance_to(before(start, age));
        let branch = plan.branches.get(run % plan.branches.len().max(1));
        let Some((branch, project)) = branch.zip(world.store.projects.get(&id)) else { continue };
        let inputs = resolve_inputs(&project.inputs, &serde_json::Map::new());
        let (Ok(git_ref), Ok(inputs)) = (project.find_ref(branch), inputs) else { continue };
        let user = if run % 2 == 0 { OWNER } else { COLLEAGUE };
        let new = NewPipeline {
            jobs: plan.jobs.clone(),
            inputs,
            ..NewPipeline::new(id, git_ref.clone(), Source::Push, user)
        };
        world.create_pipeline(new);
    }
}

/// The time over which the pipelines of the past are spread. The demo's own are older.
const SPAN: Duration = Duration::from_secs(22 * HOUR);

/// Adds the schedules. It comes when the world's time has reached the start: before, they would have run.
pub(super) fn add_schedules(world: &mut World, made: &[Made<'_>]) {
    for (project, plan) in made {
        for schedule in &plan.schedules {
            let (id, now) = (world.store.ids.schedule(), world.now());
            let schedule = Schedule {
                id,
                project: *project,
                description: schedule.description.clone(),
                ref_name: schedule.ref_name.clone(),
                cron: schedule.cron.clone(),
                time_zone: schedule.time_zone.clone(),
                next_run_at: None,
                active: schedule.active,
                owner: OWNER,
                created_at: now,
                updated_at: now,
                inputs: Vec::new(),
                variables: schedule.variables.clone(),
                changes: 0,
            };
            world.store.schedules.insert(id, schedule);
            world.plan_schedule(id);
        }
    }
}

/// Adds a group. One that is there takes on what the scenario says about it.
fn add_group(world: &mut World, start: Timestamp, plan: &GroupPlan) {
    let known = world.store.group(&plan.path).map(|group| group.id);
    let id = known.unwrap_or_else(|| world.store.groups.keys().last().copied().unwrap_or_default() + 1);
    let group = Group {
        id,
        name: plan.name.clone(),
        path: plan.path.clone(),
        visibility: plan.visibility,
        created_at: before(start, 300 * DAY),
        members: BTreeMap::from([(OWNER, Role::Owner)]),
    };
    world.store.groups.insert(id, group);
    add_variables(world, VariableOwner::Group(id), &plan.variables);
}

fn project(
    world: &World,
    start: Timestamp,
    plan: &ProjectPlan,
    id: i64,
    path: String,
    full_path: String,
) -> Project {
    let group = world.store.group(&plan.group);
    // Clear of the numbers of the demo's own commits.
    let sha = world.draw.sha("commit", 1000 + id);
    let git_ref = |name: &String, tag| GitRef {
        name: name.clone(),
        tag,
        sha: sha.clone(),
        protected: plan.protected.contains(name),
    };
    let branches = plan.branches.iter().map(|name| git_ref(name, false));
    Project {
        id,
        group: group.map_or(1, |group| group.id),
        name: path.clone(),
        path,
        path_with_namespace: full_path,
        description: plan.description.clone(),
        default_branch: plan.default_branch.clone(),
        visibility: plan.visibility.or(group.map(|group| group.visibility)).unwrap_or_default(),
        creator: OWNER,
        created_at: before(start, 200 * DAY),
        last_activity_at: before(start, 3 * DAY),
        members: BTreeMap::from([
            (COLLEAGUE, Role::Developer),
            (MAINTAINER, Role::Maintainer),
            (REPORTER, Role::Reporter),
        ]),
        refs: branches.chain(plan.tags.iter().map(|name| git_ref(name, true))).collect(),
        commits: vec![Commit {
            sha: sha.clone(),
            parent: None,
            title: "Begin".to_owned(),
            author: OWNER,
            created_at: before(start, 4 * DAY),
        }],
        plan: plan.jobs.clone(),
        inputs: plan.inputs.clone(),
        pipelines: 0,
    }
}

fn add_variables(world: &mut World, owner: VariableOwner, variables: &[Variable]) {
    for variable in variables {
        let id = world.store.ids.variable();
        world.store.variables.insert(id, Variable { owner, ..variable.clone() });
    }
}

fn add_triggers(world: &mut World, start: Timestamp, plan: &ProjectPlan, project: i64) {
    for description in &plan.triggers {
        let id = world.store.ids.trigger();
        let created_at = before(start, 30 * DAY);
        let trigger = Trigger {
            id,
            project,
            token: world.draw.trigger_token(id),
            description: Some(description.clone()),
            owner: OWNER,
            created_at,
            updated_at: created_at,
            last_used: None,
            expires_at: None,
        };
        world.store.triggers.insert(id, trigger);
    }
}
