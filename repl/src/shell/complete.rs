//! Completion of what is being typed, from the endpoint table and the engine's tables. It asks its surroundings for
//! names only and runs nothing: no request is sent for it, and no value is read.

mod callee;
mod command;
mod infer;
mod matching;
mod members;
mod names;
mod scope;
mod shape;
mod text;
mod value;
mod wanted;

pub use command::{Argument, Command};
pub use shape::{Names, Shape};
pub use value::shape_of;

use super::lexer::{Ending, Kind, Source};
use command::Line;
use infer::Reading;
use matching::{Offer, choose};
use scope::{ends_value, is_dot};

/// What can be asked of the session around the text.
pub trait Surroundings {
    /// The session's variables, in the order in which they are to be proposed.
    fn variables(&self) -> Vec<(String, Shape)>;

    /// The functions that the session's scripts declared.
    fn functions(&self) -> Vec<ScriptFunction>;

    /// The shell's commands.
    fn commands(&self) -> Vec<Command>;

    /// The files whose names begin like this, written as the beginning is; directories end with a slash.
    fn files(&self, beginning: &str) -> Vec<String>;
}

/// A function that a script declared.
#[derive(Clone, Debug, Default)]
pub struct ScriptFunction {
    /// Its name.
    pub name: String,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// What its comment says, if it has one.
    pub doc: String,
}

/// Something that could be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What replaces the text from [`Completion::start`] to the cursor.
    pub text: String,
    /// What is shown: a name with its type, or a signature.
    pub label: String,
    /// What it is, in one line of Markdown.
    pub doc: String,
}

/// What could be meant at a place of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The byte where what a candidate replaces begins; it ends at the cursor.
    pub start: usize,
    /// The candidates, the likeliest first.
    pub candidates: Vec<Candidate>,
}

/// What could be meant at the cursor, a byte of the input; one inside of a letter counts as before it.
#[must_use]
pub fn complete(input: &str, cursor: usize, around: &dyn Surroundings) -> Completion {
    let cursor = (0..=cursor.min(input.len())).rev().find(|at| input.is_char_boundary(*at)).unwrap_or(0);
    let (before, behind) = input.split_at(cursor);
    match command::line(before, around) {
        Line::Command(completion) => completion,
        Line::Code(begin, code) => {
            let mut completion = in_code(code, behind, around);
            completion.start += begin;
            for candidate in &mut completion.candidates {
                drop_what_follows(&mut candidate.text, behind);
            }
            completion
        }
    }
}

fn in_code(code: &str, behind: &str, around: &dyn Surroundings) -> Completion {
    let reading = Reading::new(code, behind, around);
    let (start, offers) = match reading.source.ending {
        Ending::Elsewhere => (code.len(), Vec::new()),
        Ending::Text { start, quote } => {
            let typed = code.get(start..).unwrap_or("");
            (start, text::texts(&reading, reading.source.tokens.len(), quote, typed))
        }
        Ending::Code => at_word(&reading),
    };
    let typed = code.get(start..).unwrap_or("");
    Completion { start, candidates: choose(typed, offers) }
}

/// What can stand where the word begins that is being typed, and where that is.
fn at_word(reading: &Reading<'_>) -> (usize, Vec<Offer>) {
    let source = &reading.source;
    let end = source.text.len();
    let last = source.tokens.last().filter(|last| last.end == end);
    let (at, start) = match last {
        Some(word) if word.kind == Kind::Word => (source.tokens.len() - 1, word.start),
        // Directly behind a value nothing can follow that would have to be completed.
        Some(last) if matches!(last.kind, Kind::Number | Kind::Text | Kind::Close) => {
            return (end, Vec::new());
        }
        _ => (source.tokens.len(), end),
    };
    (start, offers(reading, at, start))
}

fn offers(reading: &Reading<'_>, at: usize, start: usize) -> Vec<Offer> {
    let source = &reading.source;
    let Some(before) = at.checked_sub(1) else {
        return names::names(reading, at, true);
    };
    if is_dot(source, before) {
        return members::members(&reading.before(before));
    }
    if let Some(map) = text::key_place(reading, at) {
        return text::keys(reading, map);
    }
    if names_something_new(reading, at, before) {
        return Vec::new();
    }
    if !ends_value(source, before) {
        let is_statement = matches!(source.word(before), ";" | "{" | "}" | "=>");
        return names::names(reading, at, is_statement);
    }
    if is_on_new_line(source, before, start) {
        return names::names(reading, at, true);
    }
    match before.checked_sub(1).map(|earlier| source.word(earlier)) {
        Some("for") => vec![Offer::plain("in", "in ", "Goes through the values of what follows.")],
        Some("import") => vec![Offer::plain("as", "as ", "Gives the functions of the script a name.")],
        _ => Vec::new(),
    }
}

/// Whether a statement seems to begin behind a line that lacks its semicolon.
fn is_on_new_line(source: &Source<'_>, before: usize, start: usize) -> bool {
    let between = source.tokens.get(before).and_then(|token| source.text.get(token.end..start));
    let in_block = source.parent(before).is_none_or(|open| source.word(open) == "{");
    in_block && between.is_some_and(|space| space.contains('\n'))
}

/// Whether a name stands here that is not there yet.
fn names_something_new(reading: &Reading<'_>, at: usize, before: usize) -> bool {
    let source = &reading.source;
    let declares =
        matches!(source.word(before), "let" | "const" | "for" | "fn" | "as" | "import" | "::" | "catch");
    let list =
        source.parent(at).filter(|open| source.word(*open) == "(").and_then(|open| open.checked_sub(1));
    let in_list = list.is_some_and(|name| {
        matches!(source.word(name), "catch" | "for")
            || name.checked_sub(1).is_some_and(|word| source.word(word) == "fn")
    });
    declares || in_list || reading.scope.in_parameters
}

/// What stands behind the cursor already is not written twice: a parenthesis, a quote, a colon.
fn drop_what_follows(text: &mut String, behind: &str) {
    for end in ["()", "(", "\": ", "`: ", "\"", "`", "'", ": "] {
        let sign = end.trim_end().chars().next();
        if let (Some(bare), Some(sign)) = (text.strip_suffix(end), sign)
            && behind.starts_with(sign)
        {
            text.truncate(bare.len());
            return;
        }
    }
}

#[cfg(test)]
mod tests;
