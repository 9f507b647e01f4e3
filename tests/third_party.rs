//! A client that knows nothing of Rhailab speaks with the sandbox: python-gitlab runs its own documented
//! example, word for word but for shorter pauses. Where there is no Python, the test says so and stops.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rhailab_tests::{Folder, Outcome, SandboxProcess, python, report, run};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const RECIPE: &str = r#"
import os
import time

import gitlab

gl = gitlab.Gitlab(os.environ["GITLAB_URL"], private_token=os.environ["GITLAB_TOKEN"])
project = gl.projects.get("demo/app")

def get_or_create_trigger(project):
    trigger_decription = 'my_trigger_id'
    for t in project.triggers.list():
        if t.description == trigger_decription:
            return t
    return project.triggers.create({'description': trigger_decription})

trigger = get_or_create_trigger(project)
assert get_or_create_trigger(project).id == trigger.id

pipeline = project.trigger_pipeline('main', trigger.token, variables={"DEPLOY_ZONE": "us-west1"})
statuses = [pipeline.status]
while pipeline.finished_at is None:
    pipeline.refresh()
    statuses.append(pipeline.status)
    time.sleep(0.01)

jobs = sorted(job.name for job in pipeline.jobs.list(get_all=True))
print(statuses[0], statuses[-1], *jobs)
"#;

/// Every snippet of python-gitlab's page, with those that nobody can run any more.
const PAGE: &str = include_str!("third_party/page.py");

#[test]
fn python_gitlab_runs_its_own_example() {
    let outcome = match python("recipe.py", RECIPE, 1000) {
        Ok(outcome) => outcome,
        Err(reason) => return report(&format!("skipped: {reason}")),
    };
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(outcome.stdout, "created success compile deploy lint unit\n", "{outcome:?}");
}

#[test]
fn python_gitlab_runs_the_snippets_of_its_page() {
    let outcome = match python("page.py", PAGE, 20_000) {
        Ok(outcome) => outcome,
        Err(reason) => return report(&format!("skipped: {reason}")),
    };
    report(&outcome.stdout);
    assert_eq!(outcome.status, Some(0), "{}\n{}", outcome.stdout, outcome.stderr);
    let (ok, gone): (Vec<&str>, Vec<&str>) = outcome.stdout.lines().partition(|line| line.ends_with(" ok"));
    assert_eq!((ok.len(), gone.len()), (44, 5), "{}", outcome.stdout);
}

/// Runs a Python script against a sandbox, or says why it cannot.
fn python(name: &str, text: &str, speed: u32) -> Result<Outcome, String> {
    // Both tests need the same environment; the first of them makes it.
    static SETUP: Mutex<()> = Mutex::new(());
    let setup = SETUP.lock().unwrap_or_else(PoisonError::into_inner);
    let python = python::with_python_gitlab(Path::new(env!("CARGO_TARGET_TMPDIR")))?;
    drop(setup);
    let sandbox = SandboxProcess::start(RHAILAB, speed);
    let folder = Folder::new();
    let script = folder.write(name, text);
    let mut command = std::process::Command::new(python);
    let server = [("GITLAB_URL", sandbox.url()), ("GITLAB_TOKEN", sandbox.token())];
    command.env_clear().envs(server).current_dir(folder.path()).arg(script);
    Ok(run(&mut command))
}
