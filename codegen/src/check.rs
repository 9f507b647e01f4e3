//! Rules over the whole model: names that meet, routes that meet, records that contain themselves.
//!
//! Owns what can only be judged when everything is known. Must not change the model, nor know YAML.

mod collision;

use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostics};
use crate::model::{Endpoint, Method, Model, On, Outcome, Param, Place, Segment, Type};
use crate::names;
use collision::Taken;

/// Applies every rule.
pub(crate) fn check(model: &Model, diagnostics: &mut Diagnostics) {
    collision::type_names(model, diagnostics);
    collision::operations(model, diagnostics);
    collision::statics(model, diagnostics);
    enums(model, diagnostics);
    records(model, diagnostics);
    for resource in &model.resources {
        if resource.fields_of.is_none() {
            collision::fields(&resource.fields, diagnostics);
        }
        collision::contexts(resource, model, diagnostics);
        collision::methods(resource, model, diagnostics);
    }
    collision::accessors(model, diagnostics);
    owners(model, diagnostics);
    routes(model, diagnostics);
    for endpoint in &model.endpoints {
        collision::setters(endpoint, diagnostics);
    }
}

fn enums(model: &Model, diagnostics: &mut Diagnostics) {
    for item in model.enums.iter().filter(|item| item.same_as.is_none()) {
        let mut values = std::collections::HashSet::new();
        let mut variants = Taken::new("variants");
        for value in &item.values {
            let variant = names::variant(&value.wire);
            if !values.insert(&value.wire) {
                diagnostics
                    .error(Code::DuplicateValue, value.span, format!("`{}` stands here twice", value.wire))
                    .help("remove one of the two");
            } else if variant.trim_matches('_').is_empty() {
                diagnostics
                    .error(Code::BadName, value.span, format!("`{}` cannot name a variant", value.wire))
                    .help("a value needs a letter or a digit; use `string` instead of the enum");
            } else {
                let help = "Rust writes both alike; use `string` instead of the enum";
                variants.take(variant, &value.wire, value.span, help, diagnostics);
            }
        }
    }
}

fn records(model: &Model, diagnostics: &mut Diagnostics) {
    for (index, record) in model.records.iter().enumerate() {
        collision::fields(&record.fields, diagnostics);
        if record.in_params {
            collision::record_setters(&record.fields, diagnostics);
        }
        if let Some(field) = record.fields.iter().find(|field| contains(model, &field.ty, index)) {
            diagnostics
                .error(Code::Cycle, field.span, format!("`{}` contains itself without end", record.name))
                .help("make the field an array or a map of it, or `json`");
        }
        for field in record.fields.iter().filter(|field| record.in_params && field.ty.is_secret()) {
            if field.ty != Type::Secret || !field.required || field.nullable {
                diagnostics
                    .error(Code::BadType, field.span, format!("`{}` cannot have this type here", field.name))
                    .help(format!(
                        "a parameter takes `{}`, and a secret in a parameter is `secret!`",
                        record.name
                    ));
            }
        }
    }
}

/// Whether a value of the type holds, directly, a value of the record.
fn contains(model: &Model, ty: &Type, record: usize) -> bool {
    let mut seen = vec![false; model.records.len()];
    let mut open = vec![ty];
    while let Some(ty) = open.pop() {
        let Type::Record(id) = ty else { continue };
        if id.0 == record {
            return true;
        }
        if !std::mem::replace(&mut seen[id.0], true) {
            open.extend(model.record(*id).fields.iter().map(|field| &field.ty));
        }
    }
    false
}

/// Whoever is called knows the owners of the objects that it answers, because the objects' own paths
/// name them.
fn owners(model: &Model, diagnostics: &mut Diagnostics) {
    for resource in &model.resources {
        for operation in &resource.operations {
            let endpoint = model.endpoint(operation.endpoint);
            let (Outcome::Object(id) | Outcome::List(id)) = endpoint.outcome else { continue };
            let answered = model.resource(id);
            let calls_object = operation.on == On::Object || endpoint.item;
            let known = |name: &str| {
                (calls_object && resource.context_name == name)
                    || model.ancestors(resource).any(|above| above.context_name == name)
            };
            let missing = model.ancestors(answered).find(|owner| !known(&owner.context_name));
            if let Some(owner) = missing {
                let declared_here = model.resource(endpoint.resource).span == resource.span;
                let span = if declared_here { endpoint.span } else { resource.span };
                diagnostics
                    .error(
                        Code::BadReturns,
                        span,
                        format!(
                            "`{}` answers a `{}`, but does not know the {} that owns it",
                            model.endpoint_id(endpoint),
                            answered.kind,
                            owner.noun
                        ),
                    )
                    .help("an object knows itself and the objects above it; return `json`, or a resource that has no other owners");
            }
        }
    }
}

/// No two operations have one method and one shape of path, unless they are one operation that two
/// resources offer: the same parameters, the same answer.
fn routes(model: &Model, diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<(Method, String), &Endpoint> = HashMap::new();
    for endpoint in &model.endpoints {
        let shape: String = endpoint
            .path
            .iter()
            .map(|segment| match segment {
                Segment::Literal(text) => format!("/{text}"),
                Segment::Param(_) => "/{}".to_owned(),
                Segment::Rest(_) => "/{*}".to_owned(),
            })
            .collect();
        if let Some(other) = seen.get(&(endpoint.method, shape.clone())) {
            if is_same(endpoint, other) || is_old_name(endpoint, other) {
                continue;
            }
            let route = format!("{} {}", endpoint.method.as_str(), endpoint.path_text());
            diagnostics
                .error(
                    Code::DuplicateRoute,
                    endpoint.span,
                    format!("`{route}` is `{}` already", model.endpoint_id(other)),
                )
                .help("remove one of them, or correct its path");
        } else {
            seen.insert((endpoint.method, shape), endpoint);
        }
    }
}

/// Whether one of two operations is the deprecated form of the other.
fn is_old_name(one: &Endpoint, other: &Endpoint) -> bool {
    one.deprecated.is_some() != other.deprecated.is_some()
        && one.outcome == other.outcome
        && one.success == other.success
}

/// Whether two operations of different resources take and answer the same.
fn is_same(one: &Endpoint, other: &Endpoint) -> bool {
    let takes = |endpoint: &Endpoint| -> Vec<(Option<String>, Place, Type, bool)> {
        let param = |param: &Param| {
            // Names in a path are nobody's but the spec's.
            let name = (param.place != Place::Path).then(|| param.wire_name().to_owned());
            (name, param.place, param.ty.clone(), param.required)
        };
        endpoint.params.iter().map(param).collect()
    };
    one.resource != other.resource
        && one.outcome == other.outcome
        && !matches!(one.outcome, Outcome::SameObject | Outcome::AnotherObject)
        && one.success == other.success
        && takes(one) == takes(other)
}
