//! The pages of what values are: parameters, fields, enums and records, and where each of these is used.

use std::collections::BTreeSet;

use rhailab_client::endpoint::{Enum, Field, Operation, Outcome, Param, Record, Resource, Type};
use rhailab_client::table;

use super::page::Page;
use super::words;

pub(super) fn param(page: &mut Page, resource: &Resource, verb: &Operation, param: &Param) {
    page.title(&format!("{} of {}.{}", param.name, words::receiver(resource, verb), verb.name));
    page.text(&words::of_param(param));
    members(page, &param.ty);
    page.heading("In GitLab's documentation");
    page.link(verb.endpoint.docs_url);
}

/// What a value has that is a record or is made of records.
fn members(page: &mut Page, ty: &Type) {
    if let Some(record) = words::record_of(ty) {
        page.heading(&format!("Fields of {}", record.name));
        page.terms(record.fields.iter().map(|field| (field.name, words::of_field(field))));
    }
}

pub(super) fn field(page: &mut Page, resource: &Resource, field: &Field) {
    page.title(&format!("{}.{}", words::variable(resource), field.name));
    page.text(&words::of_field(field));
    let is_hidden = resource.child(field.name).is_some()
        || resource.operations.iter().any(|verb| verb.name == field.name);
    if is_hidden {
        let (variable, name) = (words::variable(resource), field.name);
        page.text(&format!(
            "Something else has the name, so a script reads it as `{variable}.attributes[\"{name}\"]`."
        ));
    }
    if resource.list_omits.contains(&field.name) {
        page.text("Rows of lists lack it: `refresh()` fetches it.");
    }
    members(page, &field.ty);
    page.heading("In GitLab's documentation");
    page.link(resource.docs_url);
}

pub(super) fn enumeration(page: &mut Page, item: &'static Enum) {
    page.title(item.name);
    page.text(item.doc);
    page.heading("Values");
    page.note(&words::names_of(item));
    used(page, item.name);
}

pub(super) fn record(page: &mut Page, record: &'static Record) {
    page.title(record.name);
    page.text(record.doc);
    page.heading("Fields");
    page.terms(record.fields.iter().map(|field| (field.name, words::of_field(field))));
    used(page, record.name);
}

pub(super) fn member(page: &mut Page, record: &Record, field: &Field) {
    page.title(&format!("{} of {}", field.name, record.name));
    page.text(&words::of_field(field));
    members(page, &field.ty);
}

/// Where a type is used: in fields, in parameters, as a result.
fn used(page: &mut Page, name: &str) {
    let mut places = BTreeSet::new();
    for resource in table::RESOURCES {
        for field in resource.fields.iter().filter(|field| mentions(&field.ty, name)) {
            places.insert(format!("{}.{}", words::variable(resource), field.name));
        }
        for verb in resource.operations {
            if matches!(verb.endpoint.outcome, Outcome::Record(record) if record.name == name) {
                places.insert(format!("{}.{}", words::variable(resource), verb.name));
            }
            for param in verb.endpoint.params.iter().filter(|param| mentions(&param.ty, name)) {
                places.insert(format!("{}.{}.{}", words::manager_path(resource), verb.name, param.name));
            }
        }
    }
    for record in table::RECORDS {
        for field in record.fields.iter().filter(|field| mentions(&field.ty, name)) {
            places.insert(format!("{}.{}", record.name, field.name));
        }
    }
    if !places.is_empty() {
        page.heading("Used in");
        for place in places {
            page.code(&place);
        }
    }
}

fn mentions(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Enum(of) => of.name == name,
        Type::Record(of) => of.name == name,
        Type::Array(of) | Type::Map(of) => mentions(of, name),
        _ => false,
    }
}
