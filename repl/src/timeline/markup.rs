//! Writes XML that is HTML, too: elements, attributes, text. Whatever stands in text or in an attribute is escaped here,
//! and nowhere else.

use std::fmt::{Display, Write as _};

/// Markup that is being written.
#[derive(Debug, Default)]
pub(super) struct Markup {
    text: String,
    open: Vec<&'static str>,
}

/// An attribute's name and value.
pub(super) type Attribute<'a> = (&'static str, &'a dyn Display);

impl Markup {
    /// Begins with this text, which is taken as it is.
    pub(super) fn after(prologue: &'static str) -> Self {
        Self { text: prologue.to_owned(), open: Vec::new() }
    }

    /// Begins an element, which ends with [`Markup::close`].
    pub(super) fn open(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.begin(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// Ends the element that was begun last.
    pub(super) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.write(format_args!("</{name}>\n"));
        }
    }

    /// An element without content.
    pub(super) fn empty(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.begin(name, attributes);
        self.text.push_str("/>\n");
    }

    /// An element with nothing but text in it.
    pub(super) fn leaf(&mut self, name: &'static str, attributes: &[Attribute<'_>], text: &str) {
        self.begin(name, attributes);
        self.text.push('>');
        self.escaped(text);
        self.write(format_args!("</{name}>\n"));
    }

    /// All of it.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn begin(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.write(format_args!("<{name}"));
        for (name, value) in attributes {
            self.write(format_args!(" {name}=\""));
            self.escaped(&value.to_string());
            self.text.push('"');
        }
    }

    fn escaped(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                // Letters that no XML may hold, not even escaped.
                '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                    self.text.push('\u{fffd}');
                }
                other => self.text.push(other),
            }
        }
    }

    fn write(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(arguments);
    }
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn text_and_attributes_cannot_leave_their_place() {
        let mut markup = Markup::default();
        markup.open("g", &[("class", &"\"><script>")]);
        markup.leaf("text", &[("x", &1.5)], "</text>&\u{1b}\u{ffff}'");
        markup.empty("br", &[]);
        assert_eq!(
            markup.finish(),
            "<g class=\"&quot;&gt;&lt;script&gt;\">\n<text x=\"1.5\">&lt;/text&gt;&amp;\u{fffd}\u{fffd}'</text>\n<br/>\n</g>\n"
        );
    }
}
