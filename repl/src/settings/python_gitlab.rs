//! python-gitlab's own configuration, read as it is: `PYTHON_GITLAB_CFG`, or else `/etc/python-gitlab.cfg` with
//! `~/.python-gitlab.cfg` over it. A section for each server, `[global]` with the default's name and with values for all.
//! Keys that mean nothing here are passed over.

mod ini;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rhailab_client::{Error, Secret, TokenKind};

use super::environment::non_empty;
use super::helper;
use super::layer::Layer;
use super::{Source, Sourced, TokenPlace};
use ini::Ini;

const NAMED_BY: &str = "PYTHON_GITLAB_CFG";
const SYSTEM: &str = "/etc/python-gitlab.cfg";
const OF_USER: &str = ".python-gitlab.cfg";

/// The section with the default and with values for all servers.
const GLOBAL: &str = "global";

const TOKENS: [(&str, TokenKind); 3] =
    [("private_token", TokenKind::Private), ("oauth_token", TokenKind::OAuth), ("job_token", TokenKind::Job)];

/// The files that there are, each before those that it is laid over.
#[derive(Debug, Default)]
pub(super) struct PythonGitlab {
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    ini: Ini,
}

/// A value with the file that it stands in.
struct Value<'a> {
    text: String,
    file: &'a Path,
}

impl PythonGitlab {
    pub(super) fn read(environment: &impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        if let Some(named) = non_empty(environment(NAMED_BY)) {
            let path = PathBuf::from(named);
            let file = File::read(&path)?.ok_or_else(|| {
                Error::usage(format!("{NAMED_BY} names {}, and there is no such file", path.display()))
            })?;
            return Ok(Self { files: vec![file] });
        }
        let of_user = non_empty(environment("HOME")).map(|home| Path::new(&home).join(OF_USER));
        Self::of_files(of_user.into_iter().chain([PathBuf::from(SYSTEM)]))
    }

    fn of_files(paths: impl IntoIterator<Item = PathBuf>) -> Result<Self, Error> {
        let files = paths.into_iter().filter_map(|path| File::read(&path).transpose());
        Ok(Self { files: files.collect::<Result<_, _>>()? })
    }

    /// The section that counts when none is named, and the file that says so.
    pub(super) fn default_section(&self) -> Result<Option<(String, &Path)>, Error> {
        Ok(self.value(GLOBAL, "default")?.map(|value| (value.text, value.file)))
    }

    /// The names of the servers.
    pub(super) fn servers(&self) -> impl Iterator<Item = &str> {
        self.files.iter().flat_map(|file| file.ini.sections()).filter(|name| *name != GLOBAL)
    }

    /// What a section says, with what `[global]` says for all; `None` where there is no such section.
    pub(super) fn layer(&self, section: &str) -> Result<Option<Layer>, Error> {
        if section == GLOBAL || !self.has(section) {
            return Ok(None);
        }
        let source = Source::PythonGitlab(section.to_owned());
        let url = self.value(section, "url")?.ok_or_else(|| {
            let files: Vec<String> = self.files.iter().map(|file| file.path.display().to_string()).collect();
            Error::usage(format!("the section [{section}] in {} has no url", files.join(" and ")))
        })?;
        self.check_version(section)?;
        let mut layer = Layer {
            url: Some(Sourced { value: url.text, source: source.clone() }),
            token: self.token(section)?.map(|value| Sourced { value, source: source.clone() }),
            read_timeout: self.timeout(section)?.map(|value| Sourced { value, source: source.clone() }),
            ..Layer::default()
        };
        if let Some(verify) = self.value_or_global(section, "ssl_verify")? {
            let (insecure, ca_file) = match truth(&verify.text) {
                Some(verified) => (!verified, None),
                None => (false, Some(PathBuf::from(verify.text))),
            };
            layer.insecure = Some(Sourced { value: insecure, source: source.clone() });
            layer.ca_file = ca_file.map(|value| Sourced { value, source });
        }
        if let Some(name) = self.value(section, "http_username")? {
            layer.warnings.push(format!(
                "http_username in the section [{section}] of {} is not used: requests carry a token or nothing",
                name.file.display()
            ));
        }
        Ok(Some(layer))
    }

    fn token(&self, section: &str) -> Result<Option<TokenPlace>, Error> {
        let mut found = Vec::new();
        for (key, kind) in TOKENS {
            let Some(value) = self.value(section, key)?.filter(|value| !value.text.is_empty()) else {
                continue;
            };
            let command = value.text.get(..helper::PREFIX.len());
            let is_helper = command.is_some_and(|start| start.eq_ignore_ascii_case(helper::PREFIX));
            found.push(if is_helper {
                TokenPlace::Helper { kind, command: value.text[helper::PREFIX.len()..].trim().to_owned() }
            } else {
                TokenPlace::Text { kind, secret: Secret::from(value.text), file: Some(value.file.to_owned()) }
            });
        }
        if found.len() > 1 {
            return Err(Error::usage(format!(
                "the section [{section}] of python-gitlab's configuration has more than one token"
            ))
            .with_hint("Leave the one to speak with."));
        }
        Ok(found.pop())
    }

    /// python-gitlab's time limit is for the server's silence, not for a call as a whole.
    fn timeout(&self, section: &str) -> Result<Option<Duration>, Error> {
        let Some(value) = self.value_or_global(section, "timeout")? else { return Ok(None) };
        match value.text.parse() {
            Ok(seconds) if seconds > 0 => Ok(Some(Duration::from_secs(seconds))),
            _ => Err(Error::usage(format!(
                "`timeout` in {} must be a whole number of seconds above 0",
                value.file.display()
            ))),
        }
    }

    fn check_version(&self, section: &str) -> Result<(), Error> {
        match self.value_or_global(section, "api_version")? {
            Some(version) if version.text != "4" => Err(Error::usage(format!(
                "`api_version` in {} must be 4, the only one that there is",
                version.file.display()
            ))),
            _ => Ok(()),
        }
    }

    fn has(&self, section: &str) -> bool {
        self.files.iter().any(|file| file.ini.section(section).is_some())
    }

    fn value_or_global(&self, section: &str, key: &str) -> Result<Option<Value<'_>>, Error> {
        match self.value(section, key)? {
            Some(value) => Ok(Some(value)),
            None => self.value(GLOBAL, key),
        }
    }

    /// A value of a section that there is, or the one that `[DEFAULT]` has for all of them.
    fn value(&self, section: &str, key: &str) -> Result<Option<Value<'_>>, Error> {
        if !self.has(section) {
            return Ok(None);
        }
        let mut files = self.files.iter();
        let own = files.find_map(|file| Some((file.ini.section(section)?.get(key)?, file.path.as_path())));
        let mut files = self.files.iter();
        let found =
            own.or_else(|| files.find_map(|file| Some((file.ini.defaults().get(key)?, file.path.as_path()))));
        found.map(|(text, file)| Ok(Value { text: without_escapes(text, key, file)?, file })).transpose()
    }
}

impl File {
    /// Reads a file; `None` where there is none.
    fn read(path: &Path) -> Result<Option<Self>, Error> {
        let place = path.display();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Error::io(
                    &format!("python-gitlab's configuration {place} cannot be read"),
                    &error,
                ));
            }
        };
        let ini = Ini::parse(&text).map_err(|problem| {
            Error::usage(format!(
                "python-gitlab's configuration {place}, line {}: {}",
                problem.line, problem.what
            ))
            .with_hint(format!("{NAMED_BY}=/dev/null leaves it out."))
        })?;
        Ok(Some(Self { path: path.to_owned(), ini }))
    }
}

/// The value with `%%` as `%`. A single `%` would have Python put another value in its place.
fn without_escapes(text: &str, key: &str, file: &Path) -> Result<String, Error> {
    if text.replace("%%", "").contains('%') {
        return Err(Error::usage(format!(
            "`{key}` in {} has a % in it that refers to another value, which is not followed here",
            file.display()
        ))
        .with_hint("Write the value out; a % itself is written %%."));
    }
    Ok(text.replace("%%", "%"))
}

/// What Python takes for true and false.
fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => Some(true),
        "0" | "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
