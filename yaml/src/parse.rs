//! From a text to a tree. The only file that names the YAML library.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Error;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::granit_parser::ErrorKind;
use serde_saphyr::localizer::ExternalMessageSource;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use crate::{Fault, FaultKind, Limits, Node, Span, Value};

/// How many aliases may stand in one another.
const MAX_ALIAS_DEPTH: usize = 16;

/// Parses the text of the file of this number.
///
/// # Errors
///
/// The first thing that makes it unreadable, with its place.
pub fn parse(file: usize, text: &str, limits: Limits) -> Result<Node, Fault> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        with_snippet: false,
        reject_unsupported_tags: true,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: limits.nodes,
            max_replay_stack_depth: MAX_ALIAS_DEPTH,
        },
        budget: serde_saphyr::budget! {
            max_depth: limits.depth,
            max_nodes: limits.nodes,
        },
    };
    let tree = serde_saphyr::from_str_with_options::<Tree>(text, options);
    tree.map(|tree| tree.into_node(file, text)).map_err(|error| fault(&error, file, text))
}

fn fault(error: &Error, file: usize, text: &str) -> Fault {
    let start = Span { file, ..Span::default() };
    let span = error.location().map_or(start, |location| place(file, text, &location));
    let mut error = error;
    while let Error::AliasError { error: inner, .. } | Error::WithSnippet { error: inner, .. } = error {
        error = inner;
    }
    let kind = match error {
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => FaultKind::TooDeep,
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => FaultKind::TooLarge,
        Error::MergeKeyNotAllowed { .. } => FaultKind::MergeKey,
        Error::MultipleDocuments { .. } => FaultKind::SecondDocument,
        Error::UnknownAnchor { .. } => FaultKind::UnknownAlias,
        Error::RecursiveReferencesRequireWeakTypes { .. } => FaultKind::RecursiveAlias,
        other => scanned(other).unwrap_or_else(|| {
            let message = other.to_string();
            // The place is told by the span.
            FaultKind::Syntax(message.split(" at line ").next().unwrap_or_default().to_owned())
        }),
    };
    Fault { span, kind }
}

/// What the scanner found, where there is a word for it.
fn scanned(error: &Error) -> Option<FaultKind> {
    let Error::ExternalMessage { source, .. } = error else { return None };
    let ExternalMessageSource::Parser(error) = source.as_ref() else { return None };
    match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar => Some(FaultKind::Tab),
        ErrorKind::MismatchedFlowCollectionEnd { open, .. } | ErrorKind::UnclosedFlowCollection { open } => {
            Some(FaultKind::OpenBracket(*open))
        }
        ErrorKind::RecursionLimitExceeded => Some(FaultKind::TooDeep),
        _ => None,
    }
}

/// What the YAML crate hands over: a value without, around which it reports the place.
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
    fn into_node(self, file: usize, text: &str) -> Node {
        let span = place(file, text, &self.0.defined);
        let value = match self.0.value {
            Shape::Null => Value::Null,
            Shape::Bool(value) => Value::Bool(value),
            Shape::Number => {
                Value::Number(text.get(span.start..span.end).unwrap_or_default().trim().to_owned())
            }
            Shape::Text(value) => {
                let span = unquoted(span, text, &value);
                return Node { span, value: Value::Text(value) };
            }
            Shape::List(items) => {
                Value::List(items.into_iter().map(|item| item.into_node(file, text)).collect())
            }
            Shape::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.into_node(file, text), value.into_node(file, text)))
                    .collect(),
            ),
        };
        Node { span, value }
    }
}

/// The place within the quotes, if a text stands there as it is. A part of the text is then a part
/// of the place.
fn unquoted(span: Span, text: &str, value: &str) -> Span {
    let source = text.get(span.start..span.end).unwrap_or_default();
    let within = |quote| source.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    match within('"').or_else(|| within('\'')) {
        Some(inner) if inner == value => Span { start: span.start + 1, end: span.end - 1, ..span },
        _ => span,
    }
}

/// The crate's place as a span, kept within the text whatever the crate says.
fn place(file: usize, text: &str, location: &serde_saphyr::Location) -> Span {
    let span = location.span();
    let bytes = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok());
    let start = bytes(span.byte_offset()).filter(|_| location.line() > 0);
    let start = start.unwrap_or_else(|| offset(text, location.line(), location.column()));
    let start = text.floor_char_boundary(start.min(text.len()));
    let end = start.saturating_add(bytes(span.byte_len()).unwrap_or_default()).min(text.len());
    Span { file, start, end: text.ceil_char_boundary(end) }
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
