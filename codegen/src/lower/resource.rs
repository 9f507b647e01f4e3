//! Resources: identity, accessors, parents and fields, everything but the operations.
//!
//! Owns the meaning of a resource's own keys. Must not know what operations do.

use super::follow;
use super::scope::Scope;
use crate::diagnostic::{Code, Diagnostics};
use crate::model::{AreaId, Field, Model, Resource, ResourceId, Sample, Type};
use crate::names;
use crate::spanned::Spanned;
use crate::syntax::operation::{Crud, RawKind, RawOperation};
use crate::syntax::reader::suggestion;
use crate::syntax::{RawFile, RawResource, RawSample};
use rhailab_yaml::Span;

/// Everything about the resources but their operations.
pub(super) fn resources(
    raw: &[(&RawFile, &RawResource)],
    scope: &Scope,
    diagnostics: &mut Diagnostics,
) -> Vec<Resource> {
    let spans: Vec<Span> = raw.iter().map(|(_, raw)| raw.name.span).collect();
    let mut linked = |key, name: fn(&RawResource) -> Option<&Spanned<String>>| -> Vec<Option<usize>> {
        raw.iter().map(|(_, this)| with_objects(name(this)?, key, raw, scope, diagnostics)).collect()
    };
    let parents = linked("`parent`", |raw| raw.parent.as_ref());
    let targets = linked("`like`", |raw| raw.like.as_ref());
    let tops = follow(&parents, &spans, "`parent`", diagnostics);
    let likes = follow(&targets, &spans, "`like`", diagnostics);

    let mut resources: Vec<Resource> = Vec::with_capacity(raw.len());
    for (index, (file, this)) in raw.iter().enumerate() {
        // A parent that leads nowhere is none, so that walks along the parents end.
        let parent = parents[index].filter(|_| tops[index].is_some());
        let parent_kind = parent.map(|parent| raw[parent].1.name.value.as_str());
        let root = likes[index].unwrap_or(index);
        let source = raw[root].1;
        // The problems of shared fields are reported where they are declared.
        let mut elsewhere = Diagnostics::default();
        let fields_from =
            shared_fields(source, raw, scope, if root == index { diagnostics } else { &mut elsewhere })
                .unwrap_or(root);
        let fields = if fields_from == index {
            scope.fields(&this.fields, diagnostics)
        } else {
            scope.fields(&raw[fields_from].1.fields, &mut elsewhere)
        };
        let unresolved_like = this.like.is_some() && likes[index].is_none();
        let (identity, identity_type) = identity(source, this, &fields, unresolved_like, scope, diagnostics);
        let kind = this.name.value.clone();
        let has_objects = source.has_objects;
        resources.push(Resource {
            span: this.name.span,
            area: AreaId(file.file),
            doc: this.doc.clone(),
            docs_url: docs_url(this.docs.as_ref().or(file.docs.as_ref()), this.name.span, diagnostics),
            noun: names::noun(&kind, parent_kind),
            accessors: accessors(this, diagnostics),
            parent: parent.map(ResourceId),
            children: Vec::new(),
            fields_of: Some(fields_from).filter(|from| *from != index).map(ResourceId),
            has_objects,
            singleton: has_objects && is_singleton(this, &identity),
            context_name: if has_objects {
                names::context(&kind, parent_kind, &identity)
            } else {
                String::new()
            },
            identity,
            identity_type,
            fields,
            sample: this.sample.as_ref().map(sample),
            table: source.table.iter().map(|column| column.value.clone()).collect(),
            list_omits: Vec::new(),
            operations: Vec::new(),
            kind,
        });
    }
    for (index, parent) in parents.iter().enumerate() {
        if let Some(parent) = parent.filter(|_| tops[index].is_some()) {
            resources[parent].children.push(ResourceId(index));
        }
    }
    check_samples(raw, &resources, diagnostics);
    resources
}

fn sample(raw: &RawSample) -> Sample {
    Sample { name: raw.name.value.clone(), code: raw.code.clone() }
}

/// An example sees the samples of its resource and of those above it, so that their names must differ.
fn check_samples(raw: &[(&RawFile, &RawResource)], resources: &[Resource], diagnostics: &mut Diagnostics) {
    for ((_, this), resource) in raw.iter().zip(resources) {
        let Some(RawSample { name, .. }) = &this.sample else { continue };
        let owners = std::iter::successors(resource.parent, |owner| resources[owner.0].parent);
        let taken = owners
            .map(|owner| &resources[owner.0])
            .find(|owner| owner.sample.as_ref().is_some_and(|sample| sample.name == name.value));
        let taken_by = match taken {
            Some(owner) => format!("the sample of `{}` is called", owner.kind),
            None if name.value == "gl" => "the client is called".to_owned(),
            None => continue,
        };
        diagnostics
            .error(Code::NameCollision, name.span, format!("{taken_by} `{}` already", name.value))
            .help("give the variable another name");
    }
}

/// The resource whose fields `fields: OTHER` means, if that is what stands there.
fn shared_fields(
    source: &RawResource,
    raw: &[(&RawFile, &RawResource)],
    scope: &Scope,
    diagnostics: &mut Diagnostics,
) -> Option<usize> {
    let name = source.fields_of.as_ref()?;
    let index = with_objects(name, "`fields`", raw, scope, diagnostics)?;
    let of = raw[index].1;
    if let Some(further) = of.like.as_ref().or(of.fields_of.as_ref()) {
        let help = if further.value == name.value {
            "list its fields: `fields: { id: int! - The number. }`".to_owned()
        } else {
            format!("they are those of `{}`; name that resource", further.value)
        };
        diagnostics
            .error(Code::BadShare, name.span, format!("the fields of `{}` are not its own", name.value))
            .help(help);
        return None;
    }
    Some(index)
}

/// The resource of this name, if there are objects of it.
fn with_objects(
    name: &Spanned<String>,
    key: &str,
    raw: &[(&RawFile, &RawResource)],
    scope: &Scope,
    diagnostics: &mut Diagnostics,
) -> Option<usize> {
    let id = scope.resource(name, diagnostics)?;
    if !raw[id.0].1.has_objects {
        no_objects(name, key, diagnostics);
        return None;
    }
    Some(id.0)
}

/// Reports a resource that has a manager only, where objects are needed.
pub(super) fn no_objects(name: &Spanned<String>, key: &str, diagnostics: &mut Diagnostics) {
    diagnostics
        .error(Code::NoObjects, name.span, format!("there are no objects of `{}`", name.value))
        .help(format!("it has no `fields`, only a manager; {key} names a resource with fields"));
}

/// Whether the owner has one object of this resource: the operations on it have paths of their own,
/// which do not name it, and nothing lists others.
fn is_singleton(raw: &RawResource, identity: &str) -> bool {
    let placeholder = format!("{{{identity}}}");
    let mut paths = raw.operations.iter().filter_map(|operation| match &operation.kind {
        Some(RawKind::Crud { crud: Crud::Get | Crud::Update | Crud::Delete, path }) => Some(path.as_ref()),
        _ => None,
    });
    let is_list =
        |operation: &RawOperation| matches!(operation.kind, Some(RawKind::Crud { crud: Crud::List, .. }));
    let names_nothing =
        |path: Option<&Spanned<String>>| path.is_some_and(|path| !path.value.contains(&placeholder));
    !raw.operations.iter().any(is_list) && paths.clone().next().is_some() && paths.all(names_nothing)
}

/// The field that identifies an object, and the type by which callers name it.
fn identity(
    source: &RawResource,
    this: &RawResource,
    fields: &[Field],
    unresolved_like: bool,
    scope: &Scope,
    diagnostics: &mut Diagnostics,
) -> (String, Type) {
    if !source.has_objects {
        return (String::new(), Type::Id);
    }
    let written = source.identity.as_ref();
    let name = written.map_or("id", |identity| &identity.field.value).to_owned();
    let span = written.map_or(this.name.span, |identity| identity.field.span);
    let field = fields.iter().find(|field| field.name == name);
    let declared_here = source.name.span == this.name.span;
    if field.is_none() && declared_here && !fields.is_empty() && !unresolved_like {
        let candidates: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        diagnostics
            .error(
                Code::UnknownField,
                span,
                format!("the identity `{name}` of `{}` is no field", this.name.value),
            )
            .help(match written {
                Some(_) => suggestion(&name, &candidates, "its fields are"),
                None => "say which field it is: `identity: iid`".to_owned(),
            });
    }
    let explicit = written.and_then(|identity| identity.ty.as_ref());
    let ty = match (explicit, field) {
        (Some(explicit), _) if declared_here => scope.resolve(Some(explicit), diagnostics),
        (Some(explicit), _) => scope.resolve(Some(explicit), &mut Diagnostics::default()),
        (None, Some(field)) => field.ty.clone(),
        (None, None) => Type::Id,
    };
    let is_broken = ty == Type::Json && explicit.is_none();
    if declared_here && !is_broken && !matches!(ty, Type::Int | Type::String | Type::Id) {
        diagnostics
            .error(Code::BadType, span, format!("`{name}` cannot identify an object"))
            .help("an identity is an `int`, a `string`, or an `id`: a number or a full path");
    }
    (name, ty)
}

fn accessors(raw: &RawResource, diagnostics: &mut Diagnostics) -> Vec<String> {
    if let Some(accessors) = &raw.accessors {
        for accessor in accessors.iter().filter(|accessor| !names::is_snake(&accessor.value)) {
            super::bad_snake(accessor, diagnostics);
        }
        if accessors.is_empty() {
            diagnostics
                .error(Code::Empty, raw.name.span, format!("`{}` has no accessor", raw.name.value))
                .help("name at least one, or remove the key to take the last word of the path");
        }
        return accessors.iter().map(|accessor| accessor.value.clone()).collect();
    }
    let Some(path) = &raw.path else {
        return Vec::new();
    };
    let last = path.value.rsplit('/').find(|segment| !segment.is_empty() && !segment.starts_with('{'));
    let accessor = names::accessor(last.unwrap_or_default());
    if !names::is_snake(&accessor) {
        diagnostics
            .error(Code::BadName, path.span, "the path suggests no name for the manager")
            .help("name it: `accessors: [pipelines]`");
        return Vec::new();
    }
    vec![accessor]
}

/// Checks the names of fields in `table` and `omits`.
pub(super) fn check_fields(
    resource: &Resource,
    raw: &RawResource,
    omits: &[&Spanned<String>],
    model: &Model,
    diagnostics: &mut Diagnostics,
) {
    if resource.fields.is_empty() {
        return; // Reported where the fields are missing.
    }
    for column in &raw.table {
        let mut fields = resource.fields.as_slice();
        let mut offset = 0;
        for part in column.value.split('.') {
            let span = column.span.part(offset, part.len());
            offset += part.len() + 1;
            let Some(field) = find_field(fields, part, span, diagnostics) else {
                break;
            };
            fields = match field.ty {
                Type::Record(id) => &model.record(id).fields,
                _ => &[],
            };
        }
    }
    for omit in omits {
        let Some(field) = find_field(&resource.fields, &omit.value, omit.span, diagnostics) else {
            continue;
        };
        if field.required {
            diagnostics
                .error(Code::BadOmits, omit.span, format!("`{}` is declared as always there", omit.value))
                .help("remove it here, or remove the `!` from the field");
        }
    }
}

fn find_field<'a>(
    fields: &'a [Field],
    name: &str,
    span: Span,
    diagnostics: &mut Diagnostics,
) -> Option<&'a Field> {
    let found = fields.iter().find(|field| field.name == name);
    if found.is_none() {
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        diagnostics.error(Code::UnknownField, span, format!("there is no field `{name}`")).help(match names
            .as_slice()
        {
            [] => "what stands before the dot has no fields".to_owned(),
            names => suggestion(name, names, "the fields are"),
        });
    }
    found
}

/// The address of GitLab's page, which a resource or its file must have.
fn docs_url(docs: Option<&Spanned<String>>, owner: Span, diagnostics: &mut Diagnostics) -> String {
    if docs.is_none() {
        diagnostics
            .error(Code::MissingKey, owner, "nothing says where GitLab documents this")
            .help("add `docs:` with the page's address here, or once at the top of the file");
    }
    docs.map(|docs| docs.value.clone()).unwrap_or_default()
}
