//! Commands that read and write scripts.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::super::Shell;
use super::Outcome;
use crate::commands::source;
use crate::help::examples::{self, EXAMPLES};

pub(super) fn run(shell: &mut Shell, file: &str) -> Outcome {
    let path = Path::new(file);
    let script = source::read(path)?;
    shell.last_file = Some(file.to_owned());
    shell.attend(|session| session.run_file(path, script));
    Ok(None)
}

pub(super) fn reload(shell: &mut Shell, _: &str) -> Outcome {
    match shell.last_file.clone() {
        Some(file) => run(shell, &file),
        None => Err("no file was run yet; `:run FILE` runs one".to_owned()),
    }
}

pub(super) fn save(shell: &mut Shell, file: &str) -> Outcome {
    let saved = shell.session.record().script();
    if saved.inputs == 0 {
        return Err("there is nothing to save yet".to_owned());
    }
    let mut options = OpenOptions::new();
    let mut target = options.write(true).create_new(true).open(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => format!("{file} exists; take another name, or remove it first"),
        _ => format!("{file} cannot be written: {error}"),
    })?;
    target
        .write_all(saved.script.as_bytes())
        .map_err(|error| format!("{file} cannot be written: {error}"))?;
    let masked = if saved.masked {
        "\nWhat may be a secret was masked; read it with `env(\"NAME\")` instead."
    } else {
        ""
    };
    Ok(Some(format!("{} inputs are in {file}; `rhailab {file}` runs them{masked}", saved.inputs)))
}

pub(super) fn examples(shell: &mut Shell, name: &str) -> Outcome {
    if name.is_empty() {
        let lines: Vec<String> =
            EXAMPLES.iter().map(|example| format!("{:<24}{}", example.name, example.title())).collect();
        return Ok(Some(format!("{}\n\n`:examples NAME` loads one to edit and run.", lines.join("\n"))));
    }
    let Some(example) = examples::find(name) else {
        let near = rhailab_client::nearest(name, EXAMPLES.iter().map(|example| example.name));
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(format!("there is no example {name:?}{near}"));
    };
    let code: Vec<&str> = example.text.lines().filter(|line| !line.starts_with("#!")).collect();
    shell.begun = code.join("\n").trim().to_owned();
    Ok(None)
}
