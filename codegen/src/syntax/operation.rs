//! The grammar of operations: `list`, `get`, `create`, `update`, `delete` and `actions`.
//!
//! Owns their `Raw…` types. Must not know the defaults that lowering fills in.

use super::field::{RawParam, param};
use super::reader::{MapReader, named, wrong_type};
use crate::diagnostic::{Code, Diagnostics};
use crate::model::{Idempotency, Keyset, Method, On, Pagination};
use crate::spanned::Spanned;
use rhailab_yaml::{Node, Value};

#[derive(Debug)]
pub(crate) struct RawOperation {
    /// The verb: `list`, `get`, … or the name of an action.
    pub(crate) name: Spanned<String>,
    /// `None` when it cannot be read, which was reported.
    pub(crate) kind: Option<RawKind>,
    pub(crate) doc: Option<String>,
    pub(crate) docs: Option<Spanned<String>>,
    pub(crate) params: Vec<RawParam>,
    pub(crate) status: Option<Vec<Spanned<u16>>>,
    pub(crate) omits: Vec<Spanned<String>>,
    pub(crate) pagination: Option<Spanned<Pagination>>,
    pub(crate) keyset: Option<Spanned<Keyset>>,
    pub(crate) returns: Option<Spanned<String>>,
    pub(crate) request: Option<Spanned<String>>,
    pub(crate) errors: Vec<(u16, String)>,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) since: Option<Spanned<String>>,
    pub(crate) deprecated: Option<String>,
    pub(crate) example: Option<String>,
}

#[derive(Debug)]
pub(crate) enum RawKind {
    /// One of the five verbs that every resource may have, with a path of its own if it has one.
    Crud { crud: Crud, path: Option<Spanned<String>> },
    /// Anything else.
    Action { method: Method, path: Spanned<String>, on: On },
}

/// The verbs that every resource may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crud {
    List,
    Get,
    Create,
    Update,
    Delete,
}

const CRUD: [(&str, Crud); 5] = [
    ("list", Crud::List),
    ("get", Crud::Get),
    ("create", Crud::Create),
    ("update", Crud::Update),
    ("delete", Crud::Delete),
];

const METHODS: [(&str, Method); 5] = [
    ("get", Method::Get),
    ("post", Method::Post),
    ("put", Method::Put),
    ("patch", Method::Patch),
    ("delete", Method::Delete),
];

/// Reads all operations of a resource.
pub(crate) fn operations(resource: &mut MapReader<'_>, diagnostics: &mut Diagnostics) -> Vec<RawOperation> {
    let mut operations = Vec::new();
    for (key, crud) in CRUD {
        if let Some((name, node)) = resource.take_entry(key) {
            let name = Spanned::new(key.to_owned(), name.span);
            let mut map = MapReader::open(node, "an operation", name.span, diagnostics);
            let path = map.text("path", diagnostics);
            map.misplaced(
                "on",
                "managers have the operation, and objects where that makes sense",
                diagnostics,
            );
            let kind = Some(RawKind::Crud { crud, path });
            operations.push(operation(name, kind, map, diagnostics));
        }
    }
    for (name, node) in resource.named("actions", diagnostics).unwrap_or_default() {
        let mut map = MapReader::open(node, "an action", name.span, diagnostics);
        let kind = action(&name, &mut map, diagnostics);
        let read = operation(name, kind, map, diagnostics);
        operations.push(read);
    }
    operations
}

/// Reads what only actions have: the method with the path, and who has the verb.
fn action(name: &Spanned<String>, map: &mut MapReader<'_>, diagnostics: &mut Diagnostics) -> Option<RawKind> {
    let on = map.word("on", &[("object", On::Object), ("manager", On::Manager)], diagnostics);
    map.misplaced("path", "an action has its path behind the method: `post: retry`", diagnostics);
    let mut found: Option<(Method, Spanned<String>)> = None;
    let mut given = false;
    for (key, method) in METHODS {
        let Some((key_node, node)) = map.take_entry(key) else {
            continue;
        };
        if std::mem::replace(&mut given, true) {
            diagnostics
                .error(Code::MisplacedKey, key_node.span, format!("`{}` has two methods", name.value))
                .help("make two actions of it");
        }
        // An empty value stands for the path of the object or of the collection itself.
        let path = match &node.value {
            Value::Null => Some(Spanned::new(String::new(), key_node.span)),
            _ => super::reader::text(node, key, key_node.span, diagnostics),
        };
        if let Some(path) = path {
            found.get_or_insert((method, path));
        }
    }
    if !given {
        diagnostics
            .error(Code::MissingKey, name.span, format!("`{}` has no method", name.value))
            .help("add the method with the path behind the object's own: `post: retry`");
    }
    let (method, path) = found?;
    Some(RawKind::Action { method, path, on: on.map_or(On::Object, |on| on.value) })
}

/// Reads what every operation may have.
fn operation(
    name: Spanned<String>,
    kind: Option<RawKind>,
    mut map: MapReader<'_>,
    diagnostics: &mut Diagnostics,
) -> RawOperation {
    let is_list = matches!(kind, Some(RawKind::Crud { crud: Crud::List, .. }));
    let is_crud = matches!(kind, Some(RawKind::Crud { .. }));
    // Actions need a text of their own: nobody can guess what `play` does.
    let doc = if is_crud { map.optional_doc(diagnostics) } else { Some(map.doc(diagnostics)) };
    let params = map.named("params", diagnostics).unwrap_or_default();
    let params = params.into_iter().map(|(name, node)| param(name, node, diagnostics)).collect();
    let omits = if is_list {
        map.misplaced("returns", "a list returns objects of its resource", diagnostics);
        map.texts("omits", diagnostics).unwrap_or_default()
    } else {
        map.misplaced("omits", "only `list` leaves out fields", diagnostics);
        Vec::new()
    };
    let raw = RawOperation {
        doc,
        docs: map.url(diagnostics),
        params,
        status: status(&mut map, diagnostics),
        omits,
        pagination: map.word(
            "pagination",
            &[
                ("offset", Pagination::Offset),
                ("offset_without_totals", Pagination::OffsetWithoutTotals),
                ("none", Pagination::None),
            ],
            diagnostics,
        ),
        keyset: keyset(&mut map, diagnostics),
        returns: if is_list { None } else { map.text("returns", diagnostics) },
        request: map.text("request", diagnostics),
        errors: errors(&mut map, diagnostics),
        idempotency: map
            .word(
                "idempotency",
                &[
                    ("safe", Idempotency::Safe),
                    ("idempotent", Idempotency::Idempotent),
                    ("never", Idempotency::Never),
                ],
                diagnostics,
            )
            .map(|word| word.value),
        since: map.release(diagnostics),
        deprecated: map.text("deprecated", diagnostics).map(|text| text.value),
        example: map.script("example", diagnostics).map(|script| script.value),
        kind,
        name,
    };
    map.finish(diagnostics);
    raw
}

/// Reads the order in which a list comes by keyset.
fn keyset(map: &mut MapReader<'_>, diagnostics: &mut Diagnostics) -> Option<Spanned<Keyset>> {
    let (key, node) = map.take_entry("keyset")?;
    let mut map = MapReader::open(node, "`keyset`", key.span, diagnostics);
    let order_by = map.required_text("order_by", diagnostics);
    let sort = map.word("sort", &[("asc", "asc"), ("desc", "desc")], diagnostics);
    map.finish(diagnostics);
    let keyset = Keyset { order_by: order_by?.value, sort: sort.map_or("asc", |sort| sort.value) };
    Some(Spanned::new(keyset, key.span))
}

/// Reads one status code, or a list of them.
fn status(map: &mut MapReader<'_>, diagnostics: &mut Diagnostics) -> Option<Vec<Spanned<u16>>> {
    let (key, node) = map.take_entry("status")?;
    let nodes = match &node.value {
        Value::List(items) => items.iter().collect(),
        Value::Number(_) | Value::Text(_) => vec![node],
        Value::Null | Value::Bool(_) | Value::Map(_) => {
            wrong_type(node, "status", "a status code or a list of them", key.span, diagnostics);
            return None;
        }
    };
    if nodes.is_empty() {
        diagnostics
            .error(Code::BadStatus, key.span, "no status code would mean success")
            .help("list those that do, or remove the key");
    }
    Some(nodes.into_iter().filter_map(|node| code(node, 200..300, diagnostics)).collect())
}

fn errors(map: &mut MapReader<'_>, diagnostics: &mut Diagnostics) -> Vec<(u16, String)> {
    let Some((key, node)) = map.take_entry("errors") else {
        return Vec::new();
    };
    let Value::Map(entries) = &node.value else {
        // Reports the shape.
        named(node, "errors", key.span, diagnostics);
        return Vec::new();
    };
    entries
        .iter()
        .filter_map(|(status, doc)| {
            let doc = super::reader::text(doc, "errors", status.span, diagnostics)?;
            Some((code(status, 400..600, diagnostics)?.value, doc.value.trim().to_owned()))
        })
        .collect()
}

fn code(node: &Node, range: std::ops::Range<u16>, diagnostics: &mut Diagnostics) -> Option<Spanned<u16>> {
    let text = node.scalar().unwrap_or_default();
    match text.parse::<u16>() {
        Ok(code) if range.contains(&code) => Some(Spanned::new(code, node.span)),
        _ => {
            let meaning = if range.start == 200 { "success" } else { "a refusal" };
            diagnostics
                .error(Code::BadStatus, node.span, format!("`{text}` is no status code that means {meaning}"))
                .help(format!("it is a number from {} to {}", range.start, range.end - 1));
            None
        }
    }
}
