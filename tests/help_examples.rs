//! The examples that the help shows, each run in a sandbox of its own: they succeed, and those of the spec send the
//! request that they stand for.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

mod scripting;

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rhailab::engine::functions::{ERROR, FUNCTIONS, OBJECT_METHODS};
use rhailab::help::{Snippet, language_examples};
use rhailab_client::endpoint::{Endpoint, Segment};
use rhailab_client::{Gitlab, table};
use rhailab_sandbox::{Options, Sandbox};
use rhailab_tests::{Folder, without_pauses};
use tokio::runtime::Runtime;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use scripting::run;

/// The kind that is there for the tokens of jobs that run.
const OF_A_JOB: &str = "CurrentJob";

/// All in one test: what is sent is learnt from the client's events, and files are written where the process is.
#[test]
fn every_example_runs_and_does_what_it_stands_for() {
    let runtime = Runtime::new().unwrap();
    // Examples write files where the process is.
    let folder = Folder::new();
    std::env::set_current_dir(folder.path()).unwrap();
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Requests)).unwrap();
    let mut wrong = Vec::new();
    for endpoint in table::ENDPOINTS {
        let Some(snippet) = Snippet::of(endpoint).unwrap_or_else(|error| panic!("{}: {error}", endpoint.id))
        else {
            wrong.push(format!("{} has no example", endpoint.id));
            continue;
        };
        let (sandbox, client) = gitlab(&runtime, endpoint.id.split('.').next() == Some(OF_A_JOB));
        sent();
        let (result, _) = run(client, &[], &snippet.script());
        let sent = sent();
        if let Err(error) = result {
            wrong.push(format!("{}: {error}\n{}", endpoint.id, snippet.script()));
        } else if !sent.iter().any(|(method, url)| is_of(endpoint, &sandbox.url(), method, url)) {
            wrong.push(format!("{} is not sent by its example:\n{}", endpoint.id, snippet.script()));
        }
        runtime.block_on(sandbox.shutdown());
    }
    for (about, code) in language_examples() {
        let (sandbox, client) = gitlab(&runtime, false);
        // The pauses of these are for people.
        let code = if PAUSES.contains(&about) { without_pauses(code) } else { code.to_owned() };
        let (result, _) = run(client, &[], &code);
        if let Err(error) = result {
            wrong.push(format!("{about}: {error}\n{code}"));
        }
        runtime.block_on(sandbox.shutdown());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The functions whose examples pause.
const PAUSES: [&str; 3] = ["sleep", "wait", "wait_all"];

#[test]
fn every_function_has_an_example() {
    let shown: Vec<&str> = language_examples().map(|(about, _)| about).collect();
    for function in FUNCTIONS.iter().chain(OBJECT_METHODS) {
        assert!(shown.contains(&function.name), "{function:?}");
    }
}

#[test]
fn every_property_of_errors_can_be_read() {
    let runtime = Runtime::new().unwrap();
    let (sandbox, client) = gitlab(&runtime, false);
    let script = |name: &str| format!("try {{ gl.projects.get(\"demo/missing\") }} catch (e) {{ e.{name} }}");
    for property in ERROR.properties {
        let (value, _) = run(client.clone(), &[], &script(property.name));
        assert!(value.is_ok(), "{property:?}: {value:?}");
    }
    let (unknown, _) = run(client, &[], &script("unknown"));
    assert!(unknown.is_err(), "{unknown:?}");
    runtime.block_on(sandbox.shutdown());
}

#[test]
fn every_sample_is_an_object_of_its_kind() {
    let runtime = Runtime::new().unwrap();
    let mut wrong = Vec::new();
    for resource in table::RESOURCES {
        let owners: Vec<_> = std::iter::successors(Some(*resource), |resource| resource.parent).collect();
        // A resource without an identity has a manager only.
        let Some(sample) = resource.sample else {
            if !resource.identity.is_empty() {
                wrong.push(format!("{} has no sample", resource.kind));
            }
            continue;
        };
        let (sandbox, client) = gitlab(&runtime, resource.kind == OF_A_JOB);
        // A world in which everything was used.
        let (used, _) = run(owner(&sandbox), &[], WORLD);
        assert!(used.is_ok(), "{used:?}");
        let samples = owners.iter().rev().filter_map(|owner| owner.sample);
        let declarations: String =
            samples.map(|sample| format!("let {} = {};\n", sample.name, sample.code)).collect();
        let (kind, _) = run(client, &[], &format!("{declarations}{}.kind", sample.name));
        let kind = kind.and_then(|kind| kind.into_string().map_err(str::to_owned));
        if kind.as_deref() != Ok(resource.kind) {
            wrong.push(format!("{}: {kind:?}\n{declarations}", resource.kind));
        }
        runtime.block_on(sandbox.shutdown());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A pipeline of a schedule, then one with variables, the newest of all, that starts another one.
const WORLD: &str = r#"
let project = gl.projects.get("demo/app");
let schedule = project.pipelineschedules.list().first();
schedule.play();
while schedule.pipelines.list().is_empty() {}
let pipeline = project.pipelines.create(#{ref: "v1.0", variables: [#{key: "ZONE", value: "eu"}]});
"#;

/// A sandbox, and a client that speaks to it as its owner or as a job.
fn gitlab(runtime: &Runtime, as_job: bool) -> (Sandbox, Gitlab) {
    let mut options = Options { speed: 1000.0, ..Options::default() };
    if as_job {
        // The job has to run for as long as the test wants to speak for it.
        for plan in &mut options.pipeline {
            plan.duration = A_DAY..=A_DAY;
        }
    }
    let sandbox = runtime.block_on(rhailab_sandbox::start(options)).unwrap();
    let client = if as_job { job(&sandbox) } else { owner(&sandbox) };
    (sandbox, client)
}

const A_DAY: Duration = Duration::from_secs(24 * 3600);

fn owner(sandbox: &Sandbox) -> Gitlab {
    Gitlab::builder(sandbox.url()).private_token(sandbox.token()).build().unwrap()
}

/// A client that speaks for a job that runs.
fn job(sandbox: &Sandbox) -> Gitlab {
    let script = r#"
        let pipeline = gl.projects.get("demo/app").pipelines.create(#{ref: "main"});
        let running = [];
        while running.is_empty() { running = pipeline.jobs.list(#{scope: ["running"]}).to_array(); }
        running[0].id
    "#;
    let (job, _) = run(owner(sandbox), &[], script);
    let token = sandbox.job_token(job.unwrap().as_int().unwrap());
    Gitlab::builder(sandbox.url()).token(rhailab_client::TokenKind::Job, token).build().unwrap()
}

/// Whether a request is one of this operation.
fn is_of(endpoint: &Endpoint, server: &str, method: &str, url: &str) -> bool {
    let Some(path) = url.strip_prefix(server).and_then(|path| path.strip_prefix("/api/v4/")) else {
        return false;
    };
    let path = path.split('?').next().unwrap_or(path);
    let mut given = path.split('/');
    let fits = endpoint.path.iter().all(|segment| match segment {
        Segment::Literal(text) => given.next() == Some(*text),
        Segment::Param(_) => given.next().is_some(),
        Segment::Rest(_) => given.by_ref().count() > 0,
    });
    method == endpoint.method.as_str() && fits && given.next().is_none()
}

/// The method and the URL of each request since the last look.
static SENT: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

fn sent() -> Vec<(String, String)> {
    std::mem::take(&mut SENT.lock().unwrap_or_else(PoisonError::into_inner))
}

struct Requests;

impl<S: Subscriber> Layer<S> for Requests {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "rhailab_client::http" {
            let mut request = Request::default();
            event.record(&mut request);
            SENT.lock().unwrap_or_else(PoisonError::into_inner).push((request.method, request.url));
        }
    }
}

#[derive(Default)]
struct Request {
    method: String,
    url: String,
}

impl Visit for Request {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "method" => self.method = format!("{value:?}"),
            "url" => self.url = format!("{value:?}"),
            _ => {}
        }
    }
}
