//! Scenarios as they are told, with and without mistakes.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::plan::{DownstreamTarget, FileContent, JobPlan, Outcome, When};

/// A scenario with every key of the language.
const EVERYTHING: &str = r#"
description: Everything at once
seed: 7
speed: 600
latency: 5ms
object_storage: true
premium: true
keep_latest_artifact: false
faults: { 429: 10%, 500: 1%, 502: 1%, 503: 0.01, reset: 1%, truncate: 1%, slow: 1%, html: 1%, stall: 20ms, retry_after: 2s }
variables: { MIRROR: https://mirror.example.test }
groups:
  acme:
    name: Acme
    visibility: public
    variables: { REGION: eu-west }
projects:
  acme/shop:
    description: A shop
    visibility: internal
    default_branch: trunk
    branches: [trunk, feature/x]
    tags: [v1.0]
    protected: [trunk, v1.0]
    history: 3
    triggers: [nightly]
    variables:
      PLAIN: 17
      SECRET: { value: s3cr3t-value, masked: true, protected: true, raw: false, description: A secret, variable_type: env_var }
      ENDPOINT:
        - { value: a, environment_scope: staging }
        - { value: b, environment_scope: production }
    schedules:
      Nightly: { cron: "15 2 * * *", cron_timezone: Europe/Berlin, ref: v1.0, active: false, variables: { DEEP: 1 } }
    inputs:
      zone: { type: string, default: eu, options: [eu, us] }
      deep: { type: boolean, default: false }
    stages: [build, test, deploy]
    jobs:
      ship:
        stage: deploy
        trigger: { project: acme/depot, strategy: depend }
      notify: { stage: deploy, trigger: demo/downstream }
      child:
        trigger:
          stages: [one]
          jobs: { inner: { stage: one } }
      compile:
        stage: build
        duration: 30s..2m
        tags: [docker]
        coverage: 83.5%
        log: [first, second]
        artifacts:
          expire_in: never
          files: { build/app.bin: { size: 200 kB }, build/version.txt: "1.0" }
      unit:
        outcome: [failed, { success: 50%, runner_system_failure: 50% }, success]
        retry: 2
        tests: { holds: success, cools: failed }
        log: { lines: 3 }
      lint: { fails: 10%, allow_failure: true, only: [branches], tests: [a, b] }
      wait: { when: delayed, start_in: 5 minutes, stage: deploy, log: "one\ntwo\n" }
      approve: { when: manual, allow_failure: false, stage: deploy, environment: production, duration: 5 }
      publish: { when: manual, stage: deploy }
      mourn: { when: on_failure, stage: deploy }
      clean: { when: always, stage: deploy }
  acme/depot: {}
  fleet/app: { count: 12 }
"#;

fn parsed(text: &str) -> Scenario {
    Scenario::parse("world.yaml", text).unwrap_or_else(|error| panic!("{error}"))
}

/// What is said about a text, without its first line.
fn told(text: &str) -> String {
    let error = Scenario::parse("world.yaml", text).unwrap_err().to_string();
    let (first, rest) = error.split_once('\n').unwrap();
    assert_eq!(first, "the scenario world.yaml cannot be used");
    rest.to_owned()
}

fn job<'a>(project: &'a ProjectPlan, name: &str) -> &'a JobPlan {
    project.jobs.iter().find(|job| job.name == name).unwrap()
}

#[test]
fn everything_that_can_be_told_is_understood() {
    let scenario = parsed(EVERYTHING);
    let shop = &scenario.projects[0];
    let order: Vec<&str> = shop.jobs.iter().map(|job| job.name.as_str()).collect();
    let expected = [
        "compile", "child", "unit", "lint", "ship", "notify", "wait", "approve", "publish", "mourn", "clean",
    ];
    assert_eq!(order, expected, "jobs come in the order of their stages");
    let compile = job(shop, "compile");
    assert_eq!(compile.duration, Duration::from_secs(30)..=Duration::from_secs(120));
    assert_eq!(compile.coverage, Some(83.5));
    let artifacts = compile.artifacts.as_ref().unwrap();
    assert_eq!((artifacts.expire_in, &artifacts.files[0].content), (None, &FileContent::Drawn(200_000)));
    let unit = job(shop, "unit");
    assert_eq!(unit.outcomes[0], Outcome::Failure("script_failure".into()));
    assert_eq!(unit.outcomes[1], Outcome::Drawn(vec![(500_000, "runner_system_failure".into())]));
    assert_eq!(unit.log, ["unit: line 1 of 3", "unit: line 2 of 3", "unit: line 3 of 3"]);
    assert_eq!(job(shop, "lint").outcomes, [Outcome::Drawn(vec![(100_000, "script_failure".into())])]);
    assert_eq!(job(shop, "wait").when, When::Delayed(Duration::from_secs(300)));
    assert_eq!(job(shop, "wait").log, ["one", "two"]);
    // As in GitLab, a manual job blocks only if it is told so.
    assert!(!job(shop, "approve").allow_failure && job(shop, "publish").allow_failure);
    let ship = job(shop, "ship").downstream.as_ref().unwrap();
    assert_eq!((&ship.target, ship.depend), (&DownstreamTarget::Project("acme/depot".into()), true));
    assert!(!job(shop, "notify").downstream.as_ref().unwrap().depend);
    let child = &job(shop, "child").downstream.as_ref().unwrap().target;
    assert!(matches!(child, DownstreamTarget::Child(jobs) if jobs[0].name == "inner"));
    assert_eq!(shop.schedules[0].ref_name, "refs/tags/v1.0");
    assert_eq!(scenario.projects[1].jobs.len(), 2, "a project without jobs has two");
    let paths = scenario.projects[2].paths();
    assert_eq!((paths.len(), paths[0].as_str(), paths[11].as_str()), (12, "app-01", "app-12"));
    assert_eq!(scenario.groups.iter().map(|group| group.path.as_str()).collect::<Vec<_>>(), ["acme"]);
    let options = scenario.options();
    assert_eq!((options.seed, options.speed, options.latency), (7, 600.0, Duration::from_millis(5)));
    assert_eq!(options.faults.list.len(), 8);
    assert_eq!(options.check(), Ok(()));
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let text = "\
projets: {}
speed: fast
projects:
  acme/shop:
    stages: [build, test]
    jobs:
      unit: { stage: tets, durration: 5s, when: sometimes }
      lint: { duration: 5m..1m, allow_failure: yes }
      wait: { when: delayed }
      ship: { stage: build, trigger: acme/depo, log: x }
  acme/depot:
";
    insta::assert_snapshot!(told(text));
}

#[test]
fn each_mistake_has_its_sentence() {
    let job = |keys: &str| format!("projects: {{ a/b: {{ jobs: {{ x: {{ {keys} }} }} }} }}");
    let project = |keys: &str| format!("projects: {{ a/b: {{ {keys} }} }}");
    for (text, expected) in [
        (String::new(), "the file says nothing"),
        ("- a".into(), "a scenario is a map, but a list stands here"),
        ("a: 1\na: 2".into(), "`a` stands here twice"),
        ("projects: { shop: {} }".into(), "`shop` is no path of a project"),
        ("projects: { a/b/c: {} }".into(), "there are no groups in groups"),
        ("projects: { A/b: {}, a/B: {} }".into(), "two projects have the path `a/B`"),
        ("groups: { 17: {} }".into(), "`17` is no path of a group"),
        ("faults: { 429: 80%, 500: 30% }".into(), "the chances add up to more than 100%"),
        ("faults: { 429: 10 }".into(), "`429` takes a percentage such as `10%`, not `10`"),
        ("faults: { rest: 1% }".into(), "did you mean `reset`?"),
        ("latency: 2m".into(), "`latency` takes at most one minute, not `2m`"),
        (project("count: 0"), "`count` takes a whole number from 1 to 10000, not `0`"),
        (project("jobs: {}"), "`jobs` has no job"),
        (project("stages: [one], jobs: { x: }"), "`x` has no `stage`, and `test` is none of the stages"),
        (project("stages: [one], jobs: { x: { stage: on } }"), "`on` is none of the stages"),
        (project("default_branch: mian, branches: [main]"), "`mian` is none of the branches"),
        (project("branches: [a b]"), "git takes no ref `a b`"),
        (project("protected: [maim]"), "the project has no branch or tag `maim`"),
        (project("schedules: { N: {} }"), "a schedule needs `cron`"),
        (project("schedules: { N: { cron: daily } }"), "`cron` takes five fields"),
        (project("variables: { A-B: 1 }"), "GitLab refuses the variable `A-B`: key can contain only letters"),
        (project("variables: { A: { value: short, masked: true } }"), "variable `A`: value is invalid"),
        (project("inputs: { a: { type: number, default: x } }"), "provided value is not a number"),
        (project("count: 100, history: 10000"), "more than 100000 pipelines of the past"),
        (job("outcome: script_failur"), "did you mean `script_failure`?"),
        (job("outcome: []"), "`outcome` is an empty list"),
        (job("outcome: { failed: 60%, api_failure: 60% }"), "the chances add up to more than 100%"),
        (job("fails: 1%, outcome: failed"), "`fails` and `outcome` say the same"),
        (job("duration: 40 days"), "a job takes or waits at most 30 days"),
        (job("retry: 3"), "`retry` takes a whole number from 0 to 2, not `3`"),
        (job("start_in: 5s"), "`start_in` is for delayed jobs"),
        (job("coverage: 101"), "`coverage` takes a percentage from 0 to 100, not `101`"),
        (job("artifacts: {}"), "artifacts without files"),
        (job("artifacts: { files: { ../x: a } }"), "the path `../x` leaves the archive"),
        (job("artifacts: { files: { x: { size: 1 GB } } }"), "`size` takes a size up to `100 MB`"),
        (job("trigger: {}"), "`trigger` has neither `project` nor `jobs`"),
        (job("trigger: { project: a/b, jobs: { y: } }"), "`trigger` has both `project` and `jobs`"),
        (job("trigger: a/b, artifacts: x"), "`artifacts` has no meaning in a job with `trigger`"),
        ("a: &x [1]\nb: {<<: *x}".into(), "`<<` is no key of a scenario"),
        ("a: 1\n---\nb: 2".into(), "a second document begins here"),
        ("a: b: c".into(), "a text that holds `: `"),
        ("a: [".into(), "1:4: the bracket `[` is not closed\n  help: close `[` with `]`"),
        ("a: [1}".into(), "1:4: the bracket `[` is not closed\n  help: close `[` with `]`"),
        ("a:\n\tb: 1".into(), "a tab stands where YAML takes spaces alone\n  help: indent with spaces"),
        ("a: *b".into(), "1:4: no value before this alias has its name\n  help: write `&name` before"),
        (
            "a: &a [*a]".into(),
            "1:8: this alias stands in the value that it repeats\n  help: a value cannot hold",
        ),
        (
            format!("{}{}", "[".repeat(60), "]".repeat(60)),
            "more than 24 lists and maps stand in one another\n  help: five pipelines fit",
        ),
        (
            project("default_branch: x, branches: []"),
            "`x` is none of the branches\n  help: `branches` lists none: add `x` there",
        ),
    ] {
        let told = told(&text);
        assert!(told.contains(expected), "{text}\n{told}");
    }
}

#[test]
fn aliases_repeat_a_pipeline_but_cannot_explode() {
    let scenario = parsed("projects: { a/b: { jobs: &jobs { x: { stage: s } } }, a/c: { jobs: *jobs } }");
    assert_eq!(scenario.projects[0].jobs, scenario.projects[1].jobs);
    let mut bomb = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb += &format!("b{level}: &a{level} [{aliases}]\n");
    }
    assert!(told(&bomb).contains("the file holds more than any scenario needs"));
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(told(&nested(100)).contains("more than 24 lists and maps stand in one another"));
    assert!(told(&nested(100_000)).contains("help: "));
}

#[test]
fn children_of_children_fit() {
    let children = |depth: usize| {
        let open = "{ jobs: { x: { trigger: ".repeat(depth);
        format!("projects: {{ a/b: {open}{{ jobs: {{ x: }} }}{} }}", " } } }".repeat(depth))
    };
    parsed(&children(5));
    assert!(told(&children(7)).contains("more than 24 lists and maps stand in one another"));
}

#[test]
fn a_file_in_another_encoding_is_told_with_the_place() {
    let path = std::env::temp_dir().join(format!("rhailab-scenario-{}.yaml", std::process::id()));
    std::fs::write(&path, b"projects:\n  demo/caf\xe9: {}\n").unwrap();
    let told = Scenario::read(&path).unwrap_err().to_string();
    std::fs::remove_file(&path).unwrap();
    let expected = ":2:11: this is no text in UTF-8\n  help: save the file in the encoding UTF-8";
    assert!(told.ends_with(expected), "{told}");
}

#[test]
fn very_many_mistakes_are_not_all_told() {
    let text: String = (0..30).map(|number| format!("wrong_{number}: 1\n")).collect();
    assert!(told(&text).ends_with("\nand 10 more"));
}

/// Pieces of scenarios, which together make more interesting texts than letters do.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "projects",
        "a/b",
        "jobs",
        "x",
        "stage",
        "when",
        "delayed",
        "start_in",
        "5s..1s",
        "outcome",
        "failed",
        "10%",
        "trigger",
        "count",
        "history",
        "{",
        "}",
        "[",
        "]",
        ": ",
        ":\n",
        ", ",
        "\n",
        "  ",
        "- ",
        "&a ",
        "*a",
        "<<",
        "\"",
        "'",
        "|",
        ">",
        "!!str ",
        "~",
        "\u{e9}",
        "\t",
        "99999999999999999999",
        "-1",
        "null",
        "true",
        "#",
        "---\n",
        "?",
    ];
    proptest::sample::select(words.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        prop_assert!(Scenario::parse("x", &text).is_err() || !text.is_empty());
    }

    #[test]
    fn any_pieces_are_read_or_refused(pieces in proptest::collection::vec(piece(), 0..60)) {
        let text = pieces.concat();
        if let Err(ScenarioError::Wrong { problems, .. }) = Scenario::parse("x", &text) {
            prop_assert!(!problems.is_empty(), "{text:?}");
            let lines = text.matches('\n').count() + 1;
            prop_assert!(problems.iter().all(|problem| problem.line <= lines), "{text:?} {problems:?}");
        }
    }

    #[test]
    fn a_mutated_scenario_is_read_or_refused(at in 0..EVERYTHING.len(), length in 0..40usize, piece in piece()) {
        let start = EVERYTHING.floor_char_boundary(at);
        let end = EVERYTHING.ceil_char_boundary((start + length).min(EVERYTHING.len()));
        let text = format!("{}{piece}{}", &EVERYTHING[..start], &EVERYTHING[end..]);
        match Scenario::parse("x", &text) {
            // What the language takes, the options take: nothing is refused later without a place.
            Ok(scenario) => prop_assert_eq!(scenario.options().check(), Ok(())),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
