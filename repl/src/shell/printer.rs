//! Where a session's output goes: to the standard streams, and news from the background above the prompt, so that it
//! does not tear what somebody is typing.

use std::io;
use std::sync::{Mutex, PoisonError};

use rustyline::ExternalPrinter;

use crate::engine::Printer;
use crate::output::log::LogStyle;
use crate::output::terminal::{Standard, neutral};

/// The printer of a session.
pub(super) struct ShellPrinter {
    standard: Standard,
    above_prompt: Mutex<Option<Box<dyn ExternalPrinter + Send>>>,
}

impl ShellPrinter {
    /// The printer, with or without colours in logs.
    pub(super) fn new(colors: bool) -> Self {
        Self { standard: Standard::new(colors), above_prompt: Mutex::default() }
    }

    pub(super) fn print_above_prompt(&self, printer: Option<Box<dyn ExternalPrinter + Send>>) {
        *self.above_prompt.lock().unwrap_or_else(PoisonError::into_inner) = printer;
    }
}

impl Printer for ShellPrinter {
    fn print(&self, line: &str) -> io::Result<()> {
        self.standard.print(line)
    }

    fn write(&self, text: &str) -> io::Result<()> {
        self.standard.write(text)
    }

    fn note(&self, line: &str) -> io::Result<()> {
        let mut above = self.above_prompt.lock().unwrap_or_else(PoisonError::into_inner);
        match above.as_mut() {
            Some(printer) => printer.print(format!("{}\n", neutral(line))).map_err(io::Error::other),
            None => self.standard.note(line),
        }
    }

    fn log_style(&self) -> LogStyle {
        self.standard.log_style()
    }
}

impl std::fmt::Debug for ShellPrinter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShellPrinter").finish_non_exhaustive()
    }
}
