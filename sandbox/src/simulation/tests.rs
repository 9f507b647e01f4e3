//! How pipelines move, with the clock in the test's hand.

use super::*;
use crate::plan::Outcome;
use crate::seed::OWNER;
use crate::store::{Pipeline, Source};

const FAILURE: &str = "script_failure";

/// Starts a pipeline with the project's own jobs.
fn start(world: &mut World) -> i64 {
    let project = &world.store.projects[&1];
    let git_ref = project.find_ref("main").unwrap().clone();
    let new = NewPipeline { jobs: project.plan.clone(), ..NewPipeline::new(1, git_ref, Source::Api, OWNER) };
    world.create_pipeline(new).unwrap()
}

/// Lets things happen until nothing is left, and returns each status that the pipeline had.
fn run_to_the_end(world: &mut World, pipeline: i64) -> Vec<Status> {
    let mut statuses = vec![world.store.pipelines[&pipeline].status];
    while let Some(time) = world.next_due() {
        world.advance_to(time);
        statuses.push(world.store.pipelines[&pipeline].status);
    }
    statuses.dedup();
    statuses
}

fn pipeline(world: &World, id: i64) -> &Pipeline {
    &world.store.pipelines[&id]
}

fn job<'a>(world: &'a World, pipeline: i64, name: &str) -> &'a Job {
    world.store.latest_jobs(pipeline).find(|job| job.plan.name == name).unwrap()
}

fn advance(world: &mut World, seconds: u64) {
    world.advance_to(world.now().checked_add(Duration::from_secs(seconds)).unwrap());
}

/// A job of exactly ten seconds.
fn ten(name: &str, stage: &str) -> JobPlan {
    let duration = Duration::from_secs(10)..=Duration::from_secs(10);
    JobPlan { duration, ..JobPlan::new(name, stage) }
}

fn failing(plan: JobPlan) -> JobPlan {
    JobPlan { outcomes: vec![Outcome::Failure(FAILURE.into()), Outcome::Success], ..plan }
}

#[test]
fn the_demo_goes_from_created_to_success() {
    let mut world = test_world();
    let id = start(&mut world);
    let statuses = run_to_the_end(&mut world, id);
    assert_eq!(statuses, [Status::Created, Status::Pending, Status::Running, Status::Success]);
    let pipeline = pipeline(&world, id);
    assert!(pipeline.started_at > Some(pipeline.created_at));
    assert!(pipeline.finished_at > pipeline.started_at);
    assert_eq!(pipeline.finished_at, Some(pipeline.updated_at));
    assert!((160..=200).contains(&pipeline.duration.unwrap()), "{:?}", pipeline.duration);
}

#[test]
fn the_demo_takes_about_six_real_seconds() {
    for seed in 0..20 {
        let mut world = test_world();
        world.draw = Draw::new(seed);
        let id = start(&mut world);
        run_to_the_end(&mut world, id);
        let pipeline = pipeline(&world, id);
        let virtually = crate::store::seconds_between(pipeline.created_at, pipeline.finished_at.unwrap());
        let really = virtually / crate::Options::default().speed;
        assert!((5.0..=7.0).contains(&really), "seed {seed}: {really} s");
    }
}

#[test]
fn stages_run_one_after_the_other() {
    let mut world = test_world();
    let id = start(&mut world);
    advance(&mut world, 5);
    assert_eq!(job(&world, id, "compile").status, Status::Running);
    assert_eq!(job(&world, id, "unit").status, Status::Created);
    run_to_the_end(&mut world, id);
    assert!(job(&world, id, "unit").queued_at >= job(&world, id, "compile").finished_at);
    assert!(job(&world, id, "deploy").queued_at >= job(&world, id, "unit").finished_at);
}

#[test]
fn one_long_step_and_many_small_ones_lead_to_the_same_world() {
    let (mut at_once, mut slowly) = (test_world(), test_world());
    start(&mut at_once);
    start(&mut slowly);
    advance(&mut at_once, 100);
    for _ in 0..100 {
        advance(&mut slowly, 1);
    }
    assert_eq!(format!("{at_once:?}"), format!("{slowly:?}"));
}

#[test]
fn time_never_runs_backwards() {
    let mut world = test_world();
    let now = world.now();
    world.advance_to(Timestamp::UNIX_EPOCH);
    assert_eq!(world.now(), now);
}

#[test]
fn a_failure_skips_the_stages_behind_it() {
    let mut world = test_world_with(vec![failing(ten("unit", "test")), ten("deploy", "deploy")]);
    let id = start(&mut world);
    run_to_the_end(&mut world, id);
    assert_eq!(pipeline(&world, id).status, Status::Failed);
    let unit = job(&world, id, "unit");
    assert_eq!((unit.status, unit.failure_reason.as_deref()), (Status::Failed, Some(FAILURE)));
    let deploy = job(&world, id, "deploy");
    assert_eq!((deploy.status, deploy.finished_at), (Status::Skipped, None));
}

#[test]
fn a_failure_that_is_allowed_stops_nothing() {
    let unit = JobPlan { allow_failure: true, ..failing(ten("unit", "test")) };
    let mut world = test_world_with(vec![unit, ten("deploy", "deploy")]);
    let id = start(&mut world);
    run_to_the_end(&mut world, id);
    assert_eq!(pipeline(&world, id).status, Status::Success);
    assert_eq!(job(&world, id, "deploy").status, Status::Success);
}

#[test]
fn jobs_for_failures_and_jobs_for_all_cases() {
    let rescue = JobPlan { when: When::OnFailure, ..ten("rescue", "after") };
    let cleanup = JobPlan { when: When::Always, ..ten("cleanup", "after") };
    for (unit, rescued) in
        [(ten("unit", "test"), Status::Skipped), (failing(ten("unit", "test")), Status::Success)]
    {
        let mut world = test_world_with(vec![unit, rescue.clone(), cleanup.clone()]);
        let id = start(&mut world);
        run_to_the_end(&mut world, id);
        assert_eq!(job(&world, id, "rescue").status, rescued);
        assert_eq!(job(&world, id, "cleanup").status, Status::Success);
    }
}

#[test]
fn a_manual_job_blocks_unless_it_may_fail() {
    let manual = JobPlan { when: When::Manual, ..ten("release", "release") };
    let mut world = test_world_with(vec![ten("unit", "test"), manual.clone(), ten("tell", "tell")]);
    let id = start(&mut world);
    run_to_the_end(&mut world, id);
    let blocked = pipeline(&world, id);
    assert_eq!((blocked.status, blocked.finished_at, blocked.duration), (Status::Manual, None, Some(10)));
    assert_eq!(job(&world, id, "tell").status, Status::Created);

    let optional = JobPlan { allow_failure: true, ..manual };
    let mut world = test_world_with(vec![ten("unit", "test"), optional, ten("tell", "tell")]);
    let id = start(&mut world);
    run_to_the_end(&mut world, id);
    assert_eq!(pipeline(&world, id).status, Status::Success);
    assert_eq!(job(&world, id, "release").status, Status::Manual);
}

#[test]
fn a_delayed_job_waits_for_its_time() {
    let delayed = JobPlan { when: When::Delayed(Duration::from_secs(600)), ..ten("later", "test") };
    let mut world = test_world_with(vec![delayed]);
    let id = start(&mut world);
    advance(&mut world, 1);
    assert_eq!(pipeline(&world, id).status, Status::Scheduled);
    advance(&mut world, 600);
    assert!(matches!(job(&world, id, "later").status, Status::Pending | Status::Running));
    run_to_the_end(&mut world, id);
    assert_eq!(pipeline(&world, id).status, Status::Success);
}

#[test]
fn a_cancel_stops_running_jobs_gracefully_and_others_at_once() {
    let mut world = test_world();
    let id = start(&mut world);
    advance(&mut world, 5);
    world.cancel_pipeline(id);
    assert_eq!(pipeline(&world, id).status, Status::Canceling);
    assert_eq!(job(&world, id, "compile").status, Status::Canceling);
    let unit = job(&world, id, "unit");
    assert_eq!((unit.status, unit.started_at), (Status::Canceled, None));
    assert!(unit.finished_at.is_some() && unit.duration(world.now()).is_none());
    run_to_the_end(&mut world, id);
    assert_eq!(pipeline(&world, id).status, Status::Canceled);
    assert_eq!(job(&world, id, "compile").status, Status::Canceled);
}

#[test]
fn a_cancel_of_an_ended_pipeline_changes_nothing() {
    let mut world = test_world();
    let before = format!("{world:?}");
    let id = *world.store.pipelines.keys().next().unwrap();
    world.cancel_pipeline(id);
    assert_eq!(format!("{world:?}"), before);
}

#[test]
fn a_retry_replaces_what_failed_and_revives_what_was_skipped() {
    let mut world =
        test_world_with(vec![ten("compile", "build"), failing(ten("unit", "test")), ten("deploy", "deploy")]);
    let id = start(&mut world);
    run_to_the_end(&mut world, id);
    let (failed, finished_at) = (job(&world, id, "unit").id, pipeline(&world, id).finished_at);
    let (compile, deploy) = (job(&world, id, "compile").id, job(&world, id, "deploy").id);
    let started_at = pipeline(&world, id).started_at;

    advance(&mut world, 3600);
    world.retry_pipeline(id, crate::seed::COLLEAGUE);
    assert_eq!(pipeline(&world, id).status, Status::Running);
    // GitLab does not clear the time at which the pipeline ended before.
    assert_eq!(pipeline(&world, id).finished_at, finished_at);
    assert!(world.store.jobs[&failed].retried);
    assert!(job(&world, id, "unit").id > failed);
    assert_eq!(job(&world, id, "compile").id, compile);
    assert_eq!(
        (job(&world, id, "deploy").id, job(&world, id, "deploy").user),
        (deploy, crate::seed::COLLEAGUE)
    );

    run_to_the_end(&mut world, id);
    let pipeline = pipeline(&world, id);
    assert_eq!((pipeline.status, pipeline.started_at), (Status::Success, started_at));
    assert!(pipeline.finished_at > finished_at);
    // Three runs of ten seconds; the hour of rest between them does not count.
    assert_eq!(pipeline.duration, Some(30));
}

#[test]
fn a_retry_with_nothing_to_do_changes_nothing() {
    let mut world = test_world();
    let before = format!("{world:?}");
    let id = *world.store.pipelines.keys().next().unwrap();
    world.retry_pipeline(id, OWNER);
    assert_eq!(format!("{world:?}"), before);
}

#[test]
fn a_removed_pipeline_takes_its_future_along() {
    let mut world = test_world();
    let id = start(&mut world);
    advance(&mut world, 5);
    world.store.remove_pipeline(id);
    while let Some(time) = world.next_due() {
        world.advance_to(time);
    }
    assert!(world.store.jobs.values().all(|job| job.pipeline != id));
}
