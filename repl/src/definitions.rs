//! Definitions for editors: what scripts can call, in the `.d.rhai` files that tools for Rhai read. All of it comes
//! from the endpoint table and the tables of functions. Writing the files is the command's business.

use std::fmt::Write as _;

use rhailab_client::endpoint::{On, Operation, Outcome, Resource, Type};
use rhailab_client::table;

use crate::engine::functions::{CLIENT, ERROR, FUNCTIONS, Function, Gives, SEQUENCE, Takes, object_methods};
use crate::engine::{own_options, parameters};

/// A file's name, and what writes its text.
type File = (&'static str, fn() -> String);

/// The files.
pub const FILES: &[File] = &[("rhailab.d.rhai", language), ("gitlab.d.rhai", gitlab)];

/// What is declared, with its documentation.
struct Definitions(String);

impl Definitions {
    fn new() -> Self {
        Self("module static;\n".to_owned())
    }

    fn add(&mut self, doc: &str, declarations: &[String]) {
        for declaration in declarations {
            self.0.push('\n');
            for line in doc.lines() {
                // Writing to a string cannot fail.
                let _ = writeln!(self.0, "{}", format!("/// {line}").trim_end());
            }
            let _ = writeln!(self.0, "{declaration};");
        }
    }
}

/// What every script has beside GitLab.
fn language() -> String {
    let mut definitions = Definitions::new();
    definitions.add("The client that the configuration gives.", &["const gl: Gitlab".to_owned()]);
    definitions.add("The script's own arguments.", &["const args: Array".to_owned()]);
    for property in CLIENT.properties {
        definitions.add(property.doc, &[format!("fn get {}(gl: Gitlab) -> String", property.name)]);
    }
    for method in CLIENT.methods {
        definitions.add(method.doc, &of_function(method, Some("Gitlab"), "?"));
    }
    for function in FUNCTIONS {
        definitions.add(function.doc, &of_function(function, None, "?"));
    }
    for method in SEQUENCE.methods {
        definitions.add(method.doc, &of_function(method, Some("Sequence"), "?"));
    }
    for property in SEQUENCE.properties {
        definitions.add(property.doc, &[format!("fn get {}(list: Sequence) -> ?", property.name)]);
    }
    for property in ERROR.properties {
        definitions.add(property.doc, &[format!("fn get {}(error: Error) -> ?", property.name)]);
    }
    definitions.0
}

/// What the spec has.
fn gitlab() -> String {
    let mut definitions = Definitions::new();
    for resource in table::ROOT {
        accessors(&mut definitions, resource, "gl: Gitlab");
    }
    for resource in table::RESOURCES {
        managers(&mut definitions, resource);
        if !resource.identity.is_empty() {
            objects(&mut definitions, resource);
        }
    }
    definitions.0
}

fn accessors(definitions: &mut Definitions, resource: &'static Resource, owner: &str) {
    for accessor in resource.accessors {
        let declaration = format!("fn get {accessor}({owner}) -> {}", manager(resource));
        definitions.add(resource.doc, &[declaration]);
    }
}

fn managers(definitions: &mut Definitions, resource: &'static Resource) {
    for verb in resource.operations.iter().filter(|verb| verb.on == On::Manager) {
        definitions.add(&doc(verb), &of_verb(resource, verb, &format!("manager: {}", manager(resource))));
    }
}

fn objects(definitions: &mut Definitions, resource: &'static Resource) {
    let this = format!("object: {}", resource.kind);
    for child in resource.children {
        accessors(definitions, child, &this);
    }
    for verb in resource.operations.iter().filter(|verb| verb.on == On::Object) {
        definitions.add(&doc(verb), &of_verb(resource, verb, &this));
    }
    for method in object_methods(resource) {
        let result = if matches!(method.gives, Gives::Receiver) { resource.kind } else { "?" };
        definitions.add(method.doc, &of_function(method, Some(resource.kind), result));
    }
    let changes = resource.operation(On::Object, "save").map(|save| save.endpoint);
    for field in resource.fields.iter().filter(|field| resource.child(field.name).is_none()) {
        let ty = type_name(&field.ty);
        let mut declarations = vec![format!("fn get {}({this}) -> {ty}", field.name)];
        if changes.is_some_and(|changes| changes.param(field.name).is_some()) {
            declarations.push(format!("fn set {}({this}, value: {ty})", field.name));
        }
        definitions.add(field.doc, &declarations);
    }
    definitions.add("The kind of object that it is.", &[format!("fn get kind({this}) -> String")]);
    definitions.add("Everything that GitLab sent.", &[format!("fn get attributes({this}) -> Map")]);
}

fn manager(resource: &'static Resource) -> String {
    format!("{}Manager", resource.kind)
}

/// The operation's text, its parameters and GitLab's page.
fn doc(verb: &Operation) -> String {
    let endpoint = verb.endpoint;
    let mut text = endpoint.doc.trim_end().to_owned();
    if let Some(why) = endpoint.deprecated {
        let _ = write!(text, "\n\nDeprecated: {why}");
    }
    let _ = write!(text, "\n\nSee {}", endpoint.docs_url);
    text
}

/// A declaration for each number of arguments that a verb can be called with.
fn of_verb(resource: &'static Resource, verb: &Operation, this: &str) -> Vec<String> {
    let taken = parameters(resource, verb);
    let positional: String =
        taken.by_position.iter().map(|param| format!(", {}: {}", param.name, type_name(&param.ty))).collect();
    let has_options = !taken.by_name.is_empty() || own_options(resource, verb).next().is_some();
    let needs_options = taken.by_name.iter().any(|param| param.required);
    let result = result(resource, verb);
    let mut declarations = Vec::new();
    if !needs_options {
        declarations.push(format!("fn {}({this}{positional}){result}", verb.name));
    }
    if has_options {
        declarations.push(format!("fn {}({this}{positional}, options: Map){result}", verb.name));
    }
    declarations
}

fn result(resource: &'static Resource, verb: &Operation) -> String {
    let ty = match verb.endpoint.outcome {
        Outcome::Nothing => return String::new(),
        Outcome::Object(of) => of.kind,
        Outcome::SameObject | Outcome::AnotherObject => resource.kind,
        Outcome::List(of) => return format!(" -> Sequence<{}>", of.kind),
        Outcome::Record(_) => "Map",
        Outcome::Text => "String",
        Outcome::Bytes => "Blob",
        _ => "?",
    };
    format!(" -> {ty}")
}

fn type_name(ty: &Type) -> &'static str {
    match ty {
        Type::String | Type::DateTime | Type::Date | Type::Enum(_) => "String",
        Type::Int => "int",
        Type::Float | Type::Seconds => "float",
        Type::Bool => "bool",
        Type::Record(_) | Type::Map(_) => "Map",
        Type::Array(_) => "Array",
        _ => "?",
    }
}

/// A declaration for each number of arguments that a function takes.
fn of_function(function: &Function, receiver: Option<&str>, result: &str) -> Vec<String> {
    let mut params: Vec<String> = receiver.map(|kind| format!("value: {kind}")).into_iter().collect();
    let mut declarations = Vec::new();
    let mut declare = |params: &[String]| {
        declarations.push(format!("fn {}({}) -> {result}", function.name, params.join(", ")));
    };
    for parameter in function.parameters {
        if parameter.optional {
            declare(&params);
        }
        let ty = match parameter.takes {
            Takes::Options(_) => "Map",
            _ => "?",
        };
        params.push(format!("{}: {ty}", parameter.name));
    }
    declare(&params);
    declarations
}
