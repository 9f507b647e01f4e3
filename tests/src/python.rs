//! python-gitlab, the client that most people write these recipes with, in a virtual environment of its
//! own. The environment is kept in the target directory between runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::run;

/// The release that the test speaks for.
const PACKAGE: &str = "python-gitlab==8.4.0";

/// The Python that has python-gitlab, set up below `directory` if it is not there yet.
///
/// # Errors
///
/// Why there is none: no Python, no `venv`, or no way to the package index.
pub fn with_python_gitlab(directory: &Path) -> Result<PathBuf, String> {
    let environment = directory.join("python-gitlab");
    let python = environment.join("bin").join("python");
    let stamp = environment.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == PACKAGE) {
        return Ok(python);
    }
    must(
        Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment),
        "a virtual environment cannot be made",
    )?;
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE];
    must(Command::new(&python).args(quiet), "python-gitlab cannot be installed")?;
    // Written last: an installation that was cut short has no stamp.
    fs::write(&stamp, PACKAGE).map_err(|error| format!("{} cannot be written: {error}", stamp.display()))?;
    Ok(python)
}

fn must(command: &mut Command, problem: &str) -> Result<(), String> {
    if Command::new(command.get_program()).arg("--version").output().is_err() {
        return Err(format!("{} is not here", command.get_program().display()));
    }
    let outcome = run(command);
    match outcome.status {
        Some(0) => Ok(()),
        _ => Err(format!("{problem}: {}", outcome.stderr.trim())),
    }
}
