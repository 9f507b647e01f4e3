//! What was run in a session, as a script that runs. The one thing that a script lacks is `_`: the value that a
//! later input calls so gets a name.

use super::last_value;
use super::lexer::{self, Kind, Source};
use super::secrets;

/// The inputs that ran without an error, in their order.
#[derive(Debug, Default)]
pub(crate) struct Record {
    inputs: Vec<Input>,
}

#[derive(Debug)]
struct Input {
    text: String,
    gave_value: bool,
}

/// A record as a script.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    pub(crate) script: String,
    /// How many inputs it holds.
    pub(crate) inputs: usize,
    /// Whether something that may be a secret was masked; then it has to be put in again, from the environment.
    pub(crate) masked: bool,
}

impl Record {
    pub(super) fn add(&mut self, text: &str, gave_value: bool) {
        self.inputs.push(Input { text: text.trim_end().to_owned(), gave_value });
    }

    /// The script.
    pub(crate) fn script(&self) -> Saved {
        let mut script = String::from("#!/usr/bin/env rhailab\n\n");
        let mut value: Option<usize> = None;
        for (number, input) in self.inputs.iter().enumerate() {
            let text = with_name(&input.text, value);
            if input.gave_value {
                value = Some(number);
            }
            let is_used = input.gave_value && self.is_used(number);
            let text = if is_used { with_value_named(&text, &name(number)) } else { text };
            script.push_str(&terminated(&text));
            script.push('\n');
        }
        let shown = secrets::masked(&script);
        Saved { masked: shown != script, inputs: self.inputs.len(), script: shown }
    }

    /// Whether an input behind this one means its value by `_`.
    fn is_used(&self, number: usize) -> bool {
        let mut later = self.inputs.iter().skip(number + 1);
        // The next input that gives a value may itself still mean this one.
        let mut over = false;
        later.any(|input| {
            let uses = !over && !last_value::offsets(&input.text).is_empty();
            over |= input.gave_value;
            uses
        })
    }
}

fn name(number: usize) -> String {
    format!("value_{}", number + 1)
}

/// The text with a name in place of `_`.
fn with_name(text: &str, value: Option<usize>) -> String {
    let Some(value) = value else {
        return text.to_owned();
    };
    let mut named = String::new();
    let mut rest = 0;
    for offset in last_value::offsets(text) {
        named.push_str(text.get(rest..offset).unwrap_or(""));
        named.push_str(&name(value));
        rest = offset + 1;
    }
    named.push_str(text.get(rest..).unwrap_or(""));
    named
}

/// The text with the value of its last expression in a variable.
fn with_value_named(text: &str, name: &str) -> String {
    let source = lexer::read(text);
    let start = last_statement(&source);
    let (before, last) = text.split_at(start);
    format!("{before}let {name} = {{ {} }};", last.trim())
}

/// The byte where the last statement begins: behind the last semicolon, and behind functions before it.
fn last_statement(source: &Source<'_>) -> usize {
    let count = source.tokens.len();
    let semicolon = source.level(0, count).filter(|index| source.word(*index) == ";").last();
    let mut first = semicolon.map_or(0, |index| index + 1);
    while matches!(source.word(first), "fn" | "private") {
        let body = source
            .level(first, count)
            .find(|index| source.kind(*index) == Some(Kind::Open) && source.word(*index) == "{");
        match body {
            Some(body) => first = source.next(body),
            None => break,
        }
    }
    source.tokens.get(first).map_or(source.text.len(), |token| token.start)
}

/// An input as statements that others can follow.
fn terminated(text: &str) -> String {
    let source = lexer::read(text);
    let Some(last) = source.tokens.last() else {
        return text.to_owned();
    };
    let start = last_statement(&source);
    let is_block = |word: &str| matches!(word, "if" | "for" | "while" | "loop" | "switch" | "try" | "{");
    let begins = source.tokens.iter().position(|token| token.start == start);
    let ends = text.get(last.start..last.end);
    let needs_none = match begins {
        // Nothing stands behind the last semicolon, or the last function.
        None => true,
        Some(first) => ends == Some(";") || ends == Some("}") && is_block(source.word(first)),
    };
    if needs_none {
        return text.to_owned();
    }
    // A comment at the end would swallow the semicolon.
    let (code, comment) = text.split_at(last.end);
    format!("{code};{comment}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(inputs: &[(&str, bool)]) -> String {
        let mut record = Record::default();
        for (text, gave_value) in inputs {
            record.add(text, *gave_value);
        }
        record.script().script.lines().skip(2).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn inputs_become_statements() {
        assert_eq!(
            saved(&[
                ("let x = 1", false),
                ("fn f(a) {\n  a\n}", false),
                ("f(x) // what", true),
                ("f(2);", false)
            ]),
            "let x = 1;\nfn f(a) {\n  a\n}\nf(x); // what\nf(2);"
        );
    }

    #[test]
    fn the_last_value_gets_a_name_where_it_is_used() {
        assert_eq!(
            saved(&[("1 + 1", true), ("let y = _ * 2", false), ("_ + y", true), ("_", true)]),
            "let value_1 = { 1 + 1 };\nlet y = value_1 * 2;\nlet value_3 = { value_1 + y };\nvalue_3;"
        );
        assert_eq!(
            saved(&[("fn f() { 1 } let a = 2; f() + a", true), ("print(_)", false)]),
            "fn f() { 1 } let a = 2; let value_1 = { f() + a };\nprint(value_1);"
        );
        assert_eq!(saved(&[("1", true), ("2", true), ("_", true)]), "1;\nlet value_2 = { 2 };\nvalue_2;");
    }

    #[test]
    fn tokens_do_not_get_into_the_file() {
        let mut record = Record::default();
        record.add("let t = \"glpat-abcdef\"", false);
        let saved = record.script();
        assert!(saved.masked && !saved.script.contains("abcdef"), "{saved:?}");
    }
}
