//! The texts that run together under one name, and where in them a line is: a script is one text, a session is all
//! that was typed so far, each input behind the one before. Knows nothing of errors.

use rhai::Position;

/// A script with its name.
#[derive(Debug, Clone)]
pub struct Script {
    /// The file's name, or what stands for it.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// Texts whose lines are counted through.
#[derive(Debug)]
pub struct Sources {
    name: String,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    script: Script,
    /// How many lines stand before it.
    before: usize,
}

impl Sources {
    /// Texts that come one by one, all of them with this name as their source.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), parts: Vec::new() }
    }

    /// One script.
    #[must_use]
    pub fn of(script: Script) -> Self {
        let mut sources = Self::named(&script.name);
        sources.add(script);
        sources
    }

    /// What the source of all parts is called where Rhai names it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Adds a text behind all others, and answers how many lines stand before it.
    pub fn add(&mut self, script: Script) -> usize {
        let before = self.parts.last().map_or(0, |last| last.before + lines(&last.script.text));
        self.parts.push(Part { script, before });
        before
    }

    /// The text that has this line, and the place inside of it.
    pub(super) fn find(&self, position: Position) -> Option<(&Script, Position)> {
        let line = position.line()?;
        let part = self.parts.iter().rev().find(|part| part.before < line)?;
        let own = u16::try_from(line - part.before).ok()?;
        let column = position.position().and_then(|column| u16::try_from(column).ok()).unwrap_or(0);
        Some((&part.script, Position::new(own, column)))
    }

    /// A place for a person, `NAME:LINE:COLUMN`; `source` is the file that it is in, if that is none of these.
    pub(super) fn describe(&self, source: Option<&str>, position: Position) -> String {
        let foreign = source.filter(|source| *source != self.name);
        let found = if foreign.is_none() { self.find(position) } else { None };
        let (name, position) = match &found {
            Some((script, position)) => (script.name.as_str(), *position),
            None => (foreign.unwrap_or(&self.name), position),
        };
        match (position.line(), position.position()) {
            (Some(line), Some(column)) => format!("{name}:{line}:{column}"),
            (Some(line), None) => format!("{name}:{line}"),
            _ => name.to_owned(),
        }
    }

    /// All texts.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.script.text.as_str())
    }
}

fn lines(text: &str) -> usize {
    text.split('\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_in_the_input_that_has_it() {
        let mut sources = Sources::named("<shell>");
        let input = |text: &str| Script { name: "<shell>".to_owned(), text: text.to_owned() };
        assert_eq!(sources.add(input("let a = 1;")), 0);
        assert_eq!(sources.add(input("fn f() {\n  a\n}")), 1);
        assert_eq!(sources.add(Script { name: "lib.rhai".to_owned(), text: "f()\n".to_owned() }), 4);
        assert_eq!(sources.add(input("x")), 6);
        let place = |line| sources.describe(None, Position::new(line, 2));
        assert_eq!(place(1), "<shell>:1:2");
        assert_eq!(place(3), "<shell>:2:2");
        assert_eq!(place(5), "lib.rhai:1:2");
        assert_eq!(place(7), "<shell>:1:2");
        assert_eq!(sources.describe(Some("other.rhai"), Position::new(7, 2)), "other.rhai:7:2");
        assert_eq!(sources.describe(None, Position::NONE), "<shell>");
    }
}
