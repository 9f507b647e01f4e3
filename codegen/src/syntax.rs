//! The grammar of the spec: what each key of a file is called and which shape it has.
//!
//! Owns the `Raw…` types and reads them from a document. Must not know which names exist, nor what
//! is missing behind a default: both are the business of lowering.

mod field;
pub(crate) mod operation;
pub(crate) mod reader;
mod resource;
pub(crate) mod shorthand;

use crate::diagnostic::{Code, Diagnostics};
use crate::spanned::Spanned;
pub(crate) use field::{RawField, RawOwnField, RawParam};
use reader::MapReader;
pub(crate) use resource::{RawResource, RawSample, RawVerbs};
use rhailab_yaml::{Node, Span, Value};

/// One file.
#[derive(Debug)]
pub(crate) struct RawFile {
    /// The file's index among all files.
    pub(crate) file: usize,
    pub(crate) docs: Option<Spanned<String>>,
    pub(crate) enums: Vec<RawEnum>,
    pub(crate) records: Vec<RawRecord>,
    pub(crate) resources: Vec<RawResource>,
}

#[derive(Debug)]
pub(crate) struct RawEnum {
    pub(crate) name: Spanned<String>,
    pub(crate) doc: String,
    pub(crate) values: Vec<Spanned<String>>,
    pub(crate) same_as: Option<Spanned<String>>,
}

#[derive(Debug)]
pub(crate) struct RawRecord {
    pub(crate) name: Spanned<String>,
    pub(crate) doc: String,
    pub(crate) fields: Vec<RawField>,
}

/// Reads a file.
pub(crate) fn file(file: usize, root: &Node, diagnostics: &mut Diagnostics) -> RawFile {
    let place = Span { file, start: 0, end: 0 };
    if matches!(root.value, Value::Null) {
        diagnostics
            .error(Code::Empty, place, "the file says nothing")
            .help("declare `enums`, `records` or `resources`, or remove the file");
    }
    let mut map = MapReader::open(root, "a file of the spec", place, diagnostics);
    let raw = RawFile {
        file,
        docs: map.url(diagnostics),
        enums: declarations(&mut map, "enums", enumeration, diagnostics),
        records: declarations(&mut map, "records", record, diagnostics),
        resources: declarations(&mut map, "resources", resource::resource, diagnostics),
    };
    map.finish(diagnostics);
    raw
}

/// Reads one of the maps of declarations that a file may have.
fn declarations<T>(
    map: &mut MapReader<'_>,
    key: &'static str,
    read: fn(Spanned<String>, &Node, &mut Diagnostics) -> T,
    diagnostics: &mut Diagnostics,
) -> Vec<T> {
    let named = map.named(key, diagnostics).unwrap_or_default();
    named.into_iter().map(|(name, node)| read(name, node, diagnostics)).collect()
}

fn enumeration(name: Spanned<String>, node: &Node, diagnostics: &mut Diagnostics) -> RawEnum {
    let mut map = MapReader::open(node, "an enum", name.span, diagnostics);
    let doc = map.doc(diagnostics);
    let same_as = map.text("same_as", diagnostics);
    let mut values = Vec::new();
    if same_as.is_some() {
        map.misplaced("values", "the values are those of the other enum", diagnostics);
    } else if let Some(given) = map.texts("values", diagnostics) {
        if given.is_empty() {
            diagnostics
                .error(Code::Empty, name.span, format!("`{}` has no values", name.value))
                .help("list the values that GitLab documents, or use `string` instead of the enum");
        }
        values = given;
    } else if matches!(&node.value, Value::Map(_) | Value::Null) {
        diagnostics
            .error(
                Code::MissingKey,
                name.span,
                format!("`{}` has neither `values` nor `same_as`", name.value),
            )
            .help("list the values that GitLab documents: `values: [asc, desc]`");
    }
    map.finish(diagnostics);
    RawEnum { name, doc, values, same_as }
}

fn record(name: Spanned<String>, node: &Node, diagnostics: &mut Diagnostics) -> RawRecord {
    let mut map = MapReader::open(node, "a record", name.span, diagnostics);
    let doc = map.doc(diagnostics);
    let fields = field::fields(&mut map, name.span, diagnostics);
    map.finish(diagnostics);
    RawRecord { name, doc, fields }
}
