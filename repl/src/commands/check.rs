//! `rhailab check`: reads scripts without running them.

use std::path::PathBuf;

use rhailab_client::Gitlab;

use super::source;
use crate::cli::{GlobalOptions, Status, complain, say};
use crate::engine::bridge::Bridge;
use crate::engine::{ScriptEngine, World};
use crate::output::terminal::Standard;
use crate::report::{self, Sources};

/// Reports the first mistake of each file.
pub(crate) fn files(global: &GlobalOptions, files: &[PathBuf]) -> Status {
    // Reading needs an engine, and an engine a client; this one is never used.
    let client = match Gitlab::builder("https://gitlab.com").build() {
        Ok(client) => client,
        Err(error) => return complain(&error.to_string()),
    };
    let world = World { client, args: Vec::new(), bridge: Bridge::default(), print: Standard::shared(false) };
    let mut engine = ScriptEngine::new(&world);
    let mut status = Status::Success;
    for file in files {
        match source::read(file) {
            Ok(script) => {
                if let Err(error) = engine.compile(&script.text) {
                    say(&report::parse_error(&Sources::of(script), &error, global.color.for_stderr()));
                    status = Status::Failure;
                }
            }
            Err(problem) => {
                say(&format!("error: {problem}"));
                status = Status::Failure;
            }
        }
    }
    status
}
