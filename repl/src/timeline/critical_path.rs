//! The chain of jobs that decided when a pipeline ended. GitLab's API does not tell which job waited for which, so
//! the chain follows from times: it ends with the job that ended last, and before each job of it stands the one
//! whose end let it begin, that is the last to end, in an earlier stage, before the job began to wait for a runner.
//! A job that was retried also follows upon its own earlier run.

use super::Bar;

/// A job as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'a> {
    pub(super) id: i64,
    pub(super) name: &'a str,
    /// The place of its stage.
    pub(super) stage: usize,
    /// When it waited and ran; `None` when it never ran.
    pub(super) bar: Option<Bar>,
}

/// By how much an end may lie behind the begin that it led to, in seconds. GitLab takes the times one after the other
/// and rounds each of them.
const SLACK: f64 = 1.0;

/// The places of the jobs on the critical path, in the order in which they ran; none when nothing has run.
pub(super) fn critical_path(runs: &[Run<'_>]) -> Vec<usize> {
    let mut path: Vec<usize> = last_to_end(runs, |_, _| true).into_iter().collect();
    // Each step leads to an earlier stage, or within a stage to a job with a smaller number, so this comes to an end
    // whatever the times say.
    while let Some(before) = path.last().and_then(|at| before(runs, runs.get(*at)?)) {
        path.push(before);
    }
    path.reverse();
    path
}

fn before(runs: &[Run<'_>], run: &Run<'_>) -> Option<usize> {
    let begin = run.bar?.queued;
    last_to_end(runs, |other, bar| {
        let is_own = other.stage == run.stage && other.name == run.name && other.id < run.id;
        (other.stage < run.stage || is_own) && bar.ended <= begin + SLACK
    })
}

fn last_to_end(runs: &[Run<'_>], counts: impl Fn(&Run<'_>, Bar) -> bool) -> Option<usize> {
    let ran = runs.iter().enumerate().filter_map(|(index, run)| Some((index, run, run.bar?)));
    let counted = ran.filter(|(_, run, bar)| counts(run, *bar));
    // Of those that end together, as all do that still run, the one of the latest stage, then the one that began first.
    let last = counted.max_by(|(_, left, left_bar), (_, right, right_bar)| {
        let ends = left_bar.ended.total_cmp(&right_bar.ended);
        ends.then(left.stage.cmp(&right.stage)).then(right_bar.queued.total_cmp(&left_bar.queued))
    });
    last.map(|(index, ..)| index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(id: i64, name: &'static str, stage: usize, times: [f64; 3]) -> Run<'static> {
        let [queued, started, ended] = times;
        Run { id, name, stage, bar: Some(Bar { queued, started: Some(started), ended }) }
    }

    fn names<'a>(runs: &[Run<'a>]) -> Vec<&'a str> {
        critical_path(runs).into_iter().map(|index| runs[index].name).collect()
    }

    #[test]
    fn it_goes_back_from_the_last_end_to_what_each_job_waited_for() {
        let runs = [
            run(1, "compile", 0, [0.0, 1.0, 60.0]),
            run(2, "docs", 0, [0.0, 1.0, 20.0]),
            run(3, "lint", 1, [60.0, 61.0, 80.0]),
            run(4, "unit", 1, [60.0, 62.0, 140.0]),
            run(5, "deploy", 2, [140.2, 141.0, 170.0]),
        ];
        assert_eq!(names(&runs), ["compile", "unit", "deploy"]);
    }

    #[test]
    fn a_job_that_need_not_wait_for_the_whole_stage_before_follows_upon_what_had_ended() {
        let runs = [
            run(1, "slow", 0, [0.0, 0.0, 100.0]),
            run(2, "quick", 0, [0.0, 0.0, 10.0]),
            run(3, "early", 1, [10.0, 10.0, 150.0]),
        ];
        assert_eq!(names(&runs), ["quick", "early"]);
    }

    #[test]
    fn a_retry_follows_upon_the_run_that_it_replaces() {
        let runs = [
            run(1, "compile", 0, [0.0, 0.0, 10.0]),
            run(2, "unit", 1, [10.0, 10.0, 20.0]),
            run(3, "unit", 1, [90.0, 90.0, 99.0]),
        ];
        assert_eq!(names(&runs), ["compile", "unit", "unit"]);
    }

    #[test]
    fn jobs_of_the_same_stage_do_not_wait_for_each_other() {
        let runs = [run(1, "a", 0, [0.0, 0.0, 10.0]), run(2, "b", 0, [10.0, 10.0, 20.0])];
        assert_eq!(names(&runs), ["b"]);
    }

    #[test]
    fn of_jobs_that_still_run_the_latest_stage_counts_and_there_the_first() {
        let runs = [
            run(1, "soak", 0, [0.0, 0.0, 50.0]),
            run(2, "late", 1, [20.0, 20.0, 50.0]),
            run(3, "early", 1, [10.0, 10.0, 50.0]),
        ];
        assert_eq!(names(&runs), ["early"]);
    }

    #[test]
    fn a_job_of_a_later_stage_comes_before_none_whatever_its_name_and_number() {
        let runs = [run(1, "check", 1, [0.0, 0.0, 0.0]), run(2, "check", 0, [0.0, 0.0, 0.0])];
        assert_eq!(critical_path(&runs), [1, 0]);
    }

    proptest! {
        /// Few names, stages, numbers and times, so that many jobs share them.
        #[test]
        fn it_comes_to_an_end_for_any_jobs(
            jobs in prop::collection::vec((0..4_i64, 0..2_usize, 0..3_usize, 0..3_u8, 0..3_u8, any::<bool>()), 0..12),
        ) {
            let runs: Vec<Run<'_>> = jobs
                .into_iter()
                .map(|(id, name, stage, queued, ran, has_run)| {
                    let queued = f64::from(queued);
                    let ended = queued + f64::from(ran);
                    let bar = Bar { queued, started: Some(queued), ended };
                    Run { id, name: ["a", "b"][name], stage, bar: has_run.then_some(bar) }
                })
                .collect();
            // A path that goes round never gives its places out.
            let path = critical_path(&runs);
            let falls = |pair: &[usize]| {
                let (first, second) = (&runs[pair[0]], &runs[pair[1]]);
                (first.stage, first.id) < (second.stage, second.id)
            };
            prop_assert!(path.windows(2).all(falls), "{path:?} {runs:?}");
            prop_assert_eq!(path.is_empty(), runs.iter().all(|run| run.bar.is_none()));
        }
    }

    #[test]
    fn without_a_run_there_is_none() {
        assert_eq!(critical_path(&[]), Vec::<usize>::new());
        assert_eq!(critical_path(&[Run { id: 1, name: "manual", stage: 0, bar: None }]), Vec::<usize>::new());
    }
}
