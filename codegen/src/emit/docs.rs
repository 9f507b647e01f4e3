//! Documentation of what is generated: sentences about operations, parameters and types.
//!
//! Owns their wording. Must not know any product, nor Rust syntax but links.

use crate::model::{Encoding, Endpoint, Field, Model, On, Outcome, Pagination, Param, Resource, Type};

/// The longest list of values that a sentence holds; more of them are looked up where they are declared.
const MOST_VALUES: usize = 6;

/// A sentence that leads to GitLab's page.
pub(super) fn see(docs_url: &str) -> String {
    format!("\n\nSee [GitLab's documentation]({docs_url}).")
}

/// The documentation of an operation's method on an object or a manager; `identity` says what the
/// method's `id` is.
pub(super) fn endpoint_doc(endpoint: &Endpoint, on: On, identity: Option<&Param>, model: &Model) -> String {
    let mut text = endpoint.doc.trim_end().to_owned();
    if let Some(identity) = identity {
        text.push_str(&format!("\n\n`id`: {}", identity.doc.trim_end()));
    }
    if endpoint.takes_values() {
        text.push('\n');
        text.extend(endpoint.caller_params().map(|param| param_item(param, model)));
    }
    text.push_str(&format!(
        "\n\n`{} {}`, as [GitLab documents it]({}).",
        endpoint.method.as_str(),
        endpoint.path_text(),
        endpoint.docs_url
    ));
    text.push_str(answer(endpoint, on));
    text.push_str(&availability(endpoint.since.as_deref(), endpoint.deprecated.as_deref()));
    text.push_str("\n\n# Errors\n\n");
    text.push_str(match endpoint.outcome {
        Outcome::List(_) => {
            "None; what goes wrong is told with the rows, as an [`Error`](rhailab_client::Error)."
        }
        Outcome::Text | Outcome::Bytes => {
            "None; what goes wrong is told by the download, as an [`Error`](rhailab_client::Error)."
        }
        _ => "An [`Error`](rhailab_client::Error), whose kind tells what went wrong.",
    });
    if !endpoint.errors.is_empty() {
        text.push_str(" GitLab refuses with\n");
    }
    for error in &endpoint.errors {
        text.push_str(&format!("\n- {}: {}", error.status, error.doc.replace('\n', " ")));
    }
    text
}

/// What the method's type does not tell about the answer.
fn answer(endpoint: &Endpoint, on: On) -> &'static str {
    match (endpoint.outcome, endpoint.pagination) {
        (Outcome::List(_), Pagination::None) => {
            "\n\nGitLab answers all rows at once, when the first one is asked for."
        }
        (Outcome::List(_), _) if endpoint.keyset.is_some() => {
            "\n\nPages are fetched as their rows are asked for, by number or by keyset."
        }
        (Outcome::List(_), _) => "\n\nPages are fetched as their rows are asked for.",
        (Outcome::SameObject, _) if on == On::Object => {
            "\n\nAnswers the object in its new state; this value stays as it was."
        }
        (Outcome::Text | Outcome::Bytes, _) => "\n\nNothing is sent before the download is begun.",
        _ => "",
    }
}

/// The documentation of a parameter's setter.
pub(super) fn param_doc(param: &Param, model: &Model) -> String {
    let mut text = format!("{}\n\n{}", param.doc.trim_end(), capital(&type_doc(&param.ty, model)));
    if param.nullable {
        text.push_str(", or null");
    }
    text.push('.');
    if let Some(default) = &param.default {
        text.push_str(&format!(" GitLab's default is `{default}`."));
    }
    if let Some(fallback) = &param.fallback {
        text.push_str(&format!(" Without it `{fallback}` is sent."));
    }
    text.push_str(&in_request(param));
    text.push_str(&availability(param.since.as_deref(), param.deprecated.as_deref()));
    text
}

/// The documentation of a parameter in a list of several.
pub(super) fn param_item(param: &Param, model: &Model) -> String {
    let null = if param.nullable { ", or null" } else { "" };
    let ty = type_doc(&param.ty, model);
    format!("\n- `{}`, {ty}{null}: {}", param.name, param.doc.trim_end().replace('\n', "\n  "))
        + &in_request(param)
}

/// How a parameter stands in the request, where that is not plain, and what else fills it.
fn in_request(param: &Param) -> String {
    let mut text = String::new();
    match (&param.wire, param.encoding) {
        (Some(wire), Encoding::Pairs) => text.push_str(&format!(" The request has it as pairs in `{wire}`.")),
        (Some(wire), _) => text.push_str(&format!(" In the request it is `{wire}`.")),
        (None, Encoding::Pairs) => text.push_str(" The request has it as pairs."),
        (None, _) => {}
    }
    if !param.from.is_empty() {
        let fields: Vec<String> = param.from.iter().map(|own| format!("`{}`", own.field)).collect();
        text.push_str(&format!(" Without it an object fills in its own {}.", fields.join(" and ")));
    }
    text
}

/// The documentation of a field.
pub(super) fn field_doc(field: &Field) -> String {
    let mut text = field.doc.trim_end().to_owned();
    if matches!(field.ty, Type::Seconds) && !text.contains("second") {
        text.push_str(" In seconds.");
    }
    if let Some(when) = &field.secret_when {
        text.push_str(&format!(" Scripts and the shell show it unless `{when}` is true."));
    }
    text
}

/// The documentation of a resource's managers; `called` says in a sentence what they manage.
pub(super) fn manager_doc(resource: &Resource, called: &str) -> String {
    let doc = resource.doc.trim_end();
    let more = if doc == called { String::new() } else { format!("\n\n{doc}") };
    format!("{called}{more}{}", see(&resource.docs_url))
}

/// A type in the words of GitLab's documentation.
fn type_doc(ty: &Type, model: &Model) -> String {
    let one = match ty {
        Type::Array(of) => return format!("array of {}", type_doc_of_many(of, model)),
        Type::Map(of) => return format!("hash of {}", type_doc_of_many(of, model)),
        Type::String => "string",
        Type::Secret => "string that is never shown",
        Type::Int => "integer",
        Type::Float => "float",
        Type::Seconds => "number of seconds",
        Type::Bool => "boolean",
        Type::DateTime => "datetime (ISO 8601)",
        Type::Date => "date (`YYYY-MM-DD`)",
        Type::Id => "integer or string",
        Type::Json => "any JSON",
        Type::Enum(_) => return format!("string, {}", enum_doc(ty, model)),
        Type::Record(id) => return format!("hash, see [`{0}`](records::{0})", model.record(*id).name),
    };
    one.to_owned()
}

/// The type of an array's or a hash's values.
fn type_doc_of_many(ty: &Type, model: &Model) -> String {
    let many = match ty {
        Type::String => "strings",
        Type::Secret => "strings that are never shown",
        Type::Int => "integers",
        Type::Float => "floats",
        Type::Seconds => "numbers of seconds",
        Type::Bool => "booleans",
        Type::DateTime => "datetimes (ISO 8601)",
        Type::Date => "dates (`YYYY-MM-DD`)",
        Type::Id => "integers or strings",
        Type::Json => "any JSON",
        Type::Enum(_) => return format!("strings, each {}", enum_doc(ty, model)),
        Type::Record(id) => return format!("hashes, see [`{0}`](records::{0})", model.record(*id).name),
        Type::Array(_) | Type::Map(_) => return format!("({})", type_doc(ty, model)),
    };
    many.to_owned()
}

/// The values of an enum, if they are few.
fn enum_doc(ty: &Type, model: &Model) -> String {
    let Type::Enum(id) = ty else { return String::new() };
    let item = model.enumeration(*id);
    let mut values: Vec<String> = item.values.iter().map(|value| format!("`{}`", value.wire)).collect();
    if values.len() > MOST_VALUES {
        return format!("one of the values of [`{0}`](enums::{0})", item.name);
    }
    match values.pop() {
        Some(last) if values.is_empty() => last,
        Some(last) => format!("{} or {last}", values.join(", ")),
        None => String::new(),
    }
}

/// The sentences about the release and the end of something.
fn availability(since: Option<&str>, deprecated: Option<&str>) -> String {
    let since = since.map(|since| format!("\n\nSince GitLab {since}.")).unwrap_or_default();
    let deprecated = deprecated.map(|why| format!("\n\nDeprecated: {why}")).unwrap_or_default();
    since + &deprecated
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
