//! Scripts in the engine as a library, for tests that judge what a script sends, prints and throws. The binary
//! itself is started elsewhere.

use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Dynamic, EvalAltResult};
use rhailab::engine::bridge::Bridge;
use rhailab::engine::error::client_error;
use rhailab::engine::{Printer, ScriptEngine, World};
use rhailab_client::Gitlab;

/// Keeps what a script writes, and where it would have gone.
#[derive(Debug, Default)]
pub(crate) struct Printed {
    output: Mutex<Vec<String>>,
    notes: Mutex<Vec<String>>,
}

impl Printed {
    /// What would have gone to the standard output, in the pieces in which it was written.
    #[allow(dead_code, reason = "not every test that shares this file looks at it")]
    pub(crate) fn output(&self) -> Vec<String> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What would have gone to the standard error.
    #[allow(dead_code, reason = "not every test that shares this file looks at it")]
    pub(crate) fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Printer for Printed {
    fn print(&self, line: &str) -> std::io::Result<()> {
        self.write(&format!("{line}\n"))
    }

    fn write(&self, text: &str) -> std::io::Result<()> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
        Ok(())
    }

    fn note(&self, line: &str) -> std::io::Result<()> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
        Ok(())
    }
}

/// Runs a script with this client as `gl` and these `args`.
pub(crate) fn run(client: Gitlab, args: &[&str], script: &str) -> (Result<Dynamic, String>, Arc<Printed>) {
    let printed = Arc::new(Printed::default());
    let world = World {
        client,
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
        bridge: Bridge::default(),
        print: Arc::clone(&printed) as Arc<dyn Printer>,
    };
    let mut engine = ScriptEngine::new(&world);
    let result = match engine.compile(script) {
        Ok(program) => engine.run(&program).map_err(|thrown| words(&thrown)),
        Err(error) => Err(error.to_string()),
    };
    (result, printed)
}

/// `message | hint` of an error of ours, else what Rhai says.
fn words(thrown: &EvalAltResult) -> String {
    let EvalAltResult::ErrorRuntime(value, _) = thrown.unwrap_inner() else { return thrown.to_string() };
    match client_error(value) {
        Some(error) => {
            let error = error.error();
            format!("{} | {}", error.message(), error.hint().unwrap_or_default())
        }
        None => thrown.to_string(),
    }
}
