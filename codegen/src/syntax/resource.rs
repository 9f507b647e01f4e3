//! The grammar of resources: everything that they say about themselves.
//!
//! Owns `RawResource`. Must not know which other resources exist.

use super::field::{RawField, fields};
use super::operation::{self, RawKind, RawOperation};
use super::reader::{MapReader, text};
use super::shorthand::{self, Shorthand};
use crate::diagnostic::{Code, Diagnostics};
use crate::model::On;
use crate::names;
use crate::spanned::Spanned;
use rhailab_yaml::{Node, Value};

#[derive(Debug)]
pub(crate) struct RawResource {
    pub(crate) name: Spanned<String>,
    pub(crate) doc: String,
    pub(crate) docs: Option<Spanned<String>>,
    pub(crate) parent: Option<Spanned<String>>,
    /// `None` when it is missing, which was reported.
    pub(crate) path: Option<Spanned<String>>,
    pub(crate) accessors: Option<Vec<Spanned<String>>>,
    pub(crate) identity: Option<RawIdentity>,
    /// The resource whose objects these really are.
    pub(crate) like: Option<Spanned<String>>,
    /// The resource whose fields these objects have.
    pub(crate) fields_of: Option<Spanned<String>>,
    pub(crate) fields: Vec<RawField>,
    /// Whether there are objects of it: a resource without fields has a manager only.
    pub(crate) has_objects: bool,
    pub(crate) verbs: Option<RawVerbs>,
    pub(crate) table: Vec<Spanned<String>>,
    /// How a script comes by an object of it.
    pub(crate) sample: Option<RawSample>,
    pub(crate) operations: Vec<RawOperation>,
}

#[derive(Debug)]
pub(crate) struct RawIdentity {
    pub(crate) field: Spanned<String>,
    pub(crate) ty: Option<Shorthand>,
}

/// A variable of examples, and the expression that it stands for.
#[derive(Debug)]
pub(crate) struct RawSample {
    pub(crate) name: Spanned<String>,
    pub(crate) code: String,
}

/// Verbs that objects have from another resource.
#[derive(Debug)]
pub(crate) struct RawVerbs {
    pub(crate) of: Spanned<String>,
    /// The names of the verbs; all actions without it.
    pub(crate) only: Option<Vec<Spanned<String>>>,
}

/// Reads a resource.
pub(super) fn resource(name: Spanned<String>, node: &Node, diagnostics: &mut Diagnostics) -> RawResource {
    let mut map = MapReader::open(node, "a resource", name.span, diagnostics);
    let doc = map.doc(diagnostics);
    let like = map.text("like", diagnostics);
    let mut raw = RawResource {
        docs: map.url(diagnostics),
        parent: map.text("parent", diagnostics),
        path: map.required_text("path", diagnostics),
        accessors: map.texts("accessors", diagnostics),
        operations: operation::operations(&mut map, diagnostics),
        identity: None,
        fields_of: None,
        fields: Vec::new(),
        has_objects: true,
        table: Vec::new(),
        sample: None,
        verbs: None,
        name,
        doc,
        like,
    };
    if let Some(like) = &raw.like {
        for key in ["identity", "fields", "table", "verbs"] {
            map.misplaced(key, format!("`like: {}` takes it from there", like.value), diagnostics);
        }
    } else {
        objects(&mut raw, &mut map, diagnostics);
    }
    raw.sample = sample(&mut map, diagnostics);
    map.finish(diagnostics);
    raw
}

/// Reads what a resource with objects of its own says about them.
fn objects(raw: &mut RawResource, map: &mut MapReader<'_>, diagnostics: &mut Diagnostics) {
    // `fields` names another resource, or is a map, or is missing because there are no objects.
    if let Some((key, node)) = map.peek("fields")
        && let Value::Text(_) = node.value
    {
        map.take("fields");
        raw.fields_of = text(node, "fields", key.span, diagnostics);
    } else if map.peek("fields").is_none() && map.peek("verbs").is_none() && !needs_objects(&raw.operations) {
        map.take("fields");
        raw.has_objects = false;
        for key in ["identity", "table", "sample"] {
            map.misplaced(key, "without `fields` there are no objects, only a manager", diagnostics);
        }
        return;
    } else {
        raw.fields = fields(map, raw.name.span, diagnostics);
    }
    raw.identity = identity(map, diagnostics);
    raw.table = map.texts("table", diagnostics).unwrap_or_default();
    raw.verbs = verbs(map, diagnostics);
}

/// Whether an operation is called on an object, or answers one by itself.
fn needs_objects(operations: &[RawOperation]) -> bool {
    operations.iter().any(|operation| match &operation.kind {
        Some(RawKind::Crud { .. }) => true,
        Some(RawKind::Action { on, .. }) => *on == On::Object,
        None => false,
    })
}

fn identity(map: &mut MapReader<'_>, diagnostics: &mut Diagnostics) -> Option<RawIdentity> {
    let (key, node) = map.take_entry("identity")?;
    if !matches!(node.value, Value::Map(_)) {
        let field = text(node, "identity", key.span, diagnostics)?;
        return Some(RawIdentity { field, ty: None });
    }
    let mut map = MapReader::open(node, "an identity", key.span, diagnostics);
    let field = map.required_text("field", diagnostics);
    let ty = map
        .required_text("type", diagnostics)
        .and_then(|ty| shorthand::parse(&ty.value, ty.span, diagnostics));
    map.finish(diagnostics);
    Some(RawIdentity { field: field?, ty })
}

/// Reads `NAME = EXPRESSION`.
fn sample(map: &mut MapReader<'_>, diagnostics: &mut Diagnostics) -> Option<RawSample> {
    let script = map.script("sample", diagnostics)?;
    let (name, code) = script.value.split_once('=').unwrap_or_default();
    let (name, code) = (name.trim(), code.trim());
    if !names::is_snake(name) || code.is_empty() {
        diagnostics
            .error(Code::BadSample, script.span, format!("`{}` is no variable with its value", script.value))
            .help("write the variable of the examples and how a script gets it: `job = project.jobs.list().first()`");
        return None;
    }
    Some(RawSample { name: Spanned::new(name.to_owned(), script.span), code: code.to_owned() })
}

fn verbs(map: &mut MapReader<'_>, diagnostics: &mut Diagnostics) -> Option<RawVerbs> {
    let (key, node) = map.take_entry("verbs")?;
    let mut map = MapReader::open(node, "verbs", key.span, diagnostics);
    let of = map.required_text("of", diagnostics);
    let only = map.texts("only", diagnostics);
    if only.as_ref().is_some_and(Vec::is_empty) {
        diagnostics
            .error(Code::Empty, key.span, "`only` names no verb")
            .help("name at least one, or remove the key to take all actions");
    }
    map.finish(diagnostics);
    Some(RawVerbs { of: of?, only })
}
