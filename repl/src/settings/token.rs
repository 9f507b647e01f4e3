//! A token, where it is kept, and whether others can read it there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rhailab_client::{Error, Secret, TokenKind};

use super::helper;

/// A token with its kind.
#[derive(Debug, Clone)]
pub struct Token {
    /// How GitLab takes it.
    pub kind: TokenKind,
    /// The token itself.
    pub secret: Secret,
}

/// Where a token is. It is read when it is known to be the one that counts.
#[derive(Debug)]
pub(super) enum TokenPlace {
    /// In a configuration file or in a variable.
    Text { kind: TokenKind, secret: Secret, file: Option<PathBuf> },
    /// A private token alone in a file.
    File(PathBuf),
    /// What a program prints.
    Helper { kind: TokenKind, command: String },
}

impl TokenPlace {
    /// The token.
    pub(super) fn read(self) -> Result<Token, Error> {
        match self {
            Self::Text { kind, secret, .. } => Ok(Token { kind, secret }),
            Self::File(path) => Ok(Token { kind: TokenKind::Private, secret: read(&path)? }),
            Self::Helper { kind, command } => Ok(Token { kind, secret: helper::run(&command)? }),
        }
    }

    /// What to say if others can read the file that the token is in.
    pub(super) fn exposed(&self) -> Option<String> {
        match self {
            Self::Text { file, .. } => file.as_deref().and_then(exposed),
            Self::File(path) => exposed(path),
            Self::Helper { .. } => None,
        }
    }
}

#[cfg(unix)]
fn exposed(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    // A file that cannot be looked at cannot be read either, and that is told by whoever reads it.
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    if metadata.permissions().mode() & 0o077 == 0 {
        return None;
    }
    let shown = path.display().to_string();
    let quoted = shlex::try_quote(&shown).map_or_else(|_| shown.clone(), |quoted| quoted.into_owned());
    Some(format!(
        "{shown} holds a token, and other users of this machine may read it; `chmod 600 {quoted}` stops that"
    ))
}

#[cfg(not(unix))]
fn exposed(_: &Path) -> Option<String> {
    None
}

/// The token in a file that holds nothing else.
pub(crate) fn read(path: &Path) -> Result<Secret, Error> {
    let place = path.display();
    let text = fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => Error::usage(format!("the token file {place} is not text")),
        _ => Error::io(&format!("the token file {place} cannot be read"), &error),
    })?;
    let token = text.trim();
    if token.is_empty() {
        return Err(Error::usage(format!("the token file {place} is empty")));
    }
    if token.contains(char::is_whitespace) {
        return Err(Error::usage(format!("the token file {place} holds more than one word"))
            .with_hint("It must hold the token and nothing else."));
    }
    Ok(Secret::from(token))
}
