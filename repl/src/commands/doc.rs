//! `rhailab doc`: prints a page of help.

use crate::cli::{GlobalOptions, Status, complain, print};
use crate::help;
use crate::output::terminal;

/// Prints the page about a topic, which may be several words.
pub(crate) fn show(global: &GlobalOptions, words: &[String]) -> Status {
    match help::page(&words.join("."), terminal::width(), global.color.for_stdout()) {
        Ok(page) => print(page.as_bytes()),
        Err(unknown) => complain(&unknown.to_string()),
    }
}
