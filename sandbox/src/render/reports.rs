//! Test reports on the wire: case by case, and suite by suite.
//!
//! This file owns their fields, their sums, and the order of the cases.

use serde::Serialize;

use crate::plan::{TestCase, TestStatus};
use crate::simulation::{Status, World};
use crate::store::{Job, Pipeline};

#[derive(Debug, Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    counts: Counts,
    test_suites: Vec<Suite<'a>>,
}

#[derive(Debug, Serialize)]
struct Suite<'a> {
    name: &'a str,
    #[serde(flatten)]
    counts: Counts,
    suite_error: Option<&'a str>,
    test_cases: Vec<Case<'a>>,
}

#[derive(Debug, Serialize)]
struct Case<'a> {
    status: &'static str,
    name: &'a str,
    classname: &'a str,
    file: Option<&'a str>,
    execution_time: f64,
    system_output: Option<&'a str>,
    stack_trace: Option<&'a str>,
    recent_failures: Option<&'a str>,
}

#[derive(Debug, Default, Serialize)]
struct Counts {
    total_time: f64,
    total_count: usize,
    success_count: usize,
    failed_count: usize,
    skipped_count: usize,
    error_count: usize,
}

#[derive(Debug, Serialize)]
struct Summary<'a> {
    total: Total,
    test_suites: Vec<SuiteSummary<'a>>,
}

/// The same numbers as in [`Counts`], for which GitLab has shorter names here.
#[derive(Debug, Serialize)]
struct Total {
    time: f64,
    count: usize,
    success: usize,
    failed: usize,
    skipped: usize,
    error: usize,
    suite_error: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct SuiteSummary<'a> {
    name: &'a str,
    #[serde(flatten)]
    counts: Counts,
    build_ids: [i64; 1],
    suite_error: Option<&'a str>,
}

/// The results of a pipeline's tests, case by case.
pub(crate) fn test_report<'a>(world: &'a World, pipeline: &Pipeline) -> impl Serialize + 'a {
    let suites = suites(world, pipeline).into_iter().map(|(job, cases)| Suite {
        name: &job.plan.name,
        counts: Counts::of(&cases),
        suite_error: None,
        test_cases: cases.into_iter().map(|(case, status)| entity(case, status)).collect(),
    });
    let test_suites: Vec<Suite<'_>> = suites.collect();
    Report { counts: Counts::sum(test_suites.iter().map(|suite| &suite.counts)), test_suites }
}

/// The results of a pipeline's tests, suite by suite.
pub(crate) fn test_report_summary<'a>(world: &'a World, pipeline: &Pipeline) -> impl Serialize + 'a {
    let suites = suites(world, pipeline).into_iter().map(|(job, cases)| SuiteSummary {
        name: &job.plan.name,
        counts: Counts::of(&cases),
        build_ids: [job.id],
        suite_error: None,
    });
    let test_suites: Vec<SuiteSummary<'_>> = suites.collect();
    let counts = Counts::sum(test_suites.iter().map(|suite| &suite.counts));
    let total = Total {
        time: counts.total_time,
        count: counts.total_count,
        success: counts.success_count,
        failed: counts.failed_count,
        skipped: counts.skipped_count,
        error: counts.error_count,
        suite_error: None,
    };
    Summary { total, test_suites }
}

type Results<'a> = Vec<(&'a TestCase, TestStatus)>;

/// The jobs of a pipeline that left a report, each with its results, the bad ones first.
fn suites<'a>(world: &'a World, pipeline: &Pipeline) -> Vec<(&'a Job, Results<'a>)> {
    let reporting = |job: &&Job| {
        let there = !job.has_expired(world.now()) || world.store.keeps_artifacts(job);
        job.output.is_some_and(|output| output.report.is_some()) && there
    };
    world.store.latest_jobs(pipeline.id).filter(reporting).map(|job| (job, results(job))).collect()
}

fn results(job: &Job) -> Results<'_> {
    let mut results: Results<'_> = job.plan.tests.iter().map(|case| (case, case.status)).collect();
    let is_bad = |status: &TestStatus| matches!(status, TestStatus::Failed | TestStatus::Error);
    // A job that fails because of its script has a test to show for it.
    if job.status == Status::Failed
        && !results.iter().any(|(_, status)| is_bad(status))
        && let Some((_, status)) = results.iter_mut().find(|(_, status)| *status == TestStatus::Success)
    {
        *status = TestStatus::Failed;
    }
    results.sort_by_key(|(_, status)| *status);
    results
}

fn entity(case: &TestCase, status: TestStatus) -> Case<'_> {
    let output = match status {
        TestStatus::Error => Some("the test could not be run"),
        TestStatus::Failed => Some("expected 5 got 4"),
        TestStatus::Success | TestStatus::Skipped => None,
    };
    Case {
        status: status.as_str(),
        name: &case.name,
        classname: &case.classname,
        file: case.file.as_deref(),
        execution_time: case.seconds,
        system_output: output,
        stack_trace: None,
        recent_failures: None,
    }
}

impl Counts {
    fn of(results: &Results<'_>) -> Self {
        let count = |wanted| results.iter().filter(|(_, status)| *status == wanted).count();
        Self {
            total_time: results.iter().map(|(case, _)| case.seconds).sum(),
            total_count: results.len(),
            success_count: count(TestStatus::Success),
            failed_count: count(TestStatus::Failed),
            skipped_count: count(TestStatus::Skipped),
            error_count: count(TestStatus::Error),
        }
    }

    fn sum<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        all.fold(Self::default(), |sum, counts| Self {
            total_time: sum.total_time + counts.total_time,
            total_count: sum.total_count + counts.total_count,
            success_count: sum.success_count + counts.success_count,
            failed_count: sum.failed_count + counts.failed_count,
            skipped_count: sum.skipped_count + counts.skipped_count,
            error_count: sum.error_count + counts.error_count,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::keys;
    use super::*;
    use crate::simulation::test_world;

    const COUNTS: [&str; 6] =
        ["total_time", "total_count", "success_count", "failed_count", "skipped_count", "error_count"];

    #[test]
    fn reports_have_the_fields_of_gitlab() {
        let world = test_world();
        let pipeline = &world.store.pipelines[&1001];
        let report = test_report(&world, pipeline);
        assert_eq!(keys(&report), [&COUNTS[..], &["test_suites"]].concat());
        let report = serde_json::to_value(report).unwrap();
        let suite = report["test_suites"][0].clone();
        assert_eq!(suite["name"], "unit");
        let names: Vec<&String> = suite.as_object().unwrap().keys().collect();
        let mut expected = [&["name", "suite_error", "test_cases"], &COUNTS[..]].concat();
        expected.sort_unstable();
        assert_eq!(names, expected);
        let case = [
            "status",
            "name",
            "classname",
            "file",
            "execution_time",
            "system_output",
            "stack_trace",
            "recent_failures",
        ];
        let (unit, results) = suites(&world, pipeline).remove(0);
        assert_eq!(keys(&entity(results[0].0, results[0].1)), case);

        let summary = test_report_summary(&world, pipeline);
        assert_eq!(keys(&summary), ["total", "test_suites"]);
        let summary = serde_json::to_value(summary).unwrap();
        let total = json!({"time": 4.25, "count": 3, "success": 2, "failed": 0, "skipped": 1, "error": 0, "suite_error": null});
        assert_eq!(summary["total"], total);
        assert_eq!(summary["test_suites"][0]["build_ids"], json!([unit.id]));
        let names: Vec<&String> = summary["test_suites"][0].as_object().unwrap().keys().collect();
        let mut expected = [&["name", "suite_error", "build_ids"], &COUNTS[..]].concat();
        expected.sort_unstable();
        assert_eq!(names, expected);
    }

    #[test]
    fn a_failed_job_has_a_failed_test_at_the_top() {
        let world = test_world();
        let failed =
            world.store.pipelines.values().find(|pipeline| pipeline.status == Status::Failed).unwrap();
        let report = serde_json::to_value(test_report(&world, failed)).unwrap();
        let cases = report["test_suites"][0]["test_cases"].as_array().unwrap();
        let statuses: Vec<&Value> = cases.iter().map(|case| &case["status"]).collect();
        assert_eq!(statuses, ["failed", "success", "skipped"]);
        assert_eq!(cases[0]["system_output"], "expected 5 got 4");
    }

    #[test]
    fn without_tests_all_numbers_are_zero() {
        let world = crate::simulation::test_world_with(vec![crate::JobPlan::new("only", "test")]);
        let report = serde_json::to_value(test_report(&world, &world.store.pipelines[&1001])).unwrap();
        assert_eq!((&report["total_count"], &report["test_suites"]), (&json!(0), &json!([])));
    }
}
