//! Lists over pages, on real sockets: how many requests a walk costs, how many of them run at once, what happens when
//! one fails, and what becomes of rows that move while one lists.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

#[path = "pages/changes.rs"]
mod changes;
#[path = "pages/keyset.rs"]
mod keyset;
#[path = "pages/links.rs"]
mod links;
#[path = "pages/resume.rs"]
mod resume;
mod scripting;
#[path = "pages/window.rs"]
mod window;

use std::num::NonZeroUsize;

use rhailab_client::{Error, Gitlab, List, ListProjectJobs, ProjectJob, RowStream};
use rhailab_tests::ListServer;

const JOBS: &str = "GET /api/v4/projects/1/jobs";

/// The jobs of a project, asked for with so many requests at once.
fn jobs(server: &ListServer, at_once: usize) -> List<ProjectJob> {
    let at_once = NonZeroUsize::new(at_once).unwrap();
    let client = Gitlab::builder(server.url()).private_token("glpat-test").jobs(at_once).build().unwrap();
    client.projects().lazy(1).jobs().list(ListProjectJobs::new())
}

fn newest_first(rows: i64) -> Vec<i64> {
    (1..=rows).rev().collect()
}

/// The numbers of the rows up to the end or to the first error.
async fn rest(rows: &mut RowStream<ProjectJob>) -> (Vec<i64>, Option<Error>) {
    let mut ids = Vec::new();
    loop {
        match rows.try_next().await {
            Ok(Some(row)) => ids.push(row.id),
            Ok(None) => return (ids, None),
            Err(error) => return (ids, Some(error)),
        }
    }
}

async fn all(list: List<ProjectJob>) -> Vec<i64> {
    list.all().await.unwrap().into_iter().map(|row| row.id).collect()
}

/// Runs a script with the jobs of a project as `jobs`; answers its value as text.
fn script(server: &ListServer, text: &str) -> Result<String, String> {
    let client = Gitlab::builder(server.url()).private_token("glpat-test").build().unwrap();
    let text = format!("let jobs = gl.projects.get(1, #{{lazy: true}}).jobs;\n{text}");
    // Scripts block, which is refused on a thread that already runs a runtime.
    std::thread::scope(|scope| {
        let run = || scripting::run(client, &[], &text).0.map(|value| value.to_string());
        scope.spawn(run).join().unwrap()
    })
}
