//! Text from elsewhere on a terminal: names and messages that a server sends may hold control sequences,
//! which must not reach the terminal.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use super::log::LogStyle;
use crate::engine::Printer;
use crate::progress;

/// The text with every control character but newline and tab replaced by a visible picture of it.
///
/// ```
/// assert_eq!(rhailab::output::terminal::neutral("a\u{1b}[31mb\r"), "a␛[31mb␍");
/// ```
#[must_use]
pub fn neutral(text: &str) -> String {
    text.chars().map(|letter| if matches!(letter, '\n' | '\t') { letter } else { visible(letter) }).collect()
}

/// The text on one line, without any control character.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars().map(visible).collect()
}

pub(super) fn visible(letter: char) -> char {
    match letter {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(letter)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        // The second set of control characters, and those that turn the direction of writing around.
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        other => other,
    }
}

/// How many columns there are on standard output, 80 where it is no terminal.
#[must_use]
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(80, |(terminal_size::Width(width), _)| usize::from(width))
}

/// The program's own standard streams.
#[derive(Debug, Default)]
pub struct Standard {
    logs: LogStyle,
}

impl Standard {
    /// The streams, with or without colours in logs.
    #[must_use]
    pub fn new(colors: bool) -> Self {
        Self { logs: LogStyle { colors, terminal: io::stdout().is_terminal() } }
    }

    /// The streams, for an engine.
    #[must_use]
    pub fn shared(colors: bool) -> Arc<dyn Printer> {
        Arc::new(Self::new(colors))
    }
}

impl Printer for Standard {
    fn print(&self, line: &str) -> io::Result<()> {
        progress::aside(|| {
            let mut out = io::stdout().lock();
            writeln!(out, "{line}")
        })
    }

    fn write(&self, text: &str) -> io::Result<()> {
        progress::aside(|| {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()
        })
    }

    fn note(&self, line: &str) -> io::Result<()> {
        progress::aside(|| writeln!(io::stderr().lock(), "{line}"))
    }

    fn log_style(&self) -> LogStyle {
        self.logs
    }
}
