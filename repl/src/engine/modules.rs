//! `import "lib/name"`: finds a module beside the script that imports it, and reads each module once. Modules keep the
//! path of their file as their source, so that an error in one can be shown in its text.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};

use super::error::raise_usage_with;
use super::keyword;
use super::source_text::readable;

/// Reads modules from files. Copies share what was read. Two threads that import a module at the same time may both read
/// it; what the first of them made of it holds for all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Modules {
    read: Arc<Mutex<BTreeMap<PathBuf, Shared<Module>>>>,
}

thread_local! {
    /// The modules that this thread is reading, each imported by the one before.
    static OPEN: RefCell<Vec<PathBuf>> = const { RefCell::new(Vec::new()) };
}

/// The modules that are being read on this thread: a thread that works for it must not import them either.
pub(super) fn open() -> Vec<PathBuf> {
    OPEN.with_borrow(Clone::clone)
}

/// Lets this thread work for one that is reading these modules.
pub(super) fn work_within(open: Vec<PathBuf>) {
    OPEN.set(open);
}

impl Modules {
    /// Forgets what was read: a file may have changed since.
    pub(crate) fn forget(&self) {
        self.read().clear();
    }

    fn read(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Shared<Module>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ModuleResolver for Modules {
    fn resolve(
        &self,
        engine: &Engine,
        source: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        let file = file_of(source, path);
        let identity = fs::canonicalize(&file).unwrap_or_else(|_| file.clone());
        if let Some(module) = self.read().get(&identity) {
            return Ok(Arc::clone(module));
        }
        if OPEN.with_borrow(|open| open.contains(&identity)) {
            return Err(raise_usage_with(
                format!("the module {path:?} is being read already: {} imports itself", file.display()),
                "Move what both need into a third module.",
            ));
        }
        OPEN.with_borrow_mut(|open| open.push(identity.clone()));
        let module = read(engine, &file, path, position);
        OPEN.with_borrow_mut(Vec::pop);
        Ok(Arc::clone(self.read().entry(identity).or_insert(module?)))
    }
}

fn read(
    engine: &Engine,
    file: &Path,
    path: &str,
    position: Position,
) -> Result<Shared<Module>, Box<EvalAltResult>> {
    let text = fs::read_to_string(file).map_err(|error| {
        raise_usage_with(
            format!("the module {path:?} cannot be read from {}: {error}", file.display()),
            "A module's path begins at the directory of the script that imports it, and leaves `.rhai` out.",
        )
    })?;
    let name = file.display().to_string();
    let inside =
        |error: Box<EvalAltResult>| Box::new(EvalAltResult::ErrorInModule(name.clone(), error, position));
    keyword::begin_script(Vec::new());
    let mut script = engine.compile(readable(text)).map_err(|error| inside(error.into()))?;
    script.set_source(&name);
    Module::eval_ast_as_new(Scope::new(), &script, engine).map(Arc::new).map_err(inside)
}

/// The file of a module. A source that is no file, such as code from the command line, stands in the working directory.
fn file_of(source: Option<&str>, path: &str) -> PathBuf {
    let importer = source.filter(|source| !source.starts_with('<')).map(Path::new);
    let directory = importer.and_then(Path::parent).unwrap_or(Path::new(""));
    let mut file = directory.join(path);
    if file.extension().is_none_or(|extension| extension != "rhai") {
        file.as_mut_os_string().push(".rhai");
    }
    file
}

#[cfg(test)]
mod tests {
    use super::file_of;

    #[test]
    fn a_module_stands_beside_its_importer() {
        let file = |source, path| file_of(source, path).display().to_string();
        assert_eq!(file(Some("scripts/main.rhai"), "lib/a"), "scripts/lib/a.rhai");
        assert_eq!(file(Some("main.rhai"), "a.b"), "a.b.rhai");
        assert_eq!(file(Some("<eval>"), "a.rhai"), "a.rhai");
        assert_eq!(file(None, "a"), "a.rhai");
    }
}
