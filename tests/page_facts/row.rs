//! One snippet of the page: its id, its form in Rhai and in Rust, and the requests that python-gitlab sends for it.

use std::path::PathBuf;
use std::pin::Pin;

use rhailab_client::{Error, Gitlab, Group, Lazy, Project};

/// A snippet in both languages, and the facts about it.
pub(crate) struct Row {
    /// The snippet's id; a `b` behind it marks the form that the page should have had.
    pub(crate) id: &'static str,
    /// The snippet in Python.
    pub(crate) page: &'static str,
    /// The same in Rhai, after [`PREAMBLE`].
    pub(crate) rhai: &'static str,
    /// The same in Rust.
    pub(crate) rust: Snippet,
    /// What the script sends to come by the objects that the snippet takes for granted.
    pub(crate) before: &'static [Fact],
    /// What both of them send for the snippet.
    pub(crate) facts: &'static [Fact],
}

/// A request: `METHOD /path?query` without paging, and the body's JSON, empty for no body.
pub(crate) type Fact = (&'static str, &'static str);

/// A snippet in Rust.
pub(crate) type Snippet = fn(Given) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// What the snippets find around them. None of it takes a request.
pub(crate) struct Given {
    pub(crate) gl: Gitlab,
    pub(crate) project: Project<Lazy>,
    pub(crate) group: Group<Lazy>,
    /// The server's URL, for a client of the snippet's own.
    pub(crate) url: String,
    /// A directory that goes away with the test.
    pub(crate) folder: PathBuf,
}

/// The same for scripts, which get the URL and the directory as arguments.
pub(crate) const PREAMBLE: &str = r#"
    let URL = args[0];
    let folder = args[1];
    let project_id = 1;
    let pipeline_id = 45;
    let schedule_id = 3;
    let job_id = 7;
    let trigger_token = "glptt-ffffffffffffffffffffffffffffffffffffffff";
    let project = gl.projects.get(project_id, #{lazy: true});
    let group = gl.groups.get(10, #{lazy: true});
    let build_or_job = project.jobs.get(job_id, #{lazy: true});
"#;
