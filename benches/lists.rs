//! How fast long lists are read: against python-gitlab, which asks for one page after the other, and against fetching the
//! same bytes without reading them.
//!
//! `cargo bench -p rhailab --bench lists` prints the ratios. Python is compared where `python3`, or the program that `PYTHON` names, can
//! `import gitlab`. Everything runs against one server on this machine, in this process.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and may stop where it is"
)]

mod measure;

use std::process::{Command, Stdio};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use rhailab_client::endpoint::{On, find_accessor};
use rhailab_client::{Answer, Arguments, Gitlab, Id, ListProjectJobs, table};
use rhailab_tests::{ListServer, Listing};
use tokio::runtime::Runtime;

use measure::{median, python, timed};

const PAGES: i64 = 100;
const ROWS: i64 = 100 * PAGES;
const AT_ONCE: usize = 16;
const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// What a job has beside its number, as GitLab sends it.
const JOB: &str = include_str!("lists/job.json");

/// The walk over all rows, and the loop that reads two properties of each, in both languages.
const WALK: &str = "print(gl.projects.get(1, #{lazy: true}).jobs.list().len())";
const LOOP: &str = "let all = gl.projects.get(1, #{lazy: true}).jobs.list(); let n = 0; \
                    for job in all { if job.status == \"success\" && job.name == \"compile\" { n += 1; } } print(n)";
const PYTHON_WALK: &str = "print(len(gl.projects.get(1, lazy=True).jobs.list(get_all=True, per_page=100)))";
const PYTHON_LOOP: &str = "\
n = 0
for job in gl.projects.get(1, lazy=True).jobs.list(iterator=True, per_page=100):
    if job.status == 'success' and job.name == 'compile':
        n += 1
print(n)";

fn main() {
    let python = python();
    println!("{ROWS} jobs of {} bytes on {PAGES} pages, no totals; the median of several runs", JOB.len());
    let runtime = Runtime::new().unwrap();
    for (latency, runs) in [(Duration::from_millis(50), 3), (Duration::ZERO, 9)] {
        let listing = Listing { latency, members: members(), ..Listing::newest_first(ROWS) };
        let server = ListServer::start(listing);
        println!("\n{} ms a request", latency.as_millis());
        let own = median(runs, || run(rhailab(&server, WALK)));
        show("rhailab eval, whole process", own, None);
        if let Some(python) = &python {
            let theirs = median(runs, || run(gitlab(python, &server, PYTHON_WALK)));
            show("python-gitlab get_all=True, whole process", theirs, Some((theirs, own)));
        }
        let one_by_one = median(runs, || timed(|| runtime.block_on(fetch(&server, 1))));
        show("reqwest, one page after the other, bytes unread", one_by_one, None);
        let bytes = median(runs, || timed(|| runtime.block_on(fetch(&server, AT_ONCE))));
        show("reqwest, 16 pages at once, bytes unread", bytes, None);
        let objects = median(runs, || timed(|| runtime.block_on(objects(&server))));
        show("the Rust client, objects as scripts have them", objects, Some((objects, bytes)));
        show("the same against one page after the other", objects, Some((objects, one_by_one)));
        let typed = median(runs, || timed(|| runtime.block_on(typed(&server))));
        show("the Rust client, typed objects", typed, Some((typed, bytes)));
        show("the same against one page after the other", typed, Some((typed, one_by_one)));
        if latency.is_zero() {
            let own = median(runs, || run(rhailab(&server, LOOP)));
            show("script loop, two properties each, whole process", own, None);
            if let Some(python) = &python {
                let theirs = median(runs, || run(gitlab(python, &server, PYTHON_LOOP)));
                show("the same loop in python-gitlab", theirs, Some((theirs, own)));
            }
        }
    }
}

fn show(what: &str, time: Duration, ratio: Option<(Duration, Duration)>) {
    let ratio = ratio.map_or_else(String::new, |(one, other)| {
        format!("  ratio {:.2}", one.as_secs_f64() / other.as_secs_f64())
    });
    println!("  {what:<50} {:>9.1} ms{ratio}", time.as_secs_f64() * 1_000.0);
}

/// The members of [`JOB`] without its braces.
fn members() -> String {
    let job: serde_json::Value = serde_json::from_str(JOB).unwrap();
    format!(",{}", job.to_string().strip_prefix('{').unwrap().strip_suffix('}').unwrap())
}

fn rhailab(server: &ListServer, code: &str) -> Command {
    let mut command = Command::new(RHAILAB);
    command.args(["eval", code]).env("GITLAB_URL", server.url()).env("GITLAB_TOKEN", "glpat-bench");
    command
}

fn gitlab(python: &str, server: &ListServer, code: &str) -> Command {
    let mut command = Command::new(python);
    let connect =
        format!("import gitlab\ngl = gitlab.Gitlab({:?}, private_token='glpat-bench')\n", server.url());
    command.args(["-c", &(connect + code)]);
    command
}

/// Runs a program that prints the number of rows.
fn run(mut command: Command) -> Duration {
    timed(|| {
        let output = command.stdin(Stdio::null()).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(printed.trim(), ROWS.to_string(), "{output:?}");
    })
}

/// Reads the rows as scripts do: each is an object that is decoded when it is first touched.
async fn objects(server: &ListServer) {
    let client = Gitlab::builder(server.url()).private_token("glpat-bench").build().unwrap();
    let projects = find_accessor(table::ROOT, "projects").unwrap();
    let project = client.manager(projects).lazy(Id::Number(1));
    let jobs = project.manager(projects.child("jobs").unwrap());
    let list = jobs.resource().operation(On::Manager, "list").unwrap();
    let Answer::Rows(mut pages) = jobs.call(list, Arguments::new()).await.unwrap() else {
        panic!("a list answers rows");
    };
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        rows.extend(page.rows);
    }
    assert_eq!(rows.len() as i64, ROWS);
}

async fn typed(server: &ListServer) {
    let client = Gitlab::builder(server.url()).private_token("glpat-bench").build().unwrap();
    let jobs = client.projects().lazy(1).jobs().list(ListProjectJobs::new()).all().await.unwrap();
    assert_eq!(jobs.len() as i64, ROWS);
}

/// Fetches the same pages and looks at nothing.
async fn fetch(server: &ListServer, at_once: usize) {
    let client = rhailab_tests::http_client().build().unwrap();
    let page = |page: i64| {
        let url = format!("{}/api/v4/projects/1/jobs?page={page}&per_page=100", server.url());
        let request = client.get(url);
        async move { request.send().await.unwrap().bytes().await.unwrap().len() }
    };
    let bytes: usize =
        stream::iter(1..=PAGES).map(page).buffered(at_once).fold(0, async |sum, more| sum + more).await;
    assert!(bytes > JOB.len() / 2 * ROWS as usize);
}
