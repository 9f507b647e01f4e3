//! What is wrong with a scenario: where, what, and how to mend it.
//!
//! This file owns the list of problems and how they are told. It knows none of the rules that find them.

use std::fmt;

use rhailab_client::nearest;

use rhailab_yaml::Span;

/// One thing that is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

/// The problems of one file, as they are found.
#[derive(Debug)]
pub(super) struct Problems<'a> {
    text: &'a str,
    found: Vec<Problem>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, found: Vec::new() }
    }

    /// Notes a problem.
    pub(super) fn add(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let (line, column) = span.line_and_column(self.text);
        self.found.push(Problem { line, column, message: message.into(), help: help.into() });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of them, in the order of the file.
    pub(super) fn into_list(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|problem| (problem.line, problem.column));
        self.found
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n  help: {}", self.line, self.column, self.message, self.help)
    }
}

/// The help for a word that is not in a list.
pub(super) fn suggestion(word: &str, known: &[&str], otherwise: &str) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{otherwise} {}", listed(known)),
    }
}

/// Words in backticks, with commas between them.
pub(super) fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters() {
        let text = "a: 1\n\u{e9}\u{e9}: x\n";
        let mut problems = Problems::new(text);
        problems.add(Span { file: 0, start: text.find('x').unwrap(), end: text.len() }, "second", "b");
        problems.add(Span::default(), "first", "a");
        // A place behind the end, or inside of a character, is told as well as can be.
        problems.add(Span { file: 0, start: 99, end: 99 }, "third", "c");
        let found: Vec<String> = problems.into_list().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["1:1: first\n  help: a", "2:5: second\n  help: b", "3:1: third\n  help: c"]);
    }

    #[test]
    fn near_words_are_suggested() {
        assert_eq!(
            suggestion("durration", &["stage", "duration"], "its keys are"),
            "did you mean `duration`?"
        );
        assert_eq!(
            suggestion("zzz", &["stage", "duration"], "its keys are"),
            "its keys are `stage`, `duration`"
        );
    }
}
