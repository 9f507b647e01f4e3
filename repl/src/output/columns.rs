//! Texts over columns of a terminal. Letters that belong together, such as an emoji with its modifiers, are never torn
//! apart.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// A text over exactly so many columns.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    let mut text = shortened(text, columns);
    text.push_str(&" ".repeat(columns - text.width()));
    text
}

/// A text over so many columns at the most; an ellipsis tells that something is missing.
pub(crate) fn shortened(text: &str, columns: usize) -> String {
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
}
