//! Shared verbs: those that objects have from another resource, through `like` and `verbs`.
//!
//! Owns which verbs are shared, and that their paths can be filled. Must not know what the verbs do.

use super::resource::no_objects;
use super::scope::Scope;
use crate::diagnostic::{Code, Diagnostics};
use crate::model::{Model, On, Operation, Origin, Place, Resource, ResourceId};
use crate::spanned::Spanned;
use crate::syntax::reader::suggestion;
use crate::syntax::{RawFile, RawResource, RawVerbs};
use rhailab_yaml::Span;

/// The verbs that every resource with the right operations has; all others are actions.
const USUAL: [&str; 3] = ["refresh", "save", "delete"];

/// Gives the verbs of other resources to those that share them. `verbs` comes first, so that `like`
/// hands on what came with it.
pub(super) fn verbs(
    raw: &[(&RawFile, &RawResource)],
    scope: &Scope,
    model: &mut Model,
    diagnostics: &mut Diagnostics,
) {
    for (index, (_, this)) in raw.iter().enumerate() {
        let Some(verbs) = &this.verbs else { continue };
        let Some(of) = scope.resource(&verbs.of, diagnostics) else { continue };
        let source = raw[of.0].1;
        let further = source.like.as_ref().or(source.verbs.as_ref().map(|verbs| &verbs.of));
        if !source.has_objects {
            no_objects(&verbs.of, "`verbs`", diagnostics);
        } else if of.0 == index {
            let message = format!("`{}` cannot have its verbs from itself", verbs.of.value);
            let help = "remove the key: its own verbs are there already";
            diagnostics.error(Code::BadShare, verbs.of.span, message).help(help);
        } else if let Some(further) = further {
            let message = format!("some verbs of `{}` are not its own", verbs.of.value);
            let help = format!("they are those of `{}`; name that resource", further.value);
            diagnostics.error(Code::BadShare, verbs.of.span, message).help(help);
        } else {
            let shared = chosen(verbs, index, of, model, diagnostics);
            give(shared, index, verbs.of.span, model, diagnostics);
        }
    }
    for (index, (_, this)) in raw.iter().enumerate() {
        let mut root = None;
        let mut at = *this;
        // A chain without a circle has fewer links than there are resources; circles were reported.
        for _ in 0..raw.len() {
            let Some(next) = &at.like else { break };
            root = scope.resource(next, &mut Diagnostics::default());
            let Some(next) = root else { break };
            at = raw[next.0].1;
        }
        if let (Some(root), Some(like)) = (root, &this.like)
            && at.like.is_none()
        {
            let shared = foreign(index, root, model).cloned().collect();
            give(shared, index, like.span, model, diagnostics);
        }
    }
}

/// The verbs that `verbs` asks for.
fn chosen(
    verbs: &RawVerbs,
    index: usize,
    of: ResourceId,
    model: &Model,
    diagnostics: &mut Diagnostics,
) -> Vec<Operation> {
    let Some(only) = &verbs.only else {
        return foreign(index, of, model)
            .filter(|verb| !USUAL.contains(&verb.name.as_str()))
            .cloned()
            .collect();
    };
    let mut chosen: Vec<Operation> = Vec::new();
    for name in only {
        let known: Vec<&Operation> = on_objects(model.resource(of)).collect();
        let own = on_objects(&model.resources[index]).any(|own| own.name == name.value);
        if own || chosen.iter().any(|other| other.name == name.value) {
            diagnostics
                .error(Code::NameCollision, name.span, format!("there is a verb `{}` already", name.value))
                .help("remove it here");
        } else if let Some(verb) = known.iter().find(|verb| verb.name == name.value) {
            chosen.push((*verb).clone());
        } else {
            report_unknown(name, &verbs.of.value, &known, diagnostics);
        }
    }
    chosen
}

fn report_unknown(name: &Spanned<String>, of: &str, known: &[&Operation], diagnostics: &mut Diagnostics) {
    let names: Vec<&str> = known.iter().map(|verb| verb.name.as_str()).collect();
    let usual = match name.value.as_str() {
        "get" => Some("refresh"),
        "update" => Some("save"),
        _ => None,
    };
    let help = match usual.filter(|usual| names.contains(usual)) {
        Some(usual) => format!("objects call it `{usual}`"),
        None => suggestion(&name.value, &names, "the verbs are"),
    };
    diagnostics
        .error(Code::UnknownVerb, name.span, format!("objects of `{of}` have no verb `{}`", name.value))
        .help(help);
}

/// The verbs of another resource's objects that a resource does not declare itself.
fn foreign(index: usize, of: ResourceId, model: &Model) -> impl Iterator<Item = &Operation> {
    let own = &model.resources[index];
    on_objects(model.resource(of)).filter(move |shared| !on_objects(own).any(|own| own.name == shared.name))
}

fn on_objects(resource: &Resource) -> impl Iterator<Item = &Operation> {
    resource.operations.iter().filter(|operation| operation.on == On::Object)
}

/// Adds the verbs, if these objects know what the paths need.
fn give(shared: Vec<Operation>, index: usize, span: Span, model: &mut Model, diagnostics: &mut Diagnostics) {
    let resource = &model.resources[index];
    for operation in &shared {
        let endpoint = model.endpoint(operation.endpoint);
        for param in endpoint.params.iter().filter(|param| param.origin == Origin::Context) {
            let known = param.name == resource.identity
                || model.ancestors(resource).any(|above| above.context_name == param.name);
            if !known && param.place == Place::Path {
                let id = model.endpoint_id(endpoint);
                let message = format!("`{}` does not know the `{{{}}}` of `{id}`", resource.kind, param.name);
                let help = "an object knows its own identity and the objects above it";
                diagnostics.error(Code::MissingPlaceholder, span, message).help(help);
            }
        }
        for own in endpoint.params.iter().flat_map(|param| &param.from) {
            if !resource.fields.is_empty() && !resource.fields.iter().any(|field| field.name == own.field) {
                let id = model.endpoint_id(endpoint);
                let message = format!("`{}` has no field `{}`, which `{id}` needs", resource.kind, own.field);
                let help = "leave the verb out with `only`, or add the field";
                diagnostics.error(Code::UnknownField, span, message).help(help);
            }
        }
    }
    model.resources[index].operations.extend(shared);
}
