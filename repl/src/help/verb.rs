//! The page of a verb: how it is called, what it takes, answers and refuses, and an example.

use rhailab_client::endpoint::{On, Operation, Param, Place, Resource};

use super::page::Page;
use super::snippet::Snippet;
use super::words;
use crate::engine::{own_options, parameters};

pub(super) fn write(page: &mut Page, resource: &'static Resource, verb: &'static Operation) {
    let endpoint = verb.endpoint;
    page.title(&words::call(resource, verb));
    page.text(endpoint.doc);
    page.text(about(verb));
    page.text(words::availability(endpoint.since, endpoint.deprecated).trim());

    let taken = parameters(resource, verb);
    // What finds the object again is no field that one could assign.
    let is_shown = |param: &&&Param| !words::is_save(verb) || param.place == Place::Body;
    let params = taken.by_position.iter().chain(&taken.by_name).filter(is_shown);
    let own = own_options(resource, verb).map(|row| (row.name, row.doc.to_owned()));
    let rows: Vec<(&str, String)> =
        params.map(|param| (param.name, words::of_param(param))).chain(own).collect();
    if !rows.is_empty() {
        page.heading(if words::is_save(verb) { "What can be assigned" } else { "Parameters" });
        page.terms(rows);
    }

    page.heading("Result");
    page.note(&words::result(verb));
    if !endpoint.errors.is_empty() {
        page.heading("Errors");
        page.terms(endpoint.errors.iter().map(|error| (error.status.to_string(), error.doc)));
    }
    let same = resource
        .operations
        .iter()
        .filter(|other| std::ptr::eq(other.endpoint, endpoint) && !std::ptr::eq(*other, verb));
    let same: Vec<String> = same.map(|other| words::call(resource, other)).collect();
    if !same.is_empty() {
        page.heading("The same operation");
        page.code(&same.join("\n"));
    }
    page.heading("Request");
    page.code(&endpoint.to_string());
    page.link(endpoint.docs_url);
    // The examples of the spec are Rhai: a test runs each of them.
    if let Ok(Some(snippet)) = Snippet::of(endpoint) {
        example(page, &snippet);
    }
}

/// An example with what it needs.
pub(super) fn example(page: &mut Page, snippet: &Snippet) {
    if !snippet.with.is_empty() {
        page.heading("With");
        page.code(&snippet.preamble().collect::<Vec<_>>().join("\n"));
    }
    page.heading("Example");
    page.code(snippet.code);
}

/// What the operation's own text does not say, because only some of its verbs do it.
fn about(verb: &Operation) -> &'static str {
    match (verb.on, verb.name) {
        (On::Object, "refresh") => "All variables that hold the object see what came.",
        (On::Object, "save") => {
            "What was assigned since the object came is sent, and what GitLab requires beside it."
        }
        _ => "",
    }
}
