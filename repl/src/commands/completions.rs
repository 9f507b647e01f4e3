//! `rhailab completions`: what completes the commands and options in a shell.

use clap_complete::{Shell, generate};

use crate::cli::{Status, print, program};

/// Prints the script for a shell.
pub(crate) fn print_for(shell: Shell) -> Status {
    let mut script = Vec::new();
    generate(shell, &mut program(), "rhailab", &mut script);
    print(&script)
}
