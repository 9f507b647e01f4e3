//! The grammar of fields and parameters: a line, or a map that says more.
//!
//! Owns `RawField` and `RawParam`. Must not know which types exist.

use super::reader::{MapReader, missing_doc, named, text, wrong_type};
use super::shorthand::{self, Shorthand};
use crate::diagnostic::{Code, Diagnostics};
use crate::model::{Encoding, Place};
use crate::spanned::Spanned;
use rhailab_yaml::{Node, Span, Value};

#[derive(Debug)]
pub(crate) struct RawField {
    pub(crate) name: Spanned<String>,
    pub(crate) doc: String,
    /// `None` when it cannot be read, which was reported.
    pub(crate) ty: Option<Shorthand>,
    /// The field that must be true for the value to be a secret.
    pub(crate) secret_when: Option<Spanned<String>>,
}

#[derive(Debug)]
pub(crate) struct RawParam {
    pub(crate) name: Spanned<String>,
    pub(crate) doc: String,
    /// `None` when it cannot be read, which was reported.
    pub(crate) ty: Option<Shorthand>,
    pub(crate) place: Option<Spanned<Place>>,
    /// The name in the request.
    pub(crate) wire: Option<Spanned<String>>,
    pub(crate) default: Option<Spanned<String>>,
    pub(crate) fallback: Option<Node>,
    pub(crate) encoding: Option<Spanned<Encoding>>,
    pub(crate) from: Vec<RawOwnField>,
    pub(crate) since: Option<Spanned<String>>,
    pub(crate) deprecated: Option<String>,
}

/// A member of a parameter that an object fills in from one of its fields.
#[derive(Debug)]
pub(crate) struct RawOwnField {
    pub(crate) member: Spanned<String>,
    pub(crate) field: Spanned<String>,
    pub(crate) usual: Option<Spanned<String>>,
}

/// Reads `fields`, which must be there and must not be empty.
pub(super) fn fields(map: &mut MapReader<'_>, owner: Span, diagnostics: &mut Diagnostics) -> Vec<RawField> {
    let Some(named) = map.named("fields", diagnostics) else {
        diagnostics
            .error(Code::MissingKey, owner, "this has no `fields`")
            .help("list the fields that GitLab's answers have: `fields: { id: int! - The number. }`");
        return Vec::new();
    };
    if named.is_empty() {
        diagnostics
            .error(Code::Empty, owner, "this has no `fields`")
            .help("list the fields that GitLab's answers have, or use `json` where it is used");
    }
    named.into_iter().map(|(name, node)| field(name, node, diagnostics)).collect()
}

fn field(name: Spanned<String>, node: &Node, diagnostics: &mut Diagnostics) -> RawField {
    if let Value::Map(_) = node.value {
        let mut map = MapReader::open(node, "a field", name.span, diagnostics);
        let ty = long_type(&mut map, diagnostics);
        let doc = map.doc(diagnostics);
        let secret_when = map.text("secret_when", diagnostics);
        for key in ["in", "wire", "from", "default", "fallback", "encoding", "since", "deprecated"] {
            map.misplaced(key, "only parameters of operations have it", diagnostics);
        }
        map.finish(diagnostics);
        return RawField { name, doc, ty, secret_when };
    }
    let inline = inline(&name, node, "a field", diagnostics);
    if let Some(default) = inline.default {
        diagnostics
            .error(Code::BadDefault, default.span, "a field has no default")
            .help("only parameters of operations have one; say in the text what an absent field means");
    }
    RawField { name, doc: inline.doc, ty: inline.ty, secret_when: None }
}

/// Reads a parameter of an operation.
pub(super) fn param(name: Spanned<String>, node: &Node, diagnostics: &mut Diagnostics) -> RawParam {
    if let Value::Map(_) = node.value {
        let mut map = MapReader::open(node, "a parameter", name.span, diagnostics);
        let raw = RawParam {
            ty: long_type(&mut map, diagnostics),
            doc: map.doc(diagnostics),
            place: map.word(
                "in",
                &[("path", Place::Path), ("query", Place::Query), ("body", Place::Body)],
                diagnostics,
            ),
            default: map.scalar("default", diagnostics),
            fallback: map.take("fallback").cloned(),
            encoding: map.word(
                "encoding",
                &[
                    ("brackets", Encoding::Brackets),
                    ("repeat", Encoding::Repeat),
                    ("comma", Encoding::Comma),
                    ("pairs", Encoding::Pairs),
                ],
                diagnostics,
            ),
            wire: map.text("wire", diagnostics),
            from: from(&mut map, diagnostics),
            since: map.release(diagnostics),
            deprecated: map.text("deprecated", diagnostics).map(|text| text.value),
            name,
        };
        map.misplaced("secret_when", "only fields have it", diagnostics);
        map.finish(diagnostics);
        return raw;
    }
    let Typed { ty, default, doc } = inline(&name, node, "a parameter", diagnostics);
    RawParam {
        name,
        doc,
        ty,
        default,
        place: None,
        wire: None,
        fallback: None,
        encoding: None,
        from: Vec::new(),
        since: None,
        deprecated: None,
    }
}

/// Reads which members of a parameter an object fills in: `{ member: field }`, or
/// `{ member: { field: F, usual: VALUE } }`.
fn from(map: &mut MapReader<'_>, diagnostics: &mut Diagnostics) -> Vec<RawOwnField> {
    let Some((key, node)) = map.take_entry("from") else {
        return Vec::new();
    };
    let members = named(node, "from", key.span, diagnostics);
    if members.is_empty() && matches!(node.value, Value::Map(_) | Value::Null) {
        diagnostics
            .error(Code::Empty, key.span, "`from` names no member")
            .help("name the members and the fields: `from: { environment_scope: environment_scope }`");
    }
    let own = |(member, node): (Spanned<String>, &Node)| {
        if !matches!(node.value, Value::Map(_)) {
            let field = text(node, "from", member.span, diagnostics)?;
            return Some(RawOwnField { member, field, usual: None });
        }
        let mut map = MapReader::open(node, "a member", member.span, diagnostics);
        let field = map.required_text("field", diagnostics);
        let usual = map.text("usual", diagnostics);
        map.finish(diagnostics);
        Some(RawOwnField { member, field: field?, usual })
    };
    members.into_iter().filter_map(own).collect()
}

/// What the inline form says.
struct Typed {
    ty: Option<Shorthand>,
    default: Option<Spanned<String>>,
    doc: String,
}

fn inline(name: &Spanned<String>, node: &Node, what: &'static str, diagnostics: &mut Diagnostics) -> Typed {
    let Value::Text(text) = &node.value else {
        wrong_type(node, what, "a type such as `string! - What it is.`", name.span, diagnostics);
        return Typed { ty: None, default: None, doc: String::new() };
    };
    let inline = shorthand::split(text);
    // Only where the file has the text as it is, a part of the text is a part of the file.
    let verbatim = diagnostics
        .source(node.span.file)
        .get(node.span.start..node.span.end)
        .is_some_and(|source| source.trim_end() == text);
    let part = |part: &str| match text.find(part) {
        Some(offset) if verbatim => node.span.part(offset, part.len()),
        _ => node.span,
    };
    let default = inline.default.map(|default| Spanned::new(default.to_owned(), part(default)));
    let ty = shorthand::parse(inline.ty, part(inline.ty), diagnostics);
    let doc = inline.doc.unwrap_or_default();
    if doc.is_empty() && ty.is_some() {
        missing_doc(name.span, diagnostics);
    }
    Typed { ty, default, doc: doc.to_owned() }
}

fn long_type(map: &mut MapReader<'_>, diagnostics: &mut Diagnostics) -> Option<Shorthand> {
    let ty = map.required_text("type", diagnostics)?;
    shorthand::parse(&ty.value, ty.span, diagnostics)
}
