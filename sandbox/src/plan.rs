//! What a pipeline's jobs do: their stages, how long they take, how they end, what they leave behind.
//!
//! This folder owns the description and the demo. It knows neither the store nor the time: the
//! simulation turns a plan into jobs.

mod artifacts;
mod demo;
mod inputs;

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

pub use artifacts::{ArtifactFile, Artifacts, FileContent, TestCase, TestStatus};
pub use inputs::{InputKind, InputPlan};
pub(crate) use inputs::{fault as input_fault, resolve as resolve_inputs};

/// One job of the pipelines that a sandbox runs.
///
/// Stages come in the order in which the jobs name them first.
///
/// ```
/// use rhailab_sandbox::{JobPlan, Outcome};
///
/// let flaky = JobPlan {
///     outcomes: vec![Outcome::Failure("script_failure".into()), Outcome::Success],
///     ..JobPlan::new("flaky", "test")
/// };
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct JobPlan {
    /// The job's name, unique in its pipeline.
    pub name: String,
    /// The stage that it belongs to.
    pub stage: String,
    /// When it starts.
    pub when: When,
    /// Whether the pipeline succeeds without it.
    pub allow_failure: bool,
    /// How long it runs, in virtual time; the seed chooses a value of the range.
    pub duration: RangeInclusive<Duration>,
    /// How it ends: the first value for its first run, the next for its first retry, and so on. The
    /// last value stands for all further ones; an empty list is success.
    pub outcomes: Vec<Outcome>,
    /// The test coverage, in per cent, that a successful run reports.
    pub coverage: Option<f64>,
    /// The runner tags that it asks for.
    pub tags: Vec<String>,
    /// What a successful run leaves behind.
    pub artifacts: Option<Artifacts>,
    /// The results of the tests that it runs, which become a JUnit report.
    pub tests: Vec<TestCase>,
    /// What its script prints, line by line. `$NAME` and `${NAME}` stand for the job's CI/CD variables,
    /// `$[[ inputs.NAME ]]` for the pipeline's inputs. Without any, it prints a few lines of its own.
    pub log: Vec<String>,
    /// The environment that it deploys to, which chooses among variables of different scopes.
    pub environment: Option<String>,
    /// How often it is retried by itself when it fails.
    pub retry: usize,
    /// The refs whose pipelines have it: names, `branches` or `tags`. Without any, all have it.
    pub only: Vec<String>,
    /// The pipeline that it starts. With one, it is a bridge: no runner takes it.
    pub downstream: Option<Downstream>,
}

/// The pipeline that a bridge starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Downstream {
    /// Where it runs.
    pub target: DownstreamTarget,
    /// Whether the bridge waits for its end and ends like it (`strategy: depend`).
    pub depend: bool,
}

/// Where a downstream pipeline runs.
#[derive(Clone, Debug, PartialEq)]
pub enum DownstreamTarget {
    /// In the project with this full path, on its default branch, with the jobs of that project.
    Project(String),
    /// In the same project and for the same commit, with these jobs: a child pipeline.
    Child(Vec<JobPlan>),
}

/// When a job starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum When {
    /// When the stages before it succeeded.
    #[default]
    OnSuccess,
    /// When a job of the stages before it failed.
    OnFailure,
    /// When the stages before it ended, whatever came out.
    Always,
    /// When somebody plays it. Without [`JobPlan::allow_failure`], the pipeline waits for that.
    Manual,
    /// This long, in virtual time, after the stages before it succeeded.
    Delayed(Duration),
}

/// How a run of a job ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The job's script succeeds.
    Success,
    /// The job fails for this reason, in GitLab's words (`script_failure`, `runner_system_failure`, …).
    Failure(String),
    /// The seed decides: each reason to fail has so many chances in a million, success has the others.
    Drawn(Vec<(u32, String)>),
}

/// All chances of [`Outcome::Drawn`] together.
pub(crate) const MILLION: u64 = 1_000_000;

impl JobPlan {
    /// A job that takes half a minute to a minute and succeeds.
    #[must_use]
    pub fn new(name: impl Into<String>, stage: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            stage: stage.into(),
            when: When::OnSuccess,
            allow_failure: false,
            duration: seconds(30, 60),
            outcomes: Vec::new(),
            coverage: None,
            tags: Vec::new(),
            artifacts: None,
            tests: Vec::new(),
            log: Vec::new(),
            environment: None,
            retry: 0,
            only: Vec::new(),
            downstream: None,
        }
    }

    /// The pipeline of the project `demo/app`.
    ///
    /// Branches run four jobs in the stages build, test and deploy, all of which succeed. Tags add a
    /// stage with a manual job that need not be played, a delayed job, and a bridge to `demo/downstream`;
    /// the tag `v2.0` also has a manual job that the pipeline waits for.
    #[must_use]
    pub fn demo() -> Vec<Self> {
        demo::app()
    }

    /// The pipeline of the project `demo/downstream`: two jobs that succeed.
    #[must_use]
    pub fn demo_downstream() -> Vec<Self> {
        demo::downstream()
    }

    /// Whether the pipelines of this branch or tag have the job.
    pub(crate) fn runs_for(&self, ref_name: &str, tag: bool) -> bool {
        let kind = if tag { "tags" } else { "branches" };
        self.only.is_empty() || self.only.iter().any(|only| only == kind || only == ref_name)
    }

    /// How the run after `retries` retries ends.
    pub(crate) fn outcome(&self, retries: usize) -> &Outcome {
        self.outcomes.get(retries).or(self.outcomes.last()).unwrap_or(&Outcome::Success)
    }
}

impl Outcome {
    fn exceeds_certainty(&self) -> bool {
        match self {
            Self::Drawn(chances) => {
                chances.iter().map(|(chance, _)| u64::from(*chance)).sum::<u64>() > MILLION
            }
            Self::Success | Self::Failure(_) => false,
        }
    }

    /// Why the run fails, if it does. `lot` is a number below a million.
    pub(crate) fn failure(&self, lot: impl FnOnce() -> u64) -> Option<&str> {
        match self {
            Self::Success => None,
            Self::Failure(reason) => Some(reason),
            Self::Drawn(chances) => {
                let (lot, mut below) = (lot(), 0);
                let drawn = chances.iter().find(|(chance, _)| {
                    below += u64::from(*chance);
                    lot < below
                });
                drawn.map(|(_, reason)| reason.as_str())
            }
        }
    }
}

impl Downstream {
    /// A pipeline of the project with this full path. The bridge does not wait for it.
    #[must_use]
    pub fn project(path: impl Into<String>) -> Self {
        Self { target: DownstreamTarget::Project(path.into()), depend: false }
    }

    /// A child pipeline with these jobs. The bridge waits for it.
    #[must_use]
    pub fn child(jobs: Vec<JobPlan>) -> Self {
        Self { target: DownstreamTarget::Child(jobs), depend: true }
    }
}

/// The same jobs, to be held by many pipelines at once.
pub(crate) fn shared(jobs: &[JobPlan]) -> Vec<Arc<JobPlan>> {
    jobs.iter().cloned().map(Arc::new).collect()
}

/// The stages of a pipeline, in order.
pub(crate) fn stages<J: Borrow<JobPlan>>(jobs: &[J]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    jobs.iter().map(|job| job.borrow().stage.as_str()).filter(|stage| seen.insert(*stage)).collect()
}

/// What is wrong with a pipeline's jobs, if anything is.
pub(crate) fn fault(jobs: &[JobPlan]) -> Option<&'static str> {
    let mut names = BTreeSet::new();
    if jobs.is_empty() {
        return Some("it has no job");
    }
    if jobs.iter().any(|job| job.name.is_empty() || job.stage.is_empty()) {
        return Some("a job lacks a name or a stage");
    }
    if !jobs.iter().all(|job| names.insert(&job.name)) {
        return Some("two jobs share a name");
    }
    if jobs.iter().any(|job| job.duration.is_empty()) {
        return Some("a job's shortest duration is longer than its longest");
    }
    if jobs.iter().any(|job| {
        *job.duration.end() > LONGEST || matches!(job.when, When::Delayed(delay) if delay > LONGEST)
    }) {
        return Some("a job takes or waits longer than 30 days");
    }
    if jobs.iter().any(|job| job.retry > MOST_RETRIES) {
        return Some("a job is retried by itself more than twice");
    }
    if let Some(fault) = jobs.iter().find_map(|job| job.artifacts.as_ref()?.fault()) {
        return Some(fault);
    }
    if let Some(fault) = jobs.iter().find_map(child_fault) {
        return Some(fault);
    }
    if jobs.iter().flat_map(|job| &job.outcomes).any(Outcome::exceeds_certainty) {
        return Some("the chances to fail add up to more than 100 %");
    }
    if jobs.iter().any(|job| job.coverage.is_some_and(|coverage| !(0.0..=100.0).contains(&coverage))) {
        return Some("a coverage is not between 0 and 100");
    }
    None
}

fn child_fault(job: &JobPlan) -> Option<&'static str> {
    match &job.downstream.as_ref()?.target {
        DownstreamTarget::Child(jobs) => fault(jobs),
        DownstreamTarget::Project(_) => None,
    }
}

/// How often GitLab retries a job by itself at most.
const MOST_RETRIES: usize = 2;

/// The longest time that a job may take or wait.
pub(crate) const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

fn seconds(from: u64, to: u64) -> RangeInclusive<Duration> {
    Duration::from_secs(from)..=Duration::from_secs(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_come_in_the_order_of_the_jobs() {
        let expected = ["build", "test", "deploy", "release", "approval", "rollout"];
        assert_eq!(stages(&JobPlan::demo()), expected);
        assert_eq!(fault(&JobPlan::demo()), None);
        assert_eq!(fault(&JobPlan::demo_downstream()), None);
    }

    #[test]
    fn refs_choose_among_the_jobs() {
        let jobs = JobPlan::demo();
        let names = |name: &str, tag| {
            let jobs = jobs.iter().filter(|job| job.runs_for(name, tag));
            jobs.map(|job| job.name.as_str()).collect::<Vec<_>>()
        };
        let branch = ["compile", "unit", "lint", "deploy"];
        assert_eq!(names("main", false), branch);
        let tag = ["publish", "announce", "downstream"];
        assert_eq!(names("v1.0", true), [&branch[..], &tag].concat());
        assert_eq!(names("v2.0", true), [&branch[..], &tag, &["approve", "roll out"]].concat());
    }

    #[test]
    fn the_last_outcome_stands_for_all_further_retries() {
        let failure = Outcome::Failure("script_failure".into());
        let job =
            JobPlan { outcomes: vec![failure.clone(), Outcome::Success], ..JobPlan::new("unit", "test") };
        assert_eq!(job.outcome(0), &failure);
        assert_eq!(job.outcome(1), &Outcome::Success);
        assert_eq!(job.outcome(7), &Outcome::Success);
        assert_eq!(JobPlan::new("unit", "test").outcome(0), &Outcome::Success);
    }

    #[test]
    fn chances_share_the_lots() {
        let chances = [(100_000, "script_failure"), (20_000, "runner_system_failure")];
        let drawn = Outcome::Drawn(chances.map(|(chance, reason)| (chance, reason.to_owned())).to_vec());
        for (lot, expected) in [
            (0, Some("script_failure")),
            (99_999, Some("script_failure")),
            (100_000, Some("runner_system_failure")),
            (119_999, Some("runner_system_failure")),
            (120_000, None),
            (MILLION - 1, None),
        ] {
            assert_eq!(drawn.failure(|| lot), expected, "{lot}");
        }
    }

    #[test]
    fn faulty_plans_are_told_apart() {
        assert_eq!(fault(&[]), Some("it has no job"));
        let twice = [JobPlan::new("unit", "test"), JobPlan::new("unit", "deploy")];
        assert_eq!(fault(&twice), Some("two jobs share a name"));
        assert_eq!(fault(&[JobPlan::new("", "test")]), Some("a job lacks a name or a stage"));
        let endless = JobPlan { when: When::Delayed(Duration::MAX), ..JobPlan::new("unit", "test") };
        assert_eq!(fault(&[endless]), Some("a job takes or waits longer than 30 days"));
        let child =
            JobPlan { downstream: Some(Downstream::child(Vec::new())), ..JobPlan::new("child", "test") };
        assert_eq!(fault(&[child]), Some("it has no job"));
        let stubborn = JobPlan { retry: 3, ..JobPlan::new("unit", "test") };
        assert_eq!(fault(&[stubborn]), Some("a job is retried by itself more than twice"));
        let outcomes = vec![Outcome::Drawn(vec![(600_000, "a".into()), (400_001, "b".into())])];
        let doomed = JobPlan { outcomes, ..JobPlan::new("unit", "test") };
        assert_eq!(fault(&[doomed]), Some("the chances to fail add up to more than 100 %"));
        let covered = JobPlan { coverage: Some(101.0), ..JobPlan::new("unit", "test") };
        assert_eq!(fault(&[covered]), Some("a coverage is not between 0 and 100"));
    }
}
