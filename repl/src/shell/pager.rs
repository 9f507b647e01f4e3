//! Long output, through the pager that the environment names when it does not fit the terminal. Knows no values.

use std::io::{self, Write as _};
use std::process::{Command, Stdio};

/// Writes a text to the terminal; one that does not fit goes through the pager.
///
/// # Errors
///
/// What the system says when nothing can be written.
pub(super) fn write(text: &str, may_page: bool) -> io::Result<()> {
    let height = terminal_size::terminal_size().map(|(_, terminal_size::Height(height))| usize::from(height));
    let fits = height.is_none_or(|height| text.lines().count() + 2 <= height);
    if !fits && may_page && page(text) {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Whether a pager took it.
fn page(text: &str) -> bool {
    let chosen = std::env::var("PAGER").unwrap_or_default();
    let mut words = chosen.split_whitespace();
    let program = words.next().unwrap_or("less");
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Leave what fits on the screen there, show colours, and do not clear.
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    if let Some(mut input) = child.stdin.take() {
        // Who leaves the pager before the end has seen enough.
        let _ = input.write_all(text.as_bytes()).and_then(|()| input.write_all(b"\n"));
    }
    child.wait().is_ok()
}
