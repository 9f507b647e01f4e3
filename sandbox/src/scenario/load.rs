//! From the text of a file to a tree.
//!
//! This file owns the rules of YAML itself: duplicate keys, and limits against documents that grow without
//! bounds. It is the only one here that names the YAML crate, and it does not know what any key means.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Error;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use super::node::{Node, Span, Value};
use super::problem::Problems;

/// The deepest nesting of lists and maps that is read. Five pipelines inside one another fit; each level costs
/// many kilobytes of a thread's stack.
const MAX_DEPTH: usize = 24;

/// The most nodes that a file may hold, and the most that its aliases may add.
const MAX_NODES: usize = 250_000;

/// Parses the text of a file; `None` when it is no YAML, which is then reported.
pub(super) fn parse(text: &str, problems: &mut Problems<'_>) -> Option<Node> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        with_snippet: false,
        reject_unsupported_tags: true,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_NODES,
            max_replay_stack_depth: 16,
        },
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
        },
    };
    match serde_saphyr::from_str_with_options::<Tree>(text, options) {
        Ok(tree) => {
            let node = tree.into_node(text);
            report_duplicate_keys(&node, problems);
            Some(node)
        }
        Err(error) => {
            report(&error, text, problems);
            None
        }
    }
}

/// Tells in our words what the YAML crate found.
fn report(error: &Error, text: &str, problems: &mut Problems<'_>) {
    let span = error.location().map_or(Span::default(), |location| place(text, &location));
    let mut error = error;
    while let Error::AliasError { error: inner, .. } | Error::WithSnippet { error: inner, .. } = error {
        error = inner;
    }
    let message = error.to_string();
    // The place is told by the span.
    let message = message.split(" at line ").next().unwrap_or_default();
    match error {
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => problems.add(
            span,
            "the file holds more than any scenario needs",
            "use `count` for many projects, and repeat nothing through aliases of aliases",
        ),
        Error::MergeKeyNotAllowed { .. } => {
            problems.add(span, "`<<` is no key of a scenario", "write the entries out, or use `*alias` as a whole value");
        }
        Error::MultipleDocuments { .. } => {
            problems.add(span, "a second document begins here", "make two files of it");
        }
        _ => problems.add(
            span,
            message,
            "a text that holds `: `, or begins with a sign of YAML such as `[`, `{`, `*` or `%`, must stand in quotes",
        ),
    }
}

/// Reports each key that its map already holds. The first one counts.
fn report_duplicate_keys(node: &Node, problems: &mut Problems<'_>) {
    match &node.value {
        Value::Map(entries) => {
            let mut seen = HashSet::new();
            for (key, value) in entries {
                if let Some(name) = key.scalar()
                    && !seen.insert(name)
                {
                    problems.add(
                        key.span,
                        format!("`{name}` stands here twice"),
                        "remove one of the two, or rename it",
                    );
                }
                report_duplicate_keys(value, problems);
            }
        }
        Value::List(items) => items.iter().for_each(|item| report_duplicate_keys(item, problems)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
    }
}

/// What the YAML crate hands over: a value around which it reports the place.
struct Tree(serde_saphyr::Spanned<Shape>);

/// A [`Value`] whose numbers have not been given back their text.
enum Shape {
    Null,
    Bool(bool),
    Number,
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(Tree, Tree)>),
}

impl Tree {
    fn into_node(self, text: &str) -> Node {
        let span = place(text, &self.0.defined);
        let value = match self.0.value {
            Shape::Null => Value::Null,
            Shape::Bool(value) => Value::Bool(value),
            Shape::Number => {
                Value::Number(text.get(span.start..span.end).unwrap_or_default().trim().to_owned())
            }
            Shape::Text(value) => Value::Text(value),
            Shape::List(items) => Value::List(items.into_iter().map(|item| item.into_node(text)).collect()),
            Shape::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.into_node(text), value.into_node(text)))
                    .collect(),
            ),
        };
        Node { span, value }
    }
}

/// The crate's place as a span, kept within the text whatever the crate says.
fn place(text: &str, location: &serde_saphyr::Location) -> Span {
    let span = location.span();
    let bytes = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok());
    let start = bytes(span.byte_offset()).filter(|_| location.line() > 0);
    let start = start.unwrap_or_else(|| offset(text, location.line(), location.column()));
    let start = text.floor_char_boundary(start.min(text.len()));
    let end = start.saturating_add(bytes(span.byte_len()).unwrap_or_default()).min(text.len());
    Span { start, end: text.ceil_char_boundary(end) }
}

/// The byte at a line and a column, both counted from 1, the column in characters.
fn offset(text: &str, line: u64, column: u64) -> usize {
    let before = |count: u64| usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX);
    let lines = text.split_inclusive('\n');
    let start: usize = lines.clone().take(before(line)).map(str::len).sum();
    let rest = lines.clone().nth(before(line)).unwrap_or_default();
    start + rest.chars().take(before(column)).map(char::len_utf8).sum::<usize>()
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_saphyr::Spanned::deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scalar, a list or a map")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Shape, E> {
        Ok(Shape::Bool(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Number)
    }

    fn visit_str<E>(self, value: &str) -> Result<Shape, E> {
        Ok(Shape::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Shape::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Shape, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Shape::Map(map))
    }
}
