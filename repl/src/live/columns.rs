//! A line of the screen in pieces, cut where the screen ends. Letters that belong together, such as an emoji with its
//! modifiers, are never torn apart, and escape sequences take no room.

use anstyle::Style;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

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

/// A text over exactly so many columns.
pub(super) fn padded(text: &str, columns: usize) -> String {
    let mut text = shortened(text, columns);
    text.push_str(&" ".repeat(columns - text.width()));
    text
}

/// A text over so many columns at the most; an ellipsis tells that something is missing.
pub(super) fn shortened(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.graphemes(true) {
        if kept.width() + letter.width() + 1 > columns {
            break;
        }
        kept.push_str(letter);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use anstyle::AnsiColor;

    use super::*;

    #[test]
    fn texts_take_the_columns_that_they_get() {
        let cases = [
            ("build", 8, "build   "),
            ("build", 5, "build"),
            ("build", 4, "bui…"),
            ("build", 1, "…"),
            ("build", 0, ""),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日… "),
            ("🚀 ship", 5, "🚀 s…"),
            ("👩‍👩‍👧 family", 3, "👩‍👩‍👧…"),
            ("👩‍👩‍👧 family", 2, "… "),
        ];
        for (text, columns, shown) in cases {
            assert_eq!(padded(text, columns), shown, "{text} over {columns}");
        }
    }

    #[test]
    fn a_line_ends_where_the_screen_does_and_colours_take_no_room() {
        let red = AnsiColor::Red.on_default();
        let line = || Line::new(6, true).push("ab", red).plain(" cd").push("efgh", red);
        assert_eq!(line().finish(), "\u{1b}[31mab\u{1b}[0m cd\u{1b}[31m…\u{1b}[0m");
        assert_eq!(Line::new(6, false).push("ab", red).plain("   ").finish(), "ab");
    }
}
