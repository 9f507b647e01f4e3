//! What completion may know of a session: names and shapes, taken after each input, and the files of the working
//! directory. Values are not kept, and nothing is fetched.

use std::fs;
use std::path::{MAIN_SEPARATOR, Path};

use super::command;
use super::complete::{Command, ScriptFunction, Shape, Surroundings, shape_of};
use super::session::Session;

/// The names of a session.
#[derive(Debug, Default)]
pub(super) struct Known {
    variables: Vec<(String, Shape)>,
    functions: Vec<ScriptFunction>,
}

impl Known {
    pub(super) fn of(session: &Session) -> Self {
        let variables =
            session.variables().iter().map(|(name, value)| (name.clone(), shape_of(value))).collect();
        let functions = session.functions().into_iter();
        Self {
            variables,
            functions: functions
                .map(|(name, parameters)| ScriptFunction { name, parameters, doc: String::new() })
                .collect(),
        }
    }
}

impl Surroundings for Known {
    fn variables(&self) -> Vec<(String, Shape)> {
        self.variables.clone()
    }

    fn functions(&self) -> Vec<ScriptFunction> {
        self.functions.clone()
    }

    fn commands(&self) -> Vec<Command> {
        command::COMMANDS
            .iter()
            .map(|command| Command { name: command.name, takes: command.takes, doc: command.doc })
            .collect()
    }

    fn files(&self, beginning: &str) -> Vec<String> {
        let (directory, name) = match beginning.rfind(['/', MAIN_SEPARATOR]) {
            Some(slash) => beginning.split_at(slash + 1),
            None => ("", beginning),
        };
        let place = if directory.is_empty() { Path::new(".") } else { Path::new(directory) };
        // A directory that cannot be read has nothing to propose.
        let entries = fs::read_dir(place).into_iter().flatten().filter_map(Result::ok);
        let mut files: Vec<String> = entries
            .filter_map(|entry| {
                let found = entry.file_name().into_string().ok()?;
                let is_hidden = found.starts_with('.') && !name.starts_with('.');
                let end = if entry.path().is_dir() { "/" } else { "" };
                (found.starts_with(name) && !is_hidden).then(|| format!("{directory}{found}{end}"))
            })
            .collect();
        files.sort();
        files
    }
}
