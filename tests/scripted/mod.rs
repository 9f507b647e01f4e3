//! Scripts against a recording server, and what it got of them.

use std::sync::Arc;

use rhailab_client::Gitlab;
use rhailab_tests::RecordingServer;

/// A client of the server.
pub(crate) fn client(server: &RecordingServer) -> Gitlab {
    Gitlab::builder(server.url()).private_token("glpat-test").build().unwrap()
}

/// Runs a script that finds a `project`; answers its value as text, or what was wrong.
pub(crate) fn script(
    server: &RecordingServer,
    text: &str,
) -> (Result<String, String>, Arc<crate::scripting::Printed>) {
    let text = format!("let project = gl.projects.get(1, #{{lazy: true}});\n{text}");
    let (value, printed) = crate::scripting::run(client(server), &[], &text);
    (value.map(|value| value.to_string()), printed)
}

/// The lines of all requests, without the paging of lists.
pub(crate) fn lines(server: &RecordingServer) -> Vec<String> {
    server.lines().iter().map(|line| line.replace("?page=1&per_page=100", "")).collect()
}
