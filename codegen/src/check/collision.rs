//! Rules over names: what Rust sees side by side must not be called alike.
//!
//! Owns which names share a space. Must not know how they come to be: that is in `names.rs`.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Code, Diagnostics};
use crate::model::{Endpoint, Field, Model, On, Resource};
use crate::names;
use rhailab_yaml::Span;

/// Names with the place of the first thing that has them.
pub(super) struct Taken<'a> {
    what: &'static str,
    seen: HashMap<String, (Span, &'a str)>,
}

impl<'a> Taken<'a> {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, seen: HashMap::new() }
    }

    /// Takes a name for its owner; reports when another one has it.
    pub(super) fn take(
        &mut self,
        name: String,
        owner: &'a str,
        span: Span,
        help: &str,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some((_, other)) = self.seen.get(&name) {
            let message = if *other == owner {
                format!("there are two {} `{name}`", self.what)
            } else {
                format!("`{owner}` and `{other}` are both `{name}` among the {}", self.what)
            };
            diagnostics.error(Code::NameCollision, span, message).help(help);
        } else {
            self.seen.insert(name, (span, owner));
        }
    }
}

/// Every type of the generated code has a name of its own.
pub(super) fn type_names(model: &Model, diagnostics: &mut Diagnostics) {
    let mut taken = Taken::new("types");
    let enums = model.enums.iter().map(|item| (&item.name, item.span, true));
    let records = model.records.iter().map(|item| (&item.name, item.span, true));
    let resources = model
        .resources
        .iter()
        .map(|item| (&item.kind, item.span, item.has_objects && item.fields_of.is_none()));
    for (index, (name, span, has_fields)) in enums.chain(records).chain(resources).enumerate() {
        if !names::is_upper_camel(name) || names::is_reserved_type(name) {
            diagnostics
                .error(Code::BadName, span, format!("`{name}` cannot name a type"))
                .help("write it `LikeThis`, and not as a type that the client has already");
        }
        let help = "rename one of them: enums, records and resources of all files share their names";
        taken.take(name.clone(), name, span, help, diagnostics);
        let is_resource = index >= model.enums.len() + model.records.len();
        if is_resource {
            taken.take(names::manager(name), name, span, help, diagnostics);
            if has_fields {
                taken.take(names::fields(name), name, span, help, diagnostics);
            }
        }
    }
    let mut told = HashSet::new();
    for endpoint in model.endpoints.iter().filter(|endpoint| endpoint.has_request()) {
        // Two operations of one name are told as such.
        if told.insert((endpoint.resource.0, &endpoint.verb)) {
            let help = "name the struct of its parameters: `request: PlayAllJobs`";
            taken.take(endpoint.request.clone(), &endpoint.verb, endpoint.span, help, diagnostics);
        }
    }
}

/// Every operation has a name of its own.
pub(super) fn operations(model: &Model, diagnostics: &mut Diagnostics) {
    let mut seen = HashSet::new();
    for endpoint in &model.endpoints {
        let id = model.endpoint_id(endpoint);
        if seen.contains(&id) {
            diagnostics
                .error(Code::NameCollision, endpoint.span, format!("there is an operation `{id}` already"))
                .help("rename the action");
        }
        seen.insert(id);
    }
}

/// Every static of the table has a name of its own. Things that share their own name are not told
/// again.
pub(super) fn statics(model: &Model, diagnostics: &mut Diagnostics) {
    let enums = model.enums.iter().map(|item| (&item.name, item.span));
    let records = model.records.iter().map(|item| (&item.name, item.span));
    let types = enums.chain(records).map(|(name, span)| (names::constant(name), name.clone(), span));
    let resources =
        model.resources.iter().map(|item| (names::constant(&item.kind), item.kind.clone(), item.span));
    let endpoints = model.endpoints.iter().map(|item| {
        let kind = &model.resource(item.resource).kind;
        (names::endpoint_constant(kind, &item.verb), model.endpoint_id(item), item.span)
    });
    distinct(types, diagnostics);
    distinct(resources, diagnostics);
    distinct(endpoints, diagnostics);
}

fn distinct(statics: impl Iterator<Item = (String, String, Span)>, diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<String, String> = HashMap::new();
    for (name, owner, span) in statics {
        match seen.get(&name) {
            Some(other) if *other != owner => diagnostics
                .error(
                    Code::NameCollision,
                    span,
                    format!("`{owner}` and `{other}` are both `{name}` among the statics"),
                )
                .help("rename one of them"),
            Some(_) => {}
            None => {
                seen.insert(name, owner);
            }
        }
    }
}

/// Every field of a struct has a name of its own.
pub(super) fn fields(fields: &[Field], diagnostics: &mut Diagnostics) {
    let mut taken = Taken::new("fields");
    for field in fields {
        let name = names::ident(&field.name);
        if name.trim_matches('_').is_empty() || field.name.contains(char::is_control) {
            diagnostics
                .error(
                    Code::BadName,
                    field.span,
                    format!("`{}` cannot name a field", field.name.escape_debug()),
                )
                .help("a name needs a letter or a digit");
            continue;
        }
        let help = "Rust writes both alike; leave one of them out";
        taken.take(name, &field.name, field.span, help, diagnostics);
    }
}

/// No two optional fields of a record in a parameter have one setter.
pub(super) fn record_setters(fields: &[Field], diagnostics: &mut Diagnostics) {
    let mut taken = Taken::new("setters");
    let mut seen = HashSet::new();
    let optional = fields.iter().filter(|field| !field.required);
    // Fields of one name were told as such.
    for field in optional.filter(|field| seen.insert(names::ident(&field.name))) {
        let help = "Rust writes both alike; leave one of them out";
        taken.take(names::setter(&field.name), &field.name, field.span, help, diagnostics);
    }
}

/// No two placeholders that a path may use have one name.
pub(super) fn contexts(resource: &Resource, model: &Model, diagnostics: &mut Diagnostics) {
    let mut taken = Taken::new("placeholders");
    let help = "rename one of the kinds, or its identity";
    let mut above = resource.parent;
    while let Some(parent) = above {
        let parent = model.resource(parent);
        taken.take(parent.context_name.clone(), &parent.kind, resource.span, help, diagnostics);
        above = parent.parent;
    }
    if resource.has_objects {
        taken.take(resource.identity.clone(), &resource.kind, resource.span, help, diagnostics);
    }
}

/// No two methods of a manager, or of an object, have one name.
pub(super) fn methods(resource: &Resource, model: &Model, diagnostics: &mut Diagnostics) {
    let help = "rename the action or the accessor";
    for on in [On::Manager, On::Object] {
        let (what, own): (_, &[&str]) = match on {
            On::Manager => ("methods of the manager", &["manager", "lazy"]),
            On::Object => ("methods of the object", &["object", "lazy"]),
        };
        let mut taken = Taken::new(what);
        let mut told = HashSet::new();
        for name in own {
            taken.take((*name).to_owned(), "the client", resource.span, help, diagnostics);
        }
        for operation in resource.operations.iter().filter(|operation| operation.on == on) {
            let endpoint = model.endpoint(operation.endpoint);
            let span = if model.resource(endpoint.resource).span == resource.span {
                endpoint.span
            } else {
                resource.span
            };
            // Two operations of one name are told as such.
            if !told.insert((endpoint.resource.0, &endpoint.verb)) {
                continue;
            }
            let verb = if operation.name == "save" { &endpoint.verb } else { &operation.name };
            taken.take(names::ident(verb), verb, span, help, diagnostics);
            if *verb != operation.name {
                taken.take(operation.name.clone(), verb, span, help, diagnostics);
            }
            if endpoint.has_request() && !endpoint.always_takes_request() {
                taken.take(names::with_request(verb), verb, span, help, diagnostics);
            }
        }
        if on == On::Object {
            for child in resource.children.iter().map(|child| model.resource(*child)) {
                for accessor in &child.accessors {
                    taken.take(names::ident(accessor), &child.kind, child.span, help, diagnostics);
                }
            }
        }
    }
}

/// No two accessors of the client itself have one name.
pub(super) fn accessors(model: &Model, diagnostics: &mut Diagnostics) {
    let mut taken = Taken::new("accessors of the client");
    taken.take("manager".to_owned(), "the client", Span { file: 0, start: 0, end: 0 }, "", diagnostics);
    for resource in model.resources.iter().filter(|resource| resource.parent.is_none()) {
        for accessor in &resource.accessors {
            let help = "name one of them otherwise: `accessors: [own_pipelines]`";
            taken.take(names::ident(accessor), &resource.kind, resource.span, help, diagnostics);
        }
    }
}

/// No two parameters of an operation have one setter.
pub(super) fn setters(endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let mut taken = Taken::new("setters");
    let mut seen = HashSet::new();
    for param in endpoint.caller_params().filter(|param| seen.insert(&param.name)) {
        let help = "Rust writes both alike; leave one of them out";
        taken.take(names::setter(&param.name), &param.name, param.span, help, diagnostics);
    }
}
