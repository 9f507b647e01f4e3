//! The scripting engine: Rhai bound to the client by the endpoint table. One type stands for every object
//! and one for every manager; the table decides what each of them can do, so a new resource needs nothing
//! here. This module sets the engine up; it knows neither the command line nor how values are shown.

pub(crate) mod arguments;
mod arrays;
pub mod bridge;
mod builtins;
mod client;
mod confirm;
mod download;
pub mod error;
mod files;
pub(crate) mod follow;
pub mod functions;
pub(crate) mod http;
mod items;
mod keyword;
mod manager;
mod modules;
mod notes;
mod object;
mod parallel;
mod sequence;
mod shard;
pub(crate) mod source_text;
pub mod syntax;
mod timeline;
mod unzip;
pub mod value;
mod variables;
mod verbs;
mod wait;
mod wait_all;
mod watch;
mod written;

use std::sync::Arc;

use rhai::{AST, Dynamic, Engine, EvalAltResult, OptimizationLevel, ParseError, Scope};

pub(crate) use arguments::{own_options, parameters};
use bridge::Bridge;
pub use builtins::ExitStatus;
pub use client::ClientRef;
pub(crate) use files::{is_chunk, is_file};
pub use manager::ManagerRef;
pub use object::ObjectRef;
pub use sequence::SequenceRef;
pub use timeline::TimelineRef;
pub use variables::free_variables;
pub(crate) use wait::failed_log;
pub(crate) use written::WrittenRef;

use crate::output::log::LogStyle;

/// What a script finds around it.
#[derive(Clone, Debug)]
pub struct World {
    /// The configured client, `gl`.
    pub client: rhailab_client::Gitlab,
    /// The script's own arguments, `args`.
    pub args: Vec<String>,
    /// Where requests run and interrupts come from.
    pub bridge: Bridge,
    /// Where `print` writes.
    pub print: Arc<dyn Printer>,
}

/// Where a script's own output goes.
pub trait Printer: Send + Sync + std::fmt::Debug {
    /// Writes a line of output.
    ///
    /// # Errors
    ///
    /// What the system says when it cannot be written.
    fn print(&self, line: &str) -> std::io::Result<()>;

    /// Writes text as it is, to be seen at once.
    ///
    /// # Errors
    ///
    /// What the system says when it cannot be written.
    fn write(&self, text: &str) -> std::io::Result<()>;

    /// Writes a line for the person in front of the screen.
    ///
    /// # Errors
    ///
    /// What the system says when it cannot be written.
    fn note(&self, line: &str) -> std::io::Result<()>;

    /// How it shows the logs of jobs. Default: as plain text.
    fn log_style(&self) -> LogStyle {
        LogStyle::default()
    }
}

/// A Rhai engine that speaks GitLab.
#[derive(Debug)]
pub struct ScriptEngine {
    engine: Engine,
    names: verbs::Names,
    configured: client::Configured,
    modules: modules::Modules,
}

impl ScriptEngine {
    /// An engine in this world. Nothing is sent.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let mut engine = Engine::new();
        // With any optimization Rhai drops statements that only name something, and a typo passes silently.
        engine.set_optimization_level(OptimizationLevel::None);
        set_limits(&mut engine);
        keyword::allow_after_dot(&mut engine);
        let modules = modules::Modules::default();
        engine.set_module_resolver(modules.clone());
        stop_when_interrupted(&mut engine, &world.bridge);
        error::register(&mut engine);
        let configured = client::register(&mut engine, world);
        manager::register(&mut engine);
        object::register(&mut engine);
        sequence::register(&mut engine);
        arrays::register(&mut engine);
        let names = verbs::register(&mut engine, notes::Notes::new(Arc::clone(&world.print)));
        http::register(&mut engine);
        wait::register(&mut engine, world);
        wait_all::register(&mut engine, world);
        parallel::register(&mut engine, world, &configured);
        shard::register(&mut engine);
        confirm::register(&mut engine, world, &configured);
        files::register(&mut engine);
        written::register(&mut engine);
        unzip::register(&mut engine, world);
        follow::register(&mut engine, world);
        watch::register(&mut engine, world);
        timeline::register(&mut engine);
        builtins::register(&mut engine, world);
        Self { engine, names, configured, modules }
    }

    /// Reads a script without running it.
    ///
    /// # Errors
    ///
    /// The first thing that is no Rhai.
    pub fn compile(&mut self, script: &str) -> Result<AST, ParseError> {
        self.compile_with_names(script, Vec::new())
    }

    /// The same, with `_` a variable's name at these places. Elsewhere it is what Rhai makes of it.
    ///
    /// # Errors
    ///
    /// The first thing that is no Rhai.
    pub fn compile_with_names(
        &mut self,
        script: &str,
        underscores: Vec<rhai::Position>,
    ) -> Result<AST, ParseError> {
        keyword::begin_script(underscores);
        let program = self.engine.compile(script)?;
        let mut called = keyword::names_after_dots();
        // `map` tries a function of the script's own as a method first, and must not find ours under its name.
        for function in program.iter_functions() {
            called.remove(function.name);
        }
        verbs::register_unknown(&mut self.engine, &self.names, called);
        Ok(program)
    }

    /// Runs a script and answers the value of its last expression.
    ///
    /// # Errors
    ///
    /// What the script threw and nobody caught.
    pub fn run(&self, script: &AST) -> Result<Dynamic, Box<EvalAltResult>> {
        self.run_in(&mut Scope::new(), script)
    }

    /// Runs a script among these variables; those that it declares stay there.
    ///
    /// # Errors
    ///
    /// What the script threw and nobody caught.
    pub fn run_in(&self, scope: &mut Scope<'static>, script: &AST) -> Result<Dynamic, Box<EvalAltResult>> {
        self.engine.eval_ast_with_scope(scope, script)
    }

    /// Lets the next import of a module read its file again.
    pub fn forget_modules(&self) {
        self.modules.forget();
    }

    /// Makes `gl` another client from now on. What scripts got from the one before still speaks to its server.
    pub fn set_client(&self, client: rhailab_client::Gitlab) {
        self.configured.set(client);
    }
}

/// Generous for a person's script, finite for a mistake.
fn set_limits(engine: &mut Engine) {
    // A script can hold all of what the client reads into memory.
    let most_in_memory = usize::try_from(rhailab_client::MOST_IN_MEMORY).unwrap_or(usize::MAX);
    engine
        .set_max_call_levels(128)
        .set_max_expr_depths(256, 128)
        .set_max_string_size(most_in_memory)
        // It holds for blobs, too: a downloaded archive is one.
        .set_max_array_size(most_in_memory)
        .set_max_map_size(1_000_000);
}

fn stop_when_interrupted(engine: &mut Engine, bridge: &Bridge) {
    let bridge = bridge.clone();
    engine.on_progress(move |_| bridge.interrupt().map(bridge::token));
}
