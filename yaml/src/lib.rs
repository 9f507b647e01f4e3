//! YAML documents as trees in which everything knows its place, so that whoever gives the keys a meaning can show where
//! something is wrong. Owns the rules of YAML itself: strict booleans, duplicate keys, limits against documents that grow
//! without bounds. Knows no key, and words no message about one.
//!
//! ```
//! use rhailab_yaml::{Limits, Value, parse};
//!
//! let text = "version: 1.10\nstages: [build, test]\n";
//! let document = parse(0, text, Limits { depth: 8, nodes: 100 })?;
//! let Value::Map(entries) = &document.value else { unreachable!() };
//! let (key, version) = &entries[0];
//! assert_eq!((key.scalar(), version.scalar()), (Some("version"), Some("1.10")));
//! assert_eq!(&text[version.span.start..version.span.end], "1.10");
//! # Ok::<(), rhailab_yaml::Fault>(())
//! ```

mod parse;

use std::collections::HashSet;

pub use parse::parse;

/// A stretch of a source file, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The number of the file among those that are read together.
    pub file: usize,
    /// The first byte.
    pub start: usize,
    /// The byte behind the last one.
    pub end: usize,
}

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands: what is between the quotes, where a text stands in quotes as it is; the beginning of a list or a map.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a [`Node`] holds. Numbers keep the text of the file, so that `1.10` stays `1.10`.
#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing.
    Null,
    /// `true` or `false`; other words of YAML's are texts.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A text.
    Text(String),
    /// Values in a row.
    List(Vec<Node>),
    /// Keys with values, in the order of the file; a key may be there twice. See [`duplicate_keys`].
    Map(Vec<(Node, Node)>),
}

/// How large a document may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many lists and maps may stand in one another.
    pub depth: usize,
    /// How many values the document may have, and how many its aliases may add.
    pub nodes: usize,
}

/// Why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where that was found out.
    pub span: Span,
    /// What it is.
    pub kind: FaultKind,
}

/// The kinds of [`Fault`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// More lists and maps stand in one another than [`Limits::depth`].
    TooDeep,
    /// There are more values than [`Limits::nodes`].
    TooLarge,
    /// `<<` is a key.
    MergeKey,
    /// A second document begins.
    SecondDocument,
    /// A tab stands where YAML takes spaces alone.
    Tab,
    /// A list or map that begins with this bracket is not closed by the bracket that belongs to it.
    OpenBracket(char),
    /// `*name`, and no `&name` before it.
    UnknownAlias,
    /// `*name` within what `&name` stands for.
    RecursiveAlias,
    /// It is not YAML in another way; the words are those of the library.
    Syntax(String),
}

impl Node {
    /// The scalar's text; `None` for null, lists and maps.
    #[must_use]
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            Value::Number(text) | Value::Text(text) => Some(text),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// What stands here, for the sentence "expected …, found …".
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a truth value",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// The same value as JSON. A number that JSON cannot hold becomes a text.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => serde_json::Value::Bool(*value),
            Value::Number(text) => {
                serde_json::from_str(text).unwrap_or_else(|_| serde_json::Value::String(text.clone()))
            }
            Value::Text(text) => serde_json::Value::String(text.clone()),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(entries) => entries
                .iter()
                .map(|(key, value)| (key.scalar().unwrap_or_default().to_owned(), value.to_json()))
                .collect(),
        }
    }
}

impl Span {
    /// The line and the column of its first letter in the text of its file, both counted from 1.
    #[must_use]
    pub fn line_and_column(self, text: &str) -> (usize, usize) {
        let before = text.get(..self.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// The stretch of `len` bytes that begins `offset` bytes into this one.
    #[must_use]
    pub fn part(self, offset: usize, len: usize) -> Self {
        let start = (self.start + offset).min(self.end);
        Self { file: self.file, start, end: (start + len).min(self.end) }
    }
}

/// Each key that its map already holds, anywhere in the document, in the order of the file.
#[must_use]
pub fn duplicate_keys(document: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    collect_duplicates(document, &mut found);
    found
}

fn collect_duplicates<'a>(node: &'a Node, found: &mut Vec<&'a Node>) {
    match &node.value {
        Value::Map(entries) => {
            let mut seen = HashSet::new();
            for (key, value) in entries {
                if key.scalar().is_some_and(|name| !seen.insert(name)) {
                    found.push(key);
                }
                collect_duplicates(value, found);
            }
        }
        Value::List(items) => items.iter().for_each(|item| collect_duplicates(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
    }
}

impl FaultKind {
    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::TooDeep => "let fewer lists and maps stand in one another",
            Self::TooLarge => "make several files of it, and repeat nothing through aliases of aliases",
            Self::MergeKey => "write the entries out, or use `*alias` as a whole value",
            Self::SecondDocument => "make two files of it",
            Self::Tab => "indent with spaces; a text with a tab in it must stand in quotes",
            Self::OpenBracket(_) => {
                "close `[` with `]` and `{` with `}`; a text that begins with a bracket must stand in quotes"
            }
            Self::UnknownAlias => {
                "write `&name` before the value that `*name` repeats; a text that begins with `*` must stand in quotes"
            }
            Self::RecursiveAlias => "a value cannot hold itself: write out what is to stand here",
            Self::Syntax(_) => {
                "a text that holds `: `, or begins with a sign of YAML such as `[`, `{`, `*` or `%`, must stand in quotes"
            }
        }
    }
}

impl std::fmt::Display for FaultKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooDeep => f.write_str("too many lists and maps stand in one another"),
            Self::TooLarge => f.write_str("there are too many values"),
            Self::MergeKey => f.write_str("`<<` is no key"),
            Self::SecondDocument => f.write_str("a second document begins here"),
            Self::Tab => f.write_str("a tab stands where YAML takes spaces alone"),
            Self::OpenBracket(bracket) => write!(f, "the bracket `{bracket}` is not closed"),
            Self::UnknownAlias => f.write_str("no value before this alias has its name"),
            Self::RecursiveAlias => f.write_str("this alias stands in the value that it repeats"),
            Self::Syntax(words) => f.write_str(words),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests;
