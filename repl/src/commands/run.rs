//! `rhailab FILE`, `rhailab run` and `rhailab eval`: one script, from its text to the exit status.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use super::source;
use crate::cli::{GlobalOptions, Status, end, say, unwritable};
use crate::engine::bridge::{Bridge, Interrupt};
use crate::engine::{ScriptEngine, World};
use crate::output::terminal::{Standard, neutral};
use crate::output::{self, Style, WriteError};
use crate::report::{self, Script, Sources};
use crate::server;

/// Runs the script in a file.
pub(crate) fn file(global: &GlobalOptions, path: &Path, args: Vec<String>) -> Status {
    match source::read(path) {
        Ok(script) => execute(global, script, args, Value::Dropped),
        Err(problem) => {
            say(&format!("error: {problem}"));
            Status::Usage
        }
    }
}

/// Runs code and prints its value.
pub(crate) fn code(global: &GlobalOptions, code: &str) -> Status {
    let script = Script { name: "<eval>".to_owned(), text: code.to_owned() };
    execute(global, script, Vec::new(), Value::Shown)
}

/// What becomes of the value of a script's last expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    Shown,
    Dropped,
}

fn execute(global: &GlobalOptions, script: Script, args: Vec<String>, value: Value) -> Status {
    let color = global.color.for_stderr();
    let bridge = Bridge::default();
    // A sandbox lives as long as this name.
    let (_server, client) = match server::open(global, &bridge) {
        Ok(opened) => opened,
        Err(status) => return status,
    };
    let world =
        World { client, args, bridge: bridge.clone(), print: Standard::shared(global.color.for_stdout()) };
    let mut engine = ScriptEngine::new(&world);
    let mut program = match engine.compile(&script.text) {
        Ok(program) => program,
        Err(error) => {
            say(&report::parse_error(&Sources::of(script), &error, color));
            return Status::Failure;
        }
    };
    program.set_source(&script.name);
    let mut sources = Sources::of(script);
    sources.add_program(&program);
    let result = match engine.run(&program) {
        Ok(_) if value == Value::Dropped => Ok(()),
        Ok(result) => show(&result, global),
        Err(thrown) => Err(WriteError::Script(thrown)),
    };
    match result {
        Ok(()) => match bridge.interrupt() {
            // What was pressed when all was done stops nothing.
            None | Some(Interrupt::Signal) => Status::Success,
            Some(reason) => end(report::interrupted(&reason)),
        },
        Err(WriteError::Script(thrown)) => end(report::ending(&sources, &thrown, color)),
        Err(WriteError::Data(problem)) => {
            say(&format!("error: the value cannot be shown: {problem}"));
            Status::Failure
        }
        Err(WriteError::Output(error)) => unwritable(&error),
    }
}

fn show(result: &rhai::Dynamic, global: &GlobalOptions) -> Result<(), WriteError> {
    let mut out = std::io::stdout().lock();
    if !out.is_terminal() {
        output::write(&mut out, result, global.output)?;
    } else if let Some(text) = output::text(result, global.output, Style::plain())? {
        // A program that reads gets every letter; a terminal would obey some of them.
        writeln!(out, "{}", neutral(&text)).map_err(WriteError::Output)?;
    }
    out.flush().map_err(WriteError::Output)
}
