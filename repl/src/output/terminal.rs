//! Text from elsewhere on a terminal: names and messages that a server sends may hold control sequences,
//! which must not reach the terminal.

use std::borrow::Cow;
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

/// The same, with colours left as they are: a script may print in colours, and they steer nothing.
///
/// ```
/// let text = "\u{1b}[1;31mred\u{1b}[0m\u{1b}[2J";
/// assert_eq!(rhailab::output::terminal::colored(text), "\u{1b}[1;31mred\u{1b}[0m␛[2J");
/// ```
#[must_use]
pub fn colored(text: &str) -> String {
    const BEGIN: &str = "\u{1b}[";
    let mut parts = text.split(BEGIN);
    let mut shown = parts.next().map(neutral).unwrap_or_default();
    for part in parts {
        let end = part.find(|letter| !matches!(letter, '0'..='9' | ';' | ':'));
        match end.filter(|end| part[*end..].starts_with('m')) {
            Some(end) => {
                let (color, rest) = part.split_at(end + 1);
                shown.extend([BEGIN, color, &neutral(rest)]);
            }
            None => shown.extend([neutral(BEGIN), neutral(part)]),
        }
    }
    shown
}

/// The text on one line, without any control character.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// JSON text with every letter escaped that a terminal might obey. It is the same data.
///
/// ```
/// assert_eq!(rhailab::output::terminal::escaped_json("\"a\u{9b}\""), "\"a\\u009b\"");
/// ```
#[must_use]
pub fn escaped_json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        // The first set of control characters stands in no text of JSON; all others fit into four digits.
        if is_special(letter) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

/// Whether a terminal shows all of the text and obeys none of it.
#[must_use]
pub fn is_harmless(text: &str) -> bool {
    text.chars().all(|letter| matches!(letter, '\n' | '\t') || !letter.is_control() && !is_special(letter))
}

pub(super) fn visible(letter: char) -> char {
    match letter {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(letter)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        special if is_special(special) => '\u{fffd}',
        other => other,
    }
}

/// The deletion, the second set of control characters, what begins a line or a paragraph, and what turns the direction of
/// writing around.
fn is_special(letter: char) -> bool {
    matches!(
        letter,
        '\x7f'..='\u{9f}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{61c}'
    )
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
    /// On a terminal a person looks at it; in a pipe a program reads it, and gets it as it is.
    fn print(&self, line: &str) -> io::Result<()> {
        let line: Cow<'_, str> = match self.logs {
            LogStyle { terminal: false, .. } => line.into(),
            LogStyle { colors: true, .. } => colored(line).into(),
            LogStyle { colors: false, .. } => neutral(line).into(),
        };
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
        progress::aside(|| writeln!(io::stderr().lock(), "{}", neutral(line)))
    }

    fn log_style(&self) -> LogStyle {
        self.logs
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any text, with more of what matters than chance would bring.
    fn text() -> impl Strategy<Value = String> {
        let letter = prop_oneof![
            3 => any::<char>(),
            2 => prop::char::range('\0', '\u{a0}'),
            1 => prop::char::range('\u{2000}', '\u{2070}'),
        ];
        prop::collection::vec(letter, 0..12).prop_map(|letters| letters.into_iter().collect())
    }

    fn is_obeyed(letter: char) -> bool {
        letter.is_control() || is_special(letter)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn nothing_that_a_terminal_obeys_is_left(text in text()) {
            let (many, one, json) = (neutral(&text), one_line(&text), escaped_json(&text));
            prop_assert!(is_harmless(&many) && is_harmless(&one));
            prop_assert!(!many.chars().any(|letter| is_obeyed(letter) && !matches!(letter, '\n' | '\t')));
            prop_assert!(!one.chars().any(is_obeyed));
            prop_assert!(!json.chars().any(is_special));
            // Columns stay, and what is harmless stays as it is.
            prop_assert_eq!(many.chars().count(), text.chars().count());
            for (before, after) in text.chars().zip(one.chars()) {
                prop_assert!(before == after || is_obeyed(before));
            }
        }

        #[test]
        fn of_what_a_terminal_obeys_colors_alone_are_left(
            parts in prop::collection::vec((text(), "\u{1b}?\\[?[0-9;:]{0,3}[mJ]?"), 0..4)
        ) {
            let text: String = parts.into_iter().flat_map(|(text, sequence)| [text, sequence]).collect();
            let shown = colored(&text);
            let mut parts = shown.split("\u{1b}[");
            prop_assert!(parts.next().is_some_and(is_harmless));
            for part in parts {
                let (color, rest) = part.split_once('m').unwrap_or(("no colour", part));
                prop_assert!(color.chars().all(|letter| matches!(letter, '0'..='9' | ';' | ':')));
                prop_assert!(is_harmless(rest));
            }
        }

        #[test]
        fn escaped_json_is_the_same_data(text in text()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(serde_json::from_str::<String>(&escaped_json(&json)).unwrap(), text);
        }
    }
}
