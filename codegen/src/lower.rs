//! Syntax to model: looks names up, follows `same_as` and `like`, and fills in every default.
//!
//! Owns the meaning of declarations; `lower/operation.rs` owns that of operations. Must not know
//! YAML, nor rules that need the whole model: those are in `check.rs`.

mod operation;
mod own;
mod param;
mod path;
mod resource;
mod scope;
mod share;
mod value;
mod wire;

use crate::diagnostic::{Code, Diagnostics};
use crate::model::{
    Area, AreaId, Endpoint, EndpointId, Enum, EnumId, Model, On, Operation, Record, ResourceId, Value,
};
use crate::names;
use crate::spanned::Spanned;
use crate::syntax::operation::{Crud, RawKind, RawOperation};
use crate::syntax::{RawFile, RawResource};
use operation::Context;
use rhailab_yaml::Span;
use scope::{Scope, whole_file};

/// Makes a model of what was read. It is usable as far as nothing is reported.
pub(crate) fn lower(
    files: &[RawFile],
    names: &[String],
    unreadable: Vec<usize>,
    diagnostics: &mut Diagnostics,
) -> Model {
    let scope = Scope::new(files, unreadable);
    let mut model = Model {
        areas: names.iter().enumerate().map(|(file, name)| area(file, name, diagnostics)).collect(),
        ..Model::default()
    };
    model.enums = enums(files, &scope, diagnostics);
    for file in files {
        for raw in &file.records {
            model.records.push(Record {
                span: raw.name.span,
                area: AreaId(file.file),
                name: raw.name.value.clone(),
                doc: raw.doc.clone(),
                fields: scope.fields(&raw.fields, diagnostics),
                in_params: false,
            });
        }
    }
    let raw: Vec<(&RawFile, &RawResource)> =
        files.iter().flat_map(|file| file.resources.iter().map(move |raw| (file, raw))).collect();
    model.resources = resource::resources(&raw, &scope, diagnostics);
    operations(&raw, &scope, &mut model, diagnostics);
    mark_params(&mut model);
    model
}

fn area(file: usize, name: &str, diagnostics: &mut Diagnostics) -> Area {
    let stem = name.strip_suffix(".yaml").unwrap_or(name);
    if !names::is_snake(stem) || stem == "mod" {
        diagnostics
            .error(Code::BadName, whole_file(file), format!("`{name}` cannot name a module"))
            .help("use small letters, digits and `_`, such as `merge_requests.yaml`");
    }
    Area { name: stem.to_owned(), file: name.to_owned() }
}

fn enums(files: &[RawFile], scope: &Scope, diagnostics: &mut Diagnostics) -> Vec<Enum> {
    let raw: Vec<_> = files.iter().flat_map(|file| file.enums.iter().map(move |raw| (file, raw))).collect();
    let targets: Vec<Option<usize>> = raw
        .iter()
        .map(|(_, raw)| {
            let target = raw.same_as.as_ref()?;
            scope.enumeration(target, diagnostics).map(|id| id.0)
        })
        .collect();
    let spans: Vec<Span> = raw.iter().map(|(_, raw)| raw.name.span).collect();
    let roots = follow(&targets, &spans, "`same_as`", diagnostics);
    raw.iter()
        .zip(roots)
        .map(|((file, this), root)| {
            let source = root.map_or(*this, |root| raw[root].1);
            Enum {
                span: this.name.span,
                area: AreaId(file.file),
                name: this.name.value.clone(),
                doc: this.doc.clone(),
                values: source
                    .values
                    .iter()
                    .map(|value| Value { span: value.span, wire: value.value.clone() })
                    .collect(),
                same_as: root.map(EnumId),
            }
        })
        .collect()
}

/// Follows each link to where it ends; `None` where there is no link, or no end.
fn follow(
    targets: &[Option<usize>],
    spans: &[Span],
    what: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<Option<usize>> {
    let mut roots = Vec::with_capacity(targets.len());
    for (start, span) in spans.iter().enumerate() {
        let mut root = None;
        let mut at = start;
        // A chain without a circle has fewer links than there are nodes.
        for _ in 0..=targets.len() {
            let Some(next) = targets[at] else { break };
            if next == start {
                diagnostics
                    .error(Code::Cycle, *span, format!("{what} leads back here"))
                    .help("let one of them stand on its own");
            }
            root = Some(next);
            at = next;
            if next == start {
                break;
            }
        }
        roots.push(root.filter(|root| *root != start && targets[*root].is_none()));
    }
    roots
}

/// Lowers the operations of every resource, then shares the verbs that are to be shared.
fn operations(
    raw: &[(&RawFile, &RawResource)],
    scope: &Scope,
    model: &mut Model,
    diagnostics: &mut Diagnostics,
) {
    for (index, (_, this)) in raw.iter().enumerate() {
        let context = Context::new(ResourceId(index), this, model, scope, diagnostics);
        let lowered: Vec<(&RawOperation, Endpoint)> = this
            .operations
            .iter()
            .filter_map(|operation| Some((operation, context.endpoint(operation, diagnostics)?)))
            .collect();
        let omits: Vec<_> = this.operations.iter().flat_map(|operation| &operation.omits).collect();
        resource::check_fields(&model.resources[index], this, &omits, model, diagnostics);
        let resource = &mut model.resources[index];
        resource.list_omits = omits.into_iter().map(|omit| omit.value.clone()).collect();
        for (operation, endpoint) in lowered {
            let id = EndpointId(model.endpoints.len());
            for (on, name) in verbs(operation) {
                resource.operations.push(Operation { name: name.to_owned(), on, endpoint: id });
            }
            model.endpoints.push(endpoint);
        }
    }
    share::verbs(raw, scope, model, diagnostics);
}

/// Who has the operation, and under which name.
fn verbs(raw: &RawOperation) -> Vec<(On, &str)> {
    let verb = raw.name.value.as_str();
    match &raw.kind {
        Some(RawKind::Action { on, .. }) => vec![(*on, verb)],
        Some(RawKind::Crud { crud, .. }) => match crud {
            Crud::List | Crud::Create => vec![(On::Manager, verb)],
            Crud::Get => vec![(On::Manager, verb), (On::Object, "refresh")],
            Crud::Update => vec![(On::Manager, verb), (On::Object, "save")],
            Crud::Delete => vec![(On::Manager, verb), (On::Object, verb)],
        },
        None => Vec::new(),
    }
}

/// Marks the records that parameters use, those inside other records too.
fn mark_params(model: &mut Model) {
    let params = model.endpoints.iter().flat_map(|endpoint| &endpoint.params);
    let mut open: Vec<_> = params.filter_map(|param| param.ty.inner_record()).collect();
    while let Some(id) = open.pop() {
        let record = &mut model.records[id.0];
        if !std::mem::replace(&mut record.in_params, true) {
            open.extend(record.fields.iter().filter_map(|field| field.ty.inner_record()));
        }
    }
}

/// Reports a name that no method can have.
fn bad_snake(name: &Spanned<String>, diagnostics: &mut Diagnostics) {
    diagnostics
        .error(Code::BadName, name.span, format!("`{}` cannot name a method", name.value))
        .help("use small letters, digits and `_`, and begin with a letter");
}
