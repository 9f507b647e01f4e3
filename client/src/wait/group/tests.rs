//! Rounds against a simulated list, without a socket and without a clock: who is asked for, and how often.

use super::*;

/// A project's pipelines as GitLab would list them.
#[derive(Debug, Default)]
struct Project {
    /// Number, status, the second of the last change, whether the list has it.
    pipelines: Vec<(i64, &'static str, i64, bool)>,
    asked: usize,
}

impl Project {
    fn with(ids: impl IntoIterator<Item = i64>) -> Self {
        Self { pipelines: ids.into_iter().map(|id| (id, "running", 1000, true)).collect(), asked: 0 }
    }

    fn set(&mut self, id: i64, status: &'static str, second: i64) {
        let pipeline = self.pipelines.iter_mut().find(|pipeline| pipeline.0 == id).unwrap();
        (pipeline.1, pipeline.2) = (status, second);
    }

    fn list(&self, number: usize, updated_after: Option<Timestamp>) -> Vec<Row> {
        let time = |second| Timestamp::from_second(second).unwrap();
        let mut rows: Vec<_> = self.pipelines.iter().filter(|pipeline| pipeline.3).collect();
        rows.retain(|pipeline| updated_after.is_none_or(|after| time(pipeline.2) > after));
        rows.sort_by_key(|pipeline| -pipeline.0);
        let page = rows.into_iter().skip((number - 1) * ROWS_PER_PAGE).take(ROWS_PER_PAGE);
        page.map(|(id, status, second, _)| Row {
            id: *id,
            status: (*status).to_owned(),
            updated_at: Some(time(*second)),
        })
        .collect()
    }

    /// One round; what was asked, in short.
    fn round(&mut self, group: &mut Group) -> Vec<String> {
        let mut asks = Vec::new();
        group.begin();
        loop {
            match group.ask() {
                Ask::Nothing => return asks,
                Ask::Page { number, updated_after } => {
                    self.asked += 1;
                    let kind = if updated_after.is_some() { "changes" } else { "walk" };
                    asks.push(format!("{kind} {number}"));
                    group.page(&self.list(number, updated_after));
                }
                Ask::Singles(ids) => {
                    self.asked += ids.len();
                    for id in ids {
                        asks.push(format!("single {id}"));
                        match self.pipelines.iter().find(|pipeline| pipeline.0 == id) {
                            Some(pipeline) => group.single(id, pipeline.1),
                            None => group.drop(id),
                        }
                    }
                }
            }
        }
    }
}

fn group(ids: impl IntoIterator<Item = i64>) -> Group {
    let mut group = Group::new(Until::Settled, false, true);
    ids.into_iter().for_each(|id| group.add(id));
    group
}

#[test]
fn a_thousand_pipelines_cost_a_twentieth_of_asking_for_each() {
    let random = &mut fastrand::Rng::with_seed(7);
    let (mut asked, mut one_by_one) = (0, 0);
    for _ in 0..10 {
        let ids = || 1..=100;
        let (mut project, mut group) = (Project::with(ids()), group(ids()));
        let ends: Vec<(i64, u32)> = ids().map(|id| (id, random.u32(1..=60))).collect();
        for round in 1.. {
            // A round is some ten seconds of the server's time; every fifth pipeline changes without an end, too.
            for (id, end) in &ends {
                if *end == round {
                    project.set(*id, "success", 1000 + i64::from(round) * 10);
                } else if *end > round && random.u32(0..5) == 0 {
                    project.set(*id, "running", 1000 + i64::from(round) * 10);
                }
            }
            one_by_one += group.waiting().count();
            project.round(&mut group);
            if group.is_over() {
                assert_eq!(round, ends.iter().map(|(_, end)| *end).max().unwrap(), "nobody waits too long");
                break;
            }
        }
        asked += project.asked;
    }
    assert!(asked * 20 <= one_by_one, "{asked} requests against {one_by_one}");
}

#[test]
fn the_list_is_walked_first_and_then_asked_for_changes() {
    let (mut project, mut group) = (Project::with(1..=5), group([2, 4]));
    assert_eq!(project.round(&mut group), ["walk 1"]);
    assert_eq!(project.round(&mut group), ["changes 1"]);
    project.set(4, "failed", 1100);
    assert_eq!(project.round(&mut group), ["changes 1"]);
    assert_eq!(group.waiting().collect::<Vec<_>>(), [2]);
    assert_eq!(project.round(&mut group), ["single 2"], "one alone is asked for by itself");
    project.set(2, "manual", 1200);
    project.round(&mut group);
    assert!(group.is_over());
    assert_eq!(project.round(&mut group), [""; 0]);
}

#[test]
fn what_the_list_leaves_out_is_asked_for_by_itself() {
    let mut project = Project::with(1..=4);
    project.pipelines[0].3 = false;
    let mut group = group([1, 2, 3]);
    assert_eq!(project.round(&mut group), ["walk 1", "single 1"]);
    assert_eq!(project.round(&mut group), ["changes 1", "single 1"]);
    project.set(1, "canceled", 1001);
    project.round(&mut group);
    assert_eq!(group.waiting().collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn what_was_deleted_is_missed_by_a_later_walk() {
    let (mut project, mut group) = (Project::with(1..=3), group([1, 2, 3]));
    project.round(&mut group);
    project.pipelines.retain(|pipeline| pipeline.0 != 2);
    let rounds = (1..).find(|_| {
        project.round(&mut group);
        !group.is_waited_for(2)
    });
    assert!(rounds.is_some_and(|rounds| rounds <= ROUNDS_BETWEEN_WALKS), "{rounds:?}");
    assert_eq!(group.waiting().collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn a_walk_ends_at_the_oldest_and_before_it_costs_more_than_it_saves() {
    let mut project = Project::with(1..=1000);
    assert_eq!(project.round(&mut group([950, 990])), ["walk 1"]);
    assert_eq!(project.round(&mut group([1, 2, 990])), ["walk 1", "walk 2", "single 1", "single 2"]);
    let many = project.round(&mut group(1..=1000));
    assert_eq!(many.len(), 10, "{many:?}");
}

#[test]
fn many_changes_of_others_do_not_make_the_list_dearer_than_asking_for_each() {
    let (mut project, mut group) = (Project::with(1..=1000), group([1, 2]));
    project.round(&mut group);
    (3..=1000).for_each(|id| project.set(id, "success", 1100));
    assert_eq!(project.round(&mut group), ["changes 1", "changes 2", "single 1", "single 2"]);
    assert_eq!(
        project.round(&mut group),
        ["changes 1", "changes 2", "single 1", "single 2"],
        "the overlap has them again"
    );
    project.set(1, "success", 1200);
    project.round(&mut group);
    assert_eq!(group.waiting().collect::<Vec<_>>(), [2], "nothing is overlooked");
}

#[test]
fn a_change_that_shows_late_is_within_the_overlap() {
    let (mut project, mut group) = (Project::with(1..=3), group([1, 2]));
    project.set(3, "running", 2000);
    project.round(&mut group);
    // It was noted before the newest change that the walk saw, and could not be seen then.
    project.set(1, "success", 1995);
    project.round(&mut group);
    assert_eq!(group.waiting().collect::<Vec<_>>(), [2]);
}

#[test]
fn one_that_is_to_be_whole_is_read_once_more_at_its_end() {
    let mut project = Project::with(1..=3);
    let mut group = Group::new(Until::Final, true, true);
    (1..=3).for_each(|id| group.add(id));
    project.set(2, "success", 1001);
    project.set(3, "manual", 1001);
    assert_eq!(project.round(&mut group), ["walk 1", "single 2"]);
    assert_eq!(group.waiting().collect::<Vec<_>>(), [1, 3], "a blocked one is waited for");
}

#[test]
fn without_a_list_of_changes_and_in_a_rehearsal_each_is_asked_for() {
    let mut project = Project::with([7, 8]);
    let mut unlistable = Group::new(Until::Settled, false, false);
    [7, 8].into_iter().for_each(|id| unlistable.add(id));
    assert_eq!(project.round(&mut unlistable), ["single 7", "single 8"]);
    assert_eq!(project.round(&mut group([-2, -1])), ["single -2", "single -1"]);
}

#[test]
fn equal_keys_come_together_in_the_order_of_their_first() {
    let grouped = by_key([("b", 1), ("a", 2), ("b", 3)]);
    assert_eq!(grouped, [("b", vec![1, 3]), ("a", vec![2])]);
}
