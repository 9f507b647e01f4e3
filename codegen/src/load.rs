//! Files to trees: reads a directory of YAML files, each into a [`Node`] with places.
//!
//! Owns the rules of YAML itself: encodings, duplicate keys, limits against documents that grow
//! without bounds. The only file that names the YAML crate; it must not know what any key means.

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Error;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use crate::diagnostic::{Code, Diagnostics};
use crate::node::{Node, Span, Value};

/// The deepest nesting of lists and maps that is read. The grammar needs nine levels.
const MAX_DEPTH: usize = 24;

/// The most nodes that one file may hold, and the most that its aliases may add.
const MAX_NODES: usize = 250_000;

/// A file of the spec.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file's name below the directory of the spec, such as `pipelines.yaml`.
    pub name: String,
    /// The file's bytes.
    pub bytes: Vec<u8>,
}

/// A file or directory that cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

/// Reads every `*.yaml` file that lies directly in the directory, ordered by name.
pub(crate) fn read_directory(directory: &Path) -> Result<Vec<Source>, Unreadable> {
    let unreadable = |path: &Path, source| Unreadable { path: path.to_owned(), source };
    let entries = fs::read_dir(directory).map_err(|source| unreadable(directory, source))?;
    let mut sources = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| unreadable(directory, source))?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = fs::read(&path).map_err(|source| unreadable(&path, source))?;
            sources.push(Source { name, bytes });
        }
    }
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sources)
}

/// Makes the file known to the diagnostics; `None` when it is not UTF-8, which is then reported.
pub(crate) fn decode<'a>(source: &'a Source, diagnostics: &mut Diagnostics) -> Option<&'a str> {
    match std::str::from_utf8(&source.bytes) {
        Ok(text) => {
            diagnostics.add_file(&source.name, text);
            Some(text)
        }
        Err(error) => {
            let file = diagnostics.add_file(&source.name, &String::from_utf8_lossy(&source.bytes));
            // Everything before the first bad byte is the same in the shown text.
            let start = error.valid_up_to();
            let span = Span { file, start, end: start + char::REPLACEMENT_CHARACTER.len_utf8() };
            diagnostics.error(Code::Encoding, span, "the file is not UTF-8").help("save it as UTF-8");
            None
        }
    }
}

/// Parses the text of one file; `None` when it is no YAML, which is then reported.
pub(crate) fn parse(file: usize, text: &str, diagnostics: &mut Diagnostics) -> Option<Node> {
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
            let node = tree.into_node(file, text);
            report_duplicate_keys(&node, diagnostics);
            Some(node)
        }
        Err(error) => {
            report(&error, file, text, diagnostics);
            None
        }
    }
}

/// Tells in our words what the YAML crate found.
fn report(error: &Error, file: usize, text: &str, diagnostics: &mut Diagnostics) {
    let start = Span { file, start: 0, end: 0 };
    let span = error.location().map_or(start, |location| place(file, text, &location));
    let mut error = error;
    while let Error::AliasError { error: inner, .. } | Error::WithSnippet { error: inner, .. } = error {
        error = inner;
    }
    let message = error.to_string();
    // The place is told by the span.
    let message = message.split(" at line ").next().unwrap_or_default();
    match error {
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => diagnostics
            .error(Code::Limit, span, format!("more than {MAX_DEPTH} lists and maps stand in one another"))
            .help("the deepest place that means something has ten"),
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => diagnostics
            .error(Code::Limit, span, "the file holds more than any spec needs")
            .help("split the file, and repeat nothing through aliases"),
        Error::MergeKeyNotAllowed { .. } => diagnostics
            .error(Code::Yaml, span, "`<<` is no key of a spec")
            .help("write the entries out, or use `like` and `same_as`"),
        Error::MultipleDocuments { .. } => diagnostics
            .error(Code::Yaml, span, "a second document begins here")
            .help("make two files of it"),
        _ => diagnostics.error(Code::Yaml, span, message).help(
            "a text that holds `: `, or begins with a sign of YAML such as `[`, `{` or `\"`, must stand in quotes",
        ),
    }
}

/// Reports each key that its map already holds. The first one counts.
fn report_duplicate_keys(node: &Node, diagnostics: &mut Diagnostics) {
    match &node.value {
        Value::Map(entries) => {
            let mut seen = std::collections::HashSet::new();
            for (key, value) in entries {
                if let Some(name) = key.scalar()
                    && !seen.insert(name)
                {
                    diagnostics
                        .error(Code::DuplicateKey, key.span, format!("`{name}` stands here twice"))
                        .help("a key may stand in a map once; remove one of the two, or rename it");
                }
                report_duplicate_keys(value, diagnostics);
            }
        }
        Value::List(items) => items.iter().for_each(|item| report_duplicate_keys(item, diagnostics)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
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
