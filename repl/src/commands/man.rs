//! `rhailab man`: manual pages, made of what the command line says about itself.

use std::path::{Path, PathBuf};
use std::{fs, io};

use clap_mangen::Man;

use super::written;
use crate::cli::{Status, print, program, say};

/// Prints the program's page, or writes those of all commands into a directory.
pub(crate) fn write(directory: Option<&Path>) -> Status {
    let Some(directory) = directory else {
        let mut page = Vec::new();
        return match Man::new(program()).render(&mut page) {
            Ok(()) => print(&page),
            Err(error) => {
                say(&format!("error: the manual page cannot be made: {error}"));
                Status::Failure
            }
        };
    };
    written::report(directory, pages(directory))
}

fn pages(directory: &Path) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(directory)?;
    let mut program = program().disable_help_subcommand(true);
    program.build();
    let commands = std::iter::once(&program).chain(program.get_subcommands());
    commands.map(|command| Man::new(command.clone()).generate_to(directory)).collect()
}
