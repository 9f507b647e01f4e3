//! The world at the start: the demo's two projects, those of a scenario, four users, a past.
//!
//! This file owns what a new sandbox holds. The past is simulated like the present, so that its records
//! agree with each other.

mod past;
mod scenario;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::options::Options;
use crate::plan::shared;
use crate::simulation::World;
use crate::store::{
    AccessToken, Commit, GitRef, Group, Project, Role, RunVariable, Schedule, TokenState, Trigger, User,
    Variable, VariableKind, VariableOwner,
};

/// The user whose token the sandbox tells: owner of the group, administrator of the instance.
pub(crate) const OWNER: i64 = 1;
/// A colleague: developer of the projects, with a trigger and a schedule of their own.
pub(crate) const COLLEAGUE: i64 = 2;
/// Another one: maintainer of the projects.
pub(crate) const MAINTAINER: i64 = 3;
/// Another one: reporter in the first project.
pub(crate) const REPORTER: i64 = 4;

/// The world that these options ask for, at this time.
pub(crate) fn world(site: String, start: Timestamp, options: &Options) -> World {
    let mut world = World::new(site, options.seed, before(start, 3 * DAY));
    let settings = &mut world.store.settings;
    settings.keep_latest_artifact = options.keep_latest_artifact;
    settings.premium = options.premium;
    settings.started_at = start;
    add_people(&mut world, start, options.token.clone());
    add_group(&mut world, start, options);
    add_projects(&mut world, start, options);
    let told = options.scenario.as_ref();
    let made = told.map(|scenario| scenario::add(&mut world, start, scenario)).unwrap_or_default();
    // A scenario may describe the demo's first project itself.
    if !made.iter().any(|(id, _)| *id == 1) {
        add_trigger(&mut world, start);
        add_schedule(&mut world, start);
        add_variables(&mut world);
        past::run(&mut world, start, options);
    }
    scenario::run_history(&mut world, start, &made);
    world.advance_to(start);
    scenario::add_schedules(&mut world, &made);
    world
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

fn add_people(world: &mut World, start: Timestamp, token: Option<String>) {
    let draw = world.draw;
    let people = [
        (OWNER, "mira.olden", "Mira Olden"),
        (COLLEAGUE, "jo.fern", "Jo Fern"),
        (MAINTAINER, "ada.quill", "Ada Quill"),
        (REPORTER, "rex.moss", "Rex Moss"),
    ];
    for (id, username, name) in people {
        let user = User {
            id,
            username: username.to_owned(),
            name: name.to_owned(),
            email: format!("{username}@example.test"),
            admin: id == OWNER,
            created_at: before(start, 400 * DAY),
        };
        world.store.users.insert(id, user);
        let token = token.clone().filter(|_| id == OWNER).unwrap_or_else(|| draw.access_token(id));
        world.store.tokens.push(AccessToken { token, user: id, state: TokenState::Active });
    }
    // Tokens of the owner that are good for less, or for nothing.
    for (number, state) in
        [(101, TokenState::ReadOnly), (102, TokenState::Expired), (103, TokenState::Revoked)]
    {
        world.store.tokens.push(AccessToken { token: draw.access_token(number), user: OWNER, state });
    }
}

fn add_group(world: &mut World, start: Timestamp, options: &Options) {
    let group = Group {
        id: 1,
        name: "Demo".to_owned(),
        path: "demo".to_owned(),
        visibility: options.visibility,
        created_at: before(start, 300 * DAY),
        members: BTreeMap::from([(OWNER, Role::Owner)]),
    };
    world.store.groups.insert(group.id, group);
}

fn add_projects(world: &mut World, start: Timestamp, options: &Options) {
    let draw = world.draw;
    let sha = |id| draw.sha("commit", id);
    let commit = |id, parent: Option<i64>, title: &str, author, age| Commit {
        sha: sha(id),
        parent: parent.map(sha),
        title: title.to_owned(),
        author,
        created_at: before(start, age),
    };
    let git_ref =
        |name: &str, tag, id, protected| GitRef { name: name.to_owned(), tag, sha: sha(id), protected };
    let app = Project {
        refs: vec![
            git_ref("main", false, 2, true),
            git_ref("master", false, 1, false),
            git_ref("v1.0", true, 1, false),
            git_ref("v2.0", true, 2, false),
        ],
        commits: vec![
            commit(1, None, "First light", OWNER, 4 * DAY),
            commit(2, Some(1), "Say hello", COLLEAGUE, 3 * DAY + 2 * HOUR),
        ],
        members: BTreeMap::from([
            (COLLEAGUE, Role::Developer),
            (MAINTAINER, Role::Maintainer),
            (REPORTER, Role::Reporter),
        ]),
        plan: shared(&options.pipeline),
        inputs: options.inputs.clone(),
        ..project(1, "App", "A small application", start, options)
    };
    let downstream = Project {
        refs: vec![git_ref("main", false, 3, true)],
        commits: vec![commit(3, None, "Listen upstream", OWNER, 4 * DAY)],
        members: BTreeMap::from([(COLLEAGUE, Role::Developer), (MAINTAINER, Role::Maintainer)]),
        plan: shared(&options.downstream_pipeline),
        ..project(2, "Downstream", "What uses the application", start, options)
    };
    for project in [app, downstream] {
        world.store.add_project(project);
    }
}

/// A project of the demo group without branches, jobs and members.
fn project(id: i64, name: &str, description: &str, start: Timestamp, options: &Options) -> Project {
    let path = name.to_lowercase();
    Project {
        id,
        group: 1,
        name: name.to_owned(),
        path_with_namespace: format!("demo/{path}"),
        path,
        description: description.to_owned(),
        default_branch: "main".to_owned(),
        visibility: options.visibility,
        creator: OWNER,
        created_at: before(start, 200 * DAY),
        last_activity_at: before(start, 3 * DAY + 2 * HOUR),
        members: BTreeMap::new(),
        refs: Vec::new(),
        commits: Vec::new(),
        plan: Vec::new(),
        inputs: Vec::new(),
        pipelines: 0,
    }
}

/// The colleague's trigger, from the time when they were a maintainer.
fn add_trigger(world: &mut World, start: Timestamp) {
    let id = world.store.ids.trigger();
    let created_at = before(start, 30 * DAY);
    let trigger = Trigger {
        id,
        project: 1,
        token: world.draw.trigger_token(id),
        description: Some("nightly build".to_owned()),
        owner: COLLEAGUE,
        created_at,
        updated_at: created_at,
        last_used: None,
        expires_at: None,
    };
    world.store.triggers.insert(id, trigger);
}

/// The colleague's schedule. It is switched off: a world in which nobody does anything stands still.
fn add_schedule(world: &mut World, start: Timestamp) {
    let id = world.store.ids.schedule();
    let created_at = before(start, 20 * DAY);
    let variable = RunVariable { key: "DEEP".to_owned(), value: "1".to_owned(), kind: VariableKind::EnvVar };
    let schedule = Schedule {
        id,
        project: 1,
        description: "Nightly".to_owned(),
        ref_name: "refs/heads/main".to_owned(),
        cron: "15 2 * * *".to_owned(),
        time_zone: "UTC".to_owned(),
        next_run_at: None,
        active: false,
        owner: COLLEAGUE,
        created_at,
        updated_at: created_at,
        inputs: vec![("strategy".to_owned(), "canary".into())],
        variables: vec![variable],
        changes: 0,
    };
    world.store.schedules.insert(id, schedule);
    world.plan_schedule(id);
}

fn add_variables(world: &mut World) {
    let variable = |owner, key: &str, value: &str, scope: &str| Variable {
        owner,
        key: key.to_owned(),
        value: value.to_owned(),
        kind: VariableKind::EnvVar,
        protected: false,
        masked: false,
        hidden: false,
        raw: false,
        scope: scope.to_owned(),
        description: None,
    };
    let app = VariableOwner::Project(1);
    let variables = [
        variable(VariableOwner::Instance, "MIRROR", "https://mirror.example.test", "*"),
        variable(VariableOwner::Group(1), "REGION", "eu-west", "*"),
        Variable { masked: true, ..variable(app, "DEPLOY_TOKEN", "s3cr3t-value", "*") },
        variable(app, "ENDPOINT", "https://staging.example.test", "staging"),
        variable(app, "ENDPOINT", "https://app.example.test", "production"),
    ];
    for variable in variables {
        let id = world.store.ids.variable();
        world.store.variables.insert(id, variable);
    }
}

fn before(time: Timestamp, seconds: u64) -> Timestamp {
    // Options keep the start centuries away from the first time that exists.
    time.checked_sub(Duration::from_secs(seconds)).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::{Status, test_world};

    #[test]
    fn the_past_has_ended_in_several_ways() {
        let world = test_world();
        let pipelines = world.store.pipelines.values();
        let found: Vec<(i64, &str, Status)> = pipelines
            .map(|pipeline| (pipeline.project, pipeline.ref_name.as_str(), pipeline.status))
            .collect();
        let expected = [
            (1, "main", Status::Success),
            (1, "master", Status::Success),
            (1, "v1.0", Status::Success),
            (2, "main", Status::Success),
            (1, "v2.0", Status::Manual),
            (2, "main", Status::Success),
            (1, "main", Status::Failed),
        ];
        assert_eq!(found, expected);
        assert_eq!(world.next_due(), None);
    }

    #[test]
    fn equal_seeds_make_equal_worlds() {
        assert_eq!(format!("{:?}", test_world()), format!("{:?}", test_world()));
    }

    #[test]
    fn a_given_token_belongs_to_the_owner() {
        let options = Options { token: Some("secret".into()), ..Default::default() };
        let world = world(String::new(), Timestamp::UNIX_EPOCH, &options);
        let owner = world.store.tokens.iter().find(|token| token.user == OWNER).unwrap();
        assert_eq!(owner.token, "secret");
        assert_eq!(world.store.tokens.iter().filter(|token| token.token == "secret").count(), 1);
    }
}
