//! What can stand behind a dot.

use rhailab_client::endpoint::{Field, On, Operation, Resource};
use rhailab_client::table;

use super::callee::takes_arguments;
use super::matching::Offer;
use super::shape::Shape;
use crate::engine::arguments::signature;
use crate::engine::functions::{Function, Property, object_methods};

/// What a value has: fields, sub-resources, verbs, then what all such values have.
pub(super) fn members(shape: &Shape) -> Vec<Offer> {
    let mut offers = match shape {
        Shape::Client => managers(table::ROOT).collect(),
        Shape::Manager(resource) => verbs(resource, On::Manager),
        Shape::Object(resource) => object(resource),
        Shape::Map(keys) => keys
            .iter()
            // Other keys can be reached by an index only.
            .filter(|(name, _)| rhai::is_valid_identifier(name))
            .map(|(name, shape)| Offer::new(name, name, typed(name, &shape.name()), shape.doc()))
            .collect(),
        _ => shape.fields().iter().map(field).collect(),
    };
    if let Some(members) = shape.members() {
        offers.extend(members.properties.iter().map(|known| property(known, shape)));
        offers.extend(members.methods.iter().map(function));
    }
    offers
}

/// A name with its type, if that is known.
pub(super) fn typed(name: &str, ty: &str) -> String {
    if ty.is_empty() { name.to_owned() } else { format!("{name}: {ty}") }
}

/// A function or a method, to be called.
pub(super) fn function(function: &Function) -> Offer {
    let text = called(function.name, !function.parameters.is_empty());
    Offer::new(function.name, text, function.signature(), function.doc)
}

/// The beginning of a call; the whole of it, if there is nothing to be given.
pub(super) fn called(name: &str, takes_arguments: bool) -> String {
    if takes_arguments { format!("{name}(") } else { format!("{name}()") }
}

fn object(resource: &'static Resource) -> Vec<Offer> {
    // Behind a dot a sub-resource hides a field of its name.
    let fields = resource.fields.iter().filter(|field| resource.child(field.name).is_none()).map(field);
    let own = object_methods(resource).map(function);
    fields.chain(managers(resource.children)).chain(verbs(resource, On::Object)).chain(own).collect()
}

fn field(field: &Field) -> Offer {
    let null = if field.nullable { "?" } else { "" };
    let label = format!("{}: {}{null}", field.name, field.ty);
    Offer::new(field.name, field.name, label, field.doc)
}

fn property(property: &Property, receiver: &Shape) -> Offer {
    let label = typed(property.name, &receiver.given(property.gives).name());
    Offer::new(property.name, property.name, label, property.doc)
}

fn managers(resources: &'static [&'static Resource]) -> impl Iterator<Item = Offer> {
    resources.iter().flat_map(|resource| {
        let label = |name: &str| format!("{name}: {}Manager", resource.kind);
        resource.accessors.iter().map(move |name| Offer::new(*name, *name, label(name), resource.doc))
    })
}

fn verbs(resource: &'static Resource, on: On) -> Vec<Offer> {
    let own = resource.operations.iter().filter(|verb| verb.on == on);
    own.map(|verb| verb_offer(resource, verb)).collect()
}

fn verb_offer(resource: &Resource, verb: &Operation) -> Offer {
    let text = called(verb.name, takes_arguments(resource, verb));
    let doc = match verb.endpoint.deprecated {
        Some(instead) => format!("Deprecated: {instead}"),
        None => verb.endpoint.doc.to_owned(),
    };
    Offer::new(verb.name, text, signature(resource, verb), &doc)
}
