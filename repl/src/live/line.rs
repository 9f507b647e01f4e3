//! A line of the screen in pieces, cut where the screen ends. Escape sequences take no room.

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use crate::output::columns::shortened;

/// A line that grows piece by piece.
#[derive(Debug)]
pub(super) struct Line {
    room: usize,
    color: bool,
    text: String,
}

impl Line {
    /// An empty line with room for so many columns.
    pub(super) fn new(room: usize, color: bool) -> Self {
        Self { room, color, text: String::new() }
    }

    /// Adds a piece, or what there is room for.
    pub(super) fn push(mut self, text: &str, style: Style) -> Self {
        let text = shortened(text, self.room);
        self.room -= text.width();
        if self.color && style != Style::new() && !text.trim().is_empty() {
            self.text.push_str(&format!("{style}{text}{style:#}"));
        } else {
            self.text.push_str(&text);
        }
        self
    }

    /// The same without a colour.
    pub(super) fn plain(self, text: &str) -> Self {
        self.push(text, Style::new())
    }

    /// The line, without blanks at its end.
    pub(super) fn finish(self) -> String {
        self.text.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use anstyle::AnsiColor;

    use super::*;

    #[test]
    fn a_line_ends_where_the_screen_does_and_colours_take_no_room() {
        let red = AnsiColor::Red.on_default();
        let line = || Line::new(6, true).push("ab", red).plain(" cd").push("efgh", red);
        assert_eq!(line().finish(), "\u{1b}[31mab\u{1b}[0m cd\u{1b}[31m…\u{1b}[0m");
        assert_eq!(Line::new(6, false).push("ab", red).plain("   ").finish(), "ab");
    }
}
