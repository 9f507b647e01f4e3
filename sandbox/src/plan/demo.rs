//! The pipelines of the demo projects.
//!
//! This file owns which jobs they have. What a job can be told is the business of the file above.

use super::{Artifacts, Downstream, JobPlan, TestCase, TestStatus, When, seconds};

/// The pipeline of `demo/app`.
///
/// On branches it has four jobs, all of which succeed. Tags add what waits for somebody or for a time:
/// see [`JobPlan::demo`].
pub(super) fn app() -> Vec<JobPlan> {
    let docker = || vec!["docker".to_owned()];
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let tags = |refs: &[&str], plan: JobPlan| JobPlan { only: lines(refs), ..plan };
    let release = |name: &str| JobPlan::new(name, "release");
    vec![
        JobPlan {
            duration: seconds(60, 75),
            artifacts: Some(Artifacts::demo()),
            tags: docker(),
            ..JobPlan::new("compile", "build")
        },
        JobPlan {
            duration: seconds(70, 85),
            coverage: Some(83.5),
            tests: unit_tests(),
            tags: docker(),
            ..JobPlan::new("unit", "test")
        },
        JobPlan { duration: seconds(15, 25), ..JobPlan::new("lint", "test") },
        JobPlan {
            duration: seconds(30, 40),
            environment: Some("production".to_owned()),
            log: lines(&[
                "Deploying $CI_COMMIT_REF_NAME to zone '$DEPLOY_ZONE', strategy $[[ inputs.strategy ]]",
                "Asking $ENDPOINT with $DEPLOY_TOKEN",
                "Region $REGION, mirror $MIRROR",
            ]),
            ..JobPlan::new("deploy", "deploy")
        },
        tags(
            &["tags"],
            JobPlan {
                when: When::Manual,
                allow_failure: true,
                duration: seconds(20, 30),
                log: lines(&["Publishing $CI_COMMIT_REF_NAME to $CHANNEL"]),
                ..release("publish")
            },
        ),
        tags(
            &["tags"],
            JobPlan {
                when: When::Delayed(std::time::Duration::from_secs(300)),
                duration: seconds(5, 10),
                ..release("announce")
            },
        ),
        tags(
            &["tags"],
            JobPlan { downstream: Some(Downstream::project("demo/downstream")), ..release("downstream") },
        ),
        tags(
            &["v2.0"],
            JobPlan { when: When::Manual, duration: seconds(5, 10), ..JobPlan::new("approve", "approval") },
        ),
        tags(&["v2.0"], JobPlan { duration: seconds(10, 20), ..JobPlan::new("roll out", "rollout") }),
    ]
}

/// The pipeline of `demo/downstream`.
pub(super) fn downstream() -> Vec<JobPlan> {
    vec![
        JobPlan { duration: seconds(20, 30), ..JobPlan::new("fetch", "build") },
        JobPlan { duration: seconds(20, 30), ..JobPlan::new("check", "test") },
    ]
}

fn unit_tests() -> Vec<TestCase> {
    let file = |file: &str| Some(file.to_owned());
    vec![
        TestCase {
            seconds: 2.5,
            file: file("tests/ramp.py"),
            ..TestCase::new("ramp holds", "demo.RampTest")
        },
        TestCase { seconds: 1.75, ..TestCase::new("cools", "demo.CoolTest") },
        TestCase { seconds: 0.0, status: TestStatus::Skipped, ..TestCase::new("soak", "demo.SoakTest") },
    ]
}
