//! The texts that run together under one name, and where in them a line is: a script is one text, a session is all
//! that was typed so far, each input behind the one before. Knows nothing of errors.

use rhai::{AST, Position};

use super::closures::Closures;

/// A script with its name.
#[derive(Debug, Clone)]
pub struct Script {
    /// The file's name, or what stands for it.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// Texts whose lines are counted through.
#[derive(Debug, Default)]
pub struct Sources {
    /// What Rhai knows them by; several texts can go by one name.
    names: Vec<String>,
    parts: Vec<Part>,
    closures: Closures,
}

#[derive(Debug)]
struct Part {
    script: Script,
    /// How many lines stand before it.
    before: usize,
}

impl Sources {
    /// No texts yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One script, which Rhai knows by its own name.
    #[must_use]
    pub fn of(script: Script) -> Self {
        let mut sources = Self::new();
        let name = script.name.clone();
        sources.add(script, &name);
        sources
    }

    /// Whether Rhai means one of these texts by this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// Adds a text behind all others, which Rhai knows by this name, and answers how many lines stand before it.
    pub fn add(&mut self, script: Script, name: &str) -> usize {
        if !self.has(name) {
            self.names.push(name.to_owned());
        }
        let before = self.parts.last().map_or(0, |last| last.before + lines(&last.script.text));
        self.parts.push(Part { script, before });
        before
    }

    /// Takes in what one of the texts was compiled to, for what only the syntax tells.
    pub fn add_program(&mut self, program: &AST) {
        self.closures.add(program);
    }

    /// The closures of all texts.
    pub(super) fn closures(&self) -> &Closures {
        &self.closures
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
        let foreign = source.filter(|source| !self.has(source));
        let found = if foreign.is_none() { self.find(position) } else { None };
        let (name, position) = match &found {
            Some((script, position)) => (script.name.as_str(), *position),
            None => (foreign.unwrap_or_else(|| self.names.first().map_or("", String::as_str)), position),
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
        let mut sources = Sources::new();
        let named = |name: &str, text: &str| Script { name: name.to_owned(), text: text.to_owned() };
        let input = |text: &str| named("<shell>", text);
        assert_eq!(sources.add(input("let a = 1;"), "<shell>"), 0);
        assert_eq!(sources.add(input("fn f() {\n  a\n}"), "<shell>"), 1);
        assert_eq!(sources.add(named("lib.rhai", "f()\n"), "/here/lib.rhai"), 4);
        assert_eq!(sources.add(input("x"), "<shell>"), 6);
        let place = |line| sources.describe(None, Position::new(line, 2));
        assert_eq!(place(1), "<shell>:1:2");
        assert_eq!(place(3), "<shell>:2:2");
        assert_eq!(place(5), "lib.rhai:1:2");
        assert_eq!(place(7), "<shell>:1:2");
        assert_eq!(sources.describe(Some("/here/lib.rhai"), Position::new(5, 2)), "lib.rhai:1:2");
        assert_eq!(sources.describe(Some("lib.rhai"), Position::new(7, 2)), "lib.rhai:7:2");
        assert_eq!(sources.describe(None, Position::NONE), "<shell>");
    }
}
