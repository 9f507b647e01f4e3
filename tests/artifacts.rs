//! Artifacts and logs on their way to a file, to a closure or into memory, and archives on their way out of a file.
//! What arrives is mistrusted: it may be cut short, too large, or made to land elsewhere.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

mod artifacts {
    mod archives;
    mod downloads;
    mod files;
    mod paths;
}
mod scripting;

use std::time::Duration;

use rhai::Dynamic;
use rhailab_client::{Gitlab, Lazy, ProjectJob};
use rhailab_tests::{Folder, RecordingServer};

const ARTIFACTS: &str = "GET /api/v4/projects/1/jobs/7/artifacts";

fn client(server: &RecordingServer) -> Gitlab {
    let quick = Duration::from_millis(1);
    Gitlab::builder(server.url()).private_token("glpat-artifacts").backoff(quick, quick).build().unwrap()
}

/// The job 7 of the project 1, without a request.
fn job(server: &RecordingServer) -> ProjectJob<Lazy> {
    client(server).projects().lazy(1).jobs().lazy(7)
}

/// For tests that run scripts too, which bring a runtime of their own.
fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Runs a script that finds a `job` and a `folder`.
fn script(server: &RecordingServer, folder: &Folder, text: &str) -> Result<Dynamic, String> {
    let preamble = "
        let folder = args[0];
        let project = gl.projects.get(1, #{lazy: true});
        let job = project.jobs.get(7, #{lazy: true});";
    let path = folder.path().to_str().unwrap();
    scripting::run(client(server), &[path], &format!("{preamble}\n{text}")).0
}

/// The names of all files and directories below a folder, hidden ones included, in order.
fn inside(folder: &Folder) -> Vec<String> {
    let mut names = Vec::new();
    let mut left = vec![folder.path().to_owned()];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            names.push(path.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_owned());
            if path.is_dir() && !path.is_symlink() {
                left.push(path);
            }
        }
    }
    names.sort();
    names
}
