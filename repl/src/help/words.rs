//! The words for what the endpoint table has: types, values, calls. They are the same on every page.

use rhailab_client::endpoint::{
    Enum, Field, On, Operation, Outcome, Pagination, Param, Record, Resource, Type,
};

use crate::engine::{own_options, parameters};

/// What a script calls an object of a kind, in calls such as `pipeline.retry()`.
pub(super) fn variable(resource: &Resource) -> String {
    match resource.sample {
        Some(sample) => sample.name.to_owned(),
        // A kind that the spec gives no sample for is called by its own name.
        None => snake(resource.kind),
    }
}

/// How a script comes by the manager: `project.pipelines`.
pub(super) fn manager_path(resource: &Resource) -> String {
    let owner = resource.parent.map_or_else(|| "gl".to_owned(), variable);
    format!("{owner}.{}", resource.accessors.first().copied().unwrap_or_default())
}

/// `ProjectPipeline` as `project_pipeline`.
pub(super) fn snake(kind: &str) -> String {
    let mut word = String::new();
    for letter in kind.chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(letter.to_lowercase());
    }
    word
}

/// How a call is written, with `?` behind what may be left out:
/// `project.trigger_pipeline(ref, token, #{variables?, inputs?})`.
pub(super) fn call(resource: &Resource, verb: &Operation) -> String {
    format!("{}.{}", receiver(resource, verb), method(resource, verb, usize::MAX))
}

/// What a verb is called on.
pub(super) fn receiver(resource: &Resource, verb: &Operation) -> String {
    match verb.on {
        On::Manager => manager_path(resource),
        On::Object => variable(resource),
    }
}

/// The same without the receiver, and with `…` for more options than `most`.
pub(super) fn method(resource: &Resource, verb: &Operation, most: usize) -> String {
    if is_save(verb) {
        return format!("{}()", verb.name);
    }
    let taken = parameters(resource, verb);
    let mut parts: Vec<String> = taken.by_position.iter().map(|param| param.name.to_owned()).collect();
    let by_name = taken.by_name.iter().map(|param| option(param.name, param.required));
    let own = own_options(resource, verb).map(|row| option(row.name, false));
    let options: Vec<String> = by_name.chain(own).collect();
    if options.len() > most {
        parts.push("#{…}".to_owned());
    } else if !options.is_empty() {
        parts.push(format!("#{{{}}}", options.join(", ")));
    }
    format!("{}({})", verb.name, parts.join(", "))
}

/// Whether the verb takes what was assigned to the object's fields, and no arguments.
pub(super) fn is_save(verb: &Operation) -> bool {
    verb.on == On::Object && verb.name == "save"
}

fn option(name: &str, required: bool) -> String {
    if required { name.to_owned() } else { format!("{name}?") }
}

/// What a parameter takes, and what it means.
pub(super) fn of_param(param: &Param) -> String {
    let mut text = sentence(&type_of(&param.ty, param.nullable));
    if param.required {
        text.insert_str(text.len() - 1, ", required");
    }
    text.push_str(&format!(" {}", one_line(param.doc)));
    text.push_str(&values(&param.ty));
    if let Some(record) = record_of(&param.ty) {
        let whose = if matches!(param.ty, Type::Record(_)) { "It" } else { "Each" };
        text.push_str(&format!(" {whose} has {}.", members(record)));
    }
    if let Some(default) = param.default {
        text.push_str(&format!(" Default: `{default}`."));
    }
    if let Some(fallback) = param.fallback {
        text.push_str(&format!(" Without it, `{fallback}` is sent."));
    }
    if !param.from.is_empty() {
        let fields: Vec<String> = param.from.iter().map(|own| format!("`{}`", own.field)).collect();
        text.push_str(&format!(" Without it, an object fills in its own {}.", fields.join(" and ")));
    }
    if param.secret {
        text.push_str(" It is never shown.");
    }
    text.push_str(&availability(param.since, param.deprecated));
    text
}

/// What a field holds, and what it means.
pub(super) fn of_field(field: &Field) -> String {
    let mut text = format!("{} {}", sentence(&type_of(&field.ty, field.nullable)), one_line(field.doc));
    text.push_str(&values(&field.ty));
    match field.secret_when {
        Some(when) if field.secret => text.push_str(&format!(" It is never shown where `{when}` is true.")),
        None if field.secret => text.push_str(" It is never shown; a script that reads it gets it."),
        _ => {}
    }
    text
}

/// What a call answers.
pub(super) fn result(verb: &Operation) -> String {
    match verb.endpoint.outcome {
        _ if matches!(verb.name, "refresh" | "save") => "The object itself, in its new state.".to_owned(),
        Outcome::Nothing => "Nothing: `()`.".to_owned(),
        Outcome::Object(resource) => format!("An object: `{}`.", resource.kind),
        Outcome::SameObject if verb.on == On::Object => "The object itself, in its new state.".to_owned(),
        Outcome::SameObject => "The object in its new state.".to_owned(),
        Outcome::AnotherObject => "Another object of this kind.".to_owned(),
        Outcome::List(resource) if verb.endpoint.pagination == Pagination::None => {
            format!("A list of `{}`; GitLab sends all rows at once.", resource.kind)
        }
        Outcome::List(resource) => format!(
            "A list of `{}` over all pages, which are fetched as their rows are needed. With `page` it is an array of that page's rows.",
            resource.kind
        ),
        Outcome::Record(record) => format!("A map: `{}`.", record.name),
        Outcome::Json => "What GitLab sends, as maps, arrays and plain values.".to_owned(),
        Outcome::Text => "Text.".to_owned(),
        Outcome::Bytes => "A blob; `as_string()` makes text of it.".to_owned(),
        _ => String::new(),
    }
}

/// The releases and the end of something.
pub(super) fn availability(since: Option<&str>, deprecated: Option<&str>) -> String {
    let since = since.map(|since| format!(" Since GitLab {since}.")).unwrap_or_default();
    let deprecated = deprecated.map(|why| format!(" Deprecated: {}", one_line(why))).unwrap_or_default();
    format!("{since}{deprecated}")
}

/// A type in a few words.
pub(super) fn type_of(ty: &Type, nullable: bool) -> String {
    let null = if nullable { " or `()`" } else { "" };
    format!("{}{null}", type_words(ty, ""))
}

/// A type, or several values of it: then with an `s` at the end of its noun.
fn type_words(ty: &Type, s: &str) -> String {
    match ty {
        Type::String => format!("string{s}"),
        Type::Int => format!("int{s}"),
        Type::Float => format!("float{s}"),
        Type::Seconds => "seconds".to_owned(),
        Type::Bool => format!("bool{s}"),
        Type::DateTime => format!("datetime{s}"),
        Type::Date => format!("date{s}"),
        Type::Id => format!("int{s} or string{s}"),
        Type::Enum(of) => format!("`{}`", of.name),
        Type::Record(of) => format!("map{s} `{}`", of.name),
        Type::Array(of) => format!("array{s} of {}", type_words(of, "s")),
        Type::Map(of) => format!("map{s} of {}", type_words(of, "s")),
        _ => format!("any value{s}"),
    }
}

/// The values that a type allows, as a sentence with a blank before it.
fn values(ty: &Type) -> String {
    match ty {
        Type::Enum(of) => format!(" One of {}.", names_of(of)),
        Type::Array(Type::Enum(of)) => format!(" Each is one of {}.", names_of(of)),
        _ => String::new(),
    }
}

/// The names of an enum.
pub(super) fn names_of(of: &Enum) -> String {
    of.values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
}

/// The record that a value is, or is made of.
pub(super) fn record_of(ty: &Type) -> Option<&'static Record> {
    match ty {
        Type::Record(record) => Some(record),
        Type::Array(of) | Type::Map(of) => record_of(of),
        _ => None,
    }
}

fn members(of: &Record) -> String {
    of.fields.iter().map(|field| format!("`{}`", field.name)).collect::<Vec<_>>().join(", ")
}

fn sentence(words: &str) -> String {
    format!("{words}.")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
