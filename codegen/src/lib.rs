//! Turns Rhailab's description of GitLab's REST API, YAML files in `spec/`, into Rust sources.
//!
//! [`load()`] reads and judges a spec and makes a [`Model`]; [`generate`] turns the model into files;
//! [`build`] does both for a build script. `spec/README.md` explains the language of the files.

pub mod diagnostic;
pub mod model;

mod check;
mod emit;
mod load;
mod lower;
mod names;
mod output;
mod spanned;
mod syntax;

use std::path::Path;

pub use crate::diagnostic::{Code, Diagnostic, Diagnostics, Style};
pub use crate::emit::{File, generate, show};
pub use crate::load::Source;
pub use crate::model::Model;
pub use crate::output::{Error, write};
pub use rhailab_yaml::Span;

/// Reads the spec in a directory.
///
/// # Errors
/// All problems of all files together.
pub fn load(directory: &Path) -> Result<Model, Diagnostics> {
    match load::read_directory(directory) {
        Ok(sources) => parse(&sources),
        Err(error) => Err(Diagnostics::unreadable(&error.path, &error.source)),
    }
}

/// Reads a spec from memory.
///
/// # Errors
/// All problems of all files together.
pub fn parse(sources: &[Source]) -> Result<Model, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let mut names = Vec::new();
    let mut files = Vec::new();
    let mut unreadable = Vec::new();
    for source in sources {
        let text = load::decode(source, &mut diagnostics);
        let file = names.len();
        names.push(source.name.clone());
        match text.and_then(|text| load::parse(file, text, &mut diagnostics)) {
            Some(root) => files.push(syntax::file(file, &root, &mut diagnostics)),
            None => unreadable.push(file),
        }
    }
    let model = lower::lower(&files, &names, unreadable, &mut diagnostics);
    check::check(&model, &mut diagnostics);
    if diagnostics.is_empty() {
        return Ok(model);
    }
    diagnostics.sort();
    Err(diagnostics)
}

/// Reads the spec in a directory, writes the Rust sources to another one, and removes sources that
/// an earlier run wrote there and that are no longer part of the result.
///
/// # Errors
/// The problems of the spec, or that a file cannot be written.
pub fn build(spec: &Path, out: &Path) -> Result<(), Error> {
    let model = load(spec).map_err(|problems| Error::Spec(problems.below(spec)))?;
    write(&generate(&model), out)
}
