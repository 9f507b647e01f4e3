//! The project that a command is about, as people name it: by number, by full path, or by where they are.

use rhailab_client::Id;

use crate::git_remote;

/// The project that the argument names, or the one of the working directory.
pub(crate) fn of(argument: Option<&str>, server: &str) -> Result<Id, String> {
    let Some(project) = argument else {
        return git_remote::project(server).map(Id::from);
    };
    if let Ok(number) = project.parse::<i64>() {
        return Ok(number.into());
    }
    if project.contains("://") {
        return Err(format!("{project:?} is a URL; write the project's full path, such as group/app"));
    }
    if !project.contains('/') {
        return Err(format!(
            "{project:?} is no project; write its number or its full path, such as group/app"
        ));
    }
    Ok(project.into())
}
