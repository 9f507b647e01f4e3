//! Waits in virtual time: what a table of looks leads to, and how many requests it takes. The clock is tokio's, paused;
//! nothing sleeps and nothing is sent.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::client::Gitlab;
use crate::object::{Context, Json};
use crate::table::resources::PROJECT_PIPELINE;
use crate::wait::Until;
use crate::wait::family::{Bridge, Member};

/// Answers from a table: the looks in their order, the last again and again; the same for each member's bridges.
#[derive(Debug)]
struct Table {
    asker: Asker,
    looks: Vec<Look>,
    bridges: BTreeMap<i64, Vec<Vec<Value>>>,
    looked: usize,
    listed: BTreeMap<i64, usize>,
    logs: Vec<FailedLog>,
}

#[derive(Clone, Copy, Debug)]
enum Look {
    Status(&'static str),
    /// With the `finished_at` of an end before.
    Stale(&'static str),
    Fails(ErrorKind),
    /// Never answered.
    Silent,
}

use Look::{Fails, Silent, Stale, Status};

impl Table {
    fn of(looks: &[Look]) -> Self {
        let asker = Asker { name: "ProjectPipeline 104".to_owned(), token: None, is_known: false };
        Self {
            asker,
            looks: looks.to_vec(),
            bridges: BTreeMap::new(),
            looked: 0,
            listed: BTreeMap::new(),
            logs: Vec::new(),
        }
    }

    fn requests(&self) -> usize {
        self.looked + self.listed.values().sum::<usize>()
    }
}

impl Source for Table {
    async fn look(&mut self) -> Result<Object, Error> {
        let look = self.looks[self.looked.min(self.looks.len() - 1)];
        self.looked += 1;
        let json = match look {
            Status(status) => json!({"id": 104, "project_id": 1, "status": status, "finished_at": null}),
            Stale(status) => {
                json!({"id": 104, "project_id": 1, "status": status, "finished_at": "2026-03-02T10:03:00Z"})
            }
            Fails(kind) => return Err(Error::new(kind, "refused")),
            Silent => std::future::pending().await,
        };
        let client = Gitlab::builder("http://127.0.0.1:1").build()?;
        let answer = Bytes::from(json.to_string());
        let raw = Json::part(&answer, serde_json::from_slice(&answer).unwrap());
        let context: Context = [("project_id", Id::Number(1))].into_iter().collect();
        Object::answered(&client, &PROJECT_PIPELINE, context, raw, None)
    }

    async fn bridges(&mut self, member: &Member) -> Result<Vec<Bridge>, Error> {
        let listed = self.listed.entry(member.pipeline).or_default();
        *listed += 1;
        let Some(listings) = self.bridges.get(&member.pipeline) else {
            return Err(Error::new(ErrorKind::NotFound, "404 Project Not Found"));
        };
        let rows = &listings[(*listed - 1).min(listings.len() - 1)];
        Ok(rows.iter().map(|row| Bridge::read(row.as_object().unwrap())).collect())
    }

    fn descendant(&self, member: &Member) -> Result<Object, Error> {
        let projects = Gitlab::builder("http://127.0.0.1:1").build()?.projects();
        let pipeline = projects.lazy(member.project.clone()).pipelines().lazy(member.pipeline);
        pipeline.object().with_row(&member.row)
    }

    async fn failed_logs(&mut self, _: Option<&Member>) -> Result<Vec<FailedLog>, Error> {
        Ok(self.logs.clone())
    }

    fn asker(&self) -> &Asker {
        &self.asker
    }
}

/// How a wait ended, and what it told on the way.
#[derive(Debug, PartialEq)]
struct Ending {
    /// The last status, or the kind of the error with the status that it tells.
    end: Result<String, (ErrorKind, Option<String>)>,
    message: String,
    changes: Vec<String>,
    notes: Vec<String>,
    downstream: Vec<String>,
    seconds: f64,
}

async fn ending(options: Wait, table: &mut Table) -> Ending {
    let started = Instant::now();
    let mut course = Course::begin(options);
    let (mut changes, mut notes, mut downstream) = (Vec::new(), Vec::new(), Vec::new());
    let status = |object: &Object| object.attribute("status").unwrap().as_str().unwrap().to_owned();
    let (end, message) = loop {
        match course.next(table).await {
            Ok(WaitEvent::Changed(object)) => changes.push(status(&object)),
            Ok(WaitEvent::Unchanged(_)) => changes.push("unchanged".to_owned()),
            Ok(WaitEvent::Downstream(child)) => downstream.push(format!(
                "{}{} of {} {}{}",
                "  ".repeat(child.depth),
                child.pipeline.identity(),
                child.upstream,
                status(&child.pipeline),
                if child.is_gone { ", gone" } else { "" }
            )),
            Ok(WaitEvent::Note(note)) => notes.push(note),
            Ok(WaitEvent::FailedLog(log)) => notes.push(log.name),
            Ok(WaitEvent::Done(object)) => break (Ok(status(&object)), String::new()),
            Err(error) => {
                let status = error.pipeline_status().map(str::to_owned);
                break (Err((error.kind(), status)), error.message().to_owned());
            }
        }
    };
    Ending { end, message, changes, notes, downstream, seconds: started.elapsed().as_secs_f64() }
}

/// What is waited for, how it moves, the end without and with `check`, and the number of requests.
type Row = (&'static str, Wait, &'static [Look], End, End, usize);
type End = Result<&'static str, (ErrorKind, Option<&'static str>)>;

fn blocked_too() -> Wait {
    Wait::new().until(Until::Final)
}

#[tokio::test(start_paused = true)]
async fn footgun_01_every_status_ends_a_wait_or_goes_on_as_it_should() {
    const fn not(status: &'static str) -> End {
        Err((ErrorKind::Pipeline, Some(status)))
    }
    const GONE: End = Err((ErrorKind::NotFound, None));
    let new = Wait::new;
    let rows: [Row; 19] = [
        (
            "success",
            new(),
            &[Status("created"), Status("pending"), Status("running"), Status("success")],
            Ok("success"),
            Ok("success"),
            4,
        ),
        ("success at once", new(), &[Status("success")], Ok("success"), Ok("success"), 1),
        ("failed", new(), &[Status("running"), Status("failed")], Ok("failed"), not("failed"), 2),
        ("canceled", new(), &[Status("running"), Status("canceled")], Ok("canceled"), not("canceled"), 2),
        (
            "canceling, then canceled",
            new(),
            &[Status("running"), Status("canceling"), Status("canceling"), Status("canceled")],
            Ok("canceled"),
            not("canceled"),
            4,
        ),
        ("skipped", new(), &[Status("skipped")], Ok("skipped"), not("skipped"), 1),
        (
            "blocked by a manual job",
            new(),
            &[Status("running"), Status("manual")],
            Ok("manual"),
            not("manual"),
            2,
        ),
        (
            "blocked, waited for",
            blocked_too(),
            &[Status("manual"), Status("manual"), Status("running"), Status("success")],
            Ok("success"),
            Ok("success"),
            4,
        ),
        (
            "a manual job that does not block",
            new(),
            &[Status("running"), Status("success")],
            Ok("success"),
            Ok("success"),
            2,
        ),
        (
            "scheduled",
            new(),
            &[Status("scheduled"), Status("scheduled"), Status("running"), Status("success")],
            Ok("success"),
            Ok("success"),
            4,
        ),
        (
            "every other status",
            new(),
            &[
                Status("waiting_for_resource"),
                Status("preparing"),
                Status("waiting_for_callback"),
                Status("success"),
            ],
            Ok("success"),
            Ok("success"),
            4,
        ),
        (
            "retried after its end",
            new(),
            &[Stale("running"), Stale("running"), Stale("success")],
            Ok("success"),
            Ok("success"),
            3,
        ),
        (
            "retried, and failed again",
            new(),
            &[Stale("pending"), Stale("failed")],
            Ok("failed"),
            not("failed"),
            2,
        ),
        (
            "deleted while it was waited for",
            new(),
            &[Status("running"), Fails(ErrorKind::NotFound)],
            GONE,
            GONE,
            2,
        ),
        ("never there", new(), &[Fails(ErrorKind::NotFound)], GONE, GONE, 1),
        (
            "not for this caller",
            new(),
            &[Fails(ErrorKind::Auth)],
            Err((ErrorKind::Auth, None)),
            Err((ErrorKind::Auth, None)),
            1,
        ),
        (
            "a server that fails",
            new(),
            &[Fails(ErrorKind::Server)],
            Err((ErrorKind::Server, None)),
            Err((ErrorKind::Server, None)),
            1,
        ),
        (
            "a server that restarts",
            new(),
            &[
                Status("running"),
                Fails(ErrorKind::Server),
                Fails(ErrorKind::Transport),
                Status("running"),
                Fails(ErrorKind::Timeout),
                Status("success"),
            ],
            Ok("success"),
            Ok("success"),
            6,
        ),
        (
            "a status of next year",
            new(),
            &[Status("levitating"), Status("success")],
            Ok("success"),
            Ok("success"),
            2,
        ),
    ];
    for (what, options, looks, plain, checked, requests) in rows {
        for (options, expected) in [(options.clone(), plain), (options.check(), checked)] {
            let mut table = Table::of(looks);
            let ending = ending(options, &mut table).await;
            let expected =
                expected.map(str::to_owned).map_err(|(kind, status)| (kind, status.map(str::to_owned)));
            assert_eq!((ending.end, table.requests()), (expected, requests), "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_status_is_told_once_and_a_deletion_in_its_own_words() {
    let looks = [Status("created"), Status("running"), Status("running"), Fails(ErrorKind::NotFound)];
    let ending = ending(Wait::new(), &mut Table::of(&looks)).await;
    assert_eq!(ending.changes, ["created", "running"]);
    assert_eq!(ending.message, "ProjectPipeline 104 was deleted while it was waited for; it was running");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_wait_to_the_second() {
    let options = Wait::new().deadline(Duration::from_secs(30));
    let mut table = Table::of(&[Status("running")]);
    let ending = ending(options, &mut table).await;
    assert_eq!(ending.end, Err((ErrorKind::Deadline, Some("running".to_owned()))));
    assert_eq!(ending.message, "ProjectPipeline 104 was still running after 30s");
    assert!((ending.seconds - 30.0).abs() < 0.01, "{ending:?}");
    // Pauses of 1, 1.5, 2.25 … seconds, each up to a fifth shorter.
    assert!((8..=10).contains(&table.requests()), "{}", table.requests());
}

#[tokio::test(start_paused = true)]
async fn a_look_that_is_never_answered_does_not_outlive_the_deadline() {
    let rows: [(&[Look], &str); 2] = [
        (&[Silent], "ProjectPipeline 104 was not seen within 30s"),
        (&[Status("running"), Silent], "ProjectPipeline 104 was still running after 30s"),
    ];
    for (looks, message) in rows {
        let options = Wait::new().deadline(Duration::from_secs(30));
        let ending = ending(options, &mut Table::of(looks)).await;
        assert_eq!((ending.end.unwrap_err().0, ending.message.as_str()), (ErrorKind::Deadline, message));
        assert!((30.0..35.1).contains(&ending.seconds), "{}", ending.seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stays_away_ends_the_wait_after_five_minutes_and_is_told_once() {
    let ending = ending(Wait::new(), &mut Table::of(&[Status("running"), Fails(ErrorKind::Server)])).await;
    assert_eq!(ending.end, Err((ErrorKind::Server, None)));
    assert_eq!(ending.notes, ["GitLab cannot be asked, and is asked again: refused"]);
    assert!((300.0..320.0).contains(&ending.seconds), "{}", ending.seconds);
}

#[tokio::test(start_paused = true)]
async fn a_day_costs_a_few_thousand_requests() {
    let options = Wait::new().deadline(Duration::from_secs(24 * 3600));
    let mut table = Table::of(&[Status("running")]);
    ending(options, &mut table).await;
    assert!((5_760..=7_300).contains(&table.requests()), "{}", table.requests());
}

fn bridge(name: &str, id: i64, project: i64, status: &str) -> Value {
    json!({"name": name, "allow_failure": false,
        "downstream_pipeline": {"id": id, "project_id": project, "status": status}})
}

/// A pipeline with a bridge that starts number 205, which has none.
fn parent(looks: &[Look], child: &[&str]) -> Table {
    let listings = child.iter().map(|status| vec![bridge("deploy", 205, 61, status)]).collect();
    Table { bridges: BTreeMap::from([(104, listings), (205, vec![vec![]])]), ..Table::of(looks) }
}

#[tokio::test(start_paused = true)]
async fn a_child_is_waited_for_after_its_parent_has_succeeded() {
    let mut table =
        parent(&[Status("running"), Status("success")], &["running", "running", "running", "success"]);
    let ending = ending(Wait::new().children().check(), &mut table).await;
    assert_eq!(ending.end.as_deref(), Ok("success"));
    // The parent is looked at and its bridges are listed in each round; the child's are at the beginning and the end.
    assert_eq!((table.looked, table.listed), (4, BTreeMap::from([(104, 4), (205, 2)])));
    let mut alone = parent(&[Status("running"), Status("success")], &["running"]);
    assert_eq!(self::ending(Wait::new().check(), &mut alone).await.end.as_deref(), Ok("success"));
    assert_eq!(alone.requests(), 2, "children are followed when that is asked for");
}

#[tokio::test(start_paused = true)]
async fn a_child_that_failed_is_named_although_its_parent_succeeded() {
    let failed = || parent(&[Status("success")], &["failed"]);
    let ending = ending(Wait::new().children().check(), &mut failed()).await;
    assert_eq!(ending.end, Err((ErrorKind::Pipeline, Some("failed".to_owned()))));
    assert_eq!(
        ending.message,
        "ProjectPipeline 104 succeeded, but the downstream pipeline 205 of project 61, which `deploy` started, failed"
    );
    let unchecked = self::ending(Wait::new().children(), &mut failed()).await;
    assert_eq!(unchecked.end.as_deref(), Ok("success"));
    let mut allowed = failed();
    for listing in allowed.bridges.get_mut(&104).unwrap() {
        listing[0]["allow_failure"] = true.into();
    }
    let allowed = self::ending(Wait::new().children().check(), &mut allowed).await;
    assert_eq!(allowed.end.as_deref(), Ok("success"));
}

#[tokio::test(start_paused = true)]
async fn children_of_children_are_followed_and_a_circle_is_walked_once() {
    let mut table = parent(&[Status("success")], &["success"]);
    table.bridges.insert(
        205,
        vec![
            vec![bridge("again", 104, 1, "success"), bridge("deeper", 306, 62, "running")],
            vec![bridge("again", 104, 1, "success"), bridge("deeper", 306, 62, "failed")],
        ],
    );
    table.bridges.insert(306, vec![vec![]]);
    let ending = ending(Wait::new().children().check(), &mut table).await;
    assert_eq!(ending.end, Err((ErrorKind::Pipeline, Some("failed".to_owned()))));
    assert!(
        ending.message.contains("the downstream pipeline 306 of project 62, which `deeper` started, failed")
    );
    assert_eq!(table.looked, 2);
    assert_eq!(table.listed, BTreeMap::from([(104, 1), (205, 2), (306, 2)]));
    assert_eq!(
        ending.downstream,
        ["  205 of 104 success", "    306 of 205 running", "    306 of 205 failed"],
        "each is told when it is seen, and when it has changed"
    );
}

#[tokio::test(start_paused = true)]
async fn a_child_whose_bridge_was_retried_counts_no_more() {
    let mut table = parent(&[Status("running"), Status("success")], &["failed"]);
    table.bridges.insert(
        104,
        vec![vec![bridge("deploy", 205, 61, "failed")], vec![bridge("deploy", 207, 61, "success")]],
    );
    table.bridges.insert(205, vec![vec![bridge("deeper", 306, 62, "running")]]);
    table.bridges.insert(306, vec![vec![]]);
    table.bridges.insert(207, vec![vec![]]);
    let ending = ending(Wait::new().children().check(), &mut table).await;
    assert_eq!(ending.end.as_deref(), Ok("success"), "neither it nor what it started");
    assert_eq!(ending.notes.len(), 1, "{ending:?}");
    assert!(
        ending.notes[0].contains("205") && ending.notes[0].contains("its bridge was retried"),
        "{ending:?}"
    );
    assert_eq!(
        ending.downstream,
        [
            "  205 of 104 failed",
            "    306 of 205 running",
            "  205 of 104 failed, gone",
            "    306 of 205 running, gone",
            "  207 of 104 success",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_failure_that_others_followed_from_is_the_one_that_is_named() {
    let mut table = parent(&[Status("failed")], &["failed"]);
    table.bridges.insert(205, vec![vec![bridge("deeper", 306, 62, "failed")]]);
    table.bridges.insert(306, vec![vec![]]);
    let ending = ending(Wait::new().children().check(), &mut table).await;
    assert_eq!(
        ending.message,
        "ProjectPipeline 104 failed, and the downstream pipeline 306 of project 62, which `deeper` started, failed"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_hidden_child_starts_is_told_not_to_be_waited_for() {
    let mut table = parent(&[Status("success")], &["running", "success"]);
    table.bridges.remove(&205);
    let ending = ending(Wait::new().children().check(), &mut table).await;
    assert_eq!(ending.end.as_deref(), Ok("success"), "its own status is known from its bridge");
    assert_eq!(ending.notes.len(), 1, "{ending:?}");
    assert!(ending.notes[0].starts_with("the downstream pipeline 205 of project 61"), "{ending:?}");
    assert_eq!(table.listed[&205], 1, "it is not asked for again");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_names_the_child_that_still_runs() {
    let options = Wait::new().children().deadline(Duration::from_secs(60));
    let ending = ending(options, &mut parent(&[Status("success")], &["running"])).await;
    assert_eq!(ending.end, Err((ErrorKind::Deadline, Some("running".to_owned()))));
    assert!(ending.message.contains("the downstream pipeline 205"), "{}", ending.message);
}

#[tokio::test(start_paused = true)]
async fn logs_come_before_the_end_and_only_without_success() {
    let log = FailedLog { job: 7, name: "unit".to_owned(), stage: "test".to_owned(), lines: Vec::new() };
    for (status, expected) in [("failed", &["unit"][..]), ("success", &[])] {
        let mut table = Table { logs: vec![log.clone()], ..Table::of(&[Status(status)]) };
        let ending = ending(Wait::new().failed_logs().check(), &mut table).await;
        assert_eq!(ending.notes, expected, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_look_is_told_where_it_is_asked_for() {
    let mut table = Table::of(&[Status("running"), Status("running"), Status("success")]);
    let told = ending(Wait::new().every_look(), &mut table).await.changes;
    assert_eq!(told, ["running", "unchanged", "success"]);
    let mut table = Table::of(&[Status("running"), Status("running"), Status("success")]);
    assert_eq!(ending(Wait::new(), &mut table).await.changes, ["running", "success"]);
}
