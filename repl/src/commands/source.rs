//! Reading scripts.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use crate::engine::source_text::readable;
use crate::report::Script;

/// Reads a script; `-` is standard input.
///
/// # Errors
///
/// What is wrong with the file, for a person.
pub(crate) fn read(path: &Path) -> Result<Script, String> {
    let (name, text) = if path == Path::new("-") {
        let mut text = String::new();
        ("<stdin>".to_owned(), io::stdin().read_to_string(&mut text).map(|_| text))
    } else {
        (path.display().to_string(), fs::read_to_string(path))
    };
    match text {
        Ok(text) => Ok(Script { name, text: readable(text) }),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(format!("{name} is not text in UTF-8"))
        }
        Err(error) => Err(format!("{name} cannot be read: {error}")),
    }
}
