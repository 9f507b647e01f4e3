//! What a session knows: its variables, its functions, the last value, and what was run in it. Runs one input after
//! the other; how inputs are typed and values shown is not its business.

use std::fs;
use std::path::Path;

use rhai::{AST, Dynamic, EvalAltResult, ParseError, Scope};
use rhailab_client::Gitlab;

use super::last_value;
use super::record::Record;
use crate::engine::bridge::Bridge;
use crate::engine::{ScriptEngine, World};
use crate::report::{Script, Sources};

/// The name that Rhai knows all inputs by.
const NAME: &str = "<shell>";

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    engine: ScriptEngine,
    bridge: Bridge,
    scope: Scope<'static>,
    /// The functions of all inputs so far.
    program: AST,
    sources: Sources,
    record: Record,
}

/// Why an input gave no value.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It is no Rhai.
    Parse(ParseError),
    /// It threw.
    Thrown(Box<EvalAltResult>),
}

impl Session {
    pub(crate) fn new(world: &World) -> Self {
        Self {
            engine: ScriptEngine::new(world),
            bridge: world.bridge.clone(),
            scope: Scope::new(),
            program: AST::empty(),
            sources: Sources::new(),
            record: Record::default(),
        }
    }

    /// Runs what was typed.
    pub(crate) fn run(&mut self, text: &str) -> Result<Dynamic, Failure> {
        let script = Script { name: NAME.to_owned(), text: text.to_owned() };
        let value = self.run_part(script, NAME)?;
        self.record.add(text, !value.is_unit());
        Ok(value)
    }

    /// Runs the script of a file; what it declares stays in the session. Modules are looked for beside the file, and
    /// read again.
    pub(crate) fn run_file(&mut self, path: &Path, script: Script) -> Result<Dynamic, Failure> {
        self.engine.forget_modules();
        // The whole path tells the file apart from one that is imported by a shorter one.
        let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        self.run_part(script, &whole.display().to_string())
    }

    fn run_part(&mut self, script: Script, source: &str) -> Result<Dynamic, Failure> {
        // Lines are counted through, so that an error in a function of an earlier input is found there.
        let text = script.text.clone();
        let before = self.sources.add(script, source);
        let padded = format!("{}{text}", "\n".repeat(before));
        let underscores = last_value::places(&text, before);
        let mut input = self.engine.compile_with_names(&padded, underscores).map_err(Failure::Parse)?;
        input.set_source(source);
        self.sources.add_program(&input);
        self.program.combine(input);
        self.program.set_source(source);
        self.bridge.resume();
        let result = self.engine.run_in(&mut self.scope, &self.program);
        self.program.clear_statements();
        let value = result.map_err(Failure::Thrown)?;
        if !value.is_unit() {
            self.scope.set_or_push("_", value.clone());
        }
        Ok(value)
    }

    /// The last value, if there was one.
    pub(crate) fn last_value(&self) -> Option<Dynamic> {
        self.scope.get("_").cloned()
    }

    /// Makes `gl` another client.
    pub(crate) fn set_client(&self, client: Gitlab) {
        self.engine.set_client(client);
    }

    /// All texts that ran, to point into.
    pub(crate) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// What was run well, to save it.
    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    /// The variables, the latest first; a name that was declared again stands for the newer one alone.
    pub(crate) fn variables(&self) -> Vec<(String, Dynamic)> {
        let mut seen: Vec<(String, Dynamic)> = Vec::new();
        let all: Vec<_> = self.scope.iter().map(|(name, _, value)| (name.to_owned(), value)).collect();
        for (name, value) in all.into_iter().rev() {
            if !seen.iter().any(|(known, _)| *known == name) {
                seen.push((name, value));
            }
        }
        seen
    }

    /// The functions that were declared, with the names of their parameters.
    pub(crate) fn functions(&self) -> Vec<(String, Vec<String>)> {
        self.program
            .iter_functions()
            .filter(|function| !function.name.starts_with("anon$"))
            .map(|function| {
                let parameters = function.params.iter().map(|name| (*name).to_owned()).collect();
                (function.name.to_owned(), parameters)
            })
            .collect()
    }
}
