//! `import "lib/name"`: finds a module beside the script that imports it, and reads each module once. Modules keep the
//! path of their file as their source, so that an error in one can be shown in its text.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};

use super::error::raise_usage_with;
use super::keyword;
use super::source_text::readable;

/// Reads modules from files. Copies share what was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Modules {
    files: Arc<Mutex<Files>>,
}

#[derive(Debug, Default)]
struct Files {
    read: BTreeMap<PathBuf, Shared<Module>>,
    /// The modules that are being read, each imported by the one before.
    open: Vec<PathBuf>,
}

impl Modules {
    /// Forgets what was read: a file may have changed since.
    pub(crate) fn forget(&self) {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).read.clear();
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
        {
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(module) = files.read.get(&identity) {
                return Ok(Arc::clone(module));
            }
            if files.open.contains(&identity) {
                return Err(raise_usage_with(
                    format!("the module {path:?} is being read already: {} imports itself", file.display()),
                    "Move what both need into a third module.",
                ));
            }
            files.open.push(identity.clone());
        }
        let read = read(engine, &file, path, position);
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.open.pop();
        let module = read?;
        files.read.insert(identity, Arc::clone(&module));
        Ok(module)
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
